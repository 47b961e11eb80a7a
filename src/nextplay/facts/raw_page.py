"""The page of what raw rows are summed up to: `python -m nextplay.facts.raw_page > docs/raw_rows.md`."""

from __future__ import annotations

import sys
from textwrap import fill
from typing import Final

from nextplay.facts.raw_aggregate import RawList
from nextplay.facts.raw_interactions import BUYER_ROLES, EXECUTIVE_ROLES
from nextplay.facts.raw_rows import RAW_LISTS

_WIDTH: Final = 118
_PAGE: Final = """\
# Raw rows

Who has tickets, weeks of use and contacts as rows may send them as they are, in `tickets`, `usage_weekly` and
`interactions`, beside the aggregates or instead of them. Before any fact is read, each aggregate below that was not
sent is taken from the rows, as far as they determine it. `python -m nextplay.facts.raw_page > docs/raw_rows.md` writes
this page from the declarations; a test keeps it current.

- **What was sent wins.** Where the rows give another value, the answer says so in `input_warnings`, with the field and
  the list and neither of the two values. Estimates (medians, and a volume whose weeks do not end yesterday) contradict
  nobody and are not compared.
- **A list that was not sent is unknown**, and nothing follows from it. A list known to be empty gives zeros.
- **What lies after `as_of` does not exist yet**: neither the row nor the reply, so that an old day can be asked again
  with the rows of today.
- **Unknown is not false.** A row counts, does not count, or is undecided because a field is absent that it turns on.
  While a row is undecided a count is unknown; a latest day or a majority is known once no undecided row can change it.
- **The order of the rows never matters.** Windows are so many times 24 hours and end with `as_of`.
- The decision keeps the snapshot as it was sent, so its id and its replay are the same. `rules explain` and the full
  trace name the list beside the fields where a value came from rows.

What a list must hold: of tickets, every open one and every one opened or resolved in 180 days, once each; older ones
without holes give the account's own median. Of weeks, fourteen. Of contacts, every one of the last 14 days.

{tables}"""
_NOTES: Final = {
    "tickets": """\
A ticket is open where it is not resolved. An absent `resolved_at` says that only where some ticket of the list carries
one, or where `waiting_on` says whose turn it is: from a list in which nobody ever filled that column nothing open is
concluded. `resolved_at` is the last time it was resolved. A `kind` that is neither is `other`. Not determined by rows,
and so never filled in: `escalation_overdue_days`, and the response times of touchpoints, which are business hours while
rows carry instants and no calendar of work.
""",
    "usage_weekly": """\
Only whole weeks count, those that were over before the day of `as_of`. They may begin on any day, must follow each
other without a hole, and stand once each; a week without its day, or two that overlap, leave everything unknown. An
account younger than 90 days has no past to be compared with.

The people of a week are not the people of 28 days: who comes every other week is in one week of two. So
`active_users_28d` and its median are **not** filled in, and neither are shares of seats. `usage.active_ratio` alone is
read from weeks where one of the two was not sent: the median of `active_users` of the four newest whole weeks, divided
by that of the ten whole weeks between 90 and 14 days ago, weeks by weeks. `last_active_on` is not determined: a week
tells no day.
""",
    "interactions": """\
Of `contact_role` these words mean the buyer: {buyer}. These mean an executive:

{executive}.

Capitals do not matter, and a blank or a hyphen is as good as `_`. Other words are other people: map your own to these.
An absent `no_show` says that the contact was no appointment. Not determined, since rows name no persons:
`engaged_contacts`.
""",
}


def raw_rows_page() -> str:
    """Return the page in Markdown, a section for each list."""
    return _PAGE.format(tables="\n".join(map(_section, RAW_LISTS)))


def _section(raw: RawList) -> str:
    note = _NOTES[raw.name].format(executive=_listed(EXECUTIVE_ROLES), buyer=_listed(BUYER_ROLES))
    lines = [f"## {raw.name}\n\n{note}\n| aggregate | is | looks at | unknown where |\n|---|---|---|---|\n"]
    lines += [f"| `{one.path}` | {one.says} | {one.window} | {one.unknown} |\n" for one in raw.aggregates]
    return "".join(lines)


def _listed(words: tuple[str, ...]) -> str:
    return fill(", ".join(f"`{word}`" for word in words), _WIDTH, break_on_hyphens=False)


if __name__ == "__main__":
    sys.stdout.write(raw_rows_page())
