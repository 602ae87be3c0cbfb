"""Papers about a release: written whole, over nothing that is not ours, sealed when wanted."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from circletake.audit.case import REPORT
from circletake.audit.page import html_report
from circletake.audit.sealing import REPORT_MARK
from circletake.errors import BadInput, CircletakeError
from circletake.files import PUBLIC, sync_folder, write_whole
from circletake.model.text import printable
from circletake.workflows.contents import paper_head

if TYPE_CHECKING:
    from circletake.model.audit import Audit
    from circletake.plugins.manager import PluginManager
    from circletake.protocols import OpenSigner
    from circletake.workflows.library import Library

SEAL = ".c2pa"


def check_paper(path: Path, mark: str, kinds: tuple[str, ...] = ()) -> None:
    """Refuse now what could not be written once the work is done.

    Args:
        mark: text in the head of every paper of this kind; an older one may go.
        kinds: suffixes that such a paper may have; any without them.

    Raises:
        BadInput: something that is no such paper lies there, its folder is not there, or the name is of
            another kind.
    """
    if kinds and path.suffix.lower() not in kinds:
        raise BadInput(str(path), f"must end in {' or '.join(kinds)}", "name it so")
    if path.is_symlink() or path.is_dir():
        raise BadInput(str(path), "is a link or a folder", "name a file")
    if not path.absolute().parent.is_dir():
        raise BadInput(str(path), "its folder is not there", "make the folder first")
    if path.exists() and mark not in paper_head(path):
        raise BadInput(str(path), "is a file that circletake did not write", "choose another name")


def write_paper(
    path: Path, text: str, mark: str, signer: OpenSigner | None = None, timestamper: str = ""
) -> None:
    """Put ``text`` at ``path``, whole or not at all; an older such paper is replaced, its seal too.

    Args:
        mark: as in :func:`check_paper`.
        signer: seals it; the seal becomes ``<name>.c2pa`` beside it.
        timestamper: asked for the time of the seal; nobody where empty.

    Raises:
        BadInput: something that is no such paper lies there.
        SigningError: it could not be sealed; what lay there still lies there.
    """
    check_paper(path, mark)
    if signer is not None:
        _sealed(path, text, signer, timestamper)
        return
    write_whole(path, text.encode(), PUBLIC)
    old = path.with_name(seal_of(path))
    if old.is_file() and not old.is_symlink():
        # The seal of the paper that was replaced says nothing of this one.
        old.unlink()
        sync_folder(path.parent)


def json_text(document: dict[str, Any]) -> str:
    """A document as it is written to a file."""
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def write_report(path: Path, html: str, signer: OpenSigner | None = None, timestamper: str = "") -> None:
    """Put the report at ``path``, whole or not at all; an older report there is replaced.

    Raises:
        BadInput: something that is no report of ours lies there.
        SigningError: it could not be sealed.
    """
    write_paper(path, html, REPORT_MARK, signer, timestamper)


def write_own_report(
    folder: Path, audit: Audit, signer: OpenSigner, timestamper: str = ""
) -> tuple[Path, str]:
    """Put the report of a release that was just made into it, sealed with the release's own key.

    The release stands whether or not its report can be sealed, so a failure to seal is told, not raised.

    Returns:
        where the report is, and why it is not sealed; empty when it is.
    """
    path = folder / REPORT
    try:
        write_report(
            path, html_report(audit, sealed_by=name_of(signer), seal=seal_of(path)), signer, timestamper
        )
    except CircletakeError as error:
        write_report(path, html_report(audit))
        return path, error.reason
    return path, ""


@contextmanager
def paper_signer(manager: PluginManager, library: Library | None = None) -> Iterator[OpenSigner]:
    """The signer of papers: that of exports where a library is at hand, else the key on this machine.

    Raises:
        KeyProblem: there is no key yet, or it is not safe to use.
    """
    from circletake.workflows.leaving.signer import open_signer

    if library is not None:
        with open_signer(library, manager) as signer:
            yield signer
        return
    from circletake.provenance.keys import KeyRing
    from circletake.workflows.library import user_home

    own = KeyRing(user_home()).signer()
    try:
        yield own
    finally:
        own.close()


def name_of(signer: OpenSigner) -> str:
    """Whose certificate it is, as a reader of a seal will see it."""
    from cryptography import x509
    from cryptography.x509.oid import NameOID

    subject = x509.load_pem_x509_certificate(signer.chain_pem.encode("ascii")).subject
    for oid in (NameOID.ORGANIZATION_NAME, NameOID.COMMON_NAME):
        if found := subject.get_attributes_for_oid(oid):
            return printable(str(found[0].value), 80)
    return "a certificate without a name"


def _sealed(path: Path, text: str, signer: OpenSigner, timestamper: str) -> None:
    from circletake.provenance.signing import seal

    with tempfile.TemporaryDirectory(prefix=".paper-", dir=path.parent) as folder:
        staged = Path(folder) / path.name
        staged.write_bytes(text.encode())
        seal(path, signer, when=datetime.now(UTC), source=staged, timestamper=timestamper)
    path.chmod(PUBLIC)
    path.with_name(seal_of(path)).chmod(PUBLIC)


def seal_of(path: Path) -> str:
    """Name of the file that seals a paper."""
    return path.name + SEAL
