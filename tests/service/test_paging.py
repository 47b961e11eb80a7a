"""Page tokens lead on in one question, and in no other."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from nextplay.errors import InputInvalid
from nextplay.service.paging import key_of, page_token

QUESTION = ["ListDecisions", "acc"]
TOKEN = page_token(QUESTION, 41)
WHATEVER: TypeAdapter[object] = TypeAdapter(object)
NUMBER: TypeAdapter[int] = TypeAdapter(int)


@given(st.one_of(st.integers(0, 2**53), st.lists(st.one_of(st.none(), st.text(max_size=5), st.floats(0, 1)))))
def test_a_token_gives_its_key_back(key: object) -> None:
    """Whatever a page ended with comes back out of its token."""
    assert key_of(page_token(QUESTION, key), QUESTION, WHATEVER) == key


def test_the_same_place_has_the_same_token() -> None:
    """Tokens depend on nothing but the question and the place."""
    assert page_token(QUESTION, 41) == TOKEN


@pytest.mark.parametrize("question", [["ListDecisions", "another"], ["ListActions", "acc"], ["ListDecisions"]])
def test_of_another_question(question: object) -> None:
    """A token of another account or call is refused by its field."""
    with pytest.raises(InputInvalid) as refused:
        key_of(TOKEN, question, NUMBER)
    assert [violation.path for violation in refused.value.violations] == ["page_token"]


@given(st.integers(0, len(TOKEN) - 1), st.sampled_from("ABCabc019-_=%\u00e9\0"))
def test_changed_on_the_way(place: int, letter: str) -> None:
    """A token with one letter changed gives its own place or none."""
    changed = TOKEN[:place] + letter + TOKEN[place + 1 :]
    with suppress(InputInvalid):
        assert key_of(changed, QUESTION, NUMBER) == 41


@pytest.mark.parametrize("key", [{"a": 1}, "41", 4.5, [41], None])
def test_of_another_shape(key: object) -> None:
    """A token that somebody made up with our seal, and with no key of ours in it, is refused before it is used."""
    with pytest.raises(InputInvalid):
        key_of(page_token(QUESTION, key), QUESTION, NUMBER)


@pytest.mark.parametrize("token", ["", "A", "====", TOKEN + "!!", "x" * 100_000, "\u202e", "bnVsbA=="])
def test_made_up(token: str) -> None:
    """What is no token of ours is refused."""
    with pytest.raises(InputInvalid):
        key_of(token, QUESTION, NUMBER)
