"""The clips that benches run on: what is known of each, and in which half it is.

Bounds of the engine are chosen on the ``tune`` half and reported on the ``report`` half. Clips of one
prompt, and one clip in several files, are on one side.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SUFFIXES = {".mp4", ".mov", ".m4v", ".webm", ".mkv", ".avi", ".gif"}
DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data"
CLIPS, FOREIGN = DATA / "ai", DATA / "real"
CACHE = Path.home() / ".cache" / "circletake-bench"
HALVES = ("tune", "report")


@dataclass(frozen=True)
class Material:
    """One clip.

    Attributes:
        group: what names its siblings: the index's group, the prompt, or else the file without suffixes.
        prompted: ``group`` says that several were made from one prompt; they are no copies.
        work: decoded megapixels, about; 0 where the index does not tell.
    """

    path: Path
    sha256: str
    group: str
    prompted: bool
    work: float

    @property
    def name(self) -> str:
        """Short enough for a table."""
        return f"{self.sha256[:8]} {self.path.stem[:32]}"

    @property
    def stem(self) -> Path:
        """The path without suffixes: ``03.gif`` and ``03.gif.mp4`` are one clip."""
        return self.path.with_name(self.path.name.split(".")[0])

    @property
    def half(self) -> str:
        """``tune`` or ``report``, by the sha256 of the group."""
        return HALVES[hashlib.sha256(self.group.encode()).digest()[0] % 2]

    def is_copy_of(self, other: Material) -> bool:
        """Whether the names already say that both hold one clip."""
        return self.stem == other.stem


def materials(
    folder: Path, *, half: str | None = None, count: int | None = None, heaviest: float | None = None
) -> list[Material]:
    """The clips below a folder, equal bytes once, in the order of their sha256: the first few are a sample.

    Args:
        half: only these.
        count: at most so many.
        heaviest: leave out clips of more megapixels, all frames together, as far as an index tells.
    """
    known = _index(folder)
    found: dict[str, Material] = {}
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() not in SUFFIXES or not path.is_file():
            continue
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        row = known.get(digest, {})
        prompt = row.get("group") or row.get("prompt")
        work = float(row.get("frames") or 0) * (row.get("width") or 0) * (row.get("height") or 0) / 1e6
        group = str(prompt or path.with_name(path.name.split(".")[0]).relative_to(folder))
        found.setdefault(digest, Material(path, digest, group, bool(prompt), work))
    rows = sorted(found.values(), key=lambda one: one.sha256)
    rows = [row for row in rows if half in (None, row.half) and (not heaviest or row.work <= heaviest)]
    return rows[:count]


def classes(names: Iterable[str], pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Each name with the least name that pairs lead to: what counts as one clip."""
    least = {name: name for name in names}

    def root(name: str) -> str:
        while least[name] != name:
            name = least[name]
        return name

    for a, b in pairs:
        low, high = sorted((root(a), root(b)))
        least[high] = low
    return {name: root(name) for name in least}


def take_clips(parser: argparse.ArgumentParser, *, count: int | None = None) -> None:
    """The arguments that say which clips."""
    parser.add_argument("folder", nargs="?", type=Path, default=CLIPS, help="default ../shared/data/ai")
    parser.add_argument("--clips", type=int, default=count, metavar="N", help="at most so many clips")
    parser.add_argument("--half", choices=HALVES, help="only this half of the clips")
    parser.add_argument(
        "--heaviest", type=float, metavar="MEGAPIXELS", help="leave out longer or larger ones"
    )
    parser.add_argument("--cache", type=Path, default=CACHE, metavar="DIR", help=f"default {CACHE}")


def chosen(asked: argparse.Namespace) -> list[Material]:
    """What :func:`take_clips` was told.

    Raises:
        SystemExit: fewer than two clips are left.
    """
    found = materials(asked.folder, half=asked.half, count=asked.clips, heaviest=asked.heaviest)
    if len(found) < 2:
        raise SystemExit(
            f"{asked.folder}: {len(found)} clips are too few; name another folder or ask for more"
        )
    print(f"clips: {len(found)} of {asked.folder}, {told(asked, found)}")
    return found


def told(asked: argparse.Namespace, found: Sequence[Material]) -> str:
    """Which clips, for the head of a table."""
    half = f"{asked.half} half" if asked.half else "both halves"
    light = f", none above {asked.heaviest:g} megapixels" if asked.heaviest else ""
    return f"{half}, {len({row.group for row in found})} prompts or sources{light}"


def _index(folder: Path) -> dict[str, dict[str, Any]]:
    for place in (folder, *folder.resolve().parents):
        if (place / "index.json").exists():
            return {row["sha256"]: row for row in json.loads((place / "index.json").read_text())}
    return {}
