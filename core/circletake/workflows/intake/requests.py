"""What a job asks, to and from the words in which the registry keeps it."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from circletake.model.event import Actor
from circletake.model.generation import GenerationRequest, Parent, Relation
from circletake.model.job import Job, JobStep


def new_job(generator: str, version: str, request: GenerationRequest, shot: str, by: Actor) -> Job:
    """A job that asks ``request`` of a generator, not sent yet."""
    said = asdict(request) | {"image": str(request.image) if request.image else None}
    said["parameters"] = dict(request.parameters or {})
    if request.parent:
        path = request.parent.path
        said["parent"] |= {"relation": request.parent.relation.value, "path": str(path) if path else None}
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
    said: dict[str, Any] = dict(job.request)
    image, parent = said.pop("image", None), said.pop("parent", None)
    if parent:
        path = parent["path"]
        parent = Parent(
            Relation(parent["relation"]), parent["sha256"], parent["job"], Path(path) if path else None
        )
    return GenerationRequest(**said, image=Path(image) if image else None, parent=parent)
