"""Is the prompt in the manifest the one in the record and in the library?"""

from __future__ import annotations

from collections.abc import Iterator

from circletake import AuditCase, FileCase, RuleCard, Severity
from circletake_rules.asking import Answer, about_files, failed, not_checked, passed
from circletake_rules.generated import about, machine_made, place

CARD = RuleCard(
    id="prompt.matches",
    title="one prompt everywhere",
    meaning="Manifest, sealed record and library name different prompts for one take.",
    severity=Severity.ERROR,
    source="release.json and the library's record of the export",
    remedy=("ask the producer which of the two is right; the producer: mend the recipe, then release again"),
)

_SHOWN = 60


def _question(case: AuditCase, file: FileCase) -> Iterator[Answer]:
    compared, differ = False, False
    uses = file.recorded.uses if file.recorded else ()
    recorded = {use.take_sha256: said for use in uses if (said := use.prompt or use.prompt_digest)}
    known = file.known.prompts if file.known else {}
    for traced in machine_made(file):
        use = traced.use
        # Of a prompt that was kept back, the digest is what stands everywhere.
        said = use.prompt or use.prompt_digest
        if not said or ("prompt" if use.prompt else "prompt_digest") in traced.from_record:
            continue
        for where, prompts in (("release.json", recorded), ("the library", known)):
            other = prompts.get(use.take_sha256, "")
            compared = compared or bool(other)
            if other and other != said:
                differ = True
                yield failed(
                    about(file, traced, f"the credentials say {_short(said)}"),
                    f"{where} says {_short(other)}",
                    cause=f"{use.take or file.path}: the credentials say {_short(said)}",
                    **place(file, traced),
                )
    if not compared:
        yield not_checked("no second source to hold the manifest's prompts against")
    elif not differ:
        yield passed()


def _short(prompt: str) -> str:
    return f"“{prompt if len(prompt) <= _SHOWN else prompt[: _SHOWN - 1] + '…'}”"


RULE = about_files(CARD, _question)
