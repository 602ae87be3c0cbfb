"""The cue list of what was cut or signed before: a cut, a release, a finished film.

Nothing is searched. A cut is as the library has it; a signed video says of itself what is in it, and is
believed as far as its signer is, once its bytes are shown to be what was signed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from circletake.audit.making import TAKE
from circletake.audit.record import LARGEST, read_release
from circletake.audit.tracing import Assembled, assembled
from circletake.errors import BadInput, NotFound
from circletake.model.cue import Cue, CueList, Gap, Known, Overlay
from circletake.model.cut import Cut
from circletake.model.export import BLACK, SoundUse
from circletake.model.manifest import Check, Credentials, ManifestSaid
from circletake.model.policy import PromptPolicy
from circletake.model.recorded import Recorded, RecordedTake, recorded_in
from circletake.model.text import printable
from circletake.workflows import pool
from circletake.workflows.auditing.looking import Look, look
from circletake.workflows.leaving.release import RECORD

if TYPE_CHECKING:
    from circletake.model.case import FileCase
    from circletake.provenance.trust import TrustList
    from circletake.workflows.library import Library

_CAPS = pool.Caps(cpu_seconds=3600, wall_seconds=2 * 3600)

_BY_PICTURE = "circletake locate finds its takes by their picture"


@dataclass(frozen=True, slots=True)
class Recalled:
    """A cue list that was known already.

    Attributes:
        film: where its picture can be read; ``None`` for a cut that was not rendered.
        prompts: what of prompts was to travel with it, as it says itself; of a cut, all.
    """

    cues: CueList
    film: Path | None
    prompts: PromptPolicy = PromptPolicy.FULL


def recall(library: Library, what: str, trust: Sequence[TrustList] = ()) -> Recalled:
    """The cue list of a cut by its name, of a release by its folder, of a signed video by its path.

    Args:
        trust: lists that the signer of a video is held against.

    Raises:
        NotFound: there is neither such a cut nor such a file.
        BadInput: nothing in it says which takes it shows, it is not shown to be what was signed, or its
            signer only passes on what somebody else signed.
    """
    if what in library.registry.cuts.names():
        return Recalled(cues_of_cut(library.registry.cuts.get(what)), None)
    path = Path(what)
    if not path.exists():
        raise NotFound(what, "no such cut, release or film", "circletake cut show lists cuts")
    film = _cut_in(path) if path.is_dir() else path
    case = looked_at(film, tuple(trust))
    return Recalled(cues_signed(library, film, case, trust), film, _kept_back(case.credentials))


def cues_of_cut(cut: Cut) -> CueList:
    """A cut as a cue list: each event, and the black between them."""
    rate = cut.rate
    cues = tuple(
        _cue(
            placed.event.take_id,
            (placed.record_in, placed.record_out),
            (placed.event.source_in, placed.event.source_out),
            rate,
            Known.CUT,
        )
        for placed in cut.placed
    )
    gaps = tuple(_black(start, end, rate, "black, as it was cut") for start, end in cut.black)
    song = cut.song
    return CueList(
        film=cut.name,
        sha256="",
        rate=rate,
        frames=round(cut.seconds * rate),
        cues=cues,
        gaps=gaps,
        takes=0,
        waiting=0,
        width=cut.width,
        height=cut.height,
        start=cut.start,
        sounds=(SoundUse(song.name, song.sha256, song.origin.value, song.declared_by),) if song else (),
    )


def _cut_in(folder: Path) -> Path:
    """The rendered cut of a release."""
    record = folder / RECORD
    if not record.is_file():
        raise BadInput(str(folder), f"holds no {RECORD}", "name a release folder, a cut or a signed film")
    with record.open("rb") as file:
        release = read_release(file.read(LARGEST + 1))
    cuts = [file.path for file in release.files if file.kind == "cut"]
    if len(cuts) != 1:
        found = "no cut, only takes" if not cuts else f"{len(cuts)} cuts"
        raise BadInput(str(folder), f"holds {found}", "name the signed video itself, or: circletake audit")
    film = folder / cuts[0]
    if not film.is_file() or not film.resolve().is_relative_to(folder.resolve()):
        raise NotFound(str(film), "the release's cut is not in its place", f"circletake audit {folder}")
    return film


def _kept_back(said: Credentials) -> PromptPolicy:
    """What became of the prompts of a signed video: the least that any of its takes tells."""
    told = {manifest.assertions[TAKE].get("prompts") for manifest in said.manifests if _of_take(manifest)}
    redacted = any(action.name == "c2pa.redacted" for each in said.manifests for action in each.actions)
    if PromptPolicy.HASH in told:
        return PromptPolicy.HASH
    return PromptPolicy.OMIT if redacted or PromptPolicy.OMIT in told else PromptPolicy.FULL


def _of_take(manifest: ManifestSaid) -> bool:
    record = manifest.assertions.get(TAKE)
    return isinstance(record, Mapping) and isinstance(record.get("prompts"), str)


def cues_signed(library: Library, film: Path, case: FileCase, trust: Sequence[TrustList] = ()) -> CueList:
    """The cue list that a signed video tells of itself.

    Args:
        case: what it says, as :func:`looked_at` read it.

    Raises:
        BadInput: as :func:`recall`.
    """
    found = _told(film, case)
    record = recorded_in(found.manifest.assertions)
    rate = record and (record.rate or (case.media and case.media.rate))
    if record is None or not rate:
        raise BadInput(film.name, "its credentials tell of no cut", _BY_PICTURE)
    facts = case.media
    seconds = Fraction(facts.seconds).limit_denominator(90_000) if facts else Fraction(0)
    frames = round(seconds * rate) or max((round(t.record[1] * rate) for t in record.takes), default=0)
    cues = CueList(
        film=film.name.encode("utf-8", "replace").decode(),
        sha256=case.sha256,
        rate=rate,
        frames=frames,
        cues=(),
        gaps=(),
        takes=0,
        waiting=0,
        width=facts.width if facts else 0,
        height=facts.height if facts else 0,
        start=record.start,
        said_by=_name(found.manifest),
        said_at=_day(found.manifest),
        doubts=_doubts(case.credentials, found, trust),
        overlays=tuple(
            Overlay(*_frames(each.record, rate), each.what, each.source_type, each.by, each.at)
            for each in record.others
            if each.over
        ),
        sounds=record.sounds,
    )
    rows = sorted(_rows(library, record, rate), key=lambda row: row.record_in)
    told = list(_settled(rows, frames, rate))
    return replace(
        cues,
        cues=tuple(row for row in told if isinstance(row, Cue)),
        gaps=tuple(row for row in told if isinstance(row, Gap)),
    )


def looked_at(film: Path, trust: tuple[TrustList, ...] = ()) -> FileCase:
    """What the file says, read by a worker: it may be a stranger's.

    Raises:
        BadInput: the worker died of it.
    """
    task = Look(str(film.absolute().parent), film.name, trust)
    ((_, case),) = pool.run([task], look, workers=1, caps=_CAPS, ahead=pool.READING)
    if isinstance(case, pool.Failure):
        raise BadInput(film.name, case.reason)
    return case


def _told(film: Path, case: FileCase) -> Assembled:
    """The manifest that tells of the cut, where the file is shown to be what its signer speaks of."""
    said = case.credentials
    found = assembled(said)
    if found is None or said.active is None or case.unreadable or said.unreadable:
        why = case.unreadable or said.unreadable or "carries no credentials"
        raise BadInput(film.name, why, _BY_PICTURE)
    checks = (said.integrity, said.signature)
    if Check.FAILED in checks:
        raise BadInput(film.name, "is not what was signed: altered since", f"circletake audit {film}")
    if Check.NOT_CHECKED in checks:
        why = "nothing shows that its bytes are those that were signed"
        raise BadInput(film.name, why, f"circletake audit {film}")
    if not found.own:
        whose, doubts = _name(found.manifest), printable(found.doubts, 120)
        why = f"only passes on what {whose} signed of another file{doubts}"
        raise BadInput(film.name, why, f"ask {whose} for their own file, or: circletake locate {film}")
    return found


def _doubts(said: Credentials, found: Assembled, trust: Sequence[TrustList]) -> str:
    """What stands against the signer's word, in words."""
    known = said.trust is Check.PASSED
    lists = "on none of your lists of signers" if any(each.kind == "signers" for each in trust) else ""
    unknown = "" if known else f"a name {lists or 'that no list of yours could vouch for: you have none'}"
    late = "its certificate was not valid then, as far as is shown" if said.time is Check.FAILED else ""
    return "; ".join(filter(None, (unknown, late, found.doubts.removeprefix("; "))))


