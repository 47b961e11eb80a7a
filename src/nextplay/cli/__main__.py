"""`python -m nextplay.cli`: the same as the console script."""

from nextplay.cli import main

main()
