"""What was declared of a film when it was signed before: kept while it is the same film, else told.

A film comes back more than once. Where its bytes are those that were signed then, or those it was signed
from, what people said of it holds, by them and from that day. A new render is another picture: what was
said of the old one is told with the words that say it again, and not taken over.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from circletake.audit.tracing import assembled
from circletake.errors import BadInput
from circletake.model.cue import CueList, Gap, Known, Overlay
from circletake.model.export import BLACK, SoundUse
from circletake.model.recorded import UNDECLARED, recorded_in
from circletake.model.text import counted, printable
from circletake.workflows.leaving.declaring import DECLARED, KINDS_OF_SOUND, SOUND, WHOLE_SOUND
from circletake.workflows.leaving.recalling import cues_signed, looked_at

if TYPE_CHECKING:
    from circletake.model.case import FileCase
    from circletake.model.export import ExportRow
    from circletake.model.manifest import ManifestSaid
    from circletake.workflows.library import Library

_SAID_OF = ("film", "cut")
"""Kinds of exports that say what is in them beside takes."""

_ALIKE = 0.5
"""Least share of an earlier film's takes that a new render has in the same places, to be told of it."""

_Row = TypeVar("_Row", Gap, Overlay)


@dataclass(frozen=True, slots=True)
class Earlier:
    """A film as it was signed before.

    Attributes:
        file: the signed one.
        cues: what it says of itself.
        same: the film looked at now has its very pictures, by its bytes.
        since: what was done since, as whoever signed that says; in words that follow on others.
    """

    file: Path
    cues: CueList
    same: bool
    since: str = ""

    @property
    def told(self) -> str:
        """``night-bus.signed.mp4, signed by Lumen Films on 2026-05-04``."""
        day = f" on {self.cues.said_at}" if self.cues.said_at else ""
        return f"{printable(self.file.name, 80)}, signed by {self.cues.said_by}{day}{self.since}"


def earlier_of(library: Library, film: Path, now: CueList) -> tuple[Earlier | None, str]:
    """How ``film`` was signed before, and why what it says of itself is not believed, where it is not.

    The newest export of this library that was signed from these bytes is asked first: it has what the film's
    own credentials said and what was declared since. Then those, then an export as long, with the takes in
    the same places.

    Args:
        now: what was found in it.
    """
    rows = library.registry.exports.all()
    own, unbelieved = _own(library, film, rows)
    alike = None
    used = {library.registry.takes.get(cue.take_id).sha256 for cue in now.cues}
    for row in reversed(rows):
        path = Path(row.path)
        if row.kind not in _SAID_OF or not used & set(row.prompts):
            continue
        if not path.is_file() or path.samefile(film):
            continue
        case = looked_at(path)
        if case.sha256 != row.sha256:
            continue
        try:
            said = cues_signed(library, path, case)
        except BadInput:
            continue
        if _signed_from(case) == now.sha256:
            return Earlier(path, said, same=True), ""
        if alike is None and own is None and _is_like(said, now):
            alike = Earlier(path, said, same=False)
    return own or alike, unbelieved


def _own(library: Library, film: Path, rows: Sequence[ExportRow]) -> tuple[Earlier | None, str]:
    """What a film's own credentials say of it, and why that is not believed, where it is not."""
    case = looked_at(film) if _carries(film) else None
    if case is None or not case.credentials.active:
        return None, ""
    try:
        said = cues_signed(library, film, case)
        _refuse_strangers(film, case, rows)
    except BadInput as error:
        if any(map(_declares, case.credentials.manifests)):
            return None, f"what its own credentials declare is not taken over: it {error.reason}"
        return None, ""
    found = assembled(case.credentials)
    return Earlier(film, said, same=True, since=found.doubts if found else ""), ""


def _carries(film: Path) -> bool:
    from circletake.provenance.container import has_credentials

    return has_credentials(film)


def _refuse_strangers(film: Path, case: FileCase, rows: Sequence[ExportRow]) -> None:
    """Whoever signs says what people declared; only this library's own signers are believed in that."""
    active = case.credentials.active
    signer = active.signer if active else None
    if signer is None or signer.sha256 not in {row.certificate for row in rows}:
        whose = printable(signer.name, 60) if signer else "nobody named"
        raise BadInput(film.name, f"is signed by {whose}, whose key signed no export of this library")


def _declares(manifest: ManifestSaid) -> bool:
    record = recorded_in(manifest.assertions)
    return record is not None and bool(record.sounds or any(each.source_type for each in record.others))


def _signed_from(case: FileCase) -> str:
    found = (recorded_in(each.assertions) for each in case.credentials.manifests[:1])
    return next((each.film for each in found if each), "")


def _is_like(said: CueList, now: CueList) -> bool:
    """As long to the frame, with half of its takes where they were."""
    if said.rate != now.rate or abs(said.frames - now.frames) > 1 or not said.found:
        return False
    there = sum(
        max(0, min(a.record_out, b.record_out) - max(a.record_in, b.record_in))
        for a in said.cues
        for b in now.cues
        if a.take_id == b.take_id
    )
    return there >= _ALIKE * said.found


