"""Errors travel between processes with everything that they carry."""

from __future__ import annotations

import pickle
from collections.abc import Iterator

import pytest

from nextplay.errors import (
    DecisionDamaged,
    Fault,
    InputInvalid,
    NextplayError,
    NotRemembered,
    ReleaseRejected,
    RulebookInvalid,
    Violation,
    WorkerDied,
)

MADE: dict[type[NextplayError], NextplayError] = {
    InputInvalid: InputInvalid([Violation("b", "is required"), Violation("a", "must be a text")]),
    RulebookInvalid: RulebookInvalid(
        [Fault("b.yaml", 2, 1, "code", "message"), Fault("a.yaml", 1, 1, "code", "other")]
    ),
    ReleaseRejected: ReleaseRejected(["first", "second"]),
    NotRemembered: NotRemembered("decision"),
    DecisionDamaged: DecisionDamaged(),
    WorkerDied: WorkerDied("hire another"),
}


def kinds(above: type[NextplayError] = NextplayError) -> Iterator[type[NextplayError]]:
    """Yield every kind of the tree."""
    for kind in above.__subclasses__():
        if kind.__module__ == NextplayError.__module__:
            yield kind
            yield from kinds(kind)


@pytest.mark.parametrize("kind", [*kinds()], ids=str)
def test_an_error_survives_pickling(kind: type[NextplayError]) -> None:
    """It arrives as the same kind with the same text, arguments and attributes."""
    error = MADE.get(kind) or kind("some text")
    again = pickle.loads(pickle.dumps(error))  # noqa: S301  our own bytes
    assert (type(again), again.args, str(again), vars(again)) == (kind, error.args, str(error), vars(error))
