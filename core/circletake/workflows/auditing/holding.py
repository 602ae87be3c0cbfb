"""Holding strangers' pictures against known ones: in capped workers, and each at its own risk."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, islice
from typing import TYPE_CHECKING

from circletake.workflows.analysis.comparing import Task
from circletake.workflows.analysis.pairing import compare_each
from circletake.workflows.worker import failure_of

if TYPE_CHECKING:
    from circletake.model.fingerprint import Fingerprint

Record = tuple[bytes, bytes]
"""A packed fingerprint and its thumbnails."""

_FILE = "file "
"""What the name of a file begins with where those of takes and cuts stand beside it; none of theirs does."""

_TOGETHER = 16
"""Known pictures that one task holds a file against."""

_TASKS = 128
"""Tasks that are in memory at once."""


def likely(
    records: Mapping[str, Record], known: Mapping[str, Fingerprint], untold: dict[str, str]
) -> dict[str, list[str]]:
    """Which of ``known`` are like each file at all, by path; one search for all files.

    Args:
        untold: told why a file could not be looked for.
    """
    from circletake.fingerprint.record import unpack
    from circletake.fingerprint.search import candidates

    prints = {_FILE + path: unpack(record[0]) for path, record in records.items()}
    found: dict[str, list[str]] = {}
    try:
        pairs = candidates({**known, **prints}, prints)
    except Exception as error:
        if len(records) == 1:
            untold.update(dict.fromkeys(records, failure_of(error).reason))
            return {}
        for path, record in records.items():
            found.update(likely({path: record}, known, untold))
        return found
    # Files are alike among one another, too, which nobody asks for.
    for pair in pairs:
        for name, other in (pair, pair[::-1]):
            if name in prints and other not in prints:
                found.setdefault(name.removeprefix(_FILE), []).append(other)
    return found


def nearest(
    asked: Iterable[tuple[str, Record, Mapping[str, Record]]], untold: dict[str, str]
) -> dict[str, tuple[float, str]]:
    """By path, how many bits of 256 a file is from the known picture it folds with and is nearest to.

    One whose record is damaged is none that could be compared.

    Args:
        asked: files by path, with what each is held against by name.
        untold: told why a file could not be compared with all of them.
    """
    from circletake.fingerprint.judging import band

    found: dict[str, tuple[float, str]] = {}
    tasks = chain.from_iterable(_tasks(*one) for one in asked)
    while some := list(islice(tasks, _TASKS)):
        for done in compare_each(some):
            for pair in done.alike:
                judged, path = band(pair.alignment), pair.b_id.removeprefix(_FILE)
                if judged and judged.folds:
                    told = pair.alignment.distance, pair.a_id
                    found[path] = min(found.get(path, told), told)
            untold.update({lost.b_id.removeprefix(_FILE): lost.reason for lost in done.lost})
    return found


def _tasks(path: str, record: Record, known: Mapping[str, Record]) -> Iterator[Task]:
    names, own = iter(known), _FILE + path
    while some := list(islice(names, _TOGETHER)):
        yield Task(tuple((name, own) for name in some), {own: record, **{name: known[name] for name in some}})
