"""Is the prompt in the manifest the one in the record and in the library?"""

from __future__ import annotations

from collections.abc import Iterator

from circletake import AuditCase, FileCase, RuleCard, Severity
from circletake_rules.asking import Answer, about_files, failed, not_checked, passed
from circletake_rules.generated import about, machine_made, place

CARD = RuleCard(
    id="prompt.matches",
    title="one prompt everywhere",
    meaning=(
        "The signed statement in the file, the release's own list and the library name different prompts "
        "for one take."
    ),
    severity=Severity.ERROR,
    source="release.json and the library's record of the export",
    remedy=(
        "ask the producer which of the two is right; the producer: set the recipe right, then release again"
    ),
)

_SHOWN = 60


def _question(case: AuditCase, file: FileCase) -> Iterator[Answer]:
    compared, differ = False, False
    uses = file.recorded.uses if file.recorded else ()
    recorded = {use.take_sha256: said for use in uses if (said := use.prompt or use.prompt_digest)}
    known = file.known.prompts if file.known else {}
    record = "release.json" if case.sealed else "release.json, whose seal does not hold,"
    for traced in machine_made(file):
        use = traced.use
        # Of a prompt that was kept back, the digest is what stands everywhere.
        said = use.prompt or use.prompt_digest
        if not said or ("prompt" if use.prompt else "prompt_digest") in traced.from_record:
            continue
        for where, prompts in ((record, recorded), ("the library", known)):
            other = prompts.get(use.take_sha256, "")
            compared = compared or bool(other)
            if other and other != said:
                differ = True
                here, there = _apart(said, other)
                yield failed(
                    about(file, traced, f"the credentials say {here}"),
                    f"{where} says {there}",
                    cause=f"{use.take or file.path}: the credentials say {here}",
                    **place(file, traced),
                )
    if not compared:
        yield not_checked("no second source to hold the manifest's prompts against")
    elif not differ:
        yield passed()


def _apart(one: str, other: str) -> tuple[str, str]:
    """Both in quotes, cut to where they differ."""
    same = next(
        (n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )
    start = 0 if same < _SHOWN // 2 else same - _SHOWN // 3
    return _short(one, start), _short(other, start)


def _short(prompt: str, start: int) -> str:
    shown = ("…" if start else "") + prompt[start:]
    return f"“{shown if len(shown) <= _SHOWN else shown[: _SHOWN - 1] + '…'}”"


RULE = about_files(CARD, _question)
