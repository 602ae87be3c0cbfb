"""Takes made from takes: the request behind an earlier one, and what the new one is to it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from circletake.errors import BadInput
from circletake.model.generation import GenerationRequest, Parent, Relation
from circletake.model.recipe import Field
from circletake.workflows.intake.requests import request_of

if TYPE_CHECKING:
    from circletake.model.slate import Slate
    from circletake.workflows.library import Library


def backend_of(slate: Slate) -> str:
    """The backend that made a take, as far as its recipe tells; empty where it does not."""
    return slate.recipe[Field.GENERATOR]


def from_take(
    library: Library, slate: Slate, relation: Relation, given: GenerationRequest, backend: str
) -> GenerationRequest:
    """A request that comes from a take: what ``given`` leaves open is as it was in the take's recipe.

    A retake has the same settings and still, and a new seed unless one is given. A remix or an
    extension goes by the backend's own id of the job where it made the take itself; others are
    handed the file.

    Raises:
        BadInput: the recipe of the take does not say what is needed.
    """
    recipe = slate.recipe
    asked = _asked(library, slate) if backend_of(slate) == backend else None
    # What a backend tells of the model that made a take need not be what it was asked for by.
    asked_model = asked.model if asked else recipe[Field.MODEL]
    prompt, model = given.prompt or recipe[Field.PROMPT], given.model or asked_model
    for what, value in (("prompt", prompt), ("model", model)):
        if not value:
            raise BadInput(slate.take.label, f"its recipe names no {what}", f"give one with --{what}")
    parent = Parent(relation, slate.take.sha256, _job_of(library, slate, backend), library.media(slate.take))
    before = asked if asked and model == asked.model and relation is Relation.RETAKE else None
    settings = (before.parameters or {}) if before else {}
    return replace(
        given,
        prompt=prompt,
        model=model,
        image=given.image or (before.image if before else None),
        negative_prompt=given.negative_prompt or recipe[Field.NEGATIVE_PROMPT],
        parameters={**settings, **(given.parameters or {})},
        parent=parent,
    )


def _job_of(library: Library, slate: Slate, backend: str) -> str:
    jobs = [job for job in library.registry.jobs.all() if slate.take.id in job.takes]
    return next((job.provider_id for job in jobs if job.generator == backend), "")


def _asked(library: Library, slate: Slate) -> GenerationRequest | None:
    """What was asked for, without what the backend added; ``None`` for a take that came another way."""
    jobs = [job for job in library.registry.jobs.all() if slate.take.id in job.takes]
    return request_of(jobs[0]) if jobs else None
