"""Locate: which takes are in a finished film, frame by frame, found in its pixels alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from circletake.errors import LibraryError, MediaError, NotFound
from circletake.model.cue import CueList
from circletake.model.fingerprint import VERSION
from circletake.model.slate import Slate
from circletake.workflows import pool
from circletake.workflows.analysis.records import Records
from circletake.workflows.analysis.searching import Position, Refused, Search, Searched, search
from circletake.workflows.library import Library
from circletake.workflows.progress import Progress, silent

_CAPS = pool.Caps(cpu_seconds=6 * 3600, wall_seconds=12 * 3600)
"""One task is a whole film, which may be three hours long."""

_SOME = 200
"""Takes whose thumbnails are fetched at once."""


def locate(
    library: Library,
    film: Path,
    *,
    progress: Progress = silent,
    cancelled: Callable[[], bool] = lambda: False,
) -> CueList:
    """Find the library's takes in ``film``. Nothing is changed, nothing is kept.

    A film that breaks off is told as far as it goes, with :attr:`CueList.problem`.

    Raises:
        NotFound: there is no such file.
        LibraryError: no take has a fingerprint to compare with.
        MediaError: the film cannot be read.
        Cancelled: ``cancelled`` answered yes.
    """
    if not film.exists():
        raise NotFound(str(film), "no such file", "circletake locate VIDEO")
    with _ready(library) as ready:
        if not ready.prints.places:
            next_step = "circletake analyze" if ready.total else "circletake import FOLDER"
            raise LibraryError("locate", "no take has a fingerprint to compare with", next_step)
        position = Position(ready.staging / "position")
        watch = _watching(position, progress, cancelled)
        ((_, result),) = pool.run([ready.task(film)], search, workers=1, caps=_CAPS, cancelled=watch)
        found = ready.told(film, result)
    if isinstance(found, MediaError):
        raise found
    return found


def locate_each(
    library: Library, films: Sequence[Path], *, progress: Progress = silent
) -> Iterator[tuple[Path, CueList | MediaError]]:
    """The same for several films, one after another; the library is made ready once for all of them.

    Yields each film with what was found, or with why it cannot be read; nothing where no take has a
    fingerprint to compare with.
    """
    if not films:
        return
    with _ready(library) as ready:
        if not ready.prints.places:
            return
        tasks = [ready.task(film) for film in films]
        by_task = {task.film: film for task, film in zip(tasks, films, strict=True)}
        # One worker, since each holds the whole library.
        for task, result in pool.run(tasks, search, workers=1, caps=_CAPS, progress=progress):
            film = by_task[task.film]
            yield film, ready.told(film, result)


@dataclass(frozen=True, slots=True)
class _Ready:
    """What every search of a library needs, out of the registry's hands.

    Attributes:
        total: takes of the library, those without a record too.
    """

    staging: Path
    prints: Records
    pictures: Records
    copies: tuple[str, ...]
    total: int

    def task(self, film: Path) -> Search:
        """The search of one film."""
        position = str(self.staging / "position")
        return Search(str(film.absolute()), self.prints, self.pictures, position, self.copies)

    def told(self, film: Path, found: Searched | Refused | pool.Failure) -> CueList | MediaError:
        """What a worker answered."""
        if isinstance(found, Refused):
            return MediaError(found.thing, found.reason, found.next_step)
        if isinstance(found, pool.Failure):
            return MediaError(film.name, found.reason)
        compared = len(self.prints.places) - found.damaged
        return CueList(
            # A name that is not UTF-8 comes as lone surrogates, which no page or timeline can hold.
            film=film.name.encode("utf-8", "replace").decode(),
            sha256=found.sha256,
            rate=found.rate,
            frames=found.frames,
            cues=found.cues,
            gaps=found.gaps,
            takes=compared,
            waiting=self.total - compared,
            width=found.width,
            height=found.height,
            problem=found.problem,
            sound=found.sound,
        )


@contextmanager
def _ready(library: Library) -> Iterator[_Ready]:
    total = library.registry.takes.count()
    with library.staging() as staging:
        prints, pictures = _records(library, staging)
        yield _Ready(staging, prints, pictures, _copies(library), total)


def slates_of(library: Library, cues: CueList) -> dict[str, Slate]:
    """What is known of every take that is in the film, and of those that came near, by take id."""
    named = [cue.take_id for cue in cues.cues] + [gap.nearest for gap in cues.gaps if gap.nearest]
    return {take_id: library.registry.takes.slate(take_id) for take_id in dict.fromkeys(named)}


def _copies(library: Library) -> tuple[str, ...]:
    """Takes that are versions of others or folded under them: a film is told to show the other."""
    folded = {
        member.take_id
        for stack in library.registry.stacks.current()
        for member in stack.members
        if member.likeness.band.folds
    }
    return tuple(sorted(folded | library.registry.versions.all().keys()))


def _records(library: Library, staging: Path) -> tuple[Records, Records]:
    """Fingerprints and thumbnails of all takes that have both, out of the registry's hands."""
    analyses = library.registry.analyses
    packed = analyses.fingerprints(VERSION)

    def thumbnails() -> Iterator[tuple[str, bytes]]:
        for some in _in_parts(list(packed)):
            yield from analyses.thumbnails(VERSION, some).items()

    pictures = Records.fill(staging / "pictures", thumbnails())
    prints = Records.fill(
        staging / "prints", ((each, packed[each]) for each in packed if each in pictures.places)
    )
    return prints, pictures


def _in_parts(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(ids), _SOME):
        yield ids[start : start + _SOME]


def _watching(position: Position, progress: Progress, cancelled: Callable[[], bool]) -> Callable[[], bool]:
    """``cancelled``, which the pool asks twice a second, telling how far the worker is each time."""

    def watch() -> bool:
        told = position.read()
        if told and told[1]:
            progress.step(min(told), told[1])
        return cancelled()

    return watch
