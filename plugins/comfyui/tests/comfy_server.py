"""A ComfyUI server that draws nothing itself: routes, queue and memory of the real one, on loopback.

Written after ``server.py`` and ``execution.py`` of ComfyUI. Every request is validated: the body of
``/prompt`` by a schema and the graph by the inputs its nodes have; what is wrong is answered as the
server does, and what no client may send at all is kept in :attr:`Comfy.broken` for the tests.
"""

from __future__ import annotations

import json
import re
import threading
import time
import uuid
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from email.parser import BytesParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import jsonschema

from tests.factories import tiny_clip

WEIGHTS = "wan2.2_t2v_low_noise_14B_fp8_scaled.safetensors"

SCHEMA = {
    "type": "object",
    "required": ["prompt", "client_id"],
    "additionalProperties": False,
    "properties": {
        "client_id": {"type": "string", "pattern": "^[A-Za-z0-9-]{8,64}$"},
        "prompt": {
            "type": "object",
            "minProperties": 1,
            "additionalProperties": {
                "type": "object",
                "required": ["class_type", "inputs"],
                "properties": {
                    "class_type": {"type": "string"},
                    "inputs": {"type": "object"},
                    "_meta": {"type": "object", "properties": {"title": {"type": "string"}}},
                },
            },
        },
    },
}

NODES: dict[str, dict[str, Any]] = {
    "UNETLoader": {"unet_name": [WEIGHTS]},
    "CLIPTextEncode": {"text": str},
    "EmptyLatentVideo": {"width": int, "height": int, "length": int},
    "LoadImage": {"image": "upload"},
    "KSampler": {
        "model": "link",
        "positive": "link",
        "negative": "link",
        "latent_image": "link",
        "seed": int,
        "steps": int,
        "cfg": float,
        "sampler_name": ["euler", "uni_pc"],
        "scheduler": ["simple", "normal"],
        "denoise": float,
    },
    "SaveVideo": {"images": "link", "filename_prefix": str, "fps": int},
}
"""What each class of node needs: a type, a list of values, a link, or an uploaded picture."""


