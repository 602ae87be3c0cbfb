"""Whether true copies are found, and nothing else is folded.

Each transform is a library of its own: all clips, and one copy of each. Every pair with a copy in
it goes through the search; what the search yields is compared and judged, as ``dedupe`` does. A pair
of a clip and its own copy should fold. Pairs of two clips should not, whether their prompts differ
(unrelated) or are one (siblings). The clips among themselves are tried once, too.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import combinations
from pathlib import Path

from circletake.fingerprint.comparing import compare
from circletake.fingerprint.judging import band
from circletake.fingerprint.search import candidates
from circletake.model.fingerprint import VERSION
from circletake.model.stack import Band
from tests.bench import prints
from tests.bench.bounds import Share, at_most, clustered
from tests.bench.clips import Material, chosen, take_clips
from tests.bench.peers import Peer, Seen, installed
from tests.bench.prints import Kept, Shelf
from tests.bench.transforms import TRANSFORMS, Transform

OURS = "circletake"
UNRELATED, SIBLINGS = "unrelated", "one prompt"
_PAIRS_A_TRANSFORM = 3
"""Of two clips: either's copy with the other, and both copies."""


@dataclass(frozen=True)
class Told:
    """What was said of a clip and its copy.

    Attributes:
        said: ``missed`` by the search, ``apart`` when compared, or the band.
    """

    transform: str
    family: str
    clip: str
    said: str

    @property
    def folded(self) -> bool:
        """Whether they become one stack."""
        return self.said in {one.value for one in Band if one.folds}


@dataclass
class Tally:
    """What one way of telling copies said of everything.

    Attributes:
        told: of each copy.
        wrong: by relation and names of two clips, after which transforms they were folded.
    """

    told: list[Told] = field(default_factory=list)
    wrong: dict[str, dict[tuple[str, str], list[str]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(list))
    )


def arguments(parser: argparse.ArgumentParser) -> None:
    """What the command line takes."""
    take_clips(parser)
    parser.add_argument("--seed", type=int, default=1, help="of what transforms leave open")
    parser.add_argument("--transforms", nargs="+", metavar="NAME", help="only these, or these families")
    parser.add_argument("--peers", type=Path, metavar="DIR", help="site-packages that have the peers")
    parser.add_argument("--alone", action="store_true", help="without peers")
    parser.add_argument("--list", action="store_true", help="name each copy that we do not fold")


def run(asked: argparse.Namespace) -> int:
    """Make what is missing, judge everything, print the tables."""
    clips = chosen(asked)
    wanted = asked.transforms or ()
    transforms = [t for t in TRANSFORMS if not wanted or t.name in wanted or t.family in wanted]
    if not transforms:
        print(f"no transform is called {', '.join(wanted)}", file=sys.stderr)
        return 2
    peers, absent = ([], []) if asked.alone else installed(asked.peers)
    for line in absent:
        print(f"left out: {line}")
    work = _Work(clips, transforms, asked.cache, asked.seed, peers)
    work.make()
    tallies = work.judge()
    print(f"fingerprint version {VERSION}, seed {asked.seed}; [95 % bounds, drawn by clip]")
    print_recall(tallies, transforms)
    if asked.list:
        print_lost(tallies[OURS], {clip.sha256: clip.name for clip in clips})
    print_wrong(tallies, clips, len(transforms))
    for one in peers:
        print(f"{one.name}: {one.rule}")
    print(f"compared {work.compared} pairs in {work.comparing:.1f} CPU s, searched in {work.searching:.1f}")
    return 0


def relation(a: Material, b: Material) -> str:
    """What two clips are to one another; empty where they are known to be one."""
    if a.is_copy_of(b):
        return ""
    return SIBLINGS if a.prompted and a.group == b.group else UNRELATED


