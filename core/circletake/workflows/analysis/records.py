"""Records of many takes in one file, for a worker that may not see the registry."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Records:
    """Bytes by take id, read from disk when they are asked for.

    Attributes:
        path: the file, as text.
        places: by take id, where its record starts and how long it is.
    """

    path: str
    places: Mapping[str, tuple[int, int]]

    @classmethod
    def fill(cls, path: Path, records: Iterable[tuple[str, bytes]]) -> Records:
        """Put records into a new file, one after another; nothing is held in memory."""
        places: dict[str, tuple[int, int]] = {}
        with path.open("xb") as file:
            for take_id, record in records:
                places[take_id] = (file.tell(), len(record))
                file.write(record)
        return cls(str(path), places)

    def read(self, take_id: str) -> bytes:
        """The record of one take.

        Raises:
            KeyError: it is not here.
        """
        start, length = self.places[take_id]
        with Path(self.path).open("rb") as file:
            file.seek(start)
            return file.read(length)
