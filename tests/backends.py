"""A studio in the cloud that is none: a backend over HTTP, with a memory, on this machine alone.

:class:`Studio` is the provider; its state outlives whatever happens to those who ask it. This
module is also the plugin that speaks to it, so that another process can load it.
"""

from __future__ import annotations

import json
import threading
import urllib.error
import urllib.request
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from circletake import (
    TRAINED,
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
    hookimpl,
    retry_after,
)
from tests.factories import tiny_clip

KEY = "STUDIO_KEY"
SECRET = "sk-studio-5f2c91d07a"


@dataclass
class Studio:
    """The provider's half.

    Attributes:
        jobs: what was submitted, by the provider's id, in order.
        faults: by call (``submit``, ``list``, ``poll``, ``file``, ``cancel``), what goes wrong next:
            ``429``, ``503``, ``lost`` (done, but no answer comes), ``cut`` (half the bytes),
            ``expired``, ``refuse`` and ``fail``, which tell the key they were sent.
        calls: how often each was called.
        looks: polls until a job is done.
    """

    folder: Path
    looks: int = 2
    jobs: dict[str, dict[str, Any]] = field(default_factory=dict)
    faults: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    calls: Counter[str] = field(default_factory=Counter)
    polls: Counter[str] = field(default_factory=Counter)
    flying: set[str] = field(default_factory=set)
    most_flying: int = 0
    url: str = ""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def fault(self, call: str) -> str:
        with self.lock:
            self.calls[call] += 1
            return self.faults[call].pop(0) if self.faults[call] else ""

    def submit(self, asked: dict[str, Any]) -> str:
        with self.lock:
            name = f"p-{len(self.jobs) + 1}"
            self.jobs[name] = asked
            self.flying.add(name)
            self.most_flying = max(self.most_flying, len(self.flying))
            return name

    def state(self, name: str) -> dict[str, Any]:
        with self.lock:
            self.polls[name] += 1
            done = self.polls[name] >= self.looks or name not in self.flying
            if self.jobs[name].get("cancelled"):
                return {"phase": "cancelled"}
            if done:
                self.flying.discard(name)
            token = self.polls[name]
            return {"phase": "done" if done else "running", "link": f"{self.url}/files/{name}?token={token}"}

    def clip(self, name: str) -> bytes:
        with self.lock:
            seed = int(self.jobs[name]["seed"])
            path = self.folder / f"{seed}.mp4"
            if not path.exists():
                tiny_clip(path, seconds=0.3, seed=seed)
            return path.read_bytes()


@contextmanager
def studio(folder: Path, **how: Any) -> Iterator[Studio]:
    """A studio that answers while the block lasts."""
    provider = Studio(folder, **how)

    class Answers(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            said = json.loads(self.rfile.read(int(self.headers["Content-Length"])) or b"{}")
            key = self.headers["Authorization"]
            if self.path == "/jobs":
                fault = provider.fault("submit")
                if not self._failed(fault, key):
                    name = provider.submit(said)
                    if fault != "lost":
                        self._answer(200, {"id": name})
                    else:
                        self.close_connection = True
            else:
                name = self.path.split("/")[2]
                if not self._failed(provider.fault("cancel"), key):
                    if name in provider.flying:
                        provider.jobs[name]["cancelled"] = True
                    self._answer(200, {})

        def do_GET(self) -> None:
            key = self.headers["Authorization"]
            if self.path == "/jobs":
                if not self._failed(provider.fault("list"), key):
                    self._answer(200, {name: job["seed"] for name, job in provider.jobs.items()})
            elif self.path.startswith("/files/"):
                self._file(self.path.split("/")[2].partition("?")[0], provider.fault("file"))
            elif not self._failed(fault := provider.fault("poll"), key):
                said = provider.state(self.path.split("/")[2])
                self._answer(200, {"phase": "failed", "error": f"{key} may not"} if fault == "fail" else said)

        def _failed(self, fault: str, key: str) -> bool:
            if fault in ("429", "503"):
                self._answer(int(fault), {}, {"Retry-After": "0"})
            elif fault == "refuse":
                self._answer(400, {"error": f"unsafe prompt, key {key}"})
            else:
                return False
            return True

        def _file(self, name: str, fault: str) -> None:
            if fault == "expired":
                self._answer(403, {})
                return
            data = provider.clip(name)
            self.send_response(200)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data[: len(data) // 2] if fault == "cut" else data)
            self.close_connection = True

        def _answer(self, status: int, said: Any, headers: dict[str, str] | None = None) -> None:
            data = json.dumps(said).encode()
            self.send_response(status)
            for header, value in {"Content-Length": str(len(data)), **(headers or {})}.items():
                self.send_header(header, value)
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    provider.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass(frozen=True)
class StudioSettings:
    """Where the studio is, and whether its jobs can be listed."""

    url: str = ""
    lists: bool = True


class StudioBackend:
    """The plugin's half."""

    about = About("studio", "a studio on this machine", "1", StudioSettings)

    def models(self, settings: StudioSettings) -> Sequence[ModelCard]:
        return [
            ModelCard(
                "s1",
                "1.0.0",
                "Studio Inc",
                TRAINED,
                parameters={"steps": "1 to 50"},
                accepts=("image", "remix"),
                at_once=3,
                prices={"take": "0.25 USD"},
            )
        ]

    def check(self, request: GenerationRequest, settings: StudioSettings) -> RequestCheck:
        return RequestCheck(() if request.model == "s1" else ("no such model",), (), "0.25 USD")

    def submit(self, request: GenerationRequest, settings: StudioSettings, ctx: Context) -> str:
        remix = request.parent.job if request.parent else ""
        asked = {"prompt": request.prompt, "seed": request.seed, "remix": remix}
        return str(_call(ctx, settings, "/jobs", asked)["id"])

    def find(self, request: GenerationRequest, settings: StudioSettings, ctx: Context) -> str | None:
        if not settings.lists:
            raise Unanswered("studio", "its jobs cannot be listed")
        listed = _call(ctx, settings, "/jobs")
        return next((name for name, seed in listed.items() if seed == request.seed), None)

    def poll(self, job: str, settings: StudioSettings, ctx: Context) -> JobState:
        said = _call(ctx, settings, f"/jobs/{job}")
        return JobState(Phase(said["phase"]), 0.5, said.get("error", ""), retry_after=0.01)

    def fetch(self, job: str, into: Path, settings: StudioSettings, ctx: Context) -> Sequence[FetchedFile]:
        link = _call(ctx, settings, f"/jobs/{job}")["link"]
        path = download(link, into / f"{job}.mp4", ctx, plugin="studio", own=(settings.url,))
        return [FetchedFile(path, {"param.job": job})]

    def cancel(self, job: str, settings: StudioSettings, ctx: Context) -> None:
        _call(ctx, settings, f"/jobs/{job}/cancel", {})


def _call(ctx: Context, settings: StudioSettings, path: str, said: Any = None) -> Any:
    request = urllib.request.Request(settings.url + path, headers={"Authorization": ctx.secret(KEY)})
    if said is not None:
        request.data = json.dumps(said).encode()
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.loads(answer.read())
    except urllib.error.HTTPError as error:
        with error:
            if error.code in (429, 503):
                wish = retry_after(error.headers["Retry-After"])
                raise Transient("studio", "is busy", retry_after=wish) from error
            raise PluginError("studio", json.loads(error.read())["error"]) from error
    except OSError as error:
        raise Unanswered("studio", "no answer came") from error


@hookimpl
def circletake_generators() -> Iterator[StudioBackend]:
    yield StudioBackend()
