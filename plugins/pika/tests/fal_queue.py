"""fal's queue on loopback, with TLS: what it takes, remembers and answers, after its published pages.

The schemas are those of fal's pages on the three endpoints, with nothing else allowed. A request
that no client may send is kept in :attr:`Fal.broken`; the real service would answer 422.
"""

from __future__ import annotations

import base64
import json
import ssl
import threading
import time
import uuid
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jsonschema

from tests.factories import tiny_clip

SECRET = "11111111-2222-3333-4444-555555555555:0123456789abcdef0123456789abcdef"

_TEXT = {"type": "string"}
_STILL = {"type": "string", "pattern": "^data:image/(png|jpeg|webp);base64,[A-Za-z0-9+/]+=*$"}
_COMMON = {
    "negative_prompt": _TEXT,
    "seed": {"type": "integer"},
    "resolution": {"enum": ["720p", "1080p"]},
}
_DURATION = {"type": "integer", "enum": [5, 10]}
_TRANSITION = {
    "type": "object",
    "additionalProperties": False,
    "properties": {"duration": {"type": "integer", "minimum": 1}, "prompt": _TEXT},
}


def _schema(required: list[str], **properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "required": required,
        "additionalProperties": False,
        "properties": {"prompt": _TEXT, **_COMMON, **properties},
    }


SCHEMAS = {
    "text-to-video": _schema(
        ["prompt"],
        aspect_ratio={"enum": ["16:9", "9:16", "1:1", "4:5", "5:4", "3:2", "2:3"]},
        duration=_DURATION,
    ),
    "image-to-video": _schema(["prompt", "image_url"], image_url=_STILL, duration=_DURATION),
    "pikaframes": _schema(
        ["image_urls"],
        image_urls={"type": "array", "minItems": 2, "maxItems": 5, "items": _STILL},
        transitions={"type": "array", "items": _TRANSITION},
    ),
}


@dataclass
class Fal:
    """The service's half.

    Attributes:
        jobs: what was submitted, by id, in order; each with how it stands.
        faults: by call (``submit``, ``status``, ``result``, ``cancel``, ``file``), what goes wrong next: an
            HTTP status, ``lost`` (done, but no answer comes), ``nonsense``, ``cut`` (half the bytes),
            ``slow``, ``expired``.
        ends: how the next jobs end: ``error`` (told with the status), ``moderation`` (told with the
            result), ``crash`` (the runner's own 500 as the result).
        looks: looks at a job until it is done; at the second it runs.
    """

    folder: Path
    looks: int = 3
    jobs: dict[str, dict[str, Any]] = field(default_factory=dict)
    faults: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    ends: list[str] = field(default_factory=list)
    calls: Counter[str] = field(default_factory=Counter)
    tokens: set[str] = field(default_factory=set)
    broken: list[str] = field(default_factory=list)
    authority: Path = Path()
    url: str = ""
    lock: threading.RLock = field(default_factory=threading.RLock)

    def reset(self) -> None:
        """As new, at the same address."""
        fresh = Fal(self.folder)
        for name in ("looks", "jobs", "faults", "ends", "calls", "tokens", "broken"):
            setattr(self, name, getattr(fresh, name))

    def fault(self, call: str) -> str:
        with self.lock:
            self.calls[call] += 1
            return self.faults[call].pop(0) if self.faults[call] else ""

    def submit(self, model: str, said: Any) -> tuple[int, dict[str, Any]]:
        try:
            jsonschema.validate(said, SCHEMAS[model])
        except jsonschema.ValidationError as invalid:
            self.broken.append(invalid.message)
            where = {"loc": ["body", *invalid.path], "msg": invalid.message, "type": "value_error"}
            return 422, {"detail": [{**where, "input": said}]}
        for still in [said.get("image_url"), *said.get("image_urls", [])]:
            if still and not base64.b64decode(still.partition(",")[2]):
                self.broken.append("an empty still")
        with self.lock:
            name = str(uuid.uuid4())
            end = self.ends.pop(0) if self.ends else ""
            self.jobs[name] = {"model": model, "said": said, "looks": 0, "end": end, "state": "IN_QUEUE"}
            place = f"{self.url}/fal-ai/pika/requests/{name}"
            links = {"response_url": place, "status_url": f"{place}/status", "cancel_url": f"{place}/cancel"}
            return 200, {"status": "IN_QUEUE", "request_id": name, "queue_position": 0, **links}

    def status(self, name: str) -> tuple[int, dict[str, Any]]:
        with self.lock:
            job = self.jobs[name]
            if job["state"] != "COMPLETED":
                job["looks"] += 1
                job["state"] = ("IN_QUEUE", "IN_PROGRESS")[job["looks"] > 1]
            if job["looks"] >= self.looks:
                job["state"] = "COMPLETED"
            said = {"status": job["state"], "request_id": name, "logs": None}
            if job["state"] == "IN_QUEUE":
                return 202, {**said, "queue_position": 1}
            if job["state"] == "IN_PROGRESS":
                return 202, said
            error = {
                "error": {"error": "Request timed out", "error_type": "request_timeout"},
                "cancelled": {"error": "Request cancelled", "error_type": "client_cancelled"},
            }
            return 200, {**said, "metrics": {"inference_time": 41.2}, **error.get(job["end"], {})}

    def result(self, name: str) -> tuple[int, dict[str, Any]]:
        job = self.jobs[name]
        if job["state"] != "COMPLETED":
            return 400, {"detail": "Request is still in progress"}
        if job["end"] == "moderation":
            why = {
                "loc": ["body", "prompt"],
                "msg": "The content could not be processed",
                "input": job["said"],
            }
            return 422, {
                "detail": [{**why, "type": "content_policy_violation", "url": "https://docs.fal.ai/"}]
            }
        if job["end"] == "crash":
            return 500, {"detail": "The runner failed", "error_type": "runner_server_error"}
        token = uuid.uuid4().hex
        self.tokens.add(token)
        file = {"content_type": "video/mp4", "file_name": "output.mp4", "file_size": len(self.clip(name))}
        return 200, {"video": {"url": f"{self.url}/files/{name}/output.mp4?token={token}", **file}}

    def cancel(self, name: str) -> tuple[int, dict[str, Any]]:
        job = self.jobs[name]
        if job["state"] == "COMPLETED":
            return 400, {"status": "ALREADY_COMPLETED"}
        job |= {"state": "COMPLETED", "end": "cancelled"}
        return 202, {"status": "CANCELLATION_REQUESTED"}

    def clip(self, name: str) -> bytes:
        with self.lock:
            path = self.folder / f"{self.jobs[name]['said'].get('seed', 0)}.mp4"
            if not path.exists():
                tiny_clip(path, seconds=0.3, seed=int(path.stem) % 1000)
            return path.read_bytes()


