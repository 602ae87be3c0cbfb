"""Takes as master clips in bins, one for each shot, in Final Cut Pro 7 XML."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from circletake.timeline.fcp7_clips import (
    comments,
    file_of_take,
    frames_of,
    labels,
    logging,
    marked,
    named,
)
from circletake.timeline.xmeml import document, element, rate

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from circletake.model.slate import Slate


def fcp7_bins(name: str, slates: Sequence[Slate], media: Mapping[str, str], otherwise: Fraction) -> str:
    """Write takes as a project of bins.

    Args:
        slates: with the facts of the files that ``media`` names.
        media: by take id, its percent-encoded URL.
        otherwise: a rate for files that tell none.
    """
    shots: dict[str, list[Element]] = {}
    for number, slate in enumerate(slates, 1):
        clip = _clip(number, slate, media[slate.take.id], otherwise)
        shots.setdefault(slate.take.shot, []).append(clip)
    bins = [
        element("bin", element("name", shot), element("children", *clips)) for shot, clips in shots.items()
    ]
    return document(element("project", element("name", name), element("children", *bins)))


def _clip(number: int, slate: Slate, url: str, otherwise: Fraction) -> Element:
    facts = slate.take.media
    own = facts.rate or otherwise
    length = element("duration", round(frames_of(facts, own)))
    file = file_of_take(f"file-{number}", slate, url, otherwise)
    heads = element("masterclipid", f"masterclip-{number}"), element("name", named(url)), length, rate(own)
    tracks = [element("video", element("track", element("clipitem", *heads, file, id=f"clipitem-{number}")))]
    if facts.audio:
        again = element("file", id=f"file-{number}")
        channels = [
            element(
                "track",
                element(
                    "clipitem",
                    *heads,
                    again,
                    element("sourcetrack", element("mediatype", "audio"), element("trackindex", channel)),
                    id=f"clipitem-{number}-{channel}",
                ),
            )
            for channel in range(1, facts.audio.channels + 1)
        ]
        tracks.append(element("audio", *channels))
    return element(
        "clip",
        element("uuid", str(uuid.uuid5(uuid.NAMESPACE_OID, slate.take.sha256))),
        element("masterclipid", f"masterclip-{number}"),
        element("ismasterclip", "TRUE"),
        element("name", named(url)),
        length,
        rate(own),
        element("in", -1),
        element("out", -1),
        element("media", *tracks),
        *marked(slate, own),
        logging(slate),
        comments(slate),
        labels(slate.standing.verdict),
        id=f"masterclip-{number}",
    )
