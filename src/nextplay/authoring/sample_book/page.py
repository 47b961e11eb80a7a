# ruff: noqa: E501  rows of tables cannot be wrapped
"""The page of the sample book for people: `python -m nextplay.authoring.sample_book.page > docs/sample_book.md`."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any, Final

from nextplay.authoring.sample_book import answers, causes, plans, traits
from nextplay.authoring.sample_book.cause import Cause
from nextplay.authoring.sample_book.look_alikes import LOOK_ALIKES, SHARE
from nextplay.authoring.sample_book.outcomes import COEFFICIENTS, DEADLINE_NEAR_DAYS

_PAGE: Final = """\
# The sample book

`nextplay snapshots generate` invents accounts whose hidden causes are known. They serve to try rules before a customer is
bothered by them, to measure how well a rulebook tells experience from outcome, and to train a churn model where a company
has no history of its own. `python -m nextplay.authoring.sample_book.page > docs/sample_book.md` writes this page; a test
keeps it current.

**No figure here is a finding about real customers.** Shares, effects and coefficients are invented, after what
practitioners publish. A rulebook that does well on this book tells the patterns of this page apart, no more.

## How an account comes about

1. **Traits**: segment ({segments}), seats or a committed volume ({volume} of the contracts), contract, age, industry,
   which systems are connected, how willing its people are to answer.
2. **Causes**, hidden: by the newest date {kinds} of the accounts have trouble of that kind; a side that has one cause has
   a second one with probability {second:g}. Each has an onset and grows within {ramp} days to a severity between
   {peak}. Below {material:g} it smoulders unseen and does not count.
3. **Friction and missing result**, both 0 to 1: `1 - Π(1 - harm · severity)` over the causes of the side.
4. **Outcomes**: probabilities from friction, missing result and contract, below.
5. **Observations**: what the systems record, with noise. The causes leave their marks there in proportion to their
   severity, and so do harmless look-alikes.
6. **Holes**: systems that are not connected, fields that nobody filled.

The model is written from what the causes mean. It reads no rule, and no threshold of a rulebook stands in it.
Draws depend on seed, account and date alone: the same account is in a book of ten and of a million.

## Causes of the experience (cx)

{cx}

## Causes of the outcome (cs)

{cs}

*Share* is how often the cause is drawn among those of its side that fit the account. *Harm* is what severity 1 adds to
friction or to the missing result. *Remedy* is the share of the severity that the right action takes away within 90 days.
*On the way*: it stands in the way of the goal. *No goal*: it leaves none. *Reading*: beside friction on the way nobody
could tell it from what the friction does.

## Look-alikes

{share:g} of the accounts without a cause that could be mistaken for one have a harmless look-alike:

{look_alikes}

## Noise and holes

- Counts and ratios scatter around their means; a contented person answers low with probability {grumble:g}.
- A displeased answer names its reason with probability {reason:g}. Answers come on four scales, some of them stale.
- A goal that is behind names who blocks it with probability {blocker:g}.
- Price objections, termination questions, named competitors, cancelled renewals and cut seats come more often the higher
  the risk, whatever its cause: they are results and tell nothing of the side.
- Systems: {systems}. In {thin:g} of the accounts each is connected with probability {connected:g} only.
- Of what is connected each field is empty with a probability that differs by account, 0 to 0.06.

## What comes of it

Log-odds of what happens within 90 days. *deadline_near* is 1 within {deadline} days before the decision deadline;
*blocking* is the friction that stands in the way of the goal. A third of the hazard is run each month, with the severity
of that month. `churned`: the account leaves. On the newest date about 8 % leave within 90 days. Causes begin in the last
230 days, so earlier dates of a book with several months are healthier: over twelve months it is about 5 %.

{coefficients}

The right action takes *remedy* off the severity, evenly over three months. Both futures are decided by the same draws, so
the right action never makes an outcome worse.

## The truth file

One line for each snapshot, in the same order.

