"""What fingerprinting and locating cost beside decoding the same files.

CPU seconds of this process, one file at a time, the two ways in turn in every round. Decoding is
PyAV on one thread with nobody looking. What is aimed for stands beside what was measured.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from itertools import cycle, islice
from pathlib import Path

from circletake.fingerprint.bars import Crop
from circletake.fingerprint.making import fingerprint_of
from circletake.fingerprint.pictures import squares
from circletake.fingerprint.record import Thumbnails, pack, pack_thumbnails
from circletake.media.frames import Tap, read_once
from circletake.model.fingerprint import THUMBNAIL, Fingerprint
from tests.bench import prints
from tests.bench.clips import Material, chosen, take_clips
from tests.bench.cutting import RATE, rendered
from tests.bench.importing import decode
from tests.bench.prints import Kept

PRINTING, LOCATING = 1.25, 1.5
"""Times the cost of decoding that are aimed for."""

_PIECES = 107
"""Of random lengths; together about four minutes."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """What the command line takes."""
    take_clips(parser, count=40)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--takes", type=int, default=700, help="in the library that is searched")
    parser.add_argument("--pieces", type=int, default=_PIECES, help="of the cut; 107 are about 4 minutes")
    parser.add_argument("--only", choices=("fingerprint", "locate"))


def run(asked: argparse.Namespace) -> int:
    """Measure and print the two ratios."""
    clips = chosen(asked)
    if asked.only != "locate":
        _print(
            f"fingerprint, {len(clips)} clips",
            *beside(
                lambda: _each(decode, clips),
                lambda: _each(_print_of, clips),
                asked.rounds,
            ),
            PRINTING,
        )
    if asked.only != "fingerprint":
        _time_locating(asked, clips)
    return 0


def beside(
    base: Callable[[], object], more: Callable[[], object], rounds: int
) -> tuple[list[float], list[float]]:
    """CPU seconds of two pieces of work in turn; the round that warms up is not counted."""
    costs: tuple[list[float], list[float]] = ([], [])
    for number in range(rounds + 1):
        for work, cost in zip((base, more), costs, strict=True):
            began = time.process_time()
            work()
            if number:
                cost.append(time.process_time() - began)
        print(f"round {number} of {rounds}", file=sys.stderr)
    return costs


def _each(work: Callable[[Path], None], clips: Sequence[Material]) -> None:
    for clip in clips:
        work(clip.path)


def _print_of(path: Path) -> None:
    made, thumbnails = prints.fingerprint(path)
    pack(made)
    pack_thumbnails(thumbnails)


def _time_locating(asked: argparse.Namespace, clips: Sequence[Material]) -> None:
    from circletake.fingerprint.locate import Locator

    cut = rendered(asked.cache, clips, 0, "graded", asked.pieces)
    heads, pictures = library(prints.originals(asked.cache, clips), asked.takes)

    def look(names: Collection[str]) -> dict[str, Thumbnails]:
        return {name: pictures[name] for name in names}

    def locate() -> None:
        locator = Locator(heads, look, float(RATE))
        taps = [Tap(needs, sink, glance=True) for needs, sink in locator.sinks]
        read_once(cut.path, taps)
        locator.finish()
        for tap in taps:
            if tap.failed:
                raise tap.failed

    minutes = cut.frames / RATE / 60
    base, more = beside(lambda: decode(cut.path), locate, asked.rounds)
    _print(f"locate, {minutes:.1f} min at 1280x720, {len(heads)} takes", base, more, LOCATING)


def library(files: Mapping[str, Kept], takes: int) -> tuple[dict[str, Fingerprint], dict[str, Thumbnails]]:
    """So many takes: those there are, and then the same again, a little more of the edges cut each time."""
    heads: dict[str, Fingerprint] = {}
    pictures: dict[str, Thumbnails] = {}
    for number, (name, file) in enumerate(islice(cycle(files.items()), takes)):
        again = number // len(files)
        head, shown = file.head(), file.thumbnails()
        if again:
            head, shown = closer(head, shown, 2 * again)
        heads[f"{name}-{again}"], pictures[f"{name}-{again}"] = head, shown
    return heads, pictures


def closer(head: Fingerprint, shown: Thumbnails, pixels: int) -> tuple[Fingerprint, Thumbnails]:
    """The same take with so many pixels of its thumbnails cut off at the left and the top."""
    cut = min(pixels, THUMBNAIL // 2)
    luma = squares(shown.luma[:, cut:, cut:], THUMBNAIL)
    pictures = Thumbnails(luma, shown.chroma)
    made = fingerprint_of(pictures, head.seconds.astype(float), Crop(), head.aspect)
    return replace(made, crop=head.crop), pictures


def _print(title: str, base: Sequence[float], more: Sequence[float], aim: float) -> None:
    ratio = statistics.median(with_ / alone for with_, alone in zip(more, base, strict=True))
    print(
        f"{title}: {statistics.median(more):.2f} CPU s, decoding alone {statistics.median(base):.2f};"
        f" {ratio:.2f}x, aimed for {aim:g}x (median of {len(base)} rounds)"
    )
