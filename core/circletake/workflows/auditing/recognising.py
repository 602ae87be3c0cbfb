"""Recognising a video without credentials by its picture, with what a library knows.

In this order, the surest and cheapest first: the coded picture of an export or a take, unchanged in
whatever container; the fingerprint of an exported cut or of a take; and for a film that shows several
takes, which of them where. A picture can only match: whose file it is, pixels do not tell.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from circletake.errors import CircletakeError
from circletake.model.audit import FileCase, PictureMatch, Shown
from circletake.model.take import Take
from circletake.workflows import pool
from circletake.workflows.auditing.exported import Exported, Exports
from circletake.workflows.library import Library
from circletake.workflows.progress import Progress, silent

if TYPE_CHECKING:
    from circletake.fingerprint.looks import Look
    from circletake.model.fingerprint import Fingerprint

_ABOUT = 0.05
"""Share of its length by which an encoding of a cut may miss the cut's."""

_LONGER = 1.1
"""A file that is longer than the take it resembles by more than this may show other takes too."""


def recognised(
    files: Sequence[FileCase], root: Path, library: Library, progress: Progress = silent
) -> tuple[FileCase, ...]:
    """``files``, those without credentials with what of the library their picture matches, if anything.

    Args:
        root: folder the files lie in.
    """
    lost = [f for f in files if f.kind == "video" and f.media and not f.credentials.present]
    if not lost:
        return tuple(files)
    takes = {slate.take.id: slate.take for slate in library.registry.takes.slates()}
    exports = Exports(library, takes)
    found = _by_digest(lost, takes, exports)
    rest = [file for file in lost if file.path not in found]
    if rest:
        seen = exports.look(progress)
        by_picture = {each.media.picture_sha256: each for each in seen}
        for file in rest:
            same = by_picture.get(file.media.picture_sha256) if file.media else None
            if same:
                found[file.path] = _export(same, 0.0, exact=True)
        rest = [file for file in rest if file.path not in found]
        found.update(_by_fingerprint(rest, root, library, takes, exports, seen, progress))
    return tuple(replace(f, match=found.get(f.path)) for f in files)


def _by_digest(
    files: Sequence[FileCase], takes: Mapping[str, Take], exports: Exports
) -> dict[str, PictureMatch]:
    """Files whose coded picture is that of a take, with the export it left in where there is one."""
    pictures = {take.media.picture_sha256: take for take in takes.values()}
    same = {f.path: pictures.get(f.media.picture_sha256) for f in files if f.media}
    return {path: _take(take, 0.0, exports, exact=True) for path, take in same.items() if take}


def _take(take: Take, distance: float, exports: Exports, *, exact: bool = False) -> PictureMatch:
    row = exports.of_take(take.id)
    name = exports.name_of(row) if row else ""
    return PictureMatch(take.label, take.sha256, distance, name, row.release if row else "", exact)


def _export(export: Exported, distance: float, *, exact: bool = False) -> PictureMatch:
    name, take = Path(export.row.path).name, export.take
    label, sha256 = (take.label, take.sha256) if take else ("", "")
    return PictureMatch(label, sha256, distance, name, export.row.release, exact)


@dataclass(frozen=True, slots=True)
class _Held:
    """Fingerprints of the library, unpacked for searching."""

    takes: Mapping[str, Take]
    records: Mapping[str, bytes]
    prints: Mapping[str, Fingerprint]


def _by_fingerprint(
    files: Sequence[FileCase],
    root: Path,
    library: Library,
    takes: Mapping[str, Take],
    exports: Exports,
    seen: Sequence[Exported],
    progress: Progress,
) -> dict[str, PictureMatch]:
    from circletake.fingerprint.record import unpack
    from circletake.model.fingerprint import VERSION
    from circletake.workflows.analysis.analyze import FINGERPRINT
    from circletake.workflows.analysis.comparing import look_at
    from circletake.workflows.analysis.measuring import MeasuredTake, MeasureJob, measure

    stored = library.registry.analyses.fingerprints(VERSION) if files else {}
    records = {take_id: blob for take_id, blob in stored.items() if take_id in takes}
    cuts = {each.row.path: each for each in seen if each.take is None} if files else {}
    if not records and not cuts:
        return {}
    held = _Held(takes, records, {take_id: unpack(blob) for take_id, blob in records.items()})
    jobs = [
        MeasureJob(file.path, file.sha256, str(root / file.path), file.media, fingerprint=FINGERPRINT)
        for file in files
        if file.media
    ]
    jobs += [
        MeasureJob(path, cut.row.sha256, path, cut.media, fingerprint=FINGERPRINT)
        for path, cut in cuts.items()
    ]
    made: dict[str, tuple[bytes, bytes]] = {}
    for job, result in pool.run(jobs, measure, progress=progress):
        first = result.results[0] if isinstance(result, MeasuredTake) and result.results else None
        if first is not None and first.blob is not None and first.pictures is not None:
            made[job.path] = (first.blob, first.pictures)
    of_cuts = {path: look_at(*made[path]) for path in cuts if path in made}
    found: dict[str, PictureMatch] = {}
    for file in files:
        own = made.get(str(root / file.path))
        if own is None:
            continue
        match = _nearest_cut(file, look_at(*own), of_cuts, cuts) or _nearest_take(own, library, held, exports)
        if match is None or _shows_more(file, match, takes):
            match = _parts(root / file.path, library) or match
        if match is not None:
            found[file.path] = match
    return found


