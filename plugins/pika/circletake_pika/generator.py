"""The generator: asks fal's queue, and remembers nothing but the id of the request there."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from circletake import (
    About,
    Context,
    FetchedFile,
    GenerationRequest,
    JobState,
    ModelCard,
    NoSettings,
    Phase,
    PluginError,
    RequestCheck,
    Transient,
    Unanswered,
    download,
    printable,
)
from circletake_pika.asking import PLUGIN, arguments, cost, problems, warnings
from circletake_pika.line import KEY, BrokeOff, Busy, Refused, origin, queue
from circletake_pika.models import APP, MODELS

if TYPE_CHECKING:
    from fal_client import SyncClient, SyncRequestHandle

_ID = re.compile(r"[A-Za-z0-9_-]{1,80}")
_CANCELLED = "client_cancelled"
"""How fal marks a request that was stopped; so says its page "Request errors"."""


class Pika:
    """Text, a still, or key frames to video. fal tells no seed, so the one we send is the one recorded."""

    about = About(PLUGIN, "Pika's models, through fal", "1", NoSettings)

    def models(self, settings: NoSettings) -> Sequence[ModelCard]:
        """The cards of all endpoints."""
        return [model.card for model in MODELS.values()]

    def check(self, request: GenerationRequest, settings: NoSettings) -> RequestCheck:
        """What fal would refuse, what it would not look at, what it costs."""
        model = MODELS.get(request.model)
        if model is None:
            return RequestCheck((f"model {request.model!r} is none of {', '.join(MODELS)}",))
        wrong = tuple(problems(model, request))
        return RequestCheck(wrong, tuple(warnings(model, request)), "" if wrong else cost(model, request))

    def submit(self, request: GenerationRequest, settings: NoSettings, ctx: Context) -> str:
        """Send the request to the queue, once.

        Raises:
            Unanswered: it may be there.
            PluginError: fal refuses it; no money is spent.
        """
        wrong = self.check(request, settings).problems
        if wrong:
            raise PluginError(PLUGIN, wrong[0], f"circletake generate --backend {PLUGIN}")
        ctx.check_cancelled()
        model = MODELS[request.model]
        said = arguments(model, request)
        try:
            with queue(ctx.secret(KEY)) as client:
                return str(client.submit(model.endpoint, said).request_id)
        except BrokeOff as error:
            raise Unanswered(PLUGIN, error.reason) from error
        except Busy as error:
            if error.status in (429, 503):
                raise
            raise Unanswered(PLUGIN, error.reason) from error
        except (KeyError, ValueError, TypeError) as error:
            raise Unanswered(PLUGIN, "fal's answer holds no id") from error

    def find(self, request: GenerationRequest, settings: NoSettings, ctx: Context) -> str | None:
        """fal has no list that could be asked.

        Raises:
            Unanswered: always.
        """
        raise Unanswered(PLUGIN, "fal has no list of requests; its dashboard has")

    def poll(self, job: str, settings: NoSettings, ctx: Context) -> JobState:
        """Where the request is. A request that is over may have failed: fal says so in the same answer."""
        try:
            with queue(ctx.secret(KEY)) as client:
                from fal_client import Completed, Queued

                status = _handle(client, job).status()
                ended = isinstance(status, Completed) and not status.error
                refusal = _refusal(client, job) if ended else ""
        except Refused as error:
            if error.status == 404:
                return JobState(Phase.FAILED, error=f"fal does not know it ({error.reason})")
            raise
        except (KeyError, ValueError, TypeError) as error:
            raise Transient(PLUGIN, "fal's answer makes no sense") from error
        if isinstance(status, Queued):
            return JobState(Phase.QUEUED)
        if not isinstance(status, Completed):
            return JobState(Phase.RUNNING)
        if status.error_type == _CANCELLED:
            return JobState(Phase.CANCELLED, error="stopped at fal")
        if status.error:
            kind = f" ({printable(str(status.error_type), 60)})" if status.error_type else ""
            return JobState(Phase.FAILED, error=printable(str(status.error), 300) + kind)
        if refusal:
            return JobState(Phase.FAILED, error=refusal)
        return JobState(Phase.DONE, 1.0)

    def fetch(self, job: str, into: Path, settings: NoSettings, ctx: Context) -> Sequence[FetchedFile]:
        """Ask for the result anew, and bring its video."""
        ctx.check_cancelled()

        def link() -> str:
            with queue(ctx.secret(KEY)) as client:
                video = _result(client, job).get("video")
            url = video.get("url") if isinstance(video, Mapping) else None
            if not isinstance(url, str) or not url:
                raise PluginError(PLUGIN, "fal's result holds no video", "report it")
            return url

        path = download(link(), into / f"{job}.mp4", ctx, plugin=PLUGIN, renew=link, own=(origin(),))
        return [FetchedFile(path, {"param.request_id": job})]

    def cancel(self, job: str, settings: NoSettings, ctx: Context) -> None:
        """Ask fal to stop it; what runs already may go on, and be paid for."""
        try:
            with queue(ctx.secret(KEY)) as client:
                _handle(client, job).cancel()
        except Refused as error:
            if error.status not in (400, 404):  # over already, or never there
                raise


def _handle(client: SyncClient, job: str) -> SyncRequestHandle:
    if not _ID.fullmatch(job):
        raise PluginError(PLUGIN, f"{printable(job, 40)!r} is no id of a request", "look at fal's dashboard")
    return client.get_handle(APP, job)


def _result(client: SyncClient, job: str) -> dict[str, Any]:
    """What the queue keeps of a request that is over.

    Raises:
        Refused: it ended without a result, and why.
    """
    handle = _handle(client, job)
    try:
        said = handle.client.get(handle.response_url).json()
    except ValueError as error:
        raise Transient(PLUGIN, "fal's answer makes no sense") from error
    return said if isinstance(said, dict) else {}


def _refusal(client: SyncClient, job: str) -> str:
    """Why a request that is over has no result; moderation and the like are told nowhere else."""
    try:
        _result(client, job)
    except Refused as error:
        if error.status in (401, 403):
            raise
        return error.reason
    return ""
