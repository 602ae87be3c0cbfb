"""Recognising a video without credentials by its picture, with what a library knows.

In this order, the surest and cheapest first: the coded picture of an export or a take, unchanged in
whatever container; the fingerprint of an exported cut or of a take; and for a film that shows several
takes, which of them where. A picture can only match: whose file it is, pixels do not tell.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from circletake.errors import LibraryError
from circletake.model.case import FileCase, PictureMatch, Shown
from circletake.model.cue import CueList
from circletake.model.take import Take
from circletake.workflows import pool
from circletake.workflows.auditing.exported import Exported, Exports
from circletake.workflows.library import Library
from circletake.workflows.progress import Progress, silent

if TYPE_CHECKING:
    from circletake.fingerprint.looks import Look
    from circletake.model.analysis import StageResult
    from circletake.model.fingerprint import Fingerprint

_ABOUT = 0.05
"""Share of its length by which an encoding of a cut may miss the cut's."""

_AT_ONCE = 200
"""Files that are looked for among all takes at once: the library is gone through once for so many."""

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
    takes = {take.id: take for take in library.registry.takes.all()}
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
    """What a library knows of pictures, ready to be searched.

    Attributes:
        records: packed fingerprints of takes, by take id.
        prints: the same unpacked; takes whose record is damaged are left out.
        cuts: exported cuts by path, with their looks once they are made.
    """

    library: Library
    takes: Mapping[str, Take]
    exports: Exports
    records: Mapping[str, bytes]
    prints: Mapping[str, Fingerprint]
    cuts: Mapping[str, Exported]
    looks: dict[str, Look] = field(default_factory=dict)


def _by_fingerprint(
    files: Sequence[FileCase],
    root: Path,
    library: Library,
    takes: Mapping[str, Take],
    exports: Exports,
    seen: Sequence[Exported],
    progress: Progress,
) -> dict[str, PictureMatch]:
    from circletake.fingerprint.record import unpack_all
    from circletake.model.fingerprint import VERSION

    stored = library.registry.analyses.fingerprints(VERSION) if files else {}
    records = {take_id: blob for take_id, blob in stored.items() if take_id in takes}
    cuts = {each.row.path: each for each in seen if each.take is None} if files else {}
    if not records and not cuts:
        return {}
    held = _Held(library, takes, exports, records, unpack_all(records)[0], cuts)
    found: dict[str, PictureMatch] = {}
    for some in _looked_at(files, root, held, progress):
        near = _nearest_takes({file.path: record for file, record, cut in some if not cut}, held)
        near.update({file.path: cut for file, _, cut in some if cut})
        films = [
            file.path
            for file, _, _ in some
            if file.path not in near or _shows_more(file, near[file.path], takes)
        ]
        found.update(near)
        found.update(_parts(films, root, library))
    return found


_Record = tuple[bytes, bytes]
"""A packed fingerprint and its thumbnails."""


def _looked_at(
    files: Sequence[FileCase], root: Path, held: _Held, progress: Progress
) -> Iterator[list[tuple[FileCase, _Record, PictureMatch | None]]]:
    """Files some at a time, each with its record and the exported cut that it is, if it is one."""
    from circletake.workflows.analysis.analyze import FINGERPRINT
    from circletake.workflows.analysis.comparing import look_at
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
    left, waiting = len(held.cuts), list[tuple[FileCase, _Record]]()

    def told() -> list[tuple[FileCase, _Record, PictureMatch | None]]:
        some = [(file, record, _nearest_cut(file, record, held)) for file, record in waiting]
        waiting.clear()
        return some

    for job, result in pool.run(jobs, measure, progress=progress):
        record = _record(result.results) if isinstance(result, MeasuredTake) else None
        if job.take_id in held.cuts:
            left -= 1
            if record:
                held.looks[job.path] = look_at(*record)
        elif record:
            waiting.append((by_path[job.take_id], record))
        if not left and len(waiting) >= _AT_ONCE:
            yield told()
    yield told()


def _record(results: Sequence[StageResult]) -> _Record | None:
    first = results[0] if results else None
    if first is None or first.blob is None or first.pictures is None:
        return None
    return first.blob, first.pictures


def _nearest_cut(file: FileCase, record: _Record, held: _Held) -> PictureMatch | None:
    """The exported cut of its length that a file would fold with and is nearest to.

    A clip folds with every cut that it is in; only a file as long as the cut can be the cut.
    """
    from circletake.workflows.analysis.comparing import look_at

    length = file.media.seconds if file.media else 0.0
    as_long = [path for path in held.looks if abs(held.cuts[path].media.seconds - length) <= _ABOUT * length]
    if not as_long:
        return None
    mine = look_at(*record)
    told = {path: _distance(held.looks[path], mine) for path in as_long}
    near = {path: distance for path, distance in told.items() if distance is not None}
    path = min(near, key=lambda each: near[each], default=None)
    return _export(held.cuts[path], near[path]) if path else None


def _distance(known: Look, mine: Look) -> float | None:
    """Bits of 256 between two pictures that would fold; ``None`` where they would not."""
    from circletake.fingerprint.comparing import compare
    from circletake.fingerprint.judging import band

    alignment = compare(known, mine)
    judged = band(alignment) if alignment else None
    return alignment.distance if alignment and judged and judged.folds else None


def _nearest_takes(records: Mapping[str, _Record], held: _Held) -> dict[str, PictureMatch]:
    """By path, the take that folds with a file and is nearest to it; one search for all files."""
    from circletake.fingerprint.record import unpack
    from circletake.fingerprint.search import candidates
    from circletake.model.fingerprint import VERSION
    from circletake.workflows.analysis.comparing import look_at

    if not records or not held.prints:
        return {}
    # No take's id begins so; files are alike among one another, too, which nobody asks for.
    asked = {f"file {path}": path for path in records}
    prints = {name: unpack(records[path][0]) for name, path in asked.items()}
    near: dict[str, list[str]] = {}
    for pair in candidates({**held.prints, **prints}, asked):
        for name, other in (pair, pair[::-1]):
            if name in asked and other not in asked:
                near.setdefault(asked[name], []).append(other)
    found: dict[str, PictureMatch] = {}
    for path, ids in near.items():
        thumbnails = held.library.registry.analyses.thumbnails(VERSION, ids)
        mine = look_at(*records[path])
        told: list[tuple[float, str]] = []
        for take_id, pictures in thumbnails.items():
            # A take whose record is damaged is none that could be compared.
            with suppress(LibraryError):
                distance = _distance(look_at(held.records[take_id], pictures), mine)
                if distance is not None:
                    told.append((distance, take_id))
        if told:
            distance, take_id = min(told)
            found[path] = _take(held.takes[take_id], distance, held.exports)
    return found


def _shows_more(file: FileCase, match: PictureMatch, takes: Mapping[str, Take]) -> bool:
    """Whether a file is longer than the one take it was matched with."""
    length = next((t.media.seconds for t in takes.values() if t.sha256 == match.take_sha256), 0.0)
    return bool(length and file.media and file.media.seconds > length * _LONGER)


def _parts(films: Sequence[str], root: Path, library: Library) -> dict[str, PictureMatch]:
    """By path, which takes a film shows where; films that show none, or cannot be searched, are left out."""
    from circletake.workflows.analysis.locating import locate_each

    by_film = {root / path: path for path in films}
    found: dict[str, PictureMatch] = {}
    with suppress(LibraryError):  # no take has a fingerprint
        for film, cues in locate_each(library, list(by_film)):
            if isinstance(cues, CueList) and cues.cues:
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
