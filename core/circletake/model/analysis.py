"""What work is done on a take, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from circletake.model.score import Measured


class Stage(StrEnum):
    """A kind of work that is done once for each take, version and settings."""

    FINGERPRINT = "fingerprint"
    SCORER = "scorer"
    PICTURES = "pictures"


class Status(StrEnum):
    """How it ended. ``CRASHED``: the worker died or broke a cap while this ran alone."""

    OK = "ok"
    FAILED = "failed"
    CRASHED = "crashed"


@dataclass(frozen=True, slots=True)
class StageKey:
    """What names a piece of work; a take without a row for it still has it to do.

    Attributes:
        settings: digest of the plugin's settings (and of the recipe where the scorer reads it).
    """

    stage: Stage
    name: str
    version: str
    settings: str = ""


@dataclass(frozen=True, slots=True)
class StageResult:
    """What one piece of work gave for one take.

    Attributes:
        blob: a packed fingerprint, ``None`` for other stages.
        pictures: thumbnails of a fingerprint, JPEG.
    """

    key: StageKey
    status: Status = Status.OK
    error: str = ""
    measured: Measured = field(default_factory=Measured)
    blob: bytes | None = None
    pictures: bytes | None = None
