"""Recognising a video without credentials by its picture, with what a library knows.

In this order, the surest and cheapest first: the coded picture of an export or a take, unchanged in
whatever container; the fingerprint of an exported cut or of a take; and for a film that shows several
takes, which of them where. A picture can only match: whose file it is, pixels do not tell.

A stranger's picture is compared in capped workers. What fails for one file is told of that file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from circletake.errors import MediaError
from circletake.model.case import FileCase, PictureMatch, Shown
from circletake.model.cue import CueList
from circletake.model.take import Take
from circletake.workflows import pool
from circletake.workflows.auditing.exported import Exported, Exports
from circletake.workflows.auditing.holding import Record, likely, nearest
from circletake.workflows.library import Library
from circletake.workflows.progress import Progress, silent

if TYPE_CHECKING:
    from circletake.model.analysis import StageResult
    from circletake.model.fingerprint import Fingerprint
    from circletake.workflows.analysis.measuring import MeasuredTake

_ABOUT = 0.05
"""Share of its length by which an encoding of a cut may miss the cut's."""

_AT_ONCE = 200
"""Files that are looked for among all takes at once: the library is gone through once for so many."""

_LONGER = 1.1
"""A file that is longer than the take it resembles by more than this may show other takes too."""


def is_lost(file: FileCase) -> bool:
    """Whether only its picture can tell what a file is."""
    return file.kind == "video" and file.media is not None and not file.credentials.present


def recognised(
    files: Sequence[FileCase], root: Path, library: Library, progress: Progress = silent
) -> tuple[FileCase, ...]:
    """``files``, those without credentials with what of the library their picture matches, if anything;
    or with why it could not be told.

    Args:
        root: folder the files lie in.
    """
    lost = [f for f in files if is_lost(f)]
    if not lost:
        return tuple(files)
    takes = {take.id: take for take in library.registry.takes.all()}
    exports = Exports(library, takes)
    untold: dict[str, str] = {}
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
        matches, untold = _by_fingerprint(rest, root, library, takes, exports, seen, progress)
        found.update(matches)
    return tuple(
        replace(f, match=found.get(f.path), uncompared="" if f.path in found else untold.get(f.path, ""))
        for f in files
    )


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
    """What a library knows of pictures, ready to be searched.

    Attributes:
        records: packed fingerprints of takes, by take id.
        prints: the same unpacked; takes whose record is damaged are left out.
        cuts: exported cuts by path, with their records once they are made.
    """

    library: Library
    takes: Mapping[str, Take]
    exports: Exports
    records: Mapping[str, bytes]
    prints: Mapping[str, Fingerprint]
    cuts: Mapping[str, Exported]
    cut_records: dict[str, Record] = field(default_factory=dict)


def _by_fingerprint(
    files: Sequence[FileCase],
    root: Path,
    library: Library,
    takes: Mapping[str, Take],
    exports: Exports,
    seen: Sequence[Exported],
    progress: Progress,
) -> tuple[dict[str, PictureMatch], dict[str, str]]:
    """What files match, by path, and why it could not be told of others."""
    from circletake.fingerprint.record import unpack_all
    from circletake.model.fingerprint import VERSION

    stored = library.registry.analyses.fingerprints(VERSION) if files else {}
    records = {take_id: blob for take_id, blob in stored.items() if take_id in takes}
    cuts = {each.row.path: each for each in seen if each.take is None} if files else {}
    if not records and not cuts:
        return {}, {}
    held = _Held(library, takes, exports, records, unpack_all(records)[0], cuts)
    found: dict[str, PictureMatch] = {}
    untold: dict[str, str] = {}
    for some in _looked_at(files, root, held, untold, progress):
        near = _nearest_cuts(some, held, untold)
        near.update(
            _nearest_takes({f.path: record for f, record in some if f.path not in near}, held, untold)
        )
        films = [
            file.path
            for file, _ in some
            if file.path not in near or _shows_more(file, near[file.path], takes)
        ]
        found.update(near)
        found.update(_parts(films, root, library, untold))
    return found, untold


