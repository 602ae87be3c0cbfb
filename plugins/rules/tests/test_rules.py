"""Rules as questions to values: no file is opened to ask them."""

from __future__ import annotations

import inspect
import re
from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

import pytest

import circletake_rules
from circletake import (
    ActionSaid,
    Check,
    Credentials,
    FileCase,
    IngredientSaid,
    Known,
    ManifestSaid,
    PictureMatch,
    Severity,
    SoundUse,
    Traced,
)
from circletake.model.export import black_use
from circletake.testing import RuleContract
from circletake_rules import rules
from tests.cases import RULES, SIGNER, ask, credentials, failures, recorded, release, use, video
from tests.factories import media_facts


class TestContract(RuleContract):
    module = "circletake_rules"
    test_it_can_pass = test_it_can_fail = None  # type: ignore[assignment]  # asked of each rule below


def test_every_card_tells_a_person_what_to_do() -> None:
    assert len(RULES) == len(list(circletake_rules.circletake_audit_rules()))
    for name, rule in RULES.items():
        card = rule.card
        assert re.fullmatch(r"[a-z0-9]+\.[a-z_]+", name)
        assert all((card.title, card.meaning, card.source, card.remedy)), name
        assert rule.about.name == card.id


def report(**over: Any) -> FileCase:
    return replace(FileCase("report.html", "report", 9, "d" * 64, credentials()), **over)


@pytest.mark.parametrize(
    ("seal", "seen"),
    [
        ({"integrity": Check.FAILED}, "forged or changed: these are not the bytes that were sealed"),
        ({"signature": Check.FAILED}, "its seal's signature does not verify"),
        ({"unreadable": "cut short"}, "its seal cannot be read: cut short"),
    ],
)
def test_a_report_whose_seal_does_not_hold_is_told(seal: dict[str, Any], seen: str) -> None:
    (outcome,) = ask("report.seal", report(credentials=credentials(**seal)))
    assert (outcome.check, outcome.seen, outcome.severity) == (Check.FAILED, seen, Severity.ERROR)


def test_a_sealed_report_passes_and_its_signer_is_named() -> None:
    (outcome,) = ask("report.seal", report())
    assert (outcome.check, outcome.reason) == (Check.PASSED, "sealed by Lumen Films AA:BB")


def test_a_report_alone_needs_a_signer_one_knows_and_beside_videos_they_are_told() -> None:
    unknown = report(credentials=credentials(trust=Check.FAILED))
    (alone,) = ask("report.seal", unknown)
    assert (alone.check, alone.severity) == (Check.FAILED, Severity.WARNING)
    assert alone.seen == "sealed by Lumen Films, whom none of your lists knows (AA:BB)"
    (beside,) = ask("report.seal", unknown, video())
    assert beside.check is Check.PASSED


def test_a_report_nobody_sealed_is_not_checked() -> None:
    (outcome,) = ask("report.seal", report(credentials=Credentials(False)))
    assert (outcome.check, outcome.reason) == (Check.NOT_CHECKED, "nobody sealed it")


@pytest.mark.parametrize(("certificate", "check"), [("AA:BB", Check.PASSED), ("CC:DD", Check.FAILED)])
def test_a_report_belongs_to_whoever_sealed_the_release(certificate: str, check: Check) -> None:
    of: dict[str, Any] = {"release": release(certificate=certificate), "seal": credentials()}
    (outcome,) = ask("report.seal", report(), **of)
    assert outcome.check is check
    assert outcome.severity is (Severity.WARNING if check is Check.FAILED else Severity.ERROR)


def test_a_rule_that_weighs_a_case_otherwise_than_its_card_says_so_there() -> None:
    """``--explain`` tells the card alone, and must not contradict what an audit then says."""
    quiet = []
    for module in (import_module(f"{rules.__name__}.{each.name}") for each in iter_modules(rules.__path__)):
        card, source = module.RULE.card, inspect.getsource(module)
        given = {word.lower() for word in re.findall(r"Severity\.([A-Z]+)", source)} - {card.severity}
        given |= {"note"} if "lacking(" in source and card.severity != "note" else set()
        quiet += [(card.id, word) for word in sorted(given) if word not in card.otherwise]
    assert quiet == []


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


