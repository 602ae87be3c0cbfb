"""Fuzzing the audit: ``python -m tests.faults.fuzz_media [--mutations 2000] [--seed 0] [--keep DIR]``.

Files that circletake signed are broken in every way a seeded generator thinks of, and the audit looks at
each in its capped workers. It holds that the run goes on, that every file has an outcome in time, and that
no file is called intact whose hashed bytes are not those that were signed. Nothing is kept but, with
``--keep``, the files that broke a rule.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from random import Random

from circletake.audit.judge import verdict_of
from circletake.model.case import FileCase
from circletake.provenance.keys import KeyRing
from circletake.workflows import pool
from circletake.workflows.auditing.looking import Look, look
from tests.faults.boxes import Box, hashed, joined, parsed

CAPS = pool.Caps(cpu_seconds=60, wall_seconds=240)
_BATCH = 200


@dataclass(frozen=True)
class Sample:
    """A signed file, whole.

    Attributes:
        beside: the manifest that lies beside it, where it carries none itself.
    """

    name: str
    data: bytes
    beside: bytes = b""


@dataclass(frozen=True)
class Mutant:
    """A broken copy of a sample.

    Attributes:
        how: the mutations, in words.
        altered: bytes that the manifest's hash covers are not those that were signed.
    """

    name: str
    sample: Sample
    how: str
    data: bytes
    beside: bytes
    altered: bool


@dataclass(frozen=True)
class Outcome:
    """What the audit made of a mutant; ``problem`` names the rule that was broken, empty otherwise."""

    mutant: Mutant
    verdict: str
    crashed: bool
    problem: str


def samples(folder: Path) -> list[Sample]:
    """One signed file of each format that circletake signs, and a cut; made in ``folder``."""
    from circletake.model.policy import PromptPolicy
    from circletake.provenance.manifest import plan_take
    from circletake.provenance.signing import sign
    from tests.factories import tiny_clip
    from tests.releases import WHEN, make_release, recipe, slate

    keys = KeyRing(folder / "keys")
    keys.init("Lumen Films")
    made = make_release(folder, keys, [recipe(), recipe("a red kite")])
    found = [Sample(path.name, path.read_bytes()) for path in sorted(made.folder.rglob("*.mp4"))]
    for number, suffix in enumerate((".mov", ".avi", ".gif", ".webm"), 10):
        source = tiny_clip(folder / f"take{suffix}", seed=number, seconds=0.5)
        plan = plan_take(
            slate(source, "SH090", number, recipe()), source, policy=PromptPolicy.FULL, when=WHEN
        )
        signed = sign(plan, source, folder / f"signed{suffix}", keys.signer())
        beside = signed.path.with_name(f"{signed.path.name}.c2pa")
        if not beside.exists():
            beside = signed.path.with_suffix(".c2pa")
        found.append(
            Sample(
                signed.path.name, signed.path.read_bytes(), beside.read_bytes() if beside.exists() else b""
            )
        )
    return found


def mutants(found: list[Sample], count: int, seed: int) -> Iterator[Mutant]:
    """``count`` broken copies; the same for the same seed and samples."""
    for number in range(count):
        random = Random(f"{seed}/{number}")
        sample = random.choice(found)
        data, beside, told = sample.data, sample.beside, []
        for _ in range(random.choice((1, 1, 1, 2, 4))):
            how = random.choice(_MUTATIONS)
            if beside and random.random() < 0.5:
                beside = how(beside, random, found)
            else:
                data = how(data, random, found)
            told.append(how.__name__.strip("_"))
        yield Mutant(
            f"{number:06d}{Path(sample.name).suffix}",
            sample,
            " + ".join(told),
            data,
            beside,
            _altered(sample, data),
        )


def tried(all_of_them: Iterable[Mutant], folder: Path, workers: int | None = None) -> Iterator[Outcome]:
    """Let the audit look at each mutant, in its worker processes."""
    by_path = {}
    for mutant in all_of_them:
        (folder / mutant.name).write_bytes(mutant.data)
        if mutant.beside:
            (folder / f"{mutant.name}.c2pa").write_bytes(mutant.beside)
        by_path[mutant.name] = mutant
    tasks = [Look(str(folder), name) for name in by_path]
    began = time.monotonic()
    for task, case in pool.run(tasks, look, workers=workers, caps=CAPS):
        yield _judged(by_path.pop(task.path), case)
    for mutant in by_path.values():
        yield Outcome(mutant, "", False, f"no outcome after {time.monotonic() - began:.0f} s")


def _judged(mutant: Mutant, case: FileCase | pool.Failure) -> Outcome:
    if isinstance(case, pool.Failure):
        slow = "took" in case.reason
        return Outcome(mutant, f"failed: {case.reason}", case.crashed, "it hung" if slow else "")
    verdict = verdict_of(case, sealed=False)
    problem = "intact, though signed bytes were changed" if mutant.altered and verdict == "intact" else ""
    return Outcome(mutant, verdict, False, problem)


def _altered(sample: Sample, data: bytes) -> bool:
    """Whether ``data`` differs from what was signed, beyond the parts that no hash covers."""
    if sample.name.endswith((".mp4", ".mov")):
        return hashed(data) != hashed(sample.data)
    if sample.name.endswith((".webm", ".mkv")):
        return data != sample.data
    # The others lose exactly their manifest: what differs before it begins was signed.
    before = min(sample.data.find(mark) for mark in (b"C2PA", b"jumb") if mark in sample.data) - 16
    return data[:before] != sample.data[:before]


_Mutation = Callable[[bytes, Random, list[Sample]], bytes]


def _flip(data: bytes, random: Random, _: list[Sample]) -> bytes:
    """One to eight bits, anywhere."""
    out = bytearray(data)
    for _bit in range(random.randint(1, 8) if out else 0):
        out[random.randrange(len(out))] ^= 1 << random.randrange(8)
    return bytes(out)


def _flip_in_manifest(data: bytes, random: Random, _: list[Sample]) -> bytes:
    """One bit after the first JUMBF mark."""
    start = max(data.find(b"jumb"), 0)
    out = bytearray(data)
    if start < len(out):
        out[min(len(out) - 1, start + random.randrange(30_000))] ^= 1 << random.randrange(8)
    return bytes(out)


def _truncate(data: bytes, random: Random, _: list[Sample]) -> bytes:
    return data[: random.randrange(len(data) + 1)]


def _cut_out(data: bytes, random: Random, _: list[Sample]) -> bytes:
    at = random.randrange(len(data) + 1)
    return data[:at] + data[at + random.choice((1, 8, 100, 5000)) :]


def _insert(data: bytes, random: Random, _: list[Sample]) -> bytes:
    at = random.randrange(len(data) + 1)
    return data[:at] + random.randbytes(random.choice((1, 4, 64, 4096))) + data[at:]


def _repeat(data: bytes, random: Random, _: list[Sample]) -> bytes:
    at = random.randrange(len(data) + 1)
    piece = data[at : at + random.randrange(1, 5000)]
    return data[:at] + piece * random.choice((2, 3, 50)) + data[at + len(piece) :]


def _splice(data: bytes, random: Random, found: list[Sample]) -> bytes:
    """The head of one file, the tail of another."""
    other = random.choice(found).data
    return data[: random.randrange(len(data) + 1)] + other[random.randrange(len(other)) :]


def _number(data: bytes, random: Random, _: list[Sample]) -> bytes:
    """A four-byte number that a parser may believe, anywhere or in front of a box's name."""
    value = random.choice((0, 1, 2, 7, 8, 9, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, random.getrandbits(32)))
    names = [at - 4 for name in _NAMES if (at := data.find(name)) >= 4]
    at = random.choice(names) if names and random.random() < 0.8 else random.randrange(max(1, len(data)))
    return data[:at] + value.to_bytes(4) + data[at + 4 :]


