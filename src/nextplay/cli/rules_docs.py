"""`nextplay rules docs`: the rulebook as pages for a browser, in every language it speaks."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from nextplay.authoring.pages import rulebook_pages
from nextplay.cli.exits import ExitCode
from nextplay.cli.output import Format, FormatOption, complain, say, say_json, writing
from nextplay.cli.places import RulesArgument
from nextplay.release import load_release
from nextplay.rules.source import read_rulebook_folder


def docs(
    path: RulesArgument = Path("rules"),
    *,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder to write the pages to.")],
    locale: Annotated[
        list[str] | None, typer.Option("--locale", help="A language; again for more. Left out, all of the rulebook.")
    ] = None,
    output: FormatOption = Format.TEXT,
) -> None:
    """Write the rulebook as HTML pages: gaps, plays and signals, linked both ways, with tests as examples.

    They need no server and no network: open index.html. The same rulebook gives the same bytes. Pages of rules that
    are no more are removed.
    """
    release = load_release(read_rulebook_folder(path), None)
    try:
        missing = [one for one in locale or () if one not in release.rulebook.locales]
        if missing:
            spoken = ", ".join(release.rulebook.locales)
            complain(f"the rulebook does not speak `{missing[0]}`; it speaks {spoken}")
            raise typer.Exit(ExitCode.INPUT)
        files = rulebook_pages(release, locale or ())
    finally:
        release.close()
    with writing(out):
        removed = _write(out, files)
    if output is Format.JSON:
        say_json({"index": str(out / "index.html"), "files": sorted(files), "removed": removed})
    else:
        say(f"{len(files)} files; open {out / 'index.html'}")


def _write(out: Path, files: dict[str, bytes]) -> list[str]:
    """Write the files, and remove the pages of an earlier run that are not among them."""
    for name, content in files.items():
        target = out / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    ours = (page for folder in {Path(name).parent for name in files} for page in (out / folder).glob("*-*.html"))
    stale = sorted(page.relative_to(out).as_posix() for page in ours)
    removed = [name for name in stale if name not in files]
    for name in removed:
        (out / name).unlink()
    return removed
