"""What an audit costs: ``python -m tests.bench auditing [--clips 55] [--many 1000] [--rounds 5]``.

With ``--release FOLDER --anchor PEM`` it is that of a release of yours.

CPU seconds of the whole ``circletake audit`` (all its processes) of some signed clips and the cut of them,
less those of an audit of two clips of them, which is the cost of starting. Beside it, in the same run and
on the same files: each read with c2pa-python's own reader and hashed once, less the same two. Memory is the
peak of the coordinator and of its largest worker, for the clips and for many hard links to them.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from tests.bench.cost import cpu_of

_AUDIT = [sys.executable, "-c", "from circletake.cli import main; main()", "audit"]

_PEER = """
import hashlib, sys, time
import c2pa
context = c2pa.Context.from_dict({
    "trust": {"user_anchors": open(sys.argv[1]).read()},
    "verify": {"remote_manifest_fetch": False, "ocsp_fetch": False, "verify_trust": True},
    "core": {"allowed_network_hosts": [], "backing_store_memory_threshold_in_mb": 32},
})
def read(path):
    with open(path, "rb") as file:
        hashlib.file_digest(file, "sha256").hexdigest()
    with c2pa.Reader(path, context=context) as reader:
        reader.json()
for path in sys.argv[2:]:
    read(path)
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """What the command line takes."""
    parser.add_argument("--clips", type=int, default=55)
    parser.add_argument("--seconds", type=float, default=2, help="of a clip")
    parser.add_argument("--height", type=int, default=360)
    parser.add_argument("--many", type=int, default=1000, help="files of the large folder; 0 for none")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--keep", type=Path, help="folder for the release, to use it again")
    parser.add_argument("--release", type=Path, help="a release folder, in place of a made one")
    parser.add_argument("--anchor", type=Path, help="PEM of the authority that vouches for its signer")


def run(asked: argparse.Namespace) -> int:
    """Measure, print the table, and return the exit status."""
    with tempfile.TemporaryDirectory() as made:
        scratch = Path(made)
        home = asked.keep or scratch
        if asked.release:
            folder, anchor = asked.release, asked.anchor
        else:
            folder, anchor = _made(home, asked.clips, asked.seconds, asked.height)
        videos = sorted(folder.rglob("*.mp4"))
        size = sum(path.stat().st_size for path in videos) / 1e6
        print(f"{len(videos)} videos, {size:.0f} MB, {asked.rounds} rounds", file=sys.stderr)
        few = scratch / "few"
        few.mkdir()
        start = videos[1:3]
        for path in start:
            shutil.copyfile(path, few / path.name)
        peer = [sys.executable, "-c", _PEER, str(anchor)]
        commands = {
            "audit": [*_AUDIT, "--trust", str(anchor), str(folder)],
            "audit of two": [*_AUDIT, "--trust", str(anchor), str(few)],
            "peer": [*peer, *map(str, videos)],
            "peer of two": [*peer, *map(str, start)],
        }
        took: dict[str, list[float]] = {name: [] for name in commands}
        for done in range(asked.rounds):
            for name, command in commands.items():
                took[name].append(cpu_of(command, environment={"CIRCLETAKE_HOME": str(home / "user")}))
            print(f"round {done + 1}", file=sys.stderr)
        middle = {name: statistics.median(values) for name, values in took.items()}
        print("  ".join(f"{name} {seconds:.2f} s" for name, seconds in middle.items()))
        ours, theirs = middle["audit"] - middle["audit of two"], middle["peer"] - middle["peer of two"]
        each = 1000 * ours / (len(videos) - len(start))
        print(f"audit: {each:.1f} ms CPU a further file, {ours / theirs:.2f} times")
        print("reading with c2pa-python and hashing once (medians);")
        print(f"start included {middle['audit'] / middle['peer']:.2f} times")
        print(f"{'files':>8}{'coordinator MB':>16}{'largest worker MB':>19}")
        for count in filter(None, (len(videos), asked.many)):
            place = folder if count == len(videos) else _many(scratch / "many", videos, count)
            coordinator, worker = _memory([*_AUDIT, str(place)], home)
            print(f"{count:8}{coordinator:16.0f}{worker:19.0f}")
    return 0


def _made(home: Path, clips: int, length: float, height: int) -> tuple[Path, Path]:
    """A signed release of so many clips and their cut, and the PEM of its authority; kept, once made.

    Args:
        length: seconds of a clip; the cut has as many of them as there are clips.
    """
    import tests.releases as releases
    from circletake.provenance.keys import KeyRing
    from tests.factories import tiny_clip

    size = (height * 16 // 9 // 2 * 2, height)

    def clip(path: Path, seconds: float = 1, seed: int = 0, audio: bool = False) -> Path:
        return tiny_clip(path, seconds * length, size, 24, audio=audio, seed=seed)

    keys = KeyRing(home / "user")
    anchor = home / "anchor.pem"
    if anchor.exists():
        return home / "made" / "release", anchor
    keys.init("Lumen Films")
    setattr(releases, "tiny_clip", clip)  # noqa: B010  # in place of its tiny ones
    recipes = [releases.recipe(f"night bus, rain, {number}") for number in range(clips)]
    folder = releases.make_release(home / "made", keys, recipes).folder
    anchor.write_text(keys.anchor().pem)
    return folder, anchor


def _many(folder: Path, videos: Sequence[Path], count: int) -> Path:
    """So many videos: copies of the first, and more names of those for the rest."""
    folder.mkdir()
    for number in range(count):
        path = folder / f"{number:05d}.mp4"
        if number < len(videos):
            shutil.copyfile(videos[number], path)
        else:
            os.link(folder / f"{number % len(videos):05d}.mp4", path)
    return folder


def _environment(home: Path) -> dict[str, str]:
    return {**os.environ, "CIRCLETAKE_HOME": str(home / "user")}


def _memory(command: Sequence[str], home: Path) -> tuple[float, float]:
    """Peak resident MB of a command itself and of the largest of its children, as Linux tells them."""
    process = subprocess.Popen(
        command, env=_environment(home), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    peaks: dict[int, float] = {}

    def watch() -> None:
        while process.poll() is None:
            children = _told(f"/proc/{process.pid}/task/{process.pid}/children").split()
            for pid in (process.pid, *map(int, children)):
                rows = _told(f"/proc/{pid}/status").splitlines()
                peak = next((int(row.split()[1]) / 1024 for row in rows if row.startswith("VmHWM")), 0.0)
                peaks[pid] = max(peaks.get(pid, 0.0), peak)
            time.sleep(0.05)

    watching = threading.Thread(target=watch)
    watching.start()
    process.wait()
    watching.join()
    own = peaks.pop(process.pid, 0.0)
    return own, max(peaks.values(), default=0.0)


def _told(path: str) -> str:
    try:
        return Path(path).read_text()
    except OSError:
        return ""
