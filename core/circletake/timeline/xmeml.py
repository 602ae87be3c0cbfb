"""Words of Final Cut Pro 7 XML that sequences, bins and clips are made of.

Source: Apple's Final Cut Pro 7 XML Interchange Format, and what Premiere writes for the same thing.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from fractions import Fraction
from typing import TYPE_CHECKING

from circletake.model.cut import timecode

if TYPE_CHECKING:
    from circletake.model.take import MediaFacts

TICKS = 254_016_000_000
"""Premiere's ticks in a second: its exact time, beside frames."""

_ILLEGAL = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 has no way to say, not even escaped; also the carriage returns it would lose."""

_PIXELS = (
    (Fraction(1), "square", False),
    *((Fraction(shape), "NTSC-601", False) for shape in ("10/11", "8/9")),
    *((Fraction(shape), "NTSC-601", True) for shape in ("40/33", "32/27")),
    *((Fraction(shape), "PAL-601", False) for shape in ("12/11", "16/15", "59/54")),
    *((Fraction(shape), "PAL-601", True) for shape in ("16/11", "64/45", "118/81")),
    (Fraction(4, 3), "HD-(1440x1080)", False),
    (Fraction(3, 2), "HD-(1280x1080)", False),
)
"""Shapes of pixels by the names Final Cut gave them, both as BT.601 has them and as its frames are cut;
``anamorphic`` is said of the wide ones of standard definition alone."""

_NEAR = Fraction(1, 200)

_SEQUENCE_CODEC = ("Apple ProRes 422", "apcn", "appl")


def element(tag: str, *inside: ET.Element | str | int, **attributes: str) -> ET.Element:
    """An element with other elements, or one text, in it. Text is cleared of what XML cannot hold."""
    made = ET.Element(tag, attributes)
    for each in inside:
        if isinstance(each, ET.Element):
            made.append(each)
        else:
            made.text = clean(str(each))
    return made


def clean(text: str) -> str:
    """``text`` without characters that XML cannot hold."""
    return _ILLEGAL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def truth(holds: bool) -> str:
    """``TRUE`` or ``FALSE``."""
    return "TRUE" if holds else "FALSE"


def rate(frames: Fraction) -> ET.Element:
    """Frames a second: the number editors count in, and whether it is slowed by 1000/1001."""
    ntsc = frames.denominator == 1001
    timebase = -(-frames.numerator // frames.denominator) if ntsc else max(1, round(frames))
    return element("rate", element("timebase", timebase), element("ntsc", truth(ntsc)))


def begins(frames: Fraction, start: str, first: int, reel: str | None = None) -> ET.Element:
    """A timecode: of a sequence, or of a file with its ``reel``."""
    made = element(
        "timecode",
        rate(frames),
        element("string", start),
        element("frame", first),
        element("displayformat", "NDF"),
    )
    if reel is not None:
        made.append(element("reel", element("name", reel)))
    return made


def pixel_shape(facts: MediaFacts) -> tuple[str, bool]:
    """What the shape of a file's pixels is called, and whether it is the wide one of that name.

    ``square`` also stands for shapes that have no name.
    """
    if (facts.width, facts.height) == (960, 720) and facts.aspect == Fraction(4, 3):
        return "HD-(960x720)", False
    shape, name, wide = min(_PIXELS, key=lambda known: abs(known[0] - facts.aspect))
    return (name, wide) if abs(shape - facts.aspect) < _NEAR * shape else ("square", False)


def picture(
    frames: Fraction,
    width: int,
    height: int,
    shape: tuple[str, bool] = ("square", False),
    *,
    sequence: bool = False,
) -> ET.Element:
    """The ``samplecharacteristics`` of a picture; those of a sequence name the codec it is previewed in.

    Args:
        shape: of its pixels, as :func:`pixel_shape` calls it.
    """
    looks = [
        element("width", width),
        element("height", height),
        element("anamorphic", truth(shape[1])),
        element("pixelaspectratio", shape[0]),
        element("fielddominance", "none"),
    ]
    if not sequence:
        return element("samplecharacteristics", rate(frames), *looks)
    return element("samplecharacteristics", rate(frames), _codec(), *looks, element("colordepth", 24))


def sound(samples: int = 48_000) -> ET.Element:
    """The ``samplecharacteristics`` of sound."""
    return element("samplecharacteristics", element("depth", 16), element("samplerate", samples))


def document(*inside: ET.Element) -> str:
    """The whole file."""
    root = element("xmeml", *inside, version="4")
    ET.indent(root, "\t")
    text = ET.tostring(root, encoding="unicode", short_empty_elements=False)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE xmeml>\n{text}\n'


def file_starts(frames: Fraction, reel: str) -> ET.Element:
    """The timecode of a file that has none of its own: it starts at zero."""
    return begins(frames, timecode(0, frames), 0, reel)


def _codec() -> ET.Element:
    name, code, vendor = _SEQUENCE_CODEC
    qtcodec = element(
        "qtcodec",
        element("codecname", name),
        element("codectypename", name),
        element("codectypecode", code),
        element("codecvendorcode", vendor),
        element("spatialquality", 1024),
        element("temporalquality", 0),
        element("keyframerate", 0),
        element("datarate", 0),
    )
    return element(
        "codec",
        element("name", name),
        element(
            "appspecificdata",
            element("appname", "Final Cut Pro"),
            element("appmanufacturer", "Apple Inc."),
            element("appversion", "7.0"),
            element("data", qtcodec),
        ),
    )
