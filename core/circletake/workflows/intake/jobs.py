"""One job of a generator, from asked to taken in: sent, watched, fetched, imported like any file.

Each step is stored before the next, so a job can be gone on with from wherever it was left.
What a backend refuses or fails is over. Anything else that goes wrong leaves the job open with
its reason, since it may have been paid for.
"""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from circletake.errors import Cancelled, LeaseLost, NotFound, PluginError, PluginFault, Transient, Unanswered
from circletake.files import sha256_of, sync_file, sync_folder
from circletake.model.event import Actor
from circletake.model.generation import FetchedFile, JobState, Phase
from circletake.model.job import Job, JobStep
from circletake.model.recipe import PARAMETER, REFERENCE, Evidence, Field, RecipeClaim
from circletake.workflows.intake import patience
from circletake.workflows.intake.line import Line, Switch
from circletake.workflows.intake.requests import request_of

if TYPE_CHECKING:
    from circletake.plugins.manager import PluginManager
    from circletake.workflows.intake.desk import Desk
    from circletake.workflows.library import Library

_SLOT_SECONDS = 1.0
"""Between two looks whether a backend has room for another job."""

_FLYING_SECONDS = 0.2
"""Between two looks whether a request like this one is still being sent."""


class Over(PluginError):
    """A job came to its end without a take: refused, failed, or stopped by a person."""

    def __init__(self, step: JobStep, job: Job, reason: str) -> None:
        self.step = step
        super().__init__(job.generator, reason, "circletake jobs retry " + job.short)


