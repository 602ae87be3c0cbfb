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
    from circletake.model.fingerprint import Fingerprint


def recognised(
    files: Sequence[FileCase], root: Path, library: Library, progress: Progress = silent
) -> tuple[FileCase, ...]:
    """``files``, those without credentials with the take whose picture they show, if any.

    The same coded picture in another container is found by its digest, everything else by
    fingerprint: the nearest of the takes that it would fold with.

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
    from circletake.fingerprint.record import unpack
    from circletake.model.fingerprint import VERSION
    from circletake.workflows.analysis.analyze import FINGERPRINT
    from circletake.workflows.analysis.measuring import MeasuredTake, MeasureJob, measure

    stored = library.registry.analyses.fingerprints(VERSION) if files else {}
    if not stored:
        return {}
    jobs = [
        MeasureJob(file.path, file.sha256, str(root / file.path), file.media, fingerprint=FINGERPRINT)
        for file in files
        if file.media
    ]
    records = {take_id: blob for take_id, blob in stored.items() if take_id in takes}
    prints = {take_id: unpack(blob) for take_id, blob in records.items()}
    found: dict[str, PictureMatch] = {}
    for job, result in pool.run(jobs, measure, progress=progress):
        made = result.results[0] if isinstance(result, MeasuredTake) and result.results else None
        if made is None or made.blob is None or made.pictures is None:
            continue
        nearest = _nearest(made.blob, made.pictures, library, prints, records)
        if nearest:
            take = takes[nearest[0]]
            found[job.take_id] = PictureMatch(take.label, take.sha256, nearest[1])
    return found


_FILE = "file"


def _nearest(
    packed: bytes,
    pictures: bytes,
    library: Library,
    prints: Mapping[str, Fingerprint],
    records: Mapping[str, bytes],
) -> tuple[str, float] | None:
    """The take that folds with a file and is nearest to it, with the distance in bits."""
    from circletake.fingerprint.comparing import compare
    from circletake.fingerprint.judging import band
    from circletake.fingerprint.record import unpack
    from circletake.fingerprint.search import candidates
    from circletake.model.fingerprint import VERSION
    from circletake.workflows.analysis.pairing import look_at

    near = candidates({**prints, _FILE: unpack(packed)}, (_FILE,))
    ids = [a if b == _FILE else b for a, b in near]
    thumbnails = library.registry.analyses.thumbnails(VERSION, ids)
    mine = look_at(packed, pictures)
    found: list[tuple[float, str]] = []
    for take_id in ids:
        if take_id in thumbnails:
            alignment = compare(look_at(records[take_id], thumbnails[take_id]), mine)
            judged = band(alignment) if alignment else None
            if alignment and judged and judged.folds:
                found.append((alignment.distance, take_id))
    best = min(found, default=None)
    return (best[1], best[0]) if best else None
