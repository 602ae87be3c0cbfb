"""Is the manifest this file's own?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from circletake import AuditCase, Check, FileCase, RuleCard, Severity
from circletake_rules.asking import SIGNED, Answer, about_files, failed, not_checked, passed

CARD = RuleCard(
    id="manifest.own",
    title="the manifest is the file's own",
    meaning=(
        "The credentials of another file were put into this one and tell another clip's story, "
        "or the file bears the name of another take."
    ),
    severity=Severity.ERROR,
    source="C2PA 2.4, unique manifest labels; release.json",
    remedy="ask the producer for the signed file",
    otherwise=("warning where its credentials are its own and only its name says another take"),
)


def _question(case: AuditCase, file: FileCase) -> Iterator[Answer]:
    active = file.credentials.active
    if active is None:
        yield not_checked("no credentials")
        return
    if file.credentials.integrity is not Check.FAILED:
        yield from _named(file)
        return
    owners = [
        f
        for f in case.videos
        if f.path != file.path
        and f.credentials.active
        and f.credentials.active.label == active.label
        and f.credentials.integrity is Check.PASSED
    ]
    copied = next((f.path for f in owners if _as_much(file, f)), "")
    if file.recorded and active.title and active.title != file.recorded.path.rsplit("/", 1)[-1]:
        theirs = f"is the manifest of {owners[0].path}" if owners else f"manifest was made for {active.title}"
        yield failed(f"swapped: this {theirs}", f"one for {file.recorded.path}")
    elif copied:
        yield passed(f"an altered copy of {copied}")
    elif owners:
        yield failed(
            f"this is the manifest of {owners[0].path}, whose picture and sound are of another size: "
            "swapped, or that one cut or encoded anew",
            "a manifest made for this file",
        )
    else:
        yield passed()


def _as_much(file: FileCase, whole: FileCase) -> bool:
    """Whether a file is as long as another, or holds as much picture and sound, to the byte.

    Bytes that are changed where they lie leave it so; another picture, coded by itself, does not.
    """
    held = [f.layout.media if f.layout else 0 for f in (file, whole)]
    return file.size == whole.size or held[0] == held[1] > 0


def _named(file: FileCase) -> Iterator[Answer]:
    """Whether the name of a clip or still names another take than its manifest does.

    Of a file that a record lists, the record says what belongs there.
    """
    take = file.traced[0].use.take if len(file.traced) == 1 else ""
    other = "" if file.recorded else _other_take(file.path.rsplit("/", 1)[-1], take)
    active = file.credentials.active
    if not other:
        yield passed()
        return
    titled = f", signed as {active.title}" if active and active.title else ""
    yield failed(
        f"its name says {other}, its credentials say {take}{titled}",
        f"a name that says {take}",
        severity=Severity.WARNING,
        remedy="go by its credentials; ask the sender which of the two was meant",
    )


def _other_take(name: str, take: str) -> str:
    """The shot or take that a file name begins with, where it is another than ``take``; else empty.

    Only a code that is written like the take's own counts: ``SH050`` beside ``SH020/3``, never ``IMG_1234``.
    """
    shot, _, number = take.partition("/")
    series = re.match(r"([A-Za-z_-]+)(\d+)$", shot)
    if not series:
        return ""
    found = re.match(rf"({re.escape(series[1])}\d{{{len(series[2])}}})(?:_tk(\d+))?(?![A-Za-z0-9])", name)
    if found is None:
        return ""
    said = int(found[2]) if found[2] else None
    if found[1] == shot and said in (None, int(number) if number.isdecimal() else None):
        return ""
    return found[1] if said is None else f"{found[1]}/{said}"


RULE = about_files(CARD, _question, SIGNED)
