"""Explains one rule for one account: signals, gaps and plays."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nextplay.authoring.explain.case import Case, Rule
from nextplay.authoring.explain.explanation import (
    AnsweredGap,
    ItemGap,
    Part,
    Ranking,
    RuleExplanation,
    Seat,
    SideRow,
    Sort,
    Standing,
    State,
    Weight,
)
from nextplay.authoring.explain.tree import Node, Trees
from nextplay.facts import Item, kind_of
from nextplay.rules.condition import Condition, SignalLeaf, Truth
from nextplay.rules.program import main_condition
from nextplay.rules.rulebook import GapRule, Play, SideRule, SignalRule, Text
from nextplay.rules.wording import PLACEHOLDER, render

_STATES: dict[Truth, State] = {True: "true", False: "false", None: "unknown"}


def explained(case: Case, rule: Rule) -> RuleExplanation:
    """Explain one rule, without what would change it."""
    return _Rules(case).explanation(rule)


def parts_of(rule: Rule) -> Iterator[tuple[str, Condition]]:
    """Walk the conditions of a rule by their keys."""
    match rule:
        case SignalRule():
            yield "when", rule.when
        case GapRule():
            yield ("when" if rule.reading is None else "reading"), main_condition(rule)
            for key, side in (("cx", rule.cx), ("cs", rule.cs)):
                if side is not None:
                    yield key, side.when
            if rule.unless is not None:
                yield "unless", rule.unless
        case Play():
            for key in ("eligibility", "applicability", "suitability", "done_when"):
                condition = getattr(rule, key)
                if condition is not None:
                    yield key, condition


class _Rules:
    """Explains the rules of one account."""

    def __init__(self, case: Case) -> None:
        self._case = case
        self._decision = case.given.decision
        self._trees = Trees(case)

    def explanation(self, rule: Rule) -> RuleExplanation:
        match rule:
            case SignalRule():
                return self._signal(rule)
            case GapRule():
                return self._gap(rule)
            case Play():
                return self._play(rule)

    def _about(self, rule: Rule, sort: Sort) -> tuple[Sort, str, str, str, str]:
        decision = self._decision
        day = decision.as_of.isoformat().replace("+00:00", "Z")
        return sort, rule.id, self._words(rule.title), decision.account_id, day

    def _words(self, text: Text) -> str:
        """Write a title; of a rule over a list it is that of no one item, whose values are left open."""
        text = {locale: PLACEHOLDER.sub(_left_open, wording) for locale, wording in text.items()}
        return render(text, self._case.given.facts, self._case.specs, locale=self._case.locale)

    def _parts(self, rule: Rule) -> tuple[Part, ...]:
        kind = getattr(rule, "for_each", None)
        trees = self._trees
        return tuple(
            Part(key, trees.of(condition) if kind is None else trees.per_item(kind, condition))
            for key, condition in parts_of(rule)
        )

    def _signal(self, rule: SignalRule) -> RuleExplanation:
        parts = self._parts(rule)
        return RuleExplanation(*self._about(rule, "signal"), state=_STATES[parts[0].tree.truth], parts=parts)

    def _gap(self, rule: GapRule) -> RuleExplanation:
        decision, parts = self._decision, self._parts(rule)
        standings = tuple(
            Standing(gap.kind, gap.severity, gap.item, gap.item_label, gap.open_side, gap.answered)
            for gap in decision.gaps
            if gap.gap == rule.id
        )
        trees = {part.key: part.tree for part in parts}
        absorbed_by = next((gap.absorbed_by for gap in decision.absorbed_gaps if gap.gap == rule.id), "")
        counts = rule.life.covers(decision.as_of.date())
        if standings:
            state: State = "stands"
        elif absorbed_by:
            state = "absorbed"
        elif any(gap.gap == rule.id for gap in decision.explained_gaps):
            state = "explained"
        else:
            state = "unknown" if counts and _is_open(rule, parts[0].tree, trees.get("unless")) else "false"
        return RuleExplanation(
            *self._about(rule, "gap"),
            state=state,
            parts=parts,
            standings=standings,
            by=absorbed_by,
            sides=self._sides(rule, trees) if rule.for_each is None else (),
            severity=tuple(self._weights(rule, None)) if rule.for_each is None else (),
            items=tuple(self._items(rule, standings)),
            life=rule.life,
            counts_today=counts,
        )

    def _items(self, rule: GapRule, standings: tuple[Standing, ...]) -> Iterator[ItemGap]:
        """Take the gap apart for each item that it stands for, the worst first."""
        items = {item.key: item for item in (self._trees.items(rule.for_each) if rule.for_each else None) or ()}
        for one in standings:
            item = items.get(one.item or "")
            if item is not None:
                trees = {key: self._trees.of(condition, item) for key, condition in parts_of(rule)}
                sides, weights = self._sides(rule, trees), tuple(self._weights(rule, item))
                yield ItemGap(item.key, item.name, sides, weights)

    def _sides(self, rule: GapRule, trees: dict[str, Node]) -> tuple[SideRow, ...]:
        answered = self._case.given.answers.get(rule.id)
        found = []
        for side, written in (("cx", rule.cx), ("cs", rule.cs)):
            if isinstance(written, SideRule):
                tree = trees[side]
                proof = tuple(dict.fromkeys(_true_signals(tree))) if tree.truth else ()
                missing = dict.fromkeys(one.fact for one in tree.leaves() if one.value is None)
                truth = True if answered == side else tree.truth
                open_facts = tuple(missing) if tree.truth is None else ()
                found.append(SideRow("cx" if side == "cx" else "cs", truth, proof, open_facts, answered == side))
        return tuple(found)

    def _weights(self, rule: GapRule, item: Item | None) -> Iterator[Weight]:
        """Sum up the severity, for one item where the gap is judged so."""
        yield Weight(rule.severity.base, None, "", counts=True)
        for signal, weight in rule.severity.each:
            tree = self._trees.of(SignalLeaf(signal), item)
            title = self._words(self._case.signals[signal].title)
            yield Weight(weight, signal, title, counts=tree.truth is True)

    def _play(self, rule: Play) -> RuleExplanation:
        ranking = self._ranking(rule)
        action = next((action for action in self._decision.actions if action.play == rule.id), None)
        state: State = "absent" if ranking is None else "withheld"
        if action is not None:
            state = "action" if action.state == "new" else action.state
        suppression = rule.suppress_after
        return RuleExplanation(
            *self._about(rule, "play"),
            state=state,
            parts=self._parts(rule),
            answers=tuple(self._answers(rule)),
            ranking=ranking,
            excludes=rule.excludes,
            held_while=tuple(target.gap for target in rule.hold_while),
            cooldown_days=rule.cooldown_days,
            suppression=None
            if suppression is None
            else (suppression.declined, suppression.within_days, suppression.for_days),
            life=rule.life,
            counts_today=rule.life.covers(self._decision.as_of.date()),
        )

    def _answers(self, rule: Play) -> Iterator[AnsweredGap]:
        kinds = {gap.gap: gap.kind for gap in self._decision.gaps}
        absorbed = {gap.gap: gap.absorbed_by for gap in self._decision.absorbed_gaps if gap.gap not in kinds}
        for target in rule.answers:
            title = self._words(self._case.gaps[target.gap].title)
            yield AnsweredGap(target.gap, title, target.side, kinds.get(target.gap), absorbed.get(target.gap, ""))

    def _ranking(self, rule: Play) -> Ranking | None:
        decision = self._decision
        seats = tuple(
            Seat(action.rank, action.play, action.title, action.priority.priority) for action in decision.actions
        )
        must = rule.importance == "must"
        for action in decision.actions:
            if action.play == rule.id:
                return Ranking(
                    action.rank,
                    action.owner_role,
                    action.channel,
                    action.due_on,
                    None,
                    "",
                    action.priority,
                    must,
                    seats,
                )
        for entry in decision.withheld:
            if entry.play == rule.id:
                return Ranking(None, "", "", None, entry.reason, entry.says, None, must, seats, entry.priority)
        return None


def _is_open(rule: GapRule, main: Node, unless: Node | None) -> bool:
    """Say whether a gap that does not stand is undecided: for the account, or for some of its items."""
    if rule.for_each is None or not main.children:
        return main.truth is None and not (unless is not None and unless.truth)
    excuses = unless.children if unless is not None else (None,) * len(main.children)
    return any(
        row.truth is None and not (excuse is not None and excuse.truth)
        for row, excuse in zip(main.children, excuses, strict=True)
    )


def _true_signals(tree: Node) -> Iterator[str]:
    """Name what makes a tree true, as far down as the first signals; a comparison by its fact."""
    if tree.truth is not True:
        return
    if tree.sort in ("signal", "fact"):
        yield tree.text or tree.id
        return
    for child in tree.children:
        yield from _true_signals(child)


def _left_open(placeholder: re.Match[str]) -> str:
    return placeholder[0] if kind_of(placeholder[1]) is None else "…"
