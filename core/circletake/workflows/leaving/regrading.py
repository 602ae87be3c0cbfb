"""Signing a re-grade of an earlier export, which stays its parent: its takes and prompts stay known."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from circletake.errors import BadInput
from circletake.model.edit import Edit
from circletake.model.event import Actor
from circletake.model.manifest import Check, EditSaid
from circletake.workflows.leaving.evidence import film_fingerprint
from circletake.workflows.leaving.finishing import check_place
from circletake.workflows.leaving.recalling import looked_at

if TYPE_CHECKING:
    from circletake.model.case import FileCase
    from circletake.protocols import OpenSigner


def regrade(
    film: Path,
    of: Path,
    to: Path,
    signer: OpenSigner,
    *,
    edits: Sequence[Edit],
    when: datetime,
    by: Actor,
    software: str = "",
    force: bool = False,
    timestamper: str = "",
) -> Path:
    """Sign ``film`` as a re-grade of the signed export ``of``, on somebody's word. Neither is touched.

    Args:
        edits: what was done to the picture; at least one.
        timestamper: asked for the time of the signature; nobody without one.

    Returns:
        Where the signed film lies.

    Raises:
        BadInput: ``of`` is not what was signed, ``film`` is not as long, or ``to`` cannot be written.
        SigningError: it could not be signed; nothing was written.
    """
    from circletake.provenance.derived import plan_edited
    from circletake.provenance.signing import sign

    check_place(film, to, force)
    before, after = _seen(of), _seen(film)
    said = before.credentials
    if said.integrity is not Check.PASSED or said.signature is not Check.PASSED:
        raise BadInput(of.name, "is not what was signed, or carries no credentials", "name the export itself")
    _refuse_other_lengths(before, after)
    declared = [EditSaid(each.action, by.name, software=software) for each in dict.fromkeys(edits)]
    plan = plan_edited(
        of,
        declared,
        when=when,
        sha256=before.sha256,
        stated=said.active.assertions if said.active else {},
        fingerprint=film_fingerprint(film, after),
        by=by,
    )
    with tempfile.TemporaryDirectory(dir=to.absolute().parent, prefix=".regrading-") as folder:
        done = sign(plan, film, Path(folder) / to.name, signer, timestamper=timestamper)
        # A sidecar stands before its video: a file without it would be an unsigned one.
        for each in filter(None, (done.sidecar, done.path)):
            each.replace(to.with_name(each.name))
    return to


def _seen(video: Path) -> FileCase:
    case = looked_at(video)
    if case.unreadable or case.media is None:
        raise BadInput(video.name, case.unreadable or "is no video", "name a video")
    return case


def _refuse_other_lengths(before: FileCase, after: FileCase) -> None:
    """Where the picture was moved, the times of the export are no longer those of the film."""
    assert before.media and after.media
    frame = 1 / float(after.media.rate or before.media.rate or 24)
    if abs(before.media.seconds - after.media.seconds) > 1.5 * frame:
        raise BadInput(
            after.path,
            f"lasts {after.media.seconds:.2f} s and the export {before.media.seconds:.2f} s",
            "a film that was cut again: circletake finish",
        )
