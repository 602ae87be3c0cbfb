"""Is a report in the folder what somebody sealed, and who was it?"""

from __future__ import annotations

from collections.abc import Iterator

from circletake import AuditCase, Check, FileCase, RuleCard, Severity
from circletake_rules.asking import Answer, about_files, failed, not_checked, passed

CARD = RuleCard(
    id="report.seal",
    title="a report is what its maker sealed",
    meaning=(
        "The report was changed after it was sealed, its seal was taken away, "
        "or somebody else than the producer sealed it."
    ),
    severity=Severity.ERROR,
    source="C2PA 2.4, sidecar over text/html or application/json",
    remedy="do not rely on it; make your own: circletake audit FOLDER --report FILE.html",
)


def _question(case: AuditCase, file: FileCase) -> Iterator[Answer]:
    seal = file.credentials
    if not seal.present and file.names_seal:
        yield failed(
            f"the seal it names, {file.names_seal}, is not there",
            f"{file.names_seal} beside it",
            remedy="ask its maker for the report and its seal; without it anybody may have written this",
        )
    elif not seal.present:
        yield not_checked("nobody sealed it")
    elif seal.unreadable:
        yield failed(f"its seal cannot be read: {seal.unreadable}", "a C2PA manifest")
    elif seal.integrity is Check.FAILED:
        yield failed("forged or changed: these are not the bytes that were sealed")
    elif seal.signature is Check.FAILED:
        yield failed("its seal's signature does not verify")
    elif Check.NOT_CHECKED in (seal.integrity, seal.signature):
        yield not_checked("the seal did not say")
    else:
        yield _whose(case, file)


def _whose(case: AuditCase, file: FileCase) -> Answer:
    signer = file.credentials.active.signer if file.credentials.active else None
    name, mark = (signer.name, signer.sha256) if signer else ("somebody unnamed", "no certificate")
    # What the release says of its signer counts for as much as its own seal.
    theirs = case.release.certificate if case.release and case.sealed else ""
    if theirs and (signer is None or signer.sha256 != theirs):
        return failed(
            f"sealed by {name}, who did not seal the release ({mark})",
            theirs,
            severity=Severity.WARNING,
            remedy="it is their word, not the producer's: know them before you rely on it",
        )
    # Beside videos an unknown signer is told of them; a report alone is only as good as its signer.
    if not case.videos and file.credentials.trust is not Check.PASSED:
        return failed(
            f"sealed by {name}, whom none of your lists knows ({mark})",
            "a signer on one of your lists",
            severity=Severity.WARNING,
            remedy="ask them another way for the fingerprint; the same? circletake trust add NAME PEM",
        )
    return passed(f"sealed by {name} {mark}")


RULE = about_files(CARD, _question, ("report",))
