"""What a person declares of that in a film which is not ours. Nothing is declared that nobody said."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from fractions import Fraction
from itertools import pairwise
from typing import TypeVar

from circletake.errors import BadInput
from circletake.model.cue import CueList, Gap, Overlay
from circletake.model.export import SoundUse
from circletake.model.recorded import UNDECLARED
from circletake.model.take import Declaration
from circletake.model.text import printable

DECLARED = {
    "camera": "digitalCapture",
    "hand": "digitalCreation",
    "edited": "humanEdits",
    "ai": "trainedAlgorithmicMedia",
    "algorithm": "algorithmicMedia",
}
"""What a person may declare of pictures that are no takes, in the words of IPTC's digital source types."""

_Row = TypeVar("_Row", Gap, Overlay)

KINDS_OF_SOUND = {
    spelling: said
    for said in (Declaration.HUMAN, Declaration.AI, Declaration.ALGORITHM)
    for spelling in (said.name.lower(), said.value)
}
"""How a sound was made, as a person may spell it: in short, or as it is told."""

SOUND = "sound"
WHOLE_SOUND = "sound of the film"
"""Its name where no timeline tells what it is made of."""

REST = "rest"


@dataclass(frozen=True, slots=True)
class Word:
    """What a person says of what is not ours.

    Attributes:
        what: a name as the timeline has it (``A001*``), a stretch in seconds (``12.5-16``), ``rest`` for all
            else that shows no take, or ``sound``.
        kind: a key of :data:`DECLARED`; of sound, how it was made: ``human``, ``ai``, ``algorithm``, which
            is recorded as a cut's song has it: ``human-made``.
    """

    what: str
    kind: str

    @property
    def span(self) -> tuple[Fraction, Fraction] | None:
        """The seconds it is about, where it names seconds."""
        first, dash, last = self.what.partition("-")
        try:
            return (Fraction(first), Fraction(last)) if dash else None
        except (ValueError, ZeroDivisionError):
            return None


def declared_on(cues: CueList, declared: Sequence[Word], by: str) -> CueList:
    """``cues`` with what somebody declares of its gaps, its overlays and its sound.

    Gaps are parted where a declared stretch starts or ends. Black is black, and needs no declaration.

    Args:
        by: who declares it.

    Raises:
        BadInput: a declaration makes no sense, or fits nothing.
    """
    pictures = [each for each in declared if each.what != SOUND]
    for each in pictures:
        if each.kind not in DECLARED:
            raise BadInput(each.kind, "is no kind of picture", f"one of {', '.join(DECLARED)}")
    met: set[Word] = set()

    def told(row: _Row, said: Word | None) -> _Row:
        if said is None:
            return row
        met.add(said)
        return replace(row, kind=DECLARED[said.kind], by=by, at="")

    gaps: list[Gap] = []
    for gap in cues.gaps:
        if gap.is_black:
            gaps.append(gap)
        else:
            parts = _parted(gap, cues.rate, pictures)
            gaps += [told(part, _fitting(pictures, part, cues.rate)) for part in parts]
    overlays = tuple(told(each, _named(pictures, each)) for each in cues.overlays)
    for each in pictures:
        if each not in met and each.what != REST:
            raise BadInput(
                each.what, "nothing without a take is called so, or lies there", "--dry-run lists it"
            )
    return replace(cues, gaps=tuple(gaps), overlays=overlays, sounds=tuple(_sounds(cues, declared, by)))


def _parted(gap: Gap, rate: Fraction, declared: Sequence[Word]) -> Iterator[Gap]:
    edges = {gap.record_in, gap.record_out}
    for each in declared:
        places = (round(at * rate) for at in each.span or ())
        edges |= {frame for frame in places if gap.record_in < frame < gap.record_out}
    for start, end in pairwise(sorted(edges)):
        yield replace(gap, record_in=start, record_out=end)


def _fitting(declared: Sequence[Word], gap: Gap, rate: Fraction) -> Word | None:
    """The first declaration that fits, the rest last, which is what nobody declared before."""
    middle = Fraction(gap.record_in + gap.record_out, 2) / rate
    for each in sorted(declared, key=lambda said: said.what == REST):
        span = each.span
        if (each.what == REST and not gap.kind) or (span and span[0] <= middle < span[1]):
            return each
        if not span and gap.what and fnmatchcase(gap.what, each.what):
            return each
    return None


def _named(declared: Sequence[Word], overlay: Overlay) -> Word | None:
    return next((each for each in declared if fnmatchcase(overlay.what, each.what)), None)


def _sounds(cues: CueList, declared: Sequence[Word], by: str) -> Iterator[SoundUse]:
    kind = next((each.kind for each in declared if each.what == SOUND), "")
    if kind and kind not in KINDS_OF_SOUND:
        kinds = ", ".join(KINDS_OF_SOUND)
        raise BadInput(printable(kind, 40), "is no kind of sound", f"one of {kinds}")
    named = cues.sounds or ((SoundUse(WHOLE_SOUND, "", UNDECLARED, ""),) if kind else ())
    for each in named:
        yield replace(each, origin=KINDS_OF_SOUND[kind].value, declared_by=by, at="") if kind else each
