"""What the report counts, on pasts that are made up line by line."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from nextplay.learning.play_report import Afterwards, GapRow, Seen, report_plays
from nextplay.learning.report_text import report_document, report_lines
from nextplay.store.records import Outcome, OutcomeKind, Reaction, ReactionKind, StoredRecord, Told

DAY = date(2026, 1, 5)
TODAY = date(2026, 6, 1)
NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


def seen(account: str, *plays: str, days: int = 0, held: tuple[str, ...] = (), is_new: bool = True) -> Seen:
    """Let a decision carry plays, so many days after the first."""
    return Seen(("", account), DAY + timedelta(days=days), tuple((one, is_new) for one in plays), held, ("slow",))


def told(about: Told, play: str | None = None) -> StoredRecord:
    """Store what was told."""
    return StoredRecord(1, "", "r", "r1", NOON, about, play=play, gap="slow" if play else None)


def became(account: str, kind: OutcomeKind, days: int) -> StoredRecord:
    """Let an account end so many days after the first decision."""
    return told(Outcome(account, kind, DAY + timedelta(days=days)))


def said(account: str, kind: ReactionKind, reason: str | None = None, days: int = 1) -> StoredRecord:
    """Let somebody react to the call."""
    return told(Reaction(account, f"a1-{account}", kind, NOON + timedelta(days=days), reason=reason), play="call")


def test_a_play_is_counted_by_decisions_and_by_accounts() -> None:
    """Two decisions of one account are two and one; reactions by kind, declines by reason, the most frequent first."""
    answers = [said("a", "shown"), said("a", "accepted", days=2), said("a", "completed", days=3)]
    answers += [said("b", "declined", "no_time"), said("c", "declined", "no_time"), said("d", "declined")]
    found = report_plays([seen("a", "call"), seen("a", "call", days=3), seen("b", "call")], answers, as_of=TODAY)
    (play,) = found.plays
    assert (play.shown, play.accounts, play.yes, play.answers) == (3, 2, 1, 4)
    assert play.reactions == {"shown": 1, "accepted": 1, "declined": 3, "completed": 1}
    assert list(play.reasons.items()) == [("no_time", 2), ("no reason", 1)]


def test_outcomes_count_within_the_horizon_of_accounts_whose_horizon_is_over() -> None:
    """Too early, too late and too young an account do not count; one account has one of each outcome."""
    decisions = [seen(name, "call") for name in "abcd"] + [seen("young", "call", days=140)]
    outcomes = [became("a", "churned", 30), became("a", "churned", 31), became("b", "renewed", -1)]
    outcomes += [became("c", "renewed", 31), became("d", "renewed", 30), became("young", "churned", 141)]
    (play,) = report_plays(decisions, outcomes, as_of=TODAY, horizon_days=30).plays
    assert play.afterwards == Afterwards(4, {"renewed": 1, "churned": 1})


def test_accounts_without_a_play_are_compared_with_those_of_the_same_time() -> None:
    """Shown before the first lot, or open since before, is no part of the comparison."""
    decisions = [seen("before", "call"), seen("out", held=("call",), days=5), seen("in", "call", days=6)]
    decisions += [seen("open", "call", days=7, is_new=False), seen("out", held=("call",), days=9)]
    outcomes = [became("out", "churned", 10), became("in", "renewed", 20), became("before", "churned", 9)]
    (play,) = report_plays(decisions, outcomes, as_of=TODAY, horizon_days=30).plays
    assert play.held_back is not None
    assert play.held_back.since == DAY + timedelta(days=5)
    assert play.held_back.without == Afterwards(1, {"churned": 1})
    assert play.held_back.shown == Afterwards(1, {"renewed": 1})


def test_a_gap_is_wrong_for_an_account_once() -> None:
    """Who calls it wrong twice is one; who calls it wrong where it never stood is none."""
    wrong = [said("a", "wrong_diagnosis"), said("a", "wrong_diagnosis", days=2), said("z", "wrong_diagnosis")]
    found = report_plays([seen("a", "call"), seen("b"), seen("a")], wrong, as_of=TODAY)
    assert found.gaps == (GapRow("slow", 3, 2, 1),)


def test_small_numbers_have_no_rate() -> None:
    """Nineteen accounts are told as counts, twenty with a rate and its interval; nothing is compared below twenty."""
    for accounts, has_rate in ((19, False), (20, True)):
        decisions = [seen(f"a{number}", "call") for number in range(accounts)]
        decisions += [seen(f"b{number}", held=("call",)) for number in range(accounts)]
        outcomes = [became("a1", "churned", 10), became("b1", "churned", 10)]
        found = report_plays(decisions, outcomes, as_of=TODAY, horizon_days=30)
        text, (play,) = "\n".join(report_lines(found)), report_document(found)["plays"]
        assert ("rate" in play["afterwards"]["outcomes"]["churned"]) == has_rate
        assert ("differences" in play["held_back"]) == has_rate
        assert ("too few for a rate" in text) == (not has_rate)
        assert ("too few to compare" in text) == (not has_rate)


def test_what_comes_after_the_day_is_not_told() -> None:
    """Neither decisions nor answers nor outcomes; without decisions there is one line."""
    found = report_plays([seen("a", "call", days=3)], [said("a", "accepted")], as_of=DAY)
    assert (found.decisions, found.plays, found.gaps) == (0, (), ())
    assert list(report_lines(found)) == ["no decisions up to 2026-01-05"]
