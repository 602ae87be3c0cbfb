"""Finding what is to be audited below a path: every release for itself, then what lies outside of them.

A release has a list of its own, and only that says what belongs to it. So a folder above some, as an
unpacked archive gives it, is taken apart, each file to the innermost release it lies in. Anybody can put a
list into a folder: what lies in one release inside another is counted as a stranger of the outer one, too.
A folder that an outer list has files in is a part of that release; as anybody can have put that list there,
one with a list and a seal of its own is audited by those as well.
"""

from __future__ import annotations

import os
import stat
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from circletake.audit.case import RECORD, SUMS
from circletake.audit.record import LARGEST, is_foreign, read_release, read_sums
from circletake.errors import BadInput, NotFound
from circletake.model.case import FileCase

if TYPE_CHECKING:
    from circletake.model.export import Release

MOST_FILES = 1_000_000
"""No folder of releases holds so many; a whole disk named by mistake does."""

SEAL = f"{RECORD}.c2pa"


@dataclass(frozen=True, slots=True)
class Found:
    """What one audit is about: plain files under ``root``, and other entries with why they are not looked at.

    Attributes:
        named: the path that a person named, at or above ``root``.
        name: of ``root`` for people, from the folder that was named on.
        files: relative to ``root``, with forward slashes.
        whole: a folder was named, not a file.
        release: it has a list of its own, or what is left of one.
        outside: other folders below ``named`` are releases, and these files lie in none of them.
        within: folders below ``root`` that are audited for themselves, in order, with how many files and
            other entries lie below each; none lies in another.
        above: what each ``SHA256SUMS`` that lies outside of all releases, at whatever depth, says of these
            files; files that are missing, and would lie in none that is here, count as outside.
    """

    named: Path
    root: Path
    name: str
    files: tuple[str, ...]
    odd: Mapping[str, str] = field(default_factory=dict)
    whole: bool = True
    release: bool = False
    outside: bool = False
    within: Mapping[str, int] = field(default_factory=dict)
    above: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def record(self) -> tuple[Release | None, str]:
        """What its ``release.json`` says, and why that cannot be used; neither where there is none."""
        if not self.whole or RECORD not in self.files:
            return None, ""
        return _record(self.root)

    def sums(self) -> dict[str, str]:
        """Digests by path of its own ``SHA256SUMS``, but of what is audited for itself."""
        if not self.whole or SUMS not in self.files:
            return {}
        inner = tuple(self.within)
        return {path: digest for path, digest in _sums(self.root).items() if not _first_of(path, inner)}


Looked = list[tuple[Found, list[FileCase]]]
"""What audits are about, each with its files as they were looked at."""


def find(path: Path) -> list[Found]:
    """What is to be audited at ``path``: releases by their paths, then what lies outside of all.

    Raises:
        NotFound: there is nothing.
        BadInput: it is no plain file, or holds too many.
    """
    if not path.exists():
        raise NotFound(str(path), "no such file or folder", "name a release folder or a video")
    if not path.is_dir():
        if not path.is_file():
            raise BadInput(str(path), "is not a plain file", "name a release folder or a video")
        return [Found(path, path.parent, path.name, (path.name,), whole=False)]
    files: list[str] = []
    odd: dict[str, str] = {}
    for entry, place in _entries(path):
        if isinstance(entry, OSError):
            odd[place] = f"a folder that cannot be opened: {entry.strerror}"
        elif entry.is_symlink():
            odd[place] = "a link; not followed"
        elif entry.is_file(follow_symlinks=False):
            files.append(place)
        else:
            odd[place] = "not a plain file"
        if len(files) + len(odd) > MOST_FILES:
            raise BadInput(str(path), f"holds more than {MOST_FILES} files", "name the release folder itself")
    return _parted(path, files, odd)


