"""How well takes are found inside finished cuts: which, how much of them, to how many frames.

Cuts are made of random pieces of the clips (:mod:`tests.bench.cuts`); the library holds all clips.
A cue hits a piece when it names the right take and their stretches of the cut share at least half
of what they cover together. Takes that fold with one another count as one take. Each cut is located
once more with the takes that are in it gone from the library: whatever is then found is false.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from circletake.fingerprint.comparing import compare
from circletake.fingerprint.judging import band
from circletake.fingerprint.search import candidates
from tests.bench import prints
from tests.bench.bounds import Share, clustered
from tests.bench.clips import FOREIGN, Material, chosen, classes, materials, take_clips
from tests.bench.coding import Size
from tests.bench.cuts import DIFFICULTIES, Piece, make_cut
from tests.bench.prints import Shelf

if TYPE_CHECKING:
    from circletake.model.cue import Cue

RATE = 24
SIZE = (1280, 720)
_HIT = 0.5
_CONFIDENCES = (0.0, 0.3, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95)
_FALSE_PER = 55


@dataclass(frozen=True)
class Cut:
    """A rendered cut, and what it shows."""

    path: Path
    pieces: Sequence[Piece]

    @property
    def frames(self) -> int:
        """Its length."""
        return self.pieces[-1].record_out


@dataclass(frozen=True)
class Matched:
    """A cue and the piece that it hits, if any.

    Attributes:
        right: frames of the cue that show its take.
    """

    cue: Cue
    piece: Piece | None
    right: int


@dataclass
class Found:
    """What was found in the cuts of one difficulty.

    Attributes:
        pieces: all that could be found.
        cues: of each cut, what was found, judged.
        absent: of each cut, what was found with its takes gone; all of it false.
        drawn: pieces of all cuts, foreign ones too.
    """

    pieces: list[Piece] = field(default_factory=list)
    cues: list[list[Matched]] = field(default_factory=list)
    absent: list[list[Cue]] = field(default_factory=list)
    drawn: int = 0


def arguments(parser: argparse.ArgumentParser) -> None:
    """What the command line takes."""
    take_clips(parser)
    parser.add_argument("--seeds", type=int, default=2, metavar="N", help="cuts of each difficulty")
    parser.add_argument("--pieces", type=int, default=55)
    parser.add_argument(
        "--size", default="1280x720", metavar="WxH", help="of the cuts; small ones are made sooner"
    )
    parser.add_argument("--difficulty", nargs="+", choices=DIFFICULTIES, default=list(DIFFICULTIES))
    parser.add_argument("--unmatched", type=float, default=0.0, metavar="SHARE", help="of foreign pieces")
    parser.add_argument(
        "--foreign", type=Path, default=FOREIGN, help="their clips; default ../shared/data/real"
    )


def run(asked: argparse.Namespace) -> int:
    """Make and locate the cuts, print a table for each difficulty."""
    clips = chosen(asked)
    foreign = [one.path for one in materials(asked.foreign)] if asked.unmatched else []
    shelf = Shelf(prints.originals(asked.cache, clips))
    same = alike(shelf)
    print(f"library of {len(clips)} clips, {len(set(same.values()))} different ones")
    size = _size(asked.size)
    for difficulty in asked.difficulty:
        found = Found()
        for seed in range(asked.seeds):
            cut = rendered(
                asked.cache,
                clips,
                seed,
                difficulty,
                asked.pieces,
                foreign,
                asked.unmatched,
                size,
            )
            _locate(cut, clips, shelf, same, found)
            print(f"{difficulty}: cut {seed + 1} of {asked.seeds}", file=sys.stderr)
        _print(difficulty, found)
    return 0


def alike(shelf: Shelf) -> dict[str, str]:
    """The class of each take: those that the engine folds are one, also where two files hold one clip."""
    pairs = []
    for a, b in candidates(shelf.heads):
        alignment = compare(shelf.look(a), shelf.look(b))
        found = band(alignment) if alignment else None
        if found and found.folds:
            pairs.append((a, b))
    return classes(shelf.heads, pairs)


def rendered(
    cache: Path,
    clips: Sequence[Material],
    seed: int,
    difficulty: str,
    pieces: int,
    foreign: Sequence[Path] = (),
    unmatched: float = 0.0,
    size: Size = SIZE,
) -> Cut:
    """A cut, from the cache where it has been made before."""
    drawn = [
        [str(clip.sha256) for clip in clips],
        [str(path) for path in foreign],
        unmatched,
        pieces,
        RATE,
        size,
    ]
    key = hashlib.sha256(json.dumps(drawn).encode()).hexdigest()[:12]
    film, plan = (cache / "cuts" / f"{difficulty}-{seed}-{key}{suffix}" for suffix in (".mp4", ".json"))
    if not plan.exists():
        film.parent.mkdir(parents=True, exist_ok=True)
        paths = [clip.path for clip in clips]
        made = make_cut(
            paths,
            film,
            seed=seed,
            difficulty=difficulty,
            pieces=pieces,
            rate=RATE,
            size=size,
            foreign=foreign,
            unmatched=unmatched,
        )
        rows = [asdict(piece) | {"clip": str(piece.clip)} for piece in made]
        prints.put(plan, json.dumps(rows).encode())
    read: list[dict[str, Any]] = json.loads(plan.read_text())
    return Cut(film, [Piece(**(row | {"clip": Path(row["clip"])})) for row in read])


def _size(text: str) -> Size:
    width, height = map(int, text.split("x"))
    return width, height


def _locate(cut: Cut, clips: Sequence[Material], shelf: Shelf, same: Mapping[str, str], found: Found) -> None:
    """Locate one cut with the whole library and with its takes gone, in one decode."""
    from circletake.fingerprint.locate import Locator
    from circletake.media.frames import Tap, read_once

    owners = {clip.path: same[clip.sha256] for clip in clips}
    shown = {owners[piece.clip] for piece in cut.pieces if piece.clip in owners}
    gone = {name: head for name, head in shelf.heads.items() if same[name] not in shown}
    locators = [Locator(library, shelf.pictures, float(RATE)) for library in (shelf.heads, gone)]
    taps = [Tap(needs, sink, glance=True) for locator in locators for needs, sink in locator.sinks]
    read_once(cut.path, taps)
    for tap in taps:
        if tap.failed:
            raise tap.failed
    cues, absent = (locator.finish()[0] for locator in locators)
    ours = [piece for piece in cut.pieces if piece.clip in owners]
    found.drawn += len(cut.pieces)
    found.pieces += ours
    found.cues.append(matched(cues, ours, {piece.clip: owners[piece.clip] for piece in ours}, same))
    found.absent.append(list(absent))


def matched(
    cues: Iterable[Cue], pieces: Sequence[Piece], owners: Mapping[Path, str], same: Mapping[str, str]
) -> list[Matched]:
    """Each cue with the piece it hits; a piece is hit once, by the cue that covers it best."""
    every = list(cues)
    scored: list[tuple[float, int, int]] = []
    right = [0] * len(every)
    for number, cue in enumerate(every):
        for index, piece in enumerate(pieces):
            shared = min(cue.record_out, piece.record_out) - max(cue.record_in, piece.record_in)
            if shared > 0 and same[cue.take_id] == owners[piece.clip]:
                right[number] += shared
                union = max(cue.record_out, piece.record_out) - min(cue.record_in, piece.record_in)
                scored.append((shared / union, number, index))
    hits: dict[int, int] = {}
    for score, number, index in sorted(scored, reverse=True):
        if score >= _HIT and number not in hits and index not in hits.values():
            hits[number] = index
    return [
        Matched(cue, pieces[hits[number]] if number in hits else None, right[number])
        for number, cue in enumerate(every)
    ]


def errors(hit: Matched, rate: float = RATE) -> tuple[float, float, float, float]:
    """Frames by which record in, record out, source in and source out are off.

    Source times are held against what the piece shows at the cue's own record times, so that an
    error of the record counts once.
    """
    cue, piece = hit.cue, hit.piece
    assert piece is not None

    def source(record: int) -> float:
        return piece.source_in + (record - piece.record_in) / rate * piece.speed

    return (
        cue.record_in - piece.record_in,
        cue.record_out - piece.record_out,
        (cue.source_in - source(cue.record_in)) * rate,
        (cue.source_out - source(cue.record_out)) * rate,
    )


def _print(difficulty: str, found: Found) -> None:
    import numpy as np

    cues = [one for cut in found.cues for one in cut]
    hits = [one for one in cues if one.piece]
    precision = by_key((one.cue.take_id, one.piece is not None) for one in cues)
    named = {id(one.piece) for one in hits}
    recall = by_key((str(piece.clip), id(piece) in named) for piece in found.pieces)
    frames = sum(piece.record_out - piece.record_in for piece in found.pieces)
    right = sum(one.right for one in cues)
    covered = sum(one.cue.record_out - one.cue.record_in for one in cues)
    print(f"\n{difficulty}: {len(found.cues)} cuts, {found.drawn} pieces, {len(found.pieces)} of our clips")
    print(f"  pieces  precision {_of(precision)}  recall {_of(recall)}  [95 % bounds, drawn by clip]")
    wrong = _share(covered - right, covered)
    print(f"  frames  {_share(right, frames)} of ours named rightly, {wrong} of named ones wrongly")
    print(f"  with the takes gone: {_false(found.absent, found.drawn, 0):.1f} false in {_FALSE_PER} pieces")
    if hits:
        off = np.abs([errors(one) for one in hits])
        for name, column in zip(("record in", "record out", "source in", "source out"), off.T, strict=True):
            median, most = np.quantile(column, [0.5, 0.95])
            print(f"  {name:11}off by {median:.1f} frames (median), {most:.1f} (95 %)")
    print("  confidence  precision  coverage  false in 55 with the takes gone")
    for least in _CONFIDENCES:
        kept = [one for one in cues if one.cue.confidence >= least]
        good = sum(bool(one.piece) for one in kept)
        coverage = _share(sum(one.right for one in kept), frames)
        false = _false(found.absent, found.drawn, least)
        print(f"  {least:10.2f}{_share(good, len(kept)):>11}{coverage:>10}{false:8.1f}")


def by_key(rows: Iterable[tuple[str, bool]]) -> Share:
    """A share of rows, with bounds that draw all rows of a clip together."""
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for key, hit in rows:
        counts[key][0] += hit
        counts[key][1] += 1
    return clustered([(hits, tried) for hits, tried in counts.values()])


def _false(absent: Sequence[Sequence[Cue]], pieces: int, least: float) -> float:
    return sum(cue.confidence >= least for cut in absent for cue in cut) * _FALSE_PER / max(1, pieces)


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.3f}" if whole else "-"


def _of(share: Share) -> str:
    return f"{share} ({share.hits}/{share.tried})"
