"""`rulebook.yaml`: vocabularies, parameters, custom attributes, diagnosis, arbitration and contact policy."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, cast

from nextplay.decision import Side
from nextplay.rules.compile_conditions import ConditionCompiler
from nextplay.rules.compile_names import Known, check_known
from nextplay.rules.compile_plays import compile_prior
from nextplay.rules.compile_texts import compile_text
from nextplay.rules.fault_log import FaultLog
from nextplay.rules.form import Form
from nextplay.rules.format import PlayForm
from nextplay.rules.format_book import (
    SAYINGS,
    WEEKDAYS,
    ArbitrationForm,
    BookForm,
    DiagnosisForm,
    HoldoutForm,
    LeadForm,
    LeversForm,
    VocabulariesForm,
)
from nextplay.rules.format_value import WordsForm
from nextplay.rules.rulebook import ArbitrationRules, ContactLimit, DiagnosisRules, Holdout, LeadLine, Text
from nextplay.rules.shape import Located, Pairs

_FRICTION_SEVERITY: Final = 0.7
_WEEKDAYS_WORKED: Final = (0, 1, 2, 3, 4)


def compile_vocabularies(
    form: VocabulariesForm | None, known: Known, log: FaultLog
) -> Mapping[str, Mapping[str, Text]]:
    """Check the closed lists of words and their labels."""
    if form is None:
        return {}
    lists = {
        "channels": form.channels,
        "reasons": form.reasons,
        "roles": form.roles,
        "root_causes": form.root_causes,
    }
    return {name: _words(words, known, log) for name, words in lists.items()}


def _words(form: WordsForm | None, known: Known, log: FaultLog) -> Mapping[str, Text]:
    """Check one vocabulary: words and their labels; a word without one is its own label."""
    labels: dict[str, Text] = {}
    first = (known.required or ("en",))[0]
    for word, label in form or ():
        if word.value in labels:
            log.add(word.place, "duplicate-entry", f"`{word.value}` stands in this list twice")
        spelled = {first: word.value.replace("_", " ")}
        labels[word.value] = spelled if label is None else compile_text(label, known, log) or spelled
    return labels


def compile_diagnosis(form: DiagnosisForm | None, conditions: ConditionCompiler) -> DiagnosisRules | None:
    """Check how gaps become one diagnosis; `None` where that is faulty."""
    if form is None:
        return None
    lines = () if form.lead is None else form.lead.value
    lead = tuple(line for line in (_lead(one, conditions) for one in lines) if line is not None)
    _check_last_line(lines, conditions.log)
    healthy = conditions.compile(form.healthy_when)
    question = compile_text(form.question, conditions.known, conditions.log)
    says = {} if form.says is None else _texts(form.says, conditions)
    if form.material is None or question is None:
        return None
    return DiagnosisRules(form.material.value, lead, question, says, healthy)


def _lead(form: LeadForm, conditions: ConditionCompiler) -> LeadLine | None:
    when = conditions.compile(form.when)
    if form.lead is None or (when is None and "when" in form.keys):
        return None
    return LeadLine(cast("Side", form.lead.value), when)


def _check_last_line(lines: tuple[LeadForm, ...], log: FaultLog) -> None:
    """Check that the last line, and no other, holds always."""
    for line in lines[:-1]:
        if "when" not in line.keys:
            hint = "lines below it never count"
            log.add(line.place, "lead-line", "only the last line may be without `when`", hint=hint)
    if lines and "when" in lines[-1].keys:
        hint = "add `- {lead: cs}` below it"
        log.add(lines[-1].place, "lead-line", "the last line must be without `when`", hint=hint)


def _texts(form: Form, conditions: ConditionCompiler) -> Mapping[str, Text]:
    compiled = {name: compile_text(getattr(form, name), conditions.known, conditions.log) for name in SAYINGS}
    return {name: text for name, text in compiled.items() if text is not None}


def compile_arbitration(form: BookForm, conditions: ConditionCompiler) -> ArbitrationRules | None:
    """Check caps, factors, levers, defaults and contact policy; `None` where something needed is faulty."""
    limits = _contact_policy(form, conditions)
    ranking = form.arbitration
    if ranking is None:
        return None
    levers, prior = _levers(ranking.levers, conditions), compile_prior(ranking.default_prior, conditions.log)
    holdout = _holdout(ranking.holdout, conditions)
    values, risks = _by_segment(ranking.default_annual_value), _by_segment(ranking.default_risk)
    if ranking.max_actions is None or ranking.per_owner_role is None or prior is None:
        return None
    factors = {name: _flag(ranking, name) for name in ("propensity", "context", "value", "lever")}
    severity = ranking.friction_severity
    return ArbitrationRules(
        max_actions=ranking.max_actions.value,
        per_owner_role=ranking.per_owner_role.value,
        factors=factors,
        lever_by_play=levers["plays"],
        lever_by_kind=levers["kinds"],
        lever_by_segment=levers["segments"],
        default_annual_value=values,
        default_risk=risks,
        default_prior=prior,
        contact_policy=limits,
        friction_severity=_FRICTION_SEVERITY if severity is None else severity.value,
        working_days=_working_days(ranking, conditions.log),
        holidays=tuple(sorted({day.value.isoformat() for day in (ranking.holidays.value if ranking.holidays else ())})),
        holdout=holdout,
    )


def _flag(form: ArbitrationForm, name: str) -> bool:
    written: Located[bool] | None = None if form.factors is None else getattr(form.factors, name)
    return True if written is None else written.value


def _levers(form: LeversForm | None, conditions: ConditionCompiler) -> Mapping[str, Mapping[str, float]]:
    if form is None:
        return {"plays": {}, "kinds": {}, "segments": {}}
    for name, _ in () if form.plays is None else form.plays.value:
        check_known(name, conditions.known.plays, "play", conditions.log)
    return {"plays": _numbers(form.plays), "kinds": _numbers(form.kinds), "segments": _numbers(form.segments)}


def _holdout(form: HoldoutForm | None, conditions: ConditionCompiler) -> Holdout | None:
    """Check who goes without which play; `None` where nobody does."""
    if form is None:
        return None
    for name, _ in () if form.plays is None else form.plays.value:
        check_known(name, conditions.known.plays, "play", conditions.log)
    share = 0.0 if form.share is None else form.share.value
    plays = {name: one for name, one in _numbers(form.plays).items() if one}
    return Holdout(share, plays, "" if form.salt is None else form.salt.value) if share or plays else None


def report_held_musts(form: BookForm | None, plays: Iterable[PlayForm], log: FaultLog) -> None:
    """Report shares of accounts that would go without a must: such a play never goes missing."""
    ranking = None if form is None else form.arbitration
    if ranking is None or ranking.holdout is None or ranking.holdout.plays is None:
        return
    musts = {play.id.value for play in plays if play.id and play.importance and play.importance.value == "must"}
    for name, _ in ranking.holdout.plays.value:
        if name.value in musts:
            message = f"`{name.value}` is a `must`, and what an account is owed is never kept back"
            log.add(name.place, "misplaced-key", message, hint="remove it")


def _numbers(pairs: Located[Pairs[Located[float]]] | None) -> Mapping[str, float]:
    return {} if pairs is None else {name.value: value.value for name, value in pairs.value}


def _by_segment(form: Any) -> Mapping[str, float]:  # noqa: ANN401  two forms with the same keys
    if form is None:
        return {}
    read = {name: getattr(form, name) for name in ("enterprise", "mid_market", "smb", "otherwise")}
    return {name: value.value for name, value in read.items() if value is not None}


def _working_days(form: ArbitrationForm, log: FaultLog) -> tuple[int, ...]:
    if form.working_days is None:
        return _WEEKDAYS_WORKED
    days: list[int] = []
    for word in form.working_days.value:
        day = WEEKDAYS.index(word.value)
        if day in days:
            log.add(word.place, "duplicate-entry", f"`{word.value}` stands in this list twice")
        days.append(day)
    return tuple(sorted(set(days)))


def _contact_policy(form: BookForm, conditions: ConditionCompiler) -> tuple[ContactLimit, ...]:
    limits = []
    for limit in () if form.contact_policy is None else form.contact_policy.value:
        channel = check_known(limit.channel, conditions.known.channels, "channel", conditions.log)
        if limit.touches is not None and limit.in_days is not None:
            limits.append(ContactLimit(limit.touches.value, limit.in_days.value, channel))
    return tuple(limits)
