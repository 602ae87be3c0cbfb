"""Takes on their way to a signature: some are signed at a time, and all come in their order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

from circletake.model.export import ProducedFile
from circletake.model.slate import Slate

if TYPE_CHECKING:
    from circletake.provenance.signing import Signed


@dataclass(frozen=True, slots=True)
class Job:
    """A rendered take that waits for its signature; ``sign`` may be called from any thread."""

    made: ProducedFile
    sign: Callable[[], Signed]


@dataclass(frozen=True, slots=True)
class Flight:
    """A take on its way; without a job, it was signed before.

    Attributes:
        stack: holds its staging folder.
    """

    slate: Slate
    stack: ExitStack
    job: Job | None = None
    signing: Future[Signed] | None = None


def ahead(
    slates: Iterable[Slate],
    start: Callable[[Slate, ThreadPoolExecutor], Flight],
    land: Callable[[Flight], Slate],
    at_a_time: int,
) -> Generator[Slate, None, None]:
    """Yield takes in their order, each signed, while the next ``at_a_time`` are being signed.

    ``start`` and ``land`` are called from this thread. When one fails, or whoever iterates stops, those on
    their way are waited for, and what was signed of them lands too.

    Raises:
        whatever ``start`` or ``land`` raise.
    """
    flying: deque[Flight] = deque()
    pool = ThreadPoolExecutor(at_a_time, thread_name_prefix="signing")
    try:
        for slate in slates:
            flying.append(start(slate, pool))
            if len(flying) > at_a_time:
                yield land(flying.popleft())
        while flying:
            yield land(flying.popleft())
    finally:
        pool.shutdown(cancel_futures=True)
        for flight in flying:
            if flight.signing is None or flight.signing.cancelled() or flight.signing.exception():
                flight.stack.close()
            else:
                land(flight)
