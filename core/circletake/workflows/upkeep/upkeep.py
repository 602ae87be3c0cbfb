"""Keeping the library sound: are the bytes still right, where did files go, and a copy of the record."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from circletake.errors import LibraryError, MediaError
from circletake.model.location import Location, LocationState
from circletake.workflows.progress import Progress, silent

if TYPE_CHECKING:
    from circletake.workflows.library import Library

ROUND_LASTS = 7 * 24 * 3600
"""Seconds after which an unfinished round of verifying starts over."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """A file that is not as it was recorded.

    Attributes:
        take: the take's label.
        note: what was done about it, or can be.
    """

    take: str
    path: str
    state: LocationState
    note: str = ""


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """What a round of verifying told.

    Attributes:
        states: files by state, quarantined ones of earlier rounds included.
        resumed: files an interrupted round had checked already.
        unreadable: labels of takes that no file shows any more.
    """

    files: int
    states: Mapping[LocationState, int]
    troubles: tuple[Trouble, ...]
    resumed: int
    unreadable: tuple[str, ...]

    @property
    def sound(self) -> bool:
        """Every file is as it was recorded."""
        return not self.troubles and not self.unreadable


def verify(library: Library, *, progress: Progress = silent) -> VerifyReport:
    """Read every file again and compare it with its recorded digest; the record is never changed.

    A stored file that fails is moved to quarantine; a file in place is only reported. One that
    cannot be read counts as missing, with the reason. An interrupted round goes on where it stopped.
    """
    from circletake.media.probe import picture_sha256

    journal = _Round(library.home / "verify.journal")
    locations = list(library.registry.media.all())
    states: Counter[LocationState] = Counter()
    troubles: list[Trouble] = []
    shown: dict[str, bool] = {}
    resumed = 0
    for done, location in enumerate(locations, 1):
        note = ""
        state = journal.checked.get(_key(location))
        if location.state is LocationState.QUARANTINED:
            state = location.state
        elif state is not None:
            resumed += 1
        else:
            take = library.registry.takes.by_sha256(location.sha256)
            expected = take.media.picture_sha256 if take else ""
            try:
                state = library.store.look(location, picture_sha256, expected)
            except MediaError as error:
                # Nothing was learnt that could be recorded, and the other files matter as much.
                state, note = LocationState.MISSING, f"{error.reason}; {error.next_step}"
            else:
                state, note = _settle(library, location, state)
                journal.add(_key(location), state)
        states[state] += 1
        readable = state in (LocationState.OK, LocationState.REWRAPPED)
        shown[location.sha256] = shown.get(location.sha256, False) or readable
        if state is not LocationState.OK:
            label = _label(library, location.sha256)
            note = note or _ADVICE.get(state, "")
            troubles.append(Trouble(label, str(library.store.path(location)), state, note))
        progress.step(done, len(locations), location.path)
    journal.finish()
    lost = tuple(_label(library, sha256) for sha256, seen in shown.items() if not seen)
    return VerifyReport(len(locations), dict(states), tuple(troubles), resumed, lost)


_ADVICE = {
    LocationState.REWRAPPED: "the picture is the same; a program wrote into the file",
    LocationState.ALTERED: "left where it is; import the original again if you have it",
    LocationState.QUARANTINED: "moved aside, never deleted; import the original again if you have it",
}


def _settle(library: Library, location: Location, state: LocationState) -> tuple[LocationState, str]:
    """Record what was seen; move a stored file aside whose picture is not the recorded one."""
    media = library.registry.media
    if state is LocationState.ALTERED and location.stored:
        aside = library.store.quarantine(location)
        media.mark(location, LocationState.QUARANTINED)
        return LocationState.QUARANTINED, f"moved to {aside}"
    mtime_ns = None
    if state is LocationState.OK:
        mtime_ns = library.store.path(location).stat().st_mtime_ns
    if (state, mtime_ns) != (location.state, location.mtime_ns):
        media.mark(location, state, mtime_ns)
    return state, ""


class _Round:
    """A round of verifying, written down file by file so that it can go on after a kill."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.checked: dict[str, LocationState] = {}
        if path.is_file():
            if time.time() - path.stat().st_ctime > ROUND_LASTS:
                path.unlink()
            else:
                self._read()

    def _read(self) -> None:
        for line in self._path.read_text(encoding="utf-8", errors="replace").splitlines():
            try:
                key, state = json.loads(line)
                self.checked[str(key)] = LocationState(state)
            except (ValueError, TypeError):
                continue

    def add(self, key: str, state: LocationState) -> None:
        """Write one file down."""
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps([key, state.value]) + "\n")

    def finish(self) -> None:
        """The round is over; the next one starts from the first file."""
        self._path.unlink(missing_ok=True)


