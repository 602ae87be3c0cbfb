"""What was done to a copy's picture, beside cutting and coding: to its levels, its colours, and over it.

A comparison evens out light and leaves out what fits worst, so that copies are found whatever was done to
them; here that is measured instead. It is symmetric: which of two came first, pixels do not tell. The bounds
stand where copies that are only coded or cropped part from others (``python -m tests.bench changes``).
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from circletake.fingerprint.comparing import Laid, meeting
from circletake.fingerprint.moves import inside, light, moved
from circletake.fingerprint.recolouring import scaled
from circletake.fingerprint.record import CHROMA
from circletake.model.fingerprint import THUMBNAIL

_LEVELS, _COLOURS = 6.0, 8.0
"""Levels of 255 by which luma and chroma differ in the mean, from which that is told. Copies that were only
coded, scaled, trimmed, mirrored or put between bars reach 4.2 and 5.8."""

_APART = 24
"""Levels of 255 by which a place differs that is told as another picture."""

_ALWAYS = 0.2
"""Share of moments in which such a place may differ less."""

_OVER, _EVEN = 0.003, 2.0
"""Share of the picture from which that is told (such copies reach 0.0009), and levels of luma up to which it
is: a grade clips, and what is clipped differs in place too."""

_AS_IT_IS = 0.25
"""Pixels of a thumbnail up to which a copy lies in the frame as the other does."""

_EDGE = 3
"""Pixels of a thumbnail along the edge that are not looked at, where bars may show."""


@dataclass(frozen=True, slots=True)
class Changes:
    """How the pictures of two takes differ once one lies on the other.

    Attributes:
        levels: mean difference of luma, in levels of 255, where the two show the same.
        colours: the same of chroma.
        over: share of the picture that differs in place all the time, 0-1.
        placed: one lies in the frame as the other does.
    """

    levels: float
    colours: float
    over: float
    placed: bool

    @property
    def told(self) -> tuple[str, ...]:
        """What is large enough to be told, in words; nothing where a copy is cropped or turned.

        Fine detail never lies quite on itself again then, and cannot be told from what was changed.
        """
        if not self.placed:
            return ()
        said = (
            ("other levels", self.levels >= _LEVELS),
            ("other colours", self.colours >= _COLOURS),
            (
                f"{self.over:.1%} of it differs all the time, as by a caption or a logo",
                self.over >= _OVER and self.levels < _EVEN,
            ),
        )
        return tuple(words for words, holds in said if holds)


def changes(laid: Laid) -> Changes:
    """Measure what a laying of one take on another leaves of light, colour and place."""
    moments, theirs = meeting(laid.a, laid.b, laid.timing)
    pictures, warp = (laid.a.thumbnails, laid.b.thumbnails), laid.found.warp
    lumas = moments.of(pictures[0].luma), pictures[1].luma[theirs]
    chromas = moments.of(pictures[0].chroma), pictures[1].chroma[theirs]
    if not laid.ours_wider:
        lumas, chromas = lumas[::-1], chromas[::-1]
    wide, narrow = moved(lumas[0].astype(np.float32), warp), lumas[1].astype(np.float32)
    seen, kept = inside(warp), laid.found.kept
    levels = np.abs(np.median(narrow - wide, axis=0))[kept].mean()
    gain, lift = (float(np.median(each)) for each in light(wide[:, kept], narrow[:, kept]))
    left = np.quantile(np.abs(gain * wide + lift - narrow), _ALWAYS, axis=0)
    within = cv2.erode(
        seen.astype(np.uint8),
        np.ones((3, 3), np.uint8),
        iterations=_EDGE,
        borderType=cv2.BORDER_CONSTANT,
        borderValue=0,
    )
    places = left[within > 0]
    small = scaled(warp)
    planes = [
        np.median(chromas[1][..., plane] - moved(chromas[0][..., plane].astype(np.float32), small), axis=0)
        for plane in (0, 1)
    ]
    ratio = THUMBNAIL // CHROMA
    shared = kept.reshape(CHROMA, ratio, CHROMA, ratio).mean(axis=(1, 3)) > 0.5
    colours = np.hypot(*planes)[shared]
    return Changes(
        float(levels),
        float(colours.mean()) if shared.any() else 0.0,
        float((places > _APART).mean()) if len(places) else 0.0,
        bool(np.abs(warp - np.eye(2, 3)).max() < _AS_IT_IS),
    )
