"""The engines that people would take instead, beside ours: the same rules and accounts, and the rules alone.

    python -m bench.peers [--sizes 10 100 ...] [--json]

Rules of three conditions over forty numbers, of which few hold (bench/rule_load.py). Every engine must fire the very
rules that fire by definition, for every account, or it is shown with the reason why it does not. Then all are asked in
turn, round by round, and the processor time of one account is taken.
"""

from __future__ import annotations

import argparse
import gc
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from importlib import import_module
from importlib.metadata import version
from statistics import median
from typing import Final, NamedTuple

from bench.durable_api import DurableProcess
from bench.engines import OURS, PEERS, Contender, InProcess, Refused, is_installed
from bench.performance_page import table
from bench.rule_load import Account, Rule, draw_accounts, draw_rules, fired, rulebook_of
from bench.section import Goal, Section
from nextplay.rules.rulebook import Rulebook

SIZES: Final = (10, 100, 1000, 10_000)
GOALS: Final[Mapping[int, float]] = {100: 50.0, 1000: 100.0, 10_000: 400.0}
"""Rules -> the microseconds that evaluation and inference may take."""
DURABLE_API: Final = "durable-rules, its own API"
REFERENCE: Final = "evaluation and inference, durable"
"""What ratios are taken to: what a server does that is not told otherwise, as far as the others go."""
_ACCOUNTS: Final = 10
_ROUND_US: Final = 30_000
"""What an engine is asked for in a round at least, in passes over all accounts."""
_LONGEST_ROUND_US: Final = 1_000_000
"""What it is asked for at most: an engine that takes longer over all accounts is given the first few only."""
_METHOD: Final = """\
The same rules, of three conditions over forty numbers, and the same {accounts} accounts for every engine; a condition
is true of one account in eighteen, so few rules fire. Each engine fired exactly the rules that fire by definition, or
is shown with the reason why not; everything is known, since only ours has a word for what is not. All engines of a
size take turns in each of {rounds} rounds, in another order each round; one that would take more than a second over
all accounts is timed over the first few only{fewer}. The table gives the median processor time of one account, and in
brackets the multiple of the row `{reference}`, which does what the others do: decide the conditions and conclude. A
whole assessment also weighs gaps, collects evidence, plays, missing facts and near misses; in `inference alone` the
conditions are decided beforehand, and *built* is the processor time of building an engine from rules in memory. Repeat
it with `make bench BENCH_FLAGS='--only peers'`."""


class Timed(NamedTuple):
    """What came of one engine at one size: processor seconds to build it, and microseconds of one account by round.

    `accounts` is how many it was timed over. `refused` says why it was not timed.
    """

    build_seconds: float | None = None
    rounds_us: tuple[float, ...] = ()
    refused: str = ""
    accounts: int = 0

    @property
    def median_us(self) -> float:
        """The median over the rounds."""
        return median(self.rounds_us)


def measure(*, quick: bool = False) -> Section:
    """Time every engine at every size; in a hurry, the two small sizes in two rounds."""
    sizes, rounds = (SIZES[:2], 2) if quick else (SIZES, 7)
    return section({size: timed(size, rounds=rounds) for size in sizes}, rounds=rounds)


def timed(size: int, *, rounds: int) -> dict[str, Timed]:
    """Build every engine over `size` rules, check it, and time all that pass in turn."""
    rules = draw_rules(size)
    accounts = draw_accounts(rules, _ACCOUNTS)
    found: dict[str, Timed] = {}
    running: dict[str, Contender] = {}
    for name, build in contenders(rules).items():
        try:
            running[name] = checked(build(), rules, accounts)
        except Refused as refused:
            found[name] = Timed(refused=str(refused))
        else:
            found[name] = Timed(round(running[name].build_seconds, 3))
    gc.collect()
    gc.freeze()
    try:
        timings = in_turn(running, accounts, rounds=rounds)
        return found | {name: one._replace(build_seconds=found[name].build_seconds) for name, one in timings.items()}
    finally:
        gc.unfreeze()
        for contender in running.values():
            contender.close()


def contenders(rules: Sequence[Rule]) -> dict[str, Callable[[], Contender]]:
    """Say how each engine is built; building may raise `Refused`."""
    rulebook = rulebook_of(rules)
    found: dict[str, Callable[[], Contender]] = {name: partial(_own, name, rulebook) for name in OURS}
    found |= {name: partial(_peer, name, rules) for name in PEERS}
    return found | {DURABLE_API: partial(DurableProcess, rules)}


def checked(contender: Contender, rules: Sequence[Rule], accounts: Sequence[Account]) -> Contender:
    """Return an engine that fires the very rules that fire by definition; raises `Refused` where it does not."""
    if contender.fired_each(accounts) != [fired(rules, account) for account in accounts]:
        contender.close()
        raise Refused("fires other rules than the definition says")
    return contender


def _own(name: str, rulebook: Rulebook) -> Contender:
    return InProcess(partial(OURS[name], rulebook))


def _peer(name: str, rules: Sequence[Rule]) -> Contender:
    if not is_installed(name):
        raise Refused("not installed; `make bench` installs it")
    module, engine = PEERS[name]
    import_module(module)
    return InProcess(partial(engine, rules))


