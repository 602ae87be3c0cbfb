"""Making hostile text safe to show: one function for each place that shows it.

Prompts, titles, tags and file names come from strangers. HTML is escaped by the template
engine; terminals, CSV files and file names are served here.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fractions import Fraction

_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_BYTE = re.compile("[\udc80-\udcff]")
_JOINERS = {"\u200d", "\ufe0f"}
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def natural(text: str) -> list[tuple[int, int, str]]:
    """Sort key under which ``take 9`` comes before ``take 10``; different texts never tie."""
    parts = (
        (1, int(part), "") if part.isdecimal() and len(part) < 400 else (0, 0, part.casefold())
        for part in re.split(r"(\d+)", text)
        if part
    )
    return [*parts, (-1, 0, text)]


def printable(text: str, width: int | None = None) -> str:
    """``text`` on one line, without control, escape or bidi characters.

    A byte of a file name that is no UTF-8 is shown as ``\\xff``, so that two such names are told apart.

    Args:
        width: cut to this many characters, the last one an ellipsis.
    """
    kept = (
        text
        if text.isprintable()
        else "".join(
            " " if char.isspace() else char
            for char in _told_bytes(text)
            if char.isspace() or char in _JOINERS or unicodedata.category(char) not in _HIDDEN
        )
    )
    line = " ".join(kept.split())
    if width is not None and len(line) > width:
        return line[: max(0, width - 1)].rstrip() + "…"
    return line


def _told_bytes(text: str) -> str:
    """``text`` with the bytes that Python keeps of a name that is no UTF-8 spelt out."""
    return _BYTE.sub(lambda found: f"\\x{ord(found[0]) - 0xDC00:02x}", text)


_FINGERPRINT = re.compile(r"(?:[0-9A-Fa-f]{2}:){15,63}[0-9A-Fa-f]{2}")


def fitted(text: str, width: int | None) -> str:
    """``text`` made printable and cut in its middle: of a path, where it begins and how it ends both tell.

    Args:
        width: characters; as long as it is without one.
    """
    line = printable(text)
    if width is None or len(line) <= width:
        return line
    tail = (width - 1) * 3 // 5
    return f"{line[: width - 1 - tail]}…{line[-tail:]}"


def with_fingerprints(text: str, width: int) -> str:
    """``text`` made printable and cut, but no fingerprint in it: somebody is to compare that."""
    line = printable(text)
    ends = [found.end() for found in _FINGERPRINT.finditer(line)][:2]
    return printable(line, max(width, *(end + 1 + len(line[end:][:60]) for end in ends), 0))


def csv_cell(text: str) -> str:
    """``text`` for a spreadsheet: one that would be read as a formula is quoted with an apostrophe.

    Source: OWASP, CSV Injection.
    """
    told = _told_bytes(text)
    shown = "".join(c for c in told if c in "\n\t" or unicodedata.category(c) not in _HIDDEN or c in _JOINERS)
    return f"'{shown}" if shown.startswith(_FORMULA) else shown


def csv_value(cell: str) -> str:
    """What :func:`csv_cell` was given, so that a table can come back."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_FORMULA) else cell


def file_stem(text: str, limit: int = 60) -> str:
    """``text`` as a file name without suffix that every system and editor takes."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    stem = re.sub(r"[^A-Za-z0-9._-]+", "_", plain).strip("._-")[:limit].rstrip("._-")
    if not stem or stem.upper() in {"CON", "PRN", "AUX", "NUL"} or re.fullmatch(r"(?i)(com|lpt)\d", stem):
        return f"{stem or 'untitled'}_" if stem else "untitled"
    return stem


def counted(number: int, one: str, many: str = "") -> str:
    """``1 take``, ``12 takes``; ``many`` where an s does not make it so: ``2 people``."""
    return f"{number} {one if number == 1 else many or f'{one}s'}"


def human_size(size: int) -> str:
    """``41.2 GB``; decimal units, as disks are sold."""
    value = float(size)
    for unit in ("B", "kB", "MB", "GB"):
        if value < 1000:
            return f"{value:.0f} {unit}" if unit == "B" else f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:.1f} TB"


def clock(seconds: Fraction | float) -> str:
    """``3:29``; under ten seconds with a tenth: ``0:08.4``."""
    from fractions import Fraction

    value = Fraction(seconds)
    if value < 10 and value != int(value):
        tenths = round(value * 10)
        return f"{tenths // 600}:{tenths // 10 % 60:02d}.{tenths % 10}"
    whole = round(value)
    return f"{whole // 60}:{whole % 60:02d}"
