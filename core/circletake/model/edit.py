"""What can be done to a signed video without moving a picture in time."""

from __future__ import annotations

from enum import StrEnum


class Edit(StrEnum):
    """In a person's word; C2PA's action for it is :attr:`action`."""

    COLOUR = "colour"
    FILTER = "filter"
    SIZE = "size"

    @property
    def action(self) -> str:
        """As C2PA names it, in its list of actions."""
        return {"colour": "c2pa.adjustedColor", "filter": "c2pa.filtered", "size": "c2pa.resized"}[self.value]
