"""Explains a whole account on one screen: the diagnosis, each gap, each action, and each play that stayed away."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from operator import attrgetter
from typing import Final

from nextplay.authoring.explain.case import Case
from nextplay.authoring.explain.page import Line, Page, Section
from nextplay.authoring.explain.rule_page import RulePage
from nextplay.authoring.explain.rules import explained
from nextplay.authoring.explain.tree import Trees
from nextplay.authoring.explain.words import words
from nextplay.decision import Action, Diagnosis, Evidence, Gap, NearMiss, Withheld
from nextplay.rules.program import main_condition
from nextplay.rules.wording import render

MOST_SHOWN: Final = 12
"""So many undecided gaps fit on the screen; those for want of the fewest facts come first."""


@dataclass(frozen=True, slots=True)
class UndecidedGap:
    """A gap of which too little is known to tell whether it stands, and the unknown facts that it reads."""

    gap: str
    title: str
    facts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reason:
    """A gap that stands, and whether it counts for the diagnosis: it is material, and no opportunity."""

    gap: str
    item: str | None
    counts: bool


@dataclass(frozen=True, slots=True)
class Harmless:
    """A gap that something else explains, or (`by`) that is a part of another."""

    gap: str
    title: str
    by: str
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class AccountExplanation:
    """Why the decision about one account came out as it did."""

    account_id: str
    as_of: str
    diagnosis: Diagnosis
    because: tuple[Reason, ...]
    gaps: tuple[Gap, ...]
    near: tuple[NearMiss, ...]
    harmless: tuple[Harmless, ...]
    undecided: tuple[UndecidedGap, ...]
    actions: tuple[Action, ...]
    withheld: tuple[Withheld, ...]
    on_trial: tuple[str, ...]


def explained_account(case: Case) -> AccountExplanation:
    """Explain the account as a whole."""
    decision = case.given.decision
    material = case.release.rulebook.diagnosis.material
    absorbed = (Harmless(gap.gap, gap.title, gap.absorbed_by) for gap in decision.absorbed_gaps)
    harmless = (Harmless(gap.gap, gap.title, "", gap.explained_by) for gap in decision.explained_gaps)
    return AccountExplanation(
        account_id=decision.account_id,
        as_of=decision.as_of.isoformat().replace("+00:00", "Z"),
        diagnosis=decision.diagnosis,
        because=tuple(
            Reason(gap.gap, gap.item, gap.kind != "opportunity" and gap.severity >= material) for gap in decision.gaps
        ),
        gaps=decision.gaps,
        near=decision.near_misses,
        harmless=(*harmless, *absorbed),
        undecided=tuple(sorted(_undecided(case), key=lambda gap: (len(gap.facts), gap.gap))),
        actions=decision.actions,
        withheld=decision.withheld,
        on_trial=tuple(
            sorted({*(gap.gap for gap in decision.shadow_gaps), *(play.play for play in decision.shadow_plays)})
        ),
    )


def _undecided(case: Case) -> Iterator[UndecidedGap]:
    for rule in sorted(case.gaps.values(), key=attrgetter("id")):
        if rule.life.status == "live":
            found = explained(case, rule)
            if found.state == "unknown":
                missing = dict.fromkeys(leaf.fact for leaf in found.parts[0].tree.leaves() if leaf.value is None)
                yield UndecidedGap(rule.id, found.title, tuple(missing))


class AccountPage:
    """Writes the account's page."""

    def __init__(self, case: Case) -> None:
        self._case = case
        self._rules = RulePage(case)

    def page(self, found: AccountExplanation) -> Page:
        """Write it."""
        title = self._say("account", account=found.account_id, day=found.as_of[:10])
        sections = [Section(self._diagnosis_title(found), tuple(self._because(found)))]
        for key, lines in (
            ("section_gaps", self._gaps(found)),
            ("section_near", self._near(found)),
            ("section_explained", self._harmless(found)),
            ("section_undecided", self._open(found)),
            ("section_actions", self._actions(found)),
            ("section_withheld", self._withheld(found)),
            ("section_shadow", (Line(self._title(rule)) for rule in found.on_trial)),
        ):
            body = tuple(lines)
            if body:
                sections.append(Section(self._say(key), body))
        return Page(title, (found.diagnosis.says, self._say("ask_further")), tuple(sections))

    def _say(self, key: str, **details: object) -> str:
        return words(self._case.locale, key, **details)

    def _title(self, rule: str) -> str:
        text = (self._case.gaps.get(rule) or self._case.plays[rule]).title
        written = render(text, self._case.given.facts, self._case.specs, locale=self._case.locale)
        return f"{written} [{rule}]"

    def _diagnosis_title(self, found: AccountExplanation) -> str:
        kind = self._say("section_diagnosis", kind=self._say(f"kind_{found.diagnosis.kind}"))
        lead = found.diagnosis.lead
        if found.diagnosis.kind != "mixed" or lead is None:
            return kind
        return f"{kind}; {self._say('lead', kind=lead.upper())}"

    def _because(self, found: AccountExplanation) -> Iterator[Line]:
        if not found.gaps:
            yield Line(self._say("no_gap"))
        for gap, reason in zip(found.gaps, found.because, strict=True):
            kind = self._say(f"kind_{gap.kind}").partition(" (")[0]
            severity = f"{gap.severity:.2f}".replace(".", "," if self._case.locale.startswith("pt") else ".")
            text = self._say("because", title=gap.title, kind=kind, severity=severity)
            yield Line(text, 0, "true" if reason.counts else "", "" if reason.counts else self._say("not_counted"))

    def _gaps(self, found: AccountExplanation) -> Iterator[Line]:
        for gap in found.gaps:
            label = f" ({gap.item_label or gap.item})" if gap.item is not None else ""
            yield Line(f"{gap.title}{label} [{gap.gap}]", 0, "true", self._say(f"kind_{gap.kind}"))
            yield from self._evidence(gap.evidence)
            if gap.open_side is not None:
                yield Line(self._say("open_side", kind=gap.open_side.upper()), 1, "unknown")

    def _evidence(self, evidence: tuple[Evidence, ...]) -> Iterator[Line]:
        for entry in evidence:
            known = entry.signal in self._case.signals
            yield Line(f"{entry.says} [{entry.signal}]" if known else entry.says, 1)

    def _near(self, found: AccountExplanation) -> Iterator[Line]:
        trees = Trees(self._case)
        for near in found.near:
            reading = near.reading
            yield Line(f"{near.title} [{near.gap}]", 0, "open")
            for leaf in trees.of(main_condition(self._case.gaps[near.gap])).leaves():
                if (leaf.fact, leaf.operator) == (reading.fact, reading.operator):
                    text, note = self._rules.compared(leaf)
                    yield Line(text, 1, "", note)
                    break

    def _harmless(self, found: AccountExplanation) -> Iterator[Line]:
        for gap in found.harmless:
            by = self._say("gap_absorbed", by=self._title(gap.by)) if gap.by else ""
            yield Line(f"{gap.title} [{gap.gap}]", 0, "false", by)
            yield from self._evidence(gap.evidence)

    def _open(self, found: AccountExplanation) -> Iterator[Line]:
        for gap in found.undecided[:MOST_SHOWN]:
            facts = self._rules.facts(gap.facts)
            yield Line(f"{gap.title} [{gap.gap}]", 0, "unknown", self._say("wants", facts=facts))
        if len(found.undecided) > MOST_SHOWN:
            yield Line(self._say("and_more", n=len(found.undecided) - MOST_SHOWN))

    def _actions(self, found: AccountExplanation) -> Iterator[Line]:
        if not found.actions:
            yield Line(self._say("no_action"))
        for action in found.actions:
            yield Line(f"{action.rank}. {action.title} [{action.play}]", 0, "true")
            yield Line(action.rationale, 1)

    def _withheld(self, found: AccountExplanation) -> Iterator[Line]:
        for entry in found.withheld:
            yield Line(f"{entry.title} [{entry.play}]", 0, "false", entry.says)
