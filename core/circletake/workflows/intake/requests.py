"""What a job asks, to and from the words in which the registry keeps it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from circletake.model.event import Actor
from circletake.model.generation import GenerationRequest
from circletake.model.job import Job, JobStep


def new_job(generator: str, version: str, request: GenerationRequest, shot: str, by: Actor) -> Job:
    """A job that asks ``request`` of a generator, not sent yet."""
    said = request.to_json() | {"parameters": dict(request.parameters or {})}
    return Job("", generator, version, shot, said, JobStep.INTENDED, by.name, datetime.now(UTC))


def new_job_like(job: Job, by: Actor) -> Job:
    """The same request once more, as a job of its own."""
    return replace(
        job,
        id="",
        step=JobStep.INTENDED,
        asked_by=by.name,
        asked_at=datetime.now(UTC),
        provider_id="",
        error="",
        files=(),
        takes=(),
        note="",
        observed=(),
    )


def request_of(job: Job) -> GenerationRequest:
    """What a job asks."""
    return GenerationRequest.from_json(job.request)
