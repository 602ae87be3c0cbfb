"""What a request asks for, read out of its parameters. What it leaves open the pipeline decides."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

PARAMETERS = {
    "size": "pixels, such as 832x480; each pipeline wants multiples of its own, often 16 or 32",
    "frames": "how many, 2 to 2000; pipelines round it to what they can do",
    "fps": "frames a second of the file, exact: 16, 24, 24000/1001",
    "steps": "of the denoising, 1 to 1000",
    "guidance": "how closely the prompt is followed, 0 to 100",
    "scheduler": "a scheduler of diffusers, such as UniPCMultistepScheduler",
    "flow_shift": "the scheduler's shift of noise, 0 to 100",
    "pipeline": "the class to load instead of the one the model names, such as LTXImageToVideoPipeline",
    "revision": "branch, tag or commit of a model that is named by its id",
    "quality": "H.264 rate factor from 0 (lossless) to 51; 8 where nothing is said",
}
"""The parameters every pipeline takes, in words."""

_CLASS = re.compile(r"[A-Z][A-Za-z0-9]{1,99}")
_REVISION = re.compile(r"\w[\w./-]{0,199}")
_QUALITY = "8"


@dataclass(frozen=True, slots=True)
class Asked:
    """The parameters of one clip; ``None`` or empty where the pipeline decides."""

    size: tuple[int, int] | None
    frames: int | None
    fps: Fraction | None
    steps: int | None
    guidance: float | None
    scheduler: str
    flow_shift: float | None
    pipeline: str
    revision: str
    quality: int


def asked(given: Mapping[str, str]) -> Asked:
    """Read parameters.

    Raises:
        ValueError: one makes no sense; the message names it.
    """
    guidance, shift = _number(given, "guidance", 0, 100), _number(given, "flow_shift", 0, 100)
    return Asked(
        size=_size(given["size"]) if given.get("size") else None,
        frames=_whole(given, "frames", 2, 2000),
        fps=_number(given, "fps", Fraction(1, 10), 240),
        steps=_whole(given, "steps", 1, 1000),
        guidance=None if guidance is None else float(guidance),
        scheduler=_named(given, "scheduler", _CLASS, "the name of a class"),
        flow_shift=None if shift is None else float(shift),
        pipeline=_named(given, "pipeline", _CLASS, "the name of a class"),
        revision=_revision(given),
        quality=_whole({"quality": _QUALITY, **given}, "quality", 0, 51) or 0,
    )


def seed_of(text: str) -> int:
    """The seed as a number that torch takes.

    Raises:
        ValueError: it is none.
    """
    if not (text.isascii() and text.isdecimal() and len(text) <= 20 and int(text) < 2**63):
        raise ValueError(f"seed: {text!r} is not a whole number from 0 to 2^63-1")
    return int(text)


def _size(text: str) -> tuple[int, int]:
    width, _, height = text.partition("x")
    if not (width.isdecimal() and height.isdecimal()):
        raise ValueError(f"size: {text!r} is not like 832x480")
    sides = int(width), int(height)
    if any(side % 2 or not 16 <= side <= 8192 for side in sides):
        raise ValueError(f"size: {text} must be even numbers from 16 to 8192")
    return sides


def _number(given: Mapping[str, str], name: str, low: Fraction | int, high: int) -> Fraction | None:
    if not given.get(name):
        return None
    try:
        number = Fraction(given[name])
    except (ValueError, ZeroDivisionError) as error:
        raise ValueError(f"{name}: {given[name]!r} is not a number") from error
    if not low <= number <= high:
        raise ValueError(f"{name}: {given[name]} is not within {float(low):g} to {high}")
    return number


def _whole(given: Mapping[str, str], name: str, low: int, high: int) -> int | None:
    number = _number(given, name, low, high)
    if number is not None and number.denominator != 1:
        raise ValueError(f"{name}: {given[name]} is not a whole number")
    return None if number is None else int(number)


def _named(given: Mapping[str, str], name: str, pattern: re.Pattern[str], what: str) -> str:
    value = given.get(name, "")
    if value and not pattern.fullmatch(value):
        raise ValueError(f"{name}: {value!r} is not {what}")
    return value


def _revision(given: Mapping[str, str]) -> str:
    revision = _named(given, "revision", _REVISION, "a branch, tag or commit")
    if ".." in revision:
        raise ValueError(f"revision: {revision!r} is not a branch, tag or commit")
    return revision
