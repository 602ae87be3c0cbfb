"""Graphs as templates: what a person exported, the places left open in it, and how they are filled.

A place is written ``{{name}}`` or ``{{name=default}}`` inside a text of the graph. The file is
read as JSON first and places are filled in its values, so nothing a prompt holds can change the
graph. A text that is nothing but a place becomes the value itself: ``"{{width}}"`` a number.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from circletake import BadInput

TEXTS = ("prompt", "negative", "image")
"""Places that are always text, whatever it looks like."""

OWN = (*TEXTS, "seed")
"""Places filled by the request itself; any other is a setting, given with ``--param``."""

SEED_LIMIT = 2**64
"""Seeds are smaller; so says ComfyUI of its own samplers."""

_PLACE = re.compile(r"\{\{\s*([A-Za-z][A-Za-z0-9_]{0,39})\s*(?:=([^{}]*))?\}\}")
_LARGEST = 5_000_000
_SEEDS = ("seed", "noise_seed")


@dataclass(frozen=True, slots=True)
class Template:
    """A graph in the API format, read and understood.

    Attributes:
        nodes: the graph, node by id.
        places: what is left open, with its default; ``None`` for one that has to be given.
        seeded: node and input of each seed that is set because no place is left for one.
    """

    name: str
    nodes: Mapping[str, Any]
    places: Mapping[str, str | None]
    seeded: tuple[tuple[str, str], ...]

    @property
    def settings(self) -> dict[str, str | None]:
        """Those places that ``--param`` fills."""
        return {name: default for name, default in self.places.items() if name not in OWN}

    @property
    def takes_seed(self) -> bool:
        """Whether a seed reaches the graph."""
        return "seed" in self.places or bool(self.seeded)


def graphs_in(folder: str) -> dict[str, Path]:
    """The graph files of a folder by name; empty where there is no such folder."""
    if not folder:
        return {}
    return {path.stem: path for path in sorted(Path(folder).expanduser().glob("*.json")) if path.is_file()}


def read_template(path: Path) -> Template:
    """The template in a file.

    Raises:
        BadInput: it is no graph in the API format.
    """
    try:
        if path.stat().st_size > _LARGEST:
            raise BadInput(path.name, f"is larger than {_LARGEST} bytes", "export it again")
        nodes = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadInput(path.name, f"cannot be read ({error.strerror})") from error
    except (ValueError, RecursionError) as error:
        raise BadInput(
            path.name, f"is not JSON ({error})", 'write places inside quotes: "seed": "{{seed}}"'
        ) from error
    if isinstance(nodes, dict) and isinstance(nodes.get("nodes"), list):
        raise BadInput(path.name, "is the drawing of a graph, not the graph", 'save it with "Export (API)"')
    if not isinstance(nodes, dict) or not nodes or not all(map(_is_node, nodes.values())):
        raise BadInput(path.name, "is no graph in the API format", 'save it with "Export (API)"')
    places: dict[str, str | None] = {}
    for node in nodes.values():
        for name, default in _places(node["inputs"]):
            places[name] = places.get(name) if default is None else default
    seeded = () if "seed" in places else tuple(_own_seeds(nodes))
    return Template(path.stem, nodes, places, seeded)


def fill(template: Template, values: Mapping[str, str]) -> dict[str, Any]:
    """The graph with every place filled; what is not given has its default.

    Args:
        values: by the name of the place, as text; ``seed`` too where the graph has seeds of its own.

    Raises:
        KeyError: a place without a default is not given.
    """
    filled = {
        node: {**said, "inputs": {name: _filled(value, values) for name, value in said["inputs"].items()}}
        for node, said in template.nodes.items()
    }
    if "seed" in values:
        for node, name in template.seeded:
            filled[node]["inputs"][name] = int(values["seed"])
    return filled


def value_of(name: str, text: str) -> str | int | float | bool:
    """What a text means as a value of JSON: numbers and truth values themselves, all else text."""
    if name in TEXTS:
        return text
    if text in ("true", "false"):
        return text == "true"
    if re.fullmatch(r"-?(?:0|[1-9]\d{0,19})", text):
        return int(text)
    if re.fullmatch(r"-?\d{1,15}\.\d{1,15}", text):
        return float(text)
    return text


def _is_node(node: object) -> bool:
    return (
        isinstance(node, dict)
        and isinstance(node.get("class_type"), str)
        and isinstance(node.get("inputs"), dict)
    )


def _places(value: object) -> Iterator[tuple[str, str | None]]:
    if isinstance(value, str):
        yield from ((found[1], found[2]) for found in _PLACE.finditer(value))
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _places(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _places(inner)


def _filled(value: Any, values: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {name: _filled(inner, values) for name, inner in value.items()}
    if isinstance(value, list):
        return [_filled(inner, values) for inner in value]
    if not isinstance(value, str):
        return value
    if whole := _PLACE.fullmatch(value):
        return value_of(whole[1], _given(whole, values))
    return _PLACE.sub(lambda place: _given(place, values), value)


def _given(place: re.Match[str], values: Mapping[str, str]) -> str:
    default: str | None = place[2]
    given = values.get(place[1], default)
    if given is None:
        raise KeyError(place[1])
    return given


def _own_seeds(nodes: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Seeds that stand as numbers in samplers and in nodes that make noise."""
    for node, said in nodes.items():
        kind = said["class_type"].lower()
        if "sampler" in kind or "noise" in kind:
            for name in _SEEDS:
                if type(said["inputs"].get(name)) is int:
                    yield node, name
