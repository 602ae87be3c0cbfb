"""A job: one request to a generator, stored before it is sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class JobStep(StrEnum):
    """How far a job is, as the registry knows it.

    ``INTENDED``: stored, maybe sent, no answer recorded. ``SUBMITTED``: the provider gave an id.
    ``FETCHED``: files are here, not yet takes. ``IMPORTED``: done.
    """

    INTENDED = "intended"
    SUBMITTED = "submitted"
    FETCHED = "fetched"
    IMPORTED = "imported"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Job:
    """One take asked of a generator.

    Attributes:
        id: UUIDv7 as text.
        request: a :class:`~circletake.model.generation.GenerationRequest` as a dictionary, no secrets.
        provider_id: the backend's own name for it, empty before it answered.
        files: paths of what was fetched.
        takes: ids of the takes it became.
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
