"""The table of commands, and the one place where an error becomes words and an exit status.

A command's module is imported only when that command runs, so ``circletake --help`` costs
little more than typer itself.
"""

from __future__ import annotations

import _thread
import contextlib
import os
import sys
import threading
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup

from circletake.errors import Cancelled, CircletakeError


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of ``circletake --help``: where the command lives and what it is for."""

    place: str
    summary: str


COMMANDS: dict[str, dict[str, Entry]] = {
    "Bring takes in": {
        "init": Entry("init:init", "Make a library in a folder."),
        "import": Entry("import_:import_", "Bring clips in, recover how they were made, look at each once."),
        "generate": Entry("generate:generate", "Ask a generator for takes."),
        "jobs": Entry("jobs:app", "What was asked of generators, and how far it is."),
        "analyze": Entry("analyze:analyze", "Fingerprint and score whatever has not been yet."),
    },
    "Look and choose": {
        "takes": Entry("takes:takes", "List takes; filter, sort."),
        "show": Entry("show:show", "Everything known of a take, and how it is known."),
        "diff": Entry("show:diff", "How two takes were made, side by side."),
        "play": Entry("play:play", "Open a take in the system's player."),
        "contact": Entry(
            "contact:contact", "Write a contact sheet: one file, judged with keys, on any device."
        ),
        "picks": Entry("picks:app", "Take over the verdicts somebody made on a contact sheet."),
        "dedupe": Entry("dedupe:dedupe", "Fold near-duplicate takes under a keeper; nothing is deleted."),
        "circle": Entry("verdicts:circle", "Circle takes: these are the good ones."),
        "hold": Entry("verdicts:hold", "Hold takes: maybe."),
        "ng": Entry("verdicts:ng", "Mark takes no good."),
        "unreview": Entry("verdicts:unreview", "Take the verdict of takes away."),
        "rate": Entry("verdicts:rate", "Give takes 0 to 5 stars."),
        "note": Entry("verdicts:note", "Write a note on a take."),
        "undo": Entry("verdicts:undo", "Take back the last decision."),
        "log": Entry("verdicts:log", "Who decided what, and when."),
        "recipe": Entry("recipe:app", "Mend what is known of how takes were made."),
    },
    "Cut and release": {
        "cut": Entry("cut:app", "Order takes into a cut."),
        "export": Entry("export:export", "Make one signed file of a take or a cut."),
        "release": Entry("release:release", "Make a signed release folder, audited."),
        "finish": Entry("finish:finish", "Sign a film finished elsewhere, with what is ours in it."),
        "cues": Entry("cues:cues", "The cue sheet of a cut, a release or a finished film."),
        "regrade": Entry("regrade:regrade", "Sign another grade of a signed export, its takes still known."),
        "redact": Entry("redact:redact", "Copy a signed video without the prompts in its credentials."),
        "prove": Entry("prove:prove", "Prove a prompt that left as a digest."),
        "locate": Entry("locate:locate", "Which takes are in a finished film, and how each was made."),
        "audit": Entry("audit:audit", "What in a release is AI-made, by what, and was anything altered?"),
        "disclose": Entry("disclose:disclose", "The statement on the use of AI that others ask for."),
    },
    "Keep house": {
        "library": Entry("library:app", "Verify, relink, back up, tidy the library."),
        "keys": Entry("keys:app", "The key that signs your exports."),
        "trust": Entry("trust:app", "Lists of signers you trust."),
        "plugins": Entry("plugins:app", "What is plugged in."),
        "doctor": Entry("doctor:doctor", "What this installation can and cannot do."),
        "demo": Entry("demo:demo", "The whole path in a minute, with pictures made here."),
    },
}

ENTRIES = {name: entry for group in COMMANDS.values() for name, entry in group.items()}


class LazyGroup(TyperGroup):
    """Lists commands from the table; imports one when it is called."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Names, in the order of the table."""
        return list(ENTRIES)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command, its module imported now."""
        entry = ENTRIES.get(cmd_name)
        if entry is None:
            return None
        module, _, attribute = entry.place.partition(":")
        found = getattr(import_module(f"circletake.cli.{module}"), attribute)
        # A group, not a command: completion is installed once, by circletake itself.
        build: Any = typer.main.get_group if isinstance(found, typer.Typer) else typer.main.get_command
        command = build(found if isinstance(found, typer.Typer) else _alone(found))
        command.name = cmd_name
        for option in command.params:
            if option.name in getattr(found, "in_pairs", ()):
                option.nargs = 2
        return command

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the table, without importing what it names."""
        for title, group in COMMANDS.items():
            with formatter.section(title):
                formatter.write_dl([(name, entry.summary) for name, entry in group.items()])


def _alone(function: Callable[..., Any]) -> typer.Typer:
    single = typer.Typer(rich_markup_mode=None, add_completion=False)
    single.command()(function)
    return single


app = typer.Typer(
    cls=LazyGroup,
    rich_markup_mode=None,
    no_args_is_help=True,
    help="Curate generated takes, sign what leaves, prove what is AI-made.",
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"circletake {version('circletake')}")
        raise typer.Exit


@app.callback()
def root(
    version: bool = typer.Option(
        False, "--version", help="Print the version and stop.", callback=_version, is_eager=True
    ),
) -> None:
    """Curate generated takes, sign what leaves, prove what is AI-made."""


_CTRL_C = 130
"""What typer returns when a command was interrupted."""


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit status: 0 fine, 1 findings, 2 could not."""
    from circletake.model.text import printable

    try:
        status = app(args=arguments, prog_name="circletake", standalone_mode=False)
        if status == _CTRL_C:
            raise KeyboardInterrupt
    except typer.Exit as stop:
        return stop.exit_code
    except (Cancelled, KeyboardInterrupt, typer.Abort) as stop:
        said = stop if isinstance(stop, Cancelled) else Cancelled()
        typer.echo(f"stopped; {said.kept}; {said.next_step or 'run the same again to go on'}", err=True)
        return 2
    except CircletakeError as error:
        from circletake.cli.console import tell_error

        tell_error(error)
        return 2
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except OSError as error:
        where = f"{printable(str(error.filename))}: " if error.filename else ""
        typer.echo(f"{where}{error.strerror or error}", err=True)
        return 2
    except Exception as error:  # click's own usage errors know how to show themselves
        show = getattr(error, "show", None)
        if show is None:
            raise
        show()
        return int(getattr(error, "exit_code", 2))
    return status if isinstance(status, int) else 0


def hear_again(lost: Any) -> None:
    """Ctrl-C that came while a library called back is lost there: let it come once more.

    For ``sys.unraisablehook``. The call itself fails; a moment later Python hears of it, or comes here again.
    """
    if issubclass(lost.exc_type, KeyboardInterrupt):
        again = threading.Timer(0.05, _thread.interrupt_main)
        again.daemon = True
        again.start()
    else:
        sys.__unraisablehook__(lost)


def main() -> None:
    """Entry point of the ``circletake`` script.

    Everything is closed once ``run`` returns, so the interpreter is left without being taken
    apart: that costs a short command a sixth of its time.
    """
    # Pictures here are small: more threads for one product of matrices only wait for one another.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    sys.unraisablehook = hear_again
    try:
        status = run()
    except Exception:
        # Python's own 1 would say that there are findings.
        traceback.print_exc()
        status = 2
    for stream in (sys.stdout, sys.stderr):
        # A reader that left, as in ``| head``, is no failure of ours.
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    os._exit(status)
