"""A store filled as the service fills it: an invented book decided again and again, with what people told in between.

Everything runs that runs when a call is answered, without the network: the history comes from the store, declared
fields are masked, the recorder writes in groups. Some questions are only looked at and leave nothing; some bring their
own history, ask in another language, for fewer actions or for every detail, or hold a word that nobody knows.
"""

from __future__ import annotations

import io
import random
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any, Final

from nextplay.authoring.sample_book import sample_book
from nextplay.decision import Decision, Options
from nextplay.masking import Masking
from nextplay.release import load_release
from nextplay.service.api import DecisionApi, Remembering
from nextplay.service.clock import exact_now
from nextplay.service.entries import Entries
from nextplay.service.memory import Memory
from nextplay.service.recorder import Recorder
from nextplay.service.releases import Releases
from nextplay.service.telemetry import Journal, json_lines
from nextplay.service.wire import Question
from nextplay.store import Store
from nextplay.store.records import Answer, Hold, Reaction, ReactionKind, Told

MASKED: Final = ("profile.name", "surveys[].respondent_id", "team.csm")
_AT_ONCE: Final = 50
_ROUND_DAYS: Final = 5
_VIEWED: Final = 0.1
_UNSEEN_WORD: Final = 0.05
_OWN_HISTORY: Final = 0.05
_HELD: Final = 0.03
_ANSWERED: Final = 0.5
_REACTIONS: Final[Mapping[ReactionKind | None, int]] = {
    "accepted": 7, "declined": 3, "snoozed": 2, "completed": 3, "wrong_diagnosis": 1, "shown": 2, None: 2,
}  # fmt: skip
"""What people do with an action, by how often; `None` is nothing."""
_OPTIONS: Final = (
    Options(), Options(), Options(), Options(locale="pt-BR"), Options(explanation="full"), Options(explanation="none"),
    Options(max_actions=1),
)  # fmt: skip


@dataclass(slots=True)
class Filled:
    """What a store was filled with: decisions in the log, questions that were only looked at, and what was told."""

    decisions: int = 0
    viewed: int = 0
    told: int = 0


def fill(url: str, rules: Path, models: Path, *, decisions: int, accounts: int, seed: int = 7) -> Filled:
    """Fill a store with so many decisions about so many invented accounts, five days between two of one account."""
    dice = random.Random(seed)  # noqa: S311  a seed must give the same again
    book = [entry.snapshot for entry in sample_book(seed=seed, accounts=accounts)]
    filled = Filled()
    with _service(url, rules, models) as (api, remembering):
        questions = _questions(book, dice)
        while filled.decisions < decisions:
            asked = list(islice(questions, min(_AT_ONCE, decisions - filled.decisions)))
            with api.one_release() as sitting:
                answered = [(question, sitting.decide(question)) for question in asked]
                sitting.keep()
            kept = [decision for question, decision in answered if question.record]
            filled.decisions += len(kept)
            filled.viewed += len(asked) - len(kept)
            remembering.recorder.flush()
            filled.told += _tell(remembering.memory.store, kept, dice, begin=filled.told)
    return filled


@contextmanager
def _service(url: str, rules: Path, models: Path) -> Iterator[tuple[DecisionApi, Remembering]]:
    """Put together what answers calls, as the service does."""
    journal = Journal(json_lines(io.BytesIO()))
    memory = Memory(lambda: Store.open(url, clock=exact_now), journal=journal)
    recorder = Recorder(memory, journal=journal, most_waiting=2 * _AT_ONCE)
    remembering = Remembering(memory, recorder, Entries(Masking(MASKED)))
    releases = Releases()
    releases.take(load_release(rules, models), now=exact_now())
    recorder.start()
    try:
        yield DecisionApi(releases, journal=journal, remembering=remembering), remembering
    finally:
        recorder.stop(10.0)
        memory.close()
        releases.close()


def _questions(book: Sequence[dict[str, Any]], dice: random.Random) -> Iterator[Question]:
    """Ask about every account, and again five days later."""
    round_number = 0
    while True:
        for snapshot in book:
            document = snapshot | {"team": {"csm": f"csm-{dice.randrange(9)}"}}
            as_of = datetime.fromisoformat(snapshot["as_of"]) + timedelta(days=_ROUND_DAYS * round_number)
            document["as_of"] = as_of.isoformat()
            if dice.random() < _UNSEEN_WORD:
                document["journey_stage"] = "honeymoon"
            if dice.random() < _OWN_HISTORY:
                document["history"] = []
            yield Question(document, dice.choice(_OPTIONS), record=dice.random() >= _VIEWED)
        round_number += 1


def _tell(store: Store, decisions: Sequence[Decision], dice: random.Random, *, begin: int) -> int:
    """Tell what people did after these decisions; return how much."""
    told = [entry for decision in decisions for entry in _told(decision, dice)]
    for number, entry in enumerate(told, start=begin):
        store.record("", f"told-{number}", entry)
    return len(told)


def _told(decision: Decision, dice: random.Random) -> Iterator[Told]:
    """Yield what people tell of one decision, up to three days later."""
    account = decision.account_id
    at = decision.as_of.astimezone(UTC) + timedelta(hours=dice.randrange(1, 72))
    for action in decision.actions[:2]:
        (kind,) = dice.choices(list(_REACTIONS), weights=list(_REACTIONS.values()))
        if kind is not None:
            until = at.date() + timedelta(days=dice.randrange(1, 20)) if kind == "snoozed" else None
            yield Reaction(account, action.action_id, kind, at, decision.decision_id, until)
    for question in decision.undetermined:
        if question.gap is not None and question.options and dice.random() < _ANSWERED:
            yield Answer(account, question.gap, dice.choice(question.options).answer, at)
    if dice.random() < _HELD:
        play = dice.choice([None, *(action.play for action in decision.actions)])
        yield Hold(account, play, at.date() + timedelta(days=10), "asked for quiet", at)
