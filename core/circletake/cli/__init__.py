"""The command line: parse, call a workflow, print. One module for each command group."""


def main() -> None:
    """Entry point of the ``circletake`` script, which worker processes load too and need no more of."""
    from circletake.cli.app import main

    main()