def _name(manifest: ManifestSaid) -> str:
    return printable(manifest.signer.name, 60) if manifest.signer else "somebody unnamed"


def _day(manifest: ManifestSaid) -> str:
    """The day of its first action, as its signer tells it; empty where none is told."""
    told = next((action.when[:10] for action in manifest.actions if action.when), "")
    return told if re.fullmatch(r"\d{4}-\d\d-\d\d", told) else ""


def _rows(library: Library, record: Recorded, rate: Fraction) -> Iterator[Cue | Gap]:
    for each in record.takes:
        take = library.registry.takes.by_sha256(each.take)
        if take is not None:
            yield _recorded(take.id, each, rate)
        else:
            why = f"{each.label or 'a take'}, {each.take[:8]}, is not in this library"
            yield Gap(*_frames(each.record, rate), why=why)
    for start, end in record.black:
        yield _black(start, end, rate, "black, as it was signed")
    for other in record.others:
        if not other.over:
            kind = "" if other.source_type == BLACK else other.source_type
            span = _frames(other.record, rate)
            yield Gap(*span, what=other.what, kind=kind, by=other.by, at=other.at)


def _settled(rows: Sequence[Cue | Gap], frames: int, rate: Fraction) -> Iterator[Cue | Gap]:
    """The rows with what lies between them, none over another: a stranger's record may say anything."""
    at = 0
    for row in rows:
        start, end = max(at, row.record_in), min(frames, row.record_out)
        if end <= start:
            continue
        if start > at:
            yield Gap(at, start)
        yield (
            row.part(start, end, rate)
            if isinstance(row, Cue)
            else replace(row, record_in=start, record_out=end)
        )
        at = end
    if at < frames:
        yield Gap(at, frames)


def _recorded(take_id: str, said: RecordedTake, rate: Fraction) -> Cue:
    known = Known(said.evidence) if said.evidence in set(Known) else Known.CUT
    cue = _cue(take_id, said.record, said.source, rate, known)
    return replace(cue, confidence=min(1.0, max(0.0, said.confidence)), distance=said.distance)


def _cue(
    take_id: str,
    record: tuple[Fraction, Fraction],
    source: tuple[Fraction, Fraction],
    rate: Fraction,
    known: Known,
) -> Cue:
    start, end = record
    return Cue(
        take_id=take_id,
        record_in=round(start * rate),
        record_out=round(end * rate),
        source_in=float(source[0]),
        source_out=float(source[1]),
        speed=float((source[1] - source[0]) / (end - start)),
        known=known,
    )


def _black(start: Fraction, end: Fraction, rate: Fraction, why: str) -> Gap:
    return Gap(*_frames((start, end), rate), why=why, kind=BLACK)


def _frames(span: tuple[Fraction, Fraction], rate: Fraction) -> tuple[int, int]:
    return round(span[0] * rate), round(span[1] * rate)
