"""How the names of facts in a language are laid down: single ones, and families that differ by place or event."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

Label = str | tuple[str, str]
"""A phrase; of a flag what it says when it is true, and when it is false."""


class Noun(NamedTuple):
    """What a kind of event is called, and several of them; `feminine` where the language asks."""

    one: str
    many: str
    feminine: bool = False


@dataclass(frozen=True, slots=True)
class LabelTable:
    """The phrases of one language.

    `labels` are by fact of the account, `items` by fact of an item. The families have placeholders: `touchpoints` by
    field (`{at}`), `surveys` by field (`{kind}`, `{about}`), `events` by field (`{one}`, `{many}`; `{o}` is `o` or `a`
    by gender), `counts` by field (`{name}`). `places` say where or by whom, `words` what a word of an enumeration is
    called where it is not just itself.
    """

    labels: Mapping[str, Label]
    touchpoints: Mapping[str, Label]
    surveys: Mapping[str, Label]
    events: Mapping[str, Label]
    happenings: Mapping[str, Noun]
    counts: Mapping[str, Label]
    low_names: Label
    active_at: Label
    places: Mapping[str, str]
    items: Mapping[str, Label]
    words: Mapping[str, str]
