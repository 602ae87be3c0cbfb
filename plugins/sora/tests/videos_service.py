"""A fake of a service that speaks OpenAI's videos protocol: tiny clips, held to the published schema."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.loopback import Answering, Loopback, form, serving

SECRET = "sk-video-7be2c0d4"
SPEC = Path(__file__).resolve().parents[4] / "shared" / "specs" / "openai" / "videos.yaml"
"""OpenAI's own document; not part of the project, so requests are held to it only where it is."""


@dataclass
class Videos(Loopback):
    """The service.

    Attributes:
        jobs: resources as the service tells them, by id, in order.
        asked: what was sent for each, by id.
        looks: retrievals until a job is done.
        ends: how the next jobs end: ``failed``, or ``blocked`` for a moderation that came late.
        expired: whether the clips are gone.
        tells_prompts: whether a list names the prompts.
    """

    jobs: dict[str, dict[str, Any]] = field(default_factory=dict)
    asked: dict[str, dict[str, Any]] = field(default_factory=dict)
    looks: int = 2
    ends: list[str] = field(default_factory=list)
    expired: bool = False
    tells_prompts: bool = True

    def create(self, said: dict[str, Any], parent: str = "") -> dict[str, Any]:
        """A new job."""
        with self.lock:
            name = f"video_{len(self.jobs) + 1}"
            before = self.jobs.get(parent, {})
            self.asked[name] = said
            self.jobs[name] = {
                "id": name,
                "object": "video",
                "model": said.get("model", before.get("model", "sora-2")),
                "status": "queued",
                "progress": 0,
                "created_at": int(time.time()),
                "completed_at": None,
                "expires_at": None,
                "prompt": said["prompt"],
                "size": said.get("size", before.get("size", "720x1280")),
                "seconds": said.get("seconds", before.get("seconds", "4")),
                "remixed_from_video_id": parent or None,
                "error": None,
            }
            return dict(self.jobs[name])

    def look(self, name: str) -> dict[str, Any]:
        """A job one retrieval later."""
        with self.lock:
            job = self.jobs[name]
            self.calls[name] += 1
            if job["status"] in ("queued", "in_progress"):
                if self.calls[name] < self.looks:
                    job |= {"status": "in_progress", "progress": 50}
                elif self.ends:
                    job |= {"status": "failed", "error": _FAILURES[self.ends.pop(0)]}
                else:
                    now = int(time.time())
                    job |= {"status": "completed", "progress": 100, "completed_at": now}
                    job["expires_at"] = now + (-10 if self.expired else 3600)
            return dict(job)

    def listed(self, after: str, limit: int) -> dict[str, Any]:
        """A page of jobs, newest first."""
        with self.lock:
            newest = list(reversed(self.jobs))
            start = newest.index(after) + 1 if after else 0
            names = newest[start : start + limit]
            data = [self.jobs[name] | ({} if self.tells_prompts else {"prompt": None}) for name in names]
            return {
                "object": "list",
                "data": data,
                "first_id": names[0] if names else None,
                "last_id": names[-1] if names else None,
                "has_more": start + limit < len(newest),
            }


_FAILURES = {
    "failed": {"code": "server_error", "message": "the video could not be made"},
    "blocked": {"code": "moderation_blocked", "message": "the result was blocked \x1b[31m by moderation"},
}


