"""A trial of the strategist's net: small mistakes in a rulebook, one at a time, that check and test must see.

    python -m bench.mutations [RULES] [--models models] [--seed 7] [--count 100] [--at-least 0.95] [--workers 2]

Each mistake is one that people make: a threshold off by one notch of its fact, an operator turned around, evidence
written under the other kind, a signal forgotten. It counts as caught where the rulebook is refused, a test fails, or
the linter says something that it did not say before.
"""

from __future__ import annotations

import argparse
import copy
import io
import json
import random
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, replace
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import track
from ruamel.yaml import YAML

from bench.mutants import KINDS, Mutation, mutations_of
from nextplay.authoring.cases import failure_lines, results_of, run_rule_tests
from nextplay.authoring.lint import lint_rulebook
from nextplay.errors import RulebookInvalid
from nextplay.release import Release, load_release
from nextplay.rules.source import read_rulebook_folder


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one mistake: `by` is check, test, lint, or empty where nothing saw it."""

    kind: str
    file: str
    rule: str
    says: str
    by: str


def chosen(found: Mapping[str, Sequence[Mutation]], *, seed: int, count: int) -> list[Mutation]:
    """Draw `count` mistakes, the kinds in turn, none twice."""
    rng = random.Random(seed)  # noqa: S311  a reproducible draw, no secret
    decks = {kind: rng.sample(list(mutations), len(mutations)) for kind, mutations in found.items()}
    drawn: list[Mutation] = []
    while len(drawn) < count and any(decks.values()):
        drawn += [deck.pop() for deck in decks.values() if deck][: count - len(drawn)]
    return drawn


class Trial:
    """Judges mistakes in one rulebook."""

    def __init__(self, rules: Path, models: Path) -> None:
        """Read the rulebook; raises `RulebookInvalid`, or `ValueError` where its own tests fail."""
        self._files = read_rulebook_folder(rules)
        self._models = models
        release = load_release(self._files, models)
        failures = failure_lines(run_rule_tests(release))
        if failures:
            raise ValueError("\n".join(failures))
        self._known = _said(release, self._files)
        self._tests = release.rulebook.tests
        self._specs = {**release.vocabulary.specs, **getattr(release.vocabulary, "item_specs", {})}
        release.close()
        self._yaml = YAML()
        self._documents = {name: self._yaml.load(content) for name, content in sorted(self._files.items())}

    def mutations(self) -> dict[str, list[Mutation]]:
        """List every mistake that can be made."""
        return mutations_of(self._documents, self._specs)

    def judge(self, mutation: Mutation) -> Verdict:
        """Make one mistake and see who notices: the compiler, a test, the linter, in this order."""
        document = copy.deepcopy(self._documents[mutation.file])
        mutation.apply(document)
        text = io.BytesIO()
        self._yaml.dump(document, text)
        files = {**self._files, mutation.file: text.getvalue()}
        return Verdict(mutation.kind, mutation.file, mutation.rule, mutation.says, self._noticed_by(mutation, files))

    def _noticed_by(self, mutation: Mutation, files: Mapping[str, bytes]) -> str:
        """Compile the rules alone: no mistake changes a test, and reading them is most of the work."""
        rules = {path: raw for path, raw in files.items() if not path.startswith("tests/")}
        try:
            release = load_release(rules, self._models, inference="python")
        except RulebookInvalid:
            return "check"
        tests = sorted(self._tests, key=lambda test: mutation.rule not in _names(test.expect))
        if not all(result.passed for result in results_of(release, tests)):
            return "test"
        tested = replace(release, rulebook=replace(release.rulebook, tests=self._tests))
        return "lint" if _said(tested, files) - self._known else ""


def _names(expect: Mapping[str, Any]) -> set[str]:
    """Return the rules that a test speaks of: most mistakes are noticed there, and the rest need not run."""
    return {name for told in expect.values() if isinstance(told, Mapping | list | tuple) for name in told}


_trials: list[Trial] = []
"""The trial of a worker process."""


def _prepare(rules: Path, models: Path) -> None:
    _trials[:] = [Trial(rules, models)]


def _judge(seed: int, count: int, number: int) -> Verdict:
    trial = _trials[0]
    return trial.judge(chosen(trial.mutations(), seed=seed, count=count)[number])


def verdicts(rules: Path, models: Path, *, seed: int, count: int, workers: int) -> list[Verdict]:
    """Judge `count` mistakes, with more workers than one in processes of their own; the order is that of the draw."""
    if workers == 1:
        trial = Trial(rules, models)
        return [trial.judge(mutation) for mutation in chosen(trial.mutations(), seed=seed, count=count)]
    drawn = len(chosen(Trial(rules, models).mutations(), seed=seed, count=count))
    with ProcessPoolExecutor(workers, get_context("spawn"), initializer=_prepare, initargs=(rules, models)) as pool:
        found = pool.map(partial(_judge, seed, count), range(drawn))
        console = Console(stderr=True)
        return list(track(found, total=drawn, description="mistakes", console=console, disable=not sys.stderr.isatty()))


def _said(release: Release, files: Mapping[str, bytes]) -> Counter[str]:
    """Count what the linter says, without the places: lines move when a file is written anew."""
    findings = lint_rulebook(release, files, with_witnesses=False)
    return Counter(f"{finding.code} {finding.place.path} {finding.message}" for finding in findings)


def _report(verdicts: Sequence[Verdict]) -> dict[str, Any]:
    by_kind = {
        kind: {"made": len(of_kind), "caught": sum(bool(verdict.by) for verdict in of_kind)}
        for kind in KINDS
        if (of_kind := [verdict for verdict in verdicts if verdict.kind == kind])
    }
    caught = sum(bool(verdict.by) for verdict in verdicts)
    return {
        "made": len(verdicts),
        "caught": caught,
        "share": round(caught / len(verdicts), 4) if verdicts else 0.0,
        "by": dict(sorted(Counter(verdict.by or "nobody" for verdict in verdicts).items())),
        "kinds": by_kind,
        "missed": [asdict(verdict) for verdict in verdicts if not verdict.by],
    }


def _lines(report: Mapping[str, Any]) -> list[str]:
    kinds = [f"{kind:18} {counts['caught']:4} of {counts['made']:4} caught" for kind, counts in report["kinds"].items()]
    return [
        *kinds,
        f"{'all':18} {report['caught']:4} of {report['made']:4} caught: {report['share']:.1%}",
        "noticed by: " + ", ".join(f"{by} {count}" for by, count in report["by"].items()),
        *(f"missed: {missed['file']}: {missed['rule']}: {missed['says']}" for missed in report["missed"]),
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the trial; 1 where less than `--at-least` is caught."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rules", nargs="?", type=Path, default=Path("rules"))
    parser.add_argument("--models", type=Path, default=Path("models"))
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--at-least", type=float, default=0.0)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args(arguments)
    report = _report(verdicts(asked.rules, asked.models, seed=asked.seed, count=asked.count, workers=asked.workers))
    sys.stdout.write(json.dumps(report, indent=2) if asked.json else "\n".join(_lines(report)))
    sys.stdout.write("\n")
    return int(report["share"] < asked.at_least)


if __name__ == "__main__":
    sys.exit(main())
