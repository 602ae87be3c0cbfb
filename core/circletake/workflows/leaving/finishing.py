"""A film that was finished elsewhere comes back: what in it is ours, signed as just that.

With the editor's timeline its times are right to the frame; the picture is looked at all the same, and
where the two disagree nothing is claimed. Without one, takes are found by the picture alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from circletake.errors import BadInput, LibraryError, MediaError
from circletake.model.cue import CueList, Gap
from circletake.model.export import ExportRow, SoundUse
from circletake.model.recorded import UNDECLARED
from circletake.workflows.analysis.locating import locate
from circletake.workflows.leaving.blackness import with_black
from circletake.workflows.leaving.conforming import conform
from circletake.workflows.leaving.declaring import WHOLE_SOUND, Word, declared_on
from circletake.workflows.leaving.earlier import earlier_of, kept, not_kept
from circletake.workflows.leaving.evidence import film_fingerprint
from circletake.workflows.leaving.exporting import publish
from circletake.workflows.leaving.gate import refuse_unsigned
from circletake.workflows.leaving.identifying import Identified
from circletake.workflows.leaving.recalling import looked_at
from circletake.workflows.leaving.terms import Terms
from circletake.workflows.leaving.workbench import Workbench
from circletake.workflows.progress import Progress, silent

if TYPE_CHECKING:
    from circletake.model.case import FileCase
    from circletake.plugins.manager import PluginManager
    from circletake.workflows.library import Library


@dataclass(frozen=True, slots=True)
class Finding:
    """What a film is found to hold, before anything is signed.

    Attributes:
        against: where the picture contradicts the timeline, in words.
    """

    film: Path
    cues: CueList
    notes: tuple[str, ...] = ()
    against: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Finished:
    """A film that was signed and read again."""

    path: Path
    row: ExportRow
    warnings: tuple[str, ...]


def look_through(
    library: Library,
    film: Path,
    timeline: Identified | None = None,
    *,
    offset: int | None = None,
    declared: Sequence[Word] = (),
    by: str = "",
    progress: Progress = silent,
) -> Finding:
    """Find what a film holds, with its timeline where there is one, and take down what somebody declares.

    Args:
        offset: frame of the film at which the timeline starts.
        by: who declares it.

    Raises:
        BadInput: a declaration is nobody's, makes no sense, or fits nothing.
        NotFound, MediaError, LibraryError: as :func:`locate`; with a timeline, takes need no fingerprint.
    """
    if declared and not by:
        raise BadInput("--declare", "is a person's word, and nobody said it", "add --by NAME")
    notes: list[str] = []
    try:
        located = locate(library, film, progress=progress)
    except LibraryError as error:
        if timeline is None:
            raise
        located = _unseen(film)
        notes.append(f"the picture was not looked at: {error.reason}")
    against: tuple[str, ...] = ()
    if timeline is None:
        heard = (SoundUse(WHOLE_SOUND, "", UNDECLARED, ""),) if located.sound else ()
        cues = replace(located, sounds=heard)
    else:
        joined = conform(located, timeline, offset)
        names = dict.fromkeys(piece.called for piece in timeline.sounds)
        sounds = tuple(SoundUse(name, "", UNDECLARED, "") for name in names)
        cues = replace(with_black(film, joined.cues, joined.black), sounds=sounds)
        notes += [*timeline.timeline.notes, *joined.notes]
        against = joined.against
    earlier, unbelieved = earlier_of(library, film, cues)
    if earlier is None:
        notes += filter(None, [unbelieved])
        return Finding(film, declared_on(cues, declared, by), tuple(notes), against)
    before = kept(cues, earlier, timed=timeline is not None)
    if before != cues:
        notes.append(f"what was declared in {earlier.told}, is kept where nothing else is said now")
    cues = declared_on(before, declared, by)
    notes += not_kept(cues, earlier, film)
    return Finding(film, cues, tuple(notes), against)


def check_place(film: Path, to: Path, force: bool) -> None:
    """Refuse a place for the signed film before any work is done for it.

    Raises:
        BadInput: it is of another kind, is taken, or is the film itself.
    """
    if to.suffix.lower() != film.suffix.lower():
        raise BadInput(str(to), f"is no {film.suffix} file", "the signed film keeps its kind")
    if to.is_symlink() or (to.exists() and film.exists() and to.samefile(film)):
        raise BadInput(str(to), "is the film itself, or a link", "name another file with --to")
    if to.exists() and not force:
        raise BadInput(str(to), "exists already", "name another with --to, or say --force")


def finish(
    library: Library,
    manager: PluginManager,
    found: Finding,
    under: Terms,
    to: Path,
    *,
    software: str = "",
    force: bool = False,
    progress: Progress = silent,
) -> Finished:
    """Sign a film with what was found in it, and put it at ``to``. The film itself is not touched.

    Raises:
        BadInput: no take is in it, or ``to`` cannot be written.
        SigningError, MediaError: as they say; nothing was put at ``to``.
    """
    from circletake.provenance.derived import plan_finished
    from circletake.provenance.signing import sign

    film, cues = found.film, found.cues
    if not cues.cues:
        raise BadInput(
            film.name, "no take of this library is in it", "circletake locate shows what came near"
        )
    check_place(film, to, force)
    bench = Workbench(library, manager, under)
    slates = {take_id: library.registry.takes.slate(take_id) for take_id in _used(cues)}
    signed = {}
    with closing(bench.in_turn(slates.values())) as takes:
        for number, slate in enumerate(takes, 1):
            signed[slate.take.id] = bench.take(slate).path
            progress.step(number, len(slates) + 1, slate.take.label)
    plan = plan_finished(
        film,
        cues,
        slates,
        signed,
        policy=under.policy,
        when=under.when,
        software=software,
        fingerprint=film_fingerprint(film, _seen(film)),
        by=under.by,
    )
    bench.warnings.extend(plan.left_behind)
    with library.staging() as staged:
        done = sign(plan, film, staged / to.name, under.signer, timestamper=under.timestamper)
        bench.signed.add(done.sha256)
        refuse_unsigned(staged, bench.signed)
        row = bench.ledger.row(done.path, "film", slates.values(), sidecar=done.sidecar)
        (row,) = publish(library, staged, to.absolute().parent, [row], force)
    return Finished(Path(row.path), row, tuple(dict.fromkeys(bench.warnings)))


def _used(cues: CueList) -> tuple[str, ...]:
    return tuple(dict.fromkeys(cue.take_id for cue in cues.cues))


def _seen(film: Path) -> FileCase:
    case = looked_at(film)
    if case.unreadable or not case.media:
        raise MediaError(film.name, case.unreadable or "is no video")
    return case


def _unseen(film: Path) -> CueList:
    """The film without anything found in it."""
    case = _seen(film)
    facts = case.media
    assert facts is not None
    rate = facts.rate or Fraction(24)
    frames = facts.frames or round(Fraction(facts.seconds).limit_denominator(90_000) * rate)
    empty = CueList(
        film.name.encode("utf-8", "replace").decode(),
        case.sha256,
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
