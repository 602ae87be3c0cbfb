"""Everything an audit wants to know of one file; runs in a worker process.

Only plain data goes in and out. Whatever a stranger's file does to the parsers happens here.
"""

from __future__ import annotations

import hashlib
import zipfile
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from circletake.audit.sealing import is_paper, record_named, seal_named
from circletake.errors import MediaError
from circletake.model.case import FileCase, offsets_left_out
from circletake.model.manifest import Check, Credentials
from circletake.model.text import counted, printable
from circletake.workflows.contents import can_be_signed, is_apple_double, kind_of, paper_head, videos_inside

if TYPE_CHECKING:
    from circletake.media.probe import Probed
    from circletake.provenance.trust import TrustList

_BY_NAME = {"release.json": "record", "SHA256SUMS": "sums", "report.html": "report"}
_PAPERS = frozenset({".html", ".json"})
_LONGEST_TAG = 256 * 1024
"""Characters of a container tag that are looked at; ComfyUI's workflows are the longest met, some 100 kB."""

_VIDEO_NAMES = frozenset({".mp4", ".mov", ".m4v", ".webm", ".mkv", ".avi", ".gif"})


@dataclass(frozen=True, slots=True)
class Look:
    """A file to be looked at.

    Attributes:
        root: folder that was audited.
        path: of the file in it, with forward slashes.
        trust: lists its signer is held against.
        at: the moment certificates are judged for; now where ``None``.
        audit: which of several audits it is for, as the asker counts them.
    """

    root: str
    path: str
    trust: tuple[TrustList, ...] = ()
    at: datetime | None = None
    audit: int = 0


def look(task: Look) -> FileCase:
    """The facts, the credentials and the digest of one file; a bad file is told, never raised."""
    file = Path(task.root) / task.path
    try:
        size = file.stat().st_size
        with file.open("rb") as opened:
            digest = hashlib.file_digest(opened, "sha256").hexdigest()
        kind = _kind(task.path, file)
    except OSError as error:
        return unreadable(task.path, error.strerror or str(error))
    if kind == "video":
        return _video(task, file, size, digest)
    if kind == "archive":
        return _archive(task.path, file, size, digest)
    if kind == "image":
        return _still(task, file, size, digest)
    if kind == "record":
        return FileCase(task.path, kind, size, digest, _seal(file, task))
    if kind == "report":
        return _report(task, file, size, digest)
    return FileCase(task.path, kind, size, digest, Credentials(False), unjudged=_unjudged(file, kind))


def _unjudged(file: Path, kind: str) -> bool:
    """Whether a file that is only listed carries credentials, as songs do."""
    if kind not in ("sound", "other"):
        return False
    from circletake.provenance.reading import has_credentials

    return has_credentials(file)


def unreadable(path: str, reason: str, kind: str = "") -> FileCase:
    """A case that says why nothing else is known."""
    kind = kind or ("video" if Path(path).suffix.lower() in _VIDEO_NAMES else "other")
    return FileCase(path, kind, 0, "", Credentials(False), unreadable=reason)


def _kind(path: str, file: Path) -> str:
    if path in _BY_NAME:
        return _BY_NAME[path]
    kind = kind_of(file)
    suffix = file.suffix.lower()
    if kind == "credentials":
        return "sidecar"
    if kind == "other" and suffix in _VIDEO_NAMES:
        return "other" if is_apple_double(file) else "video"
    if kind in ("other", "image") and zipfile.is_zipfile(file):
        # A zip is found from its end and may hang on anything.
        return "archive"
    if kind == "other" and suffix in _PAPERS:
        return "report" if is_paper(paper_head(file)) else kind
    if kind == "other" and suffix in (".otio", ".xml", ".fcpxml", ".edl"):
        return "timeline"
    return kind


