"""What a cut or a finished film declares of itself beside its takes: black, what is not ours, sound."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import accumulate

from circletake.model.case import Traced
from circletake.model.export import SoundUse, Use, black_use
from circletake.model.manifest import ManifestSaid
from circletake.model.recorded import Span, recorded_in


def declared_in(manifest: ManifestSaid, placed: Sequence[Span]) -> Iterator[Traced]:
    """The stretches that show no take: black, and what somebody declared to be something else.

    What nobody declared is left out: it stays a gap. So is what lies over a clip.

    Args:
        placed: where the clips lie, in seconds of the video.
    """
    record = recorded_in(manifest.assertions)
    if record is None:
        return
    clips = _Taken(placed)
    for found in record.black:
        if clips.leave(found):
            yield Traced(black_use(*found), "declared black by the signer")
    for other in record.others:
        if other.source_type and clips.leave(other.record):
            start, end = map(str, other.record)
            use = Use(
                *(start, end, "0", "0", other.what, ""),
                source_type=other.source_type,
                declared_by=other.by,
            )
            yield Traced(use, f"declared by {other.by}" if other.by else "declared by the signer")


def sounds_in(manifest: ManifestSaid) -> tuple[SoundUse, ...]:
    """Sound that is none of the takes', with what was declared of it."""
    record = recorded_in(manifest.assertions)
    return record.sounds if record else ()


class _Taken:
    """Seconds in which clips lie, asked often: each question costs a search, not a walk."""

    def __init__(self, placed: Sequence[Span]) -> None:
        spans = sorted(placed)
        self._starts = [start for start, _ in spans]
        self._ends = list(accumulate((end for _, end in spans), max))

    def leave(self, span: Span) -> bool:
        """Whether no clip lies in any part of ``span``."""
        before = bisect_left(self._starts, span[1])
        return before == 0 or self._ends[before - 1] <= span[0]
