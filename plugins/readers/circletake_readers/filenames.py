"""What the names of downloaded files still tell: Sora's and Runway's web exports.

Name patterns were checked against real downloads; neither holds the whole prompt.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import PurePosixPath

from circletake import About, Evidence, Field, NoSettings, RecipeClaim, SourceFile

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_SORA = re.compile(
    r"(?P<day>\d{8})_(?P<time>\d{4})_(?P<title>.{0,200}?)_(?:simple_compose|remix|storyboard|blend|loop)"
    r"_(?P<ulid>01[0-9a-hjkmnp-tv-z]{24})(?:_\d{1,2})?",
    re.IGNORECASE,
)
_RUNWAY = re.compile(
    r"(?P<model>Gen-?\s?\d(?:\.\d)?(?: Alpha)?(?: Turbo)?) (?P<seed>\d{1,12})(?P<rest>, .*)?", re.IGNORECASE
)
_RUNWAY_TAIL = re.compile(r",? ?\bM ?\d{1,2}$")


def ulid_time(ulid: str) -> datetime:
    """Creation time (UTC, milliseconds) in the first 48 bits of a ULID.

    Source: the ULID specification, Crockford base 32, big endian.
    """
    milliseconds = 0
    for char in ulid[:10].upper():
        milliseconds = milliseconds * 32 + _CROCKFORD.index(char)
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def _stem(source: SourceFile) -> str:
    stem = PurePosixPath(source.name).stem
    return re.sub(r" ?\(\d{1,3}\)$", "", stem)[:400]


def _said(source: SourceFile, by: str, *pairs: tuple[str, str]) -> Iterator[RecipeClaim]:
    for field, value in pairs:
        if value:
            yield RecipeClaim(field, value, Evidence.FILENAME, source.name, by)


class SoraNames:
    """``YYYYMMDD_HHMM_<Title>_simple_compose_01<ULID>[_N].mp4``. The title is not the prompt."""

    about = About("sora_names", "creation time and title from Sora's web export names", "1", NoSettings)

    def read(self, source: SourceFile, settings: NoSettings) -> Iterable[RecipeClaim]:
        """Generator, title and the ULID's time."""
        match = _SORA.fullmatch(_stem(source))
        if match is None:
            return
        created = ulid_time(match["ulid"]).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        yield from _said(
            source,
            "Sora file name",
            (Field.GENERATOR, "sora"),
            (Field.CREATED, created),
            (Field.TITLE, match["title"].replace("_", " ").strip()),
        )


class RunwayNames:
    """``Gen-3 Alpha Turbo <seed>, <start of the prompt>, M 5.mp4`` and ``Gen-4 Turbo <seed>.mp4``."""

    about = About("runway_names", "model and seed from Runway's web export names", "1", NoSettings)

    def read(self, source: SourceFile, settings: NoSettings) -> Iterable[RecipeClaim]:
        """Generator, model, seed and the first words of the prompt, as a prefix only."""
        match = _RUNWAY.fullmatch(_stem(source))
        if match is None:
            return
        rest = _RUNWAY_TAIL.sub("", match["rest"] or "").removeprefix(", ")
        prefix, _, image = rest.partition("Cropped - ")
        yield from _said(
            source,
            "Runway file name",
            (Field.GENERATOR, "runway"),
            (Field.MODEL, match["model"]),
            (Field.SEED, match["seed"]),
            (Field.PROMPT_PREFIX, prefix.strip().rstrip(",").strip()),
            ("input.image", image.strip()),
        )
