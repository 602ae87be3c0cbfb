"""What a request asks for, read out of its parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from circletake import GenerationRequest

DEFECTS = ("none", "black", "frozen", "flicker")

PARAMETERS = {
    "size": "pixels, such as 640x360; even numbers from 16 to 3840",
    "rate": "frames a second from 1 to 60, exact: 24, 16, 24000/1001",
    "seconds": "length from 0.5 to 60",
    "quality": "H.264 rate factor from 0 (best) to 51",
    "start": "seconds of the same picture to leave out at the beginning, 0 to 10",
    "defect": "none, or a fault for tests and demonstrations: black, frozen, flicker",
}
"""The parameters every look takes, in words."""

_DEFAULTS = {"size": "640x360", "rate": "24", "seconds": "5", "quality": "20", "start": "0", "defect": "none"}


@dataclass(frozen=True, slots=True)
class Asked:
    """The parameters of one clip. One seed is one picture, whatever these say."""

    width: int
    height: int
    rate: Fraction
    seconds: Fraction
    quality: int
    start: Fraction
    defect: str

    @property
    def frames(self) -> int:
        """How many frames the clip has."""
        return max(1, round(self.seconds * self.rate))


def parameters(request: GenerationRequest) -> dict[str, str]:
    """Every parameter in force for a request, defaults filled in."""
    given = request.parameters or {}
    return {name: str(given.get(name, default)) for name, default in _DEFAULTS.items()}


def asked(values: Mapping[str, str]) -> Asked:
    """Read parameters.

    Raises:
        ValueError: one makes no sense; the message names it.
    """
    width, height = _size(values["size"])
    defect = values["defect"]
    if defect not in DEFECTS:
        raise ValueError(f"defect: {defect!r} is none of {', '.join(DEFECTS)}")
    return Asked(
        width,
        height,
        rate=_number(values, "rate", 1, 60),
        seconds=_number(values, "seconds", Fraction(1, 2), 60),
        quality=int(_number(values, "quality", 0, 51)),
        start=_number(values, "start", 0, 10),
        defect=defect,
    )


def _size(text: str) -> tuple[int, int]:
    width, _, height = text.partition("x")
    if not (width.isdecimal() and height.isdecimal()):
        raise ValueError(f"size: {text!r} is not like 640x360")
    sides = int(width), int(height)
    if any(side % 2 or not 16 <= side <= 3840 for side in sides):
        raise ValueError(f"size: {text} must be even numbers from 16 to 3840")
    return sides


def _number(values: Mapping[str, str], name: str, low: Fraction | int, high: int) -> Fraction:
    try:
        number = Fraction(values[name])
    except (ValueError, ZeroDivisionError) as error:
        raise ValueError(f"{name}: {values[name]!r} is not a number") from error
    if not low <= number <= high:
        raise ValueError(f"{name}: {values[name]} is not within {float(low):g} to {high}")
    return number