def _handler(fal: Fal) -> type[BaseHTTPRequestHandler]:
    class Answers(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            said = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            model = self.path.removeprefix("/fal-ai/pika/v2.2/")
            if model not in SCHEMAS:
                self._answer(404, {"detail": "Application 'pika' not found"})
            elif self._may():
                self._do("submit", lambda: fal.submit(model, said))

        def do_PUT(self) -> None:
            if self._may():
                self._do("cancel", lambda: fal.cancel(self.path.split("/")[-2]))

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            words = parts.path.strip("/").split("/")
            if words[0] == "files":
                self._file(words[1], parts.query.removeprefix("token="))
            elif words[:3] != ["fal-ai", "pika", "requests"] or words[3] not in fal.jobs:
                self._answer(404, {"detail": "Request not found"})
            elif self._may():
                call = fal.status if words[-1] == "status" else fal.result
                self._do(call.__name__, lambda: call(words[3]))

        def _may(self) -> bool:
            sound = self.headers["Authorization"] == f"Key {SECRET}"
            if not sound:
                self._answer(401, {"detail": "Cannot access application. Authentication is required"})
            return sound

        def _do(self, call: str, work: Any) -> None:
            fault = fal.fault(call)
            if fault.isdecimal():
                self._answer(int(fault), {"detail": "busy"}, {"Retry-After": "7"})
                return
            status, said = work()
            if fault == "lost":
                self.close_connection = True
            elif fault == "nonsense":
                self._answer(200, {"status": "?"})
            else:
                kind = {"x-fal-error-type": said["error_type"]} if status >= 500 else {}
                self._answer(status, said, kind)

        def _file(self, name: str, token: str) -> None:
            fault = fal.fault("file")
            if "Authorization" in self.headers:
                fal.broken.append("the key was sent for a file")
            if fault == "expired":
                fal.tokens.discard(token)
            if token not in fal.tokens:
                self._answer(403, {"detail": "Forbidden"})
                return
            data = fal.clip(name)
            self.send_response(200)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            step = 1 + len(data) // 5 if fault == "slow" else len(data)
            for start in range(0, len(data), step):
                self.wfile.write(data[start : start + step][: len(data) // 2 if fault == "cut" else None])
                time.sleep(0.03 if fault == "slow" else 0)
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

    return Answers


@contextmanager
def fal_queue(folder: Path) -> Iterator[Fal]:
    """A queue that answers while the block lasts; its own authority's certificate is in ``authority``."""
    import trustme

    fal = Fal(folder, authority=folder / "authority.pem")
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(fal.authority))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(fal))
    server.socket = context.wrap_socket(server.socket, server_side=True)
    fal.url = f"https://localhost:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield fal
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
