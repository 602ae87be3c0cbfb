"""Posters and hover sprites as data URIs, small enough together for one file."""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from circletake.protocols import Context

_POSTER_STEPS = ((480, 74), (420, 62), (360, 52), (300, 42), (240, 35))
_SPRITE_STEPS = ((800, 62), (800, 42), (640, 38), (480, 32), (320, 30))
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


def fit_stills(paths: Mapping[str, tuple[Path, Path]], limit: int, ctx: Context) -> dict[str, Stills]:
    """Every take's pictures, together within ``limit`` bytes of file where that can be.

    A picture that fits its share is taken as it is; others are made smaller, step by step.
    """
    # Base64 makes four characters of three bytes.
    share = max(1, (limit - _TEXT_PER_TAKE * len(paths)) * 3 // 4 // max(1, len(paths)))
    fitted: dict[str, Stills] = {}
    for done, (take_id, (poster, sprite)) in enumerate(paths.items(), 1):
        ctx.check_cancelled()
        still, width, height = _fit(poster, share * 9 // 20, _POSTER_STEPS)
        moving, _, _ = _fit(sprite, share * 11 // 20, _SPRITE_STEPS)
        fitted[take_id] = Stills(_uri(still), _uri(moving), width, height)
        ctx.progress(done / len(paths))
    return fitted


def _fit(path: Path, share: int, steps: tuple[tuple[int, int], ...]) -> tuple[bytes, int, int]:
    """The picture as WebP of at most ``share`` bytes, or as small as the last step makes it."""
    from PIL import Image, UnidentifiedImageError

    try:
        raw = path.read_bytes()
        with Image.open(io.BytesIO(raw), formats=("WEBP",)) as opened:
            longest = steps[0][0]
            if len(raw) <= share and max(opened.size) <= longest:
                return raw, *opened.size
            picture = opened.convert("RGB")
    except (OSError, UnidentifiedImageError, Image.DecompressionBombError):
        return b"", 0, 0
    best = b""
    size = picture.size
    for long_side, quality in steps:
        smaller = picture.copy()
        smaller.thumbnail((long_side, long_side), reducing_gap=2.0)
        out = io.BytesIO()
        smaller.save(out, "WEBP", quality=quality, method=2)
        best, size = out.getvalue(), smaller.size
        if len(best) <= share:
            break
    return best, *size


def _uri(webp: bytes) -> str:
    return f"data:image/webp;base64,{base64.b64encode(webp).decode()}" if webp else ""
