"""What commands print with: results on stdout, progress and hints on stderr."""

from __future__ import annotations

import dataclasses
import enum
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import PurePath

import typer

from circletake.errors import Cancelled, CircletakeError
from circletake.model.text import printable


def say(*lines: str) -> None:
    """Print lines of a result. Text from files and people goes through ``printable`` first."""
    for line in lines:
        typer.echo(line)


def note(line: str) -> None:
    """Print a hint that is no part of the result."""
    typer.echo(line, err=True)


def tell_error(error: CircletakeError) -> None:
    """Say what could not be done, why, and what to do next."""
    note(f"{printable(error.thing)}: {printable(error.reason)}")
    if error.next_step:
        note(f"  next: {printable(error.next_step)}")


def table(headers: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[str] = ()) -> None:
    """Print aligned columns; hostile text is made printable, wide characters are measured.

    Args:
        right: headers of the columns that align right.
    """
    shown = [[printable(cell) for cell in row] for row in rows]
    widths = [max(_cells(text) for text in column) for column in zip(headers, *shown, strict=True)]
    for row in (list(headers), *shown):
        cells = []
        for text, width, header in zip(row, widths, headers, strict=True):
            gap = " " * (width - _cells(text))
            cells.append(gap + text if header in right else text + gap)
        typer.echo("  ".join(cells).rstrip())


def _cells(text: str) -> int:
    """Columns of a terminal that ``text`` takes."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def print_json(value: object) -> None:
    """Print a value as indented JSON: dataclasses, enums, exact times and dates included."""
    import json

    text = json.dumps(jsonable(value), indent=2, ensure_ascii=False)
    # A file name that is not UTF-8 comes as lone surrogates; escaped, they are JSON again.
    typer.echo(text.encode("utf-8", "backslashreplace").decode())


def jsonable(value: object) -> object:
    """``value`` in JSON's own types. Fractions and dates become text."""
    from fractions import Fraction

    if isinstance(value, enum.Enum):
        return value.value
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: jsonable(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): jsonable(each) for key, each in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [jsonable(each) for each in value]
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, (Fraction, PurePath)):
        return str(value)
    if isinstance(value, float) and value != value:
        return None
    return value


def confirm(question: str, yes: bool) -> None:
    """Ask before something that cannot be taken back; ``--yes`` answers.

    Raises:
        typer.Exit: the answer was no, or nobody was there to give one.
    """
    if yes:
        return
    if not sys.stdin.isatty():
        note(f"{question} Nobody is here to answer; say --yes.")
        raise typer.Exit(2)
    if not typer.confirm(question):
        raise typer.Exit(2)


class Bar:
    """A line on stderr that rewrites itself; on a file, a line now and then."""

    def __init__(self, label: str) -> None:
        self._label = label
        self._began = time.monotonic()
        self._shown = 0.0
        self._live = sys.stderr.isatty()
        self._drawn = False
        self._first: int | None = None
        self._last = 0

    def step(self, done: int, total: int, note: str = "") -> None:
        """Show ``done`` of ``total``, the rate and the time left; a count that falls back begins anew."""
        now = time.monotonic()
        if self._first is None or done < self._last:
            self._began, self._first = now, max(0, done - 1)
        self._last = done
        if now - self._shown < (0.1 if self._live else 10.0) and done < total:
            return
        if not self._live and now - self._began < 10.0:
            return
        self._shown = now
        elapsed = max(now - self._began, 1e-6)
        rate = (done - self._first) / elapsed
        left = (total - done) / rate if rate > 0 else 0.0
        line = f"{self._label} {done}/{total}  {rate:.1f}/s  {left // 60:.0f}:{left % 60:02.0f} left"
        line = f"{line}  {printable(note, 40)}" if note else line
        typer.echo(f"\r\x1b[2K{line}" if self._live else line, err=True, nl=not self._live)
        self._drawn = True

    def close(self) -> None:
        """Leave a clean line behind."""
        if self._live and self._drawn:
            typer.echo("\r\x1b[2K", err=True, nl=False)


@contextmanager
def stopping(kept: str, then: str = "run the same again") -> Iterator[None]:
    """Say what is left when the person stops the work inside; it decorates a command too.

    Raises:
        Cancelled: the person stopped it.
    """
    try:
        yield
    except KeyboardInterrupt:
        raise Cancelled(kept=kept, next_step=then) from None


@contextmanager
def progress(label: str, kept: str = "", then: str = "run the same again") -> Iterator[Bar]:
    """A bar for one piece of long work; it is a :class:`circletake.workflows.progress.Progress`.

    Args:
        kept: what is said to be left of it when the person stops; without it, that what was
            finished is kept, which is so wherever the registry records each step.
        then: what to do next.

    Raises:
        Cancelled: the person stopped work that says what is kept.
    """
    bar = Bar(label)
    try:
        yield bar
    except KeyboardInterrupt:
        if not kept:
            raise
        raise Cancelled(kept=kept, next_step=then) from None
    finally:
        bar.close()
