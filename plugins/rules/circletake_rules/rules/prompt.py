"""Is the prompt of each generated stretch recorded?"""

from __future__ import annotations

from collections.abc import Iterator

from circletake import ALGORITHMIC, AuditCase, FileCase, RuleCard, Severity
from circletake_rules.asking import Answer, about_files, not_checked, passed
from circletake_rules.generated import TOLD_THERE, about, lacking, machine_made

CARD = RuleCard(
    id="ai.prompt",
    title="every generated stretch has its prompt",
    meaning="It is generated, and nobody recorded what was asked for.",
    severity=Severity.WARNING,
    source="IPTC 2025.1 AIPromptInformation; C2PA 2.4 c2pa.types.generator.prompt",
    remedy=(
        "ask the producer for the prompt; "
        "the producer: circletake recipe table --missing prompt, then release again"
    ),
    otherwise=TOLD_THERE,
)


def _question(case: AuditCase, file: FileCase) -> Iterator[Answer]:
    asked = False
    omitted = case.release is not None and case.release.prompt_policy == "omit"
    manifests = file.credentials.manifests
    redacted = any(action.name == "c2pa.redacted" for said in manifests for action in said.actions)
    for traced in machine_made(file):
        if traced.use.source_type == ALGORITHMIC and not traced.use.prompt_evidence:
            continue  # without a trained model nobody need have asked for anything in words
        asked = True
        if traced.use.prompt:
            yield passed(traced.use.take)
        elif traced.use.prompt_digest:
            yield passed(
                about(file, traced, "kept back by the producer's prompt policy; its digest is recorded")
            )
        elif omitted and traced.use.prompt_evidence:
            yield passed(about(file, traced, "left out by the release's prompt policy"))
        elif traced.withheld and traced.use.prompt_evidence:
            yield passed(
                about(file, traced, "left out by the signer's prompt policy, as the credentials say")
            )
        elif redacted and traced.use.prompt_evidence:
            yield passed(about(file, traced, "taken out by the signer, as the credentials say"))
        else:
            yield lacking(case, file, traced, "no prompt recorded", "the prompt it was made from")
    if not asked:
        yield not_checked("no stretch is said to be generated")


RULE = about_files(CARD, _question)
