"""Pairing: every take compared with every other once, so that a later run compares only new ones."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from circletake.errors import Cancelled
from circletake.model.alignment import COMPARISON, Pair
from circletake.model.fingerprint import VERSION
from circletake.workflows import pool
from circletake.workflows.analysis.comparing import Compared, Lost, Task, compare_pairs
from circletake.workflows.library import Library
from circletake.workflows.progress import Progress, silent
from circletake.workflows.worker import TOO_MUCH_MEMORY, failure_of

_TOGETHER = 16
"""Pairs of one task: few enough to stop quickly, enough to be worth a worker's while."""

_HERE = 24
"""Pairs that are compared in this process, since starting workers costs more."""

_ROUND = 1024
"""Pairs after which what was found is kept: about half a minute's work of two cores."""

Near = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Pairing:
    """All like pairs, and what could not be compared now.

    Attributes:
        lost: pairs that are left to the next run.
        damaged: takes whose fingerprint could not be read.
    """

    pairs: list[Pair]
    lost: tuple[Lost, ...] = ()
    damaged: tuple[str, ...] = ()


def pair_takes(
    library: Library,
    *,
    progress: Progress = silent,
    cancelled: Callable[[], bool] = lambda: False,
    workers: int | None = None,
    at_once: bool = False,
    drop: bool = True,
) -> Pairing:
    """Compare the takes that have not been compared yet with all others.

    Every so often what was found is kept; after a stop only the takes that are left are new. A take of a
    pair that could not be compared is new to the next run.

    Args:
        at_once: keep nothing before all new takes are through; after a stop they are new again.
        drop: fingerprints that cannot be read, so that an analysis makes them anew. Otherwise nothing is
            kept where there are any.

    Raises:
        Cancelled: ``cancelled`` answered yes.
    """
    from circletake.fingerprint.record import unpack_all
    from circletake.fingerprint.search import candidates

    registry, at_once = library.registry, at_once or not drop
    fresh = registry.analyses.fingerprinted(VERSION) - registry.pairs.compared(COMPARISON)
    if not fresh:
        return Pairing(registry.pairs.all(COMPARISON))

    def watch(done: int, total: int) -> None:
        if cancelled():
            raise Cancelled
        progress.step(done, total, "searching")

    packed = registry.analyses.fingerprints(VERSION)
    prints, damaged = unpack_all(packed)
    fresh &= prints.keys()
    near = candidates(prints, fresh, watch=watch)
    del prints
    onwards = _Onwards(progress, len(near))
    found: list[Pair] = []
    lost: list[Lost] = []
    through: set[str] = set()
    for takes, part in _rounds(fresh, near):
        if cancelled():
            raise Cancelled
        through.update(takes)
        for done in _compared(library, packed, part, onwards, cancelled, workers):
            found += done.alike
            lost += done.lost
            through.difference_update(_later(fresh, (one.a_id, one.b_id)) for one in done.lost)
            damaged.update(done.damaged)
        onwards.before += len(part)
        if not at_once:
            registry.pairs.save(COMPARISON, through - damaged, found)
            found, through = [], set()
    told = tuple(lost), tuple(sorted(damaged))
    if damaged and not drop:
        # Kept, it would leave nothing new, and the next run would not come upon what is damaged.
        return Pairing([*registry.pairs.all(COMPARISON), *found], *told)
    if at_once:
        registry.pairs.save(COMPARISON, through - damaged, found)
    registry.analyses.drop_fingerprints(VERSION, damaged)
    return Pairing(registry.pairs.all(COMPARISON), *told)


@dataclass(slots=True)
class _Onwards:
    """Progress over all rounds, in pairs.

    Attributes:
        before: pairs of the rounds that are done.
    """

    progress: Progress
    total: int
    before: int = 0

    def step(self, done: int, total: int, note: str = "") -> None:
        self.progress.step(min(self.before + done * _TOGETHER, self.total), self.total, note)


def _rounds(fresh: Collection[str], near: Sequence[Near]) -> Iterator[tuple[list[str], list[Near]]]:
    """New takes in order, with their pairs among one another and with those before, some at a time.

    A pair comes with the later of its new takes: once a round is through, its takes are compared
    with all that were before.
    """
    by_take: dict[str, list[Near]] = {take_id: [] for take_id in sorted(fresh)}
    for pair in near:
        by_take[_later(fresh, pair)].append(pair)
    takes: list[str] = []
    pairs: list[Near] = []
    for take_id, some in by_take.items():
        takes.append(take_id)
        pairs += some
        if len(pairs) >= _ROUND:
            yield takes, pairs
            takes, pairs = [], []
    if takes:
        yield takes, pairs


def _later(fresh: Collection[str], pair: Near) -> str:
    """Which take of a pair brings it: the one that is new, of two new ones that with the higher id."""
    return max(pair, key=lambda take_id: (take_id in fresh, take_id))


def _compared(
    library: Library,
    packed: Mapping[str, bytes],
    near: Sequence[Near],
    progress: Progress,
    cancelled: Callable[[], bool],
    workers: int | None,
) -> Iterator[Compared]:
    """What comes of the pairs of a round; a few takes of a library are compared here."""
    tasks = list(_tasks(library, packed, near))
    done = map(_here, tasks) if len(near) <= _HERE else None
    return compare_each(tasks, done=done, workers=workers, progress=progress, cancelled=cancelled)


def _here(task: Task) -> tuple[Task, Compared | pool.Failure]:
    """The same as a worker does; what ends it goes to one, which is capped."""
    try:
        return task, compare_pairs(task)
    except Exception as error:
        return task, failure_of(error)


def compare_each(
    tasks: Iterable[Task],
    *,
    done: Iterable[tuple[Task, Compared | pool.Failure]] | None = None,
    workers: int | None = None,
    progress: Progress = silent,
    cancelled: Callable[[], bool] = lambda: False,
) -> Iterator[Compared]:
    """What comes of pairs in capped workers; where a task fails as a whole, its pairs are taken one by one.

    Args:
        done: what came of the tasks elsewhere, for which no worker is started unless one failed.
    """
    if done is None:
        done = pool.run(tasks, compare_pairs, workers=workers, progress=progress, cancelled=cancelled)
    failed: list[Task] = []
    for task, result in done:
        if isinstance(result, pool.Failure):
            failed.append(task)
        else:
            yield result
    single = [
        Task((pair,), {one: task.records[one] for one in pair}) for task in failed for pair in task.pairs
    ]
    for task, result in pool.run(single, compare_pairs, workers=workers, cancelled=cancelled):
        if isinstance(result, pool.Failure):
            reason = (
                f"comparing them took a worker down: {result.reason}" if result.crashed else result.reason
            )
            lasting = not result.crashed and result.reason != TOO_MUCH_MEMORY
            yield Compared(lost=tuple(Lost(*pair, reason, lasting) for pair in task.pairs))
        else:
            yield result


def _tasks(library: Library, packed: Mapping[str, bytes], near: Sequence[Near]) -> Iterator[Task]:
    for start in range(0, len(near), _TOGETHER):
        part = tuple(near[start : start + _TOGETHER])
        ids = sorted({name for pair in part for name in pair})
        pictures = library.registry.analyses.thumbnails(VERSION, ids)
        yield Task(part, {name: (packed[name], pictures.get(name, b"")) for name in ids})
