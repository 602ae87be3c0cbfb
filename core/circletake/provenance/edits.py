"""What a cut does to its takes, told over the seconds where it does it: speed, framing, black."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from fractions import Fraction
from typing import Any

from circletake.model.cut import Cut, Fit
from circletake.model.slate import Slate
from circletake.provenance import statements
from circletake.provenance import vocabulary as words
from circletake.provenance.pieces import circletake, produced
from circletake.provenance.regions import temporal

_Change = dict[str, Any]


def cut_edits(
    names: Iterable[str], cut: Cut, slates: Mapping[str, Slate], when: datetime, generator_version: str
) -> list[dict[str, Any]]:
    """What was done to the picture of a cut, each action once, with the stretches it concerns.

    Args:
        names: what the renderer says it did, e.g. ``c2pa.transcoded``. A changed speed is told even
            where it is silent, since the cut asks for it.
        slates: by take id.
    """
    regions = _regions(cut, slates)
    named = dict.fromkeys(names)
    if words.CHANGED_SPEED in regions:
        named[words.CHANGED_SPEED] = None
    actions = [
        {**action, **_changes(regions.get(action["action"], ()))}
        for action in produced(named, when, generator_version)
    ]
    return actions + list(_black(cut, when, generator_version))


def _regions(cut: Cut, slates: Mapping[str, Slate]) -> Mapping[str, list[_Change]]:
    """By action, the stretches of the cut that it concerns."""
    found: dict[str, list[_Change]] = {}
    for placed in cut.placed:
        event = placed.event
        here = [temporal(placed.record_in, placed.record_out)]
        if event.speed != 1:
            said = {"region": here, "description": f"{_factor(event.speed)} times the speed of the take"}
            found.setdefault(words.CHANGED_SPEED, []).append(said)
        facts = slates[event.take_id].take.media
        fit = cut.fit_of(event) if cut.reshapes(*facts.shape) else Fit.LETTERBOX
        if fit is Fit.CROP:
            said = {"region": here, "description": "cut to the shape of the frame"}
            found.setdefault(words.CROPPED, []).append(said)
        elif fit is Fit.BLUR:
            said = {"region": here, "description": "a blurred copy of the picture fills the frame around it"}
            found.setdefault(words.EDITED, []).append(said)
    return found


def _changes(changes: Iterable[_Change]) -> dict[str, Any]:
    rows = list(changes)
    return {"changes": rows} if rows else {}


def _black(cut: Cut, when: datetime, generator_version: str) -> Iterator[dict[str, Any]]:
    if cut.black:
        yield {
            "action": words.EDITED,
            "when": statements.stamp(when),
            "softwareAgent": circletake(generator_version),
            "digitalSourceType": words.IPTC + words.HUMAN_EDITS,
            "description": "black between clips",
            "changes": [{"region": [temporal(start, end) for start, end in cut.black]}],
        }


def _factor(speed: Fraction) -> str:
    return f"{float(speed):.6f}".rstrip("0").rstrip(".")
