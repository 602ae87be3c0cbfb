"""A take: one generated (or filmed) clip and the facts of its file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from fractions import Fraction

from circletake.model.text import natural


class Origin(StrEnum):
    """Where a clip came from, as declared on import."""

    GENERATED = "generated"
    CAMERA = "camera"


class Declaration(StrEnum):
    """What somebody said about a song or a piece of footage they brought.

    ``ALGORITHM``: by rules or arithmetic, without a model trained on data.
    """

    HUMAN = "human-made"
    AI = "ai-made"
    ALGORITHM = "made by an algorithm"
    UNDECLARED = "undeclared"


@dataclass(frozen=True, slots=True)
class AudioFacts:
    """The first audio stream of a file.

    Attributes:
        rate: samples per second.
    """

    codec: str
    rate: int
    channels: int


@dataclass(frozen=True, slots=True)
class MediaFacts:
    """What a file's container says of its picture and sound; it never changes.

    Attributes:
        container: FFmpeg's short demuxer name, e.g. ``mov,mp4,m4a,3gp,3g2,mj2``.
        mime: media type used in manifests, e.g. ``video/mp4``.
        width: pixels as shown, after ``rotation``.
        height: pixels as shown, after ``rotation``.
        rate: average frames per second, ``None`` where the container has none.
        frames: count the container gives, ``None`` where it has none.
        seconds: length of the picture in seconds, 0.0 where unknown.
        rotation: degrees clockwise the player turns the picture: 0, 90, 180, 270.
        picture_sha256: digest of the coded video packets alone: two files with the
            same one show the same picture, whatever their containers say.
        aspect: width to height of a pixel as shown; 1 where pixels are square.
    """

    container: str
    mime: str
    codec: str
    width: int
    height: int
    rate: Fraction | None
    frames: int | None
    seconds: float
    pixel_format: str
    rotation: int
    audio: AudioFacts | None
    picture_sha256: str
    aspect: Fraction = Fraction(1)

    @property
    def shape(self) -> tuple[int, int]:
        """Width and height in square pixels: the height as it is."""
        return round(self.width * self.aspect), self.height

    def to_json(self) -> dict[str, object]:
        """A plain dictionary that :meth:`from_json` turns back into an equal value."""
        return {
            "container": self.container,
            "mime": self.mime,
            "codec": self.codec,
            "width": self.width,
            "height": self.height,
            "rate": str(self.rate) if self.rate else None,
            "frames": self.frames,
            "seconds": self.seconds,
            "pixel_format": self.pixel_format,
            "rotation": self.rotation,
            "audio": (
                {"codec": self.audio.codec, "rate": self.audio.rate, "channels": self.audio.channels}
                if self.audio
                else None
            ),
            "picture_sha256": self.picture_sha256,
            "aspect": str(self.aspect),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, object]) -> MediaFacts:
        """Read what :meth:`to_json` wrote."""
        fields = dict(data)
        audio = fields.pop("audio")
        rate = fields.pop("rate")
        # Libraries of before did not write it.
        aspect = fields.pop("aspect", "1")
        return cls(
            **fields,  # type: ignore[arg-type]  # names are those of to_json
            rate=Fraction(str(rate)) if rate else None,
            audio=AudioFacts(**audio) if isinstance(audio, Mapping) else None,
            aspect=Fraction(str(aspect)),
        )


@dataclass(frozen=True, slots=True)
class Take:
    """One clip in a library; there is one per sha256.

    Attributes:
        id: UUIDv7 as text, the registry's key; never shown to people.
        sha256: of the whole file, 64 lower-case hex digits.
        size: bytes.
        shot: code of its shot, e.g. ``SH010``.
        number: its place in the shot, counted from 1.
        name: the file's name when it was imported, without folders.
        added: when it entered the library (UTC).
    """

    id: str
    sha256: str
    size: int
    shot: str
    number: int
    name: str
    origin: Origin
    media: MediaFacts
    added: datetime

    @property
    def label(self) -> str:
        """How people name it: ``SH010/31``."""
        return f"{self.shot}/{self.number}"

    @property
    def place(self) -> tuple[list[tuple[int, int, str]], int]:
        """Its place in the order of shots and takes, for sorting: ``SH990`` before ``SH1000``."""
        return natural(self.shot), self.number

    @property
    def short(self) -> str:
        """The first 8 hex digits of its sha256."""
        return self.sha256[:8]

    @property
    def slate(self) -> str:
        """A file stem that survives every editor: ``SH010_tk031_3f9ac2d1``."""
        return f"{self.shot}_tk{self.number:03d}_{self.short}"


@dataclass(frozen=True, slots=True)
class Shot:
    """What a prompt is after; holds takes.

    Attributes:
        code: ``SH010``, or a folder's own name where that is a plain word.
        title: the prompt or folder it stands for; hostile text, escape where shown.
    """

    code: str
    title: str
