"""Lists in rules: which signals are read item by item, and which gaps are judged so because of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from nextplay.facts import ItemKind, kind_of
from nextplay.rules.compile_conditions import ConditionCompiler
from nextplay.rules.condition import Condition, FactLeaf, leaves_of
from nextplay.rules.format import GapForm
from nextplay.rules.format_condition import ConditionForm, GroupForm, NotForm, SignalRef
from nextplay.rules.shape import Name


def signals_in(form: ConditionForm | None) -> Iterator[Name]:
    """Yield every signal that a condition names, in the order of writing."""
    if isinstance(form, SignalRef):
        yield form.name
    elif isinstance(form, NotForm):
        yield from signals_in(form.child)
    elif isinstance(form, GroupForm):
        for child in form.children:
            yield from signals_in(child)


def is_about_items(condition: Condition, each: ItemKind, lists: Mapping[str, ItemKind]) -> bool:
    """Tell whether some part of a condition is about an item of the list, directly or by a signal that is."""
    return any(
        kind_of(leaf.fact) == each if isinstance(leaf, FactLeaf) else lists.get(leaf.signal) == each
        for leaf in leaves_of(condition)
    )


def check_lists(owner: Name | None, form: ConditionForm | None, each: ItemKind, conditions: ConditionCompiler) -> None:
    """Report signals of other lists in what is asked of every item of `each`: no two items belong together."""
    for name in signals_in(form):
        other = conditions.known.lists.get(name.value)
        if other not in (None, each):
            shown = "this rule" if owner is None else f"`{owner.value}`"
            message = f"`{name.value}` is read for each {other}, and {shown} for each {each}"
            hint = "a rule can be about one list; wrap the other signal in a plain one: it is then true where any is"
            conditions.log.add(name.place, "two-lists", message, hint=hint)


def list_of_gap(form: GapForm, conditions: ConditionCompiler) -> ItemKind | None:
    """Return the list that a gap is judged over: that of the first signal in its `when` or `reading` that has one.

    What else it names must be of that list or plain. A gap that stands or falls with the account alone is judged once,
    whatever its sides, rivals and severity name.
    """
    lists = conditions.known.lists
    main = [*signals_in(form.when), *signals_in(form.reading)]
    each = next((lists[name.value] for name in main if name.value in lists), None)
    if each is not None:
        sides = [side.when for side in (form.cx, form.cs) if side is not None]
        for condition in (form.when, form.reading, *sides, form.unless):
            check_lists(form.id, condition, each, conditions)
        added = () if form.severity is None or form.severity.each is None else form.severity.each.value
        for name, _ in added:
            check_lists(form.id, SignalRef(name), each, conditions)
    return each
