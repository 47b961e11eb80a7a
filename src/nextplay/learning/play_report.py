"""What became of plays and gaps: shown, answered, and what happened to the accounts afterwards."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, NamedTuple, get_args

from nextplay.learning.intervals import Share
from nextplay.learning.verdicts import PlayReaction, verdicts
from nextplay.store.records import Outcome, OutcomeKind, Reaction, ReactionKind, StoredRecord

HORIZON_DAYS: Final = 180
LEAST: Final = 20
"""Of fewer accounts or answers no rate is told: its interval would be wider than four tenths."""
OUTCOMES: Final = get_args(OutcomeKind)
REACTIONS: Final = get_args(ReactionKind)
NO_REASON: Final = "no reason"
Account = tuple[str, str]


class Seen(NamedTuple):
    """What a decision said: plays it carried (and whether each was new), what it kept back, and the gaps that stood."""

    account: Account
    on: date
    plays: tuple[tuple[str, bool], ...]
    held_out: tuple[str, ...]
    gaps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Afterwards:
    """The accounts whose horizon is over, and to how many of them each outcome happened within it."""

    accounts: int
    outcomes: Mapping[str, int]

    def share(self, outcome: str) -> Share:
        """Return the share of an outcome; there must be accounts."""
        return Share(self.outcomes.get(outcome, 0), self.accounts)


@dataclass(frozen=True, slots=True)
class HeldBack:
    """Accounts that went without a play by lot, and those of the same time that were shown it."""

    since: date
    without: Afterwards
    shown: Afterwards


@dataclass(frozen=True, slots=True)
class PlayRow:
    """One play: `shown` counts decisions, `accounts` those that it was shown to.

    `yes` and `answers` count verdicts (`verdicts.py`), `reactions` every reaction of its kind, `reasons` those of
    declines.
    """

    play: str
    shown: int
    accounts: int
    yes: int
    answers: int
    reactions: Mapping[str, int]
    reasons: Mapping[str, int]
    afterwards: Afterwards
    held_back: HeldBack | None


@dataclass(frozen=True, slots=True)
class GapRow:
    """One gap: in how many decisions and accounts it stood, and for how many of them it was called wrong."""

    gap: str
    stood: int
    accounts: int
    called_wrong: int


@dataclass(frozen=True, slots=True)
class Report:
    """Plays and gaps by id. `since` is the day of the first decision, absent where there is none."""

    since: date | None
    as_of: date
    horizon_days: int
    decisions: int
    accounts: int
    plays: tuple[PlayRow, ...]
    gaps: tuple[GapRow, ...]


def report_plays(
    seen: Iterable[Seen], told: Iterable[StoredRecord], *, as_of: date, horizon_days: int = HORIZON_DAYS
) -> Report:
    """Count what was decided and told up to a day, that day included.

    What happened afterwards counts from the first time that a play was shown to an account, and only for accounts
    whose horizon is over on that day: a younger one has had no time to leave.
    """
    decisions = sorted((one for one in seen if one.on <= as_of), key=lambda one: (one.on, one))
    told = list(told)
    outcomes = _Outcomes((one for one in told if isinstance(one.told, Outcome)), as_of=as_of, horizon=horizon_days)
    said = _Said((one for one in told if isinstance(one.told, Reaction)), as_of=as_of)
    plays = {play for one in decisions for play, _ in one.plays} | {play for one in decisions for play in one.held_out}
    return Report(
        since=decisions[0].on if decisions else None,
        as_of=as_of,
        horizon_days=horizon_days,
        decisions=len(decisions),
        accounts=len({one.account for one in decisions}),
        plays=tuple(_play(play, decisions, said, outcomes) for play in sorted(plays)),
        gaps=tuple(_gaps(decisions, said)),
    )


class _Outcomes:
    """What happened to accounts, asked for those whose horizon is over."""

    def __init__(self, told: Iterable[StoredRecord], *, as_of: date, horizon: int) -> None:
        self._as_of = as_of
        self._horizon = timedelta(days=horizon)
        self._found: defaultdict[Account, list[tuple[date, str]]] = defaultdict(list)
        for one in told:
            if isinstance(one.told, Outcome) and one.told.occurred_on <= as_of:
                self._found[one.tenant, one.told.account_id].append((one.told.occurred_on, one.told.kind))

    def after(self, begins: Mapping[Account, date]) -> Afterwards:
        """Count what happened to each account from its day on, within the horizon."""
        ripe = {account: on for account, on in begins.items() if on + self._horizon <= self._as_of}
        happened = Counter(
            kind
            for account, on in ripe.items()
            for kind in {kind for day, kind in self._found.get(account, ()) if on <= day <= on + self._horizon}
        )
        return Afterwards(len(ripe), {kind: happened[kind] for kind in OUTCOMES if happened[kind]})


class _Said:
    """Reactions by play, and the accounts in which each gap was called wrong."""

    def __init__(self, told: Iterable[StoredRecord], *, as_of: date) -> None:
        self.kinds: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self.reasons: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self.wrong: defaultdict[str, set[Account]] = defaultdict(set)
        self.answers: Counter[str] = Counter()
        self.yes: Counter[str] = Counter()
        reactions = []
        for one in told:
            if not isinstance(one.told, Reaction) or one.play is None or one.told.at.date() > as_of:
                continue
            account, reaction = (one.tenant, one.told.account_id), one.told
            self.kinds[one.play][reaction.kind] += 1
            if reaction.kind == "declined":
                self.reasons[one.play][reaction.reason or NO_REASON] += 1
            elif reaction.kind == "wrong_diagnosis" and one.gap is not None:
                self.wrong[one.gap].add(account)
            reactions.append(PlayReaction(account, reaction.action_id, one.play, reaction.kind, reaction.at))
        for verdict in verdicts(reactions):
            self.answers[verdict.play] += 1
            self.yes[verdict.play] += verdict.is_yes


def _play(play: str, decisions: list[Seen], said: _Said, outcomes: _Outcomes) -> PlayRow:
    first: dict[Account, date] = {}
    shown = 0
    for one in decisions:
        if any(play == carried for carried, _ in one.plays):
            shown += 1
            first.setdefault(one.account, one.on)
    kinds = said.kinds.get(play, Counter())
    return PlayRow(
        play=play,
        shown=shown,
        accounts=len(first),
        yes=said.yes[play],
        answers=said.answers[play],
        reactions={kind: kinds[kind] for kind in REACTIONS if kinds[kind]},
        reasons=dict(sorted(said.reasons.get(play, Counter()).items(), key=lambda each: (-each[1], each[0]))),
        afterwards=outcomes.after(first),
        held_back=_held_back(play, decisions, outcomes),
    )


def _held_back(play: str, decisions: list[Seen], outcomes: _Outcomes) -> HeldBack | None:
    """Compare from the first day on which the play was kept back from anybody: before it there was no lot.

    Each account counts from the first decision that showed the play as new or kept it back, whichever it did.
    """
    since = next((one.on for one in decisions if play in one.held_out), None)
    if since is None:
        return None
    without: dict[Account, date] = {}
    shown: dict[Account, date] = {}
    for one in decisions:
        if one.on < since or one.account in without or one.account in shown:
            continue
        if play in one.held_out:
            without[one.account] = one.on
        elif (play, True) in one.plays:
            shown[one.account] = one.on
    return HeldBack(since, outcomes.after(without), outcomes.after(shown))


def _gaps(decisions: list[Seen], said: _Said) -> Iterator[GapRow]:
    stood: Counter[str] = Counter()
    accounts: defaultdict[str, set[Account]] = defaultdict(set)
    for one in decisions:
        for gap in set(one.gaps):
            stood[gap] += 1
            accounts[gap].add(one.account)
    for gap in sorted(stood):
        yield GapRow(gap, stood[gap], len(accounts[gap]), len(said.wrong.get(gap, set()) & accounts[gap]))
