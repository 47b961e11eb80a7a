"""A violation about a fact names the columns that feed it."""

from __future__ import annotations

from nextplay.authoring.csv_mapping import CsvMapping
from nextplay.authoring.fact_columns import columns_of_fact, with_columns
from nextplay.errors import InputInvalid, Violation
from nextplay.facts import Vocabulary

MAPPING = CsvMapping.model_validate(
    {
        "account_id": "Id",
        "fields": {
            "support.open_p1": "Open P1",
            "usage.active_users_28d": "Active",
            "contract.seats": "Seats",
            "contract.annual_value": {"column": "ARR", "currency": "EUR"},
            "surveys[0].score": "NPS",
            "surveys[0].kind": {"constant": "nps"},
        },
        "files": {"cases": {"account_id": "Acc", "fields": {"support.open_tickets": "Open"}, "pick": "newest"}},
    }
)
SPECS = Vocabulary.of().specs


def test_columns_are_those_of_the_fields_that_a_fact_reads() -> None:
    """Several fields, money, items of a list and further files: each column once, constants never."""
    assert columns_of_fact(MAPPING, SPECS["usage.license_utilization"]) == ("`Active`", "`Seats`")
    assert columns_of_fact(MAPPING, SPECS["support.open_tickets"]) == ("`Open` of `cases`",)
    assert "`ARR`" in columns_of_fact(MAPPING, SPECS["contract.annual_value"])
    assert columns_of_fact(MAPPING, SPECS["surveys.csat.mean"]) == ("`NPS`",)


def test_an_error_names_them_beside_the_fact() -> None:
    """What is no fact stays as it is, and so does all where there is no mapping."""
    error = InputInvalid([Violation("support.open_p1", "leaks"), Violation("label", "is lost")])
    assert str(with_columns(error, MAPPING, SPECS)) == "label: is lost; support.open_p1 (column `Open P1`): leaks"
    assert with_columns(error, None, SPECS) is error
