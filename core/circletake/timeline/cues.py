"""A cue list as an OpenTimelineIO timeline: the film again, from the library's own takes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from circletake.model.cue import Cue
from circletake.timeline.otio import first_frame, known, reference, span

if TYPE_CHECKING:
    import opentimelineio as otio

    from circletake.model.cue import CueList, Gap
    from circletake.model.slate import Slate

_STILL = 1e-3
"""Speed below which a take is held on one frame."""

_EVEN = 0.005
"""Difference from the film's own speed that no editor could show."""


def cues_json(cues: CueList, slates: Mapping[str, Slate], media: Mapping[str, str], film: str) -> str:
    """Write a cue list as OTIO: the takes on V1, with gaps where none was found, the film itself on V2.

    Everything lies on the film's own frames and starts at its timecode. The film's track is
    switched off: it is there to be compared with. A speed change is a ``LinearTimeWarp``; what
    OTIO has no word for (mirrored, cropped, how sure) lies in the metadata under ``circletake``.

    Args:
        slates: by take id.
        media: by take id, the path of its file, relative to where the timeline will lie; a take
            without one becomes a missing reference.
        film: path of the film, likewise.
    """
    import opentimelineio as otio

    rate = float(cues.rate)
    timeline = otio.schema.Timeline(cues.film)
    timeline.global_start_time = otio.opentime.RationalTime(first_frame(cues.start, cues.rate), rate)
    timeline.metadata["circletake"] = {
        "film": cues.film,
        "sha256": cues.sha256,
        "width": cues.width,
        "height": cues.height,
        "rate": str(cues.rate),
        "frames": cues.frames,
        "found": cues.found,
        "problem": cues.problem,
    }
    takes = otio.schema.Track("V1", kind=otio.schema.TrackKind.Video)
    at = 0
    for row in cues.rows:
        if row.record_in > at:
            takes.append(_hole(row.record_in - at, rate))
        if isinstance(row, Cue):
            takes.append(_clip(row, slates[row.take_id], media.get(row.take_id, ""), rate))
        else:
            takes.append(_gap(row, slates, rate))
        at = row.record_out
    timeline.tracks.append(takes)
    timeline.tracks.append(_film(cues, film, rate))
    return str(otio.adapters.write_to_string(timeline, "otio_json"))


def _clip(cue: Cue, slate: Slate, path: str, rate: float) -> otio.schema.Clip:
    import opentimelineio as otio

    clip = otio.schema.Clip(
        name=slate.take.slate,
        media_reference=reference(slate.take.media, path, rate)
        if path
        else otio.schema.MissingReference(name=slate.take.name),
        # As editors have it: the range is as long as the film shows it, the warp says how fast.
        source_range=span(min(cue.source_in, cue.source_out), cue.record_out - cue.record_in, rate),
        metadata={"circletake": {**known(slate), "match": _match(cue)}},
    )
    if abs(cue.speed) < _STILL:
        clip.effects.append(otio.schema.FreezeFrame())
    elif abs(cue.speed - 1) > _EVEN:
        clip.effects.append(otio.schema.LinearTimeWarp(time_scalar=cue.speed))
    return clip


def _match(cue: Cue) -> dict[str, Any]:
    return {
        "source_in": cue.source_in,
        "source_out": cue.source_out,
        "speed": cue.speed,
        "flipped": cue.flipped,
        "zoom": cue.zoom,
        "confidence": cue.confidence,
        "picture": cue.picture,
        "motion": cue.motion,
        "distance": cue.distance,
    }


def _gap(gap: Gap, slates: Mapping[str, Slate], rate: float) -> otio.schema.Gap:
    near = slates.get(gap.nearest)
    hole = _hole(gap.record_out - gap.record_in, rate)
    hole.name = "not found"
    hole.metadata["circletake"] = {"nearest": near.take.label if near else "", "why": gap.why}
    return hole


def _hole(frames: int, rate: float) -> otio.schema.Gap:
    import opentimelineio as otio

    return otio.schema.Gap(source_range=span(0, frames, rate))


def _film(cues: CueList, path: str, rate: float) -> otio.schema.Track:
    import opentimelineio as otio

    whole = span(0, cues.frames, rate)
    found = otio.schema.ExternalReference(
        target_url=quote(path, errors="surrogateescape"), available_range=whole
    )
    found.name = cues.film
    track = otio.schema.Track("V2", kind=otio.schema.TrackKind.Video)
    track.enabled = False
    track.append(
        otio.schema.Clip(
            name=cues.film,
            media_reference=found,
            source_range=whole,
            metadata={"circletake": {"sha256": cues.sha256}},
        )
    )
    return track
