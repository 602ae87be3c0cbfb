"""Does a generated video carry the metadata label of GB 45438-2025?"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from circletake import AuditCase, FileCase, RuleCard, Severity
from circletake_rules.asking import Answer, about_files, failed, not_checked, passed
from circletake_rules.generated import machine_made

CARD = RuleCard(
    id="label.aigc",
    title="the container carries an AIGC label",
    meaning=(
        "It is generated, and the file has no tag AIGC, or one that does not hold what the standard asks."
    ),
    severity=Severity.NOTE,
    source="GB 45438-2025: what is generated bears a label in its metadata; in force since 2025-09-01",
    remedy=(
        "ask the producer for a labelled file; "
        "the producer: write the tag AIGC before signing; circletake does not write it"
    ),
)

TAG = "aigc"
_FIELDS = (
    "Label",
    "ContentProducer",
    "ProduceID",
    "ReservedCode1",
    "ContentPropagator",
    "PropagateID",
    "ReservedCode2",
)
_LABELS = {"1": "generated", "2": "possibly generated", "3": "suspected to be generated"}


def _question(case: AuditCase, file: FileCase) -> Iterator[Answer]:
    generated = any(True for _ in machine_made(file))
    text = file.tags.get(TAG, "")
    if file.media is None:
        yield not_checked("the container cannot be read")
    elif not text and not generated:
        yield not_checked("no stretch is said to be generated")
    elif not text:
        yield failed("no tag AIGC in the container", ", ".join(_FIELDS))
    elif wrong := _wrong(text):
        yield failed(wrong, f"JSON with {', '.join(_FIELDS)}")
    else:
        label = _read(text)
        yield passed(
            f"{_LABELS[str(label['Label'])]}, by {str(label['ContentProducer'])[:60]}; declared, not verified"
        )


def _read(text: str) -> Mapping[str, object]:
    """The label; some writers put it in an object of the same name."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    inner = data.get("AIGC", data) if isinstance(data, dict) else {}
    return inner if isinstance(inner, dict) else {}


def _wrong(text: str) -> str:
    label = _read(text)
    if not label:
        return "the tag AIGC is no JSON object"
    missing = [field for field in _FIELDS if field not in label]
    if missing:
        return f"the tag AIGC lacks {', '.join(missing)}"
    if str(label["Label"]) not in _LABELS:
        return f"Label is “{str(label['Label'])[:20]}”, not 1, 2 or 3"
    empty = [field for field in ("ContentProducer", "ProduceID") if not label[field]]
    return f"the tag AIGC leaves {', '.join(empty)} empty" if empty else ""


RULE = about_files(CARD, _question)
