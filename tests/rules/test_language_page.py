"""The page about rules over time shows what compiles."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from nextplay.rules.compile import compile_rulebook
from nextplay.rules.compile_life import RANKS
from nextplay.rules.form import keys_of
from nextplay.rules.format import GapForm, LifeForm, PlayForm

PAGE: Final = (Path(__file__).parents[2] / "docs" / "rule_life.md").read_text(encoding="utf-8")
BLOCKS: Final = re.findall(r"^```yaml\n# (\S+)\n(.*?)^```", PAGE, flags=re.MULTILINE | re.DOTALL)


def test_the_pieces_of_the_page_compile_together(small_files: dict[str, bytes]) -> None:
    """Laid over the small rulebook, with the one level that they name, they have no fault and no warning."""
    levels = b"effect: {small: 0.05, medium: 0.15, large: 0.3}"
    book = small_files["rulebook.yaml"].replace(levels, levels + b"\n  severity: {severe: 0.8}")
    written = {path: text.encode() for path, text in BLOCKS}
    compiled = compile_rulebook({**small_files, "rulebook.yaml": book, **written})
    assert [path for path, _ in BLOCKS] == ["gaps/compounds.yaml", "signals/readings.yaml", "plays/compounds.yaml"]
    assert compiled.warnings == ()
    assert "fading_account" in {gap.id for gap in compiled.rulebook.gaps}
    assert "win_them_back" in {play.id for play in compiled.rulebook.plays}


def test_every_word_of_the_page_is_explained() -> None:
    """Each key of a rule's life, each state, and the other words of the page stand in it as code."""
    words = {*keys_of(LifeForm), *RANKS, "absorbs", "done_when", "escalate"}
    assert [word for word in sorted(words) if f"`{word}`" not in PAGE] == []
    assert keys_of(LifeForm).keys() <= keys_of(GapForm).keys() & keys_of(PlayForm).keys()
