"""Aligned frames as a picture: one take above, the other laid on it below, then what differs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from circletake.errors import MediaError
from circletake.fingerprint.bars import Crop
from circletake.fingerprint.comparing import Laid
from circletake.fingerprint.looks import Look
from circletake.model.fingerprint import THUMBNAIL
from circletake.model.still import Still

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Picture = NDArray[np.uint8]

_WIDTH = 300
_HEIGHTS = (120, 420)
_LINE = 20
_GAP = 4
_LOUDER = 3
"""Differences are shown so many times stronger than they are."""

PICTURE_MARK = b"circletake dedupe --explain"
"""The comment of every picture made here, by which it can be told from anybody else's."""

_PAPER, _INK, _OUTSIDE = 24, 220, 64
_QUALITY = 88


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment that both takes show, in seconds of each."""

    a: float
    b: float


def moments(laid: Laid, most: int) -> tuple[Moment, ...]:
    """At most ``most`` moments over all that was compared."""
    theirs = laid.timing.theirs
    few = np.unique(np.linspace(0, len(theirs) - 1, min(len(theirs), most)).round().astype(int))
    last = float(laid.a.seconds[-1])
    at = laid.b.seconds[theirs[few]]
    return tuple(
        Moment(min(last, max(0.0, laid.timing.offset + laid.timing.speed * float(t))), float(t)) for t in at
    )


def compose(
    laid: Laid,
    at: Sequence[Moment],
    names: tuple[str, str],
    stills: tuple[Sequence[Still] | None, Sequence[Still] | None],
) -> bytes:
    """A JPEG file: a column for each moment; the first take, the second on it, and their difference.

    Args:
        names: of the two takes.
        stills: their frames at these moments; ``None`` shows the thumbnails of the record.

    Raises:
        MediaError: a still cannot be read.
    """
    height = int(np.clip(round(_WIDTH / laid.a.aspect), *_HEIGHTS))
    columns = []
    for index, moment in enumerate(at):
        ours, theirs = (
            _inside(look, given[index]) if given else _thumbnail(look, second)
            for look, given, second in zip((laid.a, laid.b), stills, (moment.a, moment.b), strict=True)
        )
        if laid.flipped and stills[1]:
            theirs = np.ascontiguousarray(theirs[:, ::-1])
        columns.append(_column(laid, ours, theirs, height, moment, names))
    sheet = np.concatenate(columns, axis=1) if columns else np.full((_LINE, _WIDTH, 3), _PAPER, np.uint8)
    done, coded = cv2.imencode(".jpg", sheet, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    if not done:
        raise MediaError("the picture", "cannot be written as JPEG", "circletake doctor")
    return _marked(coded.tobytes())


def _marked(jpeg: bytes) -> bytes:
    """The file with our comment behind its first segment (ITU-T T.81, B.2.4.5)."""
    after = 4 + int.from_bytes(jpeg[4:6], "big")
    comment = b"\xff\xfe" + (len(PICTURE_MARK) + 2).to_bytes(2, "big") + PICTURE_MARK
    return jpeg[:after] + comment + jpeg[after:]


def _column(
    laid: Laid, ours: Picture, theirs: Picture, height: int, moment: Moment, names: tuple[str, str]
) -> Picture:
    above = np.asarray(cv2.resize(ours, (_WIDTH, height), interpolation=cv2.INTER_AREA), np.uint8)
    below, covered = _laid(laid, theirs, height)
    shown = below.copy()
    shown[~covered] = _OUTSIDE
    rows = (
        (f"{names[0]}  {moment.a:.2f} s", above),
        (f"{names[1]}  {moment.b:.2f} s{'  mirrored' if laid.flipped else ''}", shown),
        (f"difference x{_LOUDER}", _difference(above, below, covered)),
    )
    parts = [part for words, picture in rows for part in (_words(words), picture)]
    column = np.concatenate(parts)
    return np.pad(column, ((0, _GAP), (0, _GAP), (0, 0)), constant_values=_PAPER)


def _laid(laid: Laid, theirs: Picture, height: int) -> tuple[Picture, NDArray[np.bool_]]:
    """The second take as it lies on the first, and where it does."""
    size = (_WIDTH, height)
    # Thumbnails squeeze both pictures into squares; a pixel's middle is its place.
    to_square = _scaling(THUMBNAIL / _WIDTH, THUMBNAIL / height)
    from_square = _scaling(theirs.shape[1] / THUMBNAIL, theirs.shape[0] / THUMBNAIL)
    warp = np.vstack((laid.found.warp, (0.0, 0.0, 1.0)))
    ours_to_theirs = np.linalg.inv(warp) if laid.ours_wider else warp
    move = (from_square @ ours_to_theirs @ to_square)[:2]
    # Warping picks single pixels; blurred first, a large frame does not sparkle when made small.
    shrink = theirs.shape[1] / _WIDTH
    soft = cv2.GaussianBlur(theirs, (0, 0), shrink / 2.5) if shrink > 1.5 else theirs
    how = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    picture = cv2.warpAffine(soft, move, size, flags=how, borderMode=cv2.BORDER_REPLICATE)
    everywhere = np.full(theirs.shape[:2], 255, np.uint8)
    covered = cv2.warpAffine(everywhere, move, size, flags=how, borderMode=cv2.BORDER_CONSTANT)
    return np.asarray(picture, np.uint8), np.asarray(covered) > 127


def _scaling(across: float, down: float) -> NDArray[np.float64]:
    return np.array([[across, 0, across / 2 - 0.5], [0, down, down / 2 - 0.5], [0, 0, 1]])


def _difference(above: Picture, below: Picture, covered: NDArray[np.bool_]) -> Picture:
    """What is left of brightness once both have the same light; gray where only one shows anything."""
    out = np.full(above.shape, _OUTSIDE, np.uint8)
    if not covered.any():
        return out
    a, b = (cv2.cvtColor(p, cv2.COLOR_BGR2GRAY).astype(np.float32)[covered] for p in (above, below))
    gain = float(((a - a.mean()) * (b - b.mean())).sum() / (((b - b.mean()) ** 2).sum() + 1e-3))
    left = np.abs(a - a.mean() - gain * (b - b.mean())) * _LOUDER
    out[covered] = np.clip(left, 0, 255).astype(np.uint8)[:, None]
    return out


def _words(text: str) -> Picture:
    line = np.full((_LINE, _WIDTH, 3), _PAPER, np.uint8)
    plain = text.encode("ascii", "replace").decode()
    cv2.putText(
        line, plain, (4, _LINE - 6), cv2.FONT_HERSHEY_SIMPLEX, 0.42, (_INK, _INK, _INK), 1, cv2.LINE_AA
    )
    return line


def _inside(look: Look, still: Still) -> Picture:
    """The still without its bars."""
    picture = cv2.imdecode(np.frombuffer(still.jpeg, np.uint8), cv2.IMREAD_COLOR)
    if picture is None:
        raise MediaError("a frame", "cannot be read back", "circletake doctor")
    return np.ascontiguousarray(Crop(*look.fingerprint.crop).of(np.asarray(picture, np.uint8)[None])[0])


def _thumbnail(look: Look, second: float) -> Picture:
    """The small picture of the record nearest to a moment."""
    index = int(np.abs(look.seconds - second).argmin())
    luma = np.asarray(look.thumbnails.luma[index], np.uint8)
    size = (luma.shape[1], luma.shape[0])
    chroma = cv2.resize(np.asarray(look.thumbnails.chroma[index], np.uint8), size)
    ycrcb = np.concatenate((luma[..., None], np.asarray(chroma, np.uint8)), axis=-1)
    return np.asarray(cv2.cvtColor(ycrcb, cv2.COLOR_YCrCb2BGR), np.uint8)
