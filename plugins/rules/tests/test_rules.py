"""Rules as questions to values: no file is opened to ask them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import circletake_rules
from circletake import (
    ActionSaid,
    AuditCase,
    Check,
    Chosen,
    Credentials,
    FileCase,
    IngredientSaid,
    Known,
    ManifestSaid,
    NoSettings,
    Outcome,
    PictureMatch,
    Release,
    ReleasedFile,
    Severity,
    Signer,
    SoundUse,
    Traced,
    Use,
)
from tests.factories import media_facts

RULES = {rule.card.id: rule for rule in circletake_rules.circletake_audit_rules()}
SIGNER = Signer("Lumen Films", "issuer", "es256", "1", "AA:BB")


def credentials(**over: Any) -> Credentials:
    """Credentials in which everything holds."""
    manifest = ManifestSaid("urn:1", "circletake", "clip.mp4", SIGNER, (), (), {})
    whole = Credentials(
        True,
        "embedded",
        "Trusted",
        Check.PASSED,
        Check.PASSED,
        Check.PASSED,
        Check.PASSED,
        "C2PA",
        (),
        (manifest,),
    )
    return replace(whole, **over)


def video(**over: Any) -> FileCase:
    return replace(
        FileCase("clip.mp4", "video", 10, "a" * 64, credentials(), media=media_facts(seconds=2.0)), **over
    )


def use(start: str = "0", end: str = "2", **over: Any) -> Traced:
    made = Use(start, end, "0", "2", "SH010/1", "b" * 64, "gen4.5", "observed", "rain", "observed", "7")
    return Traced(replace(made, **{"source_type": "trainedAlgorithmicMedia", "origin": "generated", **over}))


def release(*files: ReleasedFile, **over: Any) -> Release:
    whole = Release("R", "2026-05-04", "circletake", "full", "Lumen", "AA:BB", files, Chosen(1, 1, (), 0))
    return replace(whole, **over)


def recorded(**over: Any) -> ReleasedFile:
    return replace(ReleasedFile("clip.mp4", "take", "a" * 64, 10, certificate="AA:BB"), **over)


def ask(rule: str, *files: FileCase, of: int = 0, **case: Any) -> list[Outcome]:
    """The answers of one rule about one file, or about the release where it looks at that."""
    about = None if RULES[rule].card.scope.value == "release" else files[of]
    return list(RULES[rule].check(AuditCase("r", files, about, **case), NoSettings()))


def failures(outcomes: Iterable[Outcome]) -> list[str]:
    return [o.seen for o in outcomes if o.check is Check.FAILED]


def test_every_card_tells_a_person_what_to_do() -> None:
    assert len(RULES) == len(list(circletake_rules.circletake_audit_rules()))
    for name, rule in RULES.items():
        card = rule.card
        assert re.fullmatch(r"[a-z0-9]+\.[a-z_]+", name)
        assert all((card.title, card.meaning, card.source, card.remedy)), name
        assert rule.about.name == card.id


def test_every_rule_stands_in_the_docs_as_its_card_says() -> None:
    page = (Path(__file__).resolve().parents[3] / "docs" / "audit.md").read_text("utf-8")
    for name, rule in RULES.items():
        assert f"| `{name}` | {rule.card.title} | {rule.card.severity} | {rule.card.source} |" in page


@pytest.mark.parametrize("name", sorted(RULES))
def test_silence_is_never_a_pass_for_a_file_without_credentials(name: str) -> None:
    bare = video(credentials=Credentials(False), media=None)
    harmless = {"bytes.slack", "files.archives", "files.known", "files.missing", "file.readable"}
    for outcome in ask(name, bare):
        assert outcome.check is not Check.PASSED or name in harmless
        assert outcome.reason or outcome.check is not Check.NOT_CHECKED


@pytest.mark.parametrize(
    ("rule", "of"),
    [
        ("c2pa.state", "integrity"),
        ("c2pa.signature", "signature"),
        ("c2pa.trusted", "trust"),
        ("c2pa.time", "time"),
    ],
)
def test_each_question_about_credentials_has_its_own_rule(rule: str, of: str) -> None:
    broken = video(credentials=credentials(**{of: Check.FAILED}))
    told = {name for name in ("c2pa.state", "c2pa.signature", "c2pa.trusted", "c2pa.time")
            if failures(ask(name, broken))}  # fmt: skip
    assert told == {rule}


def test_expired_is_told_as_not_altered() -> None:
    (seen,) = failures(ask("c2pa.time", video(credentials=credentials(time=Check.FAILED))))
    assert "not altered" in seen


def test_an_altered_ingredient_is_an_error_at_its_place_and_an_unknown_signer_a_note() -> None:
    def with_problem(code: str) -> FileCase:
        clip = IngredientSaid("a.mp4", "componentOf", placed=((1, 2),), problems=(code,))  # type: ignore[arg-type]
        manifest = replace(credentials().manifests[0], ingredients=(clip,))
        return video(credentials=credentials(manifests=(manifest,)))

    (altered,) = ask("ingredients.intact", with_problem("assertion.bmffHash.mismatch"))
    (unknown,) = ask("ingredients.intact", with_problem("signingCredential.untrusted"))
    assert (altered.severity, altered.start, altered.end) == (Severity.ERROR, 1.0, 2.0)
    assert unknown.severity is Severity.NOTE


def test_bytes_equal_to_an_unsealed_record_prove_nothing() -> None:
    file = video(recorded=recorded())
    assert [o.check for o in ask("bytes.exact", file, release=release(), seal=credentials())] == [
        Check.PASSED
    ]
    assert [o.check for o in ask("bytes.exact", file, release=release())] == [Check.NOT_CHECKED]


def test_slack_that_was_there_when_it_was_sealed_is_no_finding() -> None:
    file = video(recorded=recorded(), slack=20)
    assert not failures(ask("bytes.slack", file, release=release(), seal=credentials()))
    assert failures(ask("bytes.slack", file))


@pytest.mark.parametrize(
    ("spans", "gaps"),
    [
        ([("0", "2")], []),
        ([("0", "1"), ("1", "2")], []),
        ([("0", "1")], [(1.0, 2.0)]),
        ([("1/2", "2")], [(0.0, 0.5)]),
        ([("0", "3/2"), ("1/2", "1"), ("7/4", "2")], [(1.5, 1.75)]),
        ([("0", "24/25"), ("49/50", "2")], []),
    ],
)
def test_every_second_must_belong_to_a_clip(
    spans: list[tuple[str, str]], gaps: list[tuple[float, float]]
) -> None:
    outcomes = ask("cut.coverage", video(traced=tuple(use(*span) for span in spans)))
    assert [(o.start, o.end) for o in outcomes if o.check is Check.FAILED] == gaps


def test_a_prompt_that_differs_from_the_library_is_found() -> None:
    known = Known("a" * 64, "R", "2026", {"b" * 64: "snow"})
    (outcome,) = ask("prompt.matches", video(traced=(use(),), known=known))
    assert "the library says “snow”" in outcome.expected


def test_a_prompt_only_the_record_tells_is_not_held_against_itself() -> None:
    traced = replace(use(), from_record=("prompt",))
    file = video(traced=(traced,), recorded=recorded(uses=(traced.use,)))
    assert [o.check for o in ask("prompt.matches", file)] == [Check.NOT_CHECKED]


def test_a_prompt_kept_back_by_policy_is_not_missing_and_its_digest_is_held_against_the_library() -> None:
    kept = use(prompt="", prompt_digest="d" * 64)
    (answer,) = ask("ai.prompt", video(traced=(kept,)))
    assert (answer.check, answer.reason) == (
        Check.PASSED,
        "kept back by the producer's prompt policy; its digest is recorded",
    )
    same, other = (Known("a" * 64, "R", "2026", {"b" * 64: digit * 64}) for digit in "de")
    assert not failures(ask("prompt.matches", video(traced=(kept,), known=same)))
    assert len(failures(ask("prompt.matches", video(traced=(kept,), known=other)))) == 1


def test_a_prompt_that_was_redacted_is_not_called_missing() -> None:
    signed = ManifestSaid("urn:1", "circletake", "a.mp4", SIGNER, (ActionSaid("c2pa.redacted"),), (), {})
    gone = video(traced=(use(prompt=""),), credentials=credentials(manifests=(signed,)))
    (answer,) = ask("ai.prompt", gone)
    assert (answer.check, answer.reason) == (
        Check.PASSED,
        "taken out by the signer, as the credentials say",
    )


def test_a_model_without_a_source_type_is_not_marked_as_ai() -> None:
    (seen,) = failures(ask("ai.source_type", video(traced=(use(source_type=""),))))
    assert seen == "said to be made by gen4.5, but not marked as AI-made"


def test_an_unknown_clip_is_one_finding_not_three() -> None:
    unknown = video(traced=(use(source_type="", model="", prompt=""),))
    told = [rule for rule in ("ai.source_type", "ai.system", "ai.prompt") if failures(ask(rule, unknown))]
    assert told == ["ai.source_type"]


def test_camera_footage_needs_no_prompt() -> None:
    filmed = video(traced=(use(source_type="digitalCapture", origin="camera", model="", prompt=""),))
    assert not failures(ask("ai.prompt", filmed)) + failures(ask("ai.source_type", filmed))


def test_an_undeclared_song_is_found_and_a_declared_one_is_not_verified() -> None:
    song = SoundUse("song.wav", "c" * 64, "undeclared", "")
    assert failures(ask("sound.declared", release=release(sound=song))) == ["song.wav: undeclared"]
    (declared,) = ask("sound.declared", release=release(sound=replace(song, origin="human-made")))
    assert declared.reason.endswith("not verified")


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("/home/ana/films/x.png", "a path of somebody's computer"),
        (r"C:\Users\ana\x.png", "a path of somebody's computer"),
        ("ask ana@example.com", "an e-mail address"),
        ("sk-abcdefghijklmnopqrstuvwxyz0123", "what looks like a key"),
        ("a bus by the sea, 24/7, f/2.8", ""),
    ],
)
def test_private_details_are_found_anywhere_in_a_manifest(text: str, what: str) -> None:
    manifest = replace(credentials().manifests[0], assertions={"own": {"list": [{"deep": text}]}})
    seen = failures(ask("privacy.paths", video(credentials=credentials(manifests=(manifest,)))))
    assert seen == ([f"{what} in own"] if what else [])


def test_a_picture_of_the_library_is_named() -> None:
    bare = video(credentials=Credentials(False), match=PictureMatch("SH020/3", "d" * 64, 12.0))
    (outcome,) = ask("picture.match", bare, library=True)
    assert outcome.seen == "no credentials; the picture is SH020/3 (12 of 256 bits differ)"


def test_macos_litter_is_no_more_than_a_note() -> None:
    litter = FileCase("clips/.DS_Store", "other", 1, "e" * 64, Credentials(False))
    (outcome,) = ask("files.known", litter, release=release())
    assert outcome.severity is Severity.NOTE
