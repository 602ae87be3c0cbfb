"""Whether what was done to the picture of a copy is told, and nothing of copies to which nothing was done.

Transforms of levels, colours and overlays, and those that code, scale, crop, trim or mirror, are made of
every clip. What folds with its clip is measured as an import measures a version.
"""

from __future__ import annotations

import argparse
from collections import Counter, defaultdict

from circletake.fingerprint.changes import changes
from circletake.fingerprint.comparing import lay, measured
from circletake.fingerprint.judging import band
from circletake.fingerprint.looks import Look
from tests.bench import prints
from tests.bench.clips import chosen, take_clips
from tests.bench.transforms import TRANSFORMS, Transform

_HARD = ("speed", "hard")
_OVER = "a place"


def arguments(parser: argparse.ArgumentParser) -> None:
    """What the command line takes."""
    take_clips(parser)
    parser.add_argument("--seed", type=int, default=1, help="of what transforms leave open")


def run(asked: argparse.Namespace) -> int:
    """Print what is told of each kind of copy."""
    clips = chosen(asked)
    transforms = [each for each in TRANSFORMS if each.family not in _HARD]
    told: dict[str, Counter[str]] = defaultdict(Counter)
    for clip, original in zip(clips, prints.originals(asked.cache, clips).values(), strict=True):
        ours = _look(original)
        kept = {each.name: prints.kept(asked.cache, clip, each.name, asked.seed) for each in transforms}
        missing = {name: not one.path.exists() for name, one in kept.items()}
        for transform, path in prints.copies(clip, transforms, missing, asked.seed):
            kept[transform.name].write(prints.fingerprint(path))
        for transform in transforms:
            _note(ours, _look(kept[transform.name]), transform, told)
    print(f"{'':16}{'copies':>7}{'nothing':>9}{'levels':>8}{'colours':>9}{_OVER:>9}")
    for name, row in told.items():
        shown = (row[key] for key in ("all", "", "other levels", "other colours", _OVER))
        print(f"{name:16}" + "".join(f"{n:>{w}}" for n, w in zip(shown, (7, 9, 8, 9, 9), strict=True)))
    return 0


def _look(one: prints.Kept) -> Look:
    return Look(one.head(), one.thumbnails())


def _note(ours: Look, theirs: Look, transform: Transform, told: dict[str, Counter[str]]) -> None:
    laid = lay(ours, theirs)
    found = band(measured(laid)) if laid else None
    if laid is None or found is None or not found.folds:
        return
    said = changes(laid).told
    row = told[transform.name]
    row["all"] += 1
    for words in said or ("",):
        row[_OVER if "%" in words else words] += 1
