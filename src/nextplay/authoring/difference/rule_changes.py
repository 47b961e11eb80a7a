"""What changed between two rulebooks, in words: parameters, thresholds, owners, rules that came and went."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final, Literal, NamedTuple

from nextplay.authoring.difference.condition_words import condition_words
from nextplay.authoring.difference.rule_parts import Parts, short, table
from nextplay.rules.condition import Parameter
from nextplay.rules.rulebook import Rulebook

Sort = Literal["parameter", "count", "signal", "gap", "play", "rulebook"]
What = Literal["added", "removed", "changed", "texts"]
_SETTINGS: Final = ("stale_after_days", "diagnosis", "arbitration", "locales", "off")
_ABSENT: Final = "none"


class RuleChange(NamedTuple):
    """One change: of which sort of rule, of which one, what happened, and the words for it.

    A change of the rulebook's own settings has the name of the setting as `rule`.
    """

    sort: Sort
    rule: str
    what: What
    says: str

    def __str__(self) -> str:
        """Render with the rule before the words; a parameter speaks for itself."""
        return self.says if self.sort in {"parameter", "rulebook"} else f"{self.sort} {self.rule}: {self.says}"


def rule_changes(old: Rulebook, new: Rulebook) -> tuple[RuleChange, ...]:
    """Return every change, parameters first, then rules by sort and id, then the settings of the rulebook."""
    named = old.parameters.keys() | new.parameters.keys()
    found = [*_of_parameters(old.parameters, new.parameters)]
    found += _of_rules("count", _by(old.counts, "name"), _by(new.counts, "name"), named)
    found += _of_rules("signal", _by(old.signals), _by(new.signals), named)
    found += _of_rules("gap", _by(old.gaps), _by(new.gaps), named)
    found += _of_rules("play", _by(old.plays), _by(new.plays), named)
    found += _of_attributes(old, new)
    found += _of_settings(old, new, named)
    return tuple(found)


def _by(rules: Iterable[Any], key: str = "id") -> dict[str, Any]:
    return {getattr(rule, key): rule for rule in rules}


def _of_parameters(old: Mapping[str, Parameter], new: Mapping[str, Parameter]) -> Iterator[RuleChange]:
    for name in sorted(old.keys() | new.keys()):
        if name not in new:
            yield RuleChange("parameter", name, "removed", f"{name} removed")
            continue
        after = dict(table(new[name]))
        if name not in old:
            cases = ", ".join(f"{case} {value}" for case, value in after.items())
            yield RuleChange("parameter", name, "added", f"{name} added: {cases}")
            continue
        for part, words in _differing(dict(table(old[name])), after):
            yield RuleChange("parameter", name, "changed", f"{name}.{part} {words}")


def _differing(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for part in dict.fromkeys((*old, *new)):
        before, after = old.get(part, _ABSENT), new.get(part, _ABSENT)
        if before != after:
            yield part, f"{before} → {after}"


def _of_rules(sort: Sort, old: Mapping[str, Any], new: Mapping[str, Any], named: Iterable[str]) -> Iterator[RuleChange]:
    names = frozenset(named)
    for rule in sorted(old.keys() | new.keys()):
        if rule not in new:
            yield RuleChange(sort, rule, "removed", "removed")
        elif rule not in old:
            yield RuleChange(sort, rule, "added", "added")
        else:
            yield from _of_rule(sort, rule, Parts(old[rule], names), new=Parts(new[rule], names))


def _of_rule(sort: Sort, rule: str, old: Parts, *, new: Parts) -> Iterator[RuleChange]:
    for part, words in _differing(old.beside(new), new.beside(old)):
        yield RuleChange(sort, rule, "changed", f"{part} {words}")
    for part in dict.fromkeys((*old.conditions, *new.conditions)):
        before, after = old.conditions.get(part), new.conditions.get(part)
        lead = "" if part == "when" else f"{part}: "
        if before is None or after is None:
            yield RuleChange(sort, rule, "changed", f"{part} {'added' if before is None else 'removed'}")
        else:
            for words in condition_words(before, after):
                yield RuleChange(sort, rule, "changed", f"{lead}{words}")
    texts = [part for part in dict.fromkeys((*old.texts, *new.texts)) if old.texts.get(part) != new.texts.get(part)]
    if texts:
        yield RuleChange(sort, rule, "texts", f"texts changed: {', '.join(texts)}")


def _of_attributes(old: Rulebook, new: Rulebook) -> Iterator[RuleChange]:
    before, after = _by(old.attributes, "name"), _by(new.attributes, "name")
    for name in sorted(before.keys() | after.keys()):
        if before.get(name) != after.get(name):
            happened: What = "changed" if name in before and name in after else "added" if name in after else "removed"
            yield RuleChange("rulebook", f"attributes.{name}", happened, f"attributes.{name} {happened}")


def _of_settings(old: Rulebook, new: Rulebook, named: Iterable[str]) -> Iterator[RuleChange]:
    names = frozenset(named)
    for setting in _SETTINGS:
        before, after = getattr(old, setting), getattr(new, setting)
        if isinstance(before, tuple | Mapping):
            yield from _of_plain(setting, before, after)
        else:
            for change in _of_rule("rulebook", setting, Parts(before, names), new=Parts(after, names)):
                yield change._replace(says=f"{setting}: {change.says}")
    for name in sorted(old.vocabularies.keys() | new.vocabularies.keys()):
        words = _words(old.vocabularies.get(name, {}), new.vocabularies.get(name, {}))
        if words:
            yield RuleChange("rulebook", name, "changed", f"{name}: {words}")


def _of_plain(setting: str, old: Any, new: Any) -> Iterator[RuleChange]:  # noqa: ANN401  a list or a table
    if isinstance(old, Mapping):
        parts = {key: short(value) for key, value in old.items()}, {key: short(value) for key, value in new.items()}
        for part, words in _differing(*parts):
            yield RuleChange("rulebook", setting, "changed", f"{setting}.{part} {words}")
    elif old != new:
        yield RuleChange("rulebook", setting, "changed", f"{setting} {short(old)} → {short(new)}")


def _words(old: Mapping[str, Any], new: Mapping[str, Any]) -> str:
    told: list[tuple[str, Callable[[str], bool]]] = [
        ("added", lambda word: word not in old),
        ("removed", lambda word: word not in new),
        ("labels changed", lambda word: word in old and word in new and old[word] != new[word]),
    ]
    found = []
    for lead, happened in told:
        words = [word for word in dict.fromkeys((*old, *new)) if happened(word)]
        if words:
            found.append(f"{lead} {', '.join(words)}")
    return "; ".join(found)
