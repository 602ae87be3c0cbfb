"""A list of shots to generate: CSV, YAML or JSON, one row for each prompt."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from circletake.errors import BadInput
from circletake.model.generation import GenerationRequest
from circletake.model.text import csv_value
from circletake.workflows.intake.taking_in import SHOT_CODE

LARGEST = 10_000_000
"""Bytes."""

_PARAMETERS = "parameters"
_COLUMNS = {
    "shot": "shot",
    "prompt": "prompt",
    "negative": "negative",
    "negative prompt": "negative",
    "model": "model",
    "backend": "backend",
    "takes": "takes",
    "seed": "seeds",
    "seeds": "seeds",
    "image": "image",
    "parameters": _PARAMETERS,
    "params": _PARAMETERS,
}
_HINT = (
    "columns: shot, prompt, model, takes, seeds, backend, negative, image; others are settings of the model"
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """One row, filled up with what the command line says of all.

    Attributes:
        where: file and row, for messages.
        seeds: one for each take, or the one to count up from; empty to draw them.
    """

    where: str
    shot: str
    backend: str
    takes: int
    seeds: tuple[str, ...]
    request: GenerationRequest


@dataclass(frozen=True, slots=True)
class ForAll:
    """What the command line says; a row's own word counts more."""

    shot: str = ""
    backend: str = ""
    takes: int = 1
    seed: str = ""
    request: GenerationRequest = field(default_factory=lambda: GenerationRequest("", ""))


def read_shot_list(path: Path, base: ForAll) -> list[Wanted]:
    """Read a list of shots. All that is wrong with it is told at once.

    ``seeds`` names one for each take (``7 8 9``), or the first of ``takes``. A column that is no
    field of a request is a setting of the model. ``prompt`` may be ``@FILE``; files lie in the list's folder.

    Raises:
        BadInput: it cannot be read, or rows make no sense.
    """
    wanted: list[Wanted] = []
    wrong: list[str] = []
    for number, row in enumerate(_rows(path), 1):
        try:
            wanted.append(_wanted(f"{path.name} row {number}", row, base, path.parent))
        except BadInput as error:
            wrong.append(f"row {number}: {error.reason}")
    if wrong:
        raise BadInput(str(path), "; ".join(wrong), _HINT)
    if not wanted:
        raise BadInput(str(path), "asks for nothing", _HINT)
    return wanted


def _rows(path: Path) -> Iterator[Mapping[str, Any]]:
    try:
        if path.stat().st_size > LARGEST:
            raise BadInput(str(path), "too large for a list of shots")
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise BadInput(str(path), error.strerror or str(error), "check the path") from error
    except UnicodeDecodeError as error:
        raise BadInput(str(path), "is not UTF-8 text", "save it as UTF-8") from error
    kind = path.suffix.lower()
    if kind in (".csv", ".tsv"):
        yield from _csv_rows(path, text)
        return
    if kind not in (".yaml", ".yml", ".json"):
        raise BadInput(str(path), "is no list of shots", "name a file that ends in .csv, .yaml or .json")
    data = _json(path, text) if kind == ".json" else _yaml(path, text)
    if isinstance(data, Mapping):
        data = data.get("shots")
    if not isinstance(data, list) or not all(isinstance(row, Mapping) for row in data):
        raise BadInput(str(path), "is no list of shots", "write a list, each with a prompt")
    yield from data


def _csv_rows(path: Path, text: str) -> Iterator[Mapping[str, Any]]:
    delimiter = max(",;\t", key=text.partition("\n")[0].count)
    try:
        for row in csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True):
            if row.get(None):
                raise BadInput(str(path), "a row has more cells than the header", "quote cells with commas")
            cells = {key: csv_value(cell) for key, cell in row.items() if isinstance(cell, str)}
            if any(cell.strip() for cell in cells.values()):
                yield cells
    except csv.Error as error:
        raise BadInput(str(path), f"not valid CSV: {error}", "mend the file") from error


