"""Thirteen ways in which a release goes wrong, each with a finding of its own, and none where nothing did."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from circletake.audit.answer import verdict_on
from circletake.audit.profiles import profile_named
from circletake.audit.summary import summarise
from circletake.media.probe import probe
from circletake.model.audit import Audit
from circletake.model.cut import Cut, CutEvent
from circletake.model.export import Release
from circletake.model.policy import PromptPolicy
from circletake.plugins.manager import PluginManager
from circletake.provenance.keys import KeyRing
from circletake.provenance.layout import layout_of
from circletake.provenance.manifest import plan_cut
from circletake.provenance.signing import sign
from circletake.workflows.auditing.audit import audit_folder
from tests.factories import NOW, tiny_clip
from tests.releases import WHEN, Made, make_release, recipe, resealed, unsigned_copy, write_sums
from tests.tampering import (
    displaced,
    encoded_again,
    flipped,
    remuxed,
    reordered,
    stripped,
    trimmed,
    with_free_box,
    with_manifest_of,
)

pytestmark = pytest.mark.usefixtures("no_workers")

CLIP = 0
"""Number of the take whose file is altered, where one is."""


@dataclass(frozen=True)
class Alteration:
    """What is done to a release, and the one finding it is told by.

    Attributes:
        do: given the release and an empty folder.
        rule, words: of the finding.
        asked: more arguments for the audit.
        also: other rules that find the same defect from their own side.
    """

    do: Callable[[Made, Path], None]
    rule: str
    words: str
    asked: tuple[tuple[str, Any], ...] = ()
    also: tuple[str, ...] = ()


def clip_of(made: Made, number: int = CLIP) -> Path:
    return made.folder / "clips" / f"{made.slates[number].take.slate}.mp4"


def to_a_clip(change: Callable[[Path], None]) -> Callable[[Made, Path], None]:
    return lambda made, _: change(clip_of(made))


def swap_manifest(made: Made, _: Path) -> None:
    mine = clip_of(made)
    mine.write_bytes(with_manifest_of(mine.read_bytes(), clip_of(made, 1).read_bytes()))


def foreign_clip_in_the_cut(made: Made, there: Path) -> None:
    """The producer's own cut with somebody else's signed clip in it, which the record does not name."""
    stranger = KeyRing(there / "stranger")
    stranger.init("Somebody Else")
    foreign = make_release(there / "foreign", stranger, [recipe("a decoy")])
    slates = [*made.slates, replace(foreign.slates[0], take=replace(foreign.slates[0].take, shot="XX"))]
    events = tuple(CutEvent(s.take.id, Fraction(0), Fraction(1)) for s in slates)
    signed = {s.take.id: clip_of(made, n) for n, s in enumerate(made.slates)}
    signed[foreign.slates[0].take.id] = clip_of(foreign)
    cut = Cut("night bus", Fraction(12), 64, 48, events, None)
    plan = plan_cut(cut, {s.take.id: s for s in slates}, signed, policy=PromptPolicy.FULL, when=WHEN)
    rendered = tiny_clip(there / "cut.mp4", seconds=4, seed=98)
    done = sign(plan, rendered, there / "night_bus.mp4", made.keys.signer(), "video/mp4")
    shutil.move(done.path, made.folder / "night_bus.mp4")
    recorded_again(made, "night_bus.mp4", seconds="4")


def unsigned_file(made: Made, _: Path) -> None:
    tiny_clip(made.folder / "extra.mp4", seed=77)


def another_prompt(made: Made, _: Path) -> None:
    def snow(text: str) -> str:
        return text.replace("rain", "snow")

    release = Release.from_json(json.loads((made.folder / "release.json").read_text()))
    files = [replace(f, uses=tuple(replace(u, prompt=snow(u.prompt)) for u in f.uses)) for f in release.files]
    resealed(made, replace(release, files=tuple(files)), made.keys.signer())
    write_sums(made.folder)


def nothing(made: Made, _: Path) -> None:
    """The file is as it was; the reader asks at another time, or without a list."""


def recorded_again(made: Made, path: str, **over: str) -> None:
    """Record a file as it is now, as its producer can."""
    file = made.folder / path
    release = Release.from_json(json.loads((made.folder / "release.json").read_text()))
    layout = layout_of(file)
    now = {
        "sha256": hashlib.sha256(file.read_bytes()).hexdigest(),
        "picture_sha256": probe(file).facts.picture_sha256,
        "layout_sha256": layout.sha256 if layout else "",
        **over,
    }
    files = tuple(
        replace(f, size=file.stat().st_size, **now) if f.path == path else f  # type: ignore[arg-type]
        for f in release.files
    )
    resealed(made, replace(release, files=files), made.keys.signer())
    write_sums(made.folder)


IN_TWENTY_YEARS = (("moment", datetime(2046, 1, 1, tzinfo=UTC)),)

ALTERATIONS = {
    "stripped": Alteration(to_a_clip(stripped), "c2pa.present", "stripped: the picture is the recorded one"),
    "remuxed": Alteration(to_a_clip(remuxed), "c2pa.present", "remuxed: the recorded picture"),
    "re-encoded": Alteration(to_a_clip(encoded_again), "c2pa.present", "re-encoded or replaced"),
    "trimmed": Alteration(to_a_clip(trimmed), "c2pa.present", "trimmed: no credentials, and 0.5 of 1.0 s"),
    "byte flipped": Alteration(
        to_a_clip(flipped), "c2pa.state", "picture, sound or how they are stored was changed"
    ),
    "free box appended": Alteration(
        to_a_clip(with_free_box), "bytes.slack", "outside the signature's reach", also=("bytes.exact",)
    ),
    "chunk offsets reordered": Alteration(
        to_a_clip(reordered), "c2pa.state", "the chunk offsets were put in another order"
    ),
    "manifest swapped": Alteration(
        swap_manifest, "manifest.own", "swapped: this is the manifest of", also=("c2pa.state",)
    ),
    "foreign clip in the cut": Alteration(foreign_clip_in_the_cut, "cut.clips", "a foreign clip"),
    "unsigned file in the release": Alteration(unsigned_file, "files.known", "an unsigned video"),
    "prompt differs": Alteration(another_prompt, "prompt.matches", "the credentials say “night bus, rain”"),
    "expired certificate": Alteration(nothing, "c2pa.time", "not altered", IN_TWENTY_YEARS),
    "unknown signer": Alteration(nothing, "c2pa.trusted", "unknown signer: Lumen Films", (("trust", ()),)),
}


@pytest.fixture(scope="session")
def with_sound(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """A release whose takes have sound, so that their files have more than one chunk of picture."""
    keys = KeyRing(tmp_path_factory.mktemp("signer"))
    keys.init("Lumen Films")
    return make_release(tmp_path_factory.mktemp("sound"), keys, audio=True)


@pytest.fixture
def release(with_sound: Made, tmp_path: Path) -> Made:
    shutil.copytree(with_sound.folder, tmp_path / "release")
    return replace(with_sound, folder=tmp_path / "release")


def audited(made: Made, **asked: Any) -> Audit:
    manager = PluginManager.load(only=("rules",))
    return audit_folder(made.folder, manager=manager, at=NOW, **{"trust": [made.keys.anchor()], **asked})


def found(audit: Audit) -> set[tuple[str, str]]:
    return {(o.rule, o.seen) for o in audit.failed}


@pytest.mark.parametrize("name", ALTERATIONS)
def test_each_alteration_is_told_by_its_own_finding_and_by_no_other(
    name: str, release: Made, tmp_path: Path
) -> None:
    alteration = ALTERATIONS[name]
    clean = audited(release)
    assert (clean.exit_code, found(clean)) == (0, set())

    alteration.do(release, tmp_path)
    told = found(audited(release, **dict(alteration.asked)))

    assert {rule for rule, _ in told} == {alteration.rule, *alteration.also}
    assert all(alteration.words in seen for rule, seen in told if rule == alteration.rule)


@pytest.mark.parametrize(
    "tail", [b"more", b"hello world, this is a tail of text", b"\xff" * 64, bytes(40), b"abc"]
)
def test_bytes_after_the_end_are_told_as_that_whatever_they_look_like(tail: bytes, release: Made) -> None:
    clip = clip_of(release)
    clip.write_bytes(clip.read_bytes() + tail)
    audit = audited(release)
    ((rule, seen),) = found(audit)
    assert rule == "c2pa.state"
    assert seen.startswith(f"{len(tail)} bytes were added after the end of the video")
    assert [f.verdict for f in audit.files if f.case.path.endswith(clip.name)] == ["altered"]


def test_a_file_that_was_cut_short_is_told_with_what_is_missing(release: Made) -> None:
    clip = clip_of(release)
    whole = clip.read_bytes()
    for missing, also in ((200, ""), (len(whole) // 3, "; what is left is not what was signed")):
        clip.write_bytes(whole[:-missing])
        ((rule, seen),) = found(audited(release))
        assert rule == "file.readable"
        assert seen == f"cut short: it ends early, {missing} of {len(whole)} bytes are missing{also}"


REORDERINGS: dict[str, Callable[[list[int]], list[int]]] = {
    "turned around": lambda offsets: offsets[::-1],
    "rotated": lambda offsets: [*offsets[1:], offsets[0]],
    "halves swapped": lambda offsets: offsets[len(offsets) // 2 :] + offsets[: len(offsets) // 2],
    "ends swapped": lambda offsets: [offsets[-1], *offsets[1:-1], offsets[0]],
    "shuffled": lambda offsets: sorted(offsets, key=lambda offset: offset % 7),
}


@pytest.mark.parametrize("track", [0, 1])
@pytest.mark.parametrize("order", REORDERINGS)
def test_chunks_in_any_other_order_are_an_alteration_however_badly_the_file_then_plays(
    order: str, track: int, release: Made
) -> None:
    clip = clip_of(release)
    whole = clip.read_bytes()
    displaced(clip, REORDERINGS[order], track)
    assert clip.read_bytes() != whole
    audit = audited(release)
    ((rule, seen),) = found(audit)
    assert rule == "c2pa.state"
    assert seen.startswith("the chunk offsets were put in another order")
    assert [f.verdict for f in audit.files if f.case.path.endswith(clip.name)] == ["altered"]
    assert "download" not in " ".join(o.remedy for o in audit.outcomes.failed())


def test_an_index_that_promises_more_pictures_is_altered_and_not_cut_short(release: Made) -> None:
    clip = clip_of(release)
    displaced(clip, lambda offsets: [*offsets[:-1], clip.stat().st_size])
    audit = audited(release)
    ((rule, seen),) = found(audit)
    assert rule == "c2pa.state"
    assert "not all of it can be read" in seen
    assert [f.verdict for f in audit.files if f.case.path.endswith(clip.name)] == ["altered"]


def test_a_box_that_says_it_goes_on_behind_the_end_cuts_no_file_short_that_is_as_long_as_it_was(
    release: Made,
) -> None:
    clip = clip_of(release)
    data = bytearray(clip.read_bytes())
    data[data.rindex(b"mdat") - 3] ^= 0x10
    clip.write_bytes(data)
    audit = audited(release)
    assert "cut short" not in " ".join(seen for _, seen in found(audit))
    assert [f.verdict for f in audit.files if f.case.path.endswith(clip.name)] == ["altered"]


def test_a_release_is_not_intact_whose_seal_was_taken_away_and_whose_sums_fit(release: Made) -> None:
    (release.folder / "release.json.c2pa").unlink()
    listed = json.loads((release.folder / "release.json").read_text())
    listed["files"] = [file for file in listed["files"] if not file["path"].startswith("clips/")]
    (release.folder / "release.json").write_text(json.dumps(listed))
    shutil.rmtree(release.folder / "clips")
    write_sums(release.folder)
    audit = audited(release)
    told = verdict_on(audit, summarise(audit))
    assert (told.word, told.videos) == ("Not intact", {"intact": 1})
    assert "stripped of its seal, or written by somebody else" in told.sentence
    assert {rule for rule, _ in found(audit)} == {"seal.intact"}


def test_no_two_alterations_are_told_alike() -> None:
    assert len({(a.rule, a.words) for a in ALTERATIONS.values()}) == len(ALTERATIONS) == 13


@pytest.mark.parametrize("name", ["expired certificate", "unknown signer", "unsigned file in the release"])
def test_what_touches_no_signed_file_is_never_called_altered(
    name: str, release: Made, tmp_path: Path
) -> None:
    alteration = ALTERATIONS[name]
    alteration.do(release, tmp_path)
    audit = audited(release, **dict(alteration.asked))
    assert "altered" not in {f.verdict for f in audit.files}


def test_a_remux_into_another_container_is_told_with_its_kind(release: Made) -> None:
    moved = unsigned_copy(clip_of(release), release.folder / "new.mov")
    moved.replace(clip_of(release))
    (told,) = {seen for rule, seen in found(audited(release)) if rule == "c2pa.present"}
    assert (
        told == "remuxed: the recorded picture, without credentials, in another container (video/quicktime)"
    )


def test_a_signed_file_that_lost_its_end_is_told_as_trimmed(release: Made) -> None:
    """Some editors carry the credentials over into what they cut."""
    old = clip_of(release).read_bytes()
    trimmed(clip_of(release))
    clip_of(release).write_bytes(with_manifest_of(clip_of(release).read_bytes(), old))
    (told,) = {seen for rule, seen in found(audited(release)) if rule == "c2pa.state"}
    assert told.startswith("trimmed: 0.5 of 1.0 s are here")


def test_our_own_release_follows_the_asset_rubric_and_counts_its_takes(made: Made) -> None:
    told = [
        o for o in audited(made).outcomes if o.rule in ("c2pa.conformance", "takes.used", "ai.disclosure")
    ]
    assert {(o.rule, o.check.value) for o in told} == {
        ("c2pa.conformance", "passed"),
        ("takes.used", "passed"),
        ("ai.disclosure", "passed"),
    }


def test_tags_of_a_container_are_read_for_labels_and_for_what_should_not_be_there(
    made: Made, tmp_path: Path
) -> None:
    label = {
        "Label": "1",
        "ContentProducer": "Lumen",
        "ProduceID": "42",
        **dict.fromkeys(("ReservedCode1", "ContentPropagator", "PropagateID", "ReservedCode2"), ""),
    }
    folder = tmp_path / "tagged"
    tiny_clip(folder / "a.mp4", tags={"AIGC": json.dumps(label), "comment": "by ana@example.com"})
    audit = audited(replace(made, folder=folder), profile=profile_named("cn-gb45438"))
    told = {o.rule: o.seen or o.reason for o in audit.outcomes}
    assert told["label.aigc"] == "generated, by Lumen; declared, not verified"
    assert told["privacy.tags"] == "an e-mail address in the tag comment"
