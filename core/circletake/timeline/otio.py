"""A cut as an OpenTimelineIO timeline: the exact form in which it leaves for an editor."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from circletake.model.marker import markers_of
from circletake.model.recipe import Field

if TYPE_CHECKING:
    import opentimelineio as otio

    from circletake.model.cut import Cut, CutEvent, Song
    from circletake.model.export import SongFile
    from circletake.model.marker import Marker
    from circletake.model.slate import Slate
    from circletake.model.take import MediaFacts

_TOLD = (
    Field.GENERATOR,
    Field.MODEL,
    Field.MODEL_VERSION,
    Field.PROMPT,
    Field.NEGATIVE_PROMPT,
    Field.SEED,
)


def timeline_json(
    cut: Cut,
    slates: Mapping[str, Slate],
    media: Mapping[str, str],
    song: SongFile | None = None,
    song_url: str = "",
) -> str:
    """Write a cut as OTIO: one video track, and the song on an audio track of its own.

    Every record time is a whole frame of the cut's rate, and the timeline starts at the cut's
    timecode. What is known of a take lies in the clip's metadata under ``circletake``.

    Args:
        slates: by take id.
        media: by take id, the path of its file, relative to where the timeline will lie; or a
            whole URL.
        song: its file; the song is a missing reference without it.
        song_url: as in ``media``.
    """
    import opentimelineio as otio

    return str(otio.adapters.write_to_string(timeline_of(cut, slates, media, song, song_url), "otio_json"))


def timeline_of(
    cut: Cut,
    slates: Mapping[str, Slate],
    media: Mapping[str, str],
    song: SongFile | None = None,
    song_url: str = "",
) -> otio.schema.Timeline:
    """The timeline itself; arguments as for :func:`timeline_json`."""
    import opentimelineio as otio

    rate = float(cut.rate)
    timeline = otio.schema.Timeline(cut.name)
    timeline.global_start_time = otio.opentime.RationalTime(first_frame(cut.start, cut.rate), rate)
    timeline.metadata["circletake"] = {
        "width": cut.width,
        "height": cut.height,
        "rate": str(cut.rate),
        "fit": cut.fit.value,
    }
    picture = otio.schema.Track("V1", kind=otio.schema.TrackKind.Video)
    at = Fraction(0)
    for placed in cut.placed:
        frames = round((placed.record_out - placed.record_in) * cut.rate)
        slate = slates[placed.event.take_id]
        if placed.record_in > at:
            black = round((placed.record_in - at) * cut.rate)
            picture.append(otio.schema.Gap(source_range=span(0, black, rate)))
        picture.append(_clip(cut, placed.event, frames, slate, media[placed.event.take_id]))
        at = placed.record_out
    timeline.tracks.append(picture)
    if cut.song:
        timeline.tracks.append(_sound(cut.song, round(cut.seconds * cut.rate), rate, song, song_url))
    return timeline


def _clip(cut: Cut, event: CutEvent, frames: int, slate: Slate, path: str) -> otio.schema.Clip:
    import opentimelineio as otio

    rate = float(cut.rate)
    # The range is as long as in the cut; what a time warp makes of the media is its own.
    clip = otio.schema.Clip(
        name=slate.take.slate,
        media_reference=reference(slate.take.media, path, rate),
        source_range=span(event.source_in, frames, rate),
        metadata={
            "circletake": {
                **known(slate),
                "source_in": str(event.source_in),
                "source_out": str(event.source_out),
                "speed": str(event.speed),
                "fit": cut.fit_of(event).value,
            }
        },
    )
    clip.markers.extend(
        marker_of(each, cut.rate) for each in markers_of(slate, event.source_in, event.source_out)
    )
    if event.speed != 1:
        clip.effects.append(otio.schema.LinearTimeWarp(name="speed", time_scalar=float(event.speed)))
    return clip


def marker_of(marker: Marker, rate: Fraction) -> otio.schema.Marker:
    """A marker, in the time of its clip's media."""
    import opentimelineio as otio

    return otio.schema.Marker(
        name=marker.name,
        marked_range=span(marker.at, round(marker.seconds * rate), float(rate)),
        color=marker.color.upper(),
        comment=marker.comment,
    )


def reference(facts: MediaFacts, path: str, rate: float) -> otio.schema.ExternalReference:
    """A media file, with its whole length in frames of its own rate.

    Args:
        path: relative to where the timeline will lie; or a whole ``file:`` URL.
        rate: for a file that has none of its own.
    """
    import opentimelineio as otio

    own = float(facts.rate) if facts.rate else rate
    length = facts.frames or round(facts.seconds * own)
    found = otio.schema.ExternalReference(
        target_url=_url(path),
        available_range=otio.opentime.TimeRange(
            otio.opentime.RationalTime(0, own), otio.opentime.RationalTime(length, own)
        ),
    )
    found.name = path.rpartition("/")[2]
    return found


def _url(path: str) -> str:
    return path if path.startswith("file:/") else quote(path, errors="surrogateescape")


def _sound(song: Song, frames: int, rate: float, file: SongFile | None, url: str) -> otio.schema.Track:
    import opentimelineio as otio

    track = otio.schema.Track("A1", kind=otio.schema.TrackKind.Audio)
    said = {
        "sha256": song.sha256,
        "origin": song.origin.value,
        "declared_by": song.declared_by,
        "fade_in": str(song.fade_in),
        "fade_out": str(song.fade_out),
        "volume": str(song.volume),
    }
    track.append(
        otio.schema.Clip(
            name=song.name,
            media_reference=_song_reference(song, rate, file, url),
            source_range=span(song.offset, frames, rate),
            metadata={"circletake": said},
        )
    )
    return track


def _song_reference(
    song: Song, rate: float, file: SongFile | None, url: str
) -> otio.schema.ExternalReference | otio.schema.MissingReference:
    import opentimelineio as otio

    if file is None:
        return otio.schema.MissingReference(name=song.name)
    found = otio.schema.ExternalReference(
        target_url=_url(url), available_range=span(0, round(file.seconds * Fraction(rate)), rate)
    )
    found.name = song.name
    return found


def span(start: Fraction | float, frames: int, rate: float) -> otio.opentime.TimeRange:
    """``frames`` frames of a timeline, from ``start`` seconds of the media on."""
    import opentimelineio as otio

    return otio.opentime.TimeRange(
        otio.opentime.RationalTime(float(start) * rate, rate), otio.opentime.RationalTime(frames, rate)
    )


def known(slate: Slate) -> dict[str, Any]:
    """What a clip's metadata say of its take."""
    recipe = slate.recipe
    said = {field.value: recipe[field] for field in _TOLD if recipe[field]}
    evidence = {field: str(recipe.evidence(field)) for field in said}
    return {
        "take": slate.take.label,
        "sha256": slate.take.sha256,
        "pixel_aspect": str(slate.take.media.aspect),
        "verdict": slate.standing.verdict.value,
        "stars": slate.standing.stars,
        "recipe": said,
        "evidence": evidence,
    }


def first_frame(start: str, rate: Fraction) -> int:
    """The number of the timeline's first frame; OTIO's own reading of timecode refuses some rates."""
    hours, minutes, seconds, frames = (int(part) for part in start.split(":"))
    nominal = -(-rate.numerator // rate.denominator)
    return ((hours * 60 + minutes) * 60 + seconds) * nominal + frames
