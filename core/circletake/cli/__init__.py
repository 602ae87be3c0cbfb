"""The command line: parse, call a workflow, print. One module for each command group."""


def main() -> None:
    """Entry point of the ``circletake`` script; worker processes load the script too, and need no more of it."""
    from circletake.cli.app import main

    main()
