"""One job of a generator, from asked to taken in: sent, fetched, imported by the path of every import."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from circletake.errors import PluginError
from circletake.files import sha256_of
from circletake.model.event import Actor
from circletake.model.generation import GenerationRequest, ModelCard, Phase
from circletake.model.job import Job, JobStep
from circletake.model.recipe import PARAMETER, REFERENCE, Evidence, Field, RecipeClaim
from circletake.plugins.context import CallContext
from circletake.plugins.fence import fenced
from circletake.plugins.settings import settings_of

if TYPE_CHECKING:
    from circletake.plugins.manager import Offered, PluginManager
    from circletake.protocols import Generator
    from circletake.workflows.library import Library

_LEASE_SECONDS = 120.0
_WAIT_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Fetched:
    """A job whose files are here, with what was observed while each was made."""

    job: Job
    claims: Mapping[Path, Sequence[RecipeClaim]]


@dataclass(frozen=True, slots=True)
class JobWorker:
    """Takes jobs from whatever step they are at to the end; each step is stored before the next.

    A backend that fails fails its job. Anything else that goes wrong stops the work and
    leaves the job as it is, to be resumed.
    """

    library: Library
    manager: PluginManager
    owner: str
    cancelled: Callable[[], bool]
    warnings: list[str]

    def lease(self, job: Job, seconds: float = _LEASE_SECONDS) -> bool:
        """Take, renew or (with 0 seconds) give back the right to work on a job."""
        return self.library.registry.jobs.lease(job.id, self.owner, seconds)

    def bring(self, job: Job) -> Fetched:
        """Get the job's files, sending it first where that was not done.

        Raises:
            PluginError: the backend is missing or failed.
        """
        offered = self.manager.generator(job.generator)
        settings = settings_of(offered.item, self.library.settings.plugin(job.generator))
        context = CallContext(job.generator, cancelled=self.cancelled, secrets=True)
        if job.step is JobStep.INTENDED:
            job = self._submit(job, offered, settings, context)
        # Fetched before, by a run that was stopped: what was observed then is gone, so fetch again.
        job, observed = self._fetch(job, offered, settings, context)
        with fenced(self.manager, offered):
            cards = {card.name: card for card in offered.item.models(settings)}
        self.warnings.extend(text for _, text in context.warnings)
        return Fetched(job, {path: tuple(_claims(job, cards, told)) for path, told in observed.items()})

    def take_in(self, here: Sequence[Fetched], by: Actor) -> list[Job]:
        """Import what was fetched, by the path of every import, and close the jobs."""
        from circletake.workflows.intake.ingest import ingest

        done = []
        for shot in dict.fromkeys(each.job.shot for each in here):
            batch = [each for each in here if each.job.shot == shot]
            claims = {path: said for each in batch for path, said in each.claims.items()}
            report = ingest(
                self.library,
                self.manager,
                list(claims),
                by=by,
                shot=shot,
                copy=True,
                observed=claims,
                analysis=False,
            )
            reasons = "; ".join(f"{unread.path}: {unread.reason}" for unread in report.unread)
            for each in batch:
                found = [self.library.registry.takes.by_sha256(sha256_of(path)) for path in each.claims]
                if not all(found):
                    done.append(self.failed(each.job, reasons or "what it made is no take"))
                    continue
                takes = tuple(take.id for take in found if take)
                done.append(self._stored(replace(each.job, step=JobStep.IMPORTED, takes=takes)))
                self.lease(each.job, 0)
                shutil.rmtree(_folder(self.library, each.job), ignore_errors=True)
        return done

    def failed(self, job: Job, reason: str) -> Job:
        """Close a job with the reason why it gave nothing."""
        self.lease(job, 0)
        return self._stored(replace(job, step=JobStep.FAILED, error=reason))

    def _submit(self, job: Job, offered: Offered[Generator[Any]], settings: Any, ctx: CallContext) -> Job:
        request = _request(job)
        with fenced(self.manager, offered):
            # An earlier run may have been stopped between sending and hearing back.
            provider_id = offered.item.find(request, settings, ctx) or offered.item.submit(
                request, settings, ctx
            )
        return self._stored(replace(job, provider_id=provider_id, step=JobStep.SUBMITTED))

    def _fetch(
        self, job: Job, offered: Offered[Generator[Any]], settings: Any, ctx: CallContext
    ) -> tuple[Job, Mapping[Path, Mapping[str, str]]]:
        with fenced(self.manager, offered):
            state = offered.item.poll(job.provider_id, settings, ctx)
            while state.phase in (Phase.QUEUED, Phase.RUNNING):
                ctx.check_cancelled()
                self.lease(job)
                time.sleep(min(state.retry_after or _WAIT_SECONDS, _LEASE_SECONDS / 2))
                state = offered.item.poll(job.provider_id, settings, ctx)
            if state.phase is not Phase.DONE:
                raise PluginError(job.generator, state.error or f"the job {state.phase.value}", "ask again")
            folder = _folder(self.library, job)
            folder.mkdir(parents=True, exist_ok=True)
            fetched = offered.item.fetch(job.provider_id, folder, settings, ctx)
        outside = [file for file in fetched if folder not in file.path.resolve().parents]
        if not fetched or outside:
            raise PluginError(job.generator, "fetched nothing into the folder it was given", "report it")
        job = self._stored(replace(job, step=JobStep.FETCHED, files=tuple(str(f.path) for f in fetched)))
        return job, {file.path: file.recipe for file in fetched}

    def _stored(self, job: Job) -> Job:
        self.library.registry.jobs.update(job)
        return job


def new_job(generator: str, version: str, request: GenerationRequest, shot: str, by: Actor) -> Job:
    """A job that asks ``request`` of a generator, not sent yet."""
    said = asdict(request) | {"image": str(request.image) if request.image else None}
    said["parameters"] = dict(request.parameters or {})
    return Job("", generator, version, shot, said, JobStep.INTENDED, by.name, datetime.now(UTC))


def _request(job: Job) -> GenerationRequest:
    said: dict[str, Any] = dict(job.request)
    image = said.pop("image", None)
    return GenerationRequest(**said, image=Path(image) if image else None)


def _claims(job: Job, cards: Mapping[str, ModelCard], observed: Mapping[str, str]) -> Iterator[RecipeClaim]:
    """What we know because we ran it: the request, the model's card, what the backend added."""
    request = _request(job)
    card = cards.get(request.model)
    known: dict[str, str] = {
        Field.GENERATOR: job.generator,
        Field.MODEL: request.model,
        Field.PROMPT: request.prompt,
        Field.NEGATIVE_PROMPT: request.negative_prompt,
        Field.SEED: request.seed,
        Field.CREATED: job.asked_at.isoformat(timespec="seconds"),
    }
    if request.image:
        known[f"{REFERENCE}image"] = request.image.name
    if card:
        known |= {
            Field.PROVIDER: card.provider,
            Field.MODEL_VERSION: card.version,
            Field.SOURCE_TYPE: card.source_type,
            Field.LICENCE: card.licence,
        }
    known |= {f"{PARAMETER}{name}": str(value) for name, value in (request.parameters or {}).items()}
    known |= observed
    for field, value in known.items():
        if value:
            yield RecipeClaim(str(field), value, Evidence.OBSERVED, "generate", job.generator)


def _folder(library: Library, job: Job) -> Path:
    # Named by time, so that takes enter a shot in the order they were asked for.
    return library.home.resolve() / "jobs" / f"{job.asked_at:%Y%m%d%H%M%S%f}-{job.id}"
