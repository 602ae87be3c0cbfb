"""What importing costs: ``python -m tests.bench imports [FOLDER] [--rounds N] [--first N] [--further N]``.

CPU seconds of the whole ``circletake import`` (all its processes) are taken for some clips and
for more of them; the difference is the cost of a further clip, what remains is the fixed cost.
Beside it, in the same run and on the same further clips: decoding them once with PyAV on one
thread, imagehash used naively, and video-dailies where it is installed.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.bench.clips import CLIPS, SUFFIXES
from tests.bench.cost import cpu_of


def run(asked: argparse.Namespace) -> int:
    """Measure, print the table, and return the exit status."""
    clips = sorted(path for path in asked.folder.rglob("*") if path.suffix.lower() in SUFFIXES)
    if len(clips) < asked.first + 1:
        print(
            f"{asked.folder}: {len(clips)} clips are too few; name another folder or --first N",
            file=sys.stderr,
        )
        return 2
    fewer = clips[: asked.first]
    more = clips[: asked.first + asked.further]
    further = more[len(fewer) :]
    peers: dict[str, Callable[[], float]] = {
        "decode once (PyAV, one thread)": lambda: _cpu_here(decode, further),
        "imagehash, naive (4 frames a second)": lambda: _cpu_here(hash_naively, further),
    }
    if shutil.which("dailies") and shutil.which("ffmpeg"):
        peers["video-dailies review"] = lambda: _cpu_of_dailies(further)
    rows: dict[str, list[float]] = {
        "circletake import, each further clip": [],
        **{name: [] for name in peers},
    }
    fixed: list[float] = []
    for done in range(asked.rounds):
        few, many = _cpu_of_import(fewer), _cpu_of_import(more)
        rows["circletake import, each further clip"].append((many - few) / len(further))
        fixed.append(few - (many - few) / len(further) * len(fewer))
        for name, measure in peers.items():
            rows[name].append(measure() / len(further))
        print(f"round {done + 1} of {asked.rounds}", file=sys.stderr)
    _print(rows, fixed, len(fewer), len(more))
    return 0


def decode(path: Path) -> None:
    """Decode every frame once, on one thread, and look at none."""
    import av

    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        stream.codec_context.thread_count = 1
        stream.thread_type = "NONE"
        for _ in container.decode(stream):
            pass


def hash_naively(path: Path) -> None:
    """Decode, and give four whole frames a second to imagehash, as its manual does."""
    import av
    import imagehash
    from PIL import Image

    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        stream.codec_context.thread_count = 1
        stream.thread_type = "NONE"
        slot = -1
        for frame in container.decode(stream):
            if int((frame.time or 0.0) * 4) > slot:
                slot = int((frame.time or 0.0) * 4)
                imagehash.phash(Image.fromarray(frame.to_ndarray(format="rgb24")))


def _cpu_here(work: Callable[[Path], None], clips: Sequence[Path]) -> float:
    work(clips[0])
    began = time.process_time()
    for clip in clips:
        work(clip)
    return time.process_time() - began


def _cpu_of_import(clips: Sequence[Path]) -> float:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        _lay_out(clips, home / "takes")
        environment = {"CIRCLETAKE_HOME": str(home / "user")}
        command = [sys.executable, "-c", "from circletake.cli import main; main()"]
        cpu_of([*command, "init", str(home / "library")], environment=environment)
        return cpu_of(
            [*command, "import", str(home / "takes")], folder=home / "library", environment=environment
        )


def _cpu_of_dailies(clips: Sequence[Path]) -> float:
    with tempfile.TemporaryDirectory() as folder:
        _lay_out(clips, Path(folder) / "takes")
        return cpu_of(["dailies", "review", str(Path(folder) / "takes")], folder=Path(folder))


def _lay_out(clips: Sequence[Path], folder: Path) -> None:
    folder.mkdir()
    for index, clip in enumerate(clips):
        shutil.copyfile(clip, folder / f"{index:04d}{clip.suffix.lower()}")


def _print(rows: dict[str, list[float]], fixed: list[float], few: int, many: int) -> None:
    base = rows["decode once (PyAV, one thread)"]
    print(f"CPU a clip, {many} clips minus {few}, median of {len(base)} rounds")
    print(f"{'':40}{'ms':>8}{'x decode':>10}")
    for name, values in rows.items():
        ratio = statistics.median(value / beside for value, beside in zip(values, base, strict=True))
        print(f"{name:40}{1000 * statistics.median(values):8.1f}{ratio:10.2f}")
    print(f"circletake import, fixed cost: {statistics.median(fixed):.1f} s, once")


def arguments(parser: argparse.ArgumentParser) -> None:
    """What the command line takes."""
    parser.add_argument(
        "folder", nargs="?", type=Path, default=CLIPS, help="clips; default ../shared/data/ai"
    )
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--first", type=int, default=60, help="clips of the smaller import")
    parser.add_argument("--further", type=int, default=60, help="clips more in the larger one")
