"""What a graph that was run tells of how the take was made.

The claims are worded as those read from the tags of a clip that ComfyUI wrote, so that the two
agree where they mean the same. What is kept of the graph itself holds no keys and no folders.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from circletake import Field, printable

KEPT = 32_000
"""Characters of a graph that is kept whole; of a larger one only the digest is."""

_WITHHELD = "withheld"
_LOADERS = ("unet_name", "ckpt_name", "model_name", "model", "gguf_name")
_SETTINGS = ("steps", "cfg", "sampler_name", "scheduler", "denoise", "guidance", "shift")
_SECRET_NAME = re.compile(r"(?i)(api[_-]?key|secret|password|passwd|token|authorization|credential)")
_SECRET = re.compile(
    r"\b(?:sk|pk|rk|key|hf|ghp|gho|glpat|comfyui)[-_][A-Za-z0-9_-]{16,}|(?i:\bbearer\s+\S{16,})"
)
_FOLDER = re.compile(
    r"(?:(?<![\w:/.])/(?:home|Users|root|mnt|media|tmp|var|etc|opt|srv|private|Volumes|work|data|workspace)"
    r"|\b[A-Za-z]:|\\\\[\w.-]+|(?<!\w)~)(?:[\\/][^\\/\s\"']+)*[\\/]"
)


def recipe_of(nodes: Mapping[str, Any]) -> dict[str, str]:
    """Fields of a recipe: the weights, the sampler's settings, the graph and its digest."""
    said = {str(Field.WORKFLOW): f"ComfyUI graph sha256:{digest(nodes)}"}
    samplers = _samplers(nodes)
    weights = next((name for node in samplers if (name := _weights(nodes, node, frozenset()))), "")
    if weights := weights or next(_loaders(nodes), ""):
        said[str(Field.MODEL)] = _FOLDER.sub("", weights)
    for name in _SETTINGS if samplers else ():
        if text := _text(nodes[samplers[0]]["inputs"].get(name)):
            said[f"param.{name}"] = text
    if graph := kept(nodes):
        said["param.graph"] = graph
    return said


def digest(nodes: Mapping[str, Any]) -> str:
    """SHA-256 of a graph, the same for one graph however it is laid out."""
    plain = json.loads(json.dumps(nodes), parse_int=str, parse_float=str, parse_constant=str)
    return hashlib.sha256(json.dumps(plain, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def kept(nodes: Mapping[str, Any]) -> str:
    """The graph as one line of JSON without keys and folders; empty where it is larger than :data:`KEPT`."""
    text = json.dumps(_clean(nodes, ""), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return text if len(text) <= KEPT else ""


def title(nodes: Mapping[str, Any], node: str) -> str:
    """A node as a person knows it: its title, else its class, and its number."""
    said = nodes.get(node)
    said = said if isinstance(said, Mapping) else {}
    meta = said.get("_meta")
    name = (meta.get("title") if isinstance(meta, Mapping) else "") or said.get("class_type") or "node"
    return f"{printable(str(name), 60)} (node {printable(node, 20)})"


def _clean(value: Any, name: str) -> Any:
    if isinstance(value, Mapping):
        return {key: _clean(inner, str(key)) for key, inner in value.items()}
    if isinstance(value, list):
        return [_clean(inner, name) for inner in value]
    if not isinstance(value, str):
        return value
    if value and (_SECRET_NAME.search(name) or _SECRET.search(value)):
        return _WITHHELD
    return _FOLDER.sub("", value)


def _samplers(nodes: Mapping[str, Any]) -> list[str]:
    """Nodes that sample, those that add the noise before those that only refine."""
    found = [node for node, said in nodes.items() if "sampler" in str(said.get("class_type", "")).lower()]
    return sorted(found, key=lambda node: nodes[node]["inputs"].get("add_noise") == "disable")


def _weights(nodes: Mapping[str, Any], node: str, seen: frozenset[str]) -> str:
    """The weights that ``node`` samples with, past whatever patches them on the way."""
    if node in seen or len(seen) > 64:
        return ""
    said = nodes[node]
    for name in ("model", "guider"):
        link = said["inputs"].get(name)
        linked = isinstance(link, list) and len(link) == 2 and str(link[0]) in nodes
        if linked and (found := _weights(nodes, str(link[0]), seen | {node})):
            return found
    return _loaded(said)


def _loaders(nodes: Mapping[str, Any]) -> Iterator[str]:
    return (found for said in nodes.values() if (found := _loaded(said)))


def _loaded(said: Mapping[str, Any]) -> str:
    kind = str(said.get("class_type", "")).lower()
    if "loader" not in kind or "lora" in kind:
        return ""
    return next((text for name in _LOADERS if (text := _text(said["inputs"].get(name)))), "")


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value).strip() if isinstance(value, (str, int, float)) else ""
