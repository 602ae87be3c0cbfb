"""Pairs that look like copies and are none: what must stay apart.

Two kinds, made from the clips. *Siblings*: a still (a clip's first frame) set in motion twice. *Looks*: a
clip with its motion kept and its picture changed by more than a grade. Siblings may be shown as variants;
looks should be.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from itertools import product
from pathlib import Path

from circletake.fingerprint.comparing import compare
from circletake.fingerprint.hashes import distances
from circletake.fingerprint.judging import band
from circletake.fingerprint.looks import Look
from circletake.model.fingerprint import Fingerprint
from circletake.model.stack import Band
from tests.bench import prints
from tests.bench.bounds import Share, clustered
from tests.bench.clips import Material, chosen, take_clips
from tests.bench.coding import Coding, Picture, read, write
from tests.bench.framing import resized
from tests.bench.looks import LOOKS, in_look
from tests.bench.prints import Kept
from tests.bench.stills import CAMERAS, RATE, SECONDS, two_takes

AMPLITUDES = (0.002, 0.005, 0.01, 0.02, 0.04, 0.08)
"""How far places of the picture move, as a share of its width."""

MIDDLE, END = 8, 6
"""Bits of 64 by which the middle and last frames of real takes of one still differ at least.

Measured on takes by image-to-video models (8 to 42 and 6 to 38 bits of pHash), not chosen by the engine.
"""

_LONG_SIDE = 256
_APART = "apart"


def arguments(parser: argparse.ArgumentParser) -> None:
    """What the command line takes."""
    take_clips(parser, count=20)
    parser.add_argument("--only", choices=("siblings", "looks"), help="only one of the two kinds")


def run(asked: argparse.Namespace) -> int:
    """Make what is missing, judge all pairs, print the tables."""
    clips = chosen(asked)
    if asked.only != "looks":
        said: dict[tuple[str, ...], list[tuple[str, str]]] = defaultdict(list)
        real: dict[tuple[str, ...], list[tuple[str, str]]] = defaultdict(list)
        for number, clip in enumerate(clips, 1):
            for (amplitude, camera), pair in _siblings(asked.cache, clip):
                row = (clip.group, _said(*pair))
                said[f"{amplitude:g}", camera].append(row)
                if as_real(*(one.head() for one in pair)):
                    real[(camera,)].append(row)
            print(f"siblings {number}/{len(clips)} {clip.name}", file=sys.stderr)
        _print("two takes of one still, by how far things move", "amplitude, camera", said)
        _print("  all amplitudes", "camera", _merged(said, 1))
        _print("  all cameras", "amplitude", _merged(said, 0))
        _print("those as unlike as real takes of one still", "camera", real)
    if asked.only != "siblings":
        said = defaultdict(list)
        for number, clip in enumerate(clips, 1):
            for name, pair in _looks(asked.cache, clip):
                said[(name,)].append((clip.group, _said(*pair)))
            print(f"looks {number}/{len(clips)} {clip.name}", file=sys.stderr)
        _print("another look of one motion; all should be variants", "look", said)
    return 0


def as_real(a: Fingerprint, b: Fingerprint) -> bool:
    """Whether two takes of one still differ as much as real ones do at least."""
    count = min(len(a.bits64), len(b.bits64))
    apart = distances(a.bits64[:count], b.bits64[:count])
    return bool(apart[count // 2] >= MIDDLE and apart[-1] >= END)


def _siblings(cache: Path, clip: Material) -> Iterator[tuple[tuple[float, str], tuple[Kept, Kept]]]:
    still: Picture | None = None
    for amplitude, camera in product(AMPLITUDES, CAMERAS):
        first, second = (
            prints.kept(cache, clip, f"sibling-{which}-{amplitude:g}-{camera}") for which in (0, 1)
        )
        if not (first.path.exists() and second.path.exists()):
            still = _small(read(clip.path, 0.01).pictures[0]) if still is None else still
            takes = two_takes(still, clip.sha256, amplitude, camera)
            for one, pictures in zip((first, second), takes, strict=True):
                _keep(one, pictures, RATE)
        yield (amplitude, camera), (first, second)


def _looks(cache: Path, clip: Material) -> Iterator[tuple[str, tuple[Kept, Kept]]]:
    pictures: list[Picture] = []
    rate = Fraction(RATE)
    plain = prints.kept(cache, clip, "look-plain")
    for name in ("plain", *LOOKS):
        one = prints.kept(cache, clip, f"look-{name.replace(' ', '-')}")
        if not one.path.exists():
            if not pictures:
                whole = read(clip.path, SECONDS)
                pictures = [_small(picture) for picture in whole.pictures]
                rate = Fraction(len(pictures) / whole.seconds).limit_denominator(1001)
            shown = pictures if name == "plain" else in_look(pictures, name, clip.sha256, len(pictures))
            _keep(one, shown, rate)
        if name != "plain":
            yield name, (plain, one)


def _small(picture: Picture) -> Picture:
    """As large as generated takes often are, with even sides."""
    height, width = picture.shape[:2]
    scale = min(1.0, _LONG_SIDE / max(width, height))
    return resized(picture, (max(16, round(width * scale / 2) * 2), max(16, round(height * scale / 2) * 2)))


def _keep(one: Kept, pictures: Iterable[Picture], rate: int | Fraction) -> None:
    shown = list(pictures)
    height, width = shown[0].shape[:2]
    timed = ((number / float(rate), picture) for number, picture in enumerate(shown))
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "take.mp4"
        write(target, timed, (width, height), Fraction(rate), Coding.h264(20))
        one.write(prints.fingerprint(target))


def _said(a: Kept, b: Kept) -> str:
    alignment = compare(Look(a.head(), a.thumbnails()), Look(b.head(), b.thumbnails()))
    found = band(alignment) if alignment else None
    return found.value if found else _APART


def _merged(
    said: Mapping[tuple[str, ...], list[tuple[str, str]]], place: int
) -> dict[tuple[str, ...], list[tuple[str, str]]]:
    merged: dict[tuple[str, ...], list[tuple[str, str]]] = defaultdict(list)
    for key, rows in said.items():
        merged[(key[place],)] += rows
    return merged


def _print(title: str, key: str, said: Mapping[tuple[str, ...], list[tuple[str, str]]]) -> None:
    print(f"\n{title}\n{key:24}{'pairs':>6}{'folded':>24}{'variant':>9}{'apart':>8}")
    everything = [row for rows in said.values() for row in rows]
    for name, rows in (*said.items(), (("all",), everything)):
        variant = sum(one == Band.VARIANT.value for _, one in rows) / len(rows)
        apart = sum(one == _APART for _, one in rows) / len(rows)
        print(f"{', '.join(name):24}{len(rows):6}{folded(rows)!s:>24}{variant:9.3f}{apart:8.3f}")


def folded(rows: Iterable[tuple[str, str]]) -> Share:
    """Share of pairs that were folded, by clip and what was said; bounds draw whole clips."""
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for clip, one in rows:
        counts[clip][0] += one not in (Band.VARIANT.value, _APART)
        counts[clip][1] += 1
    return clustered([(hits, tried) for hits, tried in counts.values()])
