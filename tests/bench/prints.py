"""Fingerprints of clips and copies, kept in a folder so that the engine can judge them anew.

What is read back went through the registry's record, thumbnails as JPEG included: as in a library.
The key is the clip's sha256, what was done to it, the fingerprint's version and the seed. Neither
the code of a transform nor unreleased changes of the engine are in it; start with another folder then.
"""

from __future__ import annotations

import os
import struct
import tempfile
from collections import OrderedDict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from circletake.fingerprint.looks import Look
from circletake.fingerprint.making import Fingerprinter
from circletake.fingerprint.record import Thumbnails, pack, pack_thumbnails, unpack, unpack_thumbnails
from circletake.media.frames import Tap, read_once
from circletake.media.probe import probe
from circletake.model.fingerprint import VERSION, Fingerprint
from tests.bench.clips import Material
from tests.bench.transforms import Transform, apply_all

ORIGINAL = "original"
_LENGTH = struct.Struct("<I")
_LOOKS_KEPT = 96


def fingerprint(path: Path) -> tuple[Fingerprint, Thumbnails]:
    """Decode a file once and fingerprint it, as ``circletake analyze`` does."""
    making = Fingerprinter(probe(path, whole=False).facts.seconds)
    taps = [Tap(needs, sink) for needs, sink in making.sinks]
    read_once(path, taps)
    for tap in taps:
        if tap.failed:
            raise tap.failed
    return making.finish()


@dataclass(frozen=True)
class Kept:
    """Where one fingerprint is kept."""

    path: Path

    def write(self, made: tuple[Fingerprint, Thumbnails]) -> None:
        """Keep it; a bench that is killed leaves nothing half-written."""
        head = pack(made[0])
        put(self.path, _LENGTH.pack(len(head)) + head + pack_thumbnails(made[1]))

    def head(self) -> Fingerprint:
        """Without the thumbnails."""
        with self.path.open("rb") as file:
            (length,) = _LENGTH.unpack(file.read(_LENGTH.size))
            return unpack(file.read(length))

    def thumbnails(self) -> Thumbnails:
        """The pictures alone."""
        data = self.path.read_bytes()
        (length,) = _LENGTH.unpack_from(data)
        return unpack_thumbnails(data[_LENGTH.size + length :])


def put(path: Path, data: bytes) -> None:
    """Write a file whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{os.getpid()}")
    part.write_bytes(data)
    part.replace(path)


def kept(cache: Path, clip: Material, what: str = ORIGINAL, seed: int = 0) -> Kept:
    """Where the fingerprint of a clip, or of what was made of it, is kept."""
    return Kept(cache / clip.sha256[:16] / f"{what}.v{VERSION}.s{seed}.print")


def originals(cache: Path, clips: Iterable[Material]) -> dict[str, Kept]:
    """The fingerprints of the clips themselves, by sha256; those that are not there are made."""
    found: dict[str, Kept] = {}
    for clip in clips:
        found[clip.sha256] = one = kept(cache, clip)
        if not one.path.exists():
            one.write(fingerprint(clip.path))
    return found


def copies(
    clip: Material, transforms: Iterable[Transform], missing: Mapping[str, bool], seed: int
) -> Iterator[tuple[Transform, Path]]:
    """Copies that are missing, made one by one; each file is gone when the next is asked for."""
    wanted = [transform for transform in transforms if missing[transform.name]]
    if not wanted:
        return
    with tempfile.TemporaryDirectory() as folder:
        for transform, path, _ in apply_all(clip.path, Path(folder), wanted, seed):
            yield transform, path
            path.unlink()


class Shelf:
    """Fingerprints by name; their pictures are read when a pair is compared, and the last few stay."""

    def __init__(self, files: Mapping[str, Kept]) -> None:
        self.files = files
        self.heads = {name: one.head() for name, one in files.items()}
        self._looks: OrderedDict[str, Look] = OrderedDict()

    def look(self, name: str) -> Look:
        """One side of a comparison."""
        if name in self._looks:
            self._looks.move_to_end(name)
        else:
            self._looks[name] = Look(self.heads[name], self.files[name].thumbnails())
            if len(self._looks) > _LOOKS_KEPT:
                self._looks.popitem(last=False)
        return self._looks[name]

    def pictures(self, names: Collection[str]) -> dict[str, Thumbnails]:
        """Thumbnails of some takes, as the locator asks for them."""
        return {name: self.files[name].thumbnails() for name in names}
