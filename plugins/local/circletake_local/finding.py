"""Where a model lies: a folder, a folder that the settings name, or the cache of downloaded models."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from circletake_local.settings import LocalSettings

INDEX = "model_index.json"
"""What makes a folder a pipeline of diffusers."""

_ID = re.compile(r"[A-Za-z0-9][\w.-]{0,95}/[A-Za-z0-9][\w.-]{0,95}")
_COMMIT = re.compile(r"[0-9a-f]{40}")
_LICENCE = re.compile(r"^license:[ \t]*[\"']?([\w.+-]{1,60})", re.MULTILINE)
_INDEX_LIMIT = 1_000_000


@dataclass(frozen=True, slots=True)
class Model:
    """A pipeline on this machine.

    Attributes:
        name: its id, or its folder's own name; never where it lies.
        revision: commit of the id, empty for a folder.
        pipeline: class that its index names.
        parts: folders of its parts: ``transformer``, ``vae`` and so on.
        options: the plain values of its index.
    """

    name: str
    folder: Path
    revision: str
    pipeline: str
    parts: tuple[str, ...]
    options: dict[str, Any]

    @property
    def licence(self) -> str:
        """As the model's own card says; empty where it has none, or says ``other``."""
        try:
            with (self.folder / "README.md").open(encoding="utf-8", errors="replace") as card:
                head = card.read(4000)
        except OSError:
            return ""
        front = head.split("\n---", 1)[0] if head.startswith("---") else ""
        found = _LICENCE.search(front)
        return found[1] if found and found[1] != "other" else ""


def is_id(model: str) -> bool:
    """Whether a name is an ``owner/model`` that could be downloaded."""
    return _ID.fullmatch(model) is not None


def find(model: str, revision: str, settings: LocalSettings) -> Model | None:
    """The pipeline a person means; ``None`` where it is not on this machine. No network.

    Raises:
        ValueError: there is a folder, but it holds no pipeline that can be loaded.
    """
    here = _folder(model)
    if here:
        return at(here)
    for folder in _named(settings):
        if folder.name == model and (folder / INDEX).is_file():
            return at(folder)
    if is_id(model):
        snapshot = _snapshot(_cache(settings) / f"models--{model.replace('/', '--')}", revision or "main")
        if snapshot and (snapshot / INDEX).is_file():
            return at(snapshot)
    return None


def at(folder: Path) -> Model:
    """The pipeline in a folder.

    Raises:
        ValueError: its index cannot be read, or wants code of its own to be run.
    """
    folder = folder.absolute()
    name, revision = _name_of(folder)
    try:
        with (folder / INDEX).open(encoding="utf-8") as file:
            index = json.loads(file.read(_INDEX_LIMIT))
        pipeline = index["_class_name"]
    except (OSError, ValueError, RecursionError, KeyError, TypeError) as error:
        raise ValueError(f"{name}: its {INDEX} cannot be read ({type(error).__name__})") from error
    if not isinstance(pipeline, str):
        raise ValueError(f"{name}: it wants code of its own to be run, which is never done here")
    parts = tuple(
        sorted(
            part
            for part, kind in index.items()
            if isinstance(kind, list) and kind and kind[0] and re.fullmatch(r"\w+", part)
        )
    )
    plain = {key: value for key, value in index.items() if isinstance(value, (bool, int, float, str))}
    return Model(name, folder, revision, pipeline, parts, plain)


def all_here(settings: LocalSettings) -> Iterator[Model]:
    """Every pipeline that the settings name, then those in the cache; broken ones are left out."""
    cached = sorted(_cache(settings).glob("models--*--*/refs/main"))
    snapshots = [_snapshot(ref.parents[1], "main") for ref in cached]
    for folder in [*_named(settings), *(each for each in snapshots if each)]:
        if (folder / INDEX).is_file():
            try:
                yield at(folder)
            except ValueError:
                continue


def _folder(model: str) -> Path | None:
    """The name taken as a path; ``None`` where no pipeline lies there."""
    try:
        folder = Path(model).expanduser()
        return folder if (folder / INDEX).is_file() else None
    except (OSError, ValueError, RuntimeError):  # too long, not a path at all, nobody's home
        return None


def _named(settings: LocalSettings) -> list[Path]:
    return [Path(folder).expanduser() for folder in settings.models]


def _cache(settings: LocalSettings) -> Path:
    if settings.cache:
        return Path(settings.cache).expanduser()
    try:
        from huggingface_hub.constants import HF_HUB_CACHE
    except ImportError:
        return Path("~/.cache/huggingface/hub").expanduser()
    return Path(HF_HUB_CACHE)


def _snapshot(repository: Path, revision: str) -> Path | None:
    """Folder of a revision in the cache's own layout: refs name commits, snapshots hold their files."""
    commit = revision
    if not _COMMIT.fullmatch(revision):
        try:
            commit = (repository / "refs" / revision).read_text(encoding="ascii").strip()
        except (OSError, UnicodeDecodeError):
            return None
    return repository / "snapshots" / commit if _COMMIT.fullmatch(commit) else None


def _name_of(folder: Path) -> tuple[str, str]:
    """Name and revision: a snapshot in a cache knows its id and commit."""
    repository = folder.parent.parent.name
    if (
        folder.parent.name == "snapshots"
        and repository.startswith("models--")
        and _COMMIT.fullmatch(folder.name)
    ):
        return repository.removeprefix("models--").replace("--", "/", 1), folder.name
    return folder.name or "model", ""
