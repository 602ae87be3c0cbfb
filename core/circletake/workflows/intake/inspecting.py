"""Everything import wants to know of one file; runs in a worker process.

Only plain data goes in and out: no plugin, database or key comes near a stranger's file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from circletake.errors import CircletakeError, MediaError
from circletake.files import sha256_of
from circletake.workflows.intake.surveying import Candidate, Unread

if TYPE_CHECKING:
    from circletake.model.manifest import Credentials
    from circletake.model.take import MediaFacts
    from circletake.provenance.trust import TrustList

LARGEST_SIDECAR = 1_000_000
"""Bytes; a recipe is a few thousand."""

SIDECAR_SUFFIXES = (".circletake.json", ".take.json", ".json")


@dataclass(frozen=True, slots=True)
class Inspected:
    """What one look at a file told.

    Attributes:
        tags: container tags, keys in lower case.
        sidecars: bytes by name of the small files beside it that share its stem.
        credentials: what its content credentials said, ``None`` without any.
        manifest: its manifest store, byte for byte.
    """

    sha256: str
    size: int
    mtime_ns: int
    facts: MediaFacts
    tags: Mapping[str, str]
    sidecars: Mapping[str, bytes]
    credentials: Credentials | None = None
    manifest: bytes | None = None


def inspect(path: str, trust: Sequence[TrustList] = ()) -> Inspected:
    """Read ``path`` once for its digest and once for its packets; nothing is decoded.

    Args:
        trust: lists of signers that credentials are held against.

    Raises:
        MediaError: the file is empty, damaged, foreign or still being written.
    """
    from circletake.media.probe import probe

    file = Path(path)
    try:
        before = file.stat()
        digest = sha256_of(file)
        probed = probe(file)
        credentials, manifest = _credentials(file, trust)
        after = file.stat()
    except OSError as error:
        raise MediaError(path, error.strerror or str(error)) from error
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise MediaError(path, "changed while it was read", "import it again once it is finished")
    return Inspected(
        digest,
        after.st_size,
        after.st_mtime_ns,
        probed.facts,
        {str(key).lower(): str(value) for key, value in probed.tags.items()},
        read_sidecars(file),
        credentials,
        manifest,
    )


def look(candidate: Candidate, trust: Sequence[TrustList] = ()) -> Inspected | Unread:
    """:func:`inspect` as a task for a worker: a file that cannot be read is an answer too."""
    try:
        return inspect(str(candidate.path), trust)
    except CircletakeError as error:
        return Unread(candidate.shown, error.reason, error.next_step)


def read_sidecars(path: Path) -> dict[str, bytes]:
    """Small JSON files named after ``path``: ``clip.mp4.json`` as well as ``clip.json``.

    Names are tried, not searched: listing a folder for each of its clips would cost its square.
    """
    found: dict[str, bytes] = {}
    for stem in dict.fromkeys((path.name, path.stem)):
        for suffix in SIDECAR_SUFFIXES:
            beside = path.with_name(stem + suffix)
            try:
                if beside.is_file() and beside.stat().st_size <= LARGEST_SIDECAR:
                    found[beside.name] = beside.read_bytes()
            except OSError:
                continue
    return found


def _credentials(path: Path, trust: Sequence[TrustList]) -> tuple[Credentials | None, bytes | None]:
    from circletake.provenance.reading import has_credentials, raw_manifest, read_credentials

    if not has_credentials(path):
        return None, None
    credentials = read_credentials(path, trust)
    return (credentials, raw_manifest(path)) if credentials.present else (None, None)
