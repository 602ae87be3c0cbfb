"""Whose picture does a video without credentials show?"""

from __future__ import annotations

from collections.abc import Iterator

from circletake import AuditCase, FileCase, PictureMatch, RuleCard, Severity
from circletake_rules.asking import Answer, about_files, failed, not_checked, passed

CARD = RuleCard(
    id="picture.match",
    title="an unsigned video is recognised by its picture",
    meaning="It has no credentials of its own; its picture matches something in your library.",
    severity=Severity.NOTE,
    source="the library's fingerprints",
    remedy="use the signed export of that take instead",
)


def _question(case: AuditCase, file: FileCase) -> Iterator[Answer]:
    if file.credentials.present:
        return
    if not case.library:
        yield not_checked("no library to compare its picture with")
    elif file.match:
        yield from _matches(file.match)
    elif file.uncompared:
        yield not_checked(f"its picture could not be compared with the library: {file.uncompared}")
    else:
        yield passed("no take of the library shows this picture")


_SHOWN = 4


def _matches(match: PictureMatch) -> Iterator[Answer]:
    """What the picture matches; whose it is, nobody can say from pixels."""
    if match.parts:
        parts = [f"{part.take} at {_moment(part.start)}-{_moment(part.end)}" for part in match.parts]
        more = f" and {len(parts) - _SHOWN} more" if len(parts) > _SHOWN else ""
        rest = f"; {match.unmatched:.1f} s match no take" if match.unmatched else ""
        yield failed(f"no credentials; the picture shows takes {', '.join(parts[:_SHOWN])}{more}{rest}")
        return
    how = "its coded picture is equal" if match.exact else f"{match.distance:.0f} of 256 bits differ"
    of = f" of {match.release}" if match.release else ""
    if match.export and match.take:
        yield failed(
            f"no credentials; the picture matches {match.take}, exported as {match.export}{of} ({how})"
        )
    elif match.export:
        yield failed(f"no credentials; the picture matches the export {match.export}{of} ({how})")
    else:
        yield failed(f"no credentials; the picture matches {match.take} ({how})")


def _moment(seconds: float) -> str:
    tenths = round(seconds * 10)
    return f"{tenths // 600}:{tenths // 10 % 60:02d}.{tenths % 10}"


RULE = about_files(CARD, _question)
