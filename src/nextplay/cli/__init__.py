"""The command line: `nextplay`. The console script calls `main`."""

from __future__ import annotations


def main() -> None:
    """Run the command line."""
    from nextplay.cli.app import main as run  # noqa: PLC0415  importing the package must not load a server

    run()
