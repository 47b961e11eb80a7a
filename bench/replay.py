"""Every decision of a log comes out again, to the byte: a store is filled as the service fills it, and replayed.

    python -m bench.replay [--decisions 10000] [--accounts 2000] [--store URL] [--workers 2] [--json]

Without `--store`, a file of SQLite in a temporary folder; with it, an empty store that is kept. Ends with 1 where one
byte differs.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.remembered import fill
from nextplay.authoring.replay import Replaying, replay
from nextplay.cli.replayed_log import ReplayedLog
from nextplay.release import load_release
from nextplay.rules.source import read_rulebook_folder
from nextplay.service.clock import exact_now
from nextplay.store import Store


def replayed(
    url: str, rules: Path, models: Path, *, decisions: int, accounts: int, workers: int | None = None
) -> dict[str, Any]:
    """Fill a store and replay it; return counts, and seconds of both."""
    began = time.perf_counter()
    filled = fill(url, rules, models, decisions=decisions, accounts=accounts)
    fill_seconds = time.perf_counter() - began
    given = Replaying(read_rulebook_folder(rules), models)
    with Store.open(url, clock=exact_now) as store:
        log = ReplayedLog(release=_release_id(given))
        began = time.perf_counter()
        found = replay(log.read(store), given, workers=workers)
        logged = [stored.logged for stored in store.logged()]
    return {
        "logged": filled.decisions,
        "viewed": filled.viewed,
        "told": filled.told,
        "with_history": sum(bool(json.loads(one.question)["history"]) for one in logged),
        "masked": sum(bool(one.masked) for one in logged),
        "fill_seconds": fill_seconds,
        "replayed": found.replayed,
        "differ": found.differ,
        "of_other_releases": sum(other.decisions for other in log.others.values()),
        "replay_seconds": time.perf_counter() - began,
        "first": [one._asdict() for one in found.first],
    }


def main() -> int:
    """Fill, replay and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--decisions", type=int, default=10_000)
    parser.add_argument("--accounts", type=int, default=2000)
    parser.add_argument("--store", help="URL of an empty store, which is kept")
    parser.add_argument("--rules", type=Path, default=Path("rules"))
    parser.add_argument("--models", type=Path, default=Path("models"))
    parser.add_argument("--workers", type=int)
    parser.add_argument("--json", action="store_true", help="write what was found as JSON")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        url = asked.store or f"sqlite:///{folder}/nextplay.db"
        found = replayed(
            url, asked.rules, asked.models, decisions=asked.decisions, accounts=asked.accounts, workers=asked.workers
        )
    sys.stdout.write(f"{json.dumps(found, indent=2) if asked.json else report(found)}\n")
    return 1 if found["differ"] or found["replayed"] != found["logged"] else 0


def report(found: dict[str, Any]) -> str:
    """Lay out what was found for reading."""
    past = f"{found['with_history']:,} with a past, {found['masked']:,} with masks"
    beside = f"beside them {found['viewed']:,} only looked at and {found['told']:,} told"
    lines = [
        f"{found['logged']:,} decisions logged in {found['fill_seconds']:.0f} s: {past}; {beside}",
        f"{found['replayed']:,} decisions replayed in {found['replay_seconds']:.0f} s, {found['differ']:,} differ",
    ]
    lines += [f"  {one['decision_id']}: {', '.join(one['paths'])}" for one in found["first"]]
    return "\n".join(lines)


def _release_id(given: Replaying) -> str:
    release = load_release(given.rules, given.models)
    release.close()
    return release.release_id.release


if __name__ == "__main__":
    sys.exit(main())
