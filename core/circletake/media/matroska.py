"""Whether a Matroska or WebM file stops in the midst of something, told by the lengths it states itself."""

from __future__ import annotations

from typing import BinaryIO

MAGIC = b"\x1a\x45\xdf\xa3"
"""How every EBML file begins (RFC 8794, 11.2.1)."""

_SEGMENT, _CLUSTER = 0x18538067, 0x1F43B675
"""The two elements whose length may be left open, as in what was recorded live (RFC 9559, 5.1)."""

_MOST = 2_000_000
"""Elements after which nobody asks any further: hours of film, each picture an element of its own."""


def ends_early(file: BinaryIO, size: int) -> bool:
    """Whether an element reaches beyond the end of the file.

    One of open length is entered and its parts are asked. A file that breaks off exactly between
    two parts of such a one cannot be told from a whole one.

    Args:
        size: bytes of the file.
    """
    at = 0
    for _ in range(_MOST):
        if at >= size:
            return at > size
        file.seek(at)
        head = file.read(12)
        name, used = _number(head, 4, marked=True)
        length, more = _number(head[used:], 8, marked=False)
        if not used or not more:
            # A head that the end cuts off is a part that is missing; anything else is no element.
            return at + len(head) == size and len(head) < 12 and any(head)
        at += used + more
        if length is None:
            if name not in (_SEGMENT, _CLUSTER):
                return False
        else:
            at += length
    return False


def _number(data: bytes, longest: int, *, marked: bool) -> tuple[int | None, int]:
    """A number of variable size (RFC 8794, 4) and its bytes, 0 for none; ``None`` for an open length."""
    if not data or not data[0]:
        return None, 0
    used = 9 - data[0].bit_length()
    if used > longest or used > len(data):
        return None, 0
    value = int.from_bytes(data[:used], "big")
    if marked:
        return value, used
    value &= (1 << 7 * used) - 1
    return (None if value == (1 << 7 * used) - 1 else value), used
