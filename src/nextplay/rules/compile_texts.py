"""Texts: the locales that are there, and placeholders that are facts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final, TypeVar

from nextplay.facts import ItemKind
from nextplay.rules.compile_names import Known
from nextplay.rules.fault_log import FaultLog, shortened
from nextplay.rules.format_text import TextForm
from nextplay.rules.rulebook import Text, TextList
from nextplay.rules.shape import Located, Name
from nextplay.rules.wording import PLACEHOLDER, placeholders

_ITEM: Final = "item."
V = TypeVar("V")
W = TypeVar("W")


def compile_text(
    form: TextForm[Name] | None, known: Known, log: FaultLog, *, each: ItemKind | None = None
) -> Text | None:
    """Check one text; `None` where it is faulty.

    Where it is about an item of the list `each`, its placeholders `{item.FIELD}` become the item facts that they mean.
    """
    return _by_locale(form, lambda wording: _checked(wording, known, log, each=each), known, log)


def compile_list(form: TextForm[Located[tuple[Name, ...]]] | None, known: Known, log: FaultLog) -> TextList | None:
    """Check a list of texts; `None` where it is faulty."""

    def checked(wording: Located[tuple[Name, ...]]) -> tuple[str, ...] | None:
        lines = [_checked(line, known, log) for line in wording.value]
        sound = tuple(line for line in lines if line is not None)
        return sound if sound and len(sound) == len(lines) else None

    return _by_locale(form, checked, known, log)


def _by_locale(
    form: TextForm[V] | None, check: Callable[[V], W | None], known: Known, log: FaultLog
) -> dict[str, W] | None:
    if form is None:
        return None
    written, sound = set(), {}
    for locale, wording in form.wordings:
        name = _locale(locale, known, log)
        written.add(name)
        checked = None if wording is None else check(wording)
        if name is not None and checked is not None:
            sound[name] = checked
    if None not in written:
        _report_missing(form, known, [name for name in written if name is not None], log)
    complete = known.required is None or all(locale in sound for locale in known.required)
    return sound if complete and len(sound) == len(form.wordings) else None


def _locale(locale: Name | None, known: Known, log: FaultLog) -> str | None:
    """Return the locale of a wording; `None` where it is not one of this rulebook, or its locales are faulty."""
    if known.required is None:
        return None
    if locale is None:
        return known.required[0]
    allowed = (*known.required, *known.wanted)
    if locale.value in allowed:
        return locale.value
    message = f"`{shortened(locale.value)}` is no locale of this rulebook"
    log.add_unknown(locale.place, "unknown-locale", message, name=locale.value, known=allowed)
    return None


def _report_missing(form: TextForm[V], known: Known, written: Iterable[str], log: FaultLog) -> None:
    required, there = known.required or (), set(written)
    missing = [locale for locale in required if locale not in there]
    if missing:
        names = ", ".join(f"`{locale}`" for locale in missing)
        hint = f"write `{{{required[0]}: ..., {missing[0]}: ...}}`" if required[0] not in missing else ""
        log.add(form.place, "missing-text", f"the text in {names} is missing", hint=hint)
    for locale in known.wanted:
        if locale not in there:
            message = f"the text in `{locale}` is missing; `{required[0]}` is shown instead"
            log.add(form.place, "missing-wanted-text", message, level="warning")


def _checked(wording: Name, known: Known, log: FaultLog, *, each: ItemKind | None = None) -> str | None:
    """Check that braces enclose facts; the fault stands where the placeholder does."""
    sound, text = True, wording.value
    for name in placeholders(wording.value):
        if name.startswith(_ITEM):
            field = Located(name.removeprefix(_ITEM), log.find(wording.place, f"{{{name}}}"))
            if each is None:
                hint = "only texts of signals with `for_each`, and of gaps over them, are about an item"
                message = f"placeholder `{{{shortened(name)}}}` is about an item, and this text is not"
                log.add(field.place, "item-without-list", message, hint=hint)
                sound = False
            elif known.item_spec(field, each, log) is None:
                sound = False
            text = text.replace(f"{{{name}}}", f"{{{each}.{field.value}}}")
        elif not known.may_be_fact(name):
            place = log.find(wording.place, f"{{{name}}}")
            message = f"placeholder `{{{shortened(name)}}}` is no fact"
            log.add_unknown(place, "unknown-placeholder", message, name=name, known=known.specs)
            sound = False
    rest = PLACEHOLDER.sub("", wording.value)
    if "{" in rest or "}" in rest:
        place = log.find(wording.place, "{") if "{" in rest else log.find(wording.place, "}")
        hint = "write `{fact.name}`, without spaces"
        log.add(place, "bad-placeholder", "braces must enclose the name of a fact", hint=hint)
        sound = False
    return text if sound else None
