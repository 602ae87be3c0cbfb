"""What a server remembers of a graph: where it stands, what it made, why it failed.

Everything here is read from a server's answers and may be missing or strange.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from circletake import JobState, Phase, printable
from circletake_comfyui.graph import title

_VIDEOS = (".mp4", ".webm", ".mov", ".mkv", ".m4v", ".avi", ".gif")
_KEYS = ("images", "gifs", "videos", "video")
"""Where nodes tell their files; the server's own video nodes say ``images``."""


@dataclass(frozen=True, slots=True)
class Queued:
    """A graph as the queue and the history hold it: number, id, graph, what came with it."""

    number: float
    id: str
    nodes: Mapping[str, Any]
    client: str


def queued(item: object) -> Queued | None:
    """An entry of the queue; ``None`` for what is none."""
    if not isinstance(item, Sequence) or isinstance(item, str) or len(item) < 4:
        return None
    number, name, nodes, extra = item[:4]
    if not isinstance(number, (int, float)) or not isinstance(nodes, Mapping):
        return None
    sound = {
        str(key): node
        for key, node in nodes.items()
        if isinstance(node, Mapping) and isinstance(node.get("inputs"), Mapping)
    }
    client = extra.get("client_id", "") if isinstance(extra, Mapping) else ""
    return Queued(float(number), str(name), sound, str(client))


def state_of(entry: Mapping[str, Any]) -> JobState:
    """Where a graph that the history knows came to."""
    run = queued(entry.get("prompt"))
    nodes = run.nodes if run else {}
    status = entry.get("status")
    status = status if isinstance(status, Mapping) else {}
    said = dict(_messages(status))
    if "execution_interrupted" in said:
        return JobState(Phase.CANCELLED, error="interrupted on the server")
    if "execution_error" in said or status.get("status_str") == "error":
        return JobState(Phase.FAILED, error=_failure(said.get("execution_error", {}), nodes))
    if videos_of(entry):
        return JobState(Phase.DONE, 1.0)
    others = sorted({printable(str(file.get("filename", "")), 60) for file in _files(entry)})
    if others:
        return JobState(
            Phase.FAILED,
            error=f"the graph saved no video, only {', '.join(others[:3])}; add a Save Video node",
        )
    return JobState(
        Phase.FAILED,
        error="the graph saved nothing; the server may have made just this before: take another seed",
    )


def videos_of(entry: Mapping[str, Any]) -> list[dict[str, str]]:
    """The videos a graph made, as the server names them; previews only where nothing was saved."""
    found = [
        {
            "filename": str(file["filename"]),
            "subfolder": str(file.get("subfolder") or ""),
            "type": str(file.get("type") or "output"),
        }
        for file in _files(entry)
        if str(file.get("filename", "")).lower().endswith(_VIDEOS)
    ]
    saved = [file for file in found if file["type"] == "output"]
    return [dict(said) for said in dict.fromkeys(tuple(file.items()) for file in saved or found)]


def _files(entry: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    outputs = entry.get("outputs")
    for output in outputs.values() if isinstance(outputs, Mapping) else ():
        for key in _KEYS:
            files = output.get(key) if isinstance(output, Mapping) else None
            for file in files if isinstance(files, list) else ():
                if isinstance(file, Mapping) and isinstance(file.get("filename"), str):
                    yield file


def _messages(status: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    messages = status.get("messages")
    for message in messages if isinstance(messages, list) else ():
        if isinstance(message, list) and len(message) == 2 and isinstance(message[1], Mapping):
            yield str(message[0]), message[1]


def _failure(said: Mapping[str, Any], nodes: Mapping[str, Any]) -> str:
    """What went wrong in which node; the traceback is left out, it tells the server's folders."""
    why = printable(str(said.get("exception_message", "")), 300) or "the server does not say why"
    node = str(said.get("node_id", ""))
    return f"{title(nodes, node)}: {why}" if node else why
