"""Which rules of the official rubric for assets does the manifest break?"""

from __future__ import annotations

from collections.abc import Iterator

from circletake import ActionSaid, AuditCase, FileCase, ManifestSaid, RuleCard, Severity
from circletake_rules.asking import SIGNED, Answer, about_files, failed, not_checked, passed

CARD = RuleCard(
    id="c2pa.conformance",
    title="it follows the rules of the C2PA asset rubric 0.2 that concern this file",
    meaning=(
        "The manifest (the signed statement in the file) is written in a way that the rubric for C2PA "
        "2.4 does not accept. It says nothing about whether the file was altered, and files signed "
        "before 2026 often break some of it."
    ),
    severity=Severity.NOTE,
    source="C2PA asset conformance rubric 0.2 for spec 2.4, 2026-08-06: rules that can be read off a file",
    remedy="the producer's software would have to write it otherwise; a recipient has nothing to do",
)

_INCEPTIONS = frozenset({"c2pa.created", "c2pa.opened"})

_WITHOUT_SOURCE_TYPE = _INCEPTIONS | {
    "c2pa.placed",
    "c2pa.converted",
    "c2pa.published",
    "c2pa.repackaged",
    "c2pa.transcoded",
    "c2pa.resized.proportional",
    "c2pa.enhanced",
    "c2pa.edited.metadata",
    "c2pa.watermarked",
    "c2pa.watermarked.bound",
    "c2pa.watermarked.unbound",
    "c2pa.redacted",
}

_ACTIONS = _WITHOUT_SOURCE_TYPE | {
    "c2pa.addedText",
    "c2pa.adjustedColor",
    "c2pa.changedSpeed",
    "c2pa.cropped",
    "c2pa.deleted",
    "c2pa.drawing",
    "c2pa.dubbed",
    "c2pa.edited",
    "c2pa.filtered",
    "c2pa.mastered",
    "c2pa.mixed",
    "c2pa.orientation",
    "c2pa.remixed",
    "c2pa.removed",
    "c2pa.resized",
    "c2pa.translated",
    "c2pa.trimmed",
    "c2pa.unknown",
}

_DEPRECATED_ACTIONS = frozenset(
    {
        "c2pa.copied",
        "c2pa.formatted",
        "c2pa.version_updated",
        "c2pa.printed",
        "c2pa.managed",
        "c2pa.produced",
        "c2pa.saved",
        "c2pa.color_adjustments",
        "c2pa.watermarked",
    }
)

_DEPRECATED_ASSERTIONS = frozenset(
    {
        "c2pa.claim",
        "c2pa.hash.bmff.v2",
        "c2pa.asset-type",
        "c2pa.ingredient",
        "c2pa.ingredient.v2",
        "c2pa.actions",
    }
)

_ASSERTIONS = frozenset(
    {
        "c2pa.hash.data",
        "c2pa.hash.data.part",
        "c2pa.actions.v2",
        "c2pa.ingredient.v3",
        "c2pa.hash.boxes",
        "c2pa.hash.bmff.v3",
        "c2pa.hash.collection.data",
        "c2pa.soft-binding",
        "c2pa.cloud-data",
        "c2pa.embedded-data",
        "c2pa.metadata",
        "c2pa.certificate-status",
        "c2pa.asset-ref",
        "c2pa.asset-type.v2",
        "c2pa.hash.multi-asset",
        "c2pa.thumbnail.claim",
        "c2pa.thumbnail.ingredient",
        "c2pa.depthmap.GDepth",
        "c2pa.icon",
        "c2pa.alternative-content-representation",
        "c2pa.external-reference",
        "c2pa.session-keys",
        "c2pa.environmental-sustainability",
        "c2pa.repository-receipt",
        "c2pa.ai-disclosure",
        "c2pa.assertion.metadata",
        "c2pa.time-stamp",
    }
)

_ROLES = frozenset({"parentOf", "inputTo", "componentOf"})
_SHOWN = 4


def _question(case: AuditCase, file: FileCase) -> Iterator[Answer]:
    active = file.credentials.active
    if active is None:
        yield not_checked("no credentials")
        return
    broken = list(
        dict.fromkeys((*_claim(active), *_labels(active), *_actions(active), *_ingredients(active)))
    )
    if broken:
        more = f"; and {len(broken) - _SHOWN} more" if len(broken) > _SHOWN else ""
        yield failed("; ".join(broken[:_SHOWN]) + more, "none of the rules broken")
    else:
        yield passed()


def _claim(manifest: ManifestSaid) -> Iterator[str]:
    if manifest.claim_version == 1:
        yield "a claim of version 1"
    if manifest.spec_version.split(".")[:2] != ["2", "4"]:
        yield f"specVersion is {manifest.spec_version or 'not given'}, not 2.4"
    if not manifest.label.startswith("urn:c2pa:"):
        yield "its label does not begin with urn:c2pa:"


def _labels(manifest: ManifestSaid) -> Iterator[str]:
    for label in manifest.labels:
        base = label.split("__")[0]
        if base.startswith("stds.") or base in _DEPRECATED_ASSERTIONS:
            yield f"a deprecated assertion {base}"
        elif base.startswith("c2pa.") and base not in _ASSERTIONS:
            yield f"an unknown assertion {base}"
        elif "." not in base:
            yield f"an assertion without a namespace: {base}"


def _actions(manifest: ManifestSaid) -> Iterator[str]:
    if not manifest.actions:
        yield "no actions at all"
        return
    if None in manifest.lists_all:
        yield "allActionsIncluded is not said"
    if manifest.actions[0].name not in _INCEPTIONS:
        yield f"the first action is {manifest.actions[0].name}, not c2pa.created or c2pa.opened"
    if sum(action.name in _INCEPTIONS for action in manifest.actions) > 1:
        yield "more than one of c2pa.created and c2pa.opened"
    for action in manifest.actions:
        yield from _action(action)


def _action(action: ActionSaid) -> Iterator[str]:
    name = action.name
    if name in _DEPRECATED_ACTIONS:
        yield f"a deprecated action {name}"
    elif name.startswith("c2pa.") and name not in _ACTIONS:
        yield f"an unknown action {name}"
    elif "." not in name:
        yield f"an action without a namespace: {name}"
    if name == "c2pa.opened" and action.source_type:
        yield "c2pa.opened has a digital source type"
    if name == "c2pa.opened" and len(action.ingredients) != 1:
        yield f"c2pa.opened refers to {len(action.ingredients)} ingredients, not to its one parent"
    needs = name.startswith("c2pa.") and (name == "c2pa.created" or name not in _WITHOUT_SOURCE_TYPE)
    if needs and not action.source_type:
        yield f"{name} has no digital source type"


def _ingredients(manifest: ManifestSaid) -> Iterator[str]:
    for ingredient in manifest.ingredients:
        if ingredient.role not in _ROLES:
            yield f"an ingredient with the relationship {ingredient.role or 'none'}"
        if ingredient.manifest and ingredient.source_type:
            yield "an ingredient with a manifest and a digital source type"


RULE = about_files(CARD, _question, SIGNED)