@dataclass
class Comfy:
    """The server's half.

    Attributes:
        runs: graphs that were queued, by id, in order; each with how it stands.
        faults: by route (``prompt``, ``history``, ``queue``, ``view``, ``upload``), what goes wrong next:
            an HTTP status, ``lost`` (done, but no answer comes), ``cut`` (half the bytes), ``slow``.
        ends: how the next runs end: ``error``, ``interrupted``, ``cached`` (nothing saved), ``stills``.
        looks: looks at a run until it is done; at the second it runs.
        broken: requests that no client may send, with the reason.
    """

    folder: Path
    looks: int = 3
    key: str = "images"
    runs: dict[str, dict[str, Any]] = field(default_factory=dict)
    inputs: set[str] = field(default_factory=set)
    faults: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    ends: list[str] = field(default_factory=list)
    calls: Counter[str] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)
    url: str = ""
    lock: threading.RLock = field(default_factory=threading.RLock)

    def fault(self, call: str) -> str:
        with self.lock:
            self.calls[call] += 1
            return self.faults[call].pop(0) if self.faults[call] else ""

    def queue(self, said: Any) -> tuple[int, dict[str, Any]]:
        """Validate a graph and queue it, as ``POST /prompt`` does."""
        try:
            jsonschema.validate(said, SCHEMA)
        except jsonschema.ValidationError as invalid:
            self.broken.append(invalid.message)
            return 400, {"error": {"type": "no_prompt", "message": "No prompt provided"}, "node_errors": {}}
        graph = said["prompt"]
        if any(place in json.dumps(graph) for place in ("{{prompt", "{{negative", "{{image")):
            self.broken.append("a place was left open")
        for node, what in graph.items():
            if what["class_type"] not in NODES:
                message = f"Cannot execute because node {what['class_type']} does not exist."
                error = {"type": "invalid_prompt", "message": message, "details": f"Node ID '#{node}'"}
                return 400, {"error": {**error, "extra_info": {}}, "node_errors": {}}
        wrong = {node: errors for node, what in graph.items() if (errors := list(self._wrong(what, graph)))}
        if wrong:
            told = {
                node: {"errors": errors, "dependent_outputs": ["9"], "class_type": graph[node]["class_type"]}
                for node, errors in wrong.items()
            }
            error = {
                "type": "prompt_outputs_failed_validation",
                "message": "Prompt outputs failed validation",
            }
            return 400, {"error": {**error, "details": "", "extra_info": {}}, "node_errors": told}
        with self.lock:
            name = str(uuid.uuid4())
            end = self.ends.pop(0) if self.ends else "success"
            run = {"number": len(self.runs), "graph": graph, "client": said["client_id"], "looks": 0}
            self.runs[name] = {**run, "end": end, "state": "pending"}
            return 200, {"prompt_id": name, "number": len(self.runs) - 1, "node_errors": {}}

    def _wrong(self, what: dict[str, Any], graph: dict[str, Any]) -> Iterator[dict[str, Any]]:
        for name, kind in NODES[what["class_type"]].items():
            if name not in what["inputs"]:
                yield {
                    "type": "required_input_missing",
                    "message": "Required input is missing",
                    "details": name,
                }
                continue
            value = what["inputs"][name]
            if isinstance(kind, list) and value not in kind:
                details = f"{name}: '{value}' not in {kind}"
                yield {"type": "value_not_in_list", "message": "Value not in list", "details": details}
            elif kind == "link" and not (isinstance(value, list) and value[0] in graph):
                yield {"type": "bad_linked_input", "message": "Bad linked input", "details": name}
            elif kind == "upload" and value not in self.inputs:
                details = f"{name} - Invalid image file: {value}"
                yield {
                    "type": "custom_validation_failed",
                    "message": "Custom validation failed",
                    "details": details,
                }
            elif kind is int and (type(value) is not int or value < 0):
                details = f"{name}, {value}"
                yield {
                    "type": "invalid_input_type",
                    "message": "Failed to convert an input",
                    "details": details,
                }
            elif (kind is float and type(value) not in (int, float)) or (
                kind is str and type(value) is not str
            ):
                yield {"type": "invalid_input_type", "message": "Failed to convert an input", "details": name}

    def look(self, name: str) -> None:
        """Time passes for a run with every look at it."""
        with self.lock:
            run = self.runs.get(name)
            if run and run["state"] in ("pending", "running"):
                run["looks"] += 1
                run["state"] = "done" if run["looks"] >= self.looks else "running"

    def item(self, name: str) -> list[Any]:
        run = self.runs[name]
        return [run["number"], name, run["graph"], {"client_id": run["client"]}, ["9"]]

    def history(self) -> dict[str, Any]:
        with self.lock:
            return {name: self._entry(name) for name, run in self.runs.items() if run["state"] == "done"}

    def _entry(self, name: str) -> dict[str, Any]:
        run = self.runs[name]
        messages: list[Any] = [["execution_start", {"prompt_id": name, "timestamp": 1}]]
        ok = run["end"] in ("success", "cached", "stills")
        if run["end"] == "error":
            where = {"node_id": "3", "node_type": "KSampler", "executed": ["1"]}
            why = {"exception_message": "Allocation on device", "exception_type": "OutOfMemoryError"}
            trace = {"traceback": ['  File "/home/ana/ComfyUI/execution.py", line 1']}
            messages.append(["execution_error", {"prompt_id": name, **where, **why, **trace}])
        elif run["end"] == "interrupted":
            messages.append(
                ["execution_interrupted", {"prompt_id": name, "node_id": "3", "node_type": "KSampler"}]
            )
        else:
            messages.append(["execution_success", {"prompt_id": name, "timestamp": 2}])
        files = {
            "success": [{"filename": f"{name}_00001_.mp4", "subfolder": "video", "type": "output"}],
            "stills": [{"filename": "still_00001_.png", "subfolder": "", "type": "output"}],
        }.get(run["end"], [])
        return {
            "prompt": self.item(name),
            "outputs": {"9": {self.key: files, "animated": [True]}} if files else {},
            "status": {"status_str": "success" if ok else "error", "completed": ok, "messages": messages},
            "meta": {},
        }

    def queues(self) -> dict[str, Any]:
        with self.lock:
            return {
                f"queue_{state}": [
                    self.item(name) for name, run in self.runs.items() if run["state"] == state
                ]
                for state in ("running", "pending")
            }

    def clip(self, file: str) -> bytes:
        run = self.runs[file.partition("_")[0]]
        seed = run["graph"]["3"]["inputs"]["seed"]
        path = self.folder / f"{file}"
        if not path.exists():
            tiny_clip(path, seconds=0.3, seed=seed % 1000, tags={"prompt": json.dumps(run["graph"])})
        return path.read_bytes()


