"""The page of all facts for people: `python -m nextplay.facts.page > docs/facts.md`.

Families over touchpoints, roles, events and reasons take one line each, with the place of the word in angle brackets.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final, get_args

from nextplay.facts.items import MOST_ITEMS
from nextplay.facts.spec import UNITS, FactSpec
from nextplay.facts.survey_answers import HIGHEST_LOW, RESPONDENT_ROLES
from nextplay.facts.surveys import SHIPPED_STALE_AFTER_DAYS
from nextplay.facts.vocabulary import Vocabulary
from nextplay.snapshot import EventKind, SurveyDriver, TouchpointName

_FAMILIES: Final[Mapping[str, tuple[str, ...]]] = {
    "touchpoint": get_args(TouchpointName),
    "role": RESPONDENT_ROLES,
    "event": get_args(EventKind),
    "driver": get_args(SurveyDriver),
}
_BETTER: Final = {"higher_is_better": "higher", "lower_is_better": "lower", "context": ""}
_INTRO: Final = """\
# Facts

Every name that a rule or the churn model may use, with its meaning. The list is closed: a name that is not on it is a
fault of the rule file. `python -m nextplay.facts.page > docs/facts.md` writes this page; a test keeps it current.

How to read it:

- **Unknown is a value of its own.** What was not sent is unknown, never zero. A fact is unknown where anything that it
  needs is, or where it would divide by zero. An empty list is known to be empty: it decides counts and flags.
- **Lists.** `any_*` is true as soon as one entry is, and unknown while an undecided entry could still make it so. A
  count is unknown while any entry is undecided. A list that was not sent leaves all its facts unknown.
- **Days** count from or to the UTC date of `as_of`. `days_to_*` is negative once the day has passed. Facts of type day
  may stand in texts, not in conditions.
- **Surveys.** Of each kind, touchpoint and respondent only the newest answer counts; of two on one day the worse. An
  answer older than its kind's `stale_after_days` (shipped: {stale}) is unknown.
  Low is {low}.
- **Events** that were explained do not count. One sent without a status is unverified.
- **Counts** that a rulebook declares (`counts: {{low_csat: {{of: surveys, where: {{kind: csat, score: {{lte: 2}}}},
  within_days: 60}}}}`) are facts named `counts.` and their own name, with `.newest_days` and `.oldest_days`. Each line
  of `where` is a field of the row, as listed under *Items*, with a value or one operator. A count is unknown while a
  row is undecided; an age is unknown where nothing counts or an undecided row could change it.
- **Cohort shares** that were not sent are those of the rulebook's `cohorts.yaml`, for the journey stage of the account
  and the touchpoints that it has rows for; `nextplay rules cohorts` counts them over a book.
- **Attributes** that a rulebook declares are facts named `attributes.` and their own name. A value of the wrong type,
  out of its range or outside its words is unknown and named in the input warnings.
- **Better** says which direction is good; where it is empty, only the context tells. **Step** is what one notch means
  when a distance to a threshold is shown; where it is empty, nothing is ever near: these count what a healthy account
  has none of, and the first one is no sign of its own approach.

{families}

## Units

{units}
"""
_HEAD: Final = "| fact | values | better | step | meaning | read from |\n|---|---|---|---|---|---|\n"


_ITEMS: Final = """
# Items

A signal with `for_each: objective` (or `touchpoint`, `survey`, `event`) is read for every row of that list by itself:
`{item: days_overdue, gt: 30}` names a field of the row, `{item.title}` in its texts shows one. It is true of the
account where it is true of some item, unknown where it is true of none and unknown of some or the list is unknown, and
false of an empty list. A gap whose `when` or `reading` names such a signal is judged for every item apart.

Rules look at @most@ items of a list; how many more there were is named in the input warnings. They are taken in this
order. Objectives: active ones first, then those of unknown status; of these the latest, then the one due first.
Touchpoints: in the order of their list. Answers and events: the newest first, those without a day last. Ties go by key,
then by content, so that the order in which rows are sent never matters. Counts look at all rows.
"""


def facts_page(specs: Iterable[FactSpec], item_specs: Iterable[FactSpec] = ()) -> str:
    """Return the page in Markdown, groups and facts in the order of their names; those of items behind the others."""
    groups: dict[str, list[FactSpec]] = {}
    for spec in _collapsed(specs):
        groups.setdefault(spec.name.partition(".")[0], []).append(spec)
    parts = [_intro()]
    for group, members in sorted(groups.items()):
        parts.append(f"\n## {group}\n\n{_HEAD}" + "".join(map(_line, members)))
    own: dict[str, list[FactSpec]] = {}
    for spec in item_specs:
        kind, _, field = spec.name.partition(".")
        own.setdefault(kind, []).append(replace(spec, name=field))
    if own:
        parts.append(_ITEMS.replace("@most@", str(MOST_ITEMS)))
    for kind, members in sorted(own.items()):
        parts.append(f"\n## for_each: {kind}\n\n{_HEAD}" + "".join(map(_line, members)))
    return "".join(parts)


def pattern_of(name: str) -> str:
    """Return the line of the page that a fact belongs to: `touchpoints.support.expectation` is of `<touchpoint>`."""
    family, word = _family_of(name)
    return name.replace(word, f"<{family}>") if family else name


def _family_of(name: str) -> tuple[str, str]:
    for family, words in _FAMILIES.items():
        for word in words:
            if f".{word}." in name or name.endswith((f"any_active_at_{word}", f"any_low_names_{word}")):
                return family, word
    return "", ""


def _collapsed(specs: Iterable[FactSpec]) -> Iterator[FactSpec]:
    seen = set()
    for spec in sorted(specs, key=lambda spec: spec.name):
        pattern = pattern_of(spec.name)
        if pattern not in seen:
            seen.add(pattern)
            yield _renamed(spec, pattern)


def _renamed(spec: FactSpec, pattern: str) -> FactSpec:
    family, word = _family_of(spec.name)
    shown = spec.meaning.replace(word.replace("_", " "), f"<{family}>") if family else spec.meaning
    return replace(spec, name=pattern, meaning=shown)


def _intro() -> str:
    return _INTRO.format(
        stale=", ".join(f"{kind} {days} days" for kind, days in sorted(SHIPPED_STALE_AFTER_DAYS.items())),
        low=", ".join(f"{kind} up to {value:g}" for kind, value in sorted(HIGHEST_LOW.items())),
        families="\n".join(f"- `<{family}>` is one of {_listed(words)}." for family, words in _FAMILIES.items()),
        units="\n".join(f"- **{unit}**: {meaning}." for unit, meaning in sorted(UNITS.items())),
    )


def _line(spec: FactSpec) -> str:
    step = "" if spec.step is None else f"{spec.step:g}"
    reads = _listed(spec.reads) if spec.reads else "the churn model"
    meaning = spec.meaning.replace("<", r"\<")
    return f"| `{spec.name}` | {_values(spec)} | {_BETTER[spec.preference]} | {step} | {meaning} | {reads} |\n"


def _values(spec: FactSpec) -> str:
    if spec.type == "number":
        whole = "whole, " if spec.whole else ""
        unit = f"{spec.unit}, " if spec.unit else ""
        return f"{unit}{whole}{_plain(spec.low)} to {_plain(spec.high)}"
    if spec.type == "flag":
        return "true, false"
    return f"{spec.type}: {_listed(spec.words)}" if spec.words else spec.type


def _plain(number: float | None) -> str:
    return f"{number:,.10g}"


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


if __name__ == "__main__":
    known = Vocabulary.of()
    sys.stdout.write(facts_page(known.specs.values(), known.item_specs.values()))
