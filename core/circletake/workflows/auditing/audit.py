"""Auditing: gather what a folder holds, put every rule to it, say what came of it.

It works on the folder alone, for somebody who has nothing else; with a library it knows more.
Nothing here reaches the network, and everything in the folder is a stranger's word.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from circletake.audit.case import RECORD, SUMS, build_case
from circletake.audit.judge import judge
from circletake.audit.profiles import HOUSE, profile_named
from circletake.audit.record import LARGEST, is_foreign, read_release, read_sums
from circletake.errors import BadInput, NotFound
from circletake.model.audit import Audit, Profile
from circletake.model.case import FileCase, Known, ListUsed
from circletake.model.export import Release
from circletake.model.fingerprint import VERSION
from circletake.model.text import printable
from circletake.plugins.manager import aside
from circletake.workflows import pool
from circletake.workflows.auditing.looking import Look, look, unreadable
from circletake.workflows.auditing.sharing import Sharing
from circletake.workflows.progress import Progress, silent

if TYPE_CHECKING:
    from circletake.plugins.manager import PluginManager
    from circletake.protocols import AuditRule
    from circletake.provenance.trust import TrustList
    from circletake.workflows.library import Library

MOST_FILES = 1_000_000
"""No folder of releases holds so many; a whole disk named by mistake does."""

_FEW = 500
"""Files that fit into memory as they come, some 40 kB each; keeping equal parts once costs time."""

_SLOWEST = 20_000_000
"""Bytes a second at which the slowest machine we think of looks at a file."""


def audit_folder(
    path: Path,
    *,
    manager: PluginManager,
    library: Library | None = None,
    trust: Sequence[TrustList] = (),
    progress: Progress = silent,
    at: datetime | None = None,
    moment: datetime | None = None,
    profile: Profile | None = None,
) -> Audit:
    """Audit a release folder, or one file.

    Args:
        path: a folder, or a single file in it.
        library: adds what the registry knows of exported files and of pictures.
        trust: lists that signers are held against; see :func:`trust_lists`.
        at: the time written into the audit; now without one.
        moment: judge certificates as of then; as of now without one. Whether a list knows a signer is
            judged as of now, and said so.
        profile: which rules matter and how much; the house's own without one.

    Raises:
        NotFound: there is nothing at ``path``.
        BadInput: it holds nothing to audit.
    """
    found = _find(path)
    files = _looked_at(found, tuple(trust), moment, progress)
    if library is not None:
        files = _known(files, library)
    release, problem = _release(found)
    sums = _sums(found)
    if release is None and not problem and not any(_can_be_audited(f) for f in files):
        raise BadInput(str(path), "holds no video to audit", "name a release folder or a video")
    seal = next((f.credentials for f in files if f.kind == "record"), None)
    foreign = bool(problem) and not (seal and seal.present) and is_foreign(found.root / RECORD)
    if foreign:
        problem = ""
    case = build_case(
        found.name,
        files,
        release=release,
        release_problem=problem,
        seal=seal,
        sums=sums,
        library=library is not None,
        dated=[ListUsed(each.label, _date(each.date), each.kind) for each in trust],
        at=moment or at or datetime.now(UTC),
        moment=moment,
        alone=not found.whole,
        foreign=foreign,
    )
    del files  # what the case holds of them is enough
    if library is not None:
        from circletake.workflows.auditing.recognising import recognised

        case = replace(case, files=recognised(case.files, found.root, library, progress))
    offered = {id(o.item): o for o in manager.audit_rules()}

    def blame(rule: AuditRule[Any], error: Exception) -> None:
        manager.blame(offered[id(rule)].ref, error)

    rules = [(o.item, _settings(o.item, library)) for o in offered.values()]
    with aside():
        return judge(case, rules, blame=blame, at=at, profile=profile or profile_named(HOUSE))


def moment_named(text: str) -> datetime:
    """The moment that ``text`` names; a bare date is its end, a time without a zone is UTC.

    Raises:
        BadInput: it names none.
    """
    try:
        if len(text) == len("2026-08-05"):
            return datetime.combine(date.fromisoformat(text), time.max, UTC).replace(microsecond=0)
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise BadInput(
            f"--at {printable(text, 40)}", "names no moment", "write 2026-08-05 or 2026-08-05T12:00:00Z"
        ) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def trust_lists(home: Path, extra: Sequence[Path] = (), audited: Sequence[Path] = ()) -> list[TrustList]:
    """The user's lists, their own key, and PEM files named for this once.

    Args:
        home: the user's folder of keys and lists.
        audited: what is being audited; a certificate from inside it vouches for nothing.

    Raises:
        BadInput: a PEM file lies in what is audited.
        KeyProblem: a PEM file holds no authority's certificate, or a private key.
    """
    from circletake.provenance.keys import KeyRing
    from circletake.provenance.trust import TrustList, TrustStore, authorities

    lists = list(TrustStore(home).lists())
    keys = KeyRing(home)
    if keys.exists:
        lists.append(keys.anchor())
    for pem in extra:
        place = pem.resolve()
        if any(place.is_relative_to(folder.resolve()) for folder in audited):
            raise BadInput(
                str(pem),
                "lies in what is being audited; a certificate cannot vouch for itself",
                "get it from its owner by another way",
            )
        lists.append(TrustList(pem.name, "named for this audit", authorities(pem)))
    return lists


@dataclass(frozen=True, slots=True)
class _Found:
    """The plain files under ``root``, and entries that are not plain files with the reason."""

    root: Path
    name: str
    files: tuple[str, ...]
    odd: Mapping[str, str]
    whole: bool


def _find(path: Path) -> _Found:
    if not path.exists():
        raise NotFound(str(path), "no such file or folder", "name a release folder or a video")
    if not path.is_dir():
        if not path.is_file():
            raise BadInput(str(path), "is not a plain file", "name a release folder or a video")
        return _Found(path.parent, path.name, (path.name,), {}, whole=False)
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
    return _Found(path, path.resolve().name, tuple(files), odd, whole=True)


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


def _caps(found: _Found) -> pool.Caps:
    """A minute for each file, and more where the largest takes longer to be hashed a few times."""
    largest = max((_size(found.root / place) for place in found.files), default=0)
    seconds = 60 + largest // _SLOWEST
    return pool.Caps(cpu_seconds=seconds, wall_seconds=4 * seconds)


def _size(path: Path) -> int:
    try:
        return path.lstat().st_size
    except OSError:
        return 0


def _looked_at(
    found: _Found, trust: tuple[TrustList, ...], moment: datetime | None, progress: Progress
) -> list[FileCase]:
    tasks = (Look(str(found.root), place, trust, moment) for place in sorted(found.files))
    looked: list[FileCase] = [unreadable(place, reason) for place, reason in found.odd.items()]
    sharing = Sharing() if len(found.files) > _FEW else None
    for task, result in pool.run(
        tasks, look, caps=_caps(found), ahead=(*pool.READING, look.__module__), progress=progress
    ):
        case = result if isinstance(result, FileCase) else unreadable(task.path, result.reason)
        looked.append(_shared(case, sharing) if sharing else case)
    return looked


def _shared(case: FileCase, sharing: Sharing) -> FileCase:
    """``case`` with what files have in common kept once; its path and digest are its own."""
    return replace(
        case,
        kind=sharing.of(case.kind),
        credentials=sharing.of(case.credentials),
        media=sharing.of(case.media),
        tags=sharing.of(case.tags),
        layout=sharing.of(case.layout),
    )


def _release(found: _Found) -> tuple[Release | None, str]:
    if not found.whole or RECORD not in found.files:
        return None, ""
    try:
        return read_release(_head(found.root / RECORD)), ""
    except BadInput as error:
        return None, error.reason
    except OSError as error:
        return None, error.strerror or str(error)


def _sums(found: _Found) -> dict[str, str]:
    if not found.whole or SUMS not in found.files:
        return {}
    try:
        return read_sums(_head(found.root / SUMS))
    except OSError:
        return {}


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(LARGEST + 1)


def _can_be_audited(file: FileCase) -> bool:
    """A video, what may hold one, a still with credentials, or a report sealed as it says itself."""
    return (
        file.signed_picture
        or file.kind in ("video", "archive")
        or (file.kind == "report" and (file.credentials.present or file.names_seal != ""))
    )


def _date(text: str) -> str:
    """``text`` where it is an ISO date; a list named for once bears none."""
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return ""


def _fingerprinted(library: Library) -> frozenset[str]:
    """Digests of the takes whose fingerprints the library holds: the way back from a bare picture."""
    held = library.registry.analyses.fingerprints(VERSION).keys()
    return frozenset(s.take.sha256 for s in library.registry.takes.slates() if s.take.id in held)


def _known(files: Sequence[FileCase], library: Library) -> list[FileCase]:
    """``files`` with what the registry holds of those it exported."""
    exports = library.registry.exports
    rows = {file.path: exports.by_sha256(file.sha256) for file in files if file.kind == "video"}
    held = _fingerprinted(library) if any(rows.values()) else frozenset()
    told: list[FileCase] = []
    for file in files:
        row = rows.get(file.path)
        if row is not None:
            whole = bool(row.prompts) and held >= row.prompts.keys()
            file = replace(file, known=Known(row.sha256, row.release, row.at.isoformat(), row.prompts, whole))
        told.append(file)
    return told


def _settings(rule: AuditRule[Any], library: Library | None) -> Any:
    from circletake.plugins.settings import settings_of

    return settings_of(rule, library.settings.plugin(rule.about.name) if library else {})
