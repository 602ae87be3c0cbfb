"""Building an audit's case: all that is known of a folder before any rule looks at it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import PurePosixPath

from circletake.audit.declared import sounds_in
from circletake.audit.stray import stray_list
from circletake.audit.tracing import Assembled, assembled, trace
from circletake.model.case import AuditCase, FileCase, ListUsed, Traced
from circletake.model.export import Release, ReleasedFile, SoundUse
from circletake.model.manifest import Check, Credentials
from circletake.model.parts import Stray

RECORD = "release.json"
SUMS = "SHA256SUMS"
REPORT = "report.html"


def build_case(
    root: str,
    files: Sequence[FileCase],
    *,
    release: Release | None = None,
    release_problem: str = "",
    seal: Credentials | None = None,
    sums: Mapping[str, str] | None = None,
    library: bool = False,
    dated: Sequence[ListUsed] = (),
    at: datetime | None = None,
    moment: datetime | None = None,
    alone: bool = False,
    foreign: bool = False,
    within: Mapping[str, int] | None = None,
    beside: frozenset[str] = frozenset(),
) -> AuditCase:
    """Put what workflows gathered beside what the record says of each file.

    A file that is not the one its path stands for is matched by its bytes to an entry whose own
    file is not in its place: it was renamed.

    Args:
        root: what was audited, for people.
        files: each with its facts and credentials, in any order.
        seal: credentials of ``release.json``.
        sums: digests by path from ``SHA256SUMS``.
        dated: the trust lists that were at hand, with their dates.
        at: the moment the audit judges for.
        moment: the same, where another one than now was asked about.
        alone: a single file was named.
        foreign: there is a ``release.json`` that circletake did not write.
        within: folders below that have lists of their own, with how many entries lie in each; none is a part
            of these files.
        beside: sha256 of the lists and signed videos of releases beside these files.
    """
    sums = sums or {}
    ordered = sorted(files, key=lambda f: f.path)
    here = {f.path for f in ordered}
    stray = Stray("foreign") if foreign else stray_list(ordered, release, seal) if release else None
    if stray is not None:
        if release and stray.kind == "elsewhere":
            theirs = {f.path: f.sha256 for f in release.files}
            sums = {path: digest for path, digest in sums.items() if theirs.get(path) != digest}
        release = None
    case = AuditCase(
        root=root,
        files=(),
        release=release,
        seal=seal,
        library=library,
        release_problem=release_problem,
        listed_only=tuple(sorted(set(sums) - here)),
        lists=tuple(each.label for each in dated if each.kind == "signers"),
        clocks=tuple(each.label for each in dated if each.kind == "timestampers"),
        dated=tuple(dated),
        at=at,
        moment=moment,
        alone=alone,
        stray=stray,
        within=within or {},
        beside=beside,
    )
    entries = {f.path: f for f in release.files} if release else {}
    in_place = {(f.path, f.sha256) for f in ordered}
    gone = {f.sha256: f for f in entries.values() if (f.path, f.sha256) not in in_place}
    record = "the sealed record" if case.sealed else "release.json, whose seal does not hold,"
    placed = tuple(_placed(file, entries, gone, sums.get(file.path, ""), record) for file in ordered)
    return replace(case, files=placed, prompts=_prompts(placed))


def _prompts(files: Sequence[FileCase]) -> dict[str, dict[str, str]]:
    """By take, each wording of its prompt with the first file that tells it, where several files tell any."""
    told: dict[str, dict[str, str]] = {}
    several: set[str] = set()
    for file in files:
        own = {t.use.take_sha256: t.use.prompt for t in file.traced if "prompt" not in t.from_record}
        for take, prompt in own.items():
            if take and prompt:
                several |= {take} & told.keys()
                told.setdefault(take, {}).setdefault(prompt, file.path)
    return {take: told[take] for take in several}


def _placed(
    file: FileCase,
    entries: Mapping[str, ReleasedFile],
    gone: Mapping[str, ReleasedFile],
    summed: str,
    record: str,
) -> FileCase:
    recorded = entries.get(file.path)
    renamed = ""
    if file.sha256 in gone and not (recorded and recorded.sha256 == file.sha256):
        recorded = gone[file.sha256]
        renamed = recorded.path
    traced: tuple[Traced, ...] = ()
    sounds: tuple[SoundUse, ...] = ()
    if file.kind == "video" or file.signed_picture:
        seconds = file.media.seconds if file.media else 0.0
        told = file.credentials
        # A manifest of other bytes says nothing of these.
        if told.integrity is Check.FAILED and told.active and not _ours(file, recorded):
            told = Credentials(False)
        traced = trace(told, recorded, seconds, record)
        found = assembled(told)
        sounds = tuple(_heard(found)) if found else ()
    return replace(
        file, recorded=recorded, recorded_path=renamed, summed=summed, traced=traced, sounds=sounds
    )


def _heard(found: Assembled) -> Iterator[SoundUse]:
    """What is declared of sound, with what stands against the word of whoever declares it."""
    for sound in sounds_in(found.manifest):
        by = f"{sound.declared_by or 'nobody named'}{found.doubts}" if found.doubts else sound.declared_by
        yield replace(sound, declared_by=by)


def _ours(file: FileCase, recorded: ReleasedFile | None) -> bool:
    active = file.credentials.active
    name = PurePosixPath(recorded.path if recorded else file.path).name
    return active is not None and active.title in ("", name)
