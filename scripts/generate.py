"""Generate files that follow from others: `generate.py protos`, `docs`, `schemas`, or all; `--check` only compares.

Everything is generated into a temporary folder first; `--check` names the files that are not what they should be and
ends with 1, and changes nothing.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import expert_churn_model
from nextplay.authoring.sample_book.page import sample_book_page
from nextplay.facts import Vocabulary
from nextplay.facts.page import facts_page
from nextplay.facts.raw_page import raw_rows_page
from nextplay.rules.compile import compile_rulebook
from nextplay.rules.schema import schema_files
from nextplay.rules.source import read_rulebook_folder

ROOT: Final = Path(__file__).resolve().parents[1]
SKIPPED: Final = "__pycache__"


def protos(folder: Path) -> None:
    """Write the Python of the contract."""
    out = folder / "src/nextplay/_proto"
    command = ["sh", str(ROOT / "scripts/generate_protos.sh"), str(out)]
    subprocess.run(command, check=True, env={"PATH": "/usr/bin:/bin", "PYTHON": sys.executable})  # noqa: S603  our script


def churn_model(folder: Path) -> None:
    """Write the first churn model, made of expert signs, and its card."""
    for path, content in expert_churn_model.files().items():
        put(folder, path.relative_to(ROOT).as_posix(), content)


def page_of_facts(folder: Path) -> None:
    """Write the page of all facts, as far as no rulebook adds its own."""
    known = Vocabulary.of()
    put(folder, "docs/facts.md", facts_page(known.specs.values(), known.item_specs.values()).encode())


def page_of_raw_rows(folder: Path) -> None:
    """Write the page of what raw rows are summed up to."""
    put(folder, "docs/raw_rows.md", raw_rows_page().encode())


def page_of_sample_book(folder: Path) -> None:
    """Write the page of the sample book: causes, look-alikes, holes and coefficients."""
    put(folder, "docs/sample_book.md", sample_book_page().encode())


def rule_schemas(folder: Path) -> None:
    """Write the JSON Schemas with which editors check the shipped rule files, its own names included."""
    rulebook = compile_rulebook(read_rulebook_folder(ROOT / "rules")).rulebook
    for name, content in schema_files(rulebook).items():
        put(folder, f"rules/schema/{name}", content)


def put(folder: Path, name: str, content: bytes) -> None:
    """Write one file below `folder`."""
    target = folder / name
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)


GENERATORS: Final[Mapping[str, tuple[Callable[[Path], None], ...]]] = {
    "protos": (protos,),
    "docs": (churn_model, page_of_facts, page_of_raw_rows, page_of_sample_book),
    "schemas": (rule_schemas,),
}
UNCOMMITTED: Final = frozenset({"schemas"})
"""What is not in the repository, since it follows every edit of a rule file."""
OWNED: Final = ("src/nextplay/_proto",)
"""Folders in which every file is generated, so that a file too many is a fault as well."""


def files(folder: Path, below: str = ".") -> dict[str, bytes]:
    """Return the files below a folder by relative path."""
    found = (path for path in (folder / below).rglob("*") if path.is_file() and SKIPPED not in path.parts)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(found)}


def stale(generated: Mapping[str, bytes]) -> list[str]:
    """Return the generated files that the tree has differently, or not at all, or still has."""
    present = {name: (ROOT / name).read_bytes() for name in generated if (ROOT / name).is_file()}
    owned = [folder for folder in OWNED if any(name.startswith(f"{folder}/") for name in generated)]
    extra = {name for folder in owned for name in files(ROOT, folder)} - generated.keys()
    wrong = {name for name, content in generated.items() if present.get(name) != content}
    return sorted(wrong | extra)


def main(words: list[str]) -> int:
    """Generate what `words` name."""
    checking = "--check" in words
    known = sorted(GENERATORS.keys() - UNCOMMITTED) if checking else sorted(GENERATORS)
    chosen = [word for word in words if word != "--check"] or known
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        for word in chosen:
            for generate in GENERATORS[word]:
                generate(folder)
        generated = files(folder)
    if not checking:
        for name, content in generated.items():
            put(ROOT, name, content)
        return 0
    wrong = stale(generated)
    for path in wrong:
        print(f"{path}: is not what it is generated from; run `make protos docs` and commit the result")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
