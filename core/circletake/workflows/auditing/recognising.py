"""Recognising a video without credentials by its picture, with the library's own takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from circletake.model.audit import FileCase, PictureMatch
from circletake.model.take import Take
from circletake.workflows import pool
from circletake.workflows.library import Library
from circletake.workflows.progress import Progress, silent

if TYPE_CHECKING:
    from circletake.fingerprint.search import Alignment
    from circletake.fingerprint.stacks import Bands


def recognised(
    files: Sequence[FileCase], root: Path, library: Library, progress: Progress = silent
) -> tuple[FileCase, ...]:
    """``files``, those without credentials with the take whose picture they show, if any.

    The same coded picture in another container is found by its digest, everything else by
    fingerprint: the nearest take within the distance at which duplicates fold.

    Args:
        root: folder the files lie in.
    """
    lost = [f for f in files if f.kind == "video" and f.media and not f.credentials.present]
    if not lost:
        return tuple(files)
    takes = {slate.take.id: slate.take for slate in library.registry.takes.slates()}
    pictures = {take.media.picture_sha256: take for take in takes.values()}
    found: dict[str, PictureMatch] = {}
    changed: list[FileCase] = []
    for file in lost:
        take = pictures.get(file.media.picture_sha256) if file.media else None
        if take:
            found[file.path] = PictureMatch(take.label, take.sha256, 0.0)
        else:
            changed.append(file)
    found.update(_by_fingerprint(changed, root, library, takes, progress))
    return tuple(replace(f, match=found.get(f.path)) for f in files)


def _by_fingerprint(
    files: Sequence[FileCase], root: Path, library: Library, takes: Mapping[str, Take], progress: Progress
) -> dict[str, PictureMatch]:
    from circletake.fingerprint.hashes import unpack
    from circletake.fingerprint.search import compare
    from circletake.fingerprint.stacks import Bands
    from circletake.model.fingerprint import VERSION
    from circletake.workflows.analysis.analyze import FINGERPRINT
    from circletake.workflows.analysis.measuring import MeasuredTake, MeasureJob, measure

    stored = library.registry.analyses.fingerprints(VERSION) if files else {}
    if not stored:
        return {}
    known = {take_id: unpack(blob) for take_id, blob in stored.items() if take_id in takes}
    jobs = [
        MeasureJob(file.path, file.sha256, str(root / file.path), file.media, fingerprint=FINGERPRINT)
        for file in files
        if file.media
    ]
    found: dict[str, PictureMatch] = {}
    for job, result in pool.run(jobs, measure, progress=progress):
        blob = result.results[0].blob if isinstance(result, MeasuredTake) and result.results else None
        if blob is None:
            continue
        mine = unpack(blob)
        nearest: tuple[float, Take] | None = None
        for take_id, theirs in known.items():
            alignment = compare(theirs, mine)
            if alignment is None or not _same_picture(alignment, Bands()):
                continue
            if nearest is None or alignment.distance < nearest[0]:
                nearest = (alignment.distance, takes[take_id])
        if nearest:
            found[job.take_id] = PictureMatch(nearest[1].label, nearest[1].sha256, nearest[0])
    return found


def _same_picture(alignment: Alignment, bands: Bands) -> bool:
    """Whether two takes would fold; a picture that hardly moves must be nearer than others."""
    still = alignment.movement < bands.still_movement or alignment.flat > 0.5
    limit = bands.still_near if still else bands.near
    steady = alignment.worst <= limit * bands.worst
    return alignment.distance <= limit and steady and alignment.colour <= bands.colour
