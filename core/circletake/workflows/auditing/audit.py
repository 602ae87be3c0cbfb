"""Auditing: gather what folders hold, put every rule to it, say what came of it.

It works on the folders alone, for somebody who has nothing else; with a library it knows more.
Nothing here reaches the network, and everything in a folder is a stranger's word.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from circletake.audit.case import RECORD, build_case
from circletake.audit.judge import judge
from circletake.audit.profiles import HOUSE, profile_named
from circletake.audit.record import is_foreign
from circletake.errors import BadInput, CircletakeError, NotFound
from circletake.model.audit import Audit, Profile
from circletake.model.case import FileCase, ListUsed
from circletake.model.text import counted, printable
from circletake.plugins.manager import aside
from circletake.workflows import pool
from circletake.workflows.auditing.finding import SEAL, Found, Looked, find
from circletake.workflows.auditing.looking import Look, look, unreadable
from circletake.workflows.auditing.sharing import Sharing
from circletake.workflows.progress import Progress, silent

if TYPE_CHECKING:
    from circletake.plugins.manager import PluginManager
    from circletake.protocols import AuditRule
    from circletake.provenance.trust import TrustList
    from circletake.workflows.library import Library

_FEW = 500
"""Files that fit into memory as they come, some 40 kB each; keeping equal parts once costs time."""

_SLOWEST = 20_000_000
"""Bytes a second at which the slowest machine we think of looks at a file."""


@dataclass(frozen=True, slots=True)
class Audited:
    """What came of some paths.

    Attributes:
        audits: in the order of the paths; of each its releases, then what lies outside of them.
        problems: why a path could not be audited, one for each of those.
    """

    audits: tuple[Audit, ...]
    problems: tuple[CircletakeError, ...]


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
    """Audit one release, named by its folder or by one above it, any other folder, or one file.

    Releases that lie in the one that is named are counted as what its list does not have.

    Args:
        path: a folder, or a single file in it; the rest as in :func:`audit_each`.

    Raises:
        NotFound: there is nothing at ``path``.
        BadInput: it holds nothing to audit, or several releases.
    """
    done = audit_each(
        [path],
        manager=manager,
        library=library,
        trust=trust,
        progress=progress,
        at=at,
        moment=moment,
        profile=profile,
        one=True,
    )
    for problem in done.problems:
        raise problem
    return done.audits[0]


def audit_each(
    paths: Sequence[Path],
    *,
    manager: PluginManager,
    library: Library | None = None,
    trust: Sequence[TrustList] = (),
    progress: Progress = silent,
    at: datetime | None = None,
    moment: datetime | None = None,
    profile: Profile | None = None,
    one: bool = False,
) -> Audited:
    """Audit release folders, folders that hold some, and single files; all are looked at in one go.

    Every release is judged for itself and by its own list, wherever below a path it lies. What lies in none
    is one audit more, where any of it can be audited.

    Args:
        library: adds what the registry knows of exported files and of pictures.
        trust: lists that signers are held against; see :func:`trust_lists`.
        at: the time written into the audits; now without one.
        moment: judge certificates as of then; as of now without one. Whether a list knows a signer is
            judged as of now, and said so.
        profile: which rules matter and how much; the house's own without one.
        one: a paper is to be written of one of them, the first: the release that was named, or the only one.

    Raises:
        BadInput: there would be several, one is wanted, and it is not plain which.
    """
    found, problems = _found(paths)
    if one:
        _refuse_several([each for each in found if each.release])
    looked = _looked_at(found, tuple(trust), moment, progress)
    both = [(each, files) for each, files in zip(found, looked, strict=True) if _holds_any(each, files)]
    del looked
    if one:
        both = [(each, files) for each, files in both if not _as_listed(each, files)]
        _refuse_several([each for each, _ in both])
    for path in dict.fromkeys(each.named for each in found):
        if not any(each.named == path for each, _ in both):
            nothing = BadInput(str(path), "holds no video to audit", "name a release folder or a video")
            problems.append(nothing)
    register = None
    if library is not None:
        from circletake.workflows.auditing.knowing import Register, known, matched

        both = matched(known(both, library), library, progress)
        register = Register(library)
    offered = {id(o.item): o for o in manager.audit_rules()}

    def blame(rule: AuditRule[Any], error: Exception) -> None:
        manager.blame(offered[id(rule)].ref, error)

    rules = [(o.item, _settings(o.item, library)) for o in offered.values()]
    dated = [ListUsed(each.label, _date(each.date), each.kind) for each in trust]
    beside = _signed_beside(both)
    audits: list[Audit] = []
    for each, files in _taken(both):
        release, problem = each.record()
        seal = next((f.credentials for f in files if f.kind == "record"), None)
        foreign = bool(problem) and SEAL not in (*each.files, *each.odd) and is_foreign(each.root / RECORD)
        case = build_case(
            each.name,
            files,
            release=release,
            release_problem="" if foreign else problem,
            seal=seal,
            sums=_sums(each, files),
            library=library is not None,
            dated=dated,
            at=moment or at or datetime.now(UTC),
            moment=moment,
            alone=not each.whole,
            foreign=foreign,
            within=each.within if each.release else {},
            beside=beside if each.outside else frozenset(),
        )
        if register is not None:
            case = register.of(case)
        with aside():
            audits.append(judge(case, rules, blame=blame, at=at, profile=profile or profile_named(HOUSE)))
    return Audited(tuple(audits), tuple(problems))


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


def _found(paths: Sequence[Path]) -> tuple[list[Found], list[CircletakeError]]:
    """What is to be audited, no folder twice, and why some paths cannot be."""
    found: dict[tuple[Path, str], Found] = {}
    problems: list[CircletakeError] = []
    for path in paths:
        try:
            for each in find(path):
                found.setdefault((each.root.resolve(), "" if each.whole else each.name), each)
        except CircletakeError as error:
            problems.append(error)
        except OSError as error:
            why = error.strerror or str(error)
            problems.append(NotFound(str(path), why, "name a folder that can be read"))
    return list(found.values()), problems


def _refuse_several(found: Sequence[Found]) -> None:
    """Refuse where it is not plain which is meant; a release that was named itself is."""
    if len(found) > 1 and not (found[0].release and found[0].root == found[0].named):
        first = found[0]
        told = counted(sum(each.release for each in found), "release")
        more = " and files that are in none" if any(each.outside for each in found) else ""
        raise BadInput(
            str(first.named), f"holds {told}{more}, and one is wanted", f"name one of them: {first.root}"
        )


def _holds_any(found: Found, files: Sequence[FileCase]) -> bool:
    """Whether anything of it can be audited; beside releases, what could not be opened may be one, and a list
    may miss one."""
    return (
        found.release
        or bool(found.outside and found.above)
        or any(_can_be_audited(f) or (found.outside and f.unreadable) for f in files)
    )


def _as_listed(found: Found, files: Sequence[FileCase]) -> bool:
    """Whether nothing beside releases could be audited but by a list, and that finds all as it says."""
    here = {file.path: file.sha256 for file in files}
    nothing = not any(_can_be_audited(file) or file.unreadable for file in files)
    return found.outside and nothing and _sums(found, files).items() <= here.items()


def _taken(both: Looked) -> Iterator[tuple[Found, list[FileCase]]]:
    """Each, which is forgotten then: what an audit holds of its files is enough."""
    both.reverse()
    while both:
        yield both.pop()


def _caps(found: Sequence[Found]) -> pool.Caps:
    """A minute for each file, and more where the largest takes longer to be hashed a few times."""
    largest = max((_size(each.root / place) for each in found for place in each.files), default=0)
    seconds = 60 + largest // _SLOWEST
    return pool.Caps(cpu_seconds=seconds, wall_seconds=4 * seconds)


def _size(path: Path) -> int:
    try:
        return path.lstat().st_size
    except OSError:
        return 0


def _looked_at(
    found: Sequence[Found], trust: tuple[TrustList, ...], moment: datetime | None, progress: Progress
) -> list[list[FileCase]]:
    """The files of each, looked at by one crew of workers."""
    tasks = (
        Look(str(each.root), place, trust, moment, number)
        for number, each in enumerate(found)
        for place in sorted(each.files)
    )
    looked = [[unreadable(place, reason) for place, reason in each.odd.items()] for each in found]
    sharing = Sharing() if sum(len(each.files) for each in found) > _FEW else None
    for task, result in pool.run(
        tasks, look, caps=_caps(found), ahead=(*pool.READING, look.__module__), progress=progress
    ):
        case = result if isinstance(result, FileCase) else unreadable(task.path, result.reason)
        looked[task.audit].append(_shared(case, sharing) if sharing else case)
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


def _sums(found: Found, files: Sequence[FileCase]) -> dict[str, str]:
    """What ``SHA256SUMS`` says of the files: its own, or one elsewhere that alone knows, or objects."""
    sums = found.sums()
    here = {file.path: file.sha256 for file in files} if found.above else {}
    for path, digests in found.above.items():
        for digest in digests:
            if sums.get(path) in (None, here.get(path)):
                sums[path] = digest
    return sums


def _signed_beside(both: Looked) -> frozenset[str]:
    """Digests of the lists and the signed videos of releases that others lie beside."""
    if not any(each.outside for each, _ in both):
        return frozenset()
    return frozenset(
        file.sha256
        for each, files in both
        if each.release
        for file in files
        if file.kind == "record" or (file.kind == "video" and file.credentials.present)
    )


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


def _settings(rule: AuditRule[Any], library: Library | None) -> Any:
    from circletake.plugins.settings import settings_of

    return settings_of(rule, library.settings.plugin(rule.about.name) if library else {})
