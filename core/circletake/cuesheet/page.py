"""The cue sheet as one HTML file with the frames side by side: nothing in it is fetched, nothing in it runs.

Prompts, names and reasons are strangers' text: the template engine escapes them, control and
bidi characters are taken out before, and the page's own policy forbids scripts outright.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING

from circletake.cuesheet.rows import CueSheet, Row, Said
from circletake.cuesheet.wording import SURE, correlation, declared, percent, speed
from circletake.model.cut import timecode
from circletake.model.selection import summed
from circletake.model.still import Still
from circletake.model.text import clock, counted, printable

if TYPE_CHECKING:
    from jinja2 import Environment

_COLOURS = 8
_LONGEST = 20_000
_SHAPES = (Fraction(239, 100), Fraction(16, 9), Fraction(4, 3), Fraction(1), Fraction(4, 5), Fraction(9, 16))
"""Width by height of the boxes that frames are shown in."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A moment of the film beside the same moment of the take.

    Attributes:
        film: ``None`` where the film could not be read again.
        film_at: seconds into the film.
        take: ``None`` where there is no take, or its media cannot be read.
        take_at: seconds into the take; ``None`` where no take was found.
        why: the reason why the take is not shown.
    """

    film: Still | None
    film_at: float
    take: Still | None = None
    take_at: float | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class _Stretch:
    """A coloured part of the strip, in thousandths of the film."""

    number: int
    colour: str
    x: float
    width: float
    label: str


def html_page(sheet: CueSheet, pairs: Mapping[int, Sequence[Pair]]) -> str:
    """The whole page.

    Args:
        pairs: by number of a row, the moments to show of it.
    """
    style = f"{_template('locate.css')}.frame {{ aspect-ratio: {_shape(sheet)}; }}\n"
    colours = _colours(sheet)
    return (
        _engine()
        .get_template("locate.html")
        .render(
            sheet=sheet,
            pairs=pairs,
            colours=colours,
            strip=_strip(sheet, colours),
            style=style,
            style_hash=base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(),
            prompts=sum(bool(row.prompt and row.prompt.value) for row in sheet.cues),
            prompted=sum(row.by_model or row.prompt is not None for row in sheet.cues),
            models=_models(sheet),
            whole=summed(sheet.selection),
            film_time=lambda pair: timecode(round(pair.film_at * sheet.rate), sheet.rate, sheet.start),
            is_row=lambda row: isinstance(row, Row),
            counted=counted,
            declared=declared,
            percent=percent,
            sure=SURE,
        )
    )


@lru_cache(maxsize=1)
def _engine() -> Environment:
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    engine = Environment(
        loader=FunctionLoader(_template),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    engine.filters.update(
        line=printable, prose=_prose, clock=clock, speed=speed, correlation=correlation, uri=_uri
    )
    return engine


def _colours(sheet: CueSheet) -> dict[str, str]:
    """A colour for each take: neighbours in the film differ, and a take looks the same wherever it comes."""
    colours: dict[str, str] = {}
    for row in sheet.cues:
        colours.setdefault(row.take, f"m{len(colours) % _COLOURS}")
    return colours


def _strip(sheet: CueSheet, colours: Mapping[str, str]) -> list[_Stretch]:
    stretches: list[_Stretch] = []
    at = 0
    for row in sheet.rows:
        if isinstance(row, Row):
            colour, name = colours[row.take], row.take
        else:
            colour, name = "black" if row.is_black else "other" if row.kind else "missing", row.told
        width = row.frames / max(1, sheet.frames) * 1000
        label = f"{row.record_in}  {printable(name, 60)}"
        stretches.append(_Stretch(row.number, colour, at / max(1, sheet.frames) * 1000, width, label))
        at += row.frames
    return stretches


def _models(sheet: CueSheet) -> list[tuple[Said | None, str]]:
    """Each model, with its share of what was found, the largest first."""
    frames: dict[str, int] = {}
    said: dict[str, Said | None] = {}
    for row in sheet.cues:
        name = row.maker.value if row.maker else ""
        frames[name] = frames.get(name, 0) + row.frames
        said.setdefault(name, row.maker)
    return [
        (said[name], percent(frames[name], sheet.found_frames))
        for name in sorted(frames, key=lambda name: (-frames[name], name))
    ]


def _shape(sheet: CueSheet) -> str:
    """The box nearest to the film's own shape: a hostile file cannot make the page a mile long."""
    own = Fraction(max(1, sheet.width), max(1, sheet.height))
    shape = min(_SHAPES, key=lambda each: max(each / own, own / each))
    return f"{shape.numerator} / {shape.denominator}"


def _uri(still: Still) -> str:
    return f"data:image/jpeg;base64,{base64.b64encode(still.jpeg).decode()}"


def _prose(text: str) -> str:
    """Text of several lines without hidden characters, of a length a page can bear."""
    lines = (printable(line) for line in text[:_LONGEST].splitlines())
    return "\n".join(lines) + ("\n…" if len(text) > _LONGEST else "")


def _template(name: str) -> str:
    return (files("circletake.cuesheet") / "templates" / name).read_text("utf-8")