def test_a_certificate_that_has_not_begun_is_not_called_expired() -> None:
    term = replace(
        SIGNER, not_before=datetime(2026, 11, 24, tzinfo=UTC), not_after=datetime(2036, 11, 23, tzinfo=UTC)
    )
    manifest = replace(credentials().manifests[0], signer=term)
    file = video(credentials=credentials(time=Check.FAILED, manifests=(manifest,)))
    told = [failures(ask("c2pa.time", file, at=datetime(year, 1, 1, tzinfo=UTC)))[0] for year in (2026, 2040)]
    assert told == ["not valid before 2026-11-24, not altered", "expired on 2036-11-23, not altered"]


def test_a_file_cut_short_accuses_no_signer() -> None:
    told = Credentials(True, unreadable="box size extends beyond asset bounds")
    (unread,) = ask("c2pa.trusted", video(credentials=told, unreadable="ends early"))
    assert unread.check is Check.NOT_CHECKED
    # Broken credentials name nobody either.
    (broken,) = ask("c2pa.trusted", video(credentials=told))
    assert broken.check is Check.NOT_CHECKED


def test_an_altered_ingredient_is_an_error_at_its_place_and_an_unknown_signer_a_note() -> None:
    def with_problem(code: str) -> FileCase:
        clip = IngredientSaid("a.mp4", "componentOf", placed=((1, 2),), problems=(code,))  # type: ignore[arg-type]
        manifest = replace(credentials().manifests[0], ingredients=(clip,))
        return video(credentials=credentials(manifests=(manifest,)))

    (altered,) = ask("ingredients.intact", with_problem("assertion.bmffHash.mismatch"))
    (unknown,) = ask("ingredients.intact", with_problem("signingCredential.untrusted"))
    assert (altered.severity, altered.start, altered.end) == (Severity.ERROR, 1.0, 2.0)
    assert unknown.severity is Severity.NOTE


def test_footage_of_a_stranger_is_told_with_its_signer_and_is_not_cleared() -> None:
    clip = IngredientSaid("kite.mp4", "componentOf", manifest="k", problems=("signingCredential.untrusted",))
    active = credentials().manifests[0]
    theirs = replace(active, label="k", signer=replace(SIGNER, name="OpenAI", sha256="CC:DD"))
    said = credentials(manifests=(replace(active, ingredients=(clip,)), theirs))
    (told,) = ask("ingredients.intact", video(credentials=said))
    assert told.seen == "kite.mp4 went into it, signed by OpenAI, who is on none of your lists; not altered"
    assert told.remedy.startswith("ask the producer whose footage it is, and by what right")
    ours = credentials(manifests=(replace(active, ingredients=(clip,)), replace(active, label="k")))
    (told,) = ask("ingredients.intact", video(credentials=ours))
    assert "signed by Lumen Films, who signed the file itself too and is on none of your lists" in told.seen
    assert "whose footage" not in told.remedy


def test_one_defect_is_one_finding_where_its_own_credentials_tell_of_it() -> None:
    """``c2pa.state`` says that these are not the bytes that were signed."""
    other = recorded(sha256="b" * 64)
    case: dict[str, Any] = {"release": release(other), "seal": credentials()}
    (told,) = ask("bytes.exact", video(recorded=other), **case)
    forged = credentials(integrity=Check.FAILED)
    (again,) = ask("bytes.exact", video(recorded=other, credentials=forged), **case)
    assert (told.check, again.check) == (Check.FAILED, Check.NOT_CHECKED)
    assert again.reason == "other bytes than the released ones, as its own credentials tell"


def test_nobody_is_led_to_say_that_something_was_generated() -> None:
    (told,) = ask("ai.source_type", video(traced=(use(model="", prompt="", source_type="", origin=""),)))
    assert "trainedAlgorithmicMedia if it was generated, =digitalCapture if filmed" in told.remedy


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


def test_a_source_type_that_nobody_knows_says_nothing() -> None:
    (seen,) = failures(ask("ai.source_type", video(traced=(use(source_type="camera"),))))
    assert "camera" in seen
    known = ("minorHumanEdits", "print", "empty")
    assert not failures(ask("ai.source_type", video(traced=tuple(use(source_type=k) for k in known))))