def _parted(path: Path, files: Sequence[str], odd: Mapping[str, str]) -> list[Found]:
    """One for each release, and one for what lies in none; a folder without releases is one itself."""
    top = path.resolve().name
    owner = _releases(path, [*files, *odd])
    theirs: dict[str, tuple[list[str], dict[str, str]]] = {each: ([], {}) for each in owner.releases}
    for place in files:
        theirs.setdefault(owner.of(place), ([], {}))[0].append(_below(owner.of(place), place))
    for place, why in odd.items():
        theirs.setdefault(owner.of(place), ([], {}))[1][_below(owner.of(place), place)] = why
    if not theirs:
        return [Found(path, path, top, ())]
    many = owner.below({folder: len(mine) + len(others) for folder, (mine, others) in theirs.items()})
    above = _above(path, theirs[""][0], owner) if len(theirs) > 1 and "" in theirs else {}
    theirs |= _twice(owner, theirs)
    if sum(len(mine) for mine, _ in theirs.values()) > MOST_FILES:
        raise BadInput(str(path), "holds too many lists of the same files", "name the release folder itself")
    return [
        Found(
            path,
            path / folder,
            _named(top, folder, owner),
            tuple(mine),
            others,
            release=bool(folder) or "" in owner.releases,
            outside=not folder and "" not in owner.releases and bool(owner.releases),
            within={inner: many[_under(folder, inner)] for inner in owner.within(folder)},
            above=above.get(folder, {}),
        )
        for folder, (mine, others) in sorted(theirs.items(), key=lambda one: _in_order(one[0], owner))
    ]


def _twice(
    owner: _Owners, theirs: Mapping[str, tuple[list[str], dict[str, str]]]
) -> dict[str, tuple[list[str], dict[str, str]]]:
    """By folder that is audited by its own list as well, what of the outer release lies in it."""
    found = {}
    for folder, outer in owner.parts.items():
        files, odd = theirs[outer]
        inner = _slashed(_below(outer, folder))
        here = [place.removeprefix(inner) for place in files if place.startswith(inner)]
        found[folder] = here, {p.removeprefix(inner): w for p, w in odd.items() if p.startswith(inner)}
    return found


def _above(path: Path, loose: Sequence[str], owner: _Owners) -> dict[str, dict[str, tuple[str, ...]]]:
    """By release, and by nothing for what lies in none, the digests that lists above say of its files.

    Args:
        loose: files that lie in no release below ``path``; of a release there, only its own list is one.
    """
    told: dict[str, dict[str, tuple[str, ...]]] = {}
    tops = owner.within("")
    inner = {each: owner.within(each) for each in tops}
    for sums in (place for place in loose if _name(place) == SUMS):
        above = _folder(sums)
        if above and "" in owner.releases:
            continue
        for place, digest in _sums(path / above).items():
            # What a stranger lists may be any number of folders deep, so its folders are not gone through.
            listed = _under(above, place)
            folder = _first_of(listed, tops)
            if folder and _first_of(_below(folder, listed), inner[folder]):
                continue
            if folder or "" not in owner.releases:
                mine = told.setdefault(folder, {})
                mine[_below(folder, listed)] = (*mine.get(_below(folder, listed), ()), digest)
    return told


def _named(top: str, folder: str, owner: _Owners) -> str:
    if folder:
        return f"{top}/{folder}"
    return f"{top}, outside its releases" if owner.releases and "" not in owner.releases else top


def _in_order(folder: str, owner: _Owners) -> tuple[bool, str]:
    return not folder and "" not in owner.releases, folder


class _Owners:
    """Which release a path lies in; all are relative to the folder that was named, which is the empty one."""

    def __init__(self) -> None:
        self.releases: set[str] = set()
        self.parts: dict[str, str] = {}
        """Folders with a list and a seal of their own that the list of the outer release has files in."""
        self._of = {"": ""}
        self._within: dict[str, list[str]] = {}

    def add(self, release: str) -> None:
        """Take in a release; outer ones come first, since what was asked of is remembered."""
        if release:
            self._within.setdefault(self.of(release), []).append(release)
        self.releases.add(release)
        self._of[release] = release

    def of(self, place: str) -> str:
        """The innermost release above ``place``; empty where there is none, or it is the named folder."""
        climbed = []
        folder = place.rpartition("/")[0]
        while folder not in self._of:
            climbed.append(folder)
            folder = folder.rpartition("/")[0]
        found = self._of[folder]
        self._of.update(dict.fromkeys(climbed, found))
        return found

    def below(self, own: Mapping[str, int]) -> dict[str, int]:
        """How many entries lie in each release, those of releases in it too; ``own`` counts without them."""
        many = {release: own.get(release, 0) for release in self.releases}
        for outer in sorted(self._within, key=lambda each: each.count("/") + bool(each), reverse=True):
            if outer in many:
                many[outer] += sum(many[inner] for inner in self._within[outer])
        return many

    def within(self, release: str) -> tuple[str, ...]:
        """Releases that lie in this one and in none between, relative to it."""
        theirs = self._within.get(self.parts.get(release, release), ())
        start = _slashed(release) if release else ""
        inner = (_below(release, each) for each in theirs if each.startswith(start))
        return tuple(sorted(inner, key=_slashed))


