"""Writes the explanation of a rule as a page, in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from nextplay.authoring.explain.case import Case
from nextplay.authoring.explain.explanation import (
    MOST_CHANGED,
    Change,
    Flip,
    FlipSearch,
    RuleExplanation,
    SideRow,
    Weight,
)
from nextplay.authoring.explain.page import Line, Page, Section, mark_of
from nextplay.authoring.explain.rows import AT
from nextplay.authoring.explain.tree import Compared, Node
from nextplay.authoring.explain.unread import read_of
from nextplay.authoring.explain.words import words
from nextplay.rules.outcomes import CONTESTED
from nextplay.rules.rulebook import Text
from nextplay.rules.wording import render, written_value
from nextplay.sentences import fact_denial

MOST_FACTS: Final = 5
"""How many unknown facts one line names."""
MOST_ITEMS: Final = 5
"""So many items of a list are told one by one; those of which nothing is so stand back."""


class RulePage:
    """Writes pages for the rules of one account."""

    def __init__(self, case: Case) -> None:
        self._case = case
        self._shown: set[str] = set()

    def page(self, found: RuleExplanation) -> Page:
        """Write one explanation."""
        self._shown = set()
        sections = [Section(self._say(f"part_{part.key}"), tuple(self._part(part.tree))) for part in found.parts]
        for title, lines in (
            ("section_table", self._table(found)),
            ("section_severity", self._severity(found)),
            ("section_answers", self._answers(found)),
            ("section_priority", self._ranking(found)),
            ("section_life", self._life(found)),
            ("section_settle", self._settling(found)),
        ):
            body = tuple(lines)
            if body:
                sections.append(Section(self._say(title), body))
        sections += self._searches(found)
        title = self._say(f"about_{found.sort}", title=found.title)
        about = self._say("account", account=found.account_id, day=found.as_of[:10])
        return Page(f"{title} [{found.id}]", (about, *self._verdict(found)), tuple(sections))

    def _say(self, key: str, **details: object) -> str:
        return words(self._case.locale, key, **details)

    def _kind(self, kind: str) -> str:
        return self._say(f"kind_{kind}")

    def _text(self, text: Text) -> str:
        return render(text, self._case.given.facts, self._case.specs, locale=self._case.locale)

    def _gap_title(self, gap: str) -> str:
        return f"{self._text(self._case.gaps[gap].title)} [{gap}]" if gap in self._case.gaps else gap

    def _play_title(self, play: str) -> str:
        return f"{self._text(self._case.plays[play].title)} [{play}]" if play in self._case.plays else play

    def _verdict(self, found: RuleExplanation) -> Iterator[str]:
        if found.sort == "signal":
            yield self._say(f"signal_{found.state}")
            return
        if found.sort == "play":
            yield from self._play_verdict(found)
            return
        for one in found.standings:
            about = {"kind": self._kind(one.kind), "severity": self._number(one.severity)}
            if one.item is None:
                yield self._say("gap_stands", **about)
            else:
                yield self._say("gap_stands_item", item=one.item_label or one.item, **about)
            if one.open_side is not None:
                yield self._say("open_side", kind=one.open_side.upper())
            if one.answered is not None:
                yield self._say("gap_answered", answer=one.answered.replace("_", " "))
        if not found.standings:
            key = {"false": "gap_false", "unknown": "gap_unknown", "explained": "gap_explained"}
            yield self._say(key.get(found.state, "gap_absorbed"), by=self._gap_title(found.by))

    def _play_verdict(self, found: RuleExplanation) -> Iterator[str]:
        ranking = found.ranking
        if ranking is None:
            yield self._say("play_absent")
        elif ranking.rank is None:
            yield self._say("play_withheld", says=ranking.says)
        else:
            owner, channel = self._word("roles", ranking.owner), self._word("channels", ranking.channel)
            yield self._say("play_action", rank=ranking.rank, owner=owner, channel=channel, due=ranking.due_on)
            if found.state in ("open", "escalated"):
                yield self._say(f"play_{found.state}", owner=owner)

    def _word(self, vocabulary: str, word: str) -> str:
        labels: Mapping[str, Text] = self._case.release.rulebook.vocabularies.get(vocabulary, {})
        return self._text(labels[word]) if labels.get(word) else word.replace("_", " ")

    def _part(self, node: Node) -> Iterator[Line]:
        """Write the tree of a condition; one that is asked of every item, item by item."""
        by_item = node.sort == "any" and any(child.sort == "item" for child in node.children)
        yield from self._items(node.children, 0) if by_item else self._tree(node, 0)

    def _items(self, items: Sequence[Node], depth: int) -> Iterator[Line]:
        """Write the first items, those of which it is so or open before the others."""
        told = sorted(range(len(items)), key=lambda place: items[place].truth is False)[:MOST_ITEMS]
        for place in sorted(told):
            yield from self._tree(items[place], depth)
        if len(items) > len(told):
            more = len(items) - len(told)
            rest = {items[place].truth for place in range(len(items)) if place not in told}
            note = self._say("none_of_them") if rest == {False} else ""
            yield Line(self._say("and_more", n=more), depth, "false" if note else "", note)

    def _tree(self, node: Node, depth: int) -> Iterator[Line]:
        mark = mark_of(node.truth)
        if node.compared is not None:
            text, note = self.compared(node.compared)
            yield Line(text, depth, mark, note)
            return
        if node.sort == "signal":
            if node.id in self._shown:
                yield Line(f"{node.text} [{node.id}]", depth, mark, self._say("as_above"))
                return
            if not any(child.sort == "item" for child in node.children):
                self._shown.add(node.id)
            yield Line(f"{node.text} [{node.id}]", depth, mark)
        elif node.sort == "item":
            yield Line(node.text or self._say("unknown_items"), depth, mark)
        elif len(node.children) == 1 and node.sort != "not":
            yield from self._tree(node.children[0], depth)
            return
        elif node.children:
            yield Line(f"{self._say(node.sort)}:", depth, mark)
        else:
            yield Line(self._say("no_items"), depth, mark)
        yield from self._below(node, depth + 1)

    def _below(self, node: Node, depth: int) -> Iterator[Line]:
        before = set(self._shown)
        if any(child.sort == "item" for child in node.children):
            yield from self._items(node.children, depth)
        else:
            only = node.children[0] if len(node.children) == 1 else node
            plain = node.sort in ("signal", "item") and only.sort == "all"  # that all must hold goes without saying
            for child in only.children if plain else node.children:
                yield from self._tree(child, depth)
        if node.sort == "item":
            self._shown = before  # the next item has values of its own

    def compared(self, leaf: Compared) -> tuple[str, str]:
        """Word one comparison, and beside it how far away its limit is and where the value comes from."""
        spec = self._case.specs[leaf.fact]
        known = leaf.value is not None
        value = written_value(leaf.value, spec, locale=self._case.locale) if known else self._say("unknown")
        told = self._say("is", label=self._case.label(leaf.fact), value=value)
        notes = []
        if leaf.distance is not None:
            amount = self._with_unit(leaf.unit, written_value(leaf.distance.amount, spec, locale=self._case.locale))
            notes.append(self._say(leaf.distance.side, x=amount) + self._steps(leaf, spec_step=spec.step))
        if leaf.by is not None and leaf.word is not None:
            notes.append(self._say("limit_by", name=leaf.parameter, word=leaf.word.replace("_", " ")))
        elif leaf.by is not None and leaf.threshold is not None:
            notes.append(self._say("limit_otherwise", name=leaf.parameter))
        if leaf.value is None and leaf.when_unknown is not None:
            notes.append(self._say("chosen_if_unknown", truth=self._say("yes" if leaf.when_unknown else "no")))
        if leaf.value is None:
            notes += self._not_read(leaf)
        if leaf.reads:
            notes.append(self._say("source", fields=_gathered(leaf.reads)))
        return f"{told}; {self._asked(leaf)}", "; ".join(notes)

    def _not_read(self, leaf: Compared) -> Iterator[str]:
        """Name the words that were sent and not read, where the fact is made of them."""
        for path, word in self._case.unread.items():
            if isinstance(word, str) and read_of(path) in leaf.reads:
                yield self._say("not_read", path=path, word=word)

    def _steps(self, leaf: Compared, *, spec_step: float | None) -> str:
        if leaf.distance is None or not leaf.distance.steps or not spec_step:
            return ""
        spec = self._case.specs[leaf.fact]
        step = self._with_unit(leaf.unit, written_value(spec_step, spec, locale=self._case.locale))
        count = self._number(round(leaf.distance.steps, 1))
        return f", {self._say('step' if leaf.distance.steps == 1 else 'steps', n=count, step=step)}"

    def _asked(self, leaf: Compared) -> str:
        spec = self._case.specs[leaf.fact]
        locale = self._case.locale
        if leaf.operator in ("is_known", "is_unknown"):
            return self._say(leaf.operator)
        if leaf.threshold is None:
            return self._say("limit_open", by=self._case.label(leaf.by or ""))
        bounds = leaf.threshold if isinstance(leaf.threshold, tuple) else (leaf.threshold,)
        written = [written_value(bound, spec, locale=locale) for bound in bounds]
        if leaf.operator == "between":
            return self._say("between", x=written[0], y=written[1])
        return self._say(leaf.operator, x=", ".join(written))

    def _with_unit(self, unit: str, written: str) -> str:
        if unit not in ("days", "hours") or not written[-1:].isdigit():
            return written
        text = self._say(unit, x=written)
        return text[:-1] if written == "1" else text

    def _number(self, number: float) -> str:
        return self._localized(f"{number:,.2f}".rstrip("0").rstrip("."))

    def _localized(self, text: str) -> str:
        return text.translate(str.maketrans(",.", ".,")) if self._case.locale.startswith("pt") else text

    def _table(self, found: RuleExplanation) -> Iterator[Line]:
        yield from self._sides(found.sides, 0)
        for one in found.items:
            if one.sides:
                yield Line(one.label)
                yield from self._sides(one.sides, 1)

    def _sides(self, sides: Iterable[SideRow], depth: int) -> Iterator[Line]:
        truths = {}
        for row in sides:
            truths[row.side] = row.truth
            side = row.side.upper()
            if row.answered:
                text = self._say("row_answer", side=side)
            elif row.truth:
                text = self._say("row_true", side=side, by="; ".join(row.proven_by))
            elif row.truth is None:
                text = self._say("row_unknown", side=side, facts=self.facts(row.open_facts))
            else:
                text = self._say("row_false", side=side)
            yield Line(text, depth, mark_of(row.truth))
        if truths:
            kind, open_side = CONTESTED[truths.get("cx", False), truths.get("cs", False)]
            note = self._say("open_side", kind=open_side.upper()).rstrip(".") if open_side else ""
            yield Line(self._say("row_result", kind=self._kind(kind)), depth, "open", note)

    def facts(self, names: Iterable[str], *, within: str | None = None) -> str:
        """Name facts in words, the first few of them."""
        labels = [self._case.label(name, within=within) for name in names]
        more = len(labels) - MOST_FACTS
        return ", ".join(labels[:MOST_FACTS]) + (f" {self._say('and_more', n=more)}" if more > 0 else "")

    def _severity(self, found: RuleExplanation) -> Iterator[Line]:
        yield from self._weights(found.severity, 0)
        for one in found.items:
            yield Line(one.label)
            yield from self._weights(one.severity, 1)

    def _weights(self, weights: Sequence[Weight], depth: int) -> Iterator[Line]:
        total = 0.0
        for entry in weights:
            weight = self._localized(f"{entry.weight:+.2f}")
            if entry.signal is None:
                yield Line(self._say("severity_base", weight=self._number(entry.weight)), depth, "true")
            else:
                key = "severity_each" if entry.counts else "severity_not"
                text = self._say(key, weight=weight, title=f"{entry.title} [{entry.signal}]")
                yield Line(text, depth, mark_of(entry.counts))
            total += entry.weight if entry.counts else 0
        if weights:
            sum_up = self._number(round(min(1.0, max(0.0, total)), 2))
            yield Line(self._say("severity_sum", weight=sum_up), depth, "open")

    def _answers(self, found: RuleExplanation) -> Iterator[Line]:
        for entry in found.answers:
            title = f"{entry.title} [{entry.gap}]"
            text = self._say("answers", title=title)
            if entry.side is not None:
                text = self._say("answers_as", title=title, kind=self._kind(entry.side))
            fits = entry.kind is not None and (entry.side in (None, entry.kind) or entry.kind == "mixed")
            now = self._say("now_not") if entry.kind is None else self._say("now_stands", kind=self._kind(entry.kind))
            if entry.by:
                now = self._say("now_absorbed", by=self._gap_title(entry.by))
            yield Line(text, 0, mark_of(fits), now)

    def _ranking(self, found: RuleExplanation) -> Iterator[Line]:
        ranking = found.ranking
        if ranking is not None:
            if ranking.must:
                yield Line(self._say("must"))
            if ranking.priority is not None:
                yield from self._factors(found)
            if ranking.own_priority is not None:
                yield Line(self._say("own_priority", priority=self._number(ranking.own_priority)))
            if ranking.reason in ("cap", "owner_cap") and ranking.seats:
                yield Line(self._say("took_place"))
                for seat in ranking.seats:
                    title = f"{seat.title} [{seat.play}]"
                    yield Line(self._say("place", rank=seat.rank, title=title, priority=self._number(seat.priority)), 1)
        yield from self._restraints(found)

    def _restraints(self, found: RuleExplanation) -> Iterator[Line]:
        if found.excludes:
            yield Line(self._say("excludes", titles="; ".join(map(self._play_title, found.excludes))))
        if found.held_while:
            yield Line(self._say("held_by", titles="; ".join(map(self._gap_title, found.held_while))))
        if found.cooldown_days:
            yield Line(self._say("cooldown", days=found.cooldown_days))
        if found.suppression is not None:
            declined, within, days = found.suppression
            yield Line(self._say("suppress", days=days, declined=declined, within=within))

    def _factors(self, found: RuleExplanation) -> Iterator[Line]:
        priority = found.ranking.priority if found.ranking else None
        if priority is None:
            return
        factors = {name: getattr(priority, name) for name in ("propensity", "context", "value", "lever")}
        numbers = {name: self._number(number) for name, number in factors.items()}
        yield Line(self._say("priority", priority=self._number(priority.priority), **numbers))
        for name in factors:
            yield Line(self._say(name), 1)
        for note in priority.notes:
            yield Line(note, 1)

    def _life(self, found: RuleExplanation) -> Iterator[Line]:
        life = found.life
        if life.status == "shadow":
            yield Line(self._say("shadow"))
        if life.starts_on is not None:
            yield Line(self._say("starts", day=life.starts_on))
        if life.ends_on is not None:
            yield Line(self._say("ends", day=life.ends_on))
        if not found.counts_today:
            yield Line(self._say("out_of_life"), 0, "false")

    def _settling(self, found: RuleExplanation) -> Iterator[Line]:
        if found.unsettled:
            yield Line(self._say(f"settle_{found.unsettled}", most=MOST_CHANGED), 0, "unknown")
        heading: str | None = None
        for entry in found.settled_by:
            if entry.item is not None and entry.item != heading:
                heading = entry.item
                yield Line(entry.item)
            depth = 0 if entry.item is None else 1
            key = "settles" if entry.always else "may_settle"
            yield Line(self._say(key, facts=self.facts(entry.facts, within=entry.item)), depth, "unknown")
            for outcome in entry.outcomes:
                values = self._say("and").join(outcome.values)
                note = "" if outcome.verified else self._say("not_built")
                yield Line(self._say("outcome", values=values, outcome=outcome.outcome), depth + 1, "", note)

    def _searches(self, found: RuleExplanation) -> Iterator[Section]:
        """Write one section for all that leads to the same, with the items as headings."""
        for wanted in dict.fromkeys(search.wanted for search in found.searches):
            lines: list[Line] = []
            for search in found.searches:
                if search.wanted == wanted:
                    lines += [] if search.item is None else [Line(search.item)]
                    depth = 0 if search.item is None else 1
                    lines += [replace(line, depth=line.depth + depth) for line in self._flips(search)]
            yield Section(self._say(f"section_flip_{wanted}"), tuple(lines))

    def _flips(self, search: FlipSearch) -> Iterator[Line]:
        if not search.flips:
            yield Line(self._say(f"flip_{search.why_none}", most=MOST_CHANGED))
        for flip in search.flips:
            yield from self._flip(flip, search.item)

    def _flip(self, flip: Flip, within: str | None) -> Iterator[Line]:
        changes = [self._change(change, within) for change in flip.changes if not self._is_new(change)]
        for row in dict.fromkeys(self._row(change) for change in flip.changes if self._is_new(change)):
            own = [self._field(change) for change in flip.changes if self._row(change) == row]
            changes.append(self._say("flip_new", row=self._say(f"row_{row.partition('@')[0]}"), fields=", ".join(own)))
        checked = self._say("flip_checked" if flip.verified else "flip_unchecked")
        yield Line(self._say("flip_one", changes=self._say("and").join(changes)), 0, "open", checked)
        for entry in flip.fields:
            before, after = (self._held(value) for value in (entry.before, entry.after))
            if entry.before is None or entry.after is None:
                key = "flip_added" if entry.before is None else "flip_removed"
                yield Line(self._say(key, path=entry.path, held=after if entry.before is None else before), 1)
            else:
                yield Line(self._say("flip_field", path=entry.path, before=before, after=after), 1)

    def _is_new(self, change: Change) -> bool:
        return AT in change.fact and self._case.item(change.fact) is None

    def _row(self, change: Change) -> str:
        return f"{change.fact.partition('.')[0]}{AT}{change.fact.partition(AT)[2]}"

    def _field(self, change: Change) -> str:
        value = written_value(change.after, self._case.spec(change.fact), locale=self._case.locale)
        return self._say("is", label=self._case.label(change.fact), value=value)

    def _change(self, change: Change, within: str | None) -> str:
        spec, label = self._case.spec(change.fact), self._case.label(change.fact, within=within)
        before, after = (written_value(held, spec, locale=self._case.locale) for held in (change.before, change.after))
        denial = fact_denial(change.fact, self._case.locale)
        if isinstance(change.after, bool) and denial is not None:
            return label if change.after else denial
        key = "flip_learned" if change.before is None else "flip_change"
        return self._say(key, label=label, before=before, after=after)

    def _held(self, value: object) -> str:
        if isinstance(value, bool):
            return self._say("yes" if value else "no")
        if isinstance(value, Mapping):
            return "; ".join(f"{name} {self._held(held)}" for name, held in value.items())
        if isinstance(value, list):
            return (
                " | ".join(map(self._held, value))
                if value and isinstance(value[0], Mapping)
                else ", ".join(map(self._held, value))
            )
        return self._number(value) if isinstance(value, int | float) else str(value)


def _gathered(fields: Iterable[str]) -> str:
    """Name fields of the snapshot, those of one group together."""
    groups: dict[str, list[str]] = {}
    for path in fields:
        group, _, field = path.partition(".")
        groups.setdefault(group, []).append(field)
    named = [
        f"{group}: {', '.join(own)}" if len(own) > 1 else ".".join(part for part in (group, *own) if part)
        for group, own in groups.items()
    ]
    return "; ".join(named) if any(len(own) > 1 for own in groups.values()) else ", ".join(named)
