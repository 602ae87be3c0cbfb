"""Bringing clips in: walk, look, recover recipes, keep the bytes, write the rows, analyse.

A file is safe before its row is written, and each row is written whole, so the work can be
killed at any moment: run again, what has a row is left alone and the rest is done.
"""

from __future__ import annotations

import shutil
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from circletake.errors import BadInput, LibraryError, NotFound
from circletake.model.event import Actor
from circletake.model.recipe import RecipeClaim
from circletake.model.take import Declaration, Origin
from circletake.model.text import human_size
from circletake.workflows.intake.recovering import Readers
from circletake.workflows.intake.surveying import Candidate, Survey, Unread, survey
from circletake.workflows.intake.taking_in import SHOT_CODE, Grouping, Intake, Wishes
from circletake.workflows.progress import Progress, silent

if TYPE_CHECKING:
    from circletake.plugins.manager import PluginManager
    from circletake.provenance.trust import TrustList
    from circletake.workflows.analysis.analyze import AnalyzeReport
    from circletake.workflows.intake.inspecting import Inspected
    from circletake.workflows.intake.recipe_table import RecipeTable
    from circletake.workflows.library import Library

    _Seen = tuple[Candidate, Inspected | Unread]

BATCH = 32
"""Files whose rows are written together; what a kill costs at most."""


class Keeping(StrEnum):
    """What happens to the bytes."""

    IN_PLACE = "kept where they are"
    CLONED = "cloned into the library, sharing their space"
    COPIED = "copied into the library"


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """What will happen, told before it does.

    Attributes:
        free: bytes free where the library is.
    """

    survey: Survey
    keeping: Keeping
    free: int


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What an import did.

    Attributes:
        takes: ids of the takes added.
        shots: codes of the shots they went to.
        copies: files whose bytes a take holds already; they add claims and a place, never a take.
        exports: files this library exported itself, left alone.
        claims: statements added to takes that were there before.
        known: takes added whose recipe has a ``prompt``, ``model``, ``seed``, or ``nothing``.
        learnt: takes added that have a claim of an evidence.
        notes: what a person should know: readers and scorers that failed, rows that met no file.
        unread: files that are no takes, and takes whose picture cannot be read whole.
        findings: takes looked at now that have a finding, by kind.
        versions: ids of takes kept as a version of one that is known, whose recipe they took over.
    """

    plan: ImportPlan
    takes: tuple[str, ...]
    shots: tuple[str, ...]
    copies: int
    exports: int
    claims: int
    unread: tuple[Unread, ...]
    known: Mapping[str, int]
    learnt: Mapping[str, int]
    notes: tuple[str, ...]
    analysis: AnalyzeReport | None
    findings: Mapping[str, int]
    versions: tuple[str, ...] = ()


def plan_import(
    library: Library, paths: Sequence[Path], *, copy: bool = False, reread: bool = False
) -> ImportPlan:
    """Walk ``paths`` and say what an import would do; nothing is opened.

    Raises:
        NotFound: none of the paths is there.
        LibraryError: the copies would not fit on the disk.
    """
    if not any(path.expanduser().exists() for path in paths):
        named = ", ".join(str(path) for path in paths)
        raise NotFound(named, "no such file or folder", "circletake import FOLDER")
    # A copy is made of files that are watched already, too.
    found = survey(paths, {} if reread or copy else library.registry.media.known_in_place())
    free = shutil.disk_usage(library.root).free
    if copy:
        keeping = Keeping.COPIED
    elif found.files and library.store.can_reflink(found.files[0].path):
        keeping = Keeping.CLONED
    else:
        keeping = Keeping.IN_PLACE
    if copy and found.size > free:
        raise LibraryError(
            str(library.root),
            f"{human_size(found.size)} to copy, {human_size(free)} free",
            "import without --copy: files stay where they are",
        )
    return ImportPlan(found, keeping, free)


def ingest(
    library: Library,
    manager: PluginManager,
    paths: Sequence[Path],
    *,
    by: Actor,
    shot: str = "",
    group: Grouping = Grouping.PROMPT,
    origin: Origin = Origin.GENERATED,
    declared: Declaration = Declaration.UNDECLARED,
    copy: bool = False,
    recipes: Path | None = None,
    observed: Mapping[Path, Sequence[RecipeClaim]] | None = None,
    reread: bool = False,
    analysis: bool = True,
    announce: Callable[[ImportPlan], None] = lambda plan: None,
    progress: Progress = silent,
    analysing: Progress = silent,
    comparing: Progress = silent,
) -> IngestReport:
    """Bring clips in and look at each once.

    Args:
        shot, group, origin, declared, copy, observed: see :class:`~.taking_in.Wishes`.
        recipes: a table of recipes, JSON or CSV.
        reread: read files again that have not changed, to learn what lies beside them now.
        analysis: fingerprint and score what was added, and whatever an earlier run left.
        announce: told the plan once the folders were walked, before anything else is done.

    Raises:
        BadInput: the table or the shot's name makes no sense.
        NotFound: none of the paths is there.
        LibraryError: the copies would not fit.
    """
    from circletake.workflows.intake.recipe_table import read_table

    if shot and not SHOT_CODE.fullmatch(shot):
        raise BadInput(
            f"shot {shot!r}", "is no shot's name", "letters, digits, - and _, not all hex digits; e.g. SH010"
        )
    table = read_table(recipes) if recipes else None
    plan = plan_import(library, paths, copy=copy, reread=reread)
    announce(plan)
    made = {path.resolve(): tuple(claims) for path, claims in (observed or {}).items()}
    intake = Intake(
        library,
        Readers(manager, library.settings),
        Wishes(by, shot, group, origin, declared, copy, made),
        table,
        exported={row.sha256 for row in library.registry.exports.all()},
        unread=list(plan.survey.unread),
    )
    intake.tell_known(plan.survey.unchanged)
    for batch in _inspected(plan.survey.files, progress):
        # Copying takes as long as the files are large, so nobody else's writes wait for it.
        kept = [(candidate, *intake.keep(candidate, seen)) for candidate, seen in batch]
        with library.registry.batch():
            for candidate, seen, location in kept:
                intake.take_in(candidate, seen, location)
    analysed = None
    if analysis:
        from circletake.workflows.analysis.analyze import analyze

        analysed = analyze(library, manager, progress=analysing)
    versions: tuple[str, ...] = ()
    if analysis and intake.takes:
        from circletake.workflows.intake.inheriting import inherit

        versions = inherit(library, intake, progress=comparing)
    return _report(plan, intake, analysed, versions)


def _inspected(files: Sequence[Candidate], progress: Progress) -> Iterator[list[_Seen]]:
    """Look at every file in worker processes, and hand on what was seen in batches, in order."""
    from circletake.workflows.intake.inspecting import look
    from circletake.workflows.pool import READING, Failure, run

    ready: dict[Path, Inspected | Unread] = {}
    batch: list[_Seen] = []
    waiting = deque(files)
    looked = partial(look, trust=_trust())
    for candidate, result in run(files, looked, ahead=READING, progress=progress):
        ready[candidate.path] = (
            Unread(candidate.shown, result.reason) if isinstance(result, Failure) else result
        )
        while waiting and waiting[0].path in ready:
            first = waiting.popleft()
            batch.append((first, ready.pop(first.path)))
        if len(batch) >= BATCH:
            yield batch
            batch = []
    yield batch


def _trust() -> tuple[TrustList, ...]:
    """The lists a person added, and the own key's."""
    from circletake.provenance.keys import KeyRing
    from circletake.provenance.trust import TrustStore
    from circletake.workflows.library import user_home

    home = user_home()
    ring = KeyRing(home)
    return (*TrustStore(home).lists(), *((ring.anchor(),) if ring.exists else ()))


