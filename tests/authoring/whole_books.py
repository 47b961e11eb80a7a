"""Two small rulebooks over one small book: what tests of simulation and difference share."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Final

from tests.cli.console import ROOT, RULEBOOK

from nextplay.authoring.book import Row
from nextplay.authoring.sample_book import sample_book
from nextplay.rules.source import read_rulebook_folder

MODELS: Final = ROOT / "models"
SMALL: Final = read_rulebook_folder(RULEBOOK)


def rows(accounts: int = 120, *, seed: int = 5) -> list[Row]:
    """Return an invented book, with every tenth row bad."""
    texts = [json.dumps(entry.snapshot).encode() for entry in sample_book(seed=seed, accounts=accounts)]
    for place in range(4, len(texts), 10):
        texts[place] = b'{"account_id": 7}'
    return [Row(number, text) for number, text in enumerate(texts, start=1)]


def edited(files: Mapping[str, bytes], edits: Sequence[tuple[str, str, str]]) -> dict[str, bytes]:
    """Return rule files with some texts replaced: (file, old, new)."""
    found = dict(files)
    for name, old, new in edits:
        assert old.encode() in found[name], (name, old)
        found[name] = found[name].replace(old.encode(), new.encode(), 1)
    return found


CHANGED: Final = edited(
    SMALL,
    [
        ("signals/signals.yaml", "usage.setup_errors_14d, gte: 3", "usage.setup_errors_14d, gte: 1"),
        ("signals/signals.yaml", "response_ratio, gt: 2", "response_ratio, gt: 0.6"),
        ("signals/signals.yaml", "license_utilization, gte: 0.9", "license_utilization, gte: 0.95"),
        ("plays/plays.yaml", "owner: csm", "owner: support_lead"),
        ("gaps/gaps.yaml", "title: {en: No goal is agreed}", "title: {en: Nobody agreed a goal}"),
    ],
)
"""The small rulebook with three thresholds, one owner and one title changed."""
