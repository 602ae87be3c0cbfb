"""Is every clip of a cut one that the record names?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from circletake import AuditCase, FileCase, IngredientSaid, ManifestSaid, RuleCard, Severity
from circletake_rules.asking import Answer, about_files, failed, not_checked, passed

CARD = RuleCard(
    id="cut.clips",
    title="every clip of the cut is a listed one",
    meaning=(
        "A clip stands in the cut that the release's own list (release.json) does not name: somebody "
        "else's, or one put in later."
    ),
    severity=Severity.ERROR,
    source="release.json, sealed; C2PA 2.4 c2pa.placed",
    remedy="ask the producer what stands there, and for a record that names it",
)

_TAKE = "org.circletake.take"
_SONG = "circletake:song"


def _question(case: AuditCase, file: FileCase) -> Iterator[Answer]:
    active = file.credentials.active
    clips = [i for i in (active.ingredients if active else ()) if i.placed and i.instance_id != _SONG]
    uses = file.recorded.uses if file.recorded else ()
    named = {use.take_sha256 for use in uses if use.take_sha256}
    if not clips:
        yield not_checked("no clip is placed in it")
    elif not named:
        yield not_checked("no record of which clips belong in it")
    else:
        foreign = [(clip, told) for clip in clips if (told := _foreign(case, file, clip, named))]
        for clip, told in foreign:
            start, end = clip.placed[0]
            yield failed(told, "a take that release.json names", start=float(start), end=float(end))
        if not foreign:
            yield passed()


def _foreign(case: AuditCase, file: FileCase, clip: IngredientSaid, named: set[str]) -> str:
    """What a clip is, where it is none of those named."""
    own = file.credentials.named(clip.manifest)
    if own is None:
        return f"{clip.title or 'a clip'} came without credentials of its own"
    if _take(own) in named:
        return ""
    signer = f", signed by {own.signer.name}" if own.signer and own.signer.name else ""
    return f"a foreign clip: {clip.title or 'without a title'}{signer}"


def _take(manifest: ManifestSaid) -> str:
    record = manifest.assertions.get(_TAKE)
    return str(record.get("take") or "") if isinstance(record, Mapping) else ""


RULE = about_files(CARD, _question)