@dataclass(frozen=True, slots=True)
class JobWorker:
    """Takes jobs that its desk holds from whatever step they are at to the end. Threads may share it.

    Attributes:
        limits: jobs of a backend in flight at a time, by its name.
        warnings: what backends said that a person should know.
        flying: what is being sent this moment, by job.
        finding: held while a lost answer is looked up, so that no two jobs are given one id.
    """

    library: Library
    manager: PluginManager
    desk: Desk
    switch: Switch
    limits: Mapping[str, int]
    warnings: list[str] = field(default_factory=list)
    flying: dict[str, Mapping[str, object]] = field(default_factory=dict)
    finding: threading.Lock = field(default_factory=threading.Lock)

    def bring(self, job: Job) -> Job:
        """Get the job's files into the library's folder for jobs, sending it first where that was not done.

        Raises:
            Over: there will be no take.
            PluginError: it did not work out this time; the job is open.
            LeaseLost: another process took the job over.
        """
        if job.step is JobStep.FETCHED and _whole(job):
            return job
        known = partial(self._is_known, job)
        line = Line(self.library, self.manager, job.generator, self.switch, known)
        try:
            if job.step in (JobStep.INTENDED, JobStep.SENDING):
                job = self._send(job, line)
            return self._fetch(self._watch(job, line), line)
        finally:
            self.warnings.extend(line.clean(text) for _, text in line.context.warnings)

    def take_in(self, here: Sequence[Job], by: Actor) -> list[Job]:
        """Import what was fetched and close the jobs. One whose files are no takes is to be fetched again."""
        from circletake.workflows.intake.ingest import ingest

        done = []
        for shot in dict.fromkeys(job.shot for job in here):
            batch = [job for job in here if job.shot == shot]
            claims = {path: said for job in batch for path, said in _claims(job).items()}
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
            for job in batch:
                try:
                    done.append(self._closed(job, reasons))
                except LeaseLost as error:
                    self.warnings.append(str(error))
        return done

    def _closed(self, job: Job, reasons: str) -> Job:
        found = [self.library.registry.takes.by_sha256(sha256_of(Path(file))) for file in job.files]
        if not all(found):
            reason = reasons or "what came is no take"
            return self.desk.store(replace(job, step=JobStep.SUBMITTED, error=reason))
        takes = tuple(take.id for take in found if take)
        job = self.desk.store(replace(job, step=JobStep.IMPORTED, takes=takes, error=""))
        self.desk.give_back(job)
        shutil.rmtree(job_folder(self.library, job), ignore_errors=True)
        return job

    def leave(self, job_id: str, error: PluginError) -> Job:
        """Keep why a job brought nothing, and let others have it."""
        job = self.library.registry.jobs.get(job_id)
        job = replace(job, step=error.step if isinstance(error, Over) else job.step, error=str(error))
        self.desk.store(job)
        self.desk.give_back(job)
        if job.step.over:
            shutil.rmtree(job_folder(self.library, job), ignore_errors=True)
        return job

    def call_off(self, job: Job) -> Job:
        """Stop a job, asking its backend where it may have been sent.

        Returns:
            The job: cancelled, or still open because the backend had finished it.
        """
        if job.step is JobStep.FETCHED:
            return job
        if job.step is JobStep.SUBMITTED:
            line = Line(self.library, self.manager, job.generator, self.switch)
            if self._stop(job, line).phase is Phase.DONE:
                return job
        return self.leave(job.id, Over(JobStep.CANCELLED, job, "cancelled by a person"))

    def _send(self, job: Job, line: Line) -> Job:
        """Send a request, unless an earlier run did so and the backend knows it."""
        if job.step is JobStep.SENDING:
            recovered = self._recovered(job, line)
            if recovered:
                return recovered
        for tries in count():
            self._slot(job)
            try:
                return self._submitted(job, line)
            except Transient as later:
                # It was not sent; what is stored must say so before anything else happens.
                self.desk.store(replace(job, step=JobStep.INTENDED, note=later.reason))
                if tries + 1 == patience.TRIES:
                    raise
                self.switch.pause(patience.before_retrying(tries, later.retry_after))
            except (Unanswered, PluginFault) as lost:
                return self._reconciled(job, line, lost)
            except Cancelled:
                raise
            except PluginError as refused:
                raise Over(JobStep.FAILED, job, refused.reason) from None
        raise AssertionError  # the loop has no end of its own

    def _slot(self, job: Job) -> None:
        """Wait until the backend has room, then mark the job as being sent."""
        limit = max(1, self.limits.get(job.generator, 1))
        while not self.library.registry.jobs.begin(job, self.desk.owner, limit):
            self._heed_stop(job)
            self.switch.pause(_SLOT_SECONDS)
        self._heed_stop(job)

    def _heed_stop(self, job: Job) -> None:
        if self.library.registry.jobs.stop_asked(job.id):
            raise Over(JobStep.CANCELLED, job, "cancelled by a person")

    def _sent(self, job: Job, answer: str, line: Line) -> Job:
        """Store the backend's own id, at once."""
        if not isinstance(answer, str) or not answer:
            raise Unanswered(job.generator, "gave no id for the job it was sent", _UNKNOWN.format(job.short))
        known = line.clean(answer)
        return self.desk.store(replace(job, provider_id=known, step=JobStep.SUBMITTED, error="", note=""))

    def _submitted(self, job: Job, line: Line) -> Job:
        request = request_of(job)
        self.flying[job.id] = job.request
        try:
            answer = line.once(lambda backend, settings, ctx: backend.submit(request, settings, ctx))
            return self._sent(job, answer, line)
        finally:
            del self.flying[job.id]

    def _recovered(self, job: Job, line: Line) -> Job | None:
        """The job with its id, where its backend lists the request.

        Requests without a seed may be alike. Those being sent just now may be listed before their
        answers are here, so they are waited for.
        """
        with self.finding:
            while job.request in list(self.flying.values()):
                self.switch.pause(_FLYING_SECONDS)
            found = self._found(job, line)
            return self._sent(job, found, line) if found else None

    def _reconciled(self, job: Job, line: Line, lost: PluginError) -> Job:
        """A job whose answer was just lost, with its id. One that is not found is not sent again now."""
        recovered = self._recovered(job, line)
        if recovered:
            return recovered
        raise Unanswered(
            job.generator, f"{lost.reason}; it does not list the job yet", "circletake jobs resume"
        )

    def _found(self, job: Job, line: Line) -> str | None:
        """Ask the backend for a request it may have got; its list may lag, so it is read more than once."""
        request = request_of(job)
        try:
            for tries in range(_LOOKS):
                if tries:
                    self.switch.pause(patience.before_retrying(tries - 1))
                found = line.ask(lambda backend, settings, ctx: backend.find(request, settings, ctx))
                if found and self._is_known(job, found):
                    raise Unanswered(job.generator, "it names the job of another take")
                if found:
                    return found
        except (Transient, Cancelled):
            raise
        except PluginError as error:
            raise Unanswered(
                job.generator,
                f"nobody can tell whether it got the request ({error.reason})",
                _UNKNOWN.format(job.short),
            ) from None
        return None

    def _is_known(self, job: Job, provider_id: str) -> bool:
        """Whether a backend's id is that of another job of the library."""
        others = (other for other in self.library.registry.jobs.all() if other.id != job.id)
        return any((job.generator, provider_id) == (other.generator, other.provider_id) for other in others)

    def _watch(self, job: Job, line: Line) -> Job:
        """Look at a job until it is done, as often as is polite."""
        for looks in count():
            state = self._look(job, line)
            if self.library.registry.jobs.stop_asked(job.id) and state.phase is not Phase.DONE:
                state = self._stop(job, line)
                if state.phase is not Phase.DONE:
                    raise Over(JobStep.CANCELLED, job, "cancelled by a person")
            if state.phase is Phase.DONE:
                return job
            if state.phase in (Phase.FAILED, Phase.CANCELLED):
                step = JobStep.FAILED if state.phase is Phase.FAILED else JobStep.CANCELLED
                raise Over(step, job, line.clean(state.error) or f"the job {state.phase.value}")
            note = state.phase.value + (f" {state.progress:.0%}" if state.progress is not None else "")
            if note != job.note:
                job = self.desk.store(replace(job, note=note))
            self.switch.pause(patience.before_looking(looks, state.retry_after))
        raise AssertionError  # the loop has no end of its own

    def _look(self, job: Job, line: Line) -> JobState:
        return line.ask(lambda backend, settings, ctx: backend.poll(job.provider_id, settings, ctx))

    def _stop(self, job: Job, line: Line) -> JobState:
        """Ask the backend to stop, and how the job stands then."""
        line.ask(lambda backend, settings, ctx: backend.cancel(job.provider_id, settings, ctx))
        return self._look(job, line)

    def _fetch(self, job: Job, line: Line) -> Job:
        """Bring the files of a job that is done; a link that expired is made anew by looking at it again."""
        folder = job_folder(self.library, job)
        for tries in count():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            try:
                files = line.once(
                    lambda backend, settings, ctx: backend.fetch(job.provider_id, folder, settings, ctx)
                )
                break
            except Transient as later:
                if tries + 1 == patience.TRIES:
                    raise
                self.switch.pause(patience.before_retrying(tries, later.retry_after))
                self._look(job, line)
        outside = [file for file in files if folder not in file.path.resolve().parents]
        if not files or outside:
            raise PluginError(job.generator, "fetched nothing into the folder it was given", "report it")
        for file in files:
            sync_file(file.path)
        sync_folder(folder)
        observed = tuple(self._observed(job, file, line) for file in files)
        paths = tuple(str(file.path) for file in files)
        return self.desk.store(
            replace(job, step=JobStep.FETCHED, files=paths, observed=observed, error="", note="")
        )

    def _observed(self, job: Job, file: FetchedFile, line: Line) -> dict[str, str]:
        """What we know because we ran it: the request, the model's card, what the backend added."""
        request = request_of(job)
        cards = line.once(lambda backend, settings, _: {each.name: each for each in backend.models(settings)})
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
        if request.parent:
            known[Field.DERIVED_FROM] = request.parent.sha256
            known[Field.DERIVED_BY] = request.parent.relation.value
        if card:
            known |= {
                Field.PROVIDER: card.provider,
                Field.MODEL_VERSION: card.version,
                Field.MODEL_URI: card.uri,
                Field.SOURCE_TYPE: card.source_type,
                Field.LICENCE: card.licence,
            }
        known |= {f"{PARAMETER}{name}": str(value) for name, value in (request.parameters or {}).items()}
        known |= file.recipe
        return {str(name): line.clean(str(value)) for name, value in known.items() if value}


