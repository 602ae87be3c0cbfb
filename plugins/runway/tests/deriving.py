"""The table of models, drawn from the types and docstrings of Runway's SDK.

``python plugins/runway/tests/deriving.py`` writes it anew after an update of the SDK; a test holds that it
is what the SDK says.
"""

from __future__ import annotations

import ast
import json
import re
import typing
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, Required

TABLE = Path(__file__).resolve().parents[1] / "circletake_runway" / "models.json"

_SAID_OTHERWISE = {
    "model",
    "prompt_text",
    "negative_prompt",
    "seed",
    "prompt_image",
    "prompt_video",
    "video_uri",
}
_LEFT_OUT = {"draft_task_id"}
"""It names a task of another kind; all else that is no plain value is left out too."""


def derived() -> dict[str, dict[str, Any]]:
    """By model and mode (``text``, ``image``, ``video``), what the SDK's types say."""
    table: dict[str, dict[str, Any]] = {}
    for mode in ("text", "image", "video"):
        module = import_module(f"runwayml.types.{mode}_to_video_create_params")
        said = _docstrings(module)
        union = getattr(module, f"{mode.capitalize()}ToVideoCreateParams")
        for kind in typing.get_args(union):
            hints = typing.get_type_hints(kind)
            for name in typing.get_args(hints["model"]):
                table.setdefault(name, {})[mode] = _mode(kind, hints, said)
    return table


def written() -> str:
    """The table as its file holds it."""
    models = []
    for name, modes in derived().items():
        lines = ",\n".join(f"  {json.dumps(mode)}: {json.dumps(said)}" for mode, said in modes.items())
        models.append(f" {json.dumps(name)}: {{\n{lines}\n }}")
    return "{\n" + ",\n".join(models) + "\n}\n"


def _mode(kind: Any, hints: dict[str, Any], said: dict[tuple[str, str], str]) -> dict[str, Any]:
    # Annotations that are text leave __required_keys__ empty.
    qualified = typing.get_type_hints(kind, include_extras=True)
    needed = {name for name, hint in qualified.items() if typing.get_origin(hint) is Required}
    parameters = {}
    for name, hint in hints.items():
        if name in _SAID_OTHERWISE | _LEFT_OUT:
            continue
        plain = _plain(hint, said.get((kind.__name__, name), ""))
        if plain:
            required = {"required": True} if name in needed else {}
            parameters[name] = plain | required
    prompt: dict[str, Any] = {"required": "prompt_text" in needed}
    most = re.search(r"up to (\d+) characters", said.get((kind.__name__, "prompt_text"), ""))
    if most:
        prompt["most"] = int(most[1])
    return {
        "prompt": prompt,
        "seed": "seed" in hints,
        "negative_prompt": "negative_prompt" in hints,
        "input": next((name for name in ("prompt_image", "prompt_video", "video_uri") if name in hints), ""),
        "parameters": parameters,
    }


def _plain(hint: Any, said: str) -> dict[str, Any]:
    """A parameter that text can say; empty for one that it cannot."""
    if typing.get_origin(hint) is typing.Union:
        parts = [_plain(each, said) for each in typing.get_args(hint)]
        whole = next((part for part in parts if part.get("kind") == "whole"), None)
        words = next((part for part in parts if "choices" in part), None)
        return whole | {"words": words["choices"]} if whole and words else {}
    if typing.get_origin(hint) is typing.Literal:
        return {"choices": list(typing.get_args(hint))}
    kinds = {int: "whole", float: "number", bool: "yes or no", str: "text"}
    if hint not in kinds:
        return {}
    found: dict[str, Any] = {"kind": kinds[hint]}
    limits = re.search(r"(?:from|between) (\d+) (?:to|and) (\d+)", said)
    if limits and hint in (int, float):
        found |= {"least": int(limits[1]), "most": int(limits[2])}
    return found


def _docstrings(module: ModuleType) -> dict[tuple[str, str], str]:
    """What stands under each field of each class."""
    said = {}
    for kind in ast.parse(Path(str(module.__file__)).read_text()).body:
        field = ""
        for line in kind.body if isinstance(kind, ast.ClassDef) else ():
            if isinstance(line, ast.AnnAssign) and isinstance(line.target, ast.Name):
                field = line.target.id
            elif isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant) and field:
                assert isinstance(kind, ast.ClassDef)
                said[kind.name, field] = " ".join(str(line.value.value).split())
    return said


if __name__ == "__main__":
    TABLE.write_text(written())
