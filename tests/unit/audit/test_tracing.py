"""Tracing a video to takes, models and prompts from what manifests say."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from circletake.audit.summary import kind_of
from circletake.audit.tracing import assembled, trace
from circletake.model.export import ReleasedFile, Use, black_use
from circletake.model.manifest import ActionSaid, Check, Credentials, IngredientSaid, ManifestSaid, Signer

TRAINED = "trainedAlgorithmicMedia"


def manifest(label: str = "active", signer: str = "Lumen", **over: Any) -> ManifestSaid:
    made = ManifestSaid(label, "generator", "clip.mp4", Signer(signer, "", "es256", "1", "AA"), (), (), {})
    return replace(made, **over)


def said(*manifests: ManifestSaid) -> Credentials:
    return Credentials(True, manifests=manifests, integrity=Check.PASSED)


def created(source_type: str = TRAINED, agent: str = "") -> ActionSaid:
    return ActionSaid("c2pa.created", source_type, agent)


def traced(credentials: Credentials, recorded: ReleasedFile | None = None) -> list[tuple[str, str, str]]:
    """Model, source type and words of each stretch."""
    rows = trace(credentials, recorded, 4.0, "the sealed record")
    return [(t.use.model, t.use.source_type, t.words) for t in rows]


def test_a_provider_that_names_only_an_agent_is_believed_as_far_as_it_signs() -> None:
    sora = manifest(signer="OpenAI", actions=(created(agent="Sora"),))
    assert traced(said(sora)) == [("Sora", TRAINED, "signed by OpenAI")]


def test_an_expired_provider_behind_an_import_is_told_as_expired_not_altered() -> None:
    parent = IngredientSaid("x.mp4", "parentOf", manifest="sora", problems=("signingCredential.expired",))
    ours = manifest(actions=(ActionSaid("c2pa.opened"),), ingredients=(parent,))
    sora = manifest("sora", "OpenAI", actions=(created(agent="Sora"),))
    assert traced(said(ours, sora)) == [("Sora", TRAINED, "signed by OpenAI; expired, not altered")]


def test_a_name_in_a_certificate_nobody_knows_is_not_told_as_the_provider() -> None:
    parent = IngredientSaid("x.mp4", "parentOf", manifest="sora", problems=("signingCredential.untrusted",))
    ours = manifest(actions=(ActionSaid("c2pa.opened"),), ingredients=(parent,))
    forged = manifest("sora", "OpenAI", actions=(created(agent="Sora"),))
    assert traced(said(ours, forged)) == [
        ("Sora", TRAINED, "signed by OpenAI; a signer on none of your lists")
    ]


def test_a_clip_that_somebody_else_signed_is_told_with_what_stands_against_that_signer() -> None:
    clip = IngredientSaid(
        "x.mp4",
        "componentOf",
        "id",
        manifest="clip",
        placed=((Fraction(0), Fraction(2)),),
        problems=("signingCredential.untrusted",),
    )
    other = manifest("clip", "OpenAI", actions=(created(agent="Sora"),))
    assert traced(said(manifest(ingredients=(clip,)), other))[0][2].endswith("on none of your lists")
    same = manifest("clip", "Lumen", actions=(created(agent="Sora"),))
    assert traced(said(manifest(ingredients=(clip,)), same))[0][2] == "signed by Lumen"


def test_a_mark_that_only_an_ingredient_carries_is_found() -> None:
    picture = IngredientSaid("sun.png", "componentOf", manifest="firefly")
    edit = ActionSaid("c2pa.edited", "compositeWithTrainedAlgorithmicMedia", "Adobe Firefly")
    rows = traced(said(manifest(ingredients=(picture,)), manifest("firefly", "Adobe", actions=(edit,))))
    assert rows == [
        ("Adobe Firefly", "compositeWithTrainedAlgorithmicMedia", "signed by Adobe, as part of the picture")
    ]


def test_placed_clips_are_told_in_the_order_of_the_video_and_a_song_is_not_seen() -> None:
    def clip(name: str, start: int) -> IngredientSaid:
        return IngredientSaid(
            name, "componentOf", f"id-{name}", manifest=name, placed=((Fraction(start), Fraction(start + 2)),)
        )

    song = IngredientSaid("song.wav", "componentOf", "x", placed=((Fraction(0), Fraction(4)),))
    makers = [manifest(n, actions=(created(agent=n),)) for n in ("late", "early")]
    cut = manifest(ingredients=(song, clip("late", 2), clip("early", 0)))
    assert [model for model, _, _ in traced(said(cut, *makers))] == ["early", "late"]


def test_manifests_that_name_each_other_in_a_circle_come_to_an_end() -> None:
    a = manifest("a", ingredients=(IngredientSaid("b", "parentOf", manifest="b"),))
    b = manifest("b", ingredients=(IngredientSaid("a", "parentOf", manifest="a"),))
    assert len(traced(said(a, b))) == 1


def test_the_record_speaks_only_where_manifests_are_silent_and_is_marked() -> None:
    recorded = ReleasedFile(
        "clip.mp4", "take", "a" * 64, 1, uses=(Use("0", "4", "0", "4", "SH1/1", "", "other", prompt="rain"),)
    )
    (row,) = trace(said(manifest(actions=(created(agent="Sora"),))), recorded, 4.0, "the sealed record")
    assert (row.use.model, row.use.prompt) == ("Sora", "rain")
    assert "prompt" in row.from_record
    assert "model" not in row.from_record


def test_without_credentials_everything_told_is_the_records_alone() -> None:
    recorded = ReleasedFile(
        "clip.mp4", "take", "a" * 64, 1, uses=(Use("0", "4", "0", "4", "SH1/1", "", "gen"),)
    )
    (row,) = trace(Credentials(False), recorded, 4.0, "the sealed record")
    assert row.words == "the sealed record alone; no credentials say it"
    assert set(row.from_record) >= {"model", "take"}


def test_a_manifest_that_says_nothing_traces_nothing() -> None:
    assert traced(said(manifest())) == []


def test_a_redacted_copy_of_a_cut_is_traced_to_the_clips_in_it() -> None:
    placed = (Fraction(0), Fraction(2))
    clip = IngredientSaid("a.mp4", "componentOf", "use-0", manifest="clip", placed=(placed,))
    cut = manifest("cut", actions=(created("composite"), ActionSaid("c2pa.placed")), ingredients=(clip,))
    sora = manifest("clip", actions=(created(agent="Sora"),))

    def copy(*actions: str, problems: tuple[str, ...] = ()) -> Credentials:
        parent = IngredientSaid("cut.mp4", "parentOf", manifest="cut", problems=problems)
        done = tuple(ActionSaid(name) for name in ("c2pa.opened", *actions))
        return said(manifest("copy", actions=done, ingredients=(parent,)), cut, sora)

    assert traced(copy("c2pa.redacted")) == [("Sora", TRAINED, "signed by Lumen")]
    doubted = traced(copy("c2pa.redacted", problems=("signingCredential.untrusted",)))
    assert doubted == [("Sora", TRAINED, "signed by Lumen; a signer on none of your lists")]
    assert traced(copy("c2pa.trimmed")) != [("Sora", TRAINED, "signed by Lumen")]


def test_black_that_a_signer_declares_is_told_as_black_in_its_place() -> None:
    record = {"black": [["0", "1/2"], ["5/2", "4"]]}
    clip = IngredientSaid(
        "x.mp4", "componentOf", "id", manifest="clip", placed=((Fraction(1, 2), Fraction(5, 2)),)
    )
    cut = manifest(ingredients=(clip,), assertions={"org.circletake.cut": record})
    made = manifest("clip", actions=(created(agent="Sora"),))
    rows = trace(said(cut, made), None, 4.0, "the sealed record")
    assert [(t.use.record_in, t.use.record_out, kind_of(t)) for t in rows] == [
        ("0", "1/2", "black"),
        ("1/2", "5/2", "ai"),
        ("5/2", "4", "black"),
    ]
    assert rows[0].words == "declared black by the signer"


@pytest.mark.parametrize(
    "black",
    [
        "all",
        [["0"]],
        [["0", "1", "2"]],
        [["1", "0"]],
        [["0", "1e999999999"]],
        [["0", "1/0"]],
        [[0, 9]],
        [["3/2", "7/2"]],
        [{"0": "1"}],
    ],
)
def test_black_that_makes_no_sense_or_lies_over_a_clip_is_none(black: Any) -> None:
    clip = IngredientSaid("x.mp4", "componentOf", "id", manifest="clip", placed=((Fraction(1), Fraction(2)),))
    cut = manifest(ingredients=(clip,), assertions={"org.circletake.cut": {"black": black}})
    rows = trace(said(cut, manifest("clip", actions=(created(agent="Sora"),))), None, 4.0, "the record")
    assert [kind_of(row) for row in rows] == ["ai"]


def test_black_of_the_record_fills_no_clip_and_no_take_can_call_itself_black() -> None:
    uses = (black_use(Fraction(0), Fraction(1)), Use("1", "4", "0", "3", "SH1/1", "", "other"))
    recorded = ReleasedFile("clip.mp4", "cut", "a" * 64, 1, uses=uses)
    assert [kind_of(row) for row in trace(Credentials(False), recorded, 4.0, "the record")] == ["black", "ai"]
    take = Use("0", "1", "0", "1", "SH1/1", "b" * 64, origin="black")
    assert not take.is_black


def test_what_somebody_declared_of_a_finished_film_is_told_and_what_nobody_did_stays_a_gap() -> None:
    others = [
        {"record": ["0", "1"], "what": "A001.mov", "source_type": "digitalCapture", "by": "Ana"},
        {"record": ["2", "3"], "what": "", "source_type": "undeclared", "by": ""},
        {"record": ["3", "4"], "what": "Title", "source_type": "humanEdits", "by": ""},
        {"record": ["1", "2"], "what": "over a clip", "source_type": "digitalCapture", "by": "Ana"},
        {"record": ["4", "5"], "what": "x", "source_type": "<b>", "by": "Ana"},
        "nonsense",
    ]
    clip = IngredientSaid("x.mp4", "componentOf", "id", manifest="clip", placed=((Fraction(1), Fraction(2)),))
    film = manifest(ingredients=(clip,), assertions={"org.circletake.film": {"others": others}})
    made = manifest("clip", actions=(created(agent="Sora"),))
    rows = trace(said(film, made), None, 5.0, "the record")
    assert [(t.use.record_in, t.use.take, kind_of(t), t.words) for t in rows if kind_of(t) != "ai"] == [
        ("0", "A001.mov", "camera", "declared by Ana"),
        ("3", "Title", "edited", "declared by the signer"),
    ]
    assert [kind_of(row) for row in rows] == ["camera", "ai", "edited"]


@pytest.mark.parametrize(
    ("name", "certificate", "words"),
    [
        ("Lumen", "AA", ""),
        ("Lumen", "BB", "; passed on by Lumen with another certificate"),
        ("Mallory", "BB", "; passed on by Mallory"),
    ],
)
def test_whoever_passes_on_what_another_signed_is_named(name: str, certificate: str, words: str) -> None:
    parent = IngredientSaid("x.mp4", "parentOf", manifest="cut")
    hand = Signer(name, "", "es256", "1", certificate)
    told = (ActionSaid("c2pa.edited.metadata"),)
    ours = manifest(signer=name, actions=told, ingredients=(parent,))
    clip = IngredientSaid("a.mp4", "componentOf", placed=((Fraction(0), Fraction(4)),))
    cut = manifest("cut", ingredients=(clip,))
    found = assembled(said(replace(ours, signer=hand), cut))
    assert found
    assert (found.manifest, found.doubts, found.own) == (cut, words, not words)
    altered = replace(parent, problems=("assertion.bmffHash.mismatch",))
    found = assembled(said(manifest(actions=told, ingredients=(altered,)), cut))
    assert found
    assert (found.doubts, found.own) == ("; altered before it was used", False)
