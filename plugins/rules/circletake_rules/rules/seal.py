"""Is the record what its signer sealed?"""

from __future__ import annotations

from collections.abc import Iterator

from circletake import AuditCase, Check, RuleCard, Scope, Severity
from circletake_rules.asking import Answer, about_release, failed, not_checked, passed

CARD = RuleCard(
    id="seal.intact",
    title="the record is sealed",
    meaning=(
        "release.json is the release's own list; its seal, release.json.c2pa, is a signature over it. "
        "Without one that holds, anybody may have written the list: what it says proves nothing."
    ),
    severity=Severity.ERROR,
    source="C2PA 2.4, sidecar over application/json",
    remedy="ask the producer for release.json and release.json.c2pa",
    scope=Scope.RELEASE,
)

_FILE = "release.json"


def _question(case: AuditCase) -> Iterator[Answer]:
    if case.release_problem:
        yield failed(case.release_problem, "a release record", file=_FILE)
        return
    if case.release is None:
        yield not_checked(case.unlisted)
        return
    seal = case.seal
    if seal is None or not seal.present:
        yield failed(
            "no seal beside it: nobody can tell who wrote it, or what was changed",
            "release.json.c2pa",
            file=_FILE,
        )
    elif seal.unreadable:
        yield failed(f"the seal cannot be read: {seal.unreadable}", "a C2PA manifest", file=_FILE)
    elif seal.integrity is Check.FAILED:
        yield failed("forged or changed: these are not the bytes that were sealed", file=_FILE)
    elif seal.signature is Check.FAILED:
        yield failed("the seal's signature does not verify", file=_FILE)
    elif case.sealed:
        yield passed(file=_FILE)
    else:
        yield not_checked("the seal did not say", file=_FILE)


RULE = about_release(CARD, _question)
