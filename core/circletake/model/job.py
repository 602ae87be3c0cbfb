"""A job: one request to a generator, stored before it is sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class JobStep(StrEnum):
    """How far a job is, as the registry knows it.

    ``INTENDED``: stored, certainly not sent. ``SENDING``: maybe sent, no answer recorded.
    ``SUBMITTED``: the provider gave an id. ``FETCHED``: files are here, not yet takes.
    ``IMPORTED``: done. ``FAILED``: the provider refused it or failed; nothing is to be had.
    """

    INTENDED = "intended"
    SENDING = "sending"
    SUBMITTED = "submitted"
    FETCHED = "fetched"
    IMPORTED = "imported"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def over(self) -> bool:
        """Nothing is left to do."""
        return self in (JobStep.IMPORTED, JobStep.FAILED, JobStep.CANCELLED)

    @property
    def paid(self) -> bool:
        """The provider may have begun, so there may be something to fetch."""
        return self in (JobStep.SENDING, JobStep.SUBMITTED, JobStep.FETCHED)


@dataclass(frozen=True, slots=True)
class Job:
    """One take asked of a generator.

    Attributes:
        id: UUIDv7 as text.
        request: a :class:`~circletake.model.generation.GenerationRequest` as a dictionary, no secrets.
        provider_id: the backend's own name for it, empty before it answered.
        error: why it is over without a take; of one that is not over, why the last try came to nothing.
        files: paths of what was fetched.
        takes: ids of the takes it became.
        note: what the backend said last: ``queued``, ``running 40%``.
        observed: for each of ``files``, recipe fields as they were seen while it was made.
    """

    id: str
    generator: str
    plugin_version: str
    shot: str
    request: Mapping[str, object]
    step: JobStep
    asked_by: str
    asked_at: datetime
    provider_id: str = ""
    error: str = ""
    files: tuple[str, ...] = ()
    takes: tuple[str, ...] = field(default=())
    note: str = ""
    observed: tuple[Mapping[str, str], ...] = ()

    @property
    def short(self) -> str:
        """The end of the id, as people see and type it."""
        return self.id[-8:]

    @property
    def uncertain(self) -> bool:
        """Nobody knows whether it was sent, and the backend could not tell either."""
        return self.step is JobStep.SENDING and bool(self.error)


@dataclass(frozen=True, slots=True)
class Holder:
    """Who works on a job.

    Attributes:
        owner: the process, by a name of its own.
        seen: when it last said that it lives.
        until: when others may take the job over, unless it says so again.
    """

    owner: str
    host: str
    seen: datetime
    until: datetime
