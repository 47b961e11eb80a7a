"""How many accounts of a stage fail at a touchpoint, counted over a whole book: what `cohorts.yaml` holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, NamedTuple, get_args

from nextplay.authoring.book import BadRow, Row, RowReader
from nextplay.facts import Vocabulary
from nextplay.facts.cohorts import COHORT_FILE
from nextplay.snapshot import JourneyStage, TouchpointName

LEAST_ACCOUNTS: Final = 20
"""A share of fewer accounts is chance more than a journey: one more that fails moves it by more than a twentieth."""
FAILING_FROM: Final = 0.2
"""The share of failed interactions from which the shipped rules say that a touchpoint fails for an account."""
_DIGITS: Final = 4
_FACTS: Final = {place: f"touchpoints.{place}.failure_share" for place in get_args(TouchpointName)}


class Cohort(NamedTuple):
    """The accounts of one stage that were measured at one touchpoint, and those of them that fail there."""

    stage: str
    touchpoint: str
    accounts: int
    failing: int

    @property
    def share(self) -> float:
        """Which part of them fails."""
        return round(self.failing / self.accounts, _DIGITS)


@dataclass(frozen=True, slots=True)
class Counted:
    """A book that was counted: `accounts` by their newest snapshot, of them `staged` whose stage is known."""

    as_of: date | None
    rows: int
    accounts: int
    staged: int
    least_accounts: int
    failing_from: float
    cohorts: tuple[Cohort, ...]
    bad: tuple[BadRow, ...]

    @property
    def enough(self) -> tuple[Cohort, ...]:
        """Return the cohorts that have a share."""
        return tuple(one for one in self.cohorts if one.accounts >= self.least_accounts)

    @property
    def few(self) -> tuple[Cohort, ...]:
        """Return the cohorts that are too small for one."""
        return tuple(one for one in self.cohorts if one.accounts < self.least_accounts)


class _Account(NamedTuple):
    as_of: datetime
    stage: str | None
    fails: Mapping[str, bool]


def count_cohorts(
    rows: Iterable[Row],
    *,
    least_accounts: int = LEAST_ACCOUNTS,
    failing_from: float = FAILING_FROM,
    as_of: str | None = None,
    progress: Callable[[int], None] = lambda _: None,
) -> Counted:
    """Count a book: of each account its newest snapshot, the later row of two of one instant.

    An account counts at a touchpoint where `failure_share` is known, and fails from `failing_from` on. `as_of` is the
    instant of rows that carry none. Rows that cannot be used are told and not counted.
    """
    plan, reader = Vocabulary.of().plan(_FACTS.values()), RowReader(as_of)
    newest: dict[str, _Account] = {}
    number = 0
    for number, row in enumerate(rows, start=1):  # noqa: B007  the last one tells how many there were
        reading = reader.read(row)
        progress(1)
        if reading is None:
            continue
        snapshot = reading.snapshot
        held = newest.get(snapshot.account_id)
        if held is None or held.as_of <= snapshot.as_of:
            facts = plan.read(snapshot)
            shares = {place: facts.value(name) for place, name in _FACTS.items()}
            fails = {place: share >= failing_from for place, share in shares.items() if isinstance(share, int | float)}
            newest[snapshot.account_id] = _Account(snapshot.as_of, snapshot.journey_stage, fails)
    return Counted(
        as_of=max((one.as_of.date() for one in newest.values()), default=None),
        rows=number,
        accounts=len(newest),
        staged=sum(one.stage is not None for one in newest.values()),
        least_accounts=least_accounts,
        failing_from=failing_from,
        cohorts=_cohorts(newest.values()),
        bad=tuple(reader.bad),
    )


def _cohorts(accounts: Iterable[_Account]) -> tuple[Cohort, ...]:
    measured: Counter[tuple[str, str]] = Counter()
    failing: Counter[tuple[str, str]] = Counter()
    for one in accounts:
        for place, fails in one.fails.items() if one.stage is not None else ():
            measured[one.stage or "", place] += 1
            failing[one.stage or "", place] += fails
    order = [(stage, place) for stage in get_args(JourneyStage) for place in get_args(TouchpointName)]
    return tuple(Cohort(*key, measured[key], failing[key]) for key in order if measured[key])


def cohorts_document(counted: Counted) -> dict[str, Any]:
    """Return what was counted as JSON values."""
    return {
        "as_of": None if counted.as_of is None else counted.as_of.isoformat(),
        "book": {"rows": counted.rows, "decided": counted.accounts, "bad": len(counted.bad)},
        "accounts_without_stage": counted.accounts - counted.staged,
        "least_accounts": counted.least_accounts,
        "failing_from": counted.failing_from,
        "shares": [{**one._asdict(), "share": one.share} for one in counted.enough],
        "too_few": [one._asdict() for one in counted.few],
        "bad_rows": [{"row": one.number, "reason": one.told} for one in counted.bad],
    }


def cohorts_file(counted: Counted) -> str:
    """Return the text of `cohorts.yaml`: the same for the same accounts, so that a difference is one of the book."""
    lines = [
        "# yaml-language-server: $schema=schema/cohorts.json",
        f"# Written by `nextplay rules cohorts` for {COHORT_FILE}: compute it anew rather than edit it.",
        f"as_of: {counted.as_of}",
        f"accounts: {counted.accounts}",
        f"least_accounts: {counted.least_accounts}",
        f"failing_from: {counted.failing_from:g}",
    ]
    stages = dict.fromkeys(one.stage for one in counted.enough)
    lines.append("shares:" if stages else "shares: {}")
    for stage in stages:
        lines.append(f"  {stage}:")
        lines += [
            f"    {one.touchpoint}: {{accounts: {one.accounts}, share: {one.share:g}}}"
            for one in counted.enough
            if one.stage == stage
        ]
    if counted.few:
        told = (f"{one.stage} at {one.touchpoint} ({one.accounts})" for one in counted.few)
        lines += ["# Too few accounts for a share:", *(f"#   {line}" for line in told)]
    return "\n".join(lines) + "\n"
