"""Parsing a stranger's XML: no entities, no depth without end, no more elements than a timeline has."""

from __future__ import annotations

from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from circletake.timeline.laying import Unreadable

_DEEPEST = 400
_MOST = 3_000_000
"""Elements; a two-hour film with effects has some 500,000."""


def parsed(data: bytes) -> Element:
    """The root of the document.

    Raises:
        Unreadable: it is no XML, declares entities, or is nested or filled beyond reason.
    """
    builder = TreeBuilder()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    depth = count = 0

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal depth, count
        depth, count = depth + 1, count + 1
        if depth > _DEEPEST:
            raise Unreadable(f"its XML is nested deeper than {_DEEPEST}")
        if count > _MOST:
            raise Unreadable(f"its XML has more than {_MOST} elements")
        builder.start(tag, attributes)

    def end(tag: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(tag)

    def entity(*_: object) -> None:
        raise Unreadable("its XML declares entities, which no timeline needs and an attack does")

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = builder.data
    parser.EntityDeclHandler = entity
    parser.ExternalEntityRefHandler = lambda *_: 0
    try:
        parser.Parse(data, True)
        return builder.close()
    except (expat.ExpatError, ValueError, LookupError, AssertionError) as error:
        raise Unreadable(f"it is no whole XML: {error}") from error


def text_of(element: Element | None, path: str = "") -> str:
    """The text below, empty where there is none."""
    if element is None:
        return ""
    return (element.findtext(path) if path else element.text) or ""


def number_of(element: Element | None, path: str = "") -> float | None:
    """The number below; ``None`` where there is none."""
    try:
        value = float(text_of(element, path))
    except ValueError:
        return None
    return value if abs(value) < 1e12 else None