_NAMES = (
    *(b"ftyp", b"moov", b"mdat", b"free", b"uuid", b"jumb", b"jumd", b"cbor", b"json", b"bfdb", b"bidb"),
    *(b"trak", b"mdia", b"stbl", b"stsz", b"stco", b"stsc", b"stts", b"elst", b"dref", b"avcC", b"tkhd"),
)


def _rename(data: bytes, random: Random, _: list[Sample]) -> bytes:
    """Another name for a box."""
    here = [name for name in _NAMES if name in data]
    return data.replace(random.choice(here), random.choice(_NAMES), 1) if here else data


def _in_boxes(edit: Callable[[list[Box], Random], None]) -> _Mutation:
    """A mutation of the tree of boxes, all sizes made to fit again."""

    def mutation(data: bytes, random: Random, found: list[Sample]) -> bytes:
        tree = parsed(data)
        if not tree:
            return _flip(data, random, found)
        tail = data[len(joined(tree)) :]
        edit(tree, random)
        return joined(tree) + tail

    mutation.__name__ = edit.__name__
    return mutation


def _lists(tree: list[Box]) -> list[list[Box]]:
    return [tree, *(box.children for top in tree for box in top.walk() if box.children)]


def _double_box(tree: list[Box], random: Random) -> None:
    place = random.choice(_lists(tree))
    box = random.choice(place)
    place[random.randrange(len(place)) : 0] = [box] * random.choice((1, 1, 2, 500))


