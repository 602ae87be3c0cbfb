"""Does the manifest hold the AI disclosure of C2PA 2.4?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from circletake import AuditCase, FileCase, ManifestSaid, RuleCard, Severity
from circletake_rules.asking import Answer, about_files, failed, not_checked, passed
from circletake_rules.generated import TRAINED, machine_made

CARD = RuleCard(
    id="ai.disclosure",
    title="video by a trained model carries an AI disclosure",
    meaning=(
        "A trained model made it, and no manifest (signed statement) in the file holds the AI disclosure "
        "of C2PA 2.4 (c2pa.ai-disclosure), or one holds it without its required field. Files signed "
        "before C2PA 2.4 have none."
    ),
    severity=Severity.NOTE,
    source="C2PA 2.4 section 18.28, c2pa.ai-disclosure",
    remedy=(
        "ask the producer, where somebody needs it, for a file that carries it; "
        "the producer: circletake recipe set TAKE model=NAME, then release again"
    ),
)

_LABEL = "c2pa.ai-disclosure"
_LEVELS = ("fully_autonomous", "prompt_guided", "human_validated")


def _question(case: AuditCase, file: FileCase) -> Iterator[Answer]:
    if not file.credentials.present:
        yield not_checked("no credentials")
        return
    if not any(traced.use.source_type in TRAINED for traced in machine_made(file)):
        yield not_checked("no stretch is said to be made by a trained model")
        return
    found = [said for manifest in file.credentials.manifests for said in _disclosures(manifest)]
    wrong = [reason for said in found if (reason := _lacks(said))]
    if not found:
        yield failed("no AI disclosure", _LABEL)
    elif wrong:
        yield failed(wrong[0], "modelType, and a known level of oversight")
    else:
        names = dict.fromkeys(str(said.get("modelName", "")) for said in found if isinstance(said, Mapping))
        yield passed(", ".join(name[:60] for name in names if name))


def _disclosures(manifest: ManifestSaid) -> Iterator[object]:
    for label, data in manifest.assertions.items():
        if label.split("__")[0] == _LABEL:
            yield data


def _lacks(said: object) -> str:
    if not isinstance(said, Mapping) or not said.get("modelType"):
        return "a disclosure without modelType"
    profile = said.get("contentProfile")
    level = profile.get("humanOversightLevel") if isinstance(profile, Mapping) else None
    return f"“{str(level)[:40]}” is no level of oversight" if level and level not in _LEVELS else ""


RULE = about_files(CARD, _question)
