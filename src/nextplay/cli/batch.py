"""`nextplay batch`: a table of accounts in, a table of decisions out, on all cores."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from enum import StrEnum
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console, Group
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text

from nextplay.cli.as_of import AsOfOption, instant
from nextplay.cli.exits import ExitCode
from nextplay.cli.output import Format, FormatOption, complain, plural, say_json, show
from nextplay.cli.places import ModelsOption, RulesOption, models_for, rules_that_decide
from nextplay.cli.tables import aligned
from nextplay.decision import Options
from nextplay.errors import NextplayError
from nextplay.release import load_release

if TYPE_CHECKING:
    from nextplay.bulk.run import Finished

app = typer.Typer(add_completion=False)


class Inference(StrEnum):
    """What concludes from signals to gaps and plays."""

    DURABLE = "durable"
    PYTHON = "python"


@app.command()
def batch(  # noqa: PLR0913  each parameter is an option of the command
    source: Annotated[Path, typer.Argument(metavar="IN", help="Accounts: .parquet, .jsonl or .ndjson (also .gz).")],
    target: Annotated[Path, typer.Argument(metavar="OUT", help="Decisions: .parquet, .jsonl or .ndjson.")],
    *,
    texts: Annotated[bool, typer.Option("--texts", help="Also write the whole decision, as JSON.")] = False,
    locale: Annotated[str, typer.Option(help="Language of the texts, such as en or pt-BR.")] = "en",
    max_actions: Annotated[int | None, typer.Option(min=0, max=20, help="At most so many actions.")] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Refuse unseen words and fields instead of counting them as unknown.")
    ] = False,
    as_of: AsOfOption = None,
    tenant: Annotated[str, typer.Option(help="The tenant whose accounts these are; it is part of decision ids.")] = "",
    jobs: Annotated[
        int | None, typer.Option(min=1, max=256, help="How many processes; left out, one for each core.")
    ] = None,
    partition_rows: Annotated[
        int, typer.Option(min=1, max=1_000_000, help="Rows that are decided, held in memory and kept together.")
    ] = 5000,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace OUT where it is there.")] = False,
    inference: Annotated[Inference, typer.Option(help="What concludes from signals to gaps.")] = Inference.DURABLE,
    output: FormatOption = Format.TEXT,
    rules: RulesOption = Path("rules"),
    models: ModelsOption = None,
) -> None:
    """Decide for every account of a table: one row in, one row out, in the same order, equal to `decide`.

    Rows that cannot be used stand in OUT.refused.jsonl with every reason; the exit code is then 2. A run that was
    killed goes on where it stood when it is started once more.
    """
    run = _runner()
    asked = Options(locale=locale, max_actions=max_actions, strict=strict)
    options = run.BulkOptions(asked=asked, as_of=instant(as_of), tenant=tenant, texts=texts)
    files, begin = rules_that_decide(rules), time.monotonic()
    with closing(load_release(files, models_for(rules, models), inference=inference.value)) as release:
        known = run.fingerprint(source)
        job = run.Job(
            source, target, files, options, inference=inference.value, jobs=jobs or run.all_cores(),
            partition_rows=partition_rows, overwrite=overwrite,
        )  # fmt: skip
        with _progress(known.rows) as progress:
            finished = run.decide_file(job, release, known=known, progress=progress)
    _tell(finished, seconds=time.monotonic() - begin, output=output)


def _runner() -> Any:  # noqa: ANN401  a module that is loaded late
    """Return the module that does the work. Raises `NextplayError` without the extra that it needs."""
    try:
        return import_module("nextplay.bulk.run")  # an extra: only who decides in bulk needs it
    except ImportError:
        raise NextplayError(
            "`batch` needs the extra `batch`: install `nextplay[batch]`, or give JSON lines to `nextplay decide`"
        ) from None


class _Rate(ProgressColumn):
    """Accounts per second of late."""

    def render(self, task: Task) -> Text:
        """Show the rate once there is one."""
        return Text(f"{task.speed:,.0f}/s" if task.speed else "", style="progress.data.speed")


@contextmanager
def _progress(total: int | None) -> Iterator[Callable[[int], None]]:
    """Show how far the run is, and how fast, on stderr while somebody watches there."""
    columns = (TextColumn("accounts"), BarColumn(), MofNCompleteColumn(), _Rate(), TimeRemainingColumn())
    with Progress(
        *columns, console=Console(stderr=True), transient=True, redirect_stdout=False, disable=not sys.stderr.isatty()
    ) as progress:
        task = progress.add_task("", total=total)
        yield lambda rows: progress.advance(task, rows)


def _tell(finished: Finished, *, seconds: float, output: Format) -> None:
    """Say what came of it; refused rows end with their exit code."""
    counts, repeated = finished.counts, finished.repeated
    document = {
        "rows": counts.rows,
        "decided": counts.decided,
        "refused": counts.refused,
        "diagnosis": dict(counts.by_diagnosis),
        "repeated_accounts": repeated.accounts,
        "rows_of_repeated_accounts": repeated.rows,
        "kept_from_before": finished.kept,
        "seconds": round(seconds, 1),
        "output": str(finished.output),
    }
    if output is Format.JSON:
        say_json(document)
    else:
        show(_view(finished, seconds))
    if repeated.accounts:
        named = ", ".join(f"`{account_id}`" for account_id in repeated.first)
        many = " and others" if repeated.accounts > len(repeated.first) else ""
        complain(
            f"{plural(repeated.accounts, 'account')} in more than one row, {repeated.rows:,} rows in all: {named}{many}"
        )
    if counts.refused:
        complain(f"{counts.refused:,} of {counts.rows:,} rows could not be used: `{finished.refused}` says why")
        raise typer.Exit(ExitCode.INPUT)


def _view(finished: Finished, seconds: float) -> Group:
    counts = finished.counts
    rows = [("rows in", counts.rows), ("decided", counts.decided), ("refused", counts.refused)]
    if finished.kept:
        rows.append(("of these decided before", finished.kept))
    fresh = (counts.rows - finished.kept) / seconds if seconds else 0.0
    said = [
        Text(f"{finished.output}: {plural(counts.decided, 'decision')}, {seconds:,.1f} s, {fresh:,.0f} rows a second"),
        aligned(("rows", ""), [(name, f"{count:,}") for name, count in rows]),
    ]
    if counts.by_diagnosis:
        said.append(aligned(("diagnosis", ""), [(kind, f"{count:,}") for kind, count in counts.by_diagnosis.items()]))
    return Group(*said)
