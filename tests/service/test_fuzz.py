"""No message makes the server fail."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.service.asking import question, stub
from tests.service.conftest import Running, copied_folders, running
from tests.service.fuzz import attack


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def service(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Run one server on each database in turn."""
    changes = {}
    if request.param == "postgresql":
        changes["store"] = request.getfixturevalue("postgres").make("fuzz", template="ready")
    with running(copied_folders(tmp_path_factory.mktemp("fuzz")), **changes) as service:
        yield service


def test_two_thousand_messages(service: Running) -> None:
    """Random and mutated messages are answered or refused as the caller's, both often, and the server goes on."""
    before = stub(service.channel).Decide(question())
    answers = attack(service, 2000, seed=20260302)
    assert min(answers["OK"], answers["INVALID_ARGUMENT"]) > 100
    assert stub(service.channel).Decide(question()) == before
