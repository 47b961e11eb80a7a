"""Plays: the gaps that they answer and as what, owners, levels, and the question that every contested gap needs."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any, Literal, cast

from nextplay.rules.compile_conditions import ConditionCompiler
from nextplay.rules.compile_gaps import is_contested
from nextplay.rules.compile_life import RANKS, compile_life, rank_of
from nextplay.rules.compile_names import Known, check_known
from nextplay.rules.compile_texts import compile_list, compile_text
from nextplay.rules.compile_varies import compile_varies, levels_of, numbers_of, words_of
from nextplay.rules.fault_log import FaultLog
from nextplay.rules.format import DAYS, HOURS, DueForm, GapForm, PlayForm, SuppressionForm, TargetForm
from nextplay.rules.format_value import PriorForm
from nextplay.rules.rulebook import Due, Escalation, Play, Prior, Suppression, Target
from nextplay.rules.shape import Located

Targets = Located[tuple[TargetForm, ...]]
AsWord = Literal["cx", "cs", "undetermined"]


def compile_play(form: PlayForm, conditions: ConditionCompiler) -> Play | None:
    """Check one play; `None` where something that it needs is faulty."""
    needed, optional = _needed(form, conditions), _optional(form, conditions)
    if any(value is None for value in needed.values()):
        return None
    return Play(place=form.place, **needed, **optional)


def _needed(form: PlayForm, conditions: ConditionCompiler) -> dict[str, Any]:
    """Check what a play cannot do without; faulty parts are `None`."""
    known, log = conditions.known, conditions.log
    name = "" if form.id is None else form.id.value
    return {
        "id": None if form.id is None else form.id.value,
        "title": compile_text(form.title, known, log),
        "answers": compile_targets(form.for_, known, log) or None,
        "purpose": None if form.purpose is None else form.purpose.value,
        "owner": compile_varies(form.owner, f"{name}.owner", words_of("role", known, log), known, log),
        "due": _due(form.due, f"{name}.due", known, log),
        "channel": compile_varies(form.channel, f"{name}.channel", words_of("channel", known, log), known, log),
        "effort_hours": compile_varies(
            form.effort_hours, f"{name}.effort_hours", numbers_of(HOURS, f"{name}.effort_hours", log), known, log
        ),
        "checklist": compile_list(form.checklist, known, log),
        "rationale": compile_text(form.rationale, known, log),
    }


def _optional(form: PlayForm, conditions: ConditionCompiler) -> dict[str, Any]:
    """Check what a play may have, with what holds where it has not."""
    known, log = conditions.known, conditions.log
    name = "" if form.id is None else form.id.value
    purpose = "" if form.purpose is None else form.purpose.value
    if form.gain is not None and purpose not in ("expansion", ""):
        message = f"`gain` may not stand in a play of purpose `{purpose}`"
        log.add(form.key_place("gain"), "misplaced-key", message, hint="`gain` is for expansion; use `effect`")
    return {
        "importance": "normal" if form.importance is None else form.importance.value,
        "eligibility": conditions.compile(form.eligibility),
        "applicability": conditions.compile(form.applicability, negated=True),
        "suitability": conditions.compile(form.suitability, negated=True),
        "propensity": compile_prior(form.propensity, log),
        "effect": compile_varies(
            form.effect, f"{name}.effect", levels_of(known.levels, f"{name}.effect", log), known, log
        )
        or 0.0,
        "gain": 0.0 if form.gain is None else form.gain.value,
        "cooldown_days": 0 if form.cooldown_days is None else form.cooldown_days.value,
        "suppress_after": _suppression(form.suppress_after),
        "excludes": _excludes(form, known, log),
        "hold_while": compile_targets(form.hold_while, known, log),
        "done_when": conditions.compile(form.done_when),
        "escalate": _escalations(form, f"{name}.escalate", known, log),
        "life": compile_life(form, log),
    }


def compile_targets(forms: Targets | None, known: Known, log: FaultLog) -> tuple[Target, ...]:
    """Check gaps and sides; what is faulty is left out."""
    targets: list[Target] = []
    for form in () if forms is None else forms.value:
        gap = check_known(form.gap, known.gaps, "gap", log)
        if form.gap is None or gap is None:
            continue
        side = None if form.as_ is None else form.as_.value
        defined = known.gap_forms.get(gap)
        if defined is not None:
            _check_side(form, gap, defined, log)
        target = Target(gap, cast("AsWord | None", side))
        if target in targets:
            log.add(form.gap.place, "duplicate-entry", f"gap `{gap}` stands in this list twice")
        targets.append(target)
    return tuple(targets)


def _check_side(form: TargetForm, gap: str, defined: GapForm, log: FaultLog) -> None:
    """Check that `as` stands where the gap is contested, and nowhere else."""
    if is_contested(defined) and "as" not in form.keys:
        hint = "add `as: cx`, `as: cs` or `as: undetermined`"
        log.add(form.place, "as-missing", f"gap `{gap}` is contested: say which side is meant", hint=hint)
    elif not is_contested(defined) and "as" in form.keys and defined.keys.keys() & {"kind", "when"}:
        log.add(form.keys["as"], "as-forbidden", f"gap `{gap}` is plain and has no sides", hint="remove `as`")


def _due(form: DueForm | None, name: str, known: Known, log: FaultLog) -> Due | None:
    """Check that `before` and `by_days` come together."""
    if form is None:
        return None
    for key, other in (("before", "by_days"), ("by_days", "before")):
        if key in form.keys and other not in form.keys:
            log.add(form.place, "missing-key", f"`{other}` must be given beside `{key}`")
    within_days = compile_varies(
        form.within_days, f"{name}.within_days", numbers_of(DAYS, f"{name}.within_days", log), known, log
    )
    if within_days is None:
        return None
    return Due(within_days, None if form.by_days is None else form.by_days.value)


def _escalations(form: PlayForm, name: str, known: Known, log: FaultLog) -> tuple[Escalation, ...]:
    """Check the steps; what is faulty is left out, and the rest put in the order of its days."""
    steps: dict[int, Escalation] = {}
    for step in () if form.escalate is None else form.escalate.value:
        owner = compile_varies(step.owner, name, words_of("role", known, log), known, log)
        if step.overdue_days is None or owner is None:
            continue
        if step.overdue_days.value in steps:
            message = f"two steps are {step.overdue_days.value} days after the due date"
            log.add(step.overdue_days.place, "duplicate-entry", message, hint="each step has days of its own")
        steps[step.overdue_days.value] = Escalation(step.overdue_days.value, owner)
    return tuple(step for _, step in sorted(steps.items()))


def compile_prior(form: PriorForm | None, log: FaultLog) -> Prior | None:
    """Check that no more were accepted than were proposed."""
    if form is None or form.accepted is None or form.of is None:
        return None
    if form.accepted.value > form.of.value:
        log.add(form.accepted.place, "out-of-range", "`accepted` may not exceed `of`")
    return Prior(form.accepted.value, form.of.value)


def _suppression(form: SuppressionForm | None) -> Suppression | None:
    if form is None or form.declined is None or form.within_days is None or form.for_days is None:
        return None
    return Suppression(form.declined.value, form.within_days.value, form.for_days.value)


def _excludes(form: PlayForm, known: Known, log: FaultLog) -> tuple[str, ...]:
    excluded: list[str] = []
    for name in () if form.excludes is None else form.excludes.value:
        play = check_known(name, known.plays, "play", log)
        if form.id is not None and name.value == form.id.value:
            log.add(name.place, "excludes-itself", "a play may not exclude itself", hint="remove it from the list")
        elif play in excluded:
            log.add(name.place, "duplicate-entry", f"play `{play}` stands in this list twice")
        elif play is not None:
            excluded.append(play)
    return tuple(excluded)


def report_unasked(gaps: Iterable[GapForm], plays: Collection[PlayForm], log: FaultLog) -> None:
    """Report contested gaps for which no play asks the question. A play whose `as` is faulty may be the one.

    A play that is off or in shadow asks nobody, except of a gap that is so too.
    """
    asked = {
        (target.gap.value, rank)
        for play in plays
        for target in (() if play.for_ is None else play.for_.value)
        for rank in RANKS[: RANKS.index(rank_of(play)) + 1]
        if target.gap is not None and (target.as_ is None or target.as_.value == "undetermined")
    }
    for form in gaps:
        if form.id is not None and is_contested(form) and (form.id.value, rank_of(form)) not in asked:
            hint = f"add a play with `for: {{gap: {form.id.value}, as: undetermined}}`"
            message = f"no play asks the question of the contested gap `{form.id.value}`"
            log.add(form.id.place, "no-question", message, hint=hint)
