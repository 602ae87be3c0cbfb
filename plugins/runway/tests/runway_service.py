"""Runway as its SDK's types tell it, making tiny clips: a fake that holds every request to those types."""

from __future__ import annotations

import io
import json
import typing
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from tests.loopback import Answering, Loopback, form, serving

SECRET = "key_9d21f07ac4"
VERSION = "2024-11-06"


@dataclass
class Studio(Loopback):
    """The service.

    Attributes:
        tasks: state by id, in order.
        asked: what was sent for each, by id.
        looks: retrievals until a task is done.
        ends: how the next tasks end: a failure code, or ``CANCELLED``.
        throttled: looks during which a task waits for room.
        brings: suffixes of what each task makes.
        uploads: bytes of what was uploaded, by address.
        links: how often links were given out; only the last are good where ``short`` says so.
        short: links die when the next are given out.
        gone: cancelled tasks cannot be retrieved any more.
    """

    tasks: dict[str, dict[str, Any]] = field(default_factory=dict)
    asked: dict[str, dict[str, Any]] = field(default_factory=dict)
    looks: int = 1
    ends: list[str] = field(default_factory=list)
    throttled: int = 0
    brings: tuple[str, ...] = (".mp4",)
    uploads: dict[str, bytes] = field(default_factory=dict)
    links: int = 0
    short: bool = False
    gone: bool = True

    def create(self, said: dict[str, Any]) -> str:
        """A new task."""
        with self.lock:
            name = str(UUID(int=len(self.tasks) + 1, version=4))
            self.asked[name] = said
            self.tasks[name] = {"id": name, "status": "PENDING", "createdAt": "2026-11-24T12:00:00.000Z"}
            return name

    def look(self, name: str) -> dict[str, Any]:
        """A task one retrieval later; it tells neither model, prompt nor seed."""
        with self.lock:
            task = self.tasks[name]
            self.calls[name] += 1
            if task["status"] in ("PENDING", "THROTTLED", "RUNNING"):
                if self.calls[name] <= self.throttled:
                    task["status"] = "THROTTLED"
                elif self.calls[name] < self.looks + self.throttled:
                    task |= {"status": "RUNNING", "progress": 0.5}
                elif self.ends:
                    self._end(task, self.ends.pop(0))
                else:
                    task["status"] = "SUCCEEDED"
            said = dict(task)
            if task["status"] in ("PENDING", "THROTTLED", "RUNNING"):
                said["estimatedCost"] = {"credits": 25}
            else:
                said["cost"] = {"credits": 25}
            if task["status"] == "SUCCEEDED":
                self.links += 1
                number = list(self.tasks).index(name) + 1
                said["output"] = [
                    f"{self.url}/files/{number}-{at}{suffix}?_jwt={self.links}"
                    for at, suffix in enumerate(self.brings)
                ]
            return said

    def _end(self, task: dict[str, Any], how: str) -> None:
        if how == "CANCELLED":
            task["status"] = how
        else:
            task |= {"status": "FAILED", "failure": "could not \x1b[31m be made", "failureCode": how}

    def delete(self, name: str) -> None:
        """Stop a task, or delete it with what it made."""
        with self.lock:
            if self.gone or self.tasks[name]["status"] == "SUCCEEDED":
                del self.tasks[name]
            else:
                self.tasks[name]["status"] = "CANCELLED"

    def file(self, name: str) -> bytes:
        """What a link leads to."""
        number, suffix = int(name.partition("-")[0]), Path(name).suffix
        if suffix in (".mp4", ".mov"):
            return self.clip(100 + number, suffix)
        if suffix != ".zip":
            return b"RIFF no clip"
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as bundle:
            bundle.writestr("../../outside.mov", self.clip(100 + number, ".mov"))
            bundle.writestr("frame.0001.png", b"no clip")
        return packed.getvalue()


