"""Is every second of the video traced to something?"""

from __future__ import annotations

from collections.abc import Iterator

from circletake import AuditCase, FileCase, RuleCard, Severity
from circletake_rules.asking import Answer, about_files, failed, not_checked, passed
from circletake_rules.generated import span

CARD = RuleCard(
    id="cut.coverage",
    title="every second is traced",
    meaning=("A part of the cut belongs to no clip that the credentials or the release's own list name."),
    severity=Severity.ERROR,
    source="C2PA 2.4 c2pa.placed with temporal regions; release.json",
    remedy=(
        "ask the producer what stands there; "
        "the producer: declare it (a title, a card, footage) and export again"
    ),
)

_FRAME = 1 / 20
"""Seconds a stretch may miss its neighbour by: a little over a frame at 24 a second."""


def _question(case: AuditCase, file: FileCase) -> Iterator[Answer]:
    length = file.media.seconds if file.media else 0.0
    if not file.traced:
        yield not_checked("nothing says what it was made of")
    elif not length:
        yield not_checked("its length is unknown")
    else:
        gaps = list(_gaps(sorted(span(t) for t in file.traced), length))
        for start, end in gaps:
            yield failed(f"{end - start:.2f} s belong to no clip", "a named clip", start=start, end=end)
        if not gaps:
            yield passed()


def _gaps(spans: list[tuple[float, float]], length: float) -> Iterator[tuple[float, float]]:
    reached = 0.0
    for start, end in spans:
        if start > reached + _FRAME:
            yield reached, start
        reached = max(reached, end)
    if length > reached + _FRAME:
        yield reached, length


RULE = about_files(CARD, _question)
