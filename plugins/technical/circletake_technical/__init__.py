"""Technical scorers: what can be measured of a take without a trained model.

Each scorer is one small module. All look at luma 0-255; those about time share one small
conversion of every frame, those about texture share two full frames a second.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from circletake import hookimpl


@hookimpl
def circletake_scorers() -> Iterable[Any]:
    """Sharpness, exposure, flicker, motion, black, frozen, cuts, blockiness and sound."""
    from circletake_technical.black import Black
    from circletake_technical.blockiness import Blockiness
    from circletake_technical.cuts import UnexpectedCut
    from circletake_technical.exposure import Exposure
    from circletake_technical.flicker import Flicker
    from circletake_technical.frozen import Frozen
    from circletake_technical.motion import Motion
    from circletake_technical.sharpness import Sharpness
    from circletake_technical.sound import Sound

    yield from (
        Sharpness(),
        Exposure(),
        Flicker(),
        Motion(),
        Black(),
        Frozen(),
        UnexpectedCut(),
        Blockiness(),
        Sound(),
    )
