"""Every kind of manifest: planned, signed, read again, and held against C2PA's own rubric."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from circletake.errors import SigningError
from circletake.model.belonging import Belonging
from circletake.model.cue import Gap
from circletake.model.cut import Cut, CutEvent, Fit, Song
from circletake.model.fingerprint import FingerprintSaid
from circletake.model.manifest import Credentials, EditSaid, ManifestPlan, ManifestSaid
from circletake.model.policy import PromptPolicy
from circletake.model.recipe import Evidence
from circletake.model.slate import Slate
from circletake.model.take import Declaration
from circletake.model.text import printable
from circletake.provenance import vocabulary as words
from circletake.provenance.carried import carried
from circletake.provenance.derived import (
    plan_edited,
    plan_finished,
    plan_passed_on,
    plan_still,
    plan_trimmed,
)
from circletake.provenance.keys import FileSigner
from circletake.provenance.manifest import plan_cut, plan_record, plan_take
from circletake.provenance.pieces import for_release
from circletake.provenance.reading import raw_manifest, read_credentials
from circletake.provenance.redaction import held
from circletake.provenance.regions import spans
from circletake.provenance.session import context
from circletake.provenance.signing import sign
from circletake.provenance.trust import TrustList
from circletake.provenance.validate import problems
from circletake.workflows.leaving.redacting import redact
from tests.factories import NOW, OBSERVED, actor, claim, cue, cue_list, media_facts, slate
from tests.rubric import Rubric
from tests.unit.provenance.conftest import Make

Made = Callable[..., ManifestSaid]
Clip = Callable[..., Path]
FULL = PromptPolicy.FULL
HALF = (Fraction(1, 4), Fraction(3, 4))
PRINT = FingerprintSaid("phash-grid", "2", "ab" * 32, "take", ((0.0, "0f" * 32), (0.5, "f0" * 32)))


@pytest.fixture(scope="session")
def rubric(shared: Path) -> Rubric:
    """The official rubric; tests that ask it are skipped where it is not at hand."""
    path = shared / "specs" / "c2pa" / "asset-rubric-conformance0.2-spec2.4.yml"
    if not path.is_file():
        pytest.skip("no official rubric beside the project")
    return Rubric(path)


@pytest.fixture
def made(signer: FileSigner, own: list[TrustList], rubric: Rubric, tmp_path: Path) -> Made:
    """``made(plan, source)``: signed at ``tmp_path/made``, trusted, and without a broken rule."""

    def make(plan: ManifestPlan, source: Path, name: str = "") -> ManifestSaid:
        assert problems(plan) == []
        to = tmp_path / "made" / (name or source.name)
        to.parent.mkdir(exist_ok=True)
        done = sign(plan, source, to, signer)
        said = checked(read_credentials(to, own))
        beside = done.sidecar.read_bytes() if done.sidecar else None
        assert rubric.failures(to, beside, said_mime(to)) == []
        return said

    return make


def checked(said: Credentials) -> ManifestSaid:
    assert (said.state, said.problems) == ("Trusted", ())
    assert said.active is not None
    return said.active


def said_mime(path: Path) -> str:
    return {".webm": "video/webm", ".json": "application/json"}.get(path.suffix, "video/mp4")


def names(said: ManifestSaid) -> list[str]:
    return [action.name.removeprefix("c2pa.") for action in said.actions]


def roles(said: ManifestSaid) -> list[str]:
    return [ingredient.role for ingredient in said.ingredients]


def plan(take: Slate, source: Path, **over: Any) -> ManifestPlan:
    return plan_take(take, source, **{"policy": FULL, "when": NOW, **over})


@pytest.mark.parametrize("policy", list(PromptPolicy))
@pytest.mark.parametrize("suffix", ["mp4", "webm"])
def test_an_observed_take(clip: Clip, made: Made, suffix: str, policy: PromptPolicy) -> None:
    source = clip(f"take.{suffix}")
    sealed = {"prompt": "d" * 64} if policy is PromptPolicy.HASH else {}
    said = made(plan(slate(source, OBSERVED), source, policy=policy, sealed=sealed), source)
    assert names(said) == ["created"]
    record = said.assertions["org.circletake.take"]["recipe"]["prompt"]
    assert ("digest" in record, "withheld" in record) == (
        policy is PromptPolicy.HASH,
        policy is PromptPolicy.OMIT,
    )
    iptc = said.assertions["cawg.metadata"]
    assert ("Iptc4xmpExt:AIPromptInformation" in iptc) is (policy is FULL)


@pytest.mark.parametrize("policy", [FULL, PromptPolicy.OMIT])
def test_a_trimmed_take_has_the_signed_take_as_its_parent_and_says_which_part_it_is(
    clip: Clip, made: Made, signed: Make, policy: PromptPolicy
) -> None:
    whole = signed("take.mp4", policy=policy).path
    planned = plan_trimmed(
        slate(None, OBSERVED),
        whole,
        HALF,
        policy=policy,
        when=NOW,
        actions=("c2pa.transcoded",),
        fingerprint=replace(PRINT, of="takes"),
        by=actor(),
    )
    assert planned.seconds == Fraction(1, 2)
    said = made(planned, clip("part.mp4"))
    assert names(said) == ["opened", "trimmed", "transcoded"]
    assert said.actions[1].source_type == "humanEdits"
    (parent,) = said.ingredients
    assert (parent.role, parent.source_range, bool(parent.manifest)) == ("parentOf", HALF, True)
    assert said.assertions["org.circletake.record"]["seconds"] == ["1/4", "3/4"]
    assert said.assertions["org.circletake.fingerprint"]["of"] == "takes"
    assert said.assertions["c2pa.ai-disclosure"]["modelName"]
    iptc = said.assertions["cawg.metadata"]
    assert ("Iptc4xmpExt:AIPromptInformation" in iptc) is (policy is FULL)


@pytest.mark.parametrize("suffix", ["mp4", "webm"])
def test_a_take_signed_for_a_release_names_it(clip: Clip, made: Made, suffix: str) -> None:
    source, place = clip(f"take.{suffix}"), Belonging("5e" * 16, 3, 12)
    said = made(for_release(plan(slate(source, OBSERVED), source), place), source)
    assert Belonging.read(said.assertions["org.circletake.release"]) == place


def test_a_signed_take_that_is_signed_again_as_it_is(clip: Clip, made: Made, signed: Make) -> None:
    before = signed("one.mp4").path
    again = plan_passed_on(slate(None, OBSERVED), before, when=NOW)
    said = made(for_release(again, Belonging("5e" * 16, 1, 1)), before)
    assert (names(said), roles(said), said.lists_all) == (["opened"], ["parentOf"], (True,))


def test_a_place_in_a_release_that_makes_no_sense_is_not_signed(clip: Clip) -> None:
    source = clip("take.mp4")
    wrong = for_release(plan(slate(source, OBSERVED), source), Belonging("main", 3, 2))
    assert problems(wrong) == [
        "org.circletake.release needs the id of a release, and a number among its files"
    ]


def test_a_cut_with_a_song_and_what_identifies_it(clip: Clip, made: Made, signed: Make) -> None:
    taken, sound = signed("one.mp4").path, clip("song.m4v", audio=True)
    song = Song(str(sound), slate(sound).take.sha256, "song.m4v", Declaration.HUMAN, "Ana")
    cut = Cut("Night Bus", Fraction(12), 64, 48, (CutEvent("id-1", *HALF),), song)
    planned = plan_cut(
        cut,
        {"id-1": slate(None, OBSERVED)},
        {"id-1": taken},
        policy=FULL,
        when=NOW,
        actions=("c2pa.transcoded",),
        fingerprint=replace(PRINT, of="takes"),
    )
    said = made(planned, clip("cut.mp4"))
    assert names(said) == ["created", "placed", "placed", "transcoded"]
    assert roles(said) == ["componentOf", "componentOf"]
    assert said.assertions["org.circletake.fingerprint"]["of"] == "takes"
    assert "c2pa.soft-binding" not in said.assertions


def test_prompts_in_a_songs_own_manifest_are_kept_back_too(
    clip: Clip, made: Made, signed: Make, tmp_path: Path
) -> None:
    taken, sound = signed("one.mp4", policy=PromptPolicy.OMIT).path, signed("song.m4v").path
    song = Song(str(sound), slate(sound).take.sha256, "song.m4v", Declaration.AI, "Ana")
    cut = Cut("Night Bus", Fraction(12), 64, 48, (CutEvent("id-1", *HALF),), song)
    by_id = {"id-1": slate(None, OBSERVED)}
    planned = plan_cut(cut, by_id, {"id-1": taken}, policy=PromptPolicy.OMIT, when=NOW)
    assert "redacted" in names(made(planned, clip("cut.mp4")))
    assert OBSERVED[4].value.encode() not in (tmp_path / "made" / "cut.mp4").read_bytes()


def test_a_take_says_what_identifies_it_under_a_label_of_our_own(clip: Clip, made: Made) -> None:
    source = clip("take.mp4")
    said = made(plan(slate(source, OBSERVED), source, fingerprint=PRINT), source)
    printed = said.assertions["org.circletake.fingerprint"]
    assert (printed["algorithm"], printed["version"], printed["sha256"]) == ("phash-grid", "2", "ab" * 32)
    assert printed["frames"][1] == {"at": "0.500", "phash": "f0" * 32}


def test_a_regrade_of_an_earlier_export(clip: Clip, made: Made, signed: Make) -> None:
    before = signed("graded.mp4").path
    edits = [EditSaid("c2pa.adjustedColor", "Ana Ruiz", "warmer", software="Resolve 20")]
    said = made(plan_edited(before, edits, when=NOW, by=actor()), clip("warm.mp4", seed=3))
    assert names(said) == ["opened", "adjustedColor"]
    assert (said.actions[1].source_type, said.actions[1].agent) == ("humanEdits", "Resolve 20")
    (parent,) = said.ingredients
    assert parent.manifest
    with pytest.raises(ValueError, match="what was done"):
        plan_edited(before, [], when=NOW)


def test_an_export_of_ours_that_was_imported_and_exported_again(
    made: Made, signed: Make, own: list[TrustList]
) -> None:
    ours = signed("ours.mp4").path
    take = slate(ours, [claim("model", "gen4.5", Evidence.SIGNED, by="Lumen Films")])
    said = made(plan(take, ours, produced_actions=("c2pa.adjustedColor",)), ours)
    assert names(said) == ["opened", "edited.metadata", "adjustedColor"]
    assert roles(said)[0] == "parentOf" and said.ingredients[0].manifest


def test_a_finished_film_names_our_takes_in_it_and_what_is_none(clip: Clip, made: Made, signed: Make) -> None:
    film = clip("film.mp4", seconds=2)
    takes = {f"id-{n}": signed(f"{n}.mp4", number=n).path for n in (1, 2)}
    slates = {f"id-{n}": slate(None, OBSERVED, n) for n in (1, 2)}
    rows = (
        cue("id-1", 0, 12, source_in=0.25, source_out=0.75),
        cue("id-2", 12, 24),
        Gap(24, 34),
        Gap(34, 36, kind="black"),
        Gap(36, 48, what="titles", kind="humanEdits", by="Ana Ruiz"),
    )
    found = replace(cue_list(*rows), sha256=slate(film).take.sha256)
    planned = plan_finished(
        film, found, slates, takes, policy=PromptPolicy.FULL, when=NOW, software="Premiere Pro"
    )
    said = made(planned, film)
    assert names(said) == ["opened", "placed", "placed", "edited", "edited"]
    assert said.actions[3].source_type == "compositeWithTrainedAlgorithmicMedia"
    assert said.actions[4].source_type == "humanEdits"
    assert roles(said) == ["parentOf", "componentOf", "componentOf"]
    assert said.ingredients[1].source_range == HALF
    assert said.ingredients[2].placed == ((Fraction(1, 2), Fraction(1)),)
    record = said.assertions["org.circletake.film"]
    assert [each["source_type"] for each in record["others"]] == ["undeclared", "humanEdits"]
    assert record["black"] == [["17/12", "3/2"]]
    assert {each["evidence"] for each in record["takes"]} == {"matched"}
    (actions,) = (each for each in planned.definition["assertions"] if each["label"] == "c2pa.actions.v2")
    assert actions["data"]["allActionsIncluded"] is False


MODELS = {
    "one": OBSERVED,
    "two": tuple(
        claim(*each, evidence=Evidence.DECLARED) for each in (("model", "wan 2.2"), ("prompt", "rain"))
    ),
}


def iptc(said: ManifestSaid) -> dict[str, str]:
    fields = said.assertions.get("cawg.metadata", {})
    return {key.removeprefix("Iptc4xmpExt:"): value for key, value in fields.items() if key != "@context"}


def systems(said: ManifestSaid) -> list[str]:
    labels = (label for label in said.assertions if label.startswith("c2pa.ai-disclosure"))
    return sorted(said.assertions[label]["modelName"] for label in labels)


def of_two(clip: Clip, signed: Make) -> tuple[ManifestPlan, Path]:
    """A cut of two takes of two models."""
    taken = {f"id-{n}": signed(f"{n}.mp4", MODELS[name], n).path for n, name in ((1, "one"), (2, "two"))}
    slates = {f"id-{n}": slate(None, MODELS[name], n) for n, name in ((1, "one"), (2, "two"))}
    cut = Cut("Night Bus", Fraction(12), 64, 48, (CutEvent("id-1", *HALF), CutEvent("id-2", *HALF)))
    fingerprint = replace(PRINT, of="takes")
    return plan_cut(cut, slates, taken, policy=FULL, when=NOW, fingerprint=fingerprint), clip("cut.mp4")


def test_a_cut_names_every_system_in_its_own_manifest_and_the_prompt_of_a_single_take(
    clip: Clip, made: Made, signed: Make
) -> None:
    said = made(*of_two(clip, signed))
    assert iptc(said) == {"AISystemUsed": "runway gen4.5 4.5.0; wan 2.2"}
    cut = Cut("One", Fraction(12), 64, 48, (CutEvent("id-1", *HALF),))
    take, file = slate(None, OBSERVED), signed("take.mp4").path
    alone = made(plan_cut(cut, {"id-1": take}, {"id-1": file}, policy=FULL, when=NOW), clip("alone.mp4"))
    assert iptc(alone)["AIPromptInformation"] == OBSERVED[4].value
    assert iptc(alone)["AISystemVersionUsed"] == "4.5.0"


def test_a_regrade_and_a_redacted_copy_say_of_their_picture_what_the_cut_said(
    clip: Clip, made: Made, signed: Make, signer: FileSigner, own: list[TrustList], tmp_path: Path
) -> None:
    cut = sign(*of_two(clip, signed), tmp_path / "cut.mp4", signer).path
    before = checked(read_credentials(cut, own))
    edit = [EditSaid("c2pa.adjustedColor", by="Ana")]
    fingerprint = replace(PRINT, of="film")
    planned = plan_edited(cut, edit, when=NOW, stated=before.assertions, fingerprint=fingerprint)
    graded = made(planned, clip("graded.mp4"))
    assert graded.assertions["org.circletake.fingerprint"]["of"] == "film"
    redact(cut, tmp_path / "quiet.mp4", signer, when=NOW)
    quiet = checked(read_credentials(tmp_path / "quiet.mp4", own))
    assert quiet.assertions["org.circletake.fingerprint"] == before.assertions["org.circletake.fingerprint"]
    for said in (graded, quiet):
        assert (systems(said), iptc(said)) == (systems(before), iptc(before))
        assert len(systems(said)) == 2
    again = made(
        plan_edited(tmp_path / "quiet.mp4", edit, when=NOW, stated=quiet.assertions), clip("again.mp4")
    )
    assert systems(again) == systems(before) and "org.circletake.fingerprint" not in again.assertions


def test_a_finished_film_names_the_systems_of_its_takes_and_its_own_fingerprint(
    clip: Clip, made: Made, signed: Make
) -> None:
    film, taken = clip("film.mp4"), signed("take.mp4").path
    found = replace(cue_list(cue("id-1", 0, 12), rate=Fraction(12)), sha256=slate(film).take.sha256)
    fingerprint = replace(PRINT, of="film")
    take = slate(None, OBSERVED)
    said = made(
        plan_finished(
            film,
            found,
            {"id-1": take},
            {"id-1": taken},
            policy=PromptPolicy.FULL,
            when=NOW,
            fingerprint=fingerprint,
        ),
        film,
    )
    assert systems(said) == ["runway gen4.5 4.5.0"]
    assert iptc(said) == {"AISystemUsed": "runway gen4.5 4.5.0", "AISystemVersionUsed": "4.5.0"}
    assert said.assertions["org.circletake.fingerprint"]["of"] == "film"


_PRINT = PRINT.to_json()
HOSTILE = {
    "c2pa.ai-disclosure": {"modelType": "c2pa.types.model", "modelName": "sk-" + "a" * 30},
    "c2pa.ai-disclosure__1": {"modelType": "c2pa.types.model", "modelName": ["x"]},
    "c2pa.ai-disclosure__2": "text",
    "cawg.metadata": {"@context": {"x": "http://x.example/"}, "Iptc4xmpExt:AIPromptInformation": "night bus"},
    "cawg.metadata__1": {"Iptc4xmpExt:AISystemUsed": "wan"},
    "org.circletake.fingerprint": _PRINT | {"frames": [{"at": "0.000", "phash": "<b>"}]},
    "org.circletake.take": {"prompt": "night bus"},
}


def test_of_what_a_stranger_signed_only_what_is_well_formed_is_repeated() -> None:
    assert carried(HOSTILE, picture=True) == []
    told = {"c2pa.ai-disclosure": {"modelType": "c2pa.types.model", "modelName": "night bus, the model"}}
    (row,) = carried(told | {"org.circletake.fingerprint": _PRINT}, picture=False)
    assert (row["label"], "created" in row) == ("c2pa.ai-disclosure", False)
    assert carried(told, picture=True, without=["night bus, the"]) == []
    told["c2pa.ai-disclosure"]["modelIdentifier"] = "runway/night bus, the end"
    told["c2pa.ai-disclosure"]["modelName"] = "gen4.5"
    (row,) = carried(told, picture=True, without=["night bus, the end"])
    assert row["data"] == {"modelType": "c2pa.types.model", "modelName": "gen4.5"}
    assert [row["data"] for row in carried({"org.circletake.fingerprint": _PRINT}, picture=True)] == [_PRINT]


HEIST = "the heist scene nobody may know of, at night, with rain on the window and no music"


@pytest.mark.parametrize(
    ("prompt", "piece"),
    [
        ("night bus " * 60, "night bus " * 60),
        ("night bus\nrain on the window", "night bus rain on the window"),
        ("night bus, rain on the window", "NIGHT BUS,\n\train on the\u200b window"),
        (HEIST, HEIST[:34]),
        (HEIST, HEIST[20:61]),
        (HEIST, HEIST[-40:]),
        ("a tea house", "a tea house"),
    ],
)
def test_no_piece_of_a_prompt_is_repeated_however_it_is_spaced_or_cut(prompt: str, piece: str) -> None:
    said = piece if len(prompt) < 12 else f"sora: {piece}"
    told = {"cawg.metadata": {"Iptc4xmpExt:AISystemUsed": said, "Iptc4xmpExt:AISystemVersionUsed": "2"}}
    (row,) = carried(told, picture=True, without=[prompt])
    assert row["data"].keys() == {"@context", "Iptc4xmpExt:AISystemVersionUsed"}


@given(text=st.text(min_size=40, max_size=300), data=st.data())
def test_forty_characters_of_a_prompt_are_never_repeated(text: str, data: st.DataObject) -> None:
    shown = printable(text)
    assume(len(shown) >= 40)
    start = data.draw(st.integers(0, len(shown) - 40))
    told = {"cawg.metadata": {"Iptc4xmpExt:AISystemUsed": f"sora {shown[start : start + 40]} 2"}}
    assert carried(told, picture=True, without=[text]) == []


@pytest.mark.parametrize("suffix", ["jpg", "png"])
@pytest.mark.parametrize("filler", [0, 200_000])
def test_a_still_whatever_the_length_of_its_manifest(
    made: Made, signed: Make, tmp_path: Path, suffix: str, filler: int
) -> None:
    """A JPEG holds a manifest of more than 64 kB in several segments."""
    import cv2
    import numpy as np

    picture = tmp_path / f"still.{suffix}"
    cv2.imwrite(str(picture), np.random.default_rng(1).integers(0, 255, (48, 64, 3), np.uint8))
    take = slate(None, OBSERVED)
    planned = plan_still(
        take, signed().path, Fraction(1, 2), policy=FULL, when=NOW, actions=["c2pa.converted"], by=actor()
    )
    (record,) = (each for each in planned.definition["assertions"] if each["label"] == words.RECORD)
    record["data"]["filler"] = "x" * filler
    said = made(planned, picture)
    assert names(said) == ["opened", "trimmed", "converted"]
    assert said.ingredients[0].source_range == (Fraction(1, 2), Fraction(7, 12))
    assert said.ingredients[0].manifest
    store = raw_manifest(tmp_path / "made" / picture.name)
    assert store is not None and (int.from_bytes(store[:4]), store[4:8]) == (len(store), b"jumb")
    assert len(store) > filler


def test_an_unsigned_import(clip: Clip, made: Made) -> None:
    source = clip("take.mp4")
    declared = (claim("prompt", "night bus"), claim("source_type", "trainedAlgorithmicMedia", by="Ana"))
    said = made(plan(slate(source, declared), source), source)
    assert names(said) == ["opened", "edited.metadata"]
    assert said.ingredients[0].source_type == "trainedAlgorithmicMedia"
    silent = made(plan(slate(source), source), source, "silent.mp4")
    assert names(silent) == ["opened"]


@pytest.mark.parametrize("suffix", ["mp4", "webm"])
@pytest.mark.parametrize("policy", [FULL, PromptPolicy.OMIT])
def test_an_import_with_a_providers_manifest(
    made: Made, signed: Make, suffix: str, policy: PromptPolicy
) -> None:
    provided = signed(f"sora.{suffix}").path
    store = raw_manifest(provided)
    take = slate(provided, [claim("prompt", "told later")], media=media_facts(mime=said_mime(provided)))
    said = made(plan(take, provided, provider_manifest=store, policy=policy), provided)
    assert said.ingredients[0].manifest
    assert ("redacted" in names(said)) is (policy is PromptPolicy.OMIT)


def test_a_redacted_copy(signed: Make, signer: FileSigner, rubric: Rubric, tmp_path: Path) -> None:
    done = redact(signed().path, tmp_path / "out.mp4", signer, when=NOW)
    assert rubric.failures(done.path) == []


def test_that_nobody_may_train_on_it_is_the_signers_own_statement(signed: Make) -> None:
    import json

    import c2pa

    with c2pa.Reader(str(signed().path), context=context()) as reader:
        claim_ = json.loads(reader.crjson())["manifests"][0]["claim.v2"]
    own = [row["url"].rpartition("/")[2] for row in claim_["created_assertions"]]
    assert "cawg.training-mining" in own


def test_a_record(made: Made, tmp_path: Path) -> None:
    path = tmp_path / "release.json"
    path.write_text("{}")
    assert names(made(plan_record("release.json", NOW), path)) == ["created"]


def picture(path: Path, signer: FileSigner | None = None) -> Path:
    """A still; with a manifest of its own where a signer is given."""
    import io

    import c2pa
    import cv2
    import numpy as np

    cv2.imwrite(str(path), np.full((32, 32, 3), 90, np.uint8))
    if signer is not None:
        native = c2pa.Signer.from_callback(signer.sign, c2pa.C2paSigningAlg.ES256, signer.chain_pem)
        out = io.BytesIO()
        definition = dict(plan_record("still", NOW).definition) | {"format": "image/png"}
        with c2pa.Builder(definition, context=context()) as builder, path.open("rb") as file:
            builder.sign(native, "image/png", file, out)
        path.write_bytes(out.getvalue())
    return path


def reference(clip: Clip, still: Path, **over: Any) -> tuple[ManifestPlan, Path]:
    source = clip("take.mp4")
    made_from = (*OBSERVED, claim("input.image", still.name, Evidence.OBSERVED))
    planned = plan(slate(source, made_from), source, references={"input.image": still}, **over)
    return planned, source


CARD = claim("model_uri", "https://dream.example/i2v", Evidence.OBSERVED, "runway", "")


@pytest.mark.parametrize(
    ("claims", "address"),
    [
        ([*OBSERVED, CARD], CARD.value),
        (OBSERVED, ""),
        ([*OBSERVED, CARD, claim("model", "another", accepted=True)], ""),
        ([claim("model", "wan 2.2"), claim("model_uri", "https://wan.example/")], "https://wan.example/"),
        ([*OBSERVED, claim("model_uri", "https://wan.example/", Evidence.SIDECAR)], ""),
        ([*OBSERVED, replace(CARD, value="http://render.local/i2v")], ""),
        ([*OBSERVED, replace(CARD, value="file:///home/ana/i2v")], ""),
    ],
)
def test_a_model_is_named_with_the_address_that_was_learnt_with_it(
    clip: Clip, made: Made, claims: Any, address: str
) -> None:
    source = clip("take.mp4")
    said = made(plan(slate(source, claims), source), source)
    (model,) = (each for each in said.ingredients if "c2pa.types.model" in each.types)
    assert model.uri == address


@pytest.mark.parametrize("own_manifest", [True, False])
def test_an_image_to_video_take_brings_the_credentials_of_its_picture(
    clip: Clip, made: Made, signer: FileSigner, tmp_path: Path, own_manifest: bool
) -> None:
    still = picture(tmp_path / "still.png", signer if own_manifest else None)
    said = made(*reference(clip, still))
    assert names(said) == ["created"]
    used = next(each for each in said.ingredients if each.title == "Reference image: still.png")
    assert used.role == "inputTo"
    assert used.instance_id in said.actions[0].ingredients
    assert bool(used.manifest) is own_manifest
    digest = hashlib.sha256(still.read_bytes()).hexdigest()
    assert digest.encode() in (tmp_path / "made" / "take.mp4").read_bytes()
    assert still.read_bytes()[:64] not in (tmp_path / "made" / "take.mp4").read_bytes()


def test_where_prompts_are_kept_back_a_picture_is_not_named_and_its_credentials_come_along(
    clip: Clip, made: Made, signer: FileSigner, tmp_path: Path
) -> None:
    planned, source = reference(clip, picture(tmp_path / "rainy.png", signer), policy=PromptPolicy.OMIT)
    said = made(planned, source)
    used = next(each for each in said.ingredients if each.title.startswith("Reference"))
    assert (used.title, bool(used.manifest)) == ("Reference image", True)
    assert b"rainy" not in (tmp_path / "made" / source.name).read_bytes()


@pytest.mark.parametrize("policy", [FULL, PromptPolicy.HASH, PromptPolicy.OMIT])
def test_a_prompt_deep_in_a_references_credentials_travels_only_with_the_others(
    clip: Clip, made: Made, signed: Make, signer: FileSigner, tmp_path: Path, policy: PromptPolicy
) -> None:
    deep = "a skateboard in the kitchen"
    shown = slate(None, [*OBSERVED[:1], claim("prompt", deep)])
    still = picture(tmp_path / "still.png")
    taken = signed("one.mp4", claims=[claim("prompt", deep)]).path
    plan_of_it = plan_still(shown, taken, Fraction(1, 2), policy=FULL, when=NOW)
    signed_still = sign(plan_of_it, still, tmp_path / "signed.png", signer).path
    assert held(signed_still).texts == (deep,)
    sealed = {"prompt": "d" * 64} if policy is PromptPolicy.HASH else {}
    said = made(*reference(clip, signed_still, policy=policy, sealed=sealed))
    used = next(each for each in said.ingredients if each.title.startswith("Reference"))
    assert used.manifest
    made_file = tmp_path / "made" / "take.mp4"
    kept_back = policy is not FULL
    assert (deep.encode() in made_file.read_bytes()) is not kept_back
    assert (deep in held(made_file).texts) is not kept_back
    assert ("redacted" in names(said)) is kept_back


def test_a_references_credentials_stay_where_no_redaction_reaches_a_prompt_in_them(
    clip: Clip, made: Made, signed: Make, signer: FileSigner, tmp_path: Path
) -> None:
    prompt = "a skateboard in the kitchen"
    taken = signed("one.mp4").path
    planned = plan(slate(taken, [claim("prompt", prompt)]), taken)
    (actions, *_) = planned.definition["assertions"]
    actions["data"]["actions"][0]["description"] = prompt
    still = sign(planned, picture(tmp_path / "still.png"), tmp_path / "signed.png", signer).path
    assert held(still).fixed
    said = made(*reference(clip, still, policy=PromptPolicy.OMIT))
    used = next(each for each in said.ingredients if each.title.startswith("Reference"))
    assert (used.title, used.manifest) == ("Reference image", "")


def test_a_picture_that_was_altered_after_it_was_signed_is_refused(
    clip: Clip, signer: FileSigner, tmp_path: Path
) -> None:
    still = picture(tmp_path / "still.png", signer)
    data = bytearray(still.read_bytes())
    data[-40] ^= 1
    still.write_bytes(data)
    planned, source = reference(clip, still)
    with pytest.raises(SigningError, match="altered"):
        sign(planned, source, tmp_path / "out.mp4", signer)
    assert not (tmp_path / "out.mp4").exists()


def test_the_rubric_as_asked_here_can_fail(signed: Make, rubric: Rubric, signer: FileSigner) -> None:
    import io

    import c2pa

    path = signed().path
    typed = {"action": "c2pa.created", "digitalSourceType": f"{words.IPTC}{words.COMPOSITE}"}
    bad = {
        "claim_generator_info": [{"name": "x"}],
        "assertions": [
            {
                "label": "c2pa.actions.v2",
                "data": {"actions": [typed, {"action": "c2pa.trimmed"}]},
                "created": True,
            },
            {"label": "c2pa.unheard-of", "data": {}},
        ],
    }
    out = io.BytesIO()
    native = c2pa.Signer.from_callback(signer.sign, c2pa.C2paSigningAlg.ES256, signer.chain_pem)
    with c2pa.Builder(bad, context=context()) as builder, path.open("rb") as file:
        builder.sign(native, "video/mp4", file, out)
    path.write_bytes(out.getvalue())
    broken = {each.partition(":")[0] for each in rubric.failures(path)}
    assert broken >= {
        "mandatory_spec_version",
        "mandatory_all_actions_included",
        "mandatory_dst_for_perceptible_transformations",
        "no_unsupported_assertions",
    }


def test_a_cut_with_black_speeds_and_fits_says_where(clip: Clip, made: Made, signed: Make) -> None:
    taken = signed("one.mp4").path
    second, half = Fraction(1), Fraction(1, 2)
    events = (
        CutEvent("wide", Fraction(0), second, Fraction(2), Fit.CROP, half),
        CutEvent("same", Fraction(0), half, fit=Fit.CROP),
        CutEvent("wide", Fraction(0), half, fit=Fit.BLUR, gap=half),
    )
    cut = Cut("Night Bus", Fraction(12), 64, 48, events)
    known = slate(None, OBSERVED)
    wide = replace(
        known, take=replace(known.take, id="wide", media=replace(known.take.media, width=128, height=48))
    )
    same = replace(
        known, take=replace(known.take, id="same", media=replace(known.take.media, width=64, height=48))
    )
    planned = plan_cut(
        cut,
        {"wide": wide, "same": same},
        {"wide": taken, "same": taken},
        policy=FULL,
        when=NOW,
        actions=("c2pa.transcoded", "c2pa.cropped", "c2pa.edited"),
    )
    said = made(planned, clip("cut.mp4", seconds=2.5))
    assert names(said) == [
        "created",
        *["placed"] * 3,
        "transcoded",
        "cropped",
        "edited",
        "changedSpeed",
        "edited",
    ]
    listed = planned.definition["assertions"][0]["data"]["actions"]
    where = {
        row["action"] + row.get("description", ""): [
            span for each in row["changes"] for span in spans(each["region"])
        ]
        for row in listed
        if "changes" in row and row["action"] != "c2pa.placed"
    }
    assert where == {
        "c2pa.cropped": [(half, second)],
        "c2pa.changedSpeed": [(half, second)],
        "c2pa.edited": [(2, Fraction(5, 2))],
        "c2pa.editedblack between clips": [(0, half), (Fraction(3, 2), 2)],
    }
    record = said.assertions["org.circletake.cut"]
    assert record["black"] == [["0", "1/2"], ["3/2", "2"]]
    assert [(row["speed"], row["fit"]) for row in record["events"]] == [
        ("2", "crop"),
        ("1", "crop"),
        ("1", "blur"),
    ]
