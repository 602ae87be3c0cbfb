"""Whether the list in a folder is the list of its files at all, before any of them is held against it.

A list that has even one signed file here byte for byte is of this folder, and what differs was altered. One
that has none of them, while they hold by signatures of their own, may as well be another's. Whoever puts
other files beside a list can call them as they like: only where all are of its own signer, and none is of its
release by what they name, are those that it lists not missed.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePosixPath

from circletake.model.case import FileCase
from circletake.model.export import Release
from circletake.model.manifest import Check, Credentials
from circletake.model.parts import Stray

_SIGNED = ("take", "cut", "still")


def stray_list(files: Iterable[FileCase], release: Release, seal: Credentials | None) -> Stray | None:
    """What the list is where it is not that of ``files``; ``None`` where it is, or nothing shows otherwise.

    Args:
        seal: credentials of the list.
    """
    files = tuple(files)
    whole = [f for f in files if f.whole]
    listed = {f.path: f.sha256 for f in release.files if f.kind in _SIGNED or f.certificate}
    if not whole or not listed or {f.sha256 for f in files} & set(listed.values()):
        return None
    names = {PurePosixPath(path).name for path in listed}
    here = [f for f in files if PurePosixPath(f.path).name in names]
    ids = {f.belonging.release if f.belonging else "" for f in whole}
    signer = seal.active.signer if seal and seal.active else None
    if seal is None or signer is None or not Check.PASSED is seal.integrity is seal.signature:
        return None  # a list that was changed may have been theirs
    name, mark = signer.name, signer.sha256
    signers = {_signer(f) for f in whole}
    if not here:
        vouched = len(whole) == sum(f.kind == "video" or f.signed_picture for f in files)
        other = vouched and signers == {mark} and release.id not in ids
        return Stray("elsewhere", release.name, name, mark, listed) if other else None
    if mark not in signers:
        known = any(f.credentials.trust is Check.PASSED for f in whole)
        # Of a list whose signer is known and files whose signer is not, the files are not the released ones.
        doubted = seal.trust is Check.PASSED and not known
        return None if doubted else Stray("signer", release.name, name, mark, listed)
    if ids and "" not in ids and release.id not in ids:
        return Stray("release", release.name, name, mark, listed)
    return None


def _signer(file: FileCase) -> str:
    """Fingerprint of who signed it; empty where nobody is named."""
    active = file.credentials.active
    return active.signer.sha256 if active and active.signer else ""
