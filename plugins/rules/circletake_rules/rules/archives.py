"""Does an archive hide a video that was not checked?"""

from __future__ import annotations

from collections.abc import Iterator

from circletake import AuditCase, FileCase, RuleCard, Severity
from circletake_rules.asking import Answer, about_files, failed, not_checked, passed

CARD = RuleCard(
    id="files.archives",
    title="no unchecked video in an archive",
    meaning="An archive holds videos that are not copies of files checked here.",
    severity=Severity.ERROR,
    source="EU Code of Practice on marking 1.1.1: every copy that leaves carries its mark",
    remedy="unpack it and audit its folder",
)


def _question(case: AuditCase, file: FileCase) -> Iterator[Answer]:
    if file.unreadable:
        yield not_checked("the archive cannot be read")
        return
    checked = {f.sha256 for f in case.videos if f.credentials.present}
    sums = (*file.member_sums, *("" for _ in file.members))
    pairs = zip(file.members, sums, strict=False)
    loose = [name for name, digest in pairs if digest not in checked and digest not in case.beside]
    if loose:
        more = f" and {len(loose) - 3} more" if len(loose) > 3 else ""
        yield failed(f"holds {', '.join(loose[:3])}{more}", "copies of the signed videos beside it")
    else:
        yield passed()


RULE = about_files(CARD, _question, ("archive",))
