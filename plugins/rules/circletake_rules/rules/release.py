"""Is the list of the release here that the files name?"""

from __future__ import annotations

from collections.abc import Iterator

from circletake import AuditCase, RuleCard, Scope, Severity
from circletake_rules.asking import Answer, about_release, failed, not_checked, passed

CARD = RuleCard(
    id="files.release",
    title="the list of the release that files name is here",
    meaning=(
        "Every video of a release names it by a random id and says how many signed files it has. Its own "
        "list (release.json) is not here, or the list here is another's: what else belongs here, nobody can "
        "tell."
    ),
    severity=Severity.WARNING,
    source="circletake: org.circletake.release in the signed manifest, id in release.json",
    remedy="ask the producer for the whole release, with release.json and release.json.c2pa",
    scope=Scope.RELEASE,
    otherwise=(
        "note where one file was audited alone, or another program's release.json lies beside nothing that "
        "circletake signed"
    ),
)

_LIST = "release.json"


def _question(case: AuditCase) -> Iterator[Answer]:
    answers = [*_list(case), *(_listed(case) if case.release else _parts(case))]
    if answers:
        yield from answers
    elif not case.parts:
        return  # made before files named their release, or by others: there is nothing to ask
    elif case.release is None:
        yield not_checked(case.unlisted)
    else:
        yield passed()


def _list(case: AuditCase) -> Iterator[Answer]:
    """A list that is not that of the files here; one of another signer is told by ``seal.signer``."""
    stray = case.stray
    if stray is None or stray.kind == "signer":
        return
    seen, severity = f"this is {stray.told}", None
    if stray.kind == "foreign":
        # Files of releases made before they named theirs say no more than this.
        ours = any(f.by_circletake for f in case.files)
        seen += ", and lies beside what circletake signed" if ours else ""
        severity = None if ours else Severity.NOTE
    yield failed(seen, "the release's own list", severity=severity, file=_LIST)


def _parts(case: AuditCase) -> Iterator[Answer]:
    """Releases of which only some signed files lie here."""
    sealed = case.seal is not None and case.seal.present
    if sealed and case.stray is None:
        return  # it is here, and seal.intact tells why it cannot be read
    several = len(case.parts) > 1
    for part in case.parts:
        by = f", signed by {part.signer}" if several else ""
        if case.alone:
            yield failed(
                f"{part.told}{by}; its list was not looked at",
                severity=Severity.NOTE,
                file=part.files[0],
                remedy="nothing, where no more was sent; else audit the whole folder",
            )
        elif case.stray is None or case.stray.kind == "foreign" or len(part.numbers) < part.of:
            yield failed(
                f"{part.told} {'is' if len(part.numbers) == 1 else 'are'} here{by}, and not its list",
                f"{_LIST} and its seal",
                file=part.files[0] if several else "",
            )


def _listed(case: AuditCase) -> Iterator[Answer]:
    """Files of its own signer that stand in the list here and name another release.

    Those that do not stand in it are told as not listed, those of others by their signer.
    """
    assert case.release is not None
    own = case.release.id
    signer = case.release.certificate
    placed = {f.path for f in case.files if f.recorded}
    for part in case.parts:
        files = [path for path in part.files if path in placed]
        if part.release != own and part.certificate == signer and files:
            more = f" and {len(files) - 1} more" if len(files) > 1 else ""
            yield failed(
                f"{files[0]}{more} {'name' if more else 'names'} another release than {_LIST} is the list of",
                "the id of this release",
                file=files[0],
            )


RULE = about_release(CARD, _question)
