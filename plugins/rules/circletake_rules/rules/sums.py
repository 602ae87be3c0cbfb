"""Does SHA256SUMS say what the record and the files say?"""

from __future__ import annotations

from collections.abc import Iterator

from circletake import AuditCase, FileCase, RuleCard, Scope, Severity
from circletake_rules.asking import Answer, about_release, failed, not_checked, passed

CARD = RuleCard(
    id="sums.agree",
    title="SHA256SUMS agrees",
    meaning="SHA256SUMS is not sealed; where it disagrees, either it or the file was changed.",
    severity=Severity.ERROR,
    source="SHA256SUMS beside release.json",
    remedy="trust the sealed record, not SHA256SUMS; ask the producer for the release again",
    scope=Scope.RELEASE,
)


_NEITHER = "neither SHA256SUMS nor release.json is to be relied on; ask the producer for the release again"
_ONE_OF_TWO = "ask the producer which of the two is right, the file or SHA256SUMS"


def _question(case: AuditCase) -> Iterator[Answer]:
    if not any(f.kind == "sums" or f.summed for f in case.files):
        yield not_checked("no SHA256SUMS")
        return
    listed = case.stray.listed if case.stray else {}
    if any(f.summed and f.summed == listed.get(f.path) != f.sha256 for f in case.files):
        yield not_checked(f"SHA256SUMS came with that list: {case.unlisted}")
        return
    agreed = True
    remedy = "" if case.sealed else _NEITHER if case.release else _ONE_OF_TWO
    for file in case.files:
        verdict = _disagrees(file)
        if verdict:
            agreed = False
            yield failed(verdict, file=file.path, remedy=remedy)
    if agreed:
        yield passed()


def _disagrees(file: FileCase) -> str:
    recorded = file.recorded.sha256 if file.recorded else ""
    # A file under another's name is told as that.
    if not file.summed or file.recorded_path:
        return ""
    if file.summed == file.sha256:
        return "SHA256SUMS was rewritten to fit the changed file" if recorded not in ("", file.sha256) else ""
    if recorded == file.sha256:
        return "SHA256SUMS is forged or stale: the file is the recorded one"
    # A changed file is told by the rules about files; here only what nothing else covers.
    return "" if recorded else "the file is not the one SHA256SUMS lists"


RULE = about_release(CARD, _question)
