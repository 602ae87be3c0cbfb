"""What the library adds to a manifest beside the recipe: fingerprints, and the files a take was made from."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from circletake.errors import MediaError
from circletake.model.cut import Cut, Placed
from circletake.model.fingerprint import ALGORITHM, MOST_SAID, VERSION, FingerprintSaid
from circletake.model.recipe import REFERENCE, Evidence, RecipeClaim
from circletake.model.slate import Slate
from circletake.workflows.pool import Caps, run

if TYPE_CHECKING:
    from circletake.model.case import FileCase
    from circletake.model.fingerprint import Fingerprint
    from circletake.workflows.library import Library

_EVERY = Fraction(1, 2)
"""Seconds between the frames a manifest tells of; the library itself keeps eight a second."""

_CAPS = Caps(cpu_seconds=6 * 3600, wall_seconds=12 * 3600)
"""One task is a whole film, which may be three hours long."""

_VOUCHED = (Evidence.OBSERVED, Evidence.DECLARED)


def take_fingerprint(library: Library, take_id: str) -> FingerprintSaid | None:
    """What identifies a take by its picture; ``None`` where it was not analyzed yet."""
    packed = library.registry.analyses.fingerprints(VERSION, [take_id]).get(take_id)
    if packed is None:
        return None
    frames = _thinned(_frames(_unpacked(packed)))
    return FingerprintSaid(ALGORITHM, VERSION, hashlib.sha256(packed).hexdigest(), "take", frames)


def cut_fingerprint(library: Library, cut: Cut) -> FingerprintSaid | None:
    """The frames of a cut's takes where they lie in it; ``None`` where a take was not analyzed yet."""
    packed = library.registry.analyses.fingerprints(VERSION, cut.take_ids)
    if not cut.events or len(packed) != len(cut.take_ids):
        return None
    prints = {take_id: _frames(_unpacked(record)) for take_id, record in packed.items()}
    frames = [
        (_shown_at(placed, at), phash)
        for placed in cut.placed
        for at, phash in prints[placed.event.take_id]
        if placed.event.source_in <= at < placed.event.source_out
    ]
    digest = hashlib.sha256(b"".join(packed[take_id] for take_id in cut.take_ids)).hexdigest()
    return FingerprintSaid(ALGORITHM, VERSION, digest, "takes", _thinned(frames))


def film_fingerprint(film: Path, seen: FileCase) -> FingerprintSaid | None:
    """What identifies a film that was graded or finished elsewhere; ``None`` where it breaks off.

    It is decoded for that: no fingerprint of a take is that of its picture in another grade.

    Args:
        seen: what is known of the file.
    """
    from circletake.workflows.analysis.analyze import FINGERPRINT
    from circletake.workflows.analysis.measuring import MeasuredTake, MeasureJob, measure

    assert seen.media is not None
    job = MeasureJob(seen.path, seen.sha256, str(film.absolute()), seen.media, fingerprint=FINGERPRINT)
    ((_, done),) = run([job], measure, workers=1, caps=_CAPS)
    packed = done.results[0].blob if isinstance(done, MeasuredTake) and done.results else None
    if packed is None or (isinstance(done, MeasuredTake) and done.problem):
        return None
    frames = _thinned(_frames(_unpacked(packed)))
    return FingerprintSaid(ALGORITHM, VERSION, hashlib.sha256(packed).hexdigest(), "film", frames)


def _shown_at(placed: Placed, at: float) -> float:
    """The second of the cut at which the second ``at`` of an event's take is shown."""
    return float(placed.record_in) + (at - float(placed.event.source_in)) / float(placed.event.speed)


def reference_files(library: Library, slate: Slate) -> Mapping[str, Path]:
    """By field of the recipe, the file of each reference that is at hand.

    A file is at hand where a person named its path, where the reference is a take of this
    library by its sha256, or where the picture that was sent to the generator has not changed
    since. What a stranger's tags name is never opened.
    """
    found = {}
    for name, claim in slate.recipe.in_force.items():
        if name.startswith(REFERENCE) and (path := _reference(library, slate, claim)):
            found[name] = path
    return found


def _reference(library: Library, slate: Slate, claim: RecipeClaim) -> Path | None:
    if take := library.registry.takes.by_sha256(claim.value):
        try:
            return library.media(take)
        except MediaError:
            return None
    if not (claim.accepted or claim.evidence in _VOUCHED):
        return None
    try:
        if Path(claim.value).is_absolute():
            return Path(claim.value) if Path(claim.value).is_file() else None
        return _sent(library, slate, claim) if claim.evidence is Evidence.OBSERVED else None
    except (OSError, ValueError):  # too long for a path, or with a NUL in it
        return None


def _sent(library: Library, slate: Slate, claim: RecipeClaim) -> Path | None:
    """The picture that was sent to the generator, unless it was changed since."""
    for job in library.registry.jobs.all():
        sent = Path(str(job.request.get("image") or ""))
        if slate.take.id in job.takes and sent.name == claim.value and sent.is_file():
            return sent if sent.stat().st_mtime <= job.asked_at.timestamp() else None
    return None


def _unpacked(packed: bytes) -> Fingerprint:
    from circletake.fingerprint.record import unpack

    return unpack(packed)


def _frames(fingerprint: Fingerprint) -> list[tuple[float, str]]:
    hashes = (bytes(row).hex() for row in fingerprint.bits256)
    return [(float(at), phash) for at, phash in zip(fingerprint.seconds, hashes, strict=True)]


def _thinned(frames: Iterable[tuple[float, str]]) -> tuple[tuple[float, str], ...]:
    """The first frame of each half second; of longer stretches where there would be too many."""
    rows = sorted(frames)
    span = rows[-1][0] if rows else 0.0
    every = max(float(_EVERY), span / MOST_SAID)
    kept: dict[int, tuple[float, str]] = {}
    for row in rows:
        kept.setdefault(int(row[0] / every), row)
    return tuple(kept.values())
