"""The generator: asks, looks, fetches. A task tells neither model, prompt nor seed: the request is ours."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from circletake import (
    About,
    Context,
    FetchedFile,
    GenerationRequest,
    JobState,
    ModelCard,
    Phase,
    PluginError,
    RequestCheck,
    Transient,
    Unanswered,
    download,
    file_stem,
    printable,
)
from circletake_runway.asking import arguments, checked
from circletake_runway.media import sent
from circletake_runway.models import cards, mode_of
from circletake_runway.outputs import clips, suffix_of
from circletake_runway.service import NAME, RunwaySettings, Unknown, service

LOOK_SECONDS = 5.0
"""Runway asks not to be asked about a task more often."""

_WAITING = {"PENDING": Phase.QUEUED, "THROTTLED": Phase.QUEUED, "RUNNING": Phase.RUNNING}


class Runway:
    """A backend for Runway's API. Its tasks cannot be listed, so a lost answer is told to a person."""

    about = About(NAME, "Runway's models, from text, a still or a clip", "1", RunwaySettings)

    def models(self, settings: RunwaySettings) -> Sequence[ModelCard]:
        """Every model of the table."""
        return cards()

    def check(self, request: GenerationRequest, settings: RunwaySettings) -> RequestCheck:
        """Hold a request against the table and the SDK's types. No price is known."""
        return checked(request)

    def submit(self, request: GenerationRequest, settings: RunwaySettings, ctx: Context) -> str:
        """Send what it starts from, then the request."""
        problems = self.check(request, settings).problems
        if problems:
            raise PluginError(NAME, "; ".join(problems), f"circletake generate --backend {NAME}")
        ctx.check_cancelled()
        with service(settings, ctx) as client:
            media = sent(request, client)
        ctx.check_cancelled()
        with service(settings, ctx, sending=True) as client:
            ways: dict[str, Any] = {
                "text": client.text_to_video,
                "image": client.image_to_video,
                "video": client.video_to_video,
            }
            task = ways[mode_of(request)].create(**arguments(request, media))
        return str(getattr(task, "id", "") or "")

    def find(self, request: GenerationRequest, settings: RunwaySettings, ctx: Context) -> str | None:
        """Nothing to look in.

        Raises:
            Unanswered: always.
        """
        raise Unanswered(NAME, "its tasks cannot be listed", "look at Runway's site")

    def poll(self, job: str, settings: RunwaySettings, ctx: Context) -> JobState:
        """Where the task is, with the reason where it failed. One that was stopped may be gone altogether."""
        try:
            task = _task(job, settings, ctx)
        except Unknown:
            return JobState(
                Phase.CANCELLED, error="Runway knows no such task: it was cancelled, or is of another account"
            )
        status = getattr(task, "status", None)
        if status in _WAITING:
            return JobState(_WAITING[status], _progress(task), retry_after=LOOK_SECONDS)
        if status == "SUCCEEDED":
            return JobState(Phase.DONE, 1.0)
        if status == "FAILED":
            return JobState(Phase.FAILED, error=_failure(task))
        if status == "CANCELLED":
            return JobState(Phase.CANCELLED, error="cancelled at Runway")
        raise PluginError(NAME, f"says a task is {printable(str(status), 60)!r}, which is not known here")

    def fetch(self, job: str, into: Path, settings: RunwaySettings, ctx: Context) -> Sequence[FetchedFile]:
        """Bring the clips. Links live for a day or two; each time the task is asked for fresh ones."""
        ctx.check_cancelled()
        links = _links(job, settings, ctx)
        own = (settings.base_url,) if settings.base_url else ()
        files = []
        for number, link in enumerate(links):
            name = file_stem(job) + (f"-{number + 1}" if len(links) > 1 else "")

            def again(number: int = number) -> str:
                fresh = _links(job, settings, ctx)
                if number >= len(fresh):
                    raise PluginError(NAME, "the task brings less than it did")
                return fresh[number]

            files.append(
                download(link, into / f"{name}{suffix_of(link)}", ctx, plugin=NAME, renew=again, own=own)
            )
        return [FetchedFile(clip, {"param.job": job}) for clip in clips(files, ctx)]

    def cancel(self, job: str, settings: RunwaySettings, ctx: Context) -> None:
        """Stop a task that is not finished: the same call would delete one that is, with what it made."""
        try:
            if getattr(_task(job, settings, ctx), "status", None) in _WAITING:
                with service(settings, ctx) as client:
                    client.tasks.delete(quote(job, safe=""))
        except Unknown:
            return


def _task(job: str, settings: RunwaySettings, ctx: Context) -> Any:
    with service(settings, ctx) as client:
        return client.tasks.retrieve(quote(job, safe=""))


def _links(job: str, settings: RunwaySettings, ctx: Context) -> list[str]:
    task = _task(job, settings, ctx)
    links = getattr(task, "output", None)
    if getattr(task, "status", None) != "SUCCEEDED" or not isinstance(links, list) or not links:
        raise Transient(NAME, "the task is not finished")
    return [str(link) for link in links]


def _progress(task: Any) -> float | None:
    progress = getattr(task, "progress", None)
    return min(max(float(progress), 0.0), 1.0) if isinstance(progress, (int, float)) else None


def _failure(task: Any) -> str:
    """Why a task failed, and whether asking again makes sense. Source: Runway's failure codes."""
    code = printable(str(getattr(task, "failure_code", None) or "no code"), 80)
    said = f"{printable(str(getattr(task, 'failure', None) or 'failed'), 300)} ({code})"
    if "SAFETY" in code.split("."):
        return (
            f"{said}; refused by Runway's moderation, which will not change its mind: ask for something else"
        )
    return said
