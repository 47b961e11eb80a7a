"""Rules and accounts that every engine can be given alike: three conditions over forty numbers, of which few hold.

A condition asks whether a number is among the highest or the lowest ten of a hundred, so that one in eighteen is
true of an account, and three at once of hardly any. Each account is bent to one rule, so that something fires.
Everything is known, since the other engines have no word for what is not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from random import Random
from typing import Final, Literal, NamedTuple, TypeAlias

from nextplay.rules.compile import compile_rulebook
from nextplay.rules.condition import All, FactLeaf
from nextplay.rules.rulebook import GapRule, Place, Rulebook, Severity

FACTS: Final = tuple(f"f{number:02}" for number in range(40))
"""The numbers of an account, each drawn evenly from 0 to 99."""
_EXTREME: Final = 10
_HEADER: Final = """\
id: generated
label: Generated rules
locales: {{required: [en]}}
vocabularies:
  roles: [csm, support_lead]
  channels: [phone, email]
  root_causes: [generated_cause]
levels:
  effect: {{small: 0.05, medium: 0.15, large: 0.3}}
parameters: {{}}
stale_after_days: {{nps: 90}}
attributes:
{attributes}
diagnosis:
  material: 0.4
  lead: [{{lead: cs}}]
  question: What do we know of this customer?
  says:
    cx: Something stands in the way.
    cs: A result is missing.
    mixed_cx: Both, the way first.
    mixed_cs: Both, the result first.
    none: Nothing stands out.
    undetermined: Too little is known.
arbitration:
  max_actions: 3
  per_owner_role: 2
  factors: {{propensity: true, context: true, value: true, lever: true}}
  levers: {{plays: {{}}, kinds: {{}}, segments: {{}}}}
  default_annual_value: {{enterprise: 300000, mid_market: 60000, smb: 12000, otherwise: 60000}}
  default_risk: {{enterprise: 0.1, mid_market: 0.14, smb: 0.2, otherwise: 0.15}}
  default_prior: {{accepted: 3, of: 10}}
  friction_severity: 0.7
  working_days: [mon, tue, wed, thu, fri]
  holidays: []
contact_policy:
  - {{touches: 4, in_days: 14}}
"""


class Asked(NamedTuple):
    """One condition: `fact` is at least, or at most, `limit`."""

    fact: str
    operator: Literal["gte", "lte"]
    limit: int

    def holds(self, account: Mapping[str, int]) -> bool:
        """Say whether it is true of an account."""
        value = account[self.fact]
        return value >= self.limit if self.operator == "gte" else value <= self.limit


Rule: TypeAlias = tuple[Asked, ...]
"""What has to hold at once; the place in the list of rules is its number."""
Account: TypeAlias = dict[str, int]


def draw_rules(count: int, *, seed: int = 1, conditions: int = 3) -> list[Rule]:
    """Draw rules; the first of a longer list are those of a shorter one."""
    random = Random(seed)  # noqa: S311  repeatable, not secret
    return [tuple(_asked(fact, random) for fact in sorted(random.sample(FACTS, conditions))) for _ in range(count)]


def draw_accounts(rules: Sequence[Rule], count: int, *, seed: int = 2) -> list[Account]:
    """Draw accounts, each with the values that one of the rules asks for."""
    random = Random(seed)  # noqa: S311  repeatable, not secret
    found = []
    for _ in range(count):
        account = {fact: random.randrange(100) for fact in FACTS}
        account |= {asked.fact: asked.limit for asked in random.choice(rules)}
        found.append(account)
    return found


def fired(rules: Sequence[Rule], account: Mapping[str, int]) -> frozenset[int]:
    """Say by definition which rules fire: those of which every condition holds."""
    return frozenset(number for number, rule in enumerate(rules) if all(asked.holds(account) for asked in rule))


def rulebook_of(rules: Sequence[Rule]) -> Rulebook:
    """Return a rulebook in which each rule is a gap named by its number."""
    empty = compile_rulebook({"rulebook.yaml": header()}).rulebook
    return replace(empty, gaps=tuple(_gap(number, rule) for number, rule in enumerate(rules)))


def rulebook_files(count: int) -> dict[str, bytes]:
    """Write a rulebook of `count` rules, at least eight: half of them readings, a quarter gaps, a quarter plays.

    A reading is one of two conditions, a gap three readings at once, of which two are its own, and each gap has a play.
    A hundred rules of a sort go into one file.
    """
    gaps = count // 4
    readings = draw_rules(count - 2 * gaps, conditions=2)
    written = {
        "signals": [_signal_lines(number, rule) for number, rule in enumerate(readings)],
        "gaps": [_gap_lines(number, (2 * number + 2) % len(readings)) for number in range(gaps)],
        "plays": [_play_lines(number) for number in range(gaps)],
    }
    return {"rulebook.yaml": header(), **dict(_files(written))}


def header() -> bytes:
    """Write the `rulebook.yaml` that declares the forty numbers."""
    lines = [
        f"  {fact}: {{type: number, unit: count, range: [0, 99], step: 1, meaning: Number {fact}}}" for fact in FACTS
    ]
    return _HEADER.format(attributes="\n".join(lines)).encode()


def snapshot_of(account: Account, number: int) -> dict[str, object]:
    """Return the snapshot of an account."""
    return {"account_id": f"account-{number}", "as_of": "2026-06-15T12:00:00Z", "attributes": dict(account)}


def _asked(fact: str, random: Random) -> Asked:
    if random.random() < 0.5:  # noqa: PLR2004  one half
        return Asked(fact, "gte", 99 - random.randrange(_EXTREME))
    return Asked(fact, "lte", random.randrange(_EXTREME))


def _gap(number: int, rule: Rule) -> GapRule:
    leaves = tuple(FactLeaf(f"attributes.{asked.fact}", asked.operator, asked.limit) for asked in rule)
    place = Place("gaps/generated.yaml", number + 1, 1)
    return GapRule(f"rule_{number}", {"en": f"Rule {number}"}, Severity(0.5), place, kind="cs", when=All(leaves),
                   root_cause="generated_cause")  # fmt: skip


def _signal_lines(number: int, rule: Rule) -> str:
    asked = ", ".join(f"{{fact: attributes.{one.fact}, {one.operator}: {one.limit}}}" for one in rule)
    told = f"The number is {{attributes.{rule[0].fact}}}."
    return f'- id: reading_{number}\n  title: Reading {number}\n  when: {{any: [{asked}]}}\n  says: "{told}"\n'


def _gap_lines(number: int, third: int) -> str:
    own = f"reading_{2 * number}, reading_{2 * number + 1}, reading_{third}"
    return (
        f"- id: gap_{number}\n  title: Gap {number}\n  kind: {'cx' if number % 2 else 'cs'}\n"
        f"  root_cause: generated_cause\n  when: {{all: [{own}]}}\n"
        f"  severity: {{base: 0.5, each: {{reading_{2 * number}: 0.1}}}}\n"
    )


def _play_lines(number: int) -> str:
    return (
        f"- id: play_{number}\n  for: {{gap: gap_{number}}}\n  purpose: {'repair' if number % 2 else 'outcome'}\n"
        f"  title: Play {number}\n  rationale: Gap {number} stands.\n  owner: csm\n  due: {{within_days: 5}}\n"
        f"  channel: phone\n  effort_hours: 2\n  checklist: [Call them]\n  effect: small\n"
    )


def _files(written: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, bytes]]:
    for folder, rules in written.items():
        for first in range(0, len(rules), 100):
            yield f"{folder}/part_{first // 100:03}.yaml", "\n".join(rules[first : first + 100]).encode()
