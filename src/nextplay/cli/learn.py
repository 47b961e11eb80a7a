"""`nextplay learn`: what reactions teach about plays, as a file of the rulebook."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from nextplay.cli.output import Format, FormatOption, plural, say, say_json, write_text
from nextplay.cli.places import RulesOption
from nextplay.cli.store_place import DEFAULT_URL, StoreOption, now, opened
from nextplay.learning.gathering import gather_reactions
from nextplay.learning.propensity import HALF_LIFE_DAYS, LEAST_REACTIONS, Lesson
from nextplay.learning.propensity import learn as learned_from
from nextplay.learning.propensity_file import lesson_document, propensity_file
from nextplay.learning.verdicts import verdicts
from nextplay.rules.compile import compile_rulebook
from nextplay.rules.rulebook import ALL_SEGMENTS
from nextplay.rules.source import read_rulebook_folder, without_tests

app = typer.Typer(add_completion=False)


@app.command()
def learn(
    *,
    store: StoreOption = DEFAULT_URL,
    rules: RulesOption = Path("rules"),
    as_of: Annotated[
        str | None, typer.Option("--as-of", metavar="DAY", help="Count reactions up to this day; else up to today.")
    ] = None,
    half_life: Annotated[
        int, typer.Option("--half-life", min=1, max=36_500, metavar="DAYS", help="So old a reaction counts half.")
    ] = HALF_LIFE_DAYS,
    least: Annotated[
        int, typer.Option("--least", min=1, help="With fewer reactions, a play keeps its prior.")
    ] = LEAST_REACTIONS,
    tenant: Annotated[
        str | None, typer.Option("--tenant", metavar="NAME", help="Only reactions of this tenant; else of all.")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE", help="Write here, such as rules/propensities.yaml; else to stdout."),
    ] = None,
    output: FormatOption = Format.TEXT,
) -> None:
    """Learn from reactions how likely each play is accepted, by segment, as a file to review and to commit.

    Nothing changes until the file stands beside the rules and a release is made of them: `rules diff` shows what it
    would change.
    """
    day = now().date() if as_of is None else day_of(as_of, "--as-of")
    rulebook = compile_rulebook(without_tests(read_rulebook_folder(rules))).rulebook
    with opened(store) as there:
        found = verdicts(gather_reactions(there, tenant=tenant))
    lesson = learned_from(found, rulebook, as_of=day, half_life_days=half_life, least_reactions=least)
    if out is not None:
        write_text(out, propensity_file(lesson))
    if output is Format.JSON:
        say_json(lesson_document(lesson))
    elif out is None:
        say(propensity_file(lesson).rstrip("\n"))
    else:
        _summary(lesson, out)


def day_of(text: str, option: str) -> date:
    """Read a day. Raises `typer.BadParameter`."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter("must be a day, such as 2026-03-02", param_hint=option) from None


def _summary(lesson: Lesson, out: Path) -> None:
    learned = plural(len(lesson.enough), "play")
    say(
        f"{out}: {learned} of {len(lesson.plays)} learned, up to {lesson.as_of}, half-life {lesson.half_life_days} days"
    )
    for one in lesson.enough:
        whole = one.learned[ALL_SEGMENTS]
        told = f"{plural(whole.reactions, 'reaction')} of {plural(whole.accounts, 'account')}"
        say(f"  {one.play}: {one.prior.accepted / one.prior.of:.2f} → {whole.mean:.2f} after {told}")
        for segment, found in one.learned.items():
            if segment != ALL_SEGMENTS:
                say(f"    {segment}: {found.mean:.2f} after {plural(found.reactions, 'reaction')}")
    if lesson.few:
        say(f"fewer than {plural(lesson.least_reactions, 'reaction')}, so the prior stays:")
        for one in lesson.few:
            say(f"  {one.play}: {plural(one.reactions, 'reaction')}")
    if lesson.gone:
        say("no longer in the rulebook:")
        for play, count in lesson.gone.items():
            say(f"  {play}: {plural(count, 'reaction')}")