def problems(mode: str, said: dict[str, Any]) -> list[str]:
    """Where a request leaves the SDK's type of its model: names as they travel, nothing unknown, strictly."""
    from pydantic import TypeAdapter, ValidationError

    module = import_module(f"runwayml.types.{mode}_to_video_create_params")
    for kind in typing.get_args(getattr(module, f"{mode.capitalize()}ToVideoCreateParams")):
        hints = typing.get_type_hints(kind, include_extras=True)
        plain = typing.get_type_hints(kind)
        if said.get("model") not in typing.get_args(plain["model"]):
            continue
        names = {_alias(hint) or name: name for name, hint in hints.items()}
        found = [f"{name}: no such field" for name in said if name not in names]
        known = {names[name]: value for name, value in said.items() if name in names}
        try:
            TypeAdapter(kind).validate_python(known, strict=True)
        except ValidationError as error:
            found += [f"{each['loc']}: {each['msg']}" for each in error.errors()]
        return found
    return [f"model: no {said.get('model')} in {mode}_to_video"]


def _alias(hint: Any) -> str:
    """The name under which a field travels."""
    for each in (hint, *typing.get_args(hint)):
        for note in getattr(each, "__metadata__", ()):
            if getattr(note, "alias", None):
                return str(note.alias)
    return ""


@contextmanager
def runway_service(folder: Path, **how: Any) -> Iterator[Studio]:
    """A service that answers while the block lasts."""
    studio = Studio(folder, **how)

    class Answers(Answering):
        def post(self) -> None:
            data, path = self.body(), urlsplit(self.path).path
            if path == "/storage":
                fields = form(self.headers["Content-Type"], data)
                uploaded, key = fields["file"], fields["key"]
                assert isinstance(uploaded, bytes) and isinstance(key, str)
                studio.uploads[f"runway://{key}"] = uploaded
                self.say(204)
                return
            said: dict[str, Any] = json.loads(data or b"{}")
            if path == "/v1/uploads":
                if not self._refused(studio.fault("upload")):
                    key = f"up{len(studio.uploads) + 1}"
                    place = {"uploadUrl": f"{studio.url}/storage", "fields": {"key": key}}
                    self.say(200, {"id": key, "runwayUri": f"runway://{key}", **place})
                return
            mode, _, rest = path.removeprefix("/v1/").partition("_")
            fault = studio.fault("create")
            if self._refused(fault):
                return
            wrong = problems(mode, said) if rest == "to_video" else [f"no such call {path}"]
            if self.headers.get("X-Runway-Version") != VERSION:
                wrong.append("no version of the API")
            studio.wrong += wrong
            name = studio.create(said)
            if fault == "lost":
                self.say_nothing()
            elif fault == "500 after":
                self.say(500, {"error": "oops"})
            else:
                self.say(200, {"id": name})

        def get(self) -> None:
            place = urlsplit(self.path)
            if place.path.startswith("/files/"):
                fault = studio.fault("file")
                stale = studio.short and parse_qs(place.query)["_jwt"] != [str(studio.links)]
                if fault == "expired" or stale:
                    self.say(403, {"error": "the link expired"})
                else:
                    self.send(studio.file(place.path.rpartition("/")[2]), fault)
            elif not self._refused(studio.fault("retrieve")):
                name = place.path.removeprefix("/v1/tasks/")
                if name in studio.tasks:
                    self.say(200, studio.look(name))
                else:
                    self.say(404, {"error": "Task not found."})

        def delete(self) -> None:
            name = urlsplit(self.path).path.removeprefix("/v1/tasks/")
            if not self._refused(studio.fault("delete")):
                studio.delete(name)
                self.say(204)

        def _refused(self, fault: str) -> bool:
            given = self.headers.get("Authorization", "")
            if given != f"Bearer {SECRET}":
                self.say(401, {"error": f"bad key {given}"})
            elif fault in ("429", "500", "502", "503", "504"):
                self.say(int(fault), {"error": "busy"}, {"Retry-After": "0"})
            elif fault == "refuse":
                issue = {"path": ["promptText"], "message": f"no \x1b[31m, key {given}"}
                self.say(400, {"error": "Validation of body failed", "issues": [issue]})
            else:
                return False
            return True

    with serving(Answers) as url:
        studio.url = url
        yield studio
