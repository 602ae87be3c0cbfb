"""Stacks: near-duplicate takes shown as one, each with its reason."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Band(StrEnum):
    """How alike two takes are."""

    DUPLICATE = "duplicate"
    NEAR = "near-duplicate"
    VARIANT = "variant"

    @property
    def folds(self) -> bool:
        """Variants stay visible; only a person folds them."""
        return self is not Band.VARIANT


@dataclass(frozen=True, slots=True)
class Likeness:
    """Why two takes pair.

    Attributes:
        distance: mean Hamming distance over aligned frames, of 256 bits.
        offset: seconds the member starts after the keeper.
        overlap: share of the shorter take that was compared, 0-1.
        flipped: the member is the keeper's mirror image.
        reason: the same in words, e.g. ``re-encoded at half size, 12/256 bits``.
    """

    band: Band
    distance: float
    offset: float
    overlap: float
    flipped: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Member:
    """A take in a stack and why it is there."""

    take_id: str
    likeness: Likeness


@dataclass(frozen=True, slots=True)
class Stack:
    """A star: every member was compared with the keeper itself.

    Attributes:
        number: how people name it; 0 before it is stored.
        why_keeper: e.g. ``circled by ana, 1920x1080``.
    """

    number: int
    keeper_id: str
    why_keeper: str
    members: tuple[Member, ...]
