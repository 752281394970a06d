"""`python -m scenarios` is the `moosetest` command."""

from scenarios.cli import main

main()
