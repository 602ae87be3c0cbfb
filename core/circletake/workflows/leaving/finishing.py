"""A film that was finished elsewhere comes back: what in it is ours, signed as just that.

With the editor's timeline its times are right to the frame; the picture is looked at all the same, and
where the two disagree nothing is claimed. Without one, takes are found by the picture alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from circletake.errors import BadInput, LibraryError
from circletake.files import sha256_of
from circletake.model.cue import CueList, Gap
from circletake.model.export import ExportRow, SoundUse
from circletake.workflows.analysis.locating import locate
from circletake.workflows.leaving.conforming import Named, conform
from circletake.workflows.leaving.exporting import publish
from circletake.workflows.leaving.gate import refuse_unsigned
from circletake.workflows.leaving.identifying import Identified
from circletake.workflows.leaving.workbench import Terms, Workbench
from circletake.workflows.progress import Progress, silent

if TYPE_CHECKING:
    from circletake.plugins.manager import PluginManager
    from circletake.provenance.derived import Stretch
    from circletake.workflows.library import Library

DECLARED = {
    "camera": "digitalCapture",
    "hand": "digitalCreation",
    "edited": "humanEdits",
    "ai": "trainedAlgorithmicMedia",
    "algorithm": "algorithmicMedia",
}
"""What a person may declare of pictures that are no takes, in the words of IPTC's digital source types."""

SOUND = "sound"
REST = "rest"
OVER = "over the picture"
"""How a stretch is told that lies over takes, as a title does."""


