"""Is a report in the folder what somebody sealed, and who was it?"""

from __future__ import annotations

from collections.abc import Iterator

from circletake import AuditCase, Check, FileCase, RuleCard, Severity
from circletake_rules.asking import Answer, about_files, failed, not_checked, passed

CARD = RuleCard(
    id="report.seal",
    title="a report is what its maker sealed",
    meaning=(
        "The report was changed after it was sealed, its seal or what it was held against was taken away, "
        "it is about another release, or somebody else than the producer sealed it."
    ),
    severity=Severity.ERROR,
    source="C2PA 2.4, sidecar over text/html or application/json",
    remedy="do not rely on it; make your own: circletake audit FOLDER --report FILE.html",
    otherwise=(
        "warning where only the seal is left, the list it is about is gone, or its signer is another than "
        "the producer, or alone and unknown to your lists"
    ),
)


def _question(case: AuditCase, file: FileCase) -> Iterator[Answer]:
    if file.kind == "sidecar":
        yield from _alone(case, file)
        return
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
        yield _of_another(case, file) or _whose(case, file)


def _alone(case: AuditCase, seal: FileCase) -> Iterator[Answer]:
    """The seal of a paper that was taken away."""
    paper = seal.path.removesuffix(".c2pa")
    if not paper.endswith((".html", ".json")):
        return
    if any(file.path == paper for file in case.files):
        yield passed()
    else:
        yield failed(
            f"{paper}, which it seals, is not there",
            f"{paper} beside it",
            severity=Severity.WARNING,
            remedy="ask its maker for it",
        )


def _of_another(case: AuditCase, file: FileCase) -> Answer | None:
    """What is wrong where a report says which release it is about and that is not this one."""
    if file.names_record in ("", case.record) or file.names_record in case.beside:
        return None
    of = f"“{file.names_release}”"
    if case.record:
        same = case.release is not None and case.release.name == file.names_release
        whose = "another state of this release" if same else f"another release, {of}"
        return failed(
            f"the report in this folder is of {whose}",
            f"a report on the release.json that lies here (sha256 {case.record})",
            remedy="do not rely on that one; make your own: circletake audit FOLDER --report FILE.html",
        )
    if not any(each.kind == "video" or each.signed_picture for each in case.files):
        return None  # mailed alone
    return failed(
        f"it was held against the release.json of {of}, and that is not here",
        f"release.json (sha256 {file.names_record})",
        severity=Severity.WARNING,
        remedy="ask the producer for release.json and release.json.c2pa; no list here says what belongs here",
    )


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


RULE = about_files(CARD, _question, ("report", "sidecar"))