_LOOKS = 3
"""How often a list is read for a request whose answer was lost, before it counts as never sent."""

_UNKNOWN = "look at its site; then circletake jobs retry {0} (sends it again) or cancel {0}"


def job_folder(library: Library, job: Job) -> Path:
    """Where the files of a job lie until they are takes; by time, so that takes enter in the order asked."""
    return library.home.resolve() / "jobs" / f"{job.asked_at:%Y%m%d%H%M%S%f}-{job.id}"


def tidy_folders(library: Library) -> None:
    """Remove what jobs that are over left behind when they were killed at their last step."""
    for folder in (library.home / "jobs").glob("*-*"):
        try:
            job = library.registry.jobs.get(folder.name.partition("-")[2])
        except NotFound:
            continue
        if job.step.over:
            shutil.rmtree(folder, ignore_errors=True)


def _whole(job: Job) -> bool:
    """Whether everything that was fetched is there, with what was observed of it."""
    return len(job.files) == len(job.observed) > 0 and all(Path(file).is_file() for file in job.files)


def _claims(job: Job) -> dict[Path, tuple[RecipeClaim, ...]]:
    return {
        Path(file): tuple(_observations(job, known))
        for file, known in zip(job.files, job.observed, strict=True)
    }


def _observations(job: Job, known: Mapping[str, str]) -> Iterator[RecipeClaim]:
    for name, value in known.items():
        yield RecipeClaim(name, value, Evidence.OBSERVED, "generate", job.generator)
