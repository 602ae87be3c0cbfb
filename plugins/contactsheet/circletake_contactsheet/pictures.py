"""Posters and hover sprites as data URIs, small enough together for one file."""

from __future__ import annotations

import base64
import io
import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from circletake import Context

POSTER_STEPS = ((640, 60), (480, 60), (360, 50), (280, 40), (200, 35))
SPRITE_STEPS = ((800, 38), (800, 26), (720, 28), (640, 30), (560, 28), (480, 26), (320, 26))
"""Longer side in pixels and WebP quality, from best to smallest."""

_FORMATS = ("JPEG", "WEBP")
_SAMPLE = 6
_TEXT_PER_TAKE = 6_000
"""Bytes of markup around one take's pictures, roughly."""


@dataclass(frozen=True, slots=True)
class Stills:
    """The pictures of one take as data URIs; empty where there is none.

    Attributes:
        width: of the poster, pixels; 0 without one.
    """

    poster: str = ""
    sprite: str = ""
    width: int = 0
    height: int = 0


@dataclass(frozen=True, slots=True)
class _Picture:
    data: bytes = b""
    width: int = 0
    height: int = 0
    mime: str = "image/webp"

    @property
    def uri(self) -> str:
        return f"data:{self.mime};base64,{base64.b64encode(self.data).decode()}" if self.data else ""


def fit_stills(paths: Mapping[str, tuple[Path, Path]], limit: int, ctx: Context) -> dict[str, Stills]:
    """Every take's pictures, about within ``limit`` bytes of file all together.

    What fits is taken as it is. Otherwise posters may have half of the room, sprites the
    rest, and all of a kind are made smaller alike.
    """
    # Base64 makes four characters of three bytes.
    room = max(1, (limit - _TEXT_PER_TAKE * len(paths)) * 3 // 4)
    posters = _fit([poster for poster, _ in paths.values()], room // 2, POSTER_STEPS, ctx)
    left = room - sum(len(p.data) for p in posters)
    sprites = _fit([sprite for _, sprite in paths.values()], left, SPRITE_STEPS, ctx)
    return {
        take_id: Stills(poster.uri, sprite.uri, poster.width, poster.height)
        for take_id, poster, sprite in zip(paths, posters, sprites, strict=True)
    }


def _fit(paths: Sequence[Path], room: int, steps: Sequence[tuple[int, int]], ctx: Context) -> list[_Picture]:
    read = [_read(path) for path in paths]
    total = sum(len(picture.data) for picture in read)
    if total <= room:
        return read
    there = [picture for picture in read if picture.data]
    sample = there[:: max(1, len(there) // _SAMPLE)]
    before = sum(len(picture.data) for picture in sample)
    step = steps[-1]
    for step in steps:
        after = sum(len(_smaller(picture, step).data) for picture in sample)
        if total * after <= room * before:
            break
    made: list[_Picture] = []
    # Pillow lets go of the interpreter while it encodes.
    with ThreadPoolExecutor(min(8, os.cpu_count() or 1)) as pool:
        for done, picture in enumerate(pool.map(lambda each: _smaller(each, step), read), 1):
            made.append(picture)
            ctx.check_cancelled()
            ctx.progress(done / len(read))
    return made


def _read(path: Path) -> _Picture:
    """The picture as it lies on disk; an empty one where it is missing or broken."""
    from PIL import Image

    try:
        data = path.read_bytes()
        with Image.open(io.BytesIO(data), formats=_FORMATS) as opened:
            return _Picture(data, *opened.size, opened.get_format_mimetype() or "image/jpeg")
    except (OSError, Image.DecompressionBombError):
        return _Picture()


def _smaller(picture: _Picture, step: tuple[int, int]) -> _Picture:
    from PIL import Image

    if not picture.data:
        return picture
    long_side, quality = step
    try:
        with Image.open(io.BytesIO(picture.data), formats=_FORMATS) as opened:
            smaller = opened.convert("RGB")
    except OSError:
        return _Picture()
    smaller.thumbnail((long_side, long_side))
    out = io.BytesIO()
    smaller.save(out, "WEBP", quality=quality, method=0)
    return _Picture(out.getvalue(), *smaller.size)