def _looked_at(
    files: Sequence[FileCase], root: Path, held: _Held, untold: dict[str, str], progress: Progress
) -> Iterator[list[tuple[FileCase, Record]]]:
    """Files some at a time, each with its record; by then all cuts have theirs."""
    from circletake.workflows.analysis.analyze import FINGERPRINT
    from circletake.workflows.analysis.measuring import MeasuredTake, MeasureJob, measure

    # Cuts first: a file is held against all of them before it is looked for among takes.
    jobs = [
        MeasureJob(path, cut.row.sha256, path, cut.media, fingerprint=FINGERPRINT)
        for path, cut in held.cuts.items()
    ]
    jobs += [
        MeasureJob(file.path, file.sha256, str(root / file.path), file.media, fingerprint=FINGERPRINT)
        for file in files
        if file.media
    ]
    by_path = {file.path: file for file in files}
    left, waiting = len(held.cuts), list[tuple[FileCase, Record]]()
    for job, result in pool.run(jobs, measure, progress=progress):
        record = _record(result.results) if isinstance(result, MeasuredTake) else None
        if job.take_id in held.cuts:
            left -= 1
            if record:
                held.cut_records[job.path] = record
        elif record:
            waiting.append((by_path[job.take_id], record))
        else:
            untold[job.take_id] = _why(result)
        if not left and len(waiting) >= _AT_ONCE:
            yield waiting
            waiting = []
    yield waiting


def _record(results: Sequence[StageResult]) -> Record | None:
    first = results[0] if results else None
    if first is None or first.blob is None or first.pictures is None:
        return None
    return first.blob, first.pictures


def _why(result: MeasuredTake | pool.Failure) -> str:
    """Why a file has no record."""
    if isinstance(result, pool.Failure):
        return result.reason
    return next((each.error for each in result.results if each.error), result.problem)


def _nearest_cuts(
    files: Sequence[tuple[FileCase, Record]], held: _Held, untold: dict[str, str]
) -> dict[str, PictureMatch]:
    """By path, the exported cut of its length that a file would fold with and is nearest to.

    A clip folds with every cut that it is in; only a file as long as the cut can be the cut.
    """

    def as_long(file: FileCase) -> dict[str, Record]:
        length = file.media.seconds if file.media else 0.0
        return {
            path: record
            for path, record in held.cut_records.items()
            if abs(held.cuts[path].media.seconds - length) <= _ABOUT * length
        }

    near = nearest(((file.path, record, as_long(file)) for file, record in files), untold)
    return {path: _export(held.cuts[cut], distance) for path, (distance, cut) in near.items()}


def _nearest_takes(
    records: Mapping[str, Record], held: _Held, untold: dict[str, str]
) -> dict[str, PictureMatch]:
    """By path, the take that folds with a file and is nearest to it; one search for all files."""
    from circletake.model.fingerprint import VERSION

    if not records or not held.prints:
        return {}
    alike = likely(records, held.prints, untold)

    def known(path: str) -> dict[str, Record]:
        thumbnails = held.library.registry.analyses.thumbnails(VERSION, alike[path])
        return {take_id: (held.records[take_id], pictures) for take_id, pictures in thumbnails.items()}

    near = nearest(((path, records[path], known(path)) for path in alike), untold)
    return {
        path: _take(held.takes[take_id], distance, held.exports) for path, (distance, take_id) in near.items()
    }


def _shows_more(file: FileCase, match: PictureMatch, takes: Mapping[str, Take]) -> bool:
    """Whether a file is longer than the one take it was matched with."""
    length = next((t.media.seconds for t in takes.values() if t.sha256 == match.take_sha256), 0.0)
    return bool(length and file.media and file.media.seconds > length * _LONGER)


def _parts(
    films: Sequence[str], root: Path, library: Library, untold: dict[str, str]
) -> dict[str, PictureMatch]:
    """By path, which takes a film shows where; films that show none are left out."""
    from circletake.workflows.analysis.locating import locate_each

    by_film = {root / path: path for path in films}
    found: dict[str, PictureMatch] = {}
    for film, cues in locate_each(library, list(by_film)):
        if isinstance(cues, MediaError):
            untold[by_film[film]] = cues.reason
        elif cues.cues:
            found[by_film[film]] = _shown(cues, library)
    return found


def _shown(cues: CueList, library: Library) -> PictureMatch:
    from circletake.workflows.analysis.locating import slates_of

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