def in_turn(running: Mapping[str, Contender], accounts: Sequence[Account], *, rounds: int) -> dict[str, Timed]:
    """Time the engines round by round; one that refuses in between is left out from there, with its reason."""
    work: dict[str, tuple[Sequence[Account], int]] = {}
    times: dict[str, list[float]] = {name: [] for name in running}
    refused: dict[str, Timed] = {}
    for number in range(-1, rounds):  # the round before the first says how much work makes a round
        for name in turns(list(running), number):
            if name in refused:
                continue
            try:
                if number < 0:
                    work[name] = _work(running[name], accounts)
                else:
                    times[name].append(round(running[name].clocked(*work[name]), 2))
            except Refused as reason:
                refused[name] = Timed(refused=str(reason))
    timed_all = {name: Timed(rounds_us=tuple(times[name]), accounts=len(given)) for name, (given, _) in work.items()}
    return timed_all | refused


def turns(names: Sequence[str], number: int) -> list[str]:
    """Return the order of a round: another begins each time, and every other round runs backwards.

    So none always follows the same one, whose memory it would find in the caches.
    """
    start = number % len(names) if names else 0
    order = [*names[start:], *names[:start]]
    return order[::-1] if number % 2 else order


def _work(contender: Contender, accounts: Sequence[Account]) -> tuple[Sequence[Account], int]:
    """Return the accounts and passes of a round: one account says how many are given, those how often."""
    first_us = max(contender.clocked(accounts[:1], 1), 0.1)
    few = accounts[: max(1, int(_LONGEST_ROUND_US / first_us))]
    return few, max(1, round(_ROUND_US / len(few) / max(contender.clocked(few, 1), 0.1)))


def section(found: Mapping[int, Mapping[str, Timed]], *, rounds: int) -> Section:
    """Lay the times out: a row for each engine, a column for each size, and the goals."""
    largest = max(found)
    names = list(found[largest])
    return Section(
        name="peers",
        title="Rules alone, beside other engines",
        method=_METHOD.format(accounts=_ACCOUNTS, rounds=rounds, reference=REFERENCE, fewer=_fewer(found)),
        header=("engine", *(f"{size:,} rules" for size in found), f"built, {largest:,} rules"),
        table=tuple(
            (_shown(name), *(_cell(times, name) for times in found.values()), _built(found[largest][name]))
            for name in [*OURS, *(name for name in names if name not in OURS)]
        ),
        goals=tuple(_goals(found)),
        figures={
            "sizes": {str(size): {name: one._asdict() for name, one in times.items()} for size, times in found.items()},
            "accounts": _ACCOUNTS,
            "rounds": rounds,
            "versions": dict(_versions()),
        },
    )


def _fewer(found: Mapping[int, Mapping[str, Timed]]) -> str:
    few = [
        f"{name} over {one.accounts} at {size:,} rules"
        for size, times in found.items()
        for name, one in times.items()
        if 0 < one.accounts < _ACCOUNTS
    ]
    return f" ({', '.join(few)})" if few else ""


def _goals(found: Mapping[int, Mapping[str, Timed]]) -> Iterator[Goal]:
    """Hold the engine that does best against the bar of each size, and tell what the other one takes."""
    for size in sorted(GOALS.keys() & found.keys()):
        both = {engine: found[size][f"evaluation and inference, {engine}"] for engine in ("durable", "python")}
        (us, best), (more, other) = sorted((timed.median_us, engine) for engine, timed in both.items())
        alone = found[size][f"inference alone, {best}"].median_us
        met = us <= GOALS[size]
        yield Goal(
            f"evaluation and inference, {size:,} rules of which few fire, with the engine that does it",
            f"<= {GOALS[size]:,.0f} µs",
            f"{us:,.0f} µs with `{best}`; {more:,.0f} µs with `{other}`",
            met=met,
            why="" if met else f"inference takes {alone:,.0f} µs of it, deciding the conditions the rest",
        )


def _cell(times: Mapping[str, Timed], name: str) -> str:
    one = times[name]
    if one.refused:
        return one.refused
    return f"{_digits(one.median_us)} µs ({_digits(one.median_us / times[REFERENCE].median_us)}x)"


def _digits(value: float) -> str:
    """Show three digits, or whole numbers above."""
    return f"{value:,.{max(0, 3 - len(str(int(value))))}f}"


def _built(one: Timed) -> str:
    return "" if one.build_seconds is None else f"{one.build_seconds:,.2f} s"


def _shown(name: str) -> str:
    if name in OURS:
        return f"Nextplay: {name}"
    return f"{name} {version(name)}" if name in PEERS and is_installed(name) else name


def _versions() -> Iterator[tuple[str, str]]:
    for package in (*filter(is_installed, PEERS), "durable-rules"):
        yield package, version(package)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--sizes", nargs="+", type=int, default=SIZES)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true", help="write all figures as JSON")
    asked = parser.parse_args()
    found = section({size: timed(size, rounds=asked.rounds) for size in asked.sizes}, rounds=asked.rounds)
    lines = [json.dumps(found.figures, indent=2)] if asked.json else [table(found.header, found.table)]
    if not asked.json:
        lines += [f"{goal.what}: {goal.reached} ({goal.goal}) {goal.why}" for goal in found.goals]
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