def kept(now: CueList, earlier: Earlier, timed: bool) -> CueList:
    """``now`` with what was declared of the same film before, by whom and on which day; else as it is.

    Args:
        timed: a timeline says what lies over takes and what is heard; what it has no more is let go.
    """
    before = earlier.cues
    if not earlier.same or before.rate != now.rate:
        return now
    gaps = tuple(part for gap in now.gaps for part in _told_before(gap, before))
    return replace(now, gaps=gaps, overlays=_overlays(now, before, timed), sounds=_sounds(now, before, timed))


def _told_before(gap: Gap, before: CueList) -> Iterator[Gap]:
    edges = {gap.record_in, gap.record_out}
    edges |= {at for each in before.gaps for at in (each.record_in, each.record_out)}
    inside = sorted(at for at in edges if gap.record_in <= at <= gap.record_out)
    for start, end in pairwise(inside):
        part = replace(gap, record_in=start, record_out=end)
        then = next((each for each in before.gaps if each.record_in <= start < each.record_out), None)
        if then is None or part.kind:
            yield part
        elif then.kind == BLACK:
            yield replace(part, nearest="", why="black, as it was signed", kind=BLACK)
        else:
            yield _since(replace(part, what=part.what or then.what), then, before.said_at)


def _since(row: _Row, then: Gap | Overlay, day: str) -> _Row:
    return replace(row, kind=then.kind, by=then.by, at=then.at or day) if then.kind else row


def _overlays(now: CueList, before: CueList, timed: bool) -> tuple[Overlay, ...]:
    if not timed:
        return tuple(_since(each, each, before.said_at) for each in before.overlays)
    named = {each.what: each for each in before.overlays}
    return tuple(
        _since(each, named[each.what], before.said_at) if each.what in named else each
        for each in now.overlays
    )


def _sounds(now: CueList, before: CueList, timed: bool) -> tuple[SoundUse, ...]:
    said = {
        each.name: replace(each, at=each.at or before.said_at) if each.origin != UNDECLARED else each
        for each in before.sounds
    }
    if not timed:
        return tuple(said.values()) or now.sounds
    return tuple(said.get(each.name, each) for each in now.sounds)


def not_kept(now: CueList, earlier: Earlier, film: Path) -> Iterator[str]:
    """What was declared before and is not now, in words, each with what says it again.

    Args:
        now: the film with all that is declared of it by now.
    """
    before = earlier.cues
    lost = [*_lost_pictures(now, before), *_lost_sounds(now, before)]
    if lost:
        of = shlex.quote(printable(str(earlier.file)))
        why = (
            "its timeline names that no more"
            if earlier.same
            else "the picture is another; where only colours are: "
            f"circletake regrade {shlex.quote(printable(str(film)))} --of {of} --to FILE"
        )
        said = "; ".join(what for what, _ in lost)
        again = " ".join(f"--declare {words}" for _, words in lost if words)
        yield f"declared before, in {earlier.told}, and not taken over: {said} ({why})"
        if again:
            yield f"to declare it again, as your own word: {again}"
    named = [each for each in before.cues if each.known in (Known.TIMELINE, Known.BOTH)]
    open_ = sum(_open(now, each.record_in, each.record_out) > 0 for each in named)
    if open_:
        what = counted(open_, "stretch was a take", "stretches were takes")
        yield f"{what} by a timeline then, in {earlier.told}: name it again with --timeline"


def _open(now: CueList, start: int, end: int) -> int:
    """Frames between two in which nobody knows what is shown."""
    gaps = (each for each in now.gaps if not each.kind)
    return sum(max(0, min(end, each.record_out) - max(start, each.record_in)) for each in gaps)


def _lost_pictures(now: CueList, before: CueList) -> Iterator[tuple[str, str]]:
    short = {value: word for word, value in DECLARED.items()}
    for each in before.others:
        if not each.kind:
            continue
        said = f"{each.what or 'not ours'}: {each.kind} by {each.by or 'nobody named'}"
        kind = short.get(each.kind, "")
        if isinstance(each, Gap):
            if _open(now, each.record_in, each.record_out):
                span = "-".join(_seconds(at, now.rate) for at in (each.record_in, each.record_out))
                yield said, f"{span} {kind}" if kind else ""
        elif not any(over.what == each.what and over.kind for over in now.overlays):
            there = any(over.what == each.what for over in now.overlays)
            yield f"over the picture: {said}", f"{shlex.quote(each.what)} {kind}" if there and kind else ""


def _lost_sounds(now: CueList, before: CueList) -> Iterator[tuple[str, str]]:
    short = {value.value: word for word, value in KINDS_OF_SOUND.items() if word != value.value}
    if now.sounds and all(each.origin != UNDECLARED for each in now.sounds):
        return
    names = {each.name for each in now.sounds if each.origin != UNDECLARED}
    for each in before.sounds:
        if each.origin != UNDECLARED and each.name not in names:
            said = f"{each.name or WHOLE_SOUND}: {each.origin} by {each.declared_by or 'nobody named'}"
            kind = short.get(each.origin, "")
            yield said, f"{SOUND} {kind}" if kind else ""


def _seconds(frame: int, rate: Fraction) -> str:
    return f"{float(frame / rate):.3f}".rstrip("0").rstrip(".")
