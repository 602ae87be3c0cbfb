"""Other ways of telling copies, measured on the same pairs as ours.

Each is used as its own manual or its common rule has it. What is not installed is left out with a
line; ``--peers`` names the site-packages of another environment that has them.
"""

from __future__ import annotations

import importlib
import io
import shutil
import site
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from tests.bench.coding import frames

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Seen: TypeAlias = "Mapping[str, NDArray[Any]]"
"""What a peer keeps of a clip."""

_FRAMES = 8
_PHASH_BITS, _PDQ_BITS = 8, 31
_VIDEOHASH_BITS = 10


@dataclass(frozen=True)
class Peer:
    """One other way.

    Attributes:
        rule: when it says copy, in words.
        look: what it keeps of a file.
        pairs: of some clips by name, the pairs that it takes for copies, names sorted.
    """

    name: str
    rule: str
    look: Callable[[Path], Seen]
    pairs: Callable[[Mapping[str, Seen]], set[tuple[str, str]]]

    def kept(self, file: Path, clip: Path | None) -> Seen | None:
        """What it kept of a clip: from ``file``, or looked at now; ``None`` where neither is to be had."""
        import numpy as np

        from tests.bench.prints import put

        if not file.exists():
            if clip is None:
                return None
            packed = io.BytesIO()
            arrays: dict[str, Any] = dict(self.look(clip))
            np.savez(packed, **arrays)
            put(file, packed.getvalue())
        with np.load(file) as arrays:
            return dict(arrays)


def installed(elsewhere: Path | None = None) -> tuple[list[Peer], list[str]]:
    """The peers that are here, and a line for each that is not."""
    if elsewhere:
        site.addsitedir(str(elsewhere))
    found: list[Peer] = []
    absent: list[str] = []
    for make in (_imagehash, _pdq, _provena, _videohash):
        one = make()
        if isinstance(one, Peer):
            found.append(one)
        else:
            absent.append(one)
    return found, absent


def _imagehash() -> Peer:
    def look(path: Path) -> Seen:
        import imagehash
        import numpy as np
        from PIL import Image

        hashes = [imagehash.phash(Image.fromarray(picture)).hash for picture in _pictures(path, 8)]
        return {"bits": np.packbits(np.array(hashes).reshape(-1, 64), axis=1)}

    def folds(a: Seen, b: Seen) -> bool:
        return _apart(_spread(a["bits"]), _spread(b["bits"])) <= _PHASH_BITS

    return Peer("imagehash", f"phash 64, mean of {_FRAMES} frames <= {_PHASH_BITS}", look, _each(folds))


def _pdq() -> Peer | str:
    try:
        pdqhash: Any = importlib.import_module("pdqhash")
    except ImportError:
        return "pdq: not installed (pip install pdqhash)"

    def look(path: Path) -> Seen:
        import numpy as np

        hashes = [pdqhash.compute(picture)[0] for picture in _pictures(path, 4)]
        return {"bits": np.packbits(np.array(hashes, np.uint8), axis=1)}

    def folds(a: Seen, b: Seen) -> bool:
        return _aligned(a["bits"], b["bits"]) <= _PDQ_BITS

    return Peer("pdq", f"PDQ, mean of {_FRAMES} frames aligned in time <= {_PDQ_BITS}", look, _each(folds))


def _provena() -> Peer | str:
    try:
        audit: Any = importlib.import_module("provena_audit.audit")
        fingerprint: Any = importlib.import_module("provena_audit.fingerprint")
    except ImportError:
        return "provena-audit: not installed (pip install provena-audit)"

    def look(path: Path) -> Seen:
        import numpy as np

        seen = fingerprint.fingerprint_file(path)
        return {"pdq": seen["pdq"], "quality": np.asarray(seen["quality"])}

    def pairs(clips: Mapping[str, Seen]) -> set[tuple[str, str]]:
        import numpy as np

        names = sorted(clips)
        counts = [len(clips[name]["pdq"]) for name in names]
        data = {
            "pdq": np.concatenate([clips[name]["pdq"] for name in names]),
            "quality": np.concatenate([clips[name]["quality"] for name in names]),
            "owner": np.repeat(np.arange(len(names)), counts),
            "offset": np.concatenate([np.arange(count) / 4 for count in counts]),
        }
        return {(names[one["a"]], names[one["b"]]) for one in audit.find_pairs(data)}

    return Peer("provena", "its defaults: PDQ at 4 fps, 8 votes, radius 31", look, pairs)


def _videohash() -> Peer | str:
    import PIL

    try:
        videohash: Any = importlib.import_module("videohash")
    except ImportError:
        return "videohash: not installed (pip install videohash)"
    if int(PIL.__version__.split(".")[0]) >= 10:
        return f"videohash: fails on Pillow 10 and later, here is {PIL.__version__}"
    if not shutil.which("ffmpeg"):
        return "videohash: needs the ffmpeg command"

    def look(path: Path) -> Seen:
        import numpy as np

        return {"bits": np.packbits([int(bit) for bit in videohash.VideoHash(path=str(path)).hash[2:]])}

    def folds(a: Seen, b: Seen) -> bool:
        return _apart(a["bits"][None], b["bits"][None]) <= _VIDEOHASH_BITS

    return Peer("videohash", f"64 bits a video <= {_VIDEOHASH_BITS}", look, _each(folds))


def _each(folds: Callable[[Seen, Seen], bool]) -> Callable[[Mapping[str, Seen]], set[tuple[str, str]]]:
    """Every pair, one by one."""

    def pairs(clips: Mapping[str, Seen]) -> set[tuple[str, str]]:
        return {(a, b) for a, b in combinations(sorted(clips), 2) if folds(clips[a], clips[b])}

    return pairs


def _pictures(path: Path, rate: int) -> Iterator[NDArray[Any]]:
    """The first frame in each slot of a time grid, RGB."""
    slot = -1
    for time, _, frame in frames(path):
        if int(time * rate + 1e-6) > slot:
            slot = int(time * rate + 1e-6)
            yield frame.to_ndarray(format="rgb24")


def _spread(bits: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Eight frames, evenly over the clip."""
    import numpy as np

    spread: NDArray[np.uint8] = bits[((np.arange(_FRAMES) + 0.5) / _FRAMES * len(bits)).astype(int)]
    return spread


def _apart(a: NDArray[np.uint8], b: NDArray[np.uint8]) -> float:
    import numpy as np

    return float(np.bitwise_count(a ^ b).sum(axis=1).mean())


def _aligned(a: NDArray[np.uint8], b: NDArray[np.uint8]) -> float:
    """The least mean distance over all shifts in time with at least half of the shorter overlapping."""
    import numpy as np

    apart = np.bitwise_count(a[:, None] ^ b[None]).sum(axis=2)
    least = (min(len(a), len(b)) + 1) // 2
    diagonals = [np.diagonal(apart, shift) for shift in range(1 - len(a), len(b))]
    means = [line[_eight(len(line))].mean() for line in diagonals if len(line) >= least]
    return float(min(means, default=256.0))


def _eight(count: int) -> NDArray[np.int64]:
    import numpy as np

    return np.unique(np.linspace(0, count - 1, min(count, _FRAMES)).round().astype(np.int64))
