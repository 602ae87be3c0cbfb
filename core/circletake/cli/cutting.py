"""What the commands of ``cut`` share: reading what people type, showing a cut."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from circletake.cli.common import Declared
from circletake.cli.console import print_json, say, table

if TYPE_CHECKING:
    from fractions import Fraction

    from circletake.model.cut import Cut, CutEvent, Song
    from circletake.workflows.library import Library


def tell(lib: Library, cut: Cut, json: bool) -> None:
    """The cut as it is now, as JSON or for people."""
    if json:
        print_json(cut.to_json())
    else:
        show_cut(lib, cut)


def show_cut(lib: Library, cut: Cut) -> None:
    """A table of the events and of the black between them, and the whole in a line."""
    from circletake.model.text import counted, printable

    black = {end: start for start, end in cut.black}
    rows = []
    for placed in cut.placed:
        if (start := black.get(placed.record_in)) is not None:
            rows.append(
                ["", _timecode(cut, start), "black", "", "", f"{float(placed.record_in - start):.2f}", ""]
            )
        slate = lib.registry.takes.slate(placed.event.take_id)
        how = _how(cut, placed.event)
        rows.append(
            [
                str(placed.index + 1),
                _timecode(cut, placed.record_in),
                slate.take.label,
                slate.take.short,
                f"{float(placed.event.source_in):.2f}-{float(placed.event.source_out):.2f}",
                f"{float(placed.record_out - placed.record_in):.2f}",
                f"{how}  {printable(slate.recipe['prompt'], 40)}".strip(),
            ]
        )
    table(["#", "RECORD", "TAKE", "ID", "SOURCE", "LEN", "PROMPT"], rows)
    song = cut.song
    sound = f", song {printable(song.name)} ({song.origin.value})" if song else ""
    fitted = f", fit {cut.fit}" if cut.fit != "letterbox" else ""
    say(
        f"{printable(cut.name)}: {counted(len(cut.events), 'event')}, {clock(cut.seconds)}, "
        f"{cut.width}x{cut.height}, {shown_rate(cut)} frames a second{fitted}{sound}"
    )


def clock(seconds: Fraction) -> str:
    """``1:02.50``."""
    return f"{int(seconds) // 60}:{float(seconds % 60):05.2f}"


def shown_rate(cut: Cut) -> str:
    """``24`` or ``23.976``."""
    return str(cut.rate) if cut.rate.denominator == 1 else f"{float(cut.rate):.3f}"


def song_from(path: Path | None, origin: Declared, offset: str, by: str) -> Song | None:
    """The song that options describe; ``None`` without a file."""
    from circletake.workflows.actor import whoami
    from circletake.workflows.leaving.cutting import load_song

    if path is None:
        return None
    actor = whoami(by)
    return load_song(path, origin.declaration, actor.name if actor.person else "", seconds_from(offset))


def seconds_from(text: str) -> Fraction:
    """Seconds from ``12.5`` or ``1:30``."""
    from fractions import Fraction

    from circletake.errors import BadInput

    try:
        whole = Fraction(0)
        for part in text.split(":"):
            whole = whole * 60 + Fraction(part)
    except (ValueError, ZeroDivisionError) as error:
        raise BadInput(text, "is no length", "seconds, e.g. 30, 12.5 or 1:30") from error
    if whole < 0:
        raise BadInput(text, "is no length", "seconds, e.g. 30, 12.5 or 1:30")
    return whole


def speed_from(text: str) -> Fraction:
    """A speed from ``2``, ``2x`` or ``1/2``."""
    from fractions import Fraction

    from circletake.errors import BadInput

    try:
        return Fraction(text.removesuffix("x"))
    except (ValueError, ZeroDivisionError) as error:
        raise BadInput(text, "is no speed", "2 is twice as fast, 1/2 half") from error


def rate_from(text: str) -> Fraction | None:
    """An exact rate from what people call it; ``None`` for nothing."""
    from fractions import Fraction

    from circletake.errors import BadInput

    known = {"23.976": "24000/1001", "23.98": "24000/1001", "29.97": "30000/1001", "59.94": "60000/1001"}
    try:
        return Fraction(known.get(text, text)) if text else None
    except (ValueError, ZeroDivisionError) as error:
        raise BadInput("--rate", f"{text!r} is no rate", "e.g. 24 or 24000/1001") from error


def size_from(text: str) -> tuple[int, int] | None:
    """Width and height from ``1280x720``; ``None`` for nothing."""
    from circletake.errors import BadInput

    if not text:
        return None
    width, _, height = text.partition("x")
    if not (width.isdecimal() and height.isdecimal()):
        raise BadInput("--size", f"{text!r} is no size", "e.g. 1280x720")
    return int(width), int(height)


def _timecode(cut: Cut, seconds: Fraction) -> str:
    from circletake.model.cut import timecode

    return timecode(round(seconds * cut.rate), cut.rate, cut.start)


def _how(cut: Cut, event: CutEvent) -> str:
    """What is done to an event beside cutting it: ``[2x crop]``."""
    parts = [f"{float(event.speed):g}x"] if event.speed != 1 else []
    parts += [event.fit.value] if event.fit and event.fit != cut.fit else []
    return f"[{' '.join(parts)}]" if parts else ""