def _video(task: Look, file: Path, size: int, digest: str) -> FileCase:
    from circletake.media.opening import added_after
    from circletake.provenance.layout import layout_of
    from circletake.provenance.leftout import left_out, passed_over
    from circletake.provenance.reading import read_credentials, slack

    if not can_be_signed(file):
        return FileCase(task.path, "video", size, digest, Credentials(False))
    credentials = read_credentials(file, task.trust, task.at)
    # Bytes that are those signed need no look at the picture; all others are told by it.
    intact = credentials.integrity is Check.PASSED
    probed, problem = _probed(file, picture=not intact)
    if intact and problem:  # some containers do not say enough
        probed, problem = _probed(file, picture=True)
    layout = layout_of(file)
    if layout and layout.opening:
        problem = "only the first piece of a stream; its pictures lie in other files"
        credentials = replace(credentials, integrity=_of_a_piece(credentials))
    skipped = left_out(file, credentials)
    astray = f"{counted(layout.astray, 'piece')} outside its media data" if layout and layout.astray else ""
    astray = "" if not intact or offsets_left_out(skipped.rest) else astray  # bytes.order tells the latter
    return FileCase(
        task.path,
        "video",
        size,
        digest,
        _without_hashes(credentials),
        media=probed.facts if probed else None,
        unreadable=problem,
        slack=slack(file, passed_over(credentials)),
        exclusions=skipped.rest,
        uncovered=skipped.picture or astray,
        untold=skipped.untold,
        tags={printable(key, 80): value[:_LONGEST_TAG] for key, value in probed.tags.items()}
        if probed
        else {},
        layout=layout,
        tail=added_after(file),
    )


def _of_a_piece(said: Credentials) -> Check:
    """Integrity of the first piece of a stream: its hash is over pieces that are not here."""
    mismatches = {code for code in said.problems if code.endswith(".mismatch")}
    return Check.NOT_CHECKED if mismatches <= {"assertion.bmffHash.mismatch"} else said.integrity


def _without_hashes(said: Credentials) -> Credentials:
    """``said`` without the bodies of hash assertions: verified already, and the bulk of it."""
    return replace(
        said,
        bindings=(),
        manifests=tuple(
            replace(
                manifest,
                assertions={
                    label: None if label.startswith("c2pa.hash.") else data
                    for label, data in manifest.assertions.items()
                },
            )
            for manifest in said.manifests
        ),
    )


def _report(task: Look, file: Path, size: int, digest: str) -> FileCase:
    head = paper_head(file)
    record, release = record_named(head)
    return FileCase(
        task.path,
        "report",
        size,
        digest,
        _seal(file, task),
        names_seal=seal_named(head),
        names_record=record,
        names_release=release,
    )


def _seal(record: Path, task: Look) -> Credentials:
    from circletake.provenance.reading import read_credentials

    return read_credentials(record, task.trust, task.at)


def _still(task: Look, file: Path, size: int, digest: str) -> FileCase:
    """A picture with the credentials it carries; one that carries none is only a picture."""
    from circletake.provenance.leftout import left_out
    from circletake.provenance.reading import has_credentials, read_credentials

    said = read_credentials(file, task.trust, task.at) if has_credentials(file) else Credentials(False)
    skipped = left_out(file, said)
    return FileCase(
        task.path,
        "image",
        size,
        digest,
        _without_hashes(said),
        exclusions=skipped.rest,
        uncovered=skipped.picture,
        untold=skipped.untold,
    )


def _probed(file: Path, *, picture: bool) -> tuple[Probed | None, str]:
    from circletake.media.probe import probe

    try:
        return probe(file, picture=picture), ""
    except MediaError as error:
        return None, error.reason


def _archive(path: str, file: Path, size: int, digest: str) -> FileCase:
    try:
        members = videos_inside(file)
        problem = ""
    except ValueError as error:
        members, problem = (), str(error)
    return FileCase(
        path,
        "archive",
        size,
        digest,
        Credentials(False),
        unreadable=problem,
        members=tuple(m.name for m in members),
        member_sums=tuple(m.sha256 for m in members),
    )
