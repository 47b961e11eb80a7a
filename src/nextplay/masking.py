"""Keeps personal values out of what is stored: each becomes `masked-1`, `masked-2` and so on, and nothing else changes.

Equal values of one snapshot get equal masks and different ones different masks, so whoever compares them (two answers
of one respondent) finds the same. What a rule reads for its very value cannot be masked: `objections` tells.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, Final, NamedTuple, get_args, get_type_hints

from nextplay.account import ACCOUNT_FACTS
from nextplay.canonical import canonical_json
from nextplay.facts import LIST_OF, FactSpec, kind_of
from nextplay.release import Release
from nextplay.snapshot import CustomerSnapshot
from nextplay.snapshot.scalars import Name, Words

_MAPS: Final = ("attributes", "team")
_NEVER: Final = frozenset({"history", "interactions", "tickets.cause", "tickets.priority"})
"""Words of the rulebook, and words of raw rows that aggregates are counted by."""
_COMPARED: Final = frozenset({"surveys.respondent_id"})
"""Fields that facts compare with one another and never show: equal masks are as good."""


class UnfitField(ValueError):
    """A field that cannot be masked."""


class Masked(NamedTuple):
    """A question with masks in it, the values they stand for, and the fields that were masked, sorted."""

    question: Mapping[str, Any]
    values: tuple[str, ...]
    fields: tuple[str, ...]

    def stands_in(self, answer: bytes) -> bool:
        """Say whether one of the values stands in a canonical answer, in whatever text."""
        return any(canonical_json(value)[1:-1] in answer for value in self.values)


@dataclass(frozen=True, slots=True)
class _Field:
    """One declared field: its group, `None` at the top; whether the group is a list; its name."""

    declared: str
    group: str
    name: str
    listed: bool

    @property
    def path(self) -> str:
        """The path as facts write it: without brackets."""
        return f"{self.group}.{self.name}"


class Masking:
    """Masks declared fields. Immutable."""

    def __init__(self, declared: Iterable[str]) -> None:
        """Take paths such as `profile.name`, `surveys[].respondent_id`, `attributes.email`, `team.csm`.

        Raises `UnfitField` with a sentence where a path is no text of a snapshot.
        """
        self._fields: Final = tuple(_field(path) for path in sorted(set(declared)))

    @property
    def declared(self) -> tuple[str, ...]:
        """The fields, sorted."""
        return tuple(field.declared for field in self._fields)

    def masked(self, question: Mapping[str, Any]) -> Masked:
        """Return a copy of a question with the declared fields masked, in the order of their paths and rows."""
        snapshot = dict(question["snapshot"])
        masks: dict[object, str] = {}
        found = []
        for field in self._fields:
            held: Any = snapshot.get(field.group) or ()
            rows: Sequence[Mapping[str, Any]] = held if field.listed or not held else [held]
            if not any(row.get(field.name) not in (None, "") for row in rows):
                continue
            replaced = [_with_mask(row, field.name, masks) for row in rows]
            snapshot[field.group] = replaced if field.listed else replaced[0]
            found.append(field.declared)
        values = tuple(value for value in masks if isinstance(value, str))
        return Masked({**question, "snapshot": snapshot} if found else question, values, tuple(found))

    def objections(self, release: Release) -> tuple[str, ...]:
        """Say which declared fields the rules, the model or the ranking read for their value, a sentence each."""
        specs = _specs_of(release)
        model = release.model.fact_names if release.model else ()
        names = {*release.evaluator.fact_names, *model, *ACCOUNT_FACTS} & specs.keys()
        found = []
        for field in self._fields:
            if field.path in _COMPARED:
                continue
            readers = sorted(name for name in names if field.path in specs[name].reads)
            if readers:
                found.append(
                    f"`{field.declared}` is a personal field and is masked before it is stored, but the release reads "
                    f"it as `{readers[0]}`; take it out of the rules, or out of `personal_fields`"
                )
            elif field.group == "attributes" and field.path in specs and specs[field.path].type != "text":
                sort = specs[field.path].type
                found.append(
                    f"`{field.declared}` is a personal field, but the rulebook declares it as a {sort}; "
                    "only texts can be masked"
                )
        return tuple(found)

    def shows(self, release: Release) -> bool:
        """Say whether an answer of this release may depend on how a declared field is written.

        Texts may show it, rows may be told apart or put in order by it, and an owner named. The answer to the masked
        question is then another one.
        """
        specs = _specs_of(release)
        shown = {path for name in release.plan.names for path in specs[name].reads} - _COMPARED
        shown.update(name for name in specs if name.startswith("attributes."))
        lists = {LIST_OF[kind] for name in release.plan.item_names if (kind := kind_of(name))}
        return any(field.path in shown or field.group in lists or field.group == "team" for field in self._fields)


def _specs_of(release: Release) -> Mapping[str, FactSpec]:
    """Return every fact of an account and of its items by name."""
    return {**release.vocabulary.specs, **release.vocabulary.item_specs}


def _with_mask(row: Mapping[str, Any], name: str, masks: dict[object, str]) -> Mapping[str, Any]:
    value = row.get(name)
    if value is None or value == "":
        return row
    mask = masks.setdefault(value, f"masked-{len(masks) + 1}")
    return {**row, name: mask}


def _field(declared: str) -> _Field:
    group, _, name = declared.partition(".")
    listed = group.endswith("[]")
    field = _Field(declared, group.removesuffix("[]"), name, listed)
    if field.group in _MAPS and not listed and name:
        return field
    if _texts().get(field.path) is not listed or not _NEVER.isdisjoint({field.group, field.path}):
        raise UnfitField(
            f"`{declared}` is no text of a snapshot that can be masked; write a path such as `profile.name`, "
            "`surveys[].respondent_id`, `attributes.email` or `team.csm`"
        )
    return field


def _texts() -> Mapping[str, bool]:
    """Return the free texts of a snapshot by path, and whether they stand in rows."""
    found: dict[str, bool] = {}
    for group, hint in get_type_hints(CustomerSnapshot, include_extras=True).items():
        inner = _dataclass_in(hint)
        if inner is None:
            continue
        listed = inner is not hint
        hints = get_type_hints(inner, include_extras=True)
        texts = [field.name for field in fields(inner) if set(get_args(hints[field.name])) & {Name, Words}]
        found.update({f"{group}.{name}": listed for name in texts})
    return found


def _dataclass_in(hint: Any) -> Any:  # noqa: ANN401  a type, however it is wrapped
    """Return the group or row that a field of the snapshot holds, `None` where it holds neither."""
    if isinstance(hint, type) and is_dataclass(hint):
        return hint
    inner: Sequence[Any] = get_args(hint)
    return next((found for one in inner if (found := _dataclass_in(one)) is not None), None)
