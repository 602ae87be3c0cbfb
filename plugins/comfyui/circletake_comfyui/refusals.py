"""Why a server refuses a graph, told by the nodes as a person knows them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from circletake import printable
from circletake_comfyui.graph import title


def refusal(said: Mapping[str, Any], nodes: Mapping[str, Any]) -> str:
    """Why a graph was refused: by its nodes where they are told, else in the server's words.

    Args:
        said: the answer's JSON.
        nodes: the graph that was sent.
    """
    if by_node := node_errors(said, nodes):
        return by_node
    error = said.get("error")
    if isinstance(error, Mapping):
        words = [str(error.get(key) or "") for key in ("message", "details")]
        error = ": ".join(word for word in words if word)
    return printable(str(error or ""), 400)


def node_errors(said: Mapping[str, Any], nodes: Mapping[str, Any]) -> str:
    """What is wrong with which node, up to five of them; empty where no node is told."""
    told = said.get("node_errors")
    lines = []
    for node, wrong in told.items() if isinstance(told, Mapping) else ():
        errors = wrong.get("errors") if isinstance(wrong, Mapping) else None
        for each in errors if isinstance(errors, list) else ():
            if isinstance(each, Mapping):
                words = [printable(str(each.get(key) or ""), 200) for key in ("message", "details")]
                lines.append(f"{title(nodes, str(node))}: {', '.join(word for word in words if word)}")
    return "; ".join(lines[:5])
