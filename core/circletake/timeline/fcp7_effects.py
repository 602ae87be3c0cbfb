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


def time_remap(speed: Fraction, kind: str) -> Element:
    """A constant change of speed of a ``video`` or ``audio`` clip."""
    return _filter(
        "Time Remap",
        "timeremap",
        "motion",
        kind,
        _value("variablespeed", "variablespeed", "0", "0", "1"),
        _value("speed", "speed", _number(speed * 100), "-100000", "100000"),
        _value("reverse", "reverse", "FALSE"),
        _value("frameblending", "frameblending", "FALSE"),
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
    )


def levels(song: Song, cut: Cut) -> Element:
    """A song's volume with its fades; keys count frames of the song from its start."""
    level = _value("level", "Level", _number(song.volume), "0", _LOUDEST)
    for at, loud in song_levels(song, cut).items():
        level.append(element("keyframe", element("when", at), element("value", _number(loud))))
    return _filter("Audio Levels", "audiolevels", "audiolevels", "audio", level)


def _filter(name: str, effect: str, kind: str, media: str, *parameters: Element) -> Element:
    return element(
        "filter",
        element(
            "effect",
            element("name", name),
            element("effectid", effect),
            element("effectcategory", kind),
            element("effecttype", kind),
            element("mediatype", media),
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


def _number(value: Fraction) -> str:
    return f"{float(value):.6f}".rstrip("0").rstrip(".")
