"""Other shapes of OpenTimelineIO: takes in bins, and a timeline in one file with its media."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from circletake.errors import MediaError
from circletake.model.marker import markers_of
from circletake.timeline.otio import known, marker_of, reference, timeline_of

if TYPE_CHECKING:
    from circletake.model.cut import Cut
    from circletake.model.export import SongFile
    from circletake.model.slate import Slate


def bins_json(name: str, slates: Sequence[Slate], media: Mapping[str, str], otherwise: Fraction) -> str:
    """Write takes as a collection of collections, one for each shot.

    Args:
        media: by take id, its path relative to where the collection will lie, or a whole URL.
        otherwise: a rate for files that tell none.
    """
    import opentimelineio as otio

    project = otio.schema.SerializableCollection(name)
    shots: dict[str, otio.schema.SerializableCollection] = {}
    for slate in slates:
        take = slate.take
        own = take.media.rate or otherwise
        if take.shot not in shots:
            shots[take.shot] = otio.schema.SerializableCollection(take.shot)
            project.append(shots[take.shot])
        clip = otio.schema.Clip(
            name=take.slate,
            media_reference=reference(take.media, media[take.id], float(otherwise)),
            metadata={"circletake": known(slate)},
        )
        end = Fraction(take.media.seconds).limit_denominator(90_000)
        clip.markers.extend(marker_of(each, own) for each in markers_of(slate, Fraction(0), end))
        shots[take.shot].append(clip)
    return str(otio.adapters.write_to_string(project, "otio_json"))


def otioz(
    to: Path,
    cut: Cut,
    slates: Mapping[str, Slate],
    media: Mapping[str, Path],
    song: SongFile | None = None,
) -> None:
    """Write a timeline and all its media into one ``.otioz`` file, which OpenTimelineIO reads anywhere.

    Args:
        media: by take id, its file, which goes in as it is.

    Raises:
        MediaError: one of them is gone.
    """
    import opentimelineio as otio

    gone = [path.name for path in (*media.values(), *([song.path] if song else [])) if not path.is_file()]
    if gone:
        raise MediaError(gone[0], "is gone, and should be in the archive", "export again")
    whole = {take_id: path.absolute().as_uri() for take_id, path in media.items()}
    timeline = timeline_of(cut, slates, whole, song, song.path.absolute().as_uri() if song else "")
    otio.adapters.write_to_file(timeline, str(to))
