"""The fingerprint's record: bytes for the registry, and back."""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from circletake.errors import LibraryError
from circletake.model.fingerprint import THUMBNAIL, VERSION, Fingerprint

if TYPE_CHECKING:
    from numpy.typing import NDArray

CHROMA = 16
"""Pixels of each side of a thumbnail's colour."""

_HEADER = struct.Struct("<4sII5f")
_MAGIC = b"CTFP"
_WIDTHS = (4, 8, 32, 64, 1)
_QUALITY = 90
_COLUMNS = 16
_SIZES = struct.Struct("<II")


@dataclass(frozen=True, slots=True, eq=False)
class Thumbnails:
    """The pictures that were hashed.

    Attributes:
        luma: (n, 64, 64), 0-255; uint8 as kept, float32 between samples.
        chroma: (n, 16, 16, 2), Cr and Cb, 128 for gray.
    """

    luma: NDArray[Any]
    chroma: NDArray[Any]


def pack(fingerprint: Fingerprint) -> bytes:
    """A fingerprint as bytes for the registry."""
    count = len(fingerprint.seconds)
    head = _HEADER.pack(_MAGIC, int(fingerprint.version), count, *fingerprint.crop, fingerprint.aspect)
    arrays = (fingerprint.bits64, fingerprint.bits256, fingerprint.low, fingerprint.detail)
    return head + fingerprint.seconds.astype("<f4").tobytes() + b"".join(a.tobytes() for a in arrays)


def unpack(data: bytes) -> Fingerprint:
    """What :func:`pack` wrote.

    Raises:
        LibraryError: the record is damaged or of a version this circletake does not read.
    """
    try:
        magic, version, count, *crop, aspect = _HEADER.unpack_from(data)
    except struct.error as error:
        raise _damaged() from error
    if magic != _MAGIC or str(version) != VERSION or len(data) != _HEADER.size + count * sum(_WIDTHS):
        raise _damaged()
    parts: list[NDArray[np.uint8]] = []
    at = _HEADER.size
    for width in _WIDTHS:
        parts.append(np.frombuffer(data, np.uint8, count * width, at).reshape(count, width))
        at += count * width
    seconds = parts[0].copy().view("<f4").reshape(-1).astype(np.float32)
    if not (0 < aspect < math.inf and _rise(seconds)):
        raise _damaged()
    left, top, right, bottom = crop
    return Fingerprint(
        seconds,
        parts[1],
        parts[2],
        parts[3].view(np.int8),
        parts[4][:, 0],
        (left, top, right, bottom),
        aspect,
    )


def unpack_all(packed: Mapping[str, bytes]) -> tuple[dict[str, Fingerprint], set[str]]:
    """Fingerprints of takes by id, and the ids of those whose record is damaged."""
    prints: dict[str, Fingerprint] = {}
    for take_id, data in packed.items():
        try:
            prints[take_id] = unpack(data)
        except LibraryError:
            continue
    return prints, set(packed.keys() - prints.keys())


def pack_thumbnails(thumbnails: Thumbnails) -> bytes:
    """Thumbnails as two JPEG sheets; tiles lie on JPEG's own blocks and do not touch each other."""
    sheets = (thumbnails.luma, *np.moveaxis(thumbnails.chroma, -1, 0))
    luma, chroma = _sheet(sheets[0]), np.concatenate([_sheet(plane) for plane in sheets[1:]])
    coded = [_encode(luma), _encode(chroma)]
    return _SIZES.pack(len(thumbnails.luma), len(coded[0])) + b"".join(coded)


def unpack_thumbnails(data: bytes) -> Thumbnails:
    """What :func:`pack_thumbnails` wrote.

    Raises:
        LibraryError: the record is damaged.
    """
    try:
        count, length = _SIZES.unpack_from(data)
    except struct.error as error:
        raise _damaged() from error
    at = _SIZES.size
    luma = _tiles(_decode(data[at : at + length]), THUMBNAIL, count)
    both = _decode(data[at + length :])
    middle = len(both) // 2
    chroma = [_tiles(half, CHROMA, count) for half in (both[:middle], both[middle:])]
    return Thumbnails(luma, np.stack(chroma, axis=-1))


def unpack_both(data: bytes, pictures: bytes) -> tuple[Fingerprint, Thumbnails]:
    """What :func:`pack` and :func:`pack_thumbnails` wrote of one take.

    Raises:
        LibraryError: one of them is damaged, or they are not of the same samples.
    """
    fingerprint, thumbnails = unpack(data), unpack_thumbnails(pictures)
    if len(fingerprint.seconds) != len(thumbnails.luma):
        raise _damaged()
    return fingerprint, thumbnails


def _sheet(tiles: NDArray[np.uint8]) -> NDArray[np.uint8]:
    count, side = tiles.shape[:2]
    columns = min(_COLUMNS, max(1, count))
    rows = max(1, -(-count // columns))
    padded = np.zeros((rows * columns, side, side), np.uint8)
    padded[:count] = tiles
    return padded.reshape(rows, columns, side, side).swapaxes(1, 2).reshape(rows * side, columns * side)


def _tiles(sheet: NDArray[np.uint8], side: int, count: int) -> NDArray[np.uint8]:
    rows, columns = sheet.shape[0] // side, sheet.shape[1] // side
    if rows * columns < count:
        raise _damaged()
    tiles = sheet[: rows * side, : columns * side].reshape(rows, side, columns, side)
    return np.ascontiguousarray(tiles.swapaxes(1, 2).reshape(-1, side, side)[:count])


def _encode(sheet: NDArray[np.uint8]) -> bytes:
    done, coded = cv2.imencode(".jpg", sheet, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    if not done:
        raise LibraryError("a fingerprint", "its thumbnails cannot be written", "circletake doctor")
    return coded.tobytes()


def _decode(data: bytes) -> NDArray[np.uint8]:
    try:
        sheet = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE) if data else None
    except cv2.error as error:
        raise _damaged() from error
    if sheet is None:
        raise _damaged()
    return np.asarray(sheet, np.uint8)


def _rise(seconds: NDArray[np.float32]) -> bool:
    """Whether times are numbers and none is before the last; asked so that what is no number fails."""
    if not len(seconds):
        return True
    return -math.inf < seconds[0] and seconds[-1] < math.inf and bool((seconds[1:] >= seconds[:-1]).all())


def _damaged() -> LibraryError:
    return LibraryError("a fingerprint", "its record is damaged", "circletake analyze --again")