| field | meaning |
|---|---|
| `id`, `account_id`, `as_of` | which snapshot |
| `causes` | what is so: cause, side, severity, days since its onset, and whether its evidence is on record |
| `look_alike` | the harmless pattern, if any |
| `diagnosis` | the sides of the causes: cx, cs, mixed, none |
| `label` | what a careful reader of the snapshot can know: the sides of the causes that show. Where none shows: undetermined if something looks bad and nothing on record explains it, or if nothing is on record of the experience or of the outcome; else none |
| `observable` | whether `label` and `diagnosis` agree |
| `lead` | of mixed labels, the side to begin with: cs where a cause leaves no goal, else cx where a cause stands in its way, else cs |
| `right_actions` | for each cause what to do, and whose it is |
| `churn_probability`, `churn_probability_with_right_action` | leaving within 90 days |
| `outcome`, `outcome_with_right_action` | `churned_within_90_days`, `renewed` (unknown where no term ends in time), `contracted`, `expanded`, `objective_achieved` |

A cause shows where all fields of one group of its witnesses are on record, where the answers name it (two at its
touchpoint or with a reason, one about the whole with a reason, one about a touchpoint with a reason that nobody followed
up), where the plan says who blocks the goal that it
holds back, or where it left another mark that nobody takes for noise. To measure a rulebook:

    nextplay snapshots generate --seed 7 --accounts 2000 --output sample.jsonl --truth truth.jsonl
    python -m bench.evaluate sample.jsonl --truth truth.jsonl
"""


def sample_book_page() -> str:
    """Return the page in Markdown."""
    return _PAGE.format(
        segments=_shares(traits.SEGMENTS),
        volume=f"{traits.VOLUME_SHARE:g}",
        kinds=_shares(causes.KINDS),
        second=causes.SECOND_SHARE,
        ramp=f"{causes.RAMP_DAYS[0]} to {causes.RAMP_DAYS[1]}",
        peak=f"{causes.PEAK[0]:g} and {causes.PEAK[1]:g}",
        material=causes.MATERIAL,
        cx=_causes("cx"),
        cs=_causes("cs"),
        share=SHARE,
        look_alikes=_look_alikes(),
        grumble=answers.GRUMBLE,
        reason=answers.REASON_GIVEN,
        blocker=plans.BLOCKER_RECORDED,
        systems=_shares(traits.SYSTEMS),
        thin=traits.THIN_SHARE,
        connected=traits.THIN_CONNECTED,
        deadline=DEADLINE_NEAR_DAYS,
        coefficients=_coefficients(),
    )


def _causes(side: str) -> str:
    head = "| cause | meaning | leaves | right action | share | harm | remedy | |\n|---|---|---|---|---|---|---|---|\n"
    return head + "\n".join(_cause(cause) for cause in causes.CAUSES if cause.side == side)


def _cause(cause: Cause) -> str:
    marks = [("on the way", cause.blocks), ("no goal", cause.leaves_no_goal), ("reading", cause.is_reading)]
    notes = ", ".join(word for word, holds in marks if holds)
    return (
        f"| `{cause.name}` | {cause.meaning} | {cause.effects} | {cause.action} (`{cause.owner}`) "
        f"| {cause.share:g} | {cause.harm:g} | {cause.remedy:g} | {notes} |"
    )


def _look_alikes() -> str:
    rows = [f"| `{entry.name}` | {entry.looks} | {entry.meaning} | {entry.share:g} |" for entry in LOOK_ALIKES]
    return "| look-alike | looks like | is | share |\n|---|---|---|---|\n" + "\n".join(rows)


def _coefficients() -> str:
    names = list(dict.fromkeys(name for weights in COEFFICIENTS.values() for name in weights))
    rows = [
        f"| `{name}` | " + " | ".join(f"{weights.get(name, 0):g}" for weights in COEFFICIENTS.values()) + " |"
        for name in names
    ]
    head = f"| | {' | '.join(COEFFICIENTS)} |\n|---{'|---' * len(COEFFICIENTS)}|\n"
    return head + "\n".join(rows)


def _shares(shares: Mapping[Any, float]) -> str:
    return ", ".join(f"{name} {share:g}" for name, share in shares.items())


if __name__ == "__main__":
    sys.stdout.write(sample_book_page())
