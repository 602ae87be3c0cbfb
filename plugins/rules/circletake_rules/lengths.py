"""Is a video shorter than it was when it was released?"""

from __future__ import annotations

from fractions import Fraction

from circletake import FileCase

TOLERANCE = 0.25
"""Seconds that encoding again may take from the length of a clip."""


def shortened(file: FileCase) -> str:
    """``0.5 of 1.0 s are here``; empty where it is as long as the record says, or nobody knows."""
    if file.recorded is None or not file.recorded.seconds or file.media is None:
        return ""
    length = float(Fraction(file.recorded.seconds))
    return (
        f"{file.media.seconds:.1f} of {length:.1f} s are here"
        if file.media.seconds < length - TOLERANCE
        else ""
    )
