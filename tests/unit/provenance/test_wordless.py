"""Where prompts are kept back, credentials that others wrote come along only where they can hold no words."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from circletake.errors import SigningError
from circletake.model.cut import Cut, CutEvent, Song
from circletake.model.policy import PromptPolicy
from circletake.model.recipe import Evidence
from circletake.model.take import Declaration
from circletake.provenance.container import MIMES
from circletake.provenance.keys import FileSigner
from circletake.provenance.manifest import plan_cut, plan_take
from circletake.provenance.reading import read_credentials
from circletake.provenance.redaction import held, words_in
from circletake.provenance.session import context
from circletake.provenance.signing import sign
from circletake.workflows.leaving.redacting import redact
from tests.factories import NOW, OBSERVED, claim, slate
from tests.unit.provenance.conftest import Make

Clip = Callable[..., Path]

SECRET = "the heist scene nobody may know of"
CREATED = {
    "action": "c2pa.created",
    "digitalSourceType": "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia",
}
UNKNOWN = {"label": "com.example.generation", "data": {"text": SECRET}}
IPTC = {
    "label": "cawg.metadata",
    "data": {
        "@context": {"Iptc4xmpExt": "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"},
        "Iptc4xmpExt:AIPromptInformation": SECRET,
    },
}
STAYS: dict[str, dict[str, Any]] = {
    "description": {"action": {"description": f"from prompt: {SECRET}"}},
    "parameter": {"action": {"parameters": {"com.example.prompt": SECRET}}},
    "parameter of another name": {"action": {"parameters": {"com.example.line": SECRET}}},
    "agent": {"action": {"softwareAgent": {"name": SECRET}}},
    "reason": {"action": {"reason": SECRET}},
    "title": {"title": "The_heist_scene_nobody_may_know_of.png"},
    "title in one": {"title": "TheHeistSceneNobodyMayKnowOf.png"},
    "title of another script": {"title": "夜のバス.png"},
    "generator": {"claim_generator_info": [{"name": SECRET}]},
    "name of a file": {"ingredient": {"title": "heist scene.png"}},
    "words to a file": {"ingredient": {"title": "a.png", "description": SECRET}},
}


def stranger(path: Path, signer: FileSigner, **said: Any) -> Path:
    """A file signed by another tool, with what ``said`` of it."""
    import c2pa

    definition = {
        "claim_generator_info": said.get("claim_generator_info", [{"name": "Other Tool", "version": "1.0"}]),
        "title": said.get("title", "still.png"),
        "assertions": [
            {"label": "c2pa.actions.v2", "data": {"actions": [CREATED | said.get("action", {})]}},
            *said.get("assertions", []),
        ],
    }
    native = c2pa.Signer.from_callback(signer.sign, c2pa.C2paSigningAlg.ES256, signer.chain_pem)
    mime = (MIMES | {".png": "image/png"})[path.suffix]
    out = io.BytesIO()
    with c2pa.Builder(definition, context=context()) as builder, path.open("rb") as file:
        if "ingredient" in said:
            given = {"relationship": "inputTo", "instance_id": "one", **said["ingredient"]}
            builder.add_ingredient(given, "application/octet-stream", io.BytesIO())
        builder.sign(native, mime, file, out)
    path.write_bytes(out.getvalue())
    return path


@pytest.fixture
def still(tmp_path: Path, signer: FileSigner) -> Callable[..., Path]:
    import cv2
    import numpy as np

    def make(**said: Any) -> Path:
        path = tmp_path / "still.png"
        cv2.imwrite(str(path), np.full((32, 32, 3), 90, np.uint8))
        return stranger(path, signer, **said)

    return make


def from_picture(clip: Clip, picture: Path, prompt: str = "night bus, rain", **over: Any) -> Any:
    source = clip("take.mp4")
    made_from = (
        *OBSERVED[:4],
        claim("prompt", prompt),
        claim("input.image", picture.name, Evidence.OBSERVED),
    )
    settings: dict[str, Any] = {"policy": PromptPolicy.OMIT, "references": {"input.image": picture}} | over
    return plan_take(slate(source, made_from), source, when=NOW, **settings), source


@pytest.mark.parametrize("policy", [PromptPolicy.OMIT, PromptPolicy.HASH])
@pytest.mark.parametrize("where", STAYS)
def test_credentials_of_a_reference_stay_where_they_may_hold_words_that_no_redaction_reaches(
    clip: Clip,
    still: Callable[..., Path],
    signer: FileSigner,
    tmp_path: Path,
    where: str,
    policy: PromptPolicy,
) -> None:
    sealed = {"prompt": "d" * 64} if policy is PromptPolicy.HASH else {}
    planned, source = from_picture(clip, still(**STAYS[where]), policy=policy, sealed=sealed)
    done = sign(planned, source, tmp_path / "out.mp4", signer)
    (told,) = planned.left_behind
    assert told.startswith("the credentials of a reference stay here")
    assert b"eist" not in done.path.read_bytes()
    assert len(read_credentials(done.path).manifests) == 1


@pytest.mark.parametrize(
    "said", [UNKNOWN, IPTC, {"label": "stds.schema-org.CreativeWork", "data": {"name": SECRET}}]
)
def test_what_may_be_words_and_can_be_redacted_is(
    clip: Clip, still: Callable[..., Path], signer: FileSigner, tmp_path: Path, said: dict[str, Any]
) -> None:
    planned, source = from_picture(clip, still(assertions=[said]))
    done = sign(planned, source, tmp_path / "out.mp4", signer)
    assert planned.left_behind == ()
    assert SECRET.encode() not in done.path.read_bytes()
    assert len(read_credentials(done.path).manifests) == 2


def test_credentials_that_cannot_be_read_are_told_and_stay(clip: Clip, tmp_path: Path) -> None:
    assert held(clip("a.mp4"), manifest=b"no store").fixed == ("credentials that cannot be read",)
    picture = tmp_path / "still.webm"
    picture.write_bytes(clip("b.webm").read_bytes())
    picture.with_suffix(".c2pa").write_bytes(b"no store")
    planned, _ = from_picture(clip, picture)
    (told,) = planned.left_behind
    assert "cannot be read" in told


def test_the_takes_own_prompt_is_looked_for_in_what_comes_along(
    clip: Clip, still: Callable[..., Path]
) -> None:
    picture = still(title="bus.png")
    assert from_picture(clip, picture, "a kitchen, noon")[0].left_behind == ()
    assert from_picture(clip, picture, "a bus at night")[0].left_behind


def test_parts_of_a_store_that_the_library_does_not_show_keep_it_here(
    clip: Clip, still: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    picture = still()
    assert words_in(picture).fixed == ()
    monkeypatch.setattr("circletake.provenance.wordless._BOXES", {b"c2pa.assertions": "data boxes"})
    assert words_in(picture).fixed == ("data boxes",)


def test_a_providers_words_are_redacted_or_its_credentials_stay(
    clip: Clip, signer: FileSigner, tmp_path: Path
) -> None:
    unknown = stranger(clip("unknown.mp4"), signer, title="take.mp4", assertions=[UNKNOWN])
    planned = plan_take(slate(unknown), unknown, policy=PromptPolicy.OMIT, when=NOW)
    done = sign(planned, unknown, tmp_path / "a.mp4", signer)
    assert SECRET.encode() not in done.path.read_bytes() and planned.left_behind == ()
    fixed = stranger(clip("fixed.mp4"), signer, title="take.mp4", **STAYS["description"])
    planned = plan_take(slate(fixed), fixed, policy=PromptPolicy.OMIT, when=NOW)
    done = sign(planned, fixed, tmp_path / "b.mp4", signer)
    said = read_credentials(done.path)
    assert SECRET.encode() not in done.path.read_bytes()
    assert [each.role for each in said.active.ingredients] == ["parentOf"] if said.active else False
    assert b"its own credentials are kept back" in done.path.read_bytes()
    assert planned.left_behind[0].startswith("its own credentials stay here")
    assert len(said.manifests) == 1


def test_a_take_whose_credentials_stay_is_still_refused_where_its_bytes_are_others(
    clip: Clip, signer: FileSigner, tmp_path: Path
) -> None:
    source = stranger(clip("fixed.mp4"), signer, **STAYS["description"])
    planned = plan_take(slate(source), source, policy=PromptPolicy.OMIT, when=NOW)
    source.write_bytes(source.read_bytes()[:-9] + bytes(9))
    with pytest.raises(SigningError, match="not those the library recorded"):
        sign(planned, source, tmp_path / "out.mp4", signer)


def test_a_songs_credentials_stay_where_they_may_hold_words(
    clip: Clip, signed: Make, signer: FileSigner, tmp_path: Path
) -> None:
    sound = stranger(clip("song.m4v"), signer, **STAYS["description"])
    song = Song(str(sound), slate(sound).take.sha256, "song.m4v", Declaration.AI, "Ana")
    cut = Cut("Night Bus", Fraction(12), 64, 48, (CutEvent("id-1", Fraction(0), Fraction(1)),), song)
    taken = {"id-1": signed("one.mp4", policy=PromptPolicy.OMIT).path}
    planned = plan_cut(cut, {"id-1": slate(None, OBSERVED)}, taken, policy=PromptPolicy.OMIT, when=NOW)
    done = sign(planned, clip("cut.mp4"), tmp_path / "out.mp4", signer)
    assert SECRET.encode() not in done.path.read_bytes()
    assert planned.left_behind[0].startswith("the credentials of the song stay here")


def test_nothing_is_signed_in_which_a_prompt_would_still_stand(
    clip: Clip, still: Callable[..., Path], signer: FileSigner, tmp_path: Path
) -> None:
    planned, _ = from_picture(clip, still(), SECRET)
    source = clip("tagged.mp4", tags={"comment": SECRET})
    with pytest.raises(SigningError, match="still holds words of a prompt"):
        sign(planned, source, tmp_path / "out.mp4", signer)
    assert not (tmp_path / "out.mp4").exists()
    sign(replace(planned, without=()), source, tmp_path / "out.mp4", signer)


def test_a_redacted_copy_tells_of_what_was_not_understood(
    clip: Clip, signer: FileSigner, tmp_path: Path
) -> None:
    other = {"label": "com.example.other", "data": {"line": "a second text"}}
    called = {"label": "com.example.generation", "data": {"prompt": SECRET}}
    source = stranger(clip("a.mp4"), signer, assertions=[called, other])
    done = redact(source, tmp_path / "out.mp4", signer, when=NOW)
    assert SECRET.encode() not in done.path.read_bytes()
    assert done.left == ("com.example.other, a kind not known here, was not understood",)
