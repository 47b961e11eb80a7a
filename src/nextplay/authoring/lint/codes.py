"""The closed list of lints; `docs/lint.md` is written from these declarations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from textwrap import fill
from typing import Final, Literal

Level = Literal["warning", "info"]
LintCode = Literal[
    "absorbed-purpose",
    "always-true",
    "implied-rule",
    "never-in-sample",
    "never-true",
    "not-decided",
    "placeholder-may-be-unknown",
    "redundant-part",
    "redundant-signal",
    "unanswered-gap",
    "unreachable-play",
    "untested-false",
    "untested-true",
    "unused-signal",
    "wrong-side",
]


@dataclass(frozen=True, slots=True)
class Lint:
    """What a lint finds (`means`), why that hurts, and two pieces of YAML: what to avoid and what to prefer."""

    level: Level
    means: str
    why: str
    avoid: str
    prefer: str


LINTS: Final[Mapping[LintCode, Lint]] = {
    "absorbed-purpose": Lint(
        "warning",
        "A gap that is absorbed has a play of a purpose that no play of the gap that absorbs it has. Of a contested "
        "part of a plain compound, only the plays of the compound's own kind count.",
        "Where the compound stands, its parts and their plays are gone: what only they would have done, nobody does.",
        "- {id: quiet_quit, absorbs: [slow_answers], ...}\n"
        "- {id: call_back, for: {gap: slow_answers}, purpose: repair, ...}",
        "- {id: call_back, for: [{gap: slow_answers}, {gap: quiet_quit}], purpose: repair, ...}",
    ),
    "always-true": Lint(
        "warning",
        "No customer makes the condition false: wherever its facts are known, it is true.",
        "A reading that everybody shows tells nobody apart, and an `unless` that always holds silences its gap. Often "
        "the threshold is the end of the fact's range, or two alternatives cover everything.",
        "when: {fact: usage.setup_errors_14d, gte: 0}",
        "when: {fact: usage.setup_errors_14d, is_known: true}",
    ),
    "implied-rule": Lint(
        "warning",
        "Wherever this rule comes true another one does too, with the same outcome: for gaps the same kind, root "
        "cause and touchpoint, for signals the same reading.",
        "Two names for one thing are counted and tested twice, and changed once.",
        "- {id: hardly_used, kind: cs, root_cause: under_adoption, when: {fact: usage.license_utilization, lt: 0.1}}\n"
        "- {id: unused, kind: cs, root_cause: under_adoption, when: {fact: usage.license_utilization, lt: 0.5}}",
        "- id: unused\n  kind: cs\n  root_cause: under_adoption\n  when: {any: [use_low]}\n"
        "  severity: {base: 0.5, each: {use_very_low: 0.3}}",
    ),
    "never-in-sample": Lint(
        "info",
        "The play came through for no account of a book. Asked for with `--snapshots FILE`, your own accounts, or "
        "`--sample N`, an invented book.",
        "It may be for rare customers. More often a gate asks for something that no account is like, or that nobody "
        "records.",
        "for: {gap: unused}\neligibility: {fact: contract.seats, gte: 100000}    # the largest account has 900",
        "for: {gap: unused}\neligibility: {fact: contract.seats, gte: 100}",
    ),
    "never-true": Lint(
        "warning",
        "No customer makes the condition true; for `unless` and for the sides of a contested gap: none for whom the "
        "gap would stand.",
        "The rule looks alive and never speaks. Mostly two thresholds were swapped, or a comparison lies outside the "
        "range of its fact.",
        "when: {all: [{fact: contract.seats, lt: 5}, {fact: contract.seats, gt: 50}]}",
        "when: {any: [{fact: contract.seats, lt: 5}, {fact: contract.seats, gt: 50}]}",
    ),
    "not-decided": Lint(
        "info",
        "The condition, with the signals that it names, is too large to be searched: some checks of it were left out.",
        "Silence would look like approval. A condition of this size is also more than a reader can follow.",
        "when: {all: [{any: [a, b, c]}, {any: [d, e, f]}, {any: [g, h, i]}]}",
        "when: {all: [trouble_at_start, trouble_since, nobody_helps]}",
    ),
    "placeholder-may-be-unknown": Lint(
        "warning",
        "The signal can be true while a fact in its sentence is unknown; level info where no customer could be "
        "built that shows it.",
        "The rep would read aloud: `unknown of the seats are active`.",
        "when: {fact: usage.active_users_28d, lt: 5}\nsays: '{usage.license_utilization} of the seats are active'",
        "when: {fact: usage.active_users_28d, lt: 5}\nsays: '{usage.active_users_28d} people are active'",
    ),
    "redundant-part": Lint(
        "warning",
        "Without this part the condition is true, false and unknown for exactly the same customers.",
        "A part that decides nothing looks like a safeguard. Often it was meant to compare something else.",
        "when: {all: [{fact: contract.seats, gte: 50}, {fact: contract.seats, gte: 20}]}",
        "when: {fact: contract.seats, gte: 50}",
    ),
    "redundant-signal": Lint(
        "info",
        "Without this signal the condition is true, false and unknown for exactly the same customers; it still adds "
        "its sentence to the evidence.",
        "Perhaps the sentence is wanted. If not, one signal less is one less to keep right.",
        "when: {any: [use_low, use_very_low]}    # whoever uses very little uses little",
        "when: {any: [use_low]}",
    ),
    "unanswered-gap": Lint(
        "warning",
        "No play answers the gap; for a contested gap: none answers it as `cx`, or none as `cs`.",
        "The diagnosis says what is wrong, and the rep is left alone with it.",
        "for: {gap: early_adoption_stalled, as: cx}    # and no play for `as: cs`",
        "for: [{gap: early_adoption_stalled, as: cx}, {gap: early_adoption_stalled, as: cs}]",
    ),
    "unreachable-play": Lint(
        "warning",
        "No customer has one of the play's gaps stand and its gates open at the same time.",
        "The play is maintained and never offered. Mostly a gate repeats the opposite of what the gap says.",
        "for: {gap: unused}    # stands where `license_utilization` is under 0.5\n"
        "eligibility: {fact: usage.license_utilization, gte: 0.8}",
        "for: {gap: unused}\neligibility: {fact: usage.license_utilization, lt: 0.8}",
    ),
    "untested-false": Lint(
        "warning",
        "No test makes the rule false: no signal or gap that does not come, no play whose gap stands and whose gates "
        "hold it back.",
        "A rule that is only ever seen true may be true for everybody. The near miss is the better half of a test.",
        "- name: errors show\n  given: {usage: {setup_errors_14d: 5}}",
        "- name: errors show\n  given: {usage: {setup_errors_14d: 3}}\n"
        "- name: two errors do not\n  given: {usage: {setup_errors_14d: 2}}",
    ),
    "untested-true": Lint(
        "warning",
        "No test makes the rule true: the signal, the gap, or a play of an open gap with open gates.",
        "Nobody has seen it come. Its threshold, its sentence and its play are guesses.",
        "- id: setup_fails    # and no customer in `tests/` with failing attempts\n"
        "  when: {fact: usage.setup_errors_14d, gte: 3}",
        "- name: three failing attempts show\n  given: {usage: {setup_errors_14d: 3}}",
    ),
    "unused-signal": Lint(
        "warning",
        "No signal, gap, play or condition of `diagnosis` names the signal.",
        "It is computed, tested and translated for nobody; or it is missing where it was meant to be.",
        "- id: invoices_disputed    # and no gap that reads it",
        "- id: invoice_trouble\n  kind: cx\n  when: {any: [invoices_disputed]}",
    ),
    "wrong-side": Lint(
        "warning",
        "Every comparison that this evidence makes is met by the good side of its facts, and the gap calls it a "
        "problem; or by the bad side, and the gap is an opportunity.",
        "`gt` for `lt` is the commonest slip of all, and the best customers pay for it.",
        "- {id: unused, kind: cs, root_cause: under_adoption, when: {fact: usage.license_utilization, gt: 0.25}}",
        "- {id: unused, kind: cs, root_cause: under_adoption, when: {fact: usage.license_utilization, lt: 0.25}}",
    ),
}
"""Code → declaration, sorted by code."""


def lint_page() -> str:
    """Return `docs/lint.md`."""
    parts = [_HEAD]
    for code, lint in LINTS.items():
        means, why = _wrapped(f"Level: {lint.level}. {lint.means}"), _wrapped(f"Why: {lint.why}")
        parts.append(
            f"## `{code}`\n\n{means}\n\n{why}\n\n```yaml\n# avoid\n{lint.avoid}\n# prefer\n{lint.prefer}\n```\n"
        )
    return "\n".join(parts)


def _wrapped(paragraph: str) -> str:
    return fill(paragraph, 120, break_long_words=False, break_on_hyphens=False)


_HEAD: Final = """# Lints of rule files

What `nextplay rules check` finds in a rulebook that has no faults. A fault stops a rulebook; a lint is something that
is allowed and probably not meant. Each has a code, a level (`warning` or `info`), a place, and where one can be built a
*witness*: a smallest customer that shows it, in the form of a rule test. `--witness` prints the witnesses, and JSON
always has them. Every witness went through the real evaluator before it is shown; `possible` means that no customer
could be built, because the facts cannot be had together or no way to write them was found.

The first checks are exact. Every condition, with the signals that it names, is a union of boxes over typed facts, their
declared ranges, the cases of parameters, and *unknown*; whether such a union is empty is decided, not sampled. Facts
are taken one by one: what follows only from how two facts are computed from the same field is not seen.
"""
