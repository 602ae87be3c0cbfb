"""How one take lies on another, measured in pixels: in time, in the frame, and in what moves."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Alignment:
    """Take ``b`` laid on take ``a``; a moment ``t`` of ``b`` shows ``a`` at ``offset + speed * t``.

    Everything but time is measured after registration: ``b``'s frames are moved, scaled and
    brought to the brightness of ``a``'s, and the tenth or so that fits worst (a caption, a logo)
    is left out.

    Attributes:
        distance: mean Hamming distance of the registered frames' pHash, of 256 bits.
        picture: median correlation of the registered frames, -1 to 1.
        worst: correlation of the frame that fits worst.
        motion: correlation of what changes over time; a sibling made from the same still parts here.
        places: the same for the tenth of moving places that fits worst.
        moving: share of the picture that moves visibly, 0-1.
        peak: correlation of what changes over time where it changes most, which is all that a
            nearly still take has.
        liveliness: by how many levels of 255 that place changes.
        drift: how far the places that fit worst lie from where they should, as a share of the width;
            what moves otherwise in a sibling does, however alike the pictures.
        offset: seconds.
        speed: 1.25 where ``b`` was played a quarter faster.
        overlap: share of the shorter take that was compared, 0-1.
        extent: share of the longer one.
        flipped: ``b`` is mirrored.
        zoom: share of ``a``'s width or height that ``b`` does not show; negative where ``a`` is the
            closer one.
        colour: levels of chroma, 0-255, by which the colours differ beyond what one grade explains;
            255 where they do not even lie alike.
        texture: how much of the weak detail of one the other shows, 0-1; little where it was painted smooth.
        flat: share of compared frames too flat to judge by.
        frames: how many pairs of frames were compared.
    """

    distance: float
    picture: float
    worst: float
    motion: float
    places: float
    moving: float
    peak: float
    liveliness: float
    drift: float
    offset: float
    speed: float
    overlap: float
    extent: float
    flipped: bool
    zoom: float
    colour: float
    texture: float
    flat: float
    frames: int

    @property
    def still(self) -> bool:
        """Whether too little moves for motion to tell siblings from copies."""
        return self.moving < STILL

    @property
    def reversed(self) -> Alignment:
        """The same seen from ``b``: how ``a`` lies on it."""
        from dataclasses import replace

        return replace(self, offset=-self.offset / self.speed, speed=1 / self.speed, zoom=-self.zoom)


COMPARISON = "2.5"
"""Version of the comparison; raised when the same two fingerprints would give other numbers."""

STILL = 0.12
"""Share of the picture that must move before a verdict may rest on motion."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two takes that were compared and are alike enough to remember."""

    a_id: str
    b_id: str
    alignment: Alignment
