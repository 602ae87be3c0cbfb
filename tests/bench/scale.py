"""What searching costs as a library grows, on takes that are made up: nothing is decoded.

A take is a few dozen waves of random strength, weaker where finer, that drift and swing: smooth
pictures with motion, of which four share a prompt and much of their composition. One in twenty is a
copy of another take: noisier, of another brightness and cropped a little. Only heads are in memory;
thumbnails are made again from the seed when a pair is compared. Each size runs in a process of its
own, whose peak memory it is. Beyond a few thousand takes only a sample of the pairs is compared.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from circletake.fingerprint.bars import Crop
from circletake.fingerprint.comparing import compare
from circletake.fingerprint.judging import band
from circletake.fingerprint.looks import Look
from circletake.fingerprint.low import lows
from circletake.fingerprint.making import fingerprint_of
from circletake.fingerprint.record import CHROMA, Thumbnails
from circletake.fingerprint.search import candidates
from circletake.model.fingerprint import THUMBNAIL, Fingerprint

if TYPE_CHECKING:
    from numpy.typing import NDArray

SIZES = (1_000, 3_000, 10_000, 30_000, 100_000)
_WAVES = 12
_SAMPLES, _GRID = 32, 8.0
_SIBLINGS = 4
_SHARED = 0.6
"""How much of its composition a take has from its prompt."""

_COPIES = 20
"""One take in so many is a copy."""

_CUT = 0.04
"""Share of the sides that a copy does not show."""

_FRESH = 10
_TIMES = np.linspace(0, 1, _SAMPLES)
_WEAKER = 1 / np.maximum(np.hypot(*np.mgrid[0:_WAVES, 0:_WAVES]), 1)
_NO_BITS = np.zeros((0, 8), np.uint8)


@dataclass(frozen=True)
class Library:
    """Made-up takes, each known by its number alone."""

    takes: int
    seed: int = 1

    def source(self, number: int) -> int | None:
        """Which take it is a copy of, if any."""
        return number - 1 if number % _COPIES == _COPIES - 1 else None

    def thumbnails(self, number: int) -> Thumbnails:
        """Its pictures."""
        chroma = np.full((_SAMPLES, CHROMA, CHROMA, 2), 128, np.uint8)
        return Thumbnails(self._luma(number), chroma)

    def head(self, number: int) -> Fingerprint:
        """What the search needs of it; no bits."""
        luma = self._luma(number)
        detail = luma[::8].std(axis=(1, 2), dtype=np.float32).repeat(8)[: len(luma)]
        return Fingerprint(
            self._seconds,
            _NO_BITS,
            np.zeros((0, 32), np.uint8),
            lows(luma),
            np.clip(detail, 0, 255).astype(np.uint8),
            (0.0, 0.0, 1.0, 1.0),
            16 / 9,
        )

    def look(self, number: int) -> Look:
        """One side of a comparison, made anew."""
        pictures = self.thumbnails(number)
        return Look(fingerprint_of(pictures, self._seconds.astype(float), Crop(), 16 / 9), pictures)

    @property
    def _seconds(self) -> NDArray[np.float32]:
        return (np.arange(_SAMPLES) / _GRID).astype(np.float32)

    def _luma(self, number: int) -> NDArray[np.uint8]:
        of = self.source(number)
        luma = self._shown(number if of is None else of, cut=0.0 if of is None else _CUT)
        if of is not None:
            random = np.random.default_rng((self.seed, number, 1))
            luma *= np.float32(random.uniform(0.85, 1.1))
            luma += np.float32(random.uniform(-12, 12))
            luma += 3 * random.standard_normal(luma.shape, np.float32)
        return np.clip(luma, 0, 255, out=luma).astype(np.uint8)

    def _shown(self, number: int, cut: float) -> NDArray[np.float32]:
        """Waves that drift with the camera and swing on their own, levels of 255: (samples, 64, 64)."""
        random = np.random.default_rng((self.seed, number))
        prompt = np.random.default_rng((self.seed, number // _SIBLINGS, 2))
        shape = (_WAVES, _WAVES)
        base = _SHARED * prompt.normal(size=shape) + (1 - _SHARED**2) ** 0.5 * random.normal(size=shape)
        turns, phases = random.uniform(0.3, 1.5, shape), random.uniform(0, 2 * np.pi, shape)
        swing = 0.3 * random.normal(size=shape) * np.sin(2 * np.pi * turns * _TIMES[:, None, None] + phases)
        strengths = ((base + swing) * _WEAKER).astype(np.float32)
        drift = random.normal(0, 0.08, 2)
        rows, columns = (_waves(float(one), cut) for one in drift)
        shown: NDArray[np.float32] = rows @ strengths @ columns.transpose(0, 2, 1)
        shown -= shown.mean()
        shown *= 50 / (shown.std() + np.float32(1e-6))
        shown += 120
        return shown


def arguments(parser: argparse.ArgumentParser) -> None:
    """What the command line takes."""
    parser.add_argument("--takes", type=int, nargs="+", default=list(SIZES), help="sizes of the library")
    parser.add_argument("--compare", type=int, default=1000, metavar="N", help="pairs compared at most")
    parser.add_argument("--alone", action="store_true", help=argparse.SUPPRESS)


def run(asked: argparse.Namespace) -> int:
    """Measure each size in its own process and print one row for each."""
    if asked.alone:
        print(json.dumps(measured(asked.takes[0], asked.compare)))
        return 0
    print(f"made-up takes of {_SAMPLES / _GRID:g} s, one in {_COPIES} a copy; CPU seconds and peak MB")
    heads = (
        "takes",
        "made",
        "search",
        "wall",
        "MB",
        "pairs",
        "of all",
        "+10",
        "compare",
        "of",
        "MB",
        "each ms",
    )
    print("".join(f"{head:>9}" for head in heads) + "   copies: searched, folded; others folded")
    rows = []
    for takes in asked.takes:
        command = [sys.executable, "-m", "tests.bench", "scale", "--alone"]
        command += ["--takes", str(takes), "--compare", str(asked.compare)]
        done = subprocess.run(
            command, stdout=subprocess.PIPE, text=True, check=False, cwd=Path(__file__).resolve().parents[2]
        )
        if done.returncode:
            print(f"{takes:9} failed: {done.returncode}")
            continue
        row = json.loads(done.stdout.splitlines()[-1])
        rows.append(row)
        print(
            f"{takes:9}{row['making']:9.1f}{row['search']:9.1f}{row['wall']:9.1f}{row['search_mb']:9.0f}"
            f"{row['pairs']:9}{row['pairs'] / (takes * (takes - 1) / 2):9.3%}{row['fresh']:9.2f}"
            f"{row['compare']:9.1f}{row['compared']:9}{row['compare_mb']:9.0f}"
            f"{1000 * row['compare'] / row['compared']:9.1f}"
            f"   {row['copies_found']}, {row['copies_folded']} of {row['copies']}; {row['others_folded']}"
        )
    print_curve(rows)
    return 0


def measured(takes: int, most: int) -> dict[str, float]:
    """Build a library, search it, add ten takes, compare a sample and all the copies that were found."""
    library = Library(takes)
    began = time.process_time()
    heads = {f"{number:08}": library.head(number) for number in range(takes)}
    making = time.process_time() - began
    print(f"{takes} takes made in {making:.0f} CPU s", file=sys.stderr)
    began, wall = time.process_time(), time.monotonic()
    pairs = candidates(heads)
    search, wall, search_mb = time.process_time() - began, time.monotonic() - wall, _peak_mb()
    print(f"searched in {search:.1f} CPU s, {wall:.1f} s, {search_mb:.0f} MB", file=sys.stderr)
    began = time.process_time()
    candidates(heads, fresh=[f"{takes - 1 - number:08}" for number in range(_FRESH)])
    fresh = time.process_time() - began
    copies = {(n - 1, n) for n in range(takes) if library.source(n) is not None}
    # A copy may come earlier in its prompt than what it is a copy of; here never.
    found = [pair for pair in pairs if (int(pair[0]), int(pair[1])) in copies]
    step = max(1, len(pairs) // most)
    sample = [*found[: most // 2], *pairs[::step][:most]]
    folded: set[tuple[str, str]] = set()
    began = time.process_time()
    for pair in sample:
        alignment = compare(library.look(int(pair[0])), library.look(int(pair[1])))
        said = band(alignment) if alignment else None
        if said and said.folds:
            folded.add(pair)
    cost = time.process_time() - began
    right = folded & set(found)
    return {
        "making": making,
        "search": search,
        "wall": wall,
        "search_mb": search_mb,
        "fresh": fresh,
        "pairs": len(pairs),
        "compare": cost,
        "compared": max(1, len(sample)),
        "compare_mb": _peak_mb(),
        "copies": len(copies),
        "copies_found": len(found),
        "copies_folded": len(right),
        "others_folded": len(folded - right),
    }


def print_curve(rows: Sequence[dict[str, Any]]) -> None:
    """By which power of the number of takes the search grows, from each size to the next."""
    sizes = [row["copies"] * _COPIES for row in rows]
    for (small, fewer), (large, more) in zip(
        zip(rows, sizes, strict=True), list(zip(rows, sizes, strict=True))[1:], strict=False
    ):
        power = np.log(large["search"] / max(small["search"], 1e-3)) / np.log(more / fewer)
        print(f"from {fewer} to {more} takes the search grows as takes^{power:.2f}")


def _waves(drift: float, cut: float) -> NDArray[np.float32]:
    """Cosines along one side, moved a little further in each sample: (samples, 64, waves).

    Args:
        drift: shares of the side, over the whole take.
        cut: share of the side that is not shown.
    """
    still = _still_waves(cut)
    moved = np.exp(1j * np.pi * drift * _TIMES[:, None] * np.arange(_WAVES)).astype(np.complex64)
    waves: NDArray[np.float32] = still.real * moved.real[:, None] - still.imag * moved.imag[:, None]
    return waves


@lru_cache(maxsize=2)
def _still_waves(cut: float) -> NDArray[np.complex64]:
    places = (np.arange(THUMBNAIL) + 0.5) / THUMBNAIL * (1 - cut) + cut / 3
    return np.asarray(np.exp(1j * np.pi * places[:, None] * np.arange(_WAVES)), np.complex64)


def _peak_mb() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024 * 1024 if sys.platform == "darwin" else 1024)
