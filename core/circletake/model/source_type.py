"""Digital source types: the words in which anybody says how a picture came to be."""

from __future__ import annotations

import difflib

from circletake.errors import BadInput
from circletake.model.generation import ALGORITHMIC, TRAINED

COMPOSITE = "compositeWithTrainedAlgorithmicMedia"

BY_MODEL = frozenset({TRAINED, COMPOSITE})
"""Those that say a trained model made a picture, or part of it."""

SOURCE_TYPES = frozenset(
    {
        TRAINED,
        ALGORITHMIC,
        "algorithmicallyEnhanced",
        "composite",
        "compositeCapture",
        "compositeSynthetic",
        COMPOSITE,
        "computationalCapture",
        "dataDrivenMedia",
        "digitalArt",
        "digitalCapture",
        "digitalCreation",
        "humanEdits",
        "negativeFilm",
        "positiveFilm",
        "print",
        "screenCapture",
        "virtualRecording",
    }
)
"""Those that may be declared, the last part of each. Source: IPTC NewsCodes, digital source type."""

READABLE_TYPES = SOURCE_TYPES | {"empty", "minorHumanEdits", "softwareImage", "trainedAlgorithmicData"}
"""Those that say something where others wrote them: two more are C2PA's own, two IPTC has retired."""

_EVERYDAY = {
    "ai": TRAINED,
    "algorithm": ALGORITHMIC,
    "camera": "digitalCapture",
    "film": "negativeFilm",
    "filmed": "digitalCapture",
    "generated": TRAINED,
    "hand": "digitalCreation",
    "human": "digitalCapture",
    "edited": "humanEdits",
    "screen": "screenCapture",
}
"""What people write instead."""


def source_type_named(text: str) -> str:
    """The digital source type that ``text`` names: its last part, whether or not IPTC's address is before it.

    Raises:
        BadInput: none of them; the nearest one, or all, are named.
    """
    name = text.strip().rpartition("/")[2]
    if name in SOURCE_TYPES:
        return name
    raise BadInput(f"source_type={text}", "no digital source type of IPTC", _meant(name))


def _meant(name: str) -> str:
    lower = {known.lower(): known for known in SOURCE_TYPES}
    word = "".join(char for char in name.lower() if char.isalpha())
    near = difflib.get_close_matches(word, [*lower, *_EVERYDAY], n=1, cutoff=0.7)
    known = "one of " + ", ".join(sorted(SOURCE_TYPES))
    if not near:
        return known
    return f"perhaps {_EVERYDAY.get(near[0]) or lower[near[0]]}; {known}"
