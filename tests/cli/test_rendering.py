"""The view of a decision shows everything in it, to a person, on any width, from either door."""

from __future__ import annotations

from pathlib import Path

import pytest
from google.protobuf.json_format import MessageToDict
from rich.console import Console
from tests.cli.sample_decision import DECISION, sample_document
from tests.golden import matches_golden, recorded

from nextplay._proto.nextplay.v1 import decision_pb2
from nextplay.cli.rendering import decision_view, fact_value, plain
from nextplay.service.wire import write_decision

GOLDEN = Path(__file__).parent / "golden"


def drawn(document: dict[str, object], *, width: int, readings: bool = False) -> str:
    """Draw without colours, as a pipe gets it."""
    console = Console(width=width, highlight=False, color_system=None, force_terminal=False)
    with console.capture() as capture:
        console.print(decision_view(document, readings=readings))
    return "".join(f"{line.rstrip()}\n" for line in capture.get().splitlines())


@pytest.mark.parametrize("width", [80, 120])
def test_a_decision_with_one_of_everything(width: int) -> None:
    """Risk, drivers, gaps, actions, withheld plays, questions, near misses, missing facts and release, as recorded."""
    text = drawn(sample_document(), width=width)
    assert max(map(len, text.splitlines())) <= width
    matches_golden(text, GOLDEN / f"decision_{width}.txt")


def test_explained_with_every_reading() -> None:
    """With readings, the comparisons behind the evidence and the trace are there too."""
    text = drawn(sample_document(), width=100, readings=True)
    assert text == recorded(GOLDEN / "decision_explained.txt", text)


def test_an_empty_decision_says_that_there_is_nothing_to_do() -> None:
    """Nothing known is an answer too: the risk is unknown, and no action is said to be none."""
    text = drawn({"account_id": "a", "as_of": "2026-03-02T00:00:00Z"}, width=100)
    assert text == recorded(GOLDEN / "decision_empty.txt", text)


def test_text_of_customers_is_inert_on_a_terminal() -> None:
    """Escape sequences and markup in names reach the terminal as visible signs, never as commands."""
    text = drawn({"account_id": "\x1b]0;x\x07[red]a[/red]\u202e"}, width=100)
    assert "\x1b" not in text
    assert "\x07" not in text
    assert "\u202e" not in text
    assert "[red]a[/red]" in text
    assert plain("a\nb") == "a\N{REPLACEMENT CHARACTER}b"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0.5, 0.5),
        (None, None),
        ({"number": 0.5}, 0.5),
        ({"flag": False}, False),
        ({"text": "smb"}, "smb"),
        ({"words": {"words": ["a", "b"]}}, ["a", "b"]),
        ({"words": {}}, ()),
        ({"numbers": {"numbers": [1.0, 2.0]}}, [1.0, 2.0]),
        ({}, None),
    ],
)
def test_values_are_read_from_either_door(value: object, expected: object) -> None:
    """A fact's value is the same whether plain or wrapped as in the contract."""
    assert fact_value(value) == expected


def test_what_comes_over_grpc_looks_the_same() -> None:
    """The decision of the server, read as JSON by a client, gives the same view as the decision itself."""
    message = decision_pb2.Decision.FromString(write_decision(DECISION))
    over_grpc = MessageToDict(message, preserving_proto_field_name=True)
    assert drawn(over_grpc, width=100, readings=True) == drawn(sample_document(), width=100, readings=True)
