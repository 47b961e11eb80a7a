"""What was learned, written: as `propensities.yaml` and as JSON values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from nextplay.learning.propensity import LearnedPlay, Lesson, Propensity

_DIGITS: Final = 4


def propensity_file(lesson: Lesson) -> str:
    """Return the text of `propensities.yaml`: the same for the same reactions, so that a difference is one of them."""
    lines = [
        "# yaml-language-server: $schema=schema/propensities.json",
        "# Written by `nextplay learn`: learn anew rather than edit it.",
        f"as_of: {lesson.as_of}",
        f"half_life_days: {lesson.half_life_days}",
        f"least_reactions: {lesson.least_reactions}",
        "plays:" if lesson.enough else "plays: {}",
    ]
    for one in lesson.enough:
        lines.append(f"  {one.play}:")
        lines += [f"    {segment}: {_flow(found)}" for segment, found in one.learned.items()]
    if lesson.few:
        lines += ["# Too few reactions, so these keep their prior:", *(f"#   {line}" for line in _few(lesson.few))]
    return "\n".join(lines) + "\n"


def _few(plays: tuple[LearnedPlay, ...]) -> Iterator[str]:
    for one in plays:
        yield f"{one.play} ({one.reactions})"


def _flow(found: Propensity) -> str:
    counts = {"accepted": found.accepted, "of": found.of, "weight": found.weight}
    written = [f"{name}: {round(value, _DIGITS):.12g}" for name, value in counts.items()]
    return f"{{{', '.join(written)}, reactions: {found.reactions}, accounts: {found.accounts}}}"


def lesson_document(lesson: Lesson) -> dict[str, Any]:
    """Return what was learned as JSON values."""
    return {
        "as_of": lesson.as_of.isoformat(),
        "half_life_days": lesson.half_life_days,
        "least_reactions": lesson.least_reactions,
        "plays": {
            one.play: {
                "prior": round(one.prior.accepted / one.prior.of, _DIGITS),
                "segments": {segment: _document(found) for segment, found in one.learned.items()},
            }
            for one in lesson.enough
        },
        "too_few": {one.play: one.reactions for one in lesson.few},
        "no_longer_in_the_rulebook": dict(lesson.gone),
    }


def _document(found: Propensity) -> dict[str, float]:
    counts = {name: round(value, _DIGITS) for name, value in found._asdict().items()}
    return counts | {"propensity": round(found.mean, _DIGITS)}
