"""From facts about the contract back to its fields: which dates and flags bring them about."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Final

from nextplay.decision import FactValue
from nextplay.facts.declare import Writer, number
from nextplay.facts.draft import Draft

_SHORTEST_TERM: Final = 100
_NOTICE: Final = 30
_YEAR: Final = 365


def write_money(field: str) -> Writer:
    """Return the inverse of an amount: every amount needs a currency."""

    def write(draft: Draft, wanted: Mapping[str, FactValue]) -> None:
        draft.put(f"contract.{field}.amount", wanted[f"contract.{field}"])
        code = draft.values.get("contract.currency_code")
        draft.default(f"contract.{field}.currency_code", "EUR" if code is None else code)

    return write


def write_currency(draft: Draft, wanted: Mapping[str, FactValue]) -> None:
    """Fix the currency, and an amount for it to belong to."""
    draft.put("contract.annual_value.currency_code", wanted["contract.currency_code"])
    draft.default("contract.annual_value.amount", 1000)


def write_days_since_term_start(draft: Draft, wanted: Mapping[str, FactValue]) -> None:
    """Fix the start of the term."""
    draft.put("contract.term_started_on", draft.ago(_days(wanted["contract.days_since_term_start"])))


def write_days_to_renewal(draft: Draft, wanted: Mapping[str, FactValue]) -> None:
    """Fix the renewal."""
    draft.put("contract.renewal_on", draft.ago(-_days(wanted["contract.days_to_renewal"])))


def write_term_elapsed_share(draft: Draft, wanted: Mapping[str, FactValue]) -> None:
    """Fix start and end of the term, keeping the one that is fixed already."""
    share = Fraction(str(wanted["contract.term_elapsed_share"]))
    start, end = draft.held("contract.term_started_on"), draft.held("contract.renewal_on")
    if start is not None and share:
        term = Fraction(draft.age(start)) / share
    elif end is not None and share != 1:
        term = Fraction(-draft.age(end)) / (1 - share)
    else:
        term = Fraction(share.denominator * -(-_SHORTEST_TERM // share.denominator))
    if term.denominator != 1:
        raise ValueError("no whole number of days gives this share of the term")
    gone = int(term * share)
    draft.put("contract.term_started_on", draft.ago(gone))
    draft.put("contract.renewal_on", draft.ago(gone - int(term)))


def write_renewal(draft: Draft, wanted: Mapping[str, FactValue]) -> None:
    """Fix what decides whether the term renews by itself, then the dates of the decision deadline."""
    short = {name.removeprefix("contract."): value for name, value in wanted.items()}
    _write_opt_out(draft, short)
    days = short.get("days_to_decision_deadline")
    if short.get("decision_deadline") is not None:
        days = -draft.age(str(short["decision_deadline"]))
    if days is not None:
        _write_deadline(draft, _days(days), assumed=short.get("decision_deadline_assumed") is True)
    elif draft.held("contract.renewal_on") is None and {"decision_deadline_passed", "decision_deadline_assumed"} & {
        *short
    }:
        passed = short.get("decision_deadline_passed") is True
        _write_deadline(draft, -1 if passed else _YEAR, assumed=short.get("decision_deadline_assumed") is True)
    elif "decision_deadline_assumed" in short:
        _settle_notice(draft, assumed=short["decision_deadline_assumed"] is True)


def _write_opt_out(draft: Draft, wanted: Mapping[str, FactValue]) -> None:
    renews, cancelled = wanted.get("renews_automatically"), wanted.get("auto_renew_cancelled")
    before = wanted.get("auto_renew_cancelled_before_term")
    flag = draft.held("contract.auto_renew")
    if cancelled is True or (renews is False and flag is True):
        _cancel(draft, within_term=True)
    elif before is True or (cancelled is False and flag is False):
        _cancel(draft, within_term=False)
    elif before is False and flag is False:
        _cancel(draft, within_term=True)
    elif cancelled is False or before is False:
        draft.default("contract.auto_renew", value=True)
    if renews is not None:
        draft.default("contract.auto_renew", value=renews)


def _cancel(draft: Draft, *, within_term: bool) -> None:
    """Fix a cancelling and the start of a term around it."""
    start_field = "contract.term_started_on"
    start = draft.held(start_field)
    cancelled = draft.held("contract.auto_renew_cancelled_on")
    if cancelled is None:
        distance = draft.age(start) if start is not None else _YEAR
        days = distance if within_term and start is not None and distance < 1 else distance // 2
        cancelled = draft.default("contract.auto_renew_cancelled_on", draft.ago(days if within_term else distance + 1))
    if start is None:
        draft.put(start_field, draft.ago(draft.age(cancelled) + (1 if within_term else -1)))


def _write_deadline(draft: Draft, days: int, *, assumed: bool) -> None:
    """Fix renewal and notice so that the deadline lies `days` ahead."""
    held_renewal, notice = draft.held("contract.renewal_on"), draft.held("contract.notice_period_days")
    renews = draft.held("contract.auto_renew") and draft.held("contract.auto_renew_cancelled_on") is None
    if held_renewal is not None:
        between = -draft.age(held_renewal) - days
        draft.default("contract.auto_renew", value=between > 0)
        if between:
            draft.put("contract.notice_period_days", between)
        return
    if assumed and notice is None:
        if draft.held("contract.auto_renew_cancelled_on") is not None:
            _cancel(draft, within_term=False)
        draft.default("contract.auto_renew", value=True)
    elif not assumed:
        renews = draft.default("contract.auto_renew", value=False) and renews
    if renews and not assumed:
        notice = draft.default("contract.notice_period_days", _NOTICE)
    counts = assumed or renews
    draft.put("contract.renewal_on", draft.ago(-days - ((_NOTICE if notice is None else notice) if counts else 0)))


def _settle_notice(draft: Draft, *, assumed: bool) -> None:
    if assumed:
        if draft.held("contract.notice_period_days") is None:
            draft.default("contract.auto_renew", value=True)
        return
    if draft.default("contract.auto_renew", value=False):
        draft.default("contract.notice_period_days", _NOTICE)


def _days(value: FactValue) -> int:
    return int(number(value))
