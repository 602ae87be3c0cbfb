"""Where the bytes of a take lie, and what became of them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class LocationState(StrEnum):
    """What a look at a file told, compared with what was recorded.

    ``REWRAPPED``: the container changed, the picture is the same (an editor wrote into it).
    ``QUARANTINED``: a stored file that failed its hash, moved aside, never deleted.
    """

    OK = "ok"
    MISSING = "missing"
    REWRAPPED = "container changed"
    ALTERED = "altered"
    QUARANTINED = "quarantined"


@dataclass(frozen=True, slots=True)
class Location:
    """One place where a take's bytes are.

    Attributes:
        path: absolute for a file left in place; relative to the store for a stored one.
        stored: the store holds it (copied or reflinked); otherwise it is only watched.
        mtime_ns: of the file when it was last seen to be right.
    """

    sha256: str
    path: str
    stored: bool
    size: int
    mtime_ns: int
    state: LocationState = LocationState.OK