def _key(location: Location) -> str:
    return f"{location.sha256} {location.path}"


def _label(library: Library, sha256: str) -> str:
    take = library.registry.takes.by_sha256(sha256)
    return take.label if take else sha256[:8]


@dataclass(frozen=True, slots=True)
class Found:
    """A file that was missing and lies elsewhere now."""

    take: str
    before: str
    now: str


@dataclass(frozen=True, slots=True)
class RelinkReport:
    """What a search told.

    Attributes:
        missing: label and path of files that were not found.
        read: files that had the size of a missing one and were read to be sure.
    """

    found: tuple[Found, ...]
    missing: tuple[tuple[str, str], ...]
    read: int


def relink(
    library: Library, folders: Sequence[Path], *, dry_run: bool = False, progress: Progress = silent
) -> RelinkReport:
    """Find files that were moved on disk, by size and then by sha256.

    Originals of takes whose only file was altered or quarantined are found as well.

    Raises:
        MediaError: a folder is not there.
    """
    from circletake.files import sha256_of
    from circletake.workflows.intake.surveying import survey

    for folder in folders:
        if not folder.expanduser().exists():
            raise MediaError(str(folder), "no such folder")
    media = library.registry.media
    lost = _lost(library)
    sizes = {place.size for place in lost}
    candidates = [c for c in survey(folders).files if c.size in sizes] if lost else []
    by_sha256: dict[str, tuple[str, int]] = {}
    for done, candidate in enumerate(candidates, 1):
        try:
            by_sha256[sha256_of(candidate.path)] = (str(candidate.path), candidate.mtime_ns)
        except OSError:
            continue
        finally:
            progress.step(done, len(candidates), candidate.shown)
    found: list[Found] = []
    missing: list[tuple[str, str]] = []
    for place in lost:
        label = _label(library, place.sha256)
        here = by_sha256.get(place.sha256)
        if here is None:
            missing.append((label, place.path))
            if not dry_run and place.state is LocationState.OK:
                media.mark(place, LocationState.MISSING)
            continue
        found.append(Found(label, place.path, here[0]))
        if not dry_run:
            now = Location(place.sha256, here[0], False, place.size, here[1])
            with library.registry.batch():
                if place.state not in (LocationState.ALTERED, LocationState.QUARANTINED):
                    media.move(place, here[0])
                media.add(now)
    return RelinkReport(tuple(found), tuple(missing), len(candidates))


def _lost(library: Library) -> list[Location]:
    """Places without their file, and those that hold something else while no other place is sound."""
    there = [(place, library.store.path(place).is_file()) for place in library.registry.media.all()]
    readable = (LocationState.OK, LocationState.MISSING, LocationState.REWRAPPED)
    sound = {place.sha256 for place, here in there if here and place.state in readable}
    return [
        place for place, here in there if (not here if place.state in readable else place.sha256 not in sound)
    ]


def backup(library: Library, to: Path) -> Path:
    """Copy the registry to ``to``: every decision, recipe and measurement, but no media.

    Raises:
        LibraryError: ``to`` exists or cannot be written.
    """
    to = to.expanduser().resolve()
    if to.is_dir():
        raise LibraryError(str(to), "is a folder", "name a file in it")
    library.registry.backup(to)
    return to