def test_an_unknown_clip_is_one_finding_not_three() -> None:
    unknown = video(traced=(use(source_type="", model="", prompt=""),))
    told = [rule for rule in ("ai.source_type", "ai.system", "ai.prompt") if failures(ask(rule, unknown))]
    assert told == ["ai.source_type"]


def test_declared_black_needs_no_prompt_and_no_source_type_and_leaves_no_gap() -> None:
    rows = (use(end="1"), Traced(black_use(Fraction(1), Fraction(2))), use("2", "4"))
    cut = video(media=media_facts(seconds=4.0), traced=rows)
    told = [ask(rule, cut) for rule in ("ai.source_type", "ai.system", "ai.prompt", "cut.coverage")]
    assert [failures(answers) for answers in told] == [[], [], [], []]
    without = video(media=media_facts(seconds=4.0), traced=rows[::2])
    assert failures(ask("cut.coverage", without)) == ["1.00 s belong to no clip"]


def test_camera_footage_needs_no_prompt() -> None:
    filmed = video(traced=(use(source_type="digitalCapture", origin="camera", model="", prompt=""),))
    assert not failures(ask("ai.prompt", filmed)) + failures(ask("ai.source_type", filmed))


def test_an_algorithm_without_a_trained_model_needs_no_prompt() -> None:
    drawn = {"source_type": "algorithmicMedia", "prompt": "", "prompt_evidence": ""}
    assert not failures(ask("ai.prompt", video(traced=(use(**drawn),))))
    assert failures(ask("ai.prompt", video(traced=(use(prompt="", prompt_evidence=""),))))


def test_an_undeclared_song_is_found_and_a_declared_one_is_not_verified() -> None:
    song = SoundUse("song.wav", "c" * 64, "undeclared", "")
    assert failures(ask("sound.declared", release=release(sound=song))) == ["song.wav: undeclared"]
    (declared,) = ask("sound.declared", release=release(sound=replace(song, origin="human-made")))
    assert declared.reason.endswith("not verified")
    film = video(sounds=(replace(song, sha256=""),))
    (undeclared,) = ask("sound.declared", film)
    assert (undeclared.file, undeclared.seen) == ("clip.mp4", "song.wav: undeclared")
    assert "circletake finish" in undeclared.remedy


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
    assert outcome.seen == "no credentials; the picture matches SH020/3 (12 of 256 bits differ)"


@pytest.mark.parametrize("name", ["clips/.DS_Store", "clips/._SH010.mp4", ".Spotlight-V100/Store-V2/x.db"])
def test_macos_litter_is_no_more_than_a_note(name: str) -> None:
    litter = FileCase(name, "other", 1, "e" * 64, Credentials(False))
    (outcome,) = ask("files.known", litter, release=release())
    assert outcome.severity is Severity.NOTE


def test_a_video_is_no_litter_whatever_its_name() -> None:
    (outcome,) = ask(
        "files.known", video(path=".DS_Store", credentials=Credentials(False)), release=release()
    )
    assert outcome.severity is Severity.ERROR


def test_a_still_whose_credentials_cannot_be_read_is_told_so_and_its_signer_is_not_asked_about() -> None:
    cut = FileCase("a.png", "image", 9, "e" * 64, Credentials(True, unreadable="PNG out of range"))
    assert failures(ask("file.readable", cut)) == ["its credentials cannot be read: PNG out of range"]
    (outcome,) = ask("c2pa.trusted", cut)
    assert outcome.check is Check.NOT_CHECKED


def test_credentials_that_lie_elsewhere_are_not_fetched_and_not_called_broken() -> None:
    told = video(credentials=Credentials(True, "https://example.org/m.c2pa"))
    (present,) = failures(ask("c2pa.present", told))
    assert "not in it but at https://example.org/m.c2pa; nothing is fetched" in present
    for rule in ("c2pa.state", "c2pa.trusted", "file.readable"):
        assert not failures(ask(rule, told))


def test_a_signers_mistake_of_form_is_told_as_that() -> None:
    code = "assertion.action.ingredientMismatch"
    assert failures(ask("c2pa.form", video(credentials=credentials(problems=(code,))))) == [
        f"its manifest is whole, but not well-formed ({code})"
    ]
    altered = credentials(problems=(code,), integrity=Check.FAILED)
    assert ask("c2pa.form", video(credentials=altered))[0].check is Check.NOT_CHECKED
