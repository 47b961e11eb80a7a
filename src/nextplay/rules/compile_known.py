"""Gathers the names that a rulebook defines; facts first, for parameters and conditions are checked against them."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping, Sequence
from typing import Final, Literal, cast, get_args

from nextplay.facts import Vocabulary
from nextplay.facts.counts import count_facts
from nextplay.facts.spec import AttributeSpec, CountSpec, FactSpec, ItemKind
from nextplay.rules.compile_counts import compile_counts, counts_complete, declared_counts
from nextplay.rules.compile_names import ATTRIBUTES, Forms, Known, defined
from nextplay.rules.compile_parameters import compile_parameter, places_of
from nextplay.rules.condition import Parameter
from nextplay.rules.fault_log import FaultLog
from nextplay.rules.format_book import AttributeForm, BookForm, LocalesForm, VocabulariesForm
from nextplay.rules.format_value import WordsForm
from nextplay.rules.rulebook import Place
from nextplay.rules.shape import plain_number
from nextplay.snapshot.words import SurveyKind

_STALE_AFTER_DAYS: Final = 90
_NEEDED_BY: Final[Mapping[str, tuple[str, ...]]] = {
    "unit": ("number",),
    "range": ("number",),
    "step": ("number",),
    "words": ("word",),
}
"""Keys of an attribute, and the types that they belong to."""


def gather_names(forms: Forms, log: FaultLog) -> Known:
    """Return everything that may be referred to, faulty or not; ids that are defined twice are reported."""
    book, attributes = forms.book, compile_attributes(forms.book, log)
    vocabulary = Vocabulary.of(
        stale_after_days=stale_after_days(book), attributes=[spec for spec in attributes.values() if spec is not None]
    )
    required, wanted = _locales(None if book is None else book.locales, log)
    vocabularies = None if book is None else book.vocabularies
    known = Known(
        specs=vocabulary.specs,
        attributes=frozenset(ATTRIBUTES + name for name in attributes) | declared_counts(book),
        attributes_complete=_attributes_complete(book),
        counts_complete=counts_complete(book),
        required=required or None,
        wanted=wanted,
        roles=_words(vocabularies, "roles"),
        channels=_words(vocabularies, "channels"),
        root_causes=_words(vocabularies, "root_causes"),
        levels=_levels(book, "effect"),
        severity_levels=_levels(book, "severity"),
        parameters=None,
        parameter_places={},
        signals=defined(forms.signals, "signal", log, complete="signals" not in forms.unread),
        gaps=defined(forms.gaps, "gap", log, complete="gaps" not in forms.unread),
        plays=defined(forms.plays, "play", log, complete="plays" not in forms.unread),
        gap_forms={form.id.value: form for form in reversed(forms.gaps) if form.id is not None},
        counts=(),
        lists={
            form.id.value: cast("ItemKind", form.for_each.value)
            for form in forms.signals
            if form.id is not None and form.for_each is not None
        },
    )
    counts = [spec for spec in compile_counts(book, known, log).values() if spec is not None]
    known = dataclasses.replace(known, specs=_with_counts(known.specs, counts), counts=tuple(counts))
    parameters, places = _parameters(book, known, log)
    return dataclasses.replace(known, parameters=parameters, parameter_places=places)


def _with_counts(specs: Mapping[str, FactSpec], counts: Sequence[CountSpec]) -> Mapping[str, FactSpec]:
    own = {fact.spec.name: fact.spec for spec in counts for fact in count_facts(spec)}
    return dict(sorted({**specs, **own}.items()))


def stale_after_days(book: BookForm | None) -> Mapping[str, int]:
    """Return the days after which a survey answer is unknown, by kind; 90 where the rulebook says nothing."""
    written = () if book is None or book.stale_after_days is None else book.stale_after_days.value
    shipped = dict.fromkeys(get_args(SurveyKind), _STALE_AFTER_DAYS)
    return {**shipped, **{kind.value: days.value for kind, days in written}}


def compile_attributes(book: BookForm | None, log: FaultLog) -> Mapping[str, AttributeSpec | None]:
    """Check the custom fields; `None` for a faulty one."""
    written = () if book is None or book.attributes is None else book.attributes.value
    return {name.value: _attribute(name.value, form, log) for name, form in written}


def _attributes_complete(book: BookForm | None) -> bool:
    if book is None:
        return False
    return "attributes" not in book.keys if book.attributes is None else book.attributes.complete


def _attribute(name: str, form: AttributeForm, log: FaultLog) -> AttributeSpec | None:
    """Check one custom field; `None` where it is faulty."""
    if form.type is None:
        return None
    sort = form.type.value
    for key, types in _NEEDED_BY.items():
        if key in form.keys and sort not in types:
            log.add(form.keys[key], "misplaced-key", f"`{key}` may not stand in an attribute of type `{sort}`")
    if sort == "word" and "words" not in form.keys:
        log.add(form.place, "missing-key", "`words` must be given for an attribute of type `word`")
        return None
    words = () if form.words is None else form.words.value
    for index, word in enumerate(words):
        if word.value in {earlier.value for earlier in words[:index]}:
            log.add(word.place, "duplicate-entry", f"`{word.value}` stands in this list twice")
    low, high = _range(form, log)
    return AttributeSpec(
        name,
        cast('Literal["number", "flag", "word", "text"]', sort),
        meaning="" if form.meaning is None else form.meaning.value,
        unit="" if form.unit is None else form.unit.value,
        low=low,
        high=high,
        words=tuple(word.value for word in words),
        step=None if form.step is None else form.step.value,
    )


def _range(form: AttributeForm, log: FaultLog) -> tuple[float | None, float | None]:
    if form.range is None or len(form.range.value) != 2:  # noqa: PLR2004  lowest and highest; the form reports others
        return None, None
    low, high = (bound.value for bound in form.range.value)
    if low > high:
        message = f"`{plain_number(low)}` is above `{plain_number(high)}`"
        log.add(form.range.place, "reversed-range", message, hint="put the lowest first")
    return low, high


def _locales(form: LocalesForm | None, log: FaultLog) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return required and wanted locales; none where they are faulty. Report one that is listed twice."""
    if form is None or form.required is None or not form.required.complete:
        return (), ()
    listed: list[str] = []
    for locale in (*form.required.value, *(() if form.wanted is None else form.wanted.value)):
        if locale.value in listed:
            log.add(locale.place, "duplicate-entry", f"locale `{locale.value}` is listed twice")
        listed.append(locale.value)
    required = tuple(dict.fromkeys(locale.value for locale in form.required.value))
    return required, tuple(locale for locale in dict.fromkeys(listed) if locale not in required)


