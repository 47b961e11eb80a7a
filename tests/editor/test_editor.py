"""What a strategist's editor offers and underlines: the generated schemas in the language server that editors use."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.editor.language_server import SERVER, LanguageServer
from tests.needed import needed

from nextplay.facts import Vocabulary
from nextplay.rules.compile import compile_rulebook
from nextplay.rules.rulebook import Rulebook
from nextplay.rules.schema import schema_files
from nextplay.rules.source import read_rulebook_folder

RULES = Path(__file__).parents[2] / "rules"
BOOK: Rulebook = compile_rulebook(read_rulebook_folder(RULES)).rulebook
IDS = {
    "signals": {rule.id for rule in BOOK.signals},
    "gaps": {rule.id for rule in BOOK.gaps},
    "plays": {rule.id for rule in BOOK.plays},
}
COMPARED = {"lt", "lte", "gt", "gte", "between"}
LISTED = {"contains", "contains_any"}
TOLD = "  title: T\n  says: S\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy the shipped rulebook, with its schemas as `nextplay rules schema` writes them."""
    folder = tmp_path_factory.mktemp("editor") / "rules"
    shutil.copytree(RULES, folder, ignore=shutil.ignore_patterns("schema"))
    (folder / "schema").mkdir()
    for name, content in schema_files(BOOK).items():
        (folder / "schema" / name).write_bytes(content)
    return folder


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[LanguageServer]:
    """Start the language server."""
    needed("node")
    needed(str(SERVER))
    with LanguageServer(folder) as running:
        yield running


def opened(kind: str, text: str) -> str:
    """Begin a rule file as every one begins."""
    return f"# yaml-language-server: $schema=../schema/{kind}.json\n- id: fresh_rule\n{text}"


def test_facts_are_offered_after_the_word_fact(server: LanguageServer, folder: Path) -> None:
    """Every fact that may stand in a condition is there, on lines and in braces."""
    known = set(Vocabulary.of().specs)
    for text in ("  when:\n    fact: |\n", "  when: {fact: |}\n", "  when: {all: [{fact: |}]}\n"):
        assert known <= server.completions(folder / "signals", opened("signals", text)), text


@pytest.mark.parametrize(
    ("fact", "offered", "withheld"),
    [
        ("support.tickets_90d", COMPARED | {"eq"}, LISTED),
        ("objectives.any_active", {"eq", "ne"}, COMPARED | LISTED),
        ("relationship.champion", {"eq", "ne", "in", "not_in"}, COMPARED | LISTED),
        ("surveys.ces.newest_drivers", LISTED, COMPARED | {"eq"}),
        ("profile.region", {"eq", "in"}, COMPARED | LISTED),
    ],
)
def test_operators_fit_the_type_of_the_fact(
    server: LanguageServer, folder: Path, fact: str, offered: set[str], withheld: set[str]
) -> None:
    """Once the fact is chosen, only what can be asked of it is offered, and asking whether it is known."""
    found = server.completions(folder / "signals", opened("signals", f"  when:\n    fact: {fact}\n    |\n"))
    assert offered | {"is_known", "is_unknown"} <= found
    assert not found & withheld


@pytest.mark.parametrize(
    ("fact", "operator"),
    [("relationship.champion", "eq: |"), ("relationship.champion", "in: [|]"), ("journey_stage", "ne: |")],
)
def test_words_of_an_enumeration_are_offered(server: LanguageServer, folder: Path, fact: str, operator: str) -> None:
    """A word is chosen, not typed."""
    text = opened("signals", f"  when:\n    fact: {fact}\n    {operator}\n")
    assert set(Vocabulary.of().specs[fact].words) <= server.completions(folder / "signals", text)


@pytest.mark.parametrize(
    ("kind", "text", "ids"),
    [
        ("gaps", "  when: {any: [|]}\n", IDS["signals"]),
        ("gaps", "  when:\n    any:\n      - |\n", IDS["signals"]),
        ("gaps", "  severity:\n    base: 0.5\n    each:\n      |\n", IDS["signals"]),
        ("plays", "  for: {gap: |}\n", IDS["gaps"]),
        ("plays", "  excludes:\n    - |\n", IDS["plays"]),
        ("plays", "  owner: |\n", set(BOOK.vocabularies["roles"])),
        ("plays", "  channel: |\n", set(BOOK.vocabularies["channels"])),
        ("gaps", "  root_cause: |\n", set(BOOK.vocabularies["root_causes"])),
        ("gaps", "  kind: |\n", {"cx", "cs", "opportunity"}),
        ("signals", "  when:\n    fact: support.tickets_90d\n    gt: {param: |}\n", set(BOOK.parameters)),
    ],
)
def test_ids_and_words_of_the_rulebook_are_offered(
    server: LanguageServer, folder: Path, kind: str, text: str, ids: set[str]
) -> None:
    """What other files define is offered where it may stand."""
    assert ids
    assert ids <= server.completions(folder / kind, opened(kind, text))


@pytest.mark.parametrize(
    ("kind", "text", "message"),
    [
        ("signals", f"{TOLD}  when: {{fact: support.tickets_90, gt: 3}}\n", "5: Value is not accepted."),
        ("signals", f"{TOLD}  when: {{fact: support.tickets_90d, contains: 3}}\n", "contains is not allowed"),
        ("signals", "  titel: T\n  when: {fact: support.tickets_90d, gt: 3}\n", "3: Property titel is not allowed"),
        ("signals", f"{TOLD}  when: {{fact: relationship.champion, eq: lost}}\n", "5: Value is not accepted"),
        ("plays", "  purpose: reapir\n", "3: Value is not accepted"),
    ],
)
def test_a_typo_is_underlined_where_it_stands(
    server: LanguageServer, folder: Path, kind: str, text: str, message: str
) -> None:
    """The editor tells of a wrong key, fact, operator or word before anything is run."""
    faults = server.faults(folder / kind, opened(kind, text))
    assert any(message in fault for fault in faults), faults


@pytest.mark.parametrize("path", sorted(path.relative_to(RULES).as_posix() for path in RULES.rglob("*.yaml")))
def test_the_shipped_files_are_without_a_fault(server: LanguageServer, folder: Path, path: str) -> None:
    """Whoever opens a shipped file sees nothing underlined."""
    assert server.faults((folder / path).parent, (folder / path).read_text(encoding="utf-8")) == []
