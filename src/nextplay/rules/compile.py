"""Files → a rulebook, or every fault of every file.

source → forms (`format*.py`) → names (`compile_names.py`) → rules (`compile_gaps.py`, `compile_plays.py`, ...).
Nothing stops at the first mistake, and one mistake gives one fault: what refers to something that exists but is
faulty says nothing, and where a file could not be read at all, no name that it might define is called unknown.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, TypeVar, cast

from nextplay.errors import Fault, RulebookInvalid
from nextplay.facts.cohorts import COHORT_FILE
from nextplay.rules.compile_book import (
    compile_arbitration,
    compile_diagnosis,
    compile_vocabularies,
    report_held_musts,
)
from nextplay.rules.compile_cohorts import compile_cohorts
from nextplay.rules.compile_conditions import ConditionCompiler
from nextplay.rules.compile_gaps import compile_gap, compile_signal, report_absorbing_circles, report_cycles
from nextplay.rules.compile_known import compile_attributes, gather_names, stale_after_days
from nextplay.rules.compile_life import report_old_names, switched_off
from nextplay.rules.compile_names import Forms, Known
from nextplay.rules.compile_plays import compile_play, report_unasked
from nextplay.rules.compile_propensities import compile_propensities
from nextplay.rules.compile_tests import compile_tests
from nextplay.rules.fault_log import FaultLog
from nextplay.rules.format import GAPS, PLAYS, SIGNALS
from nextplay.rules.format_book import BOOK
from nextplay.rules.format_cohorts import COHORTS
from nextplay.rules.format_propensities import PROPENSITIES, PROPENSITY_FILE
from nextplay.rules.format_test import TESTS
from nextplay.rules.rulebook import GapRule, Place, Play, Rulebook, SignalRule
from nextplay.rules.shape import Located, Shape
from nextplay.rules.source import parse_source

R = TypeVar("R", SignalRule, GapRule, Play)
BOOK_PATH: Final = "rulebook.yaml"
_PATHS: Final = re.compile(r"(?:(signals|gaps|plays)/.+|(tests)/.+_test)\.yaml")
_SHAPES: Final[Mapping[str, Shape[Any]]] = {
    "book": BOOK,
    "cohorts": COHORTS,
    "propensities": PROPENSITIES,
    "signals": SIGNALS,
    "gaps": GAPS,
    "plays": PLAYS,
    "tests": TESTS,
}
_WHOLE_FILES: Final = {BOOK_PATH: "book", COHORT_FILE: "cohorts", PROPENSITY_FILE: "propensities"}
"""Files that there is at most one of, each a mapping."""


@dataclass(frozen=True, slots=True)
class CompiledRulebook:
    """A rulebook, and what its authors should know although it stands."""

    rulebook: Rulebook
    warnings: tuple[Fault, ...]


def compile_rulebook(files: Mapping[str, bytes]) -> CompiledRulebook:
    """Compile the files of one rulebook: path relative to its folder, with `/` → bytes.

    Raises `RulebookInvalid` with every fault (and every warning) of every file, sorted by place.
    """
    log = FaultLog()
    forms = _read(files, log)
    known = gather_names(forms, log)
    rulebook = _compile(forms, known, files, log)
    faults = log.errors()
    if faults or rulebook is None:
        raise RulebookInvalid((*faults, *log.warnings()))
    return CompiledRulebook(rulebook, log.warnings())


def content_hash(files: Mapping[str, bytes]) -> str:
    """Return `sha256:...` over paths and bytes of the rule files, each with its length; tests and schema do not count.

    The same bytes at the same paths give the same hash, wherever the folder lies.
    """
    digest = hashlib.sha256()
    for path, raw in sorted(files.items()):
        if path.split("/")[0] not in ("tests", "schema"):
            for part in (path.encode(), raw):
                digest.update(len(part).to_bytes(8, "big") + part)
    return f"sha256:{digest.hexdigest()}"


def _read(files: Mapping[str, bytes], log: FaultLog) -> Forms:
    forms = Forms()
    if BOOK_PATH not in files:
        log.add(Place(BOOK_PATH, 1, 1), "missing-file", "a rulebook needs this file", hint=f"add `{BOOK_PATH}`")
    for path, raw in sorted(files.items()):
        kind = _kind(path)
        if path.split("/")[0] == "schema":
            continue
        if kind is None:
            hint = "rules stand in `signals/`, `gaps/` and `plays/`, tests in `tests/*_test.yaml`"
            log.add(Place(path, 1, 1), "unknown-file", "this file has no place in a rulebook", hint=hint)
            continue
        node = parse_source(path, raw, log)
        read = None if node is None else _SHAPES[kind].read(node, log)
        if read is None:
            forms.unread.add(kind)
        elif kind in _WHOLE_FILES.values():
            setattr(forms, kind, read)
        else:
            listed = cast("Located[tuple[Any, ...]]", read)
            getattr(forms, kind).extend(listed.value)
            if not listed.complete:
                forms.unread.add(kind)
    return forms


def _kind(path: str) -> str | None:
    if path in _WHOLE_FILES:
        return _WHOLE_FILES[path]
    match = _PATHS.fullmatch(path)
    return None if match is None else match.group(1) or match.group(2)


def _compile(forms: Forms, known: Known, files: Mapping[str, bytes], log: FaultLog) -> Rulebook | None:
    """Compile everything that was read; what is faulty is reported and left out, and then the result does not count."""
    conditions = ConditionCompiler(known, log)
    signals = [compile_signal(form, conditions) for form in forms.signals]
    report_cycles(forms.signals, log)
    report_absorbing_circles(forms.gaps, log)
    report_old_names(forms.gaps, "gap", log)
    report_old_names(forms.plays, "play", log)
    gaps = [compile_gap(form, conditions) for form in forms.gaps]
    plays = [compile_play(form, conditions) for form in forms.plays]
    report_held_musts(forms.book, forms.plays, log)
    if known.plays is not None:
        report_unasked(forms.gaps, forms.plays, log)
    tests = compile_tests(forms.tests, known, log, complete="tests" not in forms.unread)
    cohorts, book = compile_cohorts(forms.cohorts, log), forms.book
    learned = compile_propensities(forms.propensities, known, log)
    if book is None:
        return None
    diagnosis, arbitration = compile_diagnosis(book.diagnosis, conditions), compile_arbitration(book, conditions)
    vocabularies = compile_vocabularies(book.vocabularies, known, log)
    if book.id is None or book.label is None or diagnosis is None or arbitration is None:
        return None
    rulebook = Rulebook(
        id=book.id.value,
        label=book.label.value,
        content_hash=content_hash(files),
        locales=(*(known.required or ()), *known.wanted),
        vocabularies=vocabularies,
        parameters={name: found for name, found in sorted((known.parameters or {}).items()) if found is not None},
        stale_after_days=stale_after_days(book),
        attributes=tuple(spec for _, spec in sorted(compile_attributes(book, log).items()) if spec is not None),
        diagnosis=diagnosis,
        arbitration=replace(arbitration, learned=learned),
        signals=_by_id(signals),
        gaps=_by_id(gaps),
        plays=_by_id(plays),
        tests=tests,
        counts=tuple(sorted(known.counts, key=lambda spec: spec.name)),
        cohorts=cohorts,
    )
    return switched_off(rulebook, forms.gaps, forms.plays)


def _by_id(rules: Iterable[R | None]) -> tuple[R, ...]:
    return tuple(sorted((rule for rule in rules if rule is not None), key=lambda rule: rule.id))
