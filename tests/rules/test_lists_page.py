"""The page about rules over lists shows what compiles."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from nextplay.rules.compile import compile_rulebook

PAGE: Final = (Path(__file__).parents[2] / "docs" / "rule_lists.md").read_text(encoding="utf-8")
BLOCKS: Final = re.findall(r"^```yaml\n# (\S+?)(?:, added)?\n(.*?)^```", PAGE, flags=re.MULTILINE | re.DOTALL)


def test_the_pieces_of_the_page_compile_together(small_files: dict[str, bytes]) -> None:
    """Laid over the small rulebook they have no fault and no warning, and the gap is judged item by item."""
    written = {path: text.encode() for path, text in BLOCKS}
    book = small_files["rulebook.yaml"] + written.pop("rulebook.yaml")
    compiled = compile_rulebook({**small_files, **written, "rulebook.yaml": book})
    assert compiled.warnings == ()
    gaps = {gap.id: gap.for_each for gap in compiled.rulebook.gaps}
    assert gaps["late_goal_of_ours"] == "objective"
    assert [spec.name for spec in compiled.rulebook.counts] == ["low_csat_60d"]