def _report(
    plan: ImportPlan, intake: Intake, analysed: AnalyzeReport | None, versions: tuple[str, ...]
) -> IngestReport:
    notes = [*intake.notes, *(f"reader {name}: {said}" for name, said in intake.readers.faults.items())]
    if intake.table is not None:
        notes.extend(_table_notes(intake.table))
    if intake.late_origin:
        notes.append(
            f"takes here already that came in with another origin, which stays: {intake.late_origin}; "
            "--declare still says how they were made"
        )
    unread = list(intake.unread)
    for trouble in analysed.troubles if analysed else ():
        if trouble.what:
            notes.append(f"{trouble.label}: {trouble.what}: {trouble.reason}")
        else:
            unread.append(Unread(f"{trouble.label} {trouble.name}", trouble.reason))
    return IngestReport(
        plan=plan,
        takes=tuple(take.id for take in intake.takes),
        shots=tuple(dict.fromkeys(take.shot for take in intake.takes)),
        copies=intake.copies,
        exports=intake.exports,
        claims=intake.claims,
        unread=tuple(unread),
        known=dict(intake.known),
        learnt=dict(intake.learnt),
        notes=tuple(notes),
        analysis=analysed,
        findings=analysed.findings if analysed else {},
        versions=versions,
    )


def _table_notes(table: RecipeTable) -> Iterator[str]:
    def some(rows: Sequence[str]) -> str:
        return ", ".join(rows[:3]) + (", …" if len(rows) > 3 else "")

    if table.unmatched:
        yield f"{table.name}: {len(table.unmatched)} rows met no file here: {some(table.unmatched)}"
    if table.ambiguous:
        yield f"{table.name}: {len(table.ambiguous)} rows fit several files: {some(table.ambiguous)}"
    if table.left_out:
        yield f"{table.name}: columns left out, their values are nested: {', '.join(table.left_out)}"