def _yaml(path: Path, text: str) -> Any:
    import yaml

    try:
        # This loader makes no objects and keeps every value as it is written: seeds, 1:1, no, 5.0.
        return yaml.load(text, Loader=yaml.BaseLoader)
    except (yaml.YAMLError, RecursionError) as error:
        said = " ".join(str(error).split())
        raise BadInput(str(path), f"not valid YAML: {said}", "mend the file") from error


def _json(path: Path, text: str) -> Any:
    try:
        return json.loads(text, parse_int=str, parse_float=str, parse_constant=str)
    except (ValueError, RecursionError) as error:
        raise BadInput(str(path), f"not valid JSON: {error}", "mend the file") from error


def _wanted(where: str, row: Mapping[str, Any], base: ForAll, folder: Path) -> Wanted:
    said, parameters = _sorted_out(row)
    seeds = (
        tuple(re.split(r"[,;\s]+", said["seeds"])) if "seeds" in said else tuple(filter(None, [base.seed]))
    )
    takes = said.get("takes", "")
    if takes and not (takes.isdecimal() and 0 < int(takes) <= 10_000):
        raise BadInput(where, f"takes: {takes!r} is no number of takes")
    number = int(takes) if takes else len(seeds) if len(seeds) > 1 else base.takes
    if len(seeds) not in (0, 1, number):
        raise BadInput(where, f"{len(seeds)} seeds for {number} takes")
    shot = said.get("shot", base.shot)
    if shot and not SHOT_CODE.fullmatch(shot):
        raise BadInput(where, f"shot: {shot!r} is no shot's name")
    model = said.get("model", base.request.model)
    if not model:
        raise BadInput(where, "names no model")
    prompt = said.get("prompt", base.request.prompt)
    image = _beside(where, "image", folder, said["image"]) if "image" in said else base.request.image
    if "prompt" in said and prompt.startswith("@"):
        prompt = _prompt_file(where, _beside(where, "prompt", folder, prompt[1:]))
    if not prompt and image is None:
        raise BadInput(where, "has no prompt")
    request = GenerationRequest(
        model,
        prompt,
        seeds[0] if len(seeds) == 1 else "",
        said.get("negative", base.request.negative_prompt),
        image,
        {**(base.request.parameters or {}), **parameters},
        base.request.parent,
    )
    return Wanted(
        where,
        shot,
        said.get("backend", base.backend),
        number,
        seeds if len(seeds) > 1 else (),
        request,
    )


def _sorted_out(row: Mapping[str, Any]) -> tuple[dict[str, str], dict[str, str]]:
    """Fields of a request, and settings of the model; empty cells say nothing."""
    said: dict[str, str] = {}
    parameters: dict[str, str] = {}
    for key, value in row.items():
        word = str(key).strip()
        name = _COLUMNS.get(word.lower().replace("_", " "))
        if name == _PARAMETERS and isinstance(value, Mapping):
            parameters |= {str(inner): _text(f"{word}.{inner}", each) for inner, each in value.items()}
        elif name == _PARAMETERS:
            parameters |= _pairs(_text(word, value))
        elif name == "seeds" and isinstance(value, list):
            said[name] = " ".join(_text(word, each) for each in value)
        elif text := _text(word, value):
            if name:
                said[name] = text
            elif word:
                parameters[word.removeprefix("param.")] = text
    return said, parameters


def _pairs(text: str) -> dict[str, str]:
    """``seconds=4 size=160x90``, as in one cell of a table."""
    pairs = [part.partition("=") for part in re.split(r"[;,\s]+", text) if part]
    if not all(name and equals for name, equals, _ in pairs):
        raise BadInput("parameters", f"parameters: {text!r} is not NAME=VALUE ...")
    return {name: value for name, _, value in pairs}


def _text(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return ""
    if not isinstance(value, str):
        raise BadInput(name, f"{name}: is a list or a table, one value was expected")
    return value.strip()


def _beside(where: str, what: str, folder: Path, name: str) -> Path:
    """A file that a row names. One outside the list's folder is not sent anywhere on a list's word."""
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise BadInput(where, f"{what}: {name} lies outside the folder of the list")
    if not path.is_file():
        raise BadInput(where, f"{what}: there is no file {name}")
    return path


def _prompt_file(where: str, path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(where, f"prompt: {path} cannot be read") from error
