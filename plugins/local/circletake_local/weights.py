"""The weights a take was made with: one SHA-256 over all of them, read once while they stay the same."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from circletake_local.finding import Model

_CHUNK = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Weights:
    """The weights of a pipeline.

    Attributes:
        sha256: of the lines that ``sha256sum */*.safetensors`` prints in the model's folder, sorted
            by name, for the parts that its index names.
    """

    sha256: str
    files: int
    size: int


def weights_of(model: Model, checked: Callable[[], None] = lambda: None) -> Weights:
    """Hash the weights; a file whose size and time are as before is not read again.

    Args:
        checked: called between chunks; raises to stop.

    Raises:
        OSError: one cannot be read.
    """
    found = (path for part in model.parts for path in (model.folder / part).glob("*.safetensors"))
    files = sorted((path for path in found if path.is_file()), key=str)
    known, lines, size = _remembered(), [], 0
    before = dict(known)
    for path in files:
        state = path.stat()
        key, stamp = str(path.resolve()), [state.st_size, state.st_mtime_ns]
        if known.get(key, [])[:2] != stamp:
            known[key] = [*stamp, _sha256(path, checked)]
        lines.append(f"{known[key][2]}  {path.parent.name}/{path.name}\n")
        size += state.st_size
    if known != before:
        _remember(known)
    return Weights(hashlib.sha256("".join(lines).encode()).hexdigest(), len(files), size)


def _sha256(path: Path, checked: Callable[[], None]) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            checked()
            digest.update(chunk)
    return digest.hexdigest()


def _memory() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(base).expanduser() / "circletake" / "weights.json"


def _remembered() -> dict[str, list[int | str]]:
    """What is known by path: size, time, SHA-256. Empty where it is not to be understood."""
    try:
        said = json.loads(_memory().read_text(encoding="utf-8"))
        return {str(path): [int(size), int(time), str(digest)] for path, (size, time, digest) in said.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def _remember(known: dict[str, list[int | str]]) -> None:
    """Keep what is still there. It only saves time, so failing to is no failure."""
    memory = _memory()
    kept = {path: said for path, said in known.items() if Path(path).is_file()}
    try:
        memory.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(
            "w", dir=memory.parent, prefix=".weights", delete=False, encoding="utf-8"
        ) as file:
            json.dump(kept, file)
        Path(file.name).replace(memory)
    except OSError:
        return
