"""A film in pieces: its frames, made small, from one hard cut to the next, in bounded memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

LONGEST = 480
"""Frames of a piece; a longer shot goes on in the next."""

_SIDE = 24
_CHANGE = 0.08
"""Distance (1 - correlation) of neighbouring frames below which nothing is a cut."""

_SUDDEN = 2.5
"""A cut differs so many times more than any frame near it does from its neighbour."""

_NEAR = 8
_NOISE = 4
_BLACK = 28
_LEAST = 8
"""Frames of a piece; what is shorter stays with what follows, and is told apart there by its picture."""

_OTHER = 0.6
"""Distance at which neighbouring frames have nothing in common, whatever is near."""


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """Frames of a film between two cuts.

    Attributes:
        first: number of its first frame in the film.
        frames: luma, uint8 (n, h, w).
        seconds: float64 (n,), times in the film.
        changes: float64 (n,), distance of each frame from the one before: half the squared difference
            of the two made unit, which is 1 - correlation, bars left out.
    """

    first: int
    frames: NDArray[np.uint8]
    seconds: NDArray[np.float64]
    changes: NDArray[np.float64]

    def part(self, start: int, stop: int) -> Piece:
        """Some of its frames, by their index in it."""
        part = slice(start, stop)
        return Piece(self.first + start, self.frames[part], self.seconds[part], self.changes[part])

    def cuts_at(self, index: int) -> bool:
        """Whether the picture changes between a frame and the one before as it may at a cut."""
        return 0 < index < len(self.changes) and bool(self.changes[index] >= _CHANGE)

    def seam(self, *, hard: bool = False) -> int:
        """The frame before which it changes most, where a cut may have been taken for motion; 0 for none.

        Args:
            hard: only where the frames on either side have nothing in common.
        """
        inner = self.changes[1:]
        if not len(inner) or inner.max() < (_OTHER if hard else _CHANGE):
            return 0
        return 1 + int(inner.argmax())


class Shots:
    """Takes runs of frames and gives pieces back as soon as they are whole."""

    def __init__(self) -> None:
        self.frames = 0
        self._held: list[NDArray[np.uint8]] = []
        self._seconds: list[float] = []
        self._last: NDArray[np.uint8] | None = None
        self._changes: list[float] = []

    def add(self, frames: NDArray[np.uint8], seconds: NDArray[np.float64]) -> Iterator[Piece]:
        """Take frames (n, h, w) and yield every piece they complete."""
        if not len(frames):
            return
        if self._held and frames.shape[1:] != self._held[0].shape:
            frames = _resized(frames, *self._held[0].shape)
        tiny = _resized(frames, _SIDE, _SIDE)
        changes = _changes(np.concatenate([tiny[:1] if self._last is None else self._last, tiny]))
        self._last = tiny[-1:]
        for frame, second, change in zip(frames, seconds.tolist(), changes.tolist(), strict=True):
            self._changes.append(change)
            self._held.append(frame)
            self._seconds.append(second)
            self.frames += 1
            if len(self._held) > _NEAR:
                yield from self._cut_at(len(self._held) - 1 - _NEAR)
            if len(self._held) >= LONGEST + _NEAR:
                yield self._give(LONGEST)

    def finish(self) -> Iterator[Piece]:
        """What is left when the film has ended."""
        index = max(1, len(self._held) - _NEAR)
        while index < len(self._held):
            before = len(self._held)
            yield from self._cut_at(index)
            index += 1 - (before - len(self._held))
            index = max(1, index)
        if self._held:
            yield self._give(len(self._held))

    def _cut_at(self, index: int) -> Iterator[Piece]:
        """Give the piece before ``index`` when the film cuts there."""
        change = self._changes[index]
        if index < _LEAST or change < _CHANGE:
            return
        around = self._changes[max(1, index - _NEAR) : index] + self._changes[index + 1 : index + 1 + _NEAR]
        sudden = change >= _SUDDEN * max(around, default=0.0)
        if sudden or change >= _OTHER:
            yield self._give(index)

    def _give(self, count: int) -> Piece:
        piece = Piece(
            self.frames - len(self._held),
            np.stack(self._held[:count]),
            np.array(self._seconds[:count]),
            np.array(self._changes[:count]),
        )
        for run in (self._held, self._seconds, self._changes):
            del run[:count]
        return piece


def _resized(frames: NDArray[np.uint8], height: int, width: int) -> NDArray[np.uint8]:
    return np.stack(
        [np.asarray(cv2.resize(f, (width, height), interpolation=cv2.INTER_AREA), np.uint8) for f in frames]
    )


def _changes(tiny: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Distance of each small frame but the first from the one before.

    Bars are left out: sharing them makes pictures no more alike.
    """
    lit: NDArray[np.bool_] = np.maximum(tiny[:-1], tiny[1:]) > _BLACK
    bounds = np.concatenate([_ends(lit, 2), _ends(lit, 1)], axis=1)
    found = np.zeros(len(lit))
    # Nearly always all frames of a run lie within the same bars.
    for box in {tuple(row) for row in bounds.tolist()}:
        top, bottom, left, right = box
        if bottom > top:
            pairs = (bounds == box).all(axis=1)
            units = _units(tiny[:, top:bottom, left:right])
            found[pairs] = ((units[:-1] - units[1:])[pairs] ** 2).sum(axis=(1, 2)) / 2
    return found


def _ends(lit: NDArray[np.bool_], across: int) -> NDArray[np.int64]:
    """First line of each picture that is lit somewhere, and the one after the last: (n, 2); 0 for none."""
    lines = np.asarray(lit.any(axis=across))
    last = lines.shape[1] - lines[:, ::-1].argmax(axis=1)
    return np.stack([lines.argmax(axis=1), np.where(lines.any(axis=1), last, 0)], axis=1)


def _units(pictures: NDArray[np.uint8]) -> NDArray[np.float32]:
    levels = pictures.astype(np.float32)
    levels -= levels.mean(axis=(1, 2), keepdims=True)
    # In a flat frame the noise must not count: it weighs against so many levels everywhere.
    noise = levels[0].size * _NOISE**2
    return np.asarray(levels / np.sqrt((levels**2).sum(axis=(1, 2), keepdims=True) + noise), np.float32)
