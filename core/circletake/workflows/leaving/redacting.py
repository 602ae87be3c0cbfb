"""Making a copy of a signed video whose credentials no longer hold its prompts."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from circletake.errors import BadInput, SigningError
from circletake.model.event import Actor
from circletake.model.text import counted

if TYPE_CHECKING:
    from circletake.protocols import OpenSigner

_REPEATED = " with its words"
_PLURALS = {
    "IPTC record with the prompt": "IPTC records with the prompt",
    "record of a take with the beginning of its prompt": "records of takes with the beginning of a prompt",
}


@dataclass(frozen=True, slots=True)
class Redacted:
    """A copy that was signed and read again.

    Attributes:
        removed: what is gone from its bytes, in words.
        left: prompts that stand elsewhere in the file, where no redaction reaches, and what may hold some, in
            words.
    """

    path: Path
    sidecar: Path | None
    sha256: str
    removed: tuple[str, ...]
    left: tuple[str, ...]


def redact(
    source: Path,
    to: Path,
    signer: OpenSigner,
    *,
    when: datetime,
    by: Actor | None = None,
    seeds: bool = False,
    force: bool = False,
    timestamper: str = "",
) -> Redacted:
    """Copy a signed video without the prompts in its credentials, and sign the copy.

    The original's credentials stay inside the copy, less what was redacted, and the copy says
    that something was. The original is not touched.

    Args:
        to: a new file of the same kind.
        seeds: take out seeds too, and the records of takes that repeat them.
        force: replace a file that is there.
        timestamper: asked for the time of the signature; nobody without one.

    Raises:
        BadInput: ``source`` carries no credentials or no prompt, or ``to`` cannot be the copy.
        SigningError: ``source`` was altered, or the copy could not be signed; there is none then.
    """
    from circletake.provenance.container import has_credentials
    from circletake.provenance.derived import plan_redacted
    from circletake.provenance.reading import read_credentials
    from circletake.provenance.redaction import held, still_in
    from circletake.provenance.signing import sign

    if not source.is_file():
        raise BadInput(str(source), "there is no such file", "name a signed video")
    if to.suffix.lower() != source.suffix.lower():
        raise BadInput(str(to), f"is no {source.suffix} file", "a redacted copy keeps its kind")
    if to.is_symlink() or (to.exists() and to.samefile(source)):
        raise BadInput(str(to), "is the original, or a link", "name another file with --to")
    if to.is_dir() or not to.absolute().parent.is_dir():
        raise BadInput(str(to), "is a folder, or its folder is not there", "name a file with --to")
    if to.exists() and not force:
        raise BadInput(str(to), "exists already", "name another file with --to, or say --force")
    if not has_credentials(source):
        raise BadInput(str(source), "carries no content credentials", "there is nothing to redact")
    found = held(source, seeds=seeds)
    if not found.places:
        where = "; ".join(found.fixed) or "no prompt in them can be read"
        raise BadInput(str(source), f"nothing in its credentials can be redacted ({where})")
    folder = Path(tempfile.mkdtemp(dir=to.absolute().parent, prefix=".redacting-"))
    try:
        staged = folder / to.name
        active = read_credentials(source).active
        stated = active.assertions if active else {}
        plan = plan_redacted(source, found, when=when, stated=stated, by=by)
        done = sign(plan, source, staged, signer, timestamper=timestamper)
        again = held(staged, seeds=seeds)
        if again.places:
            raise SigningError(
                to.name, "was signed, but still holds what was redacted", "nothing was written"
            )
        files = [each for each in (done.sidecar, staged) if each]
        remain = {text for each in files for text in still_in(each, found.texts)}
        # A sidecar stands before its video: a file without it would be an unsigned one.
        for each in files:
            each.replace(to.with_name(each.name))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    elsewhere = [f"{counted(len(remain), 'of them stands', 'of them stand')} in the file's own tags or words"]
    unread = [f"{label}, a kind not known here, was not understood" for label in again.unknown]
    left = (*found.fixed, *(elsewhere if remain else ()), *unread)
    sidecar = to.with_name(done.sidecar.name) if done.sidecar else None
    return Redacted(to, sidecar, done.sha256, _removed(place.what for place in found.places), left)


def _removed(kinds: Iterable[str]) -> tuple[str, ...]:
    return tuple(counted(count, kind, _plural(kind)) for kind, count in sorted(Counter(kinds).items()))


def _plural(kind: str) -> str:
    """Where an s does not make it several."""
    several = kind.removesuffix(_REPEATED)
    return f"{several} with their words" if several != kind else _PLURALS.get(kind, "")
