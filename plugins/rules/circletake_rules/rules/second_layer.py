"""Is there a way back to the credentials once they are stripped?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from circletake import AuditCase, FileCase, ManifestSaid, RuleCard, Severity
from circletake_rules.asking import Answer, about_files, failed, not_checked, passed

CARD = RuleCard(
    id="second.layer",
    title="a second layer leads back to the credentials",
    meaning=(
        "Credentials can be stripped from any file, and nothing else that an audit can see leads back "
        "to them. An imperceptible watermark may be there: no rule can look for one."
    ),
    severity=Severity.NOTE,
    source=(
        "EU Code of Practice on marking 1.1.2 and 1.1.3: a watermark, or a fingerprint or log; "
        "C2PA 2.4, soft bindings"
    ),
    remedy=(
        "ask the producer whether they keep fingerprints or a watermark; "
        "the producer: circletake analyze, and keep the library that exported it"
    ),
)

_FINGERPRINTS = ("fingerprint", "phash", "perceptual")


def _question(case: AuditCase, file: FileCase) -> Iterator[Answer]:
    if not file.credentials.present:
        yield not_checked("no credentials to lead back to")
        return
    found = [layer for manifest in file.credentials.manifests for layer in _told(manifest)]
    if file.known and file.known.fingerprinted:
        found.append("fingerprints in the library of the takes it is made of")
    if found:
        yield passed("; ".join(dict.fromkeys(found)))
    else:
        yield failed("no soft binding, no fingerprint that is recorded anywhere, no watermark declared")


def _told(manifest: ManifestSaid) -> Iterator[str]:
    for label, data in manifest.assertions.items():
        said = data if isinstance(data, Mapping) else {}
        if label.startswith("c2pa.soft-binding"):
            yield f"a soft binding by {str(said.get('alg') or 'an unnamed algorithm')[:60]}"
        elif not label.startswith(("c2pa.", "cawg.", "stds.")) and any(
            word in text.lower() for text in (label, *map(str, said)) for word in _FINGERPRINTS
        ):
            yield f"a fingerprint in the assertion {label[:60]}"
    for action in manifest.actions:
        if action.name.startswith("c2pa.watermarked"):
            yield "a watermark that the manifest declares; not looked for"


RULE = about_files(CARD, _question)