def _words(form: VocabulariesForm | None, name: str) -> Collection[str] | None:
    words: WordsForm | None = None if form is None else getattr(form, name)
    return None if words is None else frozenset(word.value for word, _ in words)


def _levels(book: BookForm | None, key: Literal["effect", "severity"]) -> Mapping[str, float] | None:
    """Return the levels of one sort; an empty mapping where none are declared, `None` where they are faulty."""
    if book is None or "levels" not in book.keys:
        return None if book is None else {}
    if book.levels is None:
        return None
    if key not in book.levels.keys:
        return {}
    written = book.levels.effect if key == "effect" else book.levels.severity
    return {name.value: value.value for name, value in written.value} if written and written.complete else None


Parameters = Mapping[str, Parameter | None]


def _parameters(
    book: BookForm | None, known: Known, log: FaultLog
) -> tuple[Parameters | None, Mapping[str, Mapping[str, Place]]]:
    """Return the parameters (`None` for a faulty one; `None` where some could not be read), and where values stand."""
    if book is None or (book.parameters is None and "parameters" in book.keys):
        return None, {}
    if book.parameters is None:
        return {}, {}
    written = book.parameters.value
    parameters = {name.value: compile_parameter(form, name.value, known, log) for name, form in written}
    places = {name.value: places_of(form) for name, form in written}
    return (parameters if book.parameters.complete else None), places
