"""Errors travel between processes with everything that they carry."""

from __future__ import annotations

import pickle

from nextplay.errors import InputInvalid, Violation


def test_a_refusal_survives_pickling() -> None:
    """What a worker refused arrives with every violation and the same text."""
    refused = InputInvalid([Violation("b", "is required"), Violation("a", "must be a text")])
    again = pickle.loads(pickle.dumps(refused))  # noqa: S301  our own bytes
    assert (type(again), again.violations, str(again)) == (InputInvalid, refused.violations, str(refused))
