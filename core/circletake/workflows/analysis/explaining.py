"""Why two takes pair or do not: every number with its bound, what was ruled, and the frames themselves."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from circletake.errors import BadInput, CircletakeError, LibraryError
from circletake.model.alignment import Alignment
from circletake.model.fingerprint import VERSION
from circletake.model.slate import Slate
from circletake.model.stack import Likeness, VersionOf
from circletake.workflows import pool
from circletake.workflows.analysis.comparing import look_at
from circletake.workflows.analysis.showing import Frames, show
from circletake.workflows.library import Library
from circletake.workflows.progress import Progress, silent

if TYPE_CHECKING:
    from circletake.fingerprint.explaining import Measure
    from circletake.fingerprint.looks import Look
    from circletake.fingerprint.overlay import Moment
    from circletake.model.still import Still

_MOMENTS = 5


@dataclass(frozen=True, slots=True)
class Explanation:
    """What two takes are to one another.

    Attributes:
        alignment: of ``b`` on ``a``; ``None`` where they have nothing in common.
        likeness: the verdict with ``a`` as the keeper; ``None`` where they are no pair.
        measures: every number of the alignment with its bound.
        searched: a run compares them at all, since a frame of one is like one of the other.
        ruling: ``apart``, ``together`` or empty.
        version: where one is a version of the other.
        lost: by label, why frames come from the small pictures of the record.
        picture: the aligned frames as a JPEG file; ``None`` where nothing can be aligned.
    """

    a: Slate
    b: Slate
    alignment: Alignment | None
    likeness: Likeness | None
    measures: tuple[Measure, ...]
    searched: bool
    ruling: str
    version: VersionOf | None
    lost: dict[str, str]
    picture: bytes | None


def explain(
    library: Library,
    words: Sequence[str],
    *,
    progress: Progress = silent,
    cancelled: Callable[[], bool] = lambda: False,
) -> Explanation:
    """Compare two takes as a run does, and tell everything.

    Raises:
        BadInput: not two takes were named, or one has no fingerprint yet.
        LibraryError: the fingerprint of one is damaged.
        NotFound: one of them does not exist.
        Cancelled: ``cancelled`` answered yes.
    """
    from circletake.fingerprint.changes import changes
    from circletake.fingerprint.comparing import compare, lay
    from circletake.fingerprint.explaining import explain as explained
    from circletake.fingerprint.judging import judge
    from circletake.fingerprint.overlay import compose, moments
    from circletake.fingerprint.search import candidates

    registry = library.registry
    named = [take for word in words for take in registry.takes.resolve(word)]
    if len(named) != 2 or named[0].id == named[1].id:
        raise BadInput("--explain", "needs two takes", "circletake dedupe --explain SH010/31 SH010/12")
    a, b = (registry.takes.slate(take.id) for take in named)
    ids = (a.take.id, b.take.id)
    packed = registry.analyses.fingerprints(VERSION, ids)
    pictures = registry.analyses.thumbnails(VERSION, ids)
    for slate in (a, b):
        if slate.take.id not in packed or slate.take.id not in pictures:
            raise BadInput(slate.take.label, "was not looked at yet", "circletake analyze")
    looks = {slate.take.id: _look(slate, packed, pictures) for slate in (a, b)}
    ours, theirs = (looks[one] for one in ids)
    # The numbers are those of a run; the picture shows the first named above, whichever a run lays on it.
    alignment = compare(ours, theirs)
    shown = lay(ours, theirs) if alignment else None
    picture: bytes | None = None
    lost: dict[str, str] = {}
    if shown:
        at = moments(shown, _MOMENTS)
        stills, lost = _stills(library, at, (a, b), progress, cancelled)
        picture = compose(shown, at, (a.take.label, b.take.label), stills)
    rulings, pair = registry.stacks.rulings(), frozenset(ids)
    versions = (registry.versions.of(one) for one in ids)
    return Explanation(
        a,
        b,
        alignment,
        judge(alignment, a.take.media, b.take.media, changed=changes(shown).told if shown else ())
        if alignment
        else None,
        explained(alignment) if alignment else (),
        bool(candidates({one: looks[one].fingerprint for one in ids})),
        "apart" if pair in rulings.apart else "together" if pair in rulings.together else "",
        next((one for one in versions if one and one.of_id in pair), None),
        lost,
        picture,
    )


def _look(slate: Slate, packed: Mapping[str, bytes], pictures: Mapping[str, bytes]) -> Look:
    try:
        return look_at(packed[slate.take.id], pictures[slate.take.id])
    except LibraryError as error:
        raise LibraryError(slate.take.label, "its fingerprint is damaged", error.next_step) from error


def _stills(
    library: Library,
    at: Sequence[Moment],
    slates: tuple[Slate, Slate],
    progress: Progress,
    cancelled: Callable[[], bool],
) -> tuple[tuple[list[Still] | None, list[Still] | None], dict[str, str]]:
    """The frames of both takes from their files, and why those of one cannot be had."""
    seconds = (tuple(m.a for m in at), tuple(m.b for m in at))
    tasks: list[Frames] = []
    lost: dict[str, str] = {}
    for slate, own in zip(slates, seconds, strict=True):
        try:
            tasks.append(Frames(slate.take.id, str(library.media(slate.take)), own))
        except CircletakeError as error:
            lost[slate.take.label] = error.reason
    found: dict[str, list[Still]] = {}
    labels = {slate.take.id: slate.take.label for slate in slates}
    for task, result in pool.run(tasks, show, progress=progress, cancelled=cancelled):
        if isinstance(result, pool.Failure):
            lost[labels[task.take_id]] = result.reason
        else:
            found[task.take_id] = result
    first, second = (found.get(slate.take.id) for slate in slates)
    return (first, second), lost