@dataclass(frozen=True, slots=True)
class Declaration:
    """What a person says of what is not ours.

    Attributes:
        what: a name as the timeline has it (``A001*``), a stretch in seconds (``12.5-16``), ``rest`` for all
            else that shows no take, or ``sound``.
        kind: a key of :data:`DECLARED`; of sound, how it was made: ``human``, ``ai``, ``algorithm``.
    """

    what: str
    kind: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What a film is found to hold, before anything is signed.

    Attributes:
        named: what the timeline calls the stretches that show no take.
        sounds: names of sound that is no take's, as the timeline has it.
        against: where the picture contradicts the timeline, in words.
    """

    film: Path
    cues: CueList
    named: tuple[Named, ...] = ()
    sounds: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    against: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Finished:
    """A film that was signed and read again."""

    path: Path
    row: ExportRow
    others: tuple[Stretch, ...]
    warnings: tuple[str, ...]


def look_through(
    library: Library,
    film: Path,
    timeline: Identified | None = None,
    *,
    offset: int | None = None,
    progress: Progress = silent,
) -> Finding:
    """Find what a film holds, with its timeline where there is one.

    Raises:
        NotFound, MediaError, LibraryError: as :func:`locate`; with a timeline, takes need no fingerprint.
    """
    notes: list[str] = []
    try:
        located = locate(library, film, progress=progress)
    except LibraryError as error:
        if timeline is None:
            raise
        located = _unseen(film)
        notes.append(f"the picture was not looked at: {error.reason}")
    if timeline is None:
        return Finding(film, located)
    joined = conform(located, timeline, offset)
    sounds = tuple(dict.fromkeys(piece.called for piece in timeline.sounds))
    return Finding(
        film,
        joined.cues,
        joined.named,
        sounds,
        (*notes, *timeline.timeline.notes, *joined.notes),
        joined.against,
    )


def finish(
    library: Library,
    manager: PluginManager,
    found: Finding,
    under: Terms,
    to: Path,
    *,
    declared: Sequence[Declaration] = (),
    software: str = "",
    force: bool = False,
) -> Finished:
    """Sign a film with what was found in it, and put it at ``to``. The film itself is not touched.

    Raises:
        BadInput: no take is in it, a declaration fits nothing or is nobody's, or ``to`` cannot be written.
        SigningError, MediaError: as they say; nothing was put at ``to``.
    """
    from circletake.provenance.derived import plan_finished
    from circletake.provenance.signing import sign

    film, cues = found.film, found.cues
    if not cues.cues:
        raise BadInput(
            film.name, "no take of this library is in it", "circletake locate shows what came near"
        )
    if to.suffix.lower() != film.suffix.lower():
        raise BadInput(str(to), f"is no {film.suffix} file", "the signed film keeps its kind")
    if to.is_symlink() or (to.exists() and to.samefile(film)):
        raise BadInput(str(to), "is the film itself, or a link", "name another file with --to")
    if declared and not under.by.person:
        raise BadInput("--declare", "is a person's word, and nobody said it", "add --by NAME")
    others = others_of(found, declared, under.by.name)
    bench = Workbench(library, manager, under)
    slates = {take_id: library.registry.takes.slate(take_id) for take_id in _used(cues)}
    signed = {slate.take.id: bench.take(slate).path for slate in bench.in_turn(slates.values())}
    plan = plan_finished(
        film,
        cues,
        slates,
        signed,
        when=under.when,
        others=others,
        sounds=tuple(_sounds(found, declared, under.by.name)),
        software=software,
        by=under.by,
    )
    with library.staging() as staged:
        done = sign(plan, film, staged / to.name, under.signer, timestamper=under.timestamper)
        bench.signed.add(done.sha256)
        refuse_unsigned(staged, bench.signed)
        row = bench.row(done.path, "film", slates.values(), sidecar=done.sidecar)
        (row,) = publish(library, staged, to.absolute().parent, [row], force)
    return Finished(Path(row.path), row, others, tuple(dict.fromkeys(bench.warnings)))


def others_of(found: Finding, declared: Sequence[Declaration], by: str) -> tuple[Stretch, ...]:
    """Every stretch that shows no take, and titles over takes, with what a person declares of it.

    Raises:
        BadInput: a declaration makes no sense, or fits nothing.
    """
    from circletake.provenance.derived import Stretch

    rate = found.cues.rate
    pictures = [each for each in declared if each.what != SOUND]
    for each in pictures:
        if each.kind not in DECLARED:
            raise BadInput(each.kind, "is no kind of picture", f"one of {', '.join(DECLARED)}")
    stretches: list[Stretch] = []
    met: set[Declaration] = set()
    for gap in found.cues.gaps:
        for first, last, what in _parted(gap, found, pictures):
            said = _declared(pictures, first / rate, last / rate, what)
            if said:
                met.add(said)
            kind = DECLARED[said.kind] if said else ""
            stretches.append(Stretch(first / rate, last / rate, kind, by if said else "", what))
    for named in found.named:
        if named.over:
            said = next((each for each in pictures if fnmatchcase(named.what, each.what)), None)
            if said:
                met.add(said)
            kind = DECLARED[said.kind] if said else ""
            start, end = named.record_in / rate, named.record_out / rate
            stretches.append(Stretch(start, end, kind, by if said else "", f"{OVER}: {named.what}"))
    for each in pictures:
        if each not in met and each.what != REST:
            raise BadInput(
                each.what, "nothing without a take is called so, or lies there", "--dry-run lists it"
            )
    return tuple(sorted(stretches, key=lambda each: (each.start, each.end)))


def _parted(gap: Gap, found: Finding, declared: Sequence[Declaration]) -> Iterator[tuple[int, int, str]]:
    """A gap, parted where a declared stretch starts or ends, each with what the timeline calls it."""
    rate = found.cues.rate
    edges = {gap.record_in, gap.record_out}
    for each in declared:
        if span := _seconds(each.what):
            edges |= {
                frame for frame in (round(at * rate) for at in span) if gap.record_in < frame < gap.record_out
            }
    places = sorted(edges)
    what = next((n.what for n in found.named if n.record_in <= gap.record_in < n.record_out), "")
    for start, end in pairwise(places):
        yield start, end, what


def _declared(
    declared: Sequence[Declaration], start: Fraction, end: Fraction, what: str
) -> Declaration | None:
    """The first declaration that fits, the rest last."""
    for each in sorted(declared, key=lambda said: said.what == REST):
        span = _seconds(each.what)
        if each.what == REST or (span and span[0] <= (start + end) / 2 < span[1]):
            return each
        if not span and what and fnmatchcase(what, each.what):
            return each
    return None


def _seconds(text: str) -> tuple[Fraction, Fraction] | None:
    first, dash, last = text.partition("-")
    try:
        return (Fraction(first), Fraction(last)) if dash else None
    except (ValueError, ZeroDivisionError):
        return None


def _sounds(found: Finding, declared: Sequence[Declaration], by: str) -> Iterator[SoundUse]:
    said = next((each.kind for each in declared if each.what == SOUND), "")
    if said and said not in ("human", "ai", "algorithm"):
        raise BadInput(said, "is no kind of sound", "one of human, ai, algorithm")
    for name in found.sounds or (("sound of the film",) if said else ()):
        yield SoundUse(name, "", said or "undeclared", by if said else "")


def _used(cues: CueList) -> tuple[str, ...]:
    return tuple(dict.fromkeys(cue.take_id for cue in cues.cues))


def _unseen(film: Path) -> CueList:
    """The film without anything found in it."""
    from circletake.media.probe import probe

    facts = probe(film).facts
    rate = facts.rate or Fraction(24)
    frames = facts.frames or round(Fraction(facts.seconds).limit_denominator(90_000) * rate)
    empty = CueList(
        film.name.encode("utf-8", "replace").decode(),
        sha256_of(film),
        rate,
        frames,
        (),
        (),
        0,
        0,
        facts.width,
        facts.height,
    )
    return replace(empty, gaps=(Gap(0, frames),))
