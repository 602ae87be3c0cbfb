"""Ways in which one take may show another, by low frequencies: mirrored, zoomed, either of them wider."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from circletake.fingerprint.looks import Look
from circletake.fingerprint.low import mirror_units
from circletake.fingerprint.registration import spread
from circletake.fingerprint.views import View

if TYPE_CHECKING:
    from numpy.typing import NDArray

_NARROW_SAMPLES, _WIDE_SAMPLES = 12, 96
_TRIED = 3
_OF_EACH = 2


@dataclass(frozen=True, slots=True, eq=False)
class Guess:
    """A way in which one take may show the other.

    Attributes:
        ours_wider: ``a`` shows more of the picture, ``b`` a view of it; otherwise the other way.
        vectors: unit vectors of the wider one's samples through the view.
    """

    b: Look
    flipped: bool
    ours_wider: bool
    view: View
    vectors: NDArray[np.float32]

    def likeness(self, a: Look) -> NDArray[np.float32]:
        """(len(a), len(b)), of low frequencies through the view."""
        narrow = self.b if self.ours_wider else a
        alike = self.vectors @ narrow.vectors.T
        return alike if self.ours_wider else alike.T


def guesses(a: Look, b: Look, *, piece: bool = False) -> list[Guess]:
    """The likeliest ways, by how well every sample of the shorter take finds one in the longer.

    Args:
        piece: every sample of ``b``, whichever is shorter.
    """
    ways: list[tuple[float, bool, bool, View, NDArray[np.float32]]] = []
    for ours_wider in (True, False):
        wide, narrow = (a, b) if ours_wider else (b, a)
        vectors, through = wide.through(narrow.aspect)
        few, many = spread(len(narrow.seconds), _NARROW_SAMPLES), spread(len(wide.seconds), _WIDE_SAMPLES)
        # Mirroring the one or the other makes two pictures as much alike.
        asked = narrow.vectors[few]
        alike = vectors[:, many] @ np.concatenate((asked, mirror_units(asked))).T
        alike = alike.reshape(*alike.shape[:2], 2, len(few))
        shorter = ours_wider if piece else narrow.fingerprint.length <= wide.fingerprint.length
        scores = alike.max(axis=1).mean(axis=2) if shorter else alike.max(axis=3).mean(axis=1)
        for flipped, column in enumerate(scores.T):
            ways += [
                (float(column[pick]), bool(flipped), ours_wider, through[pick], vectors[pick])
                for pick in np.argsort(-column)[:_OF_EACH]
            ]
    ways.sort(key=lambda way: -way[0])
    return [_guess(b, *way[1:]) for way in ways[:_TRIED]]


def _guess(b: Look, flipped: bool, ours_wider: bool, view: View, vectors: NDArray[np.float32]) -> Guess:
    if not flipped:
        return Guess(b, flipped, ours_wider, view, vectors)
    if ours_wider:
        return Guess(b.mirrored, flipped, ours_wider, view, vectors)
    return Guess(b.mirrored, flipped, ours_wider, view.mirrored, mirror_units(vectors))
