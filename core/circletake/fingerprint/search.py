"""Comparing takes: which pairs are worth a look, and how two takes lie on one another in time.

Exact numpy throughout: the hashes of 700 takes are half a megabyte.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from circletake.model.fingerprint import Fingerprint

if TYPE_CHECKING:
    from numpy.typing import NDArray

CANDIDATE_BITS = 14
"""Of 64: a frame this near to some frame of the other take speaks for the pair."""

CANDIDATE_SHARE = 0.4
"""The share of a take's frames that must speak for it."""

LEAST_OVERLAP = 0.5
"""Of the shorter take: what an alignment must cover."""

LEAST_DETAIL = 6
"""Standard deviation of luma below which a frame is too flat for its hash to mean much."""

_STEP = 0.125
_SAMPLE_SLACK = 0.5


@dataclass(frozen=True, slots=True)
class Alignment:
    """How take ``b`` lies on take ``a``.

    Attributes:
        distance: mean Hamming distance of aligned frames, of 256 bits.
        thirds: the same over the first, second and last third of the overlap.
        offset: seconds that ``b`` starts after ``a``.
        overlap: share of the shorter take that was compared, 0-1.
        flipped: ``b`` is mirrored.
        colour: mean difference of chroma (R - G and B - G of the quadrants), 0-255.
        flat: share of compared frames too flat to judge by.
        movement: mean distance between ``a``'s neighbouring thirds, of 256 bits; near 0 for a still.
    """

    distance: float
    thirds: tuple[float, ...]
    offset: float
    overlap: float
    flipped: bool
    colour: float
    flat: float
    movement: float

    @property
    def worst(self) -> float:
        """Distance over the worst third."""
        return max(self.thirds)

    @property
    def parting(self) -> float:
        """Bits by which two takes that begin together and alike have come apart at the end, else 0.

        Takes made from one still picture do; a copy stays as near as it was.
        """
        opening, closing = self.thirds[0], self.thirds[-1]
        return closing - opening if abs(self.offset) <= _STEP and closing > 2 * opening else 0.0


def candidates(takes: Mapping[str, Fingerprint]) -> list[tuple[str, str]]:
    """Pairs of takes with enough frames alike, straight or mirrored; each pair once.

    A pair that :func:`compare` would call near is not missed as long as two fifths of its
    frames lie within ``CANDIDATE_BITS`` of some frame of the other.
    """
    ids = [name for name, fp in takes.items() if len(fp.seconds)]
    if len(ids) < 2:
        return []
    words = np.concatenate([_words(takes[name].bits64) for name in ids])[:, 0]
    mirrored = np.concatenate([_words(_mirror(takes[name].bits64, 8)) for name in ids])[:, 0]
    lengths = np.array([len(takes[name].seconds) for name in ids])
    starts = np.concatenate(([0], np.cumsum(lengths)[:-1]))
    pairs: set[tuple[int, int]] = set()
    for index in range(len(ids) - 1):
        own = words[starts[index] : starts[index] + lengths[index]]
        first = int(starts[index + 1])
        for others in (words, mirrored):
            near = np.bitwise_count(own[:, None] ^ others[None, first:]) <= CANDIDATE_BITS
            pairs.update((index, other) for other in _sharing(near, starts[index + 1 :] - first, index))
    return [(ids[a], ids[b]) for a, b in sorted(pairs)]


def compare(a: Fingerprint, b: Fingerprint) -> Alignment | None:
    """The best alignment of two takes in time, straight or mirrored.

    Returns:
        ``None`` where one has no frames, or no offset covers half of the shorter take.
    """
    if not len(a.seconds) or not len(b.seconds):
        return None
    best: Alignment | None = None
    for flipped in (False, True):
        bits = _mirror(b.bits256, 16) if flipped else b.bits256
        found = _align(a, b, bits, flipped)
        if found and (best is None or found.distance < best.distance):
            best = found
    return best


def _sharing(near: NDArray[np.bool_], starts: NDArray[np.int64], index: int) -> Iterator[int]:
    """Takes after ``index`` that enough frames, of either side, speak for."""
    theirs = np.add.reduceat(near.any(axis=0), starts)
    lengths = np.diff(np.concatenate((starts, [near.shape[1]])))
    ours = np.logical_or.reduceat(near, starts, axis=1).mean(axis=0)
    for offset in np.flatnonzero((theirs / lengths >= CANDIDATE_SHARE) | (ours >= CANDIDATE_SHARE)):
        yield index + 1 + int(offset)


