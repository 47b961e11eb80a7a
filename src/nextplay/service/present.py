"""What a request that tells something is judged against beside its form: the instant of the call and the rulebook.

Each function takes one value of a form, gives it back, or refuses it with what to send instead.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, NoReturn

from pydantic import ValidationInfo
from pydantic_core import PydanticCustomError

from nextplay.rules.rulebook import Ask, Rulebook
from nextplay.snapshot.scalars import FIRST_YEAR, LAST_YEAR

CLOCK_SKEW: Final = timedelta(minutes=1)
"""How far the clock of a caller may be ahead of ours: such an instant is taken for now."""
TODAY: Final = "today"
"""Type of the mistakes that another day or another rulebook would not have."""
_NEVER: Final = "told"


@dataclass(frozen=True, slots=True)
class Present:
    """What requests are judged against: the instant of the call, and the rulebook that serves.

    With `repeated`, what hangs on them is not judged: it was, when the request came first.
    """

    now: datetime
    rulebook: Rulebook
    repeated: bool = False


def ask_of(rulebook: Rulebook, gap: str) -> Ask | None:
    """Return the question of a gap, also under a name that the gap had before; `None` where it asks nothing."""
    found = next((rule for rule in rulebook.gaps if gap == rule.id), None)
    found = found or next((rule for rule in rulebook.gaps if gap in rule.life.was), None)
    return None if found is None else found.ask


def _present(info: ValidationInfo) -> Present:
    if not isinstance(info.context, Present):
        msg = "a form is read by `told.read_request`"
        raise TypeError(msg)
    return info.context


def clean(text: str) -> str:
    """Refuse a text that no database keeps."""
    if "\0" in text:
        _refuse("must not hold the character U+0000")
    return text


def not_later(instant: datetime, info: ValidationInfo) -> datetime:
    """Take an instant of the past, in whole seconds, as decisions read it."""
    if instant > _present(info).now + CLOCK_SKEW:
        _refuse("must not lie in the future")
    return instant.replace(microsecond=0)


def happened(day: date, info: ValidationInfo) -> date:
    """Take a day up to tomorrow: senders east of Greenwich are ahead of our day."""
    if day > _present(info).now.date() + timedelta(days=1):
        _refuse("must not lie in the future")
    return day


def bounded(day: date) -> date:
    """Refuse a day that no date could be reckoned from."""
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        _refuse(f"must lie in the years {FIRST_YEAR} to {LAST_YEAR}")
    return day


def end_of_snooze(day: date | None, info: ValidationInfo) -> date | None:
    """Demand the last day of a snooze, and nowhere else."""
    kind = info.data.get("kind")
    if kind == "snoozed" and day is None:
        _refuse("is required for a snooze")
    if kind not in {None, "snoozed"} and day is not None:
        _refuse("belongs to a snooze alone; leave it out")
    if day is not None and day < _present(info).now.date():
        _refuse_today(info, "must not lie before today")
    return day


def declared_reason(reason: str, info: ValidationInfo) -> str:
    """Refuse a reason that the rulebook does not declare, where it declares any."""
    words = _present(info).rulebook.vocabularies.get("reasons", {})
    if words and reason not in words:
        _refuse_today(info, f"must be a reason that the rulebook declares: {', '.join(sorted(words))}")
    return reason


def asking_gap(gap: str, info: ValidationInfo) -> str:
    """Refuse a gap that asks nothing."""
    if ask_of(_present(info).rulebook, gap) is None:
        _refuse_today(info, "must be a gap of the rulebook that asks a question")
    return gap


def offered_answer(answer: str, info: ValidationInfo) -> str:
    """Refuse an answer that the question of its gap does not offer."""
    ask = ask_of(_present(info).rulebook, info.data.get("gap", ""))
    if ask is not None and answer not in ask.options:
        _refuse_today(info, f"must be an answer that the question offers: {', '.join(sorted(ask.options))}")
    return answer


def known_play(play: str, info: ValidationInfo) -> str:
    """Refuse a play that the rulebook does not have, under no name."""
    if not any(play == known.id or play in known.life.was for known in _present(info).rulebook.plays):
        _refuse_today(info, "must be a play of the rulebook")
    return play


def reached_objective(objective_id: str | None, info: ValidationInfo) -> str | None:
    """Demand the objective that was achieved, and nowhere else."""
    kind = info.data.get("kind")
    if kind == "objective_achieved" and objective_id is None:
        _refuse("is required for objective_achieved")
    if kind not in {None, "objective_achieved"} and objective_id is not None:
        _refuse("belongs to objective_achieved alone; leave it out")
    return objective_id


def _refuse(message: str, *, kind: str = _NEVER) -> NoReturn:
    raise PydanticCustomError(kind, "{message}", {"message": message})


def _refuse_today(info: ValidationInfo, message: str) -> None:
    if not _present(info).repeated:
        _refuse(message, kind=TODAY)
