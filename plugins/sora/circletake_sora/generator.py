"""The generator: asks, looks, fetches. The videos protocol has no seed, and no way to stop a job."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Sequence
from mimetypes import guess_type
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from circletake import (
    About,
    Context,
    FetchedFile,
    Field,
    GenerationRequest,
    JobState,
    ModelCard,
    Phase,
    PluginError,
    Relation,
    RequestCheck,
    Transient,
    Unanswered,
    download,
    file_stem,
    printable,
)
from circletake_sora.models import cards, checked, made_from
from circletake_sora.place import SoraSettings, place
from circletake_sora.service import NAME, key_of, quiet, refuse_if_ended, service

if TYPE_CHECKING:
    from openai import OpenAI

_PHASES = {
    "queued": Phase.QUEUED,
    "in_progress": Phase.RUNNING,
    "completed": Phase.DONE,
    "failed": Phase.FAILED,
}
_LISTED = 500
"""The latest jobs among which a lost answer is looked for."""


class Sora:
    """A backend for any service with ``/videos`` as OpenAI published it."""

    about = About(NAME, "OpenAI's videos protocol, at a base_url of your own", "1", SoraSettings)

    def models(self, settings: SoraSettings) -> Sequence[ModelCard]:
        """The published models and those of the settings."""
        return cards(settings)

    def check(self, request: GenerationRequest, settings: SoraSettings) -> RequestCheck:
        """Refuse what the protocol cannot say; warn of what was never published. No price is known."""
        return checked(request, settings)

    def submit(self, request: GenerationRequest, settings: SoraSettings, ctx: Context) -> str:
        """Create a video, or remix or extend one."""
        refuse_if_ended(settings)
        problems = self.check(request, settings).problems
        if problems:
            raise PluginError(NAME, "; ".join(problems), f"circletake generate --backend {NAME}")
        still = _still(request)
        ctx.check_cancelled()
        with service(settings, ctx, sending=True) as client:
            video = _created(client, request, still)
        return str(getattr(video, "id", "") or "")

    def find(self, request: GenerationRequest, settings: SoraSettings, ctx: Context) -> str | None:
        """The one listed job that is as this request asks and no other take's.

        Raises:
            Unanswered: there are several, or the service lists jobs without their prompts.
        """
        with service(settings, ctx) as client:
            listed = list(_listed(client))
        like = [video for video in listed if _is_like(video, request) and not ctx.is_known(video.id)]
        if any(video.prompt is None for video in like):
            raise Unanswered(NAME, "its list of jobs does not tell their prompts")
        if len(like) > 1:
            named = ", ".join(printable(str(video.id), 60) for video in like[:5])
            raise Unanswered(NAME, f"it lists several jobs that ask the same: {named}")
        return str(like[0].id) if like else None

    def poll(self, job: str, settings: SoraSettings, ctx: Context) -> JobState:
        """Where the job is; the reason where it failed."""
        with service(settings, ctx) as client:
            video = quiet(client.videos.retrieve)(job)
        status = getattr(video, "status", None)
        if status not in _PHASES:
            raise PluginError(
                NAME, f"says a job is {printable(str(status), 60)!r}, which the protocol has not"
            )
        phase = _PHASES[status]
        progress = video.progress if isinstance(video.progress, int) else None
        return JobState(
            phase, None if progress is None else min(max(progress / 100, 0.0), 1.0), _failure(video)
        )

    def fetch(self, job: str, into: Path, settings: SoraSettings, ctx: Context) -> Sequence[FetchedFile]:
        """Bring the clip. The service keeps it for a while only; what is gone is said to be gone."""
        ctx.check_cancelled()
        with service(settings, ctx) as client:
            video = quiet(client.videos.retrieve)(job)
        at, key = place(settings), key_of(settings, ctx)
        try:
            clip = download(
                f"{at.url}/videos/{quote(job, safe='')}/content",
                into / f"{file_stem(job)}.mp4",
                ctx,
                plugin=NAME,
                headers={"Authorization": f"Bearer {key}"} if key else {},
                own=(at.url,),
            )
        except Transient:
            until = video.expires_at
            if isinstance(until, int) and until < time.time():
                when = time.strftime("%Y-%m-%d %H:%M", time.gmtime(until))
                raise PluginError(NAME, f"the service kept the clip until {when} UTC only") from None
            raise
        return [FetchedFile(clip, _observed(video, job))]

    def cancel(self, job: str, settings: SoraSettings, ctx: Context) -> None:
        """Nothing: the protocol stops no job, and deleting one that is done would lose it."""
        refuse_if_ended(settings)
        ctx.warn("not_stopped", f"the protocol cannot stop a job: {job} goes on, and is paid for")


def _created(client: OpenAI, request: GenerationRequest, still: tuple[str, bytes, str] | None) -> Any:
    relation, given = made_from(request), request.parameters or {}
    if relation and request.parent:
        if relation is Relation.REMIX:
            return quiet(client.videos.remix)(request.parent.job, prompt=request.prompt)
        # The SDK's own extend() takes {"id": ...} for a file to send, and fails before sending it.
        from openai.types import Video

        body = {"video": {"id": request.parent.job}, "prompt": request.prompt, "seconds": given["seconds"]}
        return client.post("/videos/extensions", body=body, cast_to=Video)
    said: dict[str, Any] = {name: given[name] for name in ("seconds", "size") if name in given}
    if still:
        said["input_reference"] = still
    return quiet(client.videos.create)(prompt=request.prompt, model=request.model, **said)


def _still(request: GenerationRequest) -> tuple[str, bytes, str] | None:
    """The still as it is sent: under a name that tells nothing."""
    if request.image is None or made_from(request):
        return None
    kind = guess_type(request.image.name)[0] or "application/octet-stream"
    try:
        return f"reference{request.image.suffix.lower()}", request.image.read_bytes(), kind
    except OSError as error:
        raise PluginError(NAME, f"{request.image.name} cannot be read: {error.strerror}") from error


def _listed(client: OpenAI) -> Iterator[Any]:
    """The latest jobs, newest first."""
    for number, video in enumerate(quiet(client.videos.list)(limit=100, order="desc")):
        if number == _LISTED:
            return
        yield video


def _is_like(video: Any, request: GenerationRequest) -> bool:
    """Whether a listed job may be this request; one without a prompt may be any."""
    relation, given = made_from(request), request.parameters or {}
    parent = request.parent.job if relation is Relation.REMIX and request.parent else None
    if video.prompt not in (request.prompt, None) or (video.remixed_from_video_id or None) != parent:
        return False
    if relation:
        return True  # its model, size and length are those of what it was made from
    return bool(re.fullmatch(rf"{re.escape(request.model)}(-\d{{4}}-\d\d-\d\d)?", str(video.model))) and all(
        str(getattr(video, name)) == given[name] for name in ("seconds", "size") if name in given
    )


def _failure(video: Any) -> str:
    error = video.error
    if error is None:
        return ""
    said = (getattr(error, "code", None), getattr(error, "message", None))
    return printable(": ".join(str(part) for part in said if part), 300)


def _observed(video: Any, job: str) -> dict[str, str]:
    """What the service says it did: defaults it filled in, and the dated version of its model."""
    dated = re.fullmatch(r".+-(\d{4}-\d\d-\d\d)", str(video.model))
    said = {
        "param.job": job,
        "param.seconds": video.seconds,
        "param.size": video.size,
        Field.MODEL_VERSION.value: dated[1] if dated else "",
    }
    return {name: str(value) for name, value in said.items() if value}