def _drop_box(tree: list[Box], random: Random) -> None:
    place = random.choice(_lists(tree))
    del place[random.randrange(len(place))]


def _shuffle_boxes(tree: list[Box], random: Random) -> None:
    random.shuffle(random.choice(_lists(tree)))


def _nest_box(tree: list[Box], random: Random) -> None:
    """A box in boxes of its own kind, up to thousands deep."""
    place = random.choice(_lists(tree))
    at = random.randrange(len(place))
    inner = bytes(place[at])
    for _ in range(random.choice((1, 2, 50, 2000))):
        inner = (len(inner) + 8).to_bytes(4) + place[at].kind + inner
    place[at] = Box(inner[4:8], inner[8:])


def _edit_box(tree: list[Box], random: Random) -> None:
    """Bytes of one box replaced, by others or by more or fewer."""
    leaves = [box for top in tree for box in top.walk() if not box.children and box.data]
    if not leaves:
        return
    box = random.choice(leaves)
    at = random.randrange(len(box.data))
    new = random.randbytes(random.choice((0, 1, 4, 40)))
    box.data = box.data[:at] + new + box.data[at + random.choice((0, 1, 4, 40)) :]


def _edit_claim(tree: list[Box], random: Random) -> None:
    """Bytes of one assertion or claim, of the store alone."""
    said = [
        box
        for top in tree
        for box in top.walk()
        if box.kind in (b"cbor", b"json", b"bidb") and box.data and not box.children
    ]
    if not said:
        _edit_box(tree, random)
        return
    box = random.choice(said)
    at = random.randrange(len(box.data))
    box.data = box.data[:at] + random.randbytes(random.choice((1, 2, 8))) + box.data[at + 1 :]


def _swap_manifest(data: bytes, random: Random, found: list[Sample]) -> bytes:
    """The manifest of another file in the place of its own."""
    mine = parsed(data)
    others = [s for s in found if s.name.endswith((".mp4", ".mov")) and s.data != data]
    theirs = parsed(random.choice(others).data)
    here = [n for n, box in enumerate(mine) if box.kind == b"uuid"]
    there = [box for box in theirs if box.kind == b"uuid"]
    if not here or not there:
        return _splice(data, random, found)
    mine[here[0]] = there[0]
    return joined(mine)


_MUTATIONS: tuple[_Mutation, ...] = (
    *(_flip, _flip, _flip_in_manifest, _flip_in_manifest, _truncate, _cut_out, _insert, _repeat, _splice),
    *(_number, _number, _rename, _swap_manifest),
    *(_in_boxes(e) for e in (_double_box, _drop_box, _shuffle_boxes, _nest_box, _edit_box, _edit_box)),
    *(_in_boxes(e) for e in (_edit_claim, _edit_claim, _edit_claim)),
)


def main() -> int:
    """Fuzz, print what became of the mutants, and return 1 where a rule was broken."""
    asked = _arguments().parse_args()
    verdicts: Counter[str] = Counter()
    broken: list[Outcome] = []
    with tempfile.TemporaryDirectory() as scratch:
        found = samples(Path(scratch) / "made")
        stream = mutants(found, asked.mutations, asked.seed)
        done = 0
        while batch := list(islice(stream, _BATCH)):
            folder = Path(scratch) / "batch"
            folder.mkdir()
            for outcome in tried(batch, folder):
                verdicts[outcome.verdict] += 1
                if outcome.problem:
                    broken.append(outcome)
                    print(f"{outcome.mutant.name}: {outcome.problem} ({outcome.mutant.how})", flush=True)
                    _kept(outcome.mutant, asked.keep)
            shutil.rmtree(folder)
            done += len(batch)
            print(f"{done} of {asked.mutations}", file=sys.stderr)
    for verdict, times in verdicts.most_common():
        print(f"{times:6}  {verdict}")
    print(f"{sum(verdicts.values())} outcomes for {asked.mutations} files, {len(broken)} broke a rule")
    return 1 if broken or sum(verdicts.values()) != asked.mutations else 0


def _kept(mutant: Mutant, folder: Path | None) -> None:
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / mutant.name).write_bytes(mutant.data)
        if mutant.beside:
            (folder / f"{mutant.name}.c2pa").write_bytes(mutant.beside)


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.fuzz_media", description=__doc__)
    parser.add_argument("--mutations", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keep", type=Path, help="folder for files that broke a rule")
    return parser


if __name__ == "__main__":
    sys.exit(main())
