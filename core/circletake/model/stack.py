"""Stacks: near-duplicate takes shown as one, each with its reason; and what people ruled of them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Band(StrEnum):
    """How alike two takes are. ``VERSION``: an upscale or a re-encode, kept as a version of the keeper."""

    DUPLICATE = "duplicate"
    NEAR = "near-duplicate"
    VARIANT = "variant"
    VERSION = "version"

    @property
    def folds(self) -> bool:
        """Variants and versions stay visible; only a person folds them."""
        return self not in (Band.VARIANT, Band.VERSION)


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


@dataclass(frozen=True, slots=True)
class Rulings:
    """What people ruled of pairs of takes and did not take back; a pair is in one of the two at most.

    Attributes:
        apart: pairs of take ids that are never folded into one another.
        together: pairs of take ids that are in one stack, whatever was measured.
    """

    apart: frozenset[frozenset[str]] = frozenset()
    together: frozenset[frozenset[str]] = frozenset()


@dataclass(frozen=True, slots=True)
class VersionOf:
    """A take that is an upscale, a re-encode or a stripped copy of one known before.

    Attributes:
        of_id: the take whose recipe it inherits.
        distance: mean Hamming distance over aligned frames, of 256 bits.
        reason: the same in words, e.g. ``upscaled to 3840x2160, 9/256 bits``.
    """

    take_id: str
    of_id: str
    distance: float
    reason: str
