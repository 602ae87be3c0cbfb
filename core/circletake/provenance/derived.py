"""What a manifest will say of what was made from a video that is there: edited, finished, redacted, a still.

The video it was made from is its parent, with all that its own credentials say. What somebody
else did is told as declared, and never as all that was done.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from fractions import Fraction
from pathlib import Path
from types import MappingProxyType
from typing import Any

from circletake.model.cue import Cue, CueList, Gap, Known, Overlay
from circletake.model.event import Actor
from circletake.model.export import SoundUse
from circletake.model.fingerprint import FingerprintSaid
from circletake.model.manifest import EditSaid, IngredientPlan, ManifestPlan
from circletake.model.policy import PromptPolicy
from circletake.model.recorded import OVER, UNDECLARED
from circletake.model.slate import Slate
from circletake.provenance import statements
from circletake.provenance import vocabulary as words
from circletake.provenance.carried import carried
from circletake.provenance.container import MIMES, raw_manifest
from circletake.provenance.keeping import prompts_of, without_words
from circletake.provenance.manifest import composite_type, disclosures
from circletake.provenance.pieces import (
    PARENT_ID,
    actions_of,
    assertion,
    definition_of,
    opened,
    placing,
    produced,
    trimmed,
    used_part,
)
from circletake.provenance.privacy import public
from circletake.provenance.redaction import Held, redacting, telling
from circletake.provenance.regions import temporal

_KNOWN = {
    Known.MATCHED: "found by its picture",
    Known.TIMELINE: "named by the editor's timeline",
    Known.BOTH: "named by the editor's timeline, found by its picture",
    Known.CUT: "cut so in the library",
}

_RATES = 90_000
"""Denominator of source times that were measured, not given."""


def plan_edited(
    source: Path,
    edits: Sequence[EditSaid],
    *,
    when: datetime,
    sha256: str = "",
    title: str = "",
    manifest: bytes | None = None,
    stated: Mapping[str, Any] = MappingProxyType({}),
    fingerprint: FingerprintSaid | None = None,
    by: Actor | None = None,
    generator_version: str = "",
) -> ManifestPlan:
    """The manifest of a video that was edited, such as a re-grade of an earlier export.

    Args:
        source: the video before the edit, its credentials with it.
        edits: what was done, as somebody declares it; at least one.
        sha256: what the bytes of ``source`` must be; empty where its credentials vouch for them.
        title: what to call the parent; its file name without one.
        manifest: the parent's own store where it lies apart from the file.
        stated: assertions of the parent; what they say of models holds of the edited video too.
        fingerprint: of the edited video itself.

    Raises:
        ValueError: no edit is declared.
    """
    if not edits:
        raise ValueError("an edited video needs what was done to it")
    parent = _parent(source, title or source.name, sha256, manifest)
    actions = [opened(when), *(_edit(each, when) for each in edits)]
    # What a person declares is theirs; circletake did not watch them work.
    assertions = [
        actions_of(actions, every=False),
        assertion(words.TRAINING, statements.no_training(), created=True),
    ]
    record = _signed_by({"record": "edit", "at": statements.stamp(when)}, by)
    assertions += [assertion(words.RECORD, record, created=True), *carried(stated, picture=False)]
    if fingerprint is not None:
        assertions.append(assertion(words.FINGERPRINT, fingerprint.to_json(), created=True))
    return ManifestPlan(definition_of(assertions, generator_version), (parent,))


def plan_finished(
    film: Path,
    cues: CueList,
    slates: Mapping[str, Slate],
    signed: Mapping[str, Path],
    *,
    policy: PromptPolicy,
    when: datetime,
    software: str = "",
    fingerprint: FingerprintSaid | None = None,
    by: Actor | None = None,
    generator_version: str = "",
) -> ManifestPlan:
    """The manifest of a film that was finished in an editor and brought back.

    Takes are named where they were found by their picture, or where the editor's timeline has them;
    each says which. What is none of ours stands as declared, or as undeclared; the edit itself is
    never said to be known in full.

    Args:
        cues: what was found in ``film``, with what a person declares of the rest.
        slates: by take id.
        signed: by take id, the signed file of each take found.
        policy: where it keeps prompts back, those in the credentials of ``film`` are redacted; they stay
            behind where no redaction reaches one.
        software: the editor, as a person names it.
        fingerprint: of ``film`` itself.
    """
    rate = cues.rate
    used = [slates[take_id] for take_id in dict.fromkeys(cue.take_id for cue in cues.cues)]
    parent = _parent(film, cues.film, cues.sha256, None)
    found, behind = Held(), tuple[str, ...]()
    if policy is not PromptPolicy.FULL:
        parent, found, behind = without_words(parent, film, prompts_of(used), signed.values())
    ingredients = [parent]
    placings, rows = [], []
    for index, cue in enumerate(sorted(cues.cues, key=lambda cue: cue.record_in)):
        slate, file = slates[cue.take_id], signed[cue.take_id]
        name = f"circletake:use-{index}"
        ingredients.append(_component(name, slate, file, cue))
        placings.append(placing(name, cue.record_in / rate, cue.record_out / rate, when))
        rows.append(_found(cue, slate, rate))
    edit = EditSaid(
        words.EDITED,
        source_type=_whole_type(used, cues),
        what=f"assembled and finished elsewhere; {_known(cues)}",
        software=software,
    )
    declared = [_declared(each, rate, when) for each in cues.others if each.kind]
    redactions, told = redacting(found, when)
    actions = [opened(when), *told, *placings, _edit(edit, when), *declared]
    record = {
        "film": cues.sha256,
        "rate": str(rate),
        "start": cues.start,
        "takes": rows,
        "others": [_other(each, rate) for each in cues.others],
        "black": [_seconds(each, rate) for each in cues.gaps if each.is_black],
        "coverage": _percent(cues.found, cues.frames),
    }
    if cues.sounds:
        record["sounds"] = [_sound(each) for each in cues.sounds]
    assertions = [
        actions_of(actions, every=False),
        assertion(words.FILM, _signed_by(record, by), created=True),
        *disclosures(used),
        assertion(words.TRAINING, statements.no_training(), created=True),
    ]
    # Its prompts stand with the takes; whose words made the rest of the film is not known.
    if metadata := statements.iptc_metadata(used, PromptPolicy.OMIT):
        assertions.append(assertion(words.METADATA, metadata))
    if fingerprint is not None:
        assertions.append(assertion(words.FINGERPRINT, fingerprint.to_json(), created=True))
    return ManifestPlan(
        definition_of(assertions, generator_version, redactions),
        tuple(ingredients),
        seconds=cues.frames / rate,
        without=() if policy is PromptPolicy.FULL else telling([*prompts_of(used), *found.texts]),
        left_behind=behind,
    )


def plan_still(
    slate: Slate,
    take: Path,
    at: Fraction,
    *,
    policy: PromptPolicy,
    when: datetime,
    actions: Sequence[str] = (),
    by: Actor | None = None,
    generator_version: str = "",
) -> ManifestPlan:
    """The manifest of a picture that is one frame of a take; the signed take is its parent.

    Args:
        take: the signed take, whose own credentials have its prompts or what stands for them.
        at: second of the take that the picture shows.
        policy: what of prompts travels.
        actions: what was done to the picture, e.g. ``c2pa.resized.proportional``.
    """
    frame = (at, at + 1 / (slate.take.media.rate or Fraction(24)))
    kept = trimmed(frame, "the frame that was kept", when, generator_version)
    done = [kept, *produced(actions, when, generator_version)]
    record = _signed_by({"record": "still", "at": statements.stamp(when), "second": str(at)}, by)
    assertions = _from_take(slate, policy, [opened(when), *done], record)
    return ManifestPlan(definition_of(assertions, generator_version), (_used(slate, take, frame),))


def plan_trimmed(
    slate: Slate,
    take: Path,
    part: tuple[Fraction, Fraction],
    *,
    policy: PromptPolicy,
    when: datetime,
    actions: Sequence[str] = (),
    fingerprint: FingerprintSaid | None = None,
    by: Actor | None = None,
    generator_version: str = "",
) -> ManifestPlan:
    """The manifest of a part of a take, made anew as a video of its own; the signed take is its parent.

    Args:
        take: the signed take, whole, whose own credentials have its prompts or what stands for them.
        part: the seconds of the take that are in the video, and nothing else.
        policy: what of prompts travels.
        actions: what was done to the picture beside trimming it, e.g. ``c2pa.transcoded``.
        fingerprint: the take's frames where they lie in the video.
    """
    kept = trimmed(part, "the part that was kept", when, generator_version)
    done = [kept, *produced(actions, when, generator_version)]
    said = {"record": "part", "at": statements.stamp(when), "seconds": [str(each) for each in part]}
    assertions = _from_take(slate, policy, [opened(when), *done], _signed_by(said, by))
    if fingerprint is not None:
        assertions.append(assertion(words.FINGERPRINT, fingerprint.to_json(), created=True))
    definition = definition_of(assertions, generator_version)
    return ManifestPlan(definition, (_used(slate, take, part),), seconds=part[1] - part[0])


def plan_passed_on(
    slate: Slate, source: Path, *, when: datetime, generator_version: str = ""
) -> ManifestPlan:
    """The manifest of a signed take that is signed again as it is, such as for a release.

    Args:
        source: the signed take, whose own credentials say how it was made.
    """
    parent = _parent(source, f"{slate.take.slate}{source.suffix.lower()}", "", None)
    assertions = [
        actions_of([opened(when)]),
        *disclosures([slate]),
        assertion(words.TRAINING, statements.no_training(), created=True),
    ]
    return ManifestPlan(definition_of(assertions, generator_version), (parent,))


def plan_redacted(
    source: Path,
    found: Held,
    *,
    when: datetime,
    stated: Mapping[str, Any] = MappingProxyType({}),
    by: Actor | None = None,
    generator_version: str = "",
) -> ManifestPlan:
    """The manifest of a copy whose credentials no longer hold some prompts.

    Args:
        source: the signed video as it is.
        found: what its credentials hold, as :func:`circletake.provenance.redaction.held` tells.
        stated: assertions of its active manifest; what they say of its picture holds of the copy too.
    """
    redactions, told = redacting(found, when)
    # The file may be named by its prompt.
    parent = _parent(source, "The video before redaction", "", None)
    record = _signed_by({"record": "redaction", "at": statements.stamp(when)}, by)
    assertions = [
        actions_of([opened(when), *told]),
        assertion(words.RECORD, record, created=True),
        assertion(words.TRAINING, statements.no_training(), created=True),
        *carried(stated, picture=True, without=found.texts),
    ]
    return ManifestPlan(definition_of(assertions, generator_version, redactions), (parent,))


def _parent(source: Path, title: str, sha256: str, manifest: bytes | None) -> IngredientPlan:
    definition = {"title": public(title, 120), "relationship": words.PARENT, "instance_id": PARENT_ID}
    beside = None if raw_manifest(source) else manifest
    return IngredientPlan(definition, MIMES.get(source.suffix.lower(), ""), source, beside, sha256)


def _used(slate: Slate, take: Path, part: tuple[Fraction, Fraction]) -> IngredientPlan:
    """A signed take as the parent of what shows a part of it."""
    parent = _parent(take, f"{slate.take.slate}{take.suffix.lower()}", "", None)
    return replace(parent, definition={**parent.definition, "metadata": used_part(*part)})


def _from_take(
    slate: Slate, policy: PromptPolicy, actions: list[dict[str, Any]], record: dict[str, Any]
) -> list[dict[str, Any]]:
    """What is said of a picture or video that shows one take and nothing else."""
    metadata = statements.iptc_metadata([slate], policy)
    return [
        actions_of(actions),
        assertion(words.RECORD, record, created=True),
        *disclosures([slate]),
        assertion(words.TRAINING, statements.no_training(), created=True),
        *([assertion(words.METADATA, metadata)] if metadata else []),
    ]


def _component(name: str, slate: Slate, file: Path, cue: Cue) -> IngredientPlan:
    definition = {
        "title": f"{slate.take.slate}{file.suffix.lower()}",
        "relationship": words.COMPONENT,
        "instance_id": name,
        "description": public(f"Take {slate.take.label}, {_KNOWN[cue.known]}"),
        "metadata": used_part(*_source(cue)),
    }
    return IngredientPlan(definition, MIMES.get(file.suffix.lower(), slate.take.media.mime), file)


def _source(cue: Cue) -> tuple[Fraction, Fraction]:
    start, end = (
        Fraction(max(0.0, each)).limit_denominator(_RATES) for each in (cue.source_in, cue.source_out)
    )
    return start, end


def _found(cue: Cue, slate: Slate, rate: Fraction) -> dict[str, Any]:
    start, end = _source(cue)
    said: dict[str, Any] = {
        "take": slate.take.sha256,
        "label": public(slate.take.label, 80),
        "record": [str(cue.record_in / rate), str(cue.record_out / rate)],
        "source": [str(start), str(end)],
        "evidence": cue.known.value,
    }
    if cue.known is not Known.TIMELINE:
        said |= {"confidence": f"{cue.confidence:.3f}", "distance": f"{cue.distance:.1f}"}
    return said


def _known(cues: CueList) -> str:
    """How its takes are known, all of them in a phrase."""
    kinds = {cue.known for cue in cues.cues}
    if kinds <= {Known.MATCHED}:
        return "takes were found by their picture"
    if kinds == {Known.TIMELINE}:
        return "takes are named by the editor's timeline"
    return "takes are named by the editor's timeline or their picture, as the record says of each"


def _percent(part: int, whole: int) -> str:
    """Percent in tenths, rounded down: 100.0 only where nothing is missing."""
    return f"{part * 1000 // whole / 10:.1f}" if whole else "0.0"


def _sound(sound: SoundUse) -> dict[str, str]:
    said = {
        "name": public(sound.name, 120),
        "origin": sound.origin,
        "declared_by": public(sound.declared_by, 80),
    }
    return said | {"at": sound.at} if sound.at else said


def _other(stretch: Gap | Overlay, rate: Fraction) -> dict[str, Any]:
    said = {
        "record": _seconds(stretch, rate),
        "what": public(_called(stretch), 120),
        "source_type": stretch.kind or UNDECLARED,
        "by": public(stretch.by, 80),
    }
    return said | {"at": stretch.at} if stretch.at else said


def _called(stretch: Gap | Overlay) -> str:
    return f"{OVER}: {stretch.what}" if isinstance(stretch, Overlay) else stretch.what


def _seconds(stretch: Gap | Overlay, rate: Fraction) -> list[str]:
    return [str(stretch.record_in / rate), str(stretch.record_out / rate)]


def _whole_type(used: Iterable[Slate], cues: CueList) -> str:
    """Its takes' type where all of the film is takes, else a composite no less AI-made than its parts."""
    takes = list(used)
    kind = composite_type(takes, None) if takes else words.COMPOSITE
    kinds = {kind} | {each.kind for each in cues.others}
    if {words.TRAINED, words.COMPOSITE_TRAINED} & kinds:
        return kind if kinds == {words.TRAINED} else words.COMPOSITE_TRAINED
    if {words.ALGORITHMIC, words.COMPOSITE_SYNTHETIC} & kinds:
        return kind if kinds == {words.ALGORITHMIC} else words.COMPOSITE_SYNTHETIC
    captured = {words.CAPTURE, words.COMPOSITE_CAPTURE, words.CREATION, words.HUMAN_EDITS}
    return words.COMPOSITE_CAPTURE if kinds <= captured else words.COMPOSITE


def _declared(stretch: Gap | Overlay, rate: Fraction, when: datetime) -> dict[str, Any]:
    what = public(_called(stretch), 120) or "none of the takes"
    by = f"{public(stretch.by, 60)} on {stretch.at}" if stretch.at else stretch.by
    said = EditSaid(words.EDITED, by, what, stretch.kind)
    region = temporal(stretch.record_in / rate, stretch.record_out / rate)
    return {**_edit(said, when), "changes": [{"region": [region]}]}


def _edit(edit: EditSaid, when: datetime) -> dict[str, Any]:
    action: dict[str, Any] = {"action": edit.action, "when": statements.stamp(when)}
    if edit.action not in words.NOT_PERCEPTIBLE:
        action["digitalSourceType"] = words.IPTC + (edit.source_type or words.HUMAN_EDITS)
    by = f"declared by {public(edit.by, 80)}" if edit.by else ""
    if said := "; ".join(filter(None, (public(edit.what, 200), by))):
        action["description"] = said
    if edit.software:
        action["softwareAgent"] = {"name": public(edit.software, 120)}
    return action


def _signed_by(record: dict[str, Any], by: Actor | None) -> dict[str, Any]:
    return {**record, "exported_by": public(by.name, 80)} if by is not None and by.person else record