@dataclass
class _Work:
    clips: Sequence[Material]
    transforms: Sequence[Transform]
    cache: Path
    seed: int
    peers: Sequence[Peer]
    comparing: float = 0.0
    searching: float = 0.0
    compared: int = 0

    def make(self) -> None:
        """Fingerprint all clips and copies that are not in the cache, for all who want it."""
        for number, clip in enumerate(self.clips, 1):
            began = time.monotonic()
            prints.originals(self.cache, [clip])
            for peer in self.peers:
                peer.kept(self._peers_file(clip, prints.ORIGINAL, peer), clip.path)
            missing = {one.name: self._is_missing(clip, one) for one in self.transforms}
            for transform, path in prints.copies(clip, self.transforms, missing, self.seed):
                ours = self._kept(clip, transform.name)
                if not ours.path.exists():
                    ours.write(prints.fingerprint(path))
                for peer in self.peers:
                    peer.kept(self._peers_file(clip, transform.name, peer), path)
            if any(missing.values()):
                took = time.monotonic() - began
                print(f"{number}/{len(self.clips)} {clip.name} {took:.0f} s", file=sys.stderr)

    def judge(self) -> dict[str, Tally]:
        """What we and each peer say, by name."""
        tallies = {name: Tally() for name in (OURS, *(peer.name for peer in self.peers))}
        self._among_originals(tallies)
        for number, transform in enumerate(self.transforms, 1):
            self._with_copies(transform, tallies)
            print(f"judged {number}/{len(self.transforms)} {transform.name}", file=sys.stderr)
        return tallies

    def _among_originals(self, tallies: Mapping[str, Tally]) -> None:
        shelf = Shelf({clip.sha256: self._kept(clip) for clip in self.clips})
        owners = {clip.sha256: clip for clip in self.clips}
        said = self._said(shelf, None)
        self._note(tallies[OURS], "as they are", owners, (pair for pair, one in said.items() if one.folds))
        for peer in self.peers:
            seen = {clip.sha256: self._seen(clip, prints.ORIGINAL, peer) for clip in self.clips}
            self._note(tallies[peer.name], "as they are", owners, peer.pairs(seen))

    def _with_copies(self, transform: Transform, tallies: Mapping[str, Tally]) -> None:
        files: dict[str, Kept] = {}
        owners: dict[str, Material] = {}
        for clip in self.clips:
            copy = f"{clip.sha256}:{transform.name}"
            files |= {clip.sha256: self._kept(clip), copy: self._kept(clip, transform.name)}
            owners |= {clip.sha256: clip, copy: clip}
        fresh = [name for name in files if ":" in name]
        said = self._said(Shelf(files), fresh)
        for name in fresh:
            pair = (owners[name].sha256, name)
            found = said[pair].value if pair in said else "missed" if pair not in self._tried else "apart"
            tallies[OURS].told.append(Told(transform.name, transform.family, pair[0], found))
        folded = [pair for pair, one in said.items() if one.folds]
        self._note(tallies[OURS], transform.name, owners, folded)
        for peer in self.peers:
            seen = {name: self._seen(owners[name], name.partition(":")[2], peer) for name in files}
            pairs = peer.pairs(seen)
            for name in fresh:
                one = Band.DUPLICATE.value if (owners[name].sha256, name) in pairs else "apart"
                tallies[peer.name].told.append(
                    Told(transform.name, transform.family, owners[name].sha256, one)
                )
            asked = {pair for pair in pairs if ":" in pair[0] or ":" in pair[1]}
            self._note(tallies[peer.name], transform.name, owners, asked)

    def _said(self, shelf: Shelf, fresh: Sequence[str] | None) -> dict[tuple[str, str], Band]:
        began = time.process_time()
        self._tried = set(candidates(shelf.heads, fresh))
        self.searching += time.process_time() - began
        said: dict[tuple[str, str], Band] = {}
        for pair in sorted(self._tried):
            sides = [shelf.look(name) for name in pair]
            began = time.process_time()
            alignment = compare(*sides)
            found = band(alignment) if alignment else None
            self.comparing += time.process_time() - began
            self.compared += 1
            if found:
                said[pair] = found
        return said

    def _note(
        self, tally: Tally, how: str, owners: Mapping[str, Material], folded: Iterable[tuple[str, str]]
    ) -> None:
        for a, b in folded:
            first, second = sorted((owners[a], owners[b]), key=lambda one: one.sha256)
            if first != second and (is_ := relation(first, second)):
                tally.wrong[is_][first.name, second.name].append(how)

    def _kept(self, clip: Material, what: str = prints.ORIGINAL) -> Kept:
        return prints.kept(self.cache, clip, what, 0 if what == prints.ORIGINAL else self.seed)

    def _peers_file(self, clip: Material, what: str, peer: Peer) -> Path:
        return self.cache / clip.sha256[:16] / f"{what}.{peer.name}.s{self.seed}.npz"

    def _is_missing(self, clip: Material, transform: Transform) -> bool:
        files = [self._kept(clip, transform.name).path]
        files += [self._peers_file(clip, transform.name, peer) for peer in self.peers]
        return not all(file.exists() for file in files)

    def _seen(self, clip: Material, what: str, peer: Peer) -> Seen:
        seen = peer.kept(self._peers_file(clip, what or prints.ORIGINAL, peer), None)
        assert seen is not None
        return seen


