"""A filter graph as a value: written down for the recipe, and built for FFmpeg."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from av.filter import Graph
    from av.filter.context import FilterContext


@dataclass(frozen=True, slots=True)
class Node:
    """One filter, its options as FFmpeg writes them, and the nodes that feed it in order."""

    name: str
    options: str = ""
    inputs: tuple[Node, ...] = ()

    def then(self, name: str, options: str = "") -> Node:
        """A filter fed by this one."""
        return Node(name, options, (self,))


def described(node: Node) -> str:
    """The graph in the notation of FFmpeg's ``-filter_complex``."""
    chains: list[str] = []

    def write(at: Node) -> str:
        said = f"{at.name}={at.options}" if at.options else at.name
        if len(at.inputs) == 1:
            return f"{write(at.inputs[0])},{said}"
        pads = ""
        for each in at.inputs:
            chain = write(each)
            pads += f"[p{len(chains)}]"
            chains.append(f"{chain}[p{len(chains)}]")
        return f"{pads}{said}"

    last = write(node)
    return ";".join([*chains, last])


def built(node: Node) -> Graph:
    """A configured graph with one buffer sink."""
    import av.filter

    graph = av.filter.Graph()

    def add(at: Node) -> FilterContext:
        context = graph.add(at.name, at.options or None)
        for pad, each in enumerate(at.inputs):
            add(each).link_to(context, 0, pad)
        return context

    add(node).link_to(graph.add("buffersink"))
    graph.configure()
    return graph