def _under(folder: str, inner: str) -> str:
    return f"{folder}/{inner}" if folder else inner


def _slashed(folder: str) -> str:
    """A folder as it sorts among the paths in it and beside it."""
    return f"{folder}/"


def _below(folder: str, place: str) -> str:
    return place[len(folder) + 1 :] if folder else place


def _releases(root: Path, places: Sequence[str]) -> _Owners:
    """The folders that are releases: with a list of ours, its seal, or sums of either.

    One that a list above it has files in is a part of that release, whatever was put into it.
    """
    marked = {_folder(place) for place in places if _name(place) == SEAL}
    sealed = {_folder(place) for place in places if _name(place) == RECORD} & marked
    listed = {_folder(place) for place in places if _name(place) == RECORD} - marked
    marked |= {folder for folder in listed if not _is_of_another_program(root / folder / RECORD)}
    for place in places:
        if _name(place) == SUMS and _folder(place) not in marked:
            sums = _sums(root / _folder(place))
            if RECORD in sums or SEAL in sums:
                marked.add(_folder(place))
    found = _Owners()
    lists: dict[str, list[str]] = {}
    for folder in sorted(marked, key=lambda each: (each.count("/") + bool(each), each)):
        outer = found.of(folder)
        if folder and outer in found.releases:
            if outer not in lists:
                lists[outer] = sorted(_listed(root / outer))
            if _names_any(lists[outer], _below(outer, folder)):
                if folder in sealed:
                    found.parts[folder] = outer
                continue
        found.add(folder)
    return found


def _is_of_another_program(record: Path) -> bool:
    return _is_plain(record) and is_foreign(record)


def _folder(place: str) -> str:
    return place.rpartition("/")[0]


def _name(place: str) -> str:
    return place.rpartition("/")[2]


def _listed(folder: Path) -> list[str]:
    release, _ = _record(folder)
    return [file.path for file in release.files] if release else []


def _names_any(listed: Sequence[str], folder: str) -> bool:
    """Whether any path of ``listed``, which is sorted, lies in ``folder``."""
    first = bisect_left(listed, _slashed(folder))
    return first < len(listed) and listed[first].startswith(_slashed(folder))


def _first_of(path: str, folders: Sequence[str]) -> str:
    """The one of ``folders``, sorted and none within another, that ``path`` lies in; else empty."""
    last = bisect_right(folders, path, key=_slashed) - 1
    return folders[last] if last >= 0 and path.startswith(_slashed(folders[last])) else ""


def _record(folder: Path) -> tuple[Release | None, str]:
    try:
        return (read_release(_head(folder / RECORD)), "") if _is_plain(folder / RECORD) else (None, "")
    except BadInput as error:
        return None, error.reason
    except OSError as error:
        return None, error.strerror or str(error)


def _sums(folder: Path) -> dict[str, str]:
    try:
        return read_sums(_head(folder / SUMS)) if _is_plain(folder / SUMS) else {}
    except OSError:
        return {}


def _is_plain(path: Path) -> bool:
    """Whether it can be opened and read to its end: links are not followed, pipes have none."""
    return stat.S_ISREG(path.lstat().st_mode)


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(LARGEST + 1)


def _entries(root: Path) -> Iterator[tuple[os.DirEntry[str] | OSError, str]]:
    """Every entry below ``root`` that is not a plain folder, with its path under it.

    A folder that cannot be opened, or lies deeper than a path can be long, comes with the reason.
    """
    waiting = [root]
    folders = 0
    while waiting:
        folder = waiting.pop()
        folders += 1
        if folders > MOST_FILES:
            raise BadInput(
                str(root), f"holds more than {MOST_FILES} folders", "name the release folder itself"
            )
        try:
            entries = os.scandir(folder)
        except OSError as error:
            yield error, folder.relative_to(root).as_posix()
            continue
        with entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(Path(entry.path))
                else:
                    yield entry, Path(entry.path).relative_to(root).as_posix()