def print_recall(tallies: Mapping[str, Tally], transforms: Sequence[Transform]) -> None:
    """Copies folded, by family and by transform."""
    peers = [name for name in tallies if name != OURS]
    head = f"{'copies folded':24}{OURS:>24}{'missed':>8}{'apart':>7}{'variant':>8}"
    print(f"\n{head}{''.join(f'{name:>11}' for name in peers)}")
    families = list(dict.fromkeys(transform.family for transform in transforms))
    for family in families:
        _recall_row(tallies, peers, family, partial(_is, "family", family))
    _recall_row(tallies, peers, "all", lambda one: True)
    print()
    for transform in transforms:
        _recall_row(tallies, peers, transform.name, partial(_is, "transform", transform.name))


def _is(what: str, value: str, one: Told) -> bool:
    return bool(getattr(one, what) == value)


def _recall_row(
    tallies: Mapping[str, Tally], peers: Sequence[str], title: str, wanted: Callable[[Told], bool]
) -> None:
    rows = {name: [one for one in tally.told if wanted(one)] for name, tally in tallies.items()}
    said = Counter(one.said for one in rows[OURS])
    print(
        f"{title:24}{recall(rows[OURS])!s:>24}{said['missed']:8}{said['apart']:7}{said[Band.VARIANT.value]:8}"
        + "".join(f"{recall(rows[name]).value:11.3f}" for name in peers)
    )


def print_lost(tally: Tally, names: Mapping[str, str]) -> None:
    """Each copy that was not folded, by clip."""
    lost: dict[str, list[str]] = defaultdict(list)
    for one in tally.told:
        if not one.folded:
            lost[one.clip].append(f"{one.transform} ({one.said})")
    print("\ncopies not folded")
    for clip, what in sorted(lost.items(), key=lambda row: -len(row[1])):
        print(f"  {names[clip]}: {', '.join(what)}")


def recall(rows: Iterable[Told]) -> Share:
    """Copies folded, with bounds that draw whole clips."""
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for one in rows:
        counts[one.clip][0] += one.folded
        counts[one.clip][1] += 1
    return clustered([(hits, tried) for hits, tried in counts.values()])


def print_wrong(tallies: Mapping[str, Tally], clips: Sequence[Material], transforms: int) -> None:
    """Pairs of two clips that were folded, beside those that were tried."""
    relations = Counter(relation(a, b) for a, b in combinations(clips, 2))
    for kind in (UNRELATED, SIBLINGS):
        two = relations[kind]
        tried = two * (1 + _PAIRS_A_TRANSFORM * transforms)
        print(f"\n{kind}: {two} pairs of clips, {tried} with their copies")
        for name, tally in tallies.items():
            wrong = tally.wrong[kind]
            folded = sum(len(how) for how in wrong.values())
            print(
                f"  {name:12}{folded:6} folded of {tried} (at most {at_most(folded, tried):.2e})"
                f" in {len(wrong)} of {two} pairs of clips (at most {at_most(len(wrong), two):.2%})"
            )
        for (a, b), how in sorted(tallies[OURS].wrong[kind].items(), key=lambda row: -len(row[1])):
            print(f"    {a} = {b}: {len(how)}x, {', '.join(sorted(set(how))[:4])}")
