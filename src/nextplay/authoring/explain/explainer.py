"""The door of the package: one account, asked about as a whole or rule by rule."""

from __future__ import annotations

from dataclasses import replace
from difflib import get_close_matches
from functools import cached_property

from nextplay.authoring.explain.account import AccountExplanation, AccountPage, explained_account
from nextplay.authoring.explain.case import Case
from nextplay.authoring.explain.explanation import Asked, RuleExplanation
from nextplay.authoring.explain.flips import flip_searches
from nextplay.authoring.explain.page import Page, page_text
from nextplay.authoring.explain.rule_page import RulePage
from nextplay.authoring.explain.rules import explained
from nextplay.authoring.explain.undecided import settling
from nextplay.authoring.explain.unread import Unread
from nextplay.errors import NextplayError
from nextplay.release import Release
from nextplay.rules.rulebook import GapRule
from nextplay.snapshot import CustomerSnapshot


class RuleNotFound(NextplayError):
    """The rulebook has no signal, gap or play of this id."""


class KindNotPossible(NextplayError):
    """What is asked for can be asked of contested gaps alone."""


class Explainer:
    """Explains one account for one release."""

    def __init__(
        self, release: Release, snapshot: CustomerSnapshot, *, locale: str = "en", unread: Unread | None = None
    ) -> None:
        """Decide for the account once. `unread` is what was sent and counts as unknown (`unread_of`)."""
        self._case = Case(release, snapshot, locale=locale, unread=unread)

    def account(self) -> AccountExplanation:
        """Explain the decision as a whole."""
        return explained_account(self._case)

    def account_page(self) -> Page:
        """Write the explanation of the decision as a page."""
        return AccountPage(self._case).page(self.account())

    def rule(self, name: str, *, changes: bool = True, to: Asked | None = None) -> RuleExplanation:
        """Explain one rule, named as for `Case.rule`; with `changes`, also what would turn it round or decide it.

        With `to`, what would lead it there instead. Raises `RuleNotFound` with what may have been meant, and
        `KindNotPossible`.
        """
        try:
            rule = self._case.rule(name)
        except KeyError:
            raise RuleNotFound(self._not_found(name)) from None
        found = explained(self._case, rule)
        if not changes:
            return found
        if to not in (None, "none") and not (isinstance(rule, GapRule) and rule.kind is None):
            message = f"`{name}` is no contested gap, so it cannot be {to}; ask with `--to none`, or leave `--to` out"
            raise KindNotPossible(message)
        searches = tuple(flip_searches(self._case, rule, found, to))
        settled = settling(self._case, rule, found)
        return replace(found, searches=searches, settled_by=settled.by, unsettled=settled.why_none)

    def rule_page(self, name: str, *, changes: bool = True) -> Page:
        """Write the explanation of one rule as a page."""
        return self.page_of(self.rule(name, changes=changes))

    def page_of(self, explanation: RuleExplanation) -> Page:
        """Write an explanation of this account as a page."""
        return RulePage(self._case).page(explanation)

    @cached_property
    def _names(self) -> tuple[str, ...]:
        return (*self._case.gaps, *self._case.plays, *self._case.signals)

    def _not_found(self, name: str) -> str:
        bare = name.rpartition(":")[2]
        if bare in self._case.release.rulebook.off:
            return f"rule `{name}` is switched off"
        close = get_close_matches(bare, self._names, n=1)
        hint = f"; did you mean `{close[0]}`?" if close else "; without --rule, the account's rules are listed"
        return f"no signal, gap or play `{name}`{hint}"


def explain_page(release: Release, snapshot: CustomerSnapshot, rule: str, *, locale: str = "en") -> Page:
    """Explain one rule for one account as a page, without what would change it. Raises `RuleNotFound`."""
    return Explainer(release, snapshot, locale=locale).rule_page(rule, changes=False)


def explain_text(release: Release, snapshot: CustomerSnapshot, rule: str, *, locale: str = "en") -> str:
    """Explain one rule for one account as plain text, without what would change it. Raises `RuleNotFound`."""
    return page_text(explain_page(release, snapshot, rule, locale=locale))
