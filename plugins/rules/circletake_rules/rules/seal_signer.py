"""Did whoever signed the videos seal the record?"""

from __future__ import annotations

from collections.abc import Iterator

from circletake import AuditCase, RuleCard, Scope, Severity
from circletake_rules.asking import Answer, about_release, failed, not_checked, passed

CARD = RuleCard(
    id="seal.signer",
    title="one signer for videos and record",
    meaning=(
        "Somebody else sealed the release's own list (release.json) than signed its videos: it may have "
        "been written to fit altered files."
    ),
    severity=Severity.ERROR,
    source="circletake: a release is signed and sealed with one certificate",
    remedy="ask the producer which certificate is theirs",
    scope=Scope.RELEASE,
)


def _question(case: AuditCase) -> Iterator[Answer]:
    seal = case.seal.active.signer if case.seal and case.seal.active else None
    if case.stray and case.stray.kind == "signer":
        yield failed(
            f"sealed by {case.stray.sealed_by} {case.stray.certificate}, who signed none of the videos here",
            "the signer of the videos",
            file="release.json",
        )
        return
    if case.release is None or seal is None:
        yield not_checked("no sealed release.json")
        return
    agreed = True
    if case.release.certificate and case.release.certificate != seal.sha256:
        agreed = False
        yield failed(
            f"sealed by {seal.name} {seal.sha256}", f"{case.release.certificate}", file="release.json"
        )
    others = sorted(
        f.path
        for f in case.videos
        if f.recorded
        and f.recorded.sha256 == f.sha256
        and f.credentials.active
        and f.credentials.active.signer
        and f.credentials.active.signer.sha256 != seal.sha256
    )
    if others and agreed:
        agreed = False
        more = f" and {len(others) - 3} more" if len(others) > 3 else ""
        yield failed(
            f"sealed by {seal.name}, who did not sign {', '.join(others[:3])}{more}",
            "the signer of the videos",
            file="release.json",
        )
    if agreed:
        yield passed(file="release.json")


RULE = about_release(CARD, _question)