def _handler(comfy: Comfy) -> type[BaseHTTPRequestHandler]:
    class Answers(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            route = self.path
            if route == "/upload/image":
                if not self._failed(comfy.fault("upload")):
                    self._upload(body)
            elif route == "/prompt":
                fault = comfy.fault("prompt")
                if self._failed(fault):
                    return
                status, said = comfy.queue(json.loads(body))
                if fault == "lost":
                    self.close_connection = True
                else:
                    self._json(status, said)
            elif route == "/queue":
                comfy.calls["delete"] += 1
                for name in json.loads(body)["delete"]:
                    if comfy.runs.get(name, {}).get("state") == "pending":
                        comfy.runs[name]["state"] = "deleted"
                self._bytes(200, b"")
            elif route == "/interrupt":
                comfy.calls["interrupt"] += 1
                name = json.loads(body)["prompt_id"]
                if comfy.runs[name]["state"] == "running":
                    comfy.runs[name] |= {"state": "done", "end": "interrupted"}
                self._bytes(200, b"")
            else:
                self._unknown()

        def do_GET(self) -> None:
            place = urlsplit(self.path)
            query = {key: values[0] for key, values in parse_qs(place.query).items()}
            if place.path == "/history":
                if not self._failed(comfy.fault("list")):
                    last = list(comfy.history().items())[-int(query["max_items"]) :]
                    self._json(200, dict(last))
            elif place.path.startswith("/history/"):
                if not self._failed(comfy.fault("history")):
                    name = unquote(place.path.split("/")[2])
                    comfy.look(name)
                    self._json(200, {key: said for key, said in comfy.history().items() if key == name})
            elif place.path == "/queue":
                if not self._failed(comfy.fault("queue")):
                    self._json(200, comfy.queues())
            elif place.path == "/system_stats":
                said = {"os": "posix", "comfyui_version": "0.3.75", "argv": ["/home/ana/ComfyUI/main.py"]}
                self._json(200, {"system": said, "devices": []})
            elif place.path == "/view":
                self._view(query, comfy.fault("view"))
            else:
                self._unknown()

        def _upload(self, body: bytes) -> None:
            kind = f"Content-Type: {self.headers['Content-Type']}\r\n\r\n".encode()
            parts = BytesParser().parsebytes(kind + body).get_payload()
            said = {
                str(part.get_param("name", header="content-disposition")): part
                for part in parts
                if isinstance(part, Message)
            }
            name = said["image"].get_filename() or ""
            folder = str(said["subfolder"].get_payload()).strip()
            if not re.fullmatch(r"[0-9a-f]{24}\.png", name) or not said["image"].get_payload(decode=True):
                comfy.broken.append(f"a picture called {name}")
            comfy.inputs.add(f"{folder}/{name}")
            self._json(200, {"name": name, "subfolder": folder, "type": "input"})

        def _view(self, query: dict[str, str], fault: str) -> None:
            if self._failed(fault):
                return
            if set(query) - {"filename", "subfolder", "type"} or query["type"] != "output":
                comfy.broken.append(f"a view of {query}")
            data = comfy.clip(query["filename"])
            self.send_response(200)
            self.send_header("Content-Type", "video/mp4")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            if fault == "slow":
                for start in range(0, len(data), 1 + len(data) // 5):
                    self.wfile.write(data[start : start + 1 + len(data) // 5])
                    time.sleep(0.03)
            else:
                self.wfile.write(data[: len(data) // 2] if fault == "cut" else data)
            self.close_connection = True

        def _failed(self, fault: str) -> bool:
            if fault.isdecimal():
                self._json(int(fault), {"error": "busy"}, {"Retry-After": "0"})
            return fault.isdecimal()

        def _unknown(self) -> None:
            comfy.broken.append(f"{self.command} {self.path}")
            self._bytes(404, b"404: Not Found")

        def _json(self, status: int, said: Any, headers: dict[str, str] | None = None) -> None:
            self._bytes(status, json.dumps(said).encode(), headers)

        def _bytes(self, status: int, data: bytes, headers: dict[str, str] | None = None) -> None:
            self.send_response(status)
            for header, value in {"Content-Length": str(len(data)), **(headers or {})}.items():
                self.send_header(header, value)
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: Any) -> None:
            pass

    return Answers


@contextmanager
def comfy_server(folder: Path, **how: Any) -> Iterator[Comfy]:
    """A server that answers while the block lasts, and was sent nothing that no client may send."""
    comfy = Comfy(folder, **how)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(comfy))
    comfy.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield comfy
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    assert comfy.broken == []


GRAPH: dict[str, Any] = {
    "1": {"class_type": "UNETLoader", "inputs": {"unet_name": WEIGHTS}, "_meta": {"title": "Wan weights"}},
    "4": {
        "class_type": "CLIPTextEncode",
        "inputs": {"text": "{{prompt}}, 35 mm film"},
        "_meta": {"title": "What to see"},
    },
    "5": {"class_type": "CLIPTextEncode", "inputs": {"text": "{{negative=blurry}}"}},
    "6": {
        "class_type": "EmptyLatentVideo",
        "inputs": {"width": "{{width=832}}", "height": "{{height=480}}", "length": 33},
    },
    "3": {
        "class_type": "KSampler",
        "inputs": {
            "model": ["1", 0],
            "positive": ["4", 0],
            "negative": ["5", 0],
            "latent_image": ["6", 0],
            "seed": "{{seed}}",
            "steps": 20,
            "cfg": 6.0,
            "sampler_name": "uni_pc",
            "scheduler": "simple",
            "denoise": 1.0,
        },
        "_meta": {"title": "Sampler of the film"},
    },
    "9": {
        "class_type": "SaveVideo",
        "inputs": {"images": ["3", 0], "filename_prefix": "video/take", "fps": 16},
    },
}
"""A graph with places, as a person would export and mark it."""