def _align(a: Fingerprint, b: Fingerprint, bits: NDArray[np.uint8], flipped: bool) -> Alignment | None:
    distances = np.bitwise_count(_words(a.bits256)[:, None] ^ _words(bits)[None]).sum(-1, dtype=np.int64)
    # Only as many of the denser take's frames as the sparser has can be neighbours.
    step = max(_spacing(a), _spacing(b))
    shorter = min(_length(a), _length(b))
    offsets = np.arange(-_length(b) / _STEP, _length(a) / _STEP + 1).round() * _STEP
    moved = b.seconds[None, :] + offsets[:, None]
    nearest = _nearest(a.seconds, moved)
    matched = np.abs(a.seconds[nearest] - moved) <= step * _SAMPLE_SLACK + 1e-3
    covered = matched.sum(axis=1) * _spacing(b) / shorter
    fits = np.flatnonzero(covered >= LEAST_OVERLAP - 1e-6)
    if not len(fits):
        return None
    frames = np.arange(len(b.seconds))
    picked = distances[nearest[fits], frames[None, :]]
    counts = matched[fits]
    means = (picked * counts).sum(axis=1) / counts.sum(axis=1)
    # Of equals (a still fits everywhere) the one that covers most, then the smallest shift.
    order = np.lexsort((np.abs(offsets[fits]), -covered[fits], means.round(1)))
    pick = int(order[0])
    row = int(fits[pick])
    ours, theirs = nearest[row][matched[row]], frames[matched[row]]
    along = distances[ours, theirs]
    flat = (a.detail[ours] < LEAST_DETAIL) | (b.detail[theirs] < LEAST_DETAIL)
    return Alignment(
        distance=float(along.mean()),
        thirds=tuple(float(part.mean()) for part in np.array_split(along, min(3, len(along)))),
        offset=float(offsets[row]),
        overlap=float(min(1.0, covered[row])),
        flipped=flipped,
        colour=_colour_distance(a.colour[ours], b.colour[theirs], flipped),
        flat=float(flat.mean()),
        movement=_movement(a.bits256[ours]),
    )


def _nearest(sorted_seconds: NDArray[np.float32], wanted: NDArray[np.float64]) -> NDArray[np.int64]:
    right = np.searchsorted(sorted_seconds, wanted).clip(1, max(1, len(sorted_seconds) - 1))
    right = right.clip(0, len(sorted_seconds) - 1)
    left = (right - 1).clip(0)
    closer = np.abs(sorted_seconds[left] - wanted) <= np.abs(sorted_seconds[right] - wanted)
    return np.where(closer, left, right)


def _spacing(fingerprint: Fingerprint) -> float:
    if len(fingerprint.seconds) < 2:
        return 0.25
    return float(np.median(np.diff(fingerprint.seconds)))


def _length(fingerprint: Fingerprint) -> float:
    return float(fingerprint.seconds[-1]) + _spacing(fingerprint)


def _movement(bits: NDArray[np.uint8]) -> float:
    if len(bits) < 3:
        return 0.0
    words = _words(bits)
    third = max(1, len(words) // 3)
    return float(np.bitwise_count(words[third:] ^ words[:-third]).sum(-1).mean())


def _colour_distance(a: NDArray[np.uint8], b: NDArray[np.uint8], flipped: bool) -> float:
    """Chroma only: a brighter or harder copy keeps it, another outfit or palette does not."""
    left = a.reshape(-1, 2, 2, 3).astype(np.int16)
    right = b.reshape(-1, 2, 2, 3).astype(np.int16)
    if flipped:
        right = right[:, :, ::-1]
    chroma = [p[..., (0, 2)] - p[..., (1, 1)] for p in (left, right)]
    return float(np.abs(chroma[0] - chroma[1]).mean())


def _words(bits: NDArray[np.uint8]) -> NDArray[np.uint64]:
    return np.ascontiguousarray(bits).view(np.uint64)


def _mirror(bits: NDArray[np.uint8], size: int) -> NDArray[np.uint8]:
    """The hashes of the mirrored frames: odd columns of a DCT change their sign.

    Exact but for coefficients that lie between 0 and the median.
    """
    return bits ^ _odd_columns(size)


@lru_cache(maxsize=2)
def _odd_columns(size: int) -> NDArray[np.uint8]:
    odd = np.zeros((size, size), bool)
    odd[:, 1::2] = True
    return np.packbits(odd.reshape(-1))


__all__ = ["CANDIDATE_BITS", "CANDIDATE_SHARE", "Alignment", "candidates", "compare"]
