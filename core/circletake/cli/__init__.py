"""The command line: parse, call a workflow, print. One module for each command group."""
