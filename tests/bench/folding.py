"""What ``circletake dedupe`` costs on a large library: ``python -m tests.bench folding [--takes N ...]``.

The takes are those of :mod:`tests.bench.scale`, put into the registry of a real library with the rows that
an import leaves (claims, scores, where the file lies); there are no files. Three runs of the whole command
are measured: the first, one for which nothing is new, and one after ten more takes. CPU is that of all
processes; memory the peak of the command itself, without its workers.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import sys
import tempfile
import time
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

from circletake.fingerprint.record import pack, pack_thumbnails
from circletake.model.analysis import Stage, StageKey, StageResult
from circletake.model.location import Location
from circletake.model.recipe import Evidence, RecipeClaim
from circletake.model.score import Measured, Score
from circletake.model.take import MediaFacts, Origin
from circletake.workflows.analysis.analyze import FINGERPRINT
from circletake.workflows.library import Library, create_library, find_library
from tests.bench import scale
from tests.bench.cost import cpu_of

SIZES = (1_000, 10_000, 20_000)
_FRESH = 10
_IN_SHOT = 40
_SCORES = ("black_share", "blockiness", "luma_mean", "temporal_flickering", "frozen_share", "sharpness")
_SOME = 500

_DEDUPE = """
import sys
from pathlib import Path
if __name__ == "__main__":
    from circletake.cli.app import run
    status, told = run(sys.argv[2:]), Path("/proc/self/status")
    Path(sys.argv[1]).write_text(told.read_text() if told.exists() else "")
    sys.exit(status)
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """What the command line takes."""
    parser.add_argument("--takes", type=int, nargs="+", default=list(SIZES), help="sizes of the library")
    parser.add_argument(
        "--keep", type=Path, metavar="DIR", help="make the libraries here, and use them again"
    )


def run(asked: argparse.Namespace) -> int:
    """Make a library of each size, measure the three runs, and print a row for each."""
    print(f"{'takes':>8}  {'run':10}{'CPU s':>9}{'wall s':>9}{'MB':>7}")
    for takes in asked.takes:
        with tempfile.TemporaryDirectory() as room:
            root = (asked.keep or Path(room)) / f"takes-{takes}"
            if not root.exists():
                with create_library(root) as library:
                    fill(library, range(takes))
            for name, more in (("first", 0), ("again", 0), (f"+{_FRESH}", _FRESH)):
                with find_library(root) as library:
                    there = library.registry.takes.count()
                    fill(library, range(there, there + more))
                cpu, wall, peak = measured(root)
                print(f"{takes:8}  {name:10}{cpu:9.2f}{wall:9.1f}{peak:7.0f}", flush=True)
    return 0


def measured(root: Path) -> tuple[float, float, float]:
    """CPU seconds, seconds by the clock and peak MB of one run."""
    with tempfile.TemporaryDirectory() as room:
        told = Path(room) / "peak"
        words = ["dedupe", "--by", "bench", "--library", str(root)]
        one_thread = {"OPENBLAS_NUM_THREADS": os.environ.get("OPENBLAS_NUM_THREADS", "1")}
        began = time.monotonic()
        cpu = cpu_of([sys.executable, "-c", _DEDUPE, str(told), *words], environment=one_thread)
        wall = time.monotonic() - began
        peak = next((row.split()[1] for row in told.read_text().splitlines() if row.startswith("VmHWM")), "0")
        return cpu, wall, int(peak) / 1024


def fill(library: Library, numbers: Iterable[int]) -> None:
    """Put made-up takes into a library, as an import would leave them."""
    made = scale.Library(0)
    numbers = list(numbers)
    for start in range(0, len(numbers), _SOME):
        with library.registry.batch():
            for number in numbers[start : start + _SOME]:
                _put(library, made, number)
        if len(numbers) > _SOME:
            print(f"{min(start + _SOME, len(numbers))} of {len(numbers)} takes made", file=sys.stderr)


def _put(library: Library, made: scale.Library, number: int) -> None:
    digest = hashlib.sha256(f"take {number}".encode()).hexdigest()
    look = made.look(number)
    media = MediaFacts(
        container="mov,mp4,m4a,3gp,3g2,mj2",
        mime="video/mp4",
        codec="h264",
        width=1280,
        height=720,
        rate=Fraction(24),
        frames=96,
        seconds=4.0,
        pixel_format="yuv420p",
        rotation=0,
        audio=None,
        picture_sha256=hashlib.sha256(digest.encode()).hexdigest(),
    )
    said = {"prompt": f"prompt {number // 4}", "model": "wan 2.2", "generator": "local", "seed": str(number)}
    claims = [
        RecipeClaim(field, value, Evidence.SIDECAR, f"{number}.json", "") for field, value in said.items()
    ]
    take = library.registry.takes.add(
        sha256=digest,
        size=1_000_000,
        name=f"{number}.mp4",
        origin=Origin.GENERATED,
        media=media,
        claims=claims,
        location=Location(digest, f"/takes/{number}.mp4", False, 1_000_000, 1),
        shot=f"SH{number // _IN_SHOT * 10 + 10:04d}",
    )
    results = [
        StageResult(FINGERPRINT, blob=pack(look.fingerprint), pictures=pack_thumbnails(look.thumbnails))
    ]
    for place, metric in enumerate(_SCORES):
        key = StageKey(Stage.SCORER, metric, "1", "0" * 16)
        results.append(StageResult(key, measured=Measured((Score(metric, number % (7 + place) / 7, ""),))))
    library.registry.analyses.save(take.id, results)
