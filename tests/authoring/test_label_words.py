"""Where labels tell nothing apart the cause is said, with words of the label but no customer's values."""

from __future__ import annotations

import pytest

from nextplay.authoring.label_words import LabelWords
from nextplay.errors import InputInvalid


def refused(told: list[str], left: list[bool], *asked: str) -> str:
    """Return the refusal of rows with such words."""
    words = LabelWords(asked)
    for word in told:
        words.add(word)
    with pytest.raises(InputInvalid) as error:
        words.check(left)
    return str(error.value)


def test_a_word_that_no_row_has_is_said_with_the_words_there_are() -> None:
    """The label's own words are named where they are few, and what to do about it."""
    told = refused(["yes", "no", "no", "yes"], [False] * 4, "ja", "weg")
    assert told == (
        "label.left: no row's label is one of these (`ja`, `weg`); the label holds `no`, `yes`; "
        "name the word for leaving, or another column, or bring rows of accounts that left"
    )


@pytest.mark.parametrize("told", [["2026-01-0" + str(day) for day in range(1, 8)] * 2, ["Jane Roe", "no", "no"]])
def test_values_that_may_be_a_customers_are_never_named(told: list[str]) -> None:
    """A column of many values, or one that stands in a single row, is no label: nothing of it is repeated."""
    message = refused(told, [False] * len(told), "yes")
    assert not any(word in message for word in told if word != "no")
    assert "name the word for leaving, or another column" in message


def test_rows_that_all_left_and_leavers_left_out_have_causes_of_their_own() -> None:
    """All left; or those who left are not among the rows that remain."""
    assert "every row that remains left (`yes`)" in refused(["yes", "yes"], [True, True], "yes")
    message = refused(["yes", "no"], [False], "yes")
    assert message.startswith("label: rows that left are there, but all of them were left out")


def test_labels_that_tell_apart_pass() -> None:
    """Both outcomes are what is asked for."""
    words = LabelWords(["yes"])
    words.add("yes")
    words.add(None)
    words.check([True, False])
