"""Which pieces of an editor's timeline are takes of ours, and how each was known.

In this order: the mark circletake wrote, the file's bytes, its path, its name, the reel, a comment, and
where nothing of that tells, the picture of the media, where it is at hand. A name that fits two takes
names neither.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from circletake.errors import BadInput, CircletakeError, NotFound
from circletake.files import sha256_of
from circletake.model.take import Take
from circletake.model.timeline import Piece, Timeline
from circletake.timeline.reading import Reading, Refusal, read_timeline
from circletake.workflows import pool
from circletake.workflows.leaving.cutting import exact_seconds
from circletake.workflows.leaving.names import base_name, local_path, stem
from circletake.workflows.leaving.songs import Heard, heard, songs_of
from circletake.workflows.progress import Progress, silent

if TYPE_CHECKING:
    from circletake.workflows.library import Library

_CAPS = pool.Caps(memory=4 * 2**30, cpu_seconds=300, wall_seconds=600)

_ID = re.compile(r"(?<![0-9a-f])[0-9a-f]{8}(?![0-9a-f])")
_LABEL = re.compile(r"(?<![\w/])([A-Za-z][\w-]*/\d+)(?![\w/])")
_HOUR = 3600
_LOOSE = Fraction(1, 10)
"""Seconds by which a piece may reach beyond its take: what a frame of another rate makes of its end."""


@dataclass(frozen=True, slots=True)
class Known:
    """A piece that is seen, and the take it is.

    Attributes:
        take: ``None`` where it is none of ours, or nobody can tell.
        how: ``mark``, ``bytes``, ``path``, ``name``, ``reel``, ``comment`` or ``picture``; else empty.
        source_in: seconds into the take; ``None`` where nobody can tell.
        why: what kept a take from being named, or is uncertain of it.
    """

    piece: Piece
    take: Take | None = None
    how: str = ""
    source_in: Fraction | None = None
    why: str = ""

    def source_out(self, rate: Fraction) -> Fraction | None:
        """Seconds into the take at its end."""
        moved = self.piece.frames / rate * self.piece.speed
        return None if self.source_in is None else max(Fraction(0), self.source_in + moved)


@dataclass(frozen=True, slots=True)
class Identified:
    """A timeline, and what of it is ours.

    Attributes:
        rows: everything that is seen, in its order.
        sounds: sound that belongs to no take.
        song: the one among them that is a song of ours.
    """

    timeline: Timeline
    rows: tuple[Known, ...]
    sounds: tuple[Piece, ...]
    song: Heard | None = None

    @property
    def ours(self) -> tuple[Known, ...]:
        """The pieces that are takes."""
        return tuple(row for row in self.rows if row.take)

    @property
    def foreign(self) -> tuple[Known, ...]:
        """The pieces that are not, or of which nobody can tell."""
        return tuple(row for row in self.rows if not row.take)


def read(path: Path, rate: Fraction | None = None, sequence: str = "") -> Timeline:
    """Read a timeline in a worker of its own, since it is a stranger's file.

    Raises:
        NotFound: there is no such file.
        BadInput: it cannot be read, and why.
    """
    if not path.exists():
        raise NotFound(
            str(path), "no such timeline", "name an .xml, .fcpxml, .edl, .aaf, .otio or .otioz file"
        )
    task = Reading(str(path.absolute()), rate, sequence)
    ((_, result),) = pool.run([task], read_timeline, workers=1, caps=_CAPS)
    if isinstance(result, Refusal | pool.Failure):
        raise BadInput(path.name, result.reason, "export it again, as FCP7 XML, EDL, AAF or OTIO")
    return result


def identify(
    library: Library,
    timeline: Timeline,
    beside: Path,
    *,
    media: Sequence[Path] = (),
    look: bool = True,
    progress: Progress = silent,
) -> Identified:
    """Name the takes of a timeline.

    Args:
        beside: folder of the timeline, from which relative paths count.
        media: folders in which the media may lie.
        look: compare media that are at hand, and that no name tells, by their picture.
    """
    index = _Index.of(library)
    files = _Files(beside, media)
    looked: dict[Path, _Looked] = {}
    rows: list[Known] = []
    shown = timeline.shown
    for number, piece in enumerate(shown, 1):
        found = _named(piece, index, files)
        if found.take is None and look and (file := files.at_hand(piece)):
            if file not in looked:
                looked[file] = _look(library, file)
            found = looked[file].at(piece, timeline.rate, found)
        rows.append(_placed(found, timeline.rate) if found.take and found.how != "picture" else found)
        progress.step(number, len(shown), piece.called)
    sounds = tuple(piece for piece in timeline.sounds if _named(piece, index, files).take is None)
    song = heard(sounds, songs_of(library), files.at_hand, files.digest) if sounds else None
    return Identified(timeline, tuple(rows), sounds, song)


@dataclass(slots=True)
class _Index:
    """What takes are called; a name of two takes leads to both."""

    by_sha256: dict[str, Take] = field(default_factory=dict)
    by_short: dict[str, list[Take]] = field(default_factory=dict)
    by_path: dict[str, list[Take]] = field(default_factory=dict)
    by_name: dict[str, list[Take]] = field(default_factory=dict)
    by_label: dict[str, list[Take]] = field(default_factory=dict)

    @classmethod
    def of(cls, library: Library) -> _Index:
        index = cls()
        takes = {slate.take.id: slate.take for slate in library.registry.takes.slates()}
        by_sha256 = {take.sha256: take for take in takes.values()}
        for take in takes.values():
            index.by_sha256[take.sha256] = take
            index.by_short.setdefault(take.short, []).append(take)
            index.by_label.setdefault(take.label.casefold(), []).append(take)
            for name in (take.name, take.slate):
                index.call(name, take)
        for location in library.registry.media.all():
            if found := by_sha256.get(location.sha256):
                index.lies(str(library.store.path(location)), found)
        for row in library.registry.exports.all():
            if row.take_id in takes:
                index.by_sha256[row.sha256] = takes[row.take_id]
                index.lies(row.path, takes[row.take_id])
        return index

    def call(self, name: str, take: Take) -> None:
        for each in {stem(name), name.casefold()}:
            if each and take not in (held := self.by_name.setdefault(each, [])):
                held.append(take)

    def lies(self, path: str, take: Take) -> None:
        held = self.by_path.setdefault(path, [])
        if take not in held:
            held.append(take)
        self.call(path.rpartition("/")[2], take)


class _Files:
    """Media of a timeline that can be read here: where it says, beside it, or in the folders named."""

    def __init__(self, beside: Path, folders: Sequence[Path]) -> None:
        self._beside = beside
        self._folders = folders
        self._names: dict[str, list[Path]] | None = None
        self._digests: dict[Path, str] = {}

    def at_hand(self, piece: Piece) -> Path | None:
        path = local_path(piece.path)
        for candidate in [Path(path), self._beside / path] if path else []:
            try:
                if candidate.is_file():
                    return candidate
            except (OSError, ValueError):
                continue
        for name in (base_name(piece.path), piece.file, piece.name):
            found = self._named().get(name.casefold(), []) if name else []
            if len(found) == 1:
                return found[0]
        return None

    def digest(self, path: Path) -> str:
        if path not in self._digests:
            try:
                self._digests[path] = sha256_of(path)
            except OSError:
                self._digests[path] = ""
        return self._digests[path]

    def _named(self) -> dict[str, list[Path]]:
        if self._names is None:
            self._names = {}
            for folder in self._folders:
                for root, _, names in os.walk(folder):
                    for name in names:
                        self._names.setdefault(name.casefold(), []).append(Path(root) / name)
        return self._names


@dataclass(frozen=True, slots=True)
class _Looked:
    """What a media file shows, by its picture: takes at its seconds; empty where that could not be told."""

    cues: tuple[tuple[float, float, float, float, str], ...] = ()
    takes: tuple[tuple[str, Take], ...] = ()
    why: str = ""

    def at(self, piece: Piece, rate: Fraction, before: Known) -> Known:
        start = float(piece.source_in or 0)
        if piece.timecoded and start >= _HOUR:
            start %= _HOUR
        middle = start + float(piece.frames / rate * piece.speed) / 2
        for first, last, source, speed, take_id in self.cues:
            if first - 0.05 <= middle <= last + 0.05:
                into = Fraction(max(0.0, source + (start - first) * speed)).limit_denominator(90_000)
                return Known(piece, dict(self.takes)[take_id], "picture", into)
        return replace(before, why=before.why or self.why or "shows no take of this library")


def _look(library: Library, file: Path) -> _Looked:
    """Look a media file through as a film: it may hold takes under another name."""
    from circletake.workflows.analysis.locating import locate

    try:
        found = locate(library, file)
    except CircletakeError as error:
        return _Looked(why=f"its picture was not compared: {error.reason}")
    cues = tuple(
        (
            float(cue.record_in / found.rate),
            float(cue.record_out / found.rate),
            cue.source_in,
            cue.speed,
            cue.take_id,
        )
        for cue in found.cues
    )
    ids = dict.fromkeys(cue.take_id for cue in found.cues)
    return _Looked(cues, tuple((each, library.registry.takes.get(each)) for each in ids))


def _named(piece: Piece, index: _Index, files: _Files) -> Known:
    several: list[Take] = []
    for how, found in _candidates(piece, index, files):
        if len(found) == 1:
            return Known(piece, found[0], how)
        several = several or found
    if several:
        labels = ", ".join(take.label for take in several[:4])
        return Known(piece, why=f"{len(several)} takes are called so: {labels}")
    return Known(piece, why="" if piece.path or piece.file or piece.name else "nothing names it")


def _candidates(piece: Piece, index: _Index, files: _Files) -> Iterator[tuple[str, list[Take]]]:
    """Takes that each kind of evidence speaks for, the strongest kind first."""
    if found := index.by_sha256.get(piece.mark):
        yield "mark", [found]
    file = files.at_hand(piece)
    if file is not None and (found := index.by_sha256.get(files.digest(file))):
        yield "bytes", [found]
    path = local_path(piece.path)
    places = {path, str(file)} if file else {path}
    yield "path", [take for each in places for take in index.by_path.get(each, ())]
    yield "name", _called([base_name(piece.path), piece.file, piece.name], index)
    yield "reel", _called([piece.reel], index)
    yield "comment", _commented(piece.comments, index)


def _called(names: Sequence[str], index: _Index) -> list[Take]:
    several: list[Take] = []
    for name in names:
        if not name:
            continue
        for found in (
            index.by_name.get(name.casefold()),
            index.by_name.get(stem(name)),
            _by_id(name, index),
        ):
            if found and len(found) == 1:
                return found
            several = several or found or []
    return several


def _commented(comments: Sequence[str], index: _Index) -> list[Take]:
    named: list[Take] = []
    for text in comments:
        found = index.by_sha256.get(text.strip())
        each = [found] if found else _called([text, *text.split()], index)
        if not each:
            labels = _LABEL.findall(text)
            each = [take for label in labels for take in index.by_label.get(label.casefold(), ())]
        named += [take for take in each if take not in named]
    return named


def _by_id(name: str, index: _Index) -> list[Take]:
    """Takes whose short id stands in a name, as it does in every file we export."""
    return [take for short in _ID.findall(name.casefold()) for take in index.by_short.get(short, ())]


def _placed(known: Known, rate: Fraction) -> Known:
    """The source time in the take's own seconds; a take too short for it is not believed by a name."""
    piece, take = known.piece, known.take
    assert take is not None
    length = exact_seconds(take.media)
    if piece.source_in is None:
        return replace(known, why="the timeline does not tell which part of it")
    for source in dict.fromkeys(
        (piece.source_in, piece.source_in % _HOUR if piece.timecoded else piece.source_in)
    ):
        ends = source + piece.frames / rate * piece.speed
        if min(source, ends) >= -_LOOSE and max(source, ends) <= length + max(_LOOSE, 2 / rate):
            return replace(known, source_in=min(max(Fraction(0), source), length))
    if piece.timecoded or known.how in ("mark", "bytes", "path"):
        return replace(known, why="its source times lie outside the take; which part of it is not known")
    said = f"{take.label} is called so, but is only {float(length):.2f} s long"
    return Known(piece, why=said)
