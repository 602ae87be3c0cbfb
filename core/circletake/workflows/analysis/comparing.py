"""What a worker does with some pairs of takes: lay each on the other, and say which it could not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from circletake.errors import LibraryError
from circletake.model.alignment import Pair
from circletake.workflows.worker import failure_of

if TYPE_CHECKING:
    from circletake.fingerprint.looks import Look


@dataclass(frozen=True, slots=True)
class Task:
    """Takes to compare, as bytes: workers see no database.

    Attributes:
        records: packed fingerprint and thumbnails by take id; empty bytes where there are none.
    """

    pairs: tuple[tuple[str, str], ...]
    records: dict[str, tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class Lost:
    """A pair that could not be compared.

    Attributes:
        reason: in words for a person.
        lasting: working it out fails, so that to try again is of no use; otherwise time or memory ran
            out, or a worker was ended, which may go well another time.
    """

    a_id: str
    b_id: str
    reason: str
    lasting: bool = False


@dataclass(frozen=True, slots=True)
class Compared:
    """What came of a task.

    Attributes:
        alike: pairs that are alike at all.
        lost: pairs that could not be compared.
        damaged: takes whose record cannot be read; their pairs are in neither.
    """

    alike: tuple[Pair, ...] = ()
    lost: tuple[Lost, ...] = ()
    damaged: tuple[str, ...] = ()


def compare_pairs(task: Task) -> Compared:
    """Compare the pairs of a task; one that fails costs itself alone."""
    from circletake.fingerprint.comparing import compare
    from circletake.fingerprint.judging import band

    looks: dict[str, Look] = {}
    damaged: list[str] = []
    for name, record in task.records.items():
        try:
            looks[name] = look_at(*record)
        except LibraryError:
            damaged.append(name)
    alike: list[Pair] = []
    lost: list[Lost] = []
    for a, b in task.pairs:
        if a not in looks or b not in looks:
            continue
        try:
            alignment = compare(looks[a], looks[b])
            if alignment and band(alignment):
                alike.append(Pair(a, b, alignment))
        except MemoryError:  # the pool gives the worker's place to another
            raise
        except Exception as error:
            lost.append(Lost(a, b, failure_of(error).reason, lasting=True))
    return Compared(tuple(alike), tuple(lost), tuple(damaged))


def look_at(packed: bytes, pictures: bytes) -> Look:
    """A take ready to be compared, from its record.

    Raises:
        LibraryError: the record is damaged.
    """
    from circletake.fingerprint.looks import Look
    from circletake.fingerprint.record import unpack_both

    return Look(*unpack_both(packed, pictures))
