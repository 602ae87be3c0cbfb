"""Recipes in the node graphs that ComfyUI writes into a clip's tags.

MP4 and WebM carry the tag ``prompt`` (the graph as it was run) and ``workflow`` (as it was
drawn); some nodes write one JSON object with both into ``comment``. No key says which text
is the prompt, so the links of the sampler that made the noise are followed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from circletake import About, Evidence, Field, NoSettings, RecipeClaim, SourceFile
from circletake_readers.parsing import read_object, text_of

BY = "ComfyUI graph"
_DEEPEST = 64
_TEXT = ("text", "prompt", "t5xxl", "clip_l", "string", "value", "positive_prompt")
_LOADERS = ("unet_name", "ckpt_name", "model_name", "model", "gguf_name")
_SAMPLER_SETTINGS = ("steps", "cfg", "sampler_name", "scheduler", "denoise", "guidance", "shift")


class Graph:
    """A ComfyUI API graph: nodes by id, each with a class and inputs, some of them links."""

    def __init__(self, nodes: Mapping[str, Any]) -> None:
        self.nodes: dict[str, Mapping[str, Any]] = {
            str(key): node
            for key, node in list(nodes.items())[:5000]
            if isinstance(node, Mapping) and isinstance(node.get("inputs"), Mapping)
        }

    def inputs(self, node: str) -> Mapping[str, Any]:
        """The inputs of a node."""
        found: Mapping[str, Any] = self.nodes[node]["inputs"]
        return found

    def linked(self, value: object) -> str | None:
        """The node a link ``[id, slot]`` points at."""
        if isinstance(value, list) and len(value) == 2 and str(value[0]) in self.nodes:
            return str(value[0])
        return None

    def kind(self, node: str) -> str:
        """Its class, in lower case."""
        return str(self.nodes[node].get("class_type", "")).lower()

    def samplers(self) -> list[str]:
        """Nodes that sample, those that add the noise before those that only refine."""

        def refines(node: str) -> bool:
            return text_of(self.inputs(node).get("add_noise")) == "disable"

        return sorted((node for node in self.nodes if "sampler" in self.kind(node)), key=refines)

    def seed(self, node: str, depth: int = 0) -> str:
        """The seed a sampler starts from, its own or that of the noise it is given."""
        inputs = self.inputs(node)
        for key in ("seed", "noise_seed"):
            value = inputs.get(key)
            if text := text_of(value):
                return text
            if found := self.scalar(value, ("seed", "noise_seed", "value", "int")):
                return found
        source = self.linked(inputs.get("noise"))
        return self.seed(source, depth + 1) if source and depth < _DEEPEST else ""

    def scalar(self, value: object, keys: tuple[str, ...], depth: int = 0) -> str:
        """``value`` itself where it is text, else the first of ``keys`` in the node it links to."""
        if text := text_of(value):
            return text
        node = self.linked(value)
        if node is None or depth > _DEEPEST:
            return ""
        return next(
            (text for key in keys if (text := self.scalar(self.inputs(node).get(key), keys, depth + 1))), ""
        )

    def prompt(self, node: str, role: str, seen: frozenset[str] = frozenset()) -> str:
        """The text that reaches ``node`` as ``positive`` or ``negative``."""
        if node in seen or len(seen) > _DEEPEST:
            return ""
        seen |= {node}
        inputs = self.inputs(node)
        if text := self.scalar(inputs.get(f"{role}_prompt"), _TEXT):
            return text
        if role in inputs:
            return self._encoded(inputs[role], role, seen)
        carriers = ("guider", "conditioning", "text_embeds", "cond", "conditioning_1", "conditioning_to")
        for key in carriers if role == "positive" else carriers[:3]:
            if key in inputs and (text := self._encoded(inputs[key], role, seen)):
                return text
        return ""

    def _encoded(self, link: object, role: str, seen: frozenset[str]) -> str:
        node = self.linked(link)
        if node is None:
            return ""
        encodes = "textencode" in self.kind(node).replace("_", "")
        if encodes and f"{role}_prompt" not in self.inputs(node):
            return self.scalar(link, _TEXT)
        return self.prompt(node, role, seen)

    def model(self, node: str, seen: frozenset[str] = frozenset()) -> str:
        """The weights that ``node`` samples with, past whatever patches them on the way."""
        if node in seen or len(seen) > _DEEPEST:
            return ""
        inputs = self.inputs(node)
        for key in ("model", "guider"):
            source = self.linked(inputs.get(key))
            if source and (name := self.model(source, seen | {node})):
                return name
        if "loader" in self.kind(node) and "lora" not in self.kind(node):
            return next((name for key in _LOADERS if (name := text_of(inputs.get(key)))), "")
        return ""


def _graphs(tags: Mapping[str, str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Tag name and API graph, wherever one is."""
    for tag in ("prompt", "comment", "description"):
        found = read_object(tags.get(tag, ""))
        inner = found.get("prompt")
        if isinstance(inner, str):
            inner = read_object(inner)
        for candidate in (found, inner):
            if isinstance(candidate, dict) and any(
                isinstance(node, dict) and "class_type" in node for node in candidate.values()
            ):
                yield tag, candidate


class ComfyUI:
    """Follows the graph from the sampler to its texts, its seed and its weights."""

    about = About("comfyui", "prompt, seed and model from ComfyUI graphs in tags", "1", NoSettings)

    def read(self, source: SourceFile, settings: NoSettings) -> Iterable[RecipeClaim]:
        """Claims of the first graph found; evidence ``embedded``, since tags are not signed."""
        for tag, nodes in _graphs(source.tags):
            for field, value in _fields(Graph(nodes), nodes):
                if value:
                    yield RecipeClaim(field, value, Evidence.EMBEDDED, f"tag {tag}", BY)
            return


def _fields(graph: Graph, nodes: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield Field.GENERATOR, "comfyui"
    try:
        canonical = json.dumps(nodes, sort_keys=True, separators=(",", ":")).encode("utf-8", "replace")
        yield Field.WORKFLOW, f"ComfyUI graph sha256:{hashlib.sha256(canonical).hexdigest()}"
    except (ValueError, RecursionError):
        pass
    samplers = graph.samplers()

    def first(values: Iterable[str]) -> str:
        return next((value for value in values if value), "")

    yield Field.PROMPT, first(graph.prompt(s, "positive") for s in samplers)
    yield Field.NEGATIVE_PROMPT, first(graph.prompt(s, "negative") for s in samplers)
    yield Field.SEED, first(graph.seed(s) for s in samplers)
    yield Field.MODEL, first(graph.model(s) for s in samplers)
    for name in _SAMPLER_SETTINGS if samplers else ():
        yield f"param.{name}", text_of(graph.inputs(samplers[0]).get(name))
    images = [
        text_of(graph.inputs(node).get("image")) for node in graph.nodes if graph.kind(node) == "loadimage"
    ]
    yield "input.image", first(images)
