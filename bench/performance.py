"""Everything about speed in one run: writes docs/performance.json and, from it, docs/performance.md.

    python -m bench.performance [--only NAME ...] [--quick] [--folder docs]

Each benchmark is a module with `measure(*, quick: bool = False) -> Section`; `BENCHMARKS` names them and what they need
besides. One after the other they run in processes of their own, so that none finds the caches, modules or memory of
another. What is done is written at once. `--only` renews these sections and keeps the others as they stand. `--quick`
is for trying whether it runs: few rounds, written to build/performance, never to be quoted.
"""

from __future__ import annotations

import argparse
import importlib
import json
import multiprocessing
import os
import platform
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final, NamedTuple

from bench.performance_page import page
from bench.section import Section

ROOT: Final = Path(__file__).parents[1]
_JSON: Final = "performance.json"
_PAGE: Final = "performance.md"
_VERSIONS: Final = ("nextplay", "grpcio", "protobuf", "durable-rules", "orjson", "polars", "pyarrow", "pyspark")


class Benchmark(NamedTuple):
    """A section of the page, the module that measures it, and what must be there besides the locked packages."""

    name: str
    module: str
    tools: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    """Importable names that no plain installation brings."""


BENCHMARKS: Final = (
    Benchmark("ceiling", "bench.ceiling", tools=("h2load",)),
    Benchmark("workers", "bench.worker_load", tools=("h2load",)),
    Benchmark("stages", "bench.stages"),
    Benchmark("peers", "bench.peers"),
    Benchmark("sizes", "bench.sizes"),
    Benchmark("bulk", "bench.bulk", packages=("polars", "pyarrow")),
)
"""In the order of the page."""
TOOLS: Final[dict[str, str]] = {"h2load": "install Debian's `nghttp2-client` (`bash scripts/prepare_ci.sh` does)"}
"""Programs that benchmarks drive, and how to get each."""
_PACKAGES: Final = "`make setup` installs it; by hand: `pip install -e '.[dev,batch,spark]'`"


def refusals(benchmarks: Sequence[Benchmark]) -> Iterator[str]:
    """Yield a sentence for each thing that a benchmark needs and that is not here."""
    for benchmark in benchmarks:
        for tool in benchmark.tools:
            if shutil.which(tool) is None:
                yield f"`{benchmark.name}` needs `{tool}`: {TOOLS[tool]}"
        for package in benchmark.packages:
            if find_spec(package) is None:
                yield f"`{benchmark.name}` needs the Python package `{package}`: {_PACKAGES}"


def renewed(found: dict[str, Any], benchmark: Benchmark, *, quick: bool) -> dict[str, Any]:
    """Measure one section anew; return all figures with it in place of the former one."""
    begin = time.monotonic()
    fresh = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=fresh) as process:
        section = process.submit(_measured, benchmark.module, quick=quick).result()
    measured = {
        "date": datetime.now(UTC).date().isoformat(),
        "seconds": round(time.monotonic() - begin),
        "quick": quick,
        "machine": machine(),
        "versions": versions(),
    }
    sections = found.get("sections", {}) | {benchmark.name: document(section) | {"measured": measured}}
    return {"sections": {one.name: sections[one.name] for one in BENCHMARKS if one.name in sections}}


def document(section: Section) -> dict[str, Any]:
    """Return a section as it stands in the JSON file."""
    return section._asdict() | {"goals": [goal._asdict() for goal in section.goals]}


def machine() -> dict[str, str]:
    """Return what figures depend on: processor, cores, memory, kernel. Linux; elsewhere less is told."""
    processor = _line_of(Path("/proc/cpuinfo"), "model name") or platform.processor() or platform.machine()
    kibibytes = _line_of(Path("/proc/meminfo"), "MemTotal").split(" ")[0]
    return {
        "processor": processor,
        "cores": str(len(os.sched_getaffinity(0))),
        "memory": f"{int(kibibytes) / 2**20:.1f} GiB" if kibibytes else "unknown",
        "kernel": f"{platform.system()} {platform.release()}",
    }


def versions() -> dict[str, str]:
    """Return the versions of Python, and of the packages and programs that figures depend on."""
    found = {"Python": platform.python_version()}
    for tool in filter(shutil.which, TOOLS):
        told = subprocess.run([tool, "--version"], capture_output=True, text=True, check=True).stdout  # noqa: S603  our own list
        found[tool] = told.strip().removeprefix(f"{tool} ")
    for name in _VERSIONS:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def main() -> int:
    """Measure what is asked for, and write it."""
    asked = _parser().parse_args()
    chosen = [one for one in BENCHMARKS if not asked.only or one.name in asked.only]
    refused = list(refusals(chosen))
    for sentence in refused:
        _say(f"error: {sentence}")
    if refused:
        return 2
    folder = asked.folder or ROOT / ("build/performance" if asked.quick else "docs")
    folder.mkdir(parents=True, exist_ok=True)
    figures = folder / _JSON
    found = json.loads(figures.read_text(encoding="utf-8")) if figures.is_file() else {}
    failed = False
    for benchmark in chosen:
        _say(f"{benchmark.name} ...")
        try:
            found = renewed(found, benchmark, quick=asked.quick)
        except Exception as error:  # noqa: BLE001  the sections after it are still worth hours
            failed = True
            _say(f"error: `{benchmark.name}` failed, what the page says of it stays as it was: {error}")
            continue
        figures.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        (folder / _PAGE).write_text(page(found), encoding="utf-8")
        _say(f"{benchmark.name}: {found['sections'][benchmark.name]['measured']['seconds']} s")
    _say(f"written to {folder / _PAGE}")
    return int(failed)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    names = [benchmark.name for benchmark in BENCHMARKS]
    parser.add_argument("--only", nargs="+", choices=names, help="renew these sections, keep the others")
    parser.add_argument("--quick", action="store_true", help="try it with few rounds; no figures to quote")
    parser.add_argument("--folder", type=Path, help="where to write (docs; with --quick build/performance)")
    return parser


def _measured(module: str, *, quick: bool) -> Section:
    """Run in a process of its own."""
    section: Section = importlib.import_module(module).measure(quick=quick)
    return section


def _line_of(file: Path, name: str) -> str:
    """Return what stands behind `name:` in a file of /proc, empty where it does not stand there."""
    if not file.is_file():
        return ""
    lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(name)), "")


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
