"""Speed, size and loudness in Final Cut Pro 7 XML, as the filters that editors read them from."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from circletake.timeline.laying import song_levels
from circletake.timeline.xmeml import element

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from circletake.model.cut import Cut, Song

_LOUDEST = "3.98107"
"""+12 dB, the most its level filter knows."""


def time_remap(speed: Fraction, kind: str, first: int, last: int, whole: int) -> Element:
    """A constant change of speed of a ``video`` or ``audio`` clip.

    Args:
        first, last: retimed frames between which the clip shows its media, which has ``whole`` of them.
    """
    graph = _value("graphdict", "graphdict", "0", "0", _number(whole * speed))
    for when, place in ((0, "start"), (first, "in"), (last, "out"), (whole, "end")):
        key = element("keyframe", element("when", when), element("value", _number(when * speed)))
        key.extend((element("speedvirtualkf", "TRUE"), element(f"speedkf{place}", "TRUE")))
        graph.append(key)
    graph.append(element("interpolation", element("name", "FCPCurve")))
    return _filter(
        "Time Remap",
        "timeremap",
        "motion",
        kind,
        _value("variablespeed", "variablespeed", "0", "0", "1"),
        _value("speed", "speed", _number(speed * 100), "-100000", "100000"),
        _value("reverse", "reverse", "FALSE"),
        _value("frameblending", "frameblending", "FALSE"),
        graph,
    )


def basic_motion(scale: Fraction) -> Element:
    """The picture at ``scale`` times its own size, in the middle."""
    return _filter(
        "Basic Motion",
        "basic",
        "motion",
        "video",
        _value("scale", "Scale", _number(scale * 100), "0", "1000"),
        _value("rotation", "Rotation", "0", "-8640", "8640"),
        _place("center", "Center"),
        _place("centerOffset", "Anchor Point"),
        _value("antiflicker", "Anti-flicker Filter", "0", "0.0", "1.0"),
        bypass=True,
    )


def levels(song: Song, cut: Cut) -> Element:
    """A song's volume with its fades; keys count frames of the song from its start."""
    level = _value("level", "Level", _number(song.volume), "0", _LOUDEST)
    for at, loud in song_levels(song, cut).items():
        level.append(element("keyframe", element("when", at), element("value", _number(loud))))
    return _filter("Audio Levels", "audiolevels", "audiolevels", "audio", level)


def _filter(
    name: str, effect: str, kind: str, media: str, *parameters: Element, bypass: bool = False
) -> Element:
    return element(
        "filter",
        element(
            "effect",
            element("name", name),
            element("effectid", effect),
            element("effectcategory", kind),
            element("effecttype", kind),
            element("mediatype", media),
            *([element("pproBypass", "false")] if bypass else []),
            *parameters,
        ),
    )


def _value(name: str, shown: str, value: str, least: str = "", most: str = "") -> Element:
    bounds = [element("valuemin", least), element("valuemax", most)] if most else []
    return element(
        "parameter",
        element("parameterid", name),
        element("name", shown),
        *bounds,
        element("value", value),
        authoringApp="PremierePro",
    )


def _place(name: str, shown: str) -> Element:
    """A place in the picture: its middle."""
    middle = element("value", element("horiz", "0"), element("vert", "0"))
    return element(
        "parameter",
        element("parameterid", name),
        element("name", shown),
        middle,
        authoringApp="PremierePro",
    )


def _number(value: Fraction) -> str:
    return f"{float(value):.6f}".rstrip("0").rstrip(".")