def _nearest_cut(
    file: FileCase, mine: Look, looks: Mapping[str, Look], cuts: Mapping[str, Exported]
) -> PictureMatch | None:
    """The exported cut of its length that a file would fold with and is nearest to.

    A clip folds with every cut that it is in; only a file as long as the cut can be the cut.
    """
    length = file.media.seconds if file.media else 0.0
    as_long = {path for path, cut in cuts.items() if abs(cut.media.seconds - length) <= _ABOUT * length}
    near = {
        path: distance
        for path, look in looks.items()
        if path in as_long and (distance := _distance(look, mine)) is not None
    }
    path = min(near, key=lambda each: near[each], default=None)
    return _export(cuts[path], near[path]) if path else None


def _distance(known: Look, mine: Look) -> float | None:
    """Bits of 256 between two pictures that would fold; ``None`` where they would not."""
    from circletake.fingerprint.comparing import compare
    from circletake.fingerprint.judging import band

    alignment = compare(known, mine)
    judged = band(alignment) if alignment else None
    return alignment.distance if alignment and judged and judged.folds else None


_FILE = "file"


def _nearest_take(
    own: tuple[bytes, bytes], library: Library, held: _Held, exports: Exports
) -> PictureMatch | None:
    """The take that folds with a file and is nearest to it."""
    from circletake.fingerprint.record import unpack
    from circletake.fingerprint.search import candidates
    from circletake.model.fingerprint import VERSION
    from circletake.workflows.analysis.comparing import look_at

    if not held.records:
        return None
    near = candidates({**held.prints, _FILE: unpack(own[0])}, (_FILE,))
    ids = [a if b == _FILE else b for a, b in near]
    thumbnails = library.registry.analyses.thumbnails(VERSION, ids)
    mine = look_at(*own)
    found: list[tuple[float, str]] = []
    for take_id in ids:
        if take_id in thumbnails:
            distance = _distance(look_at(held.records[take_id], thumbnails[take_id]), mine)
            if distance is not None:
                found.append((distance, take_id))
    best = min(found, default=None)
    return _take(held.takes[best[1]], best[0], exports) if best else None


def _shows_more(file: FileCase, match: PictureMatch, takes: Mapping[str, Take]) -> bool:
    """Whether a file is longer than the one take it was matched with."""
    length = next((t.media.seconds for t in takes.values() if t.sha256 == match.take_sha256), 0.0)
    return bool(length and file.media and file.media.seconds > length * _LONGER)


def _parts(film: Path, library: Library) -> PictureMatch | None:
    """Which takes a film shows where; ``None`` where it shows none, or cannot be searched."""
    from circletake.workflows.analysis.locating import locate, slates_of

    try:
        cues = locate(library, film)
    except CircletakeError:
        return None
    if not cues.cues:
        return None
    slates = slates_of(library, cues)
    parts = tuple(
        Shown(
            slates[cue.take_id].take.label,
            float(cue.record_in / cues.rate),
            float(cue.record_out / cues.rate),
            cue.distance,
        )
        for cue in sorted(cues.cues, key=lambda cue: cue.record_in)
    )
    first = slates[min(cues.cues, key=lambda cue: cue.record_in).take_id].take
    mean = sum(part.distance for part in parts) / len(parts)
    unmatched = max(0.0, float((cues.frames - cues.found) / cues.rate))
    return PictureMatch(first.label, first.sha256, mean, parts=parts, unmatched=round(unmatched, 3))