class Published:
    """The published document, asked whether something holds to it."""

    def __init__(self, path: Path = SPEC) -> None:
        import yaml

        self._document = yaml.safe_load(path.read_text())

    def operation(self, method: str, path: str) -> dict[str, Any]:
        """What is said of a call: the literal path before one with a name in it."""
        for template in sorted(self._document["paths"], key=lambda each: each.count("{")):
            parts, wanted = path.strip("/").split("/"), template.strip("/").split("/")
            same = len(parts) == len(wanted) and all(
                mine == theirs or theirs.startswith("{") for mine, theirs in zip(parts, wanted, strict=True)
            )
            if same and method.lower() in self._document["paths"][template]:
                found: dict[str, Any] = self._document["paths"][template][method.lower()]
                return found
        raise LookupError(f"{method} {path} is not published")

    def problems(self, value: Any, schema: dict[str, Any]) -> list[str]:
        """Where a value leaves its schema; a name that the schema has not is a problem too."""
        from jsonschema import Draft202012Validator

        whole = schema | {"components": self._document["components"]}
        found = [error.message for error in Draft202012Validator(whole).iter_errors(value)]
        named = self._document["components"]["schemas"].get(schema.get("$ref", "").rpartition("/")[2], {})
        return found + [f"{name}: no such field" for name in set(value) - set(named.get("properties", value))]

    def request_problems(self, method: str, path: str, kind: str, said: dict[str, Any]) -> list[str]:
        """What is wrong with a request: its address, its form, its fields."""
        try:
            content = self.operation(method, path)["requestBody"]["content"]
        except LookupError as error:
            return [str(error)]
        if kind not in content:
            return [f"{kind} is not among {', '.join(content)}"]
        plain = {name: "" if isinstance(value, bytes) else value for name, value in said.items()}
        return self.problems(plain, content[kind]["schema"])

    def answer_problems(self, method: str, path: str, said: dict[str, Any]) -> list[str]:
        """What is wrong with an answer, so that the fake is held to the schema too."""
        answer = self.operation(method, path)["responses"]["200"]["content"]["application/json"]
        return self.problems(said, answer["schema"])


@contextmanager
def videos_service(folder: Path, **how: Any) -> Iterator[Videos]:
    """A service that answers while the block lasts; its ``url`` ends in ``/v1``."""
    videos = Videos(folder, **how)
    published = Published() if SPEC.is_file() else None

    class Answers(Answering):
        def post(self) -> None:
            data, path = self.body(), urlsplit(self.path).path.removeprefix("/v1")
            kind = self.headers.get("Content-Type", "")
            said: dict[str, Any] = (
                form(kind, data) if kind.startswith("multipart/") else dict(json.loads(data or b"{}"))
            )
            if self._refused(fault := videos.fault("create")):
                return
            if fault == "never came":
                self.say_nothing()
                return
            if published:
                videos.wrong += published.request_problems("POST", path, kind.partition(";")[0], said)
            parent = ""
            if path.endswith("/remix"):
                parent = path.split("/")[2]
            elif path == "/videos/extensions":
                parent = said["video"]["id"]
            made = videos.create(said, parent)
            if fault == "lost":
                self.say_nothing()
            elif fault == "late":
                time.sleep(0.5)
                self._tell("POST", path, made)
            elif fault == "500 after":
                self.say(500, {"error": {"message": "oops", "code": None}})
            else:
                self._tell("POST", path, made)

        def get(self) -> None:
            place = urlsplit(self.path)
            path, query = place.path.removeprefix("/v1"), parse_qs(place.query)
            if path == "/videos":
                if not self._refused(videos.fault("list")):
                    limit = int(query.get("limit", ["20"])[0])
                    self._tell("GET", path, videos.listed(query.get("after", [""])[0], limit))
            elif path.endswith("/content"):
                fault = videos.fault("content")
                if not self._refused(fault):
                    if fault == "gone" or videos.expired:
                        self.say(404, {"error": {"message": "the video expired", "code": "not_found"}})
                    else:
                        self.send(videos.clip(int(path.split("/")[2].partition("_")[2])), fault)
            elif not self._refused(videos.fault("retrieve")):
                name = path.split("/")[2]
                if name in videos.jobs:
                    self._tell("GET", path, videos.look(name))
                else:
                    self.say(404, {"error": {"message": f"no video {name}", "code": "not_found"}})

        def _tell(self, method: str, path: str, said: dict[str, Any]) -> None:
            if published and videos.tells_prompts:
                videos.wrong += published.answer_problems(method, path, said)
            self.say(200, said)

        def _refused(self, fault: str) -> bool:
            given = self.headers.get("Authorization", "")
            if given != f"Bearer {SECRET}":
                self.say(401, {"error": {"message": f"bad key {given}", "code": "invalid_api_key"}})
            elif fault in ("429", "500", "502", "503"):
                self.say(int(fault), {"error": {"message": "busy", "code": None}}, {"Retry-After": "0"})
            elif fault == "quota":
                self.say(429, {"error": {"message": "no credit", "code": "insufficient_quota"}})
            elif fault == "moderation":
                said = {"message": f"blocked \x1b[31m, key {given}", "code": "moderation_blocked"}
                self.say(400, {"error": said})
            elif fault == "nonsense":
                self.say(200, ["what?"])
            else:
                return False
            return True

    with serving(Answers) as url:
        videos.url = f"{url}/v1"
        yield videos
