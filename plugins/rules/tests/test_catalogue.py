"""The rules about marks, tags, lists and people, as questions to values."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction
from time import process_time
from typing import Any

import pytest

from circletake import (
    OWN_KEY,
    ActionSaid,
    Check,
    Chosen,
    Credentials,
    FileCase,
    IngredientSaid,
    Known,
    Layout,
    ListUsed,
    Outcome,
    PictureMatch,
    Registered,
    Severity,
    Shown,
    Signer,
    Stated,
    Timestamp,
    Traced,
)
from circletake.audit.judge import verdict_of
from circletake.audit.making import reservation
from circletake.model.export import black_use
from tests.cases import RULES, SIGNER, ask, credentials, failures, recorded, release, use, video
from tests.factories import media_facts

NOW = datetime(2026, 11, 24, tzinfo=UTC)
MADE = ActionSaid("c2pa.created", "trainedAlgorithmicMedia", "Sora", "", "2026-05-04T10:00:00Z")


def signed(*others: Any, said: Any = None, **manifest: Any) -> FileCase:
    """A video whose active manifest says ``manifest``; ``others`` are further manifests of its store."""
    active = replace(credentials().manifests[0], **{"actions": (MADE,), **manifest})
    return video(credentials=credentials(manifests=(active, *others), **(said or {})), traced=(use(),))


def signer(**over: Any) -> Signer:
    return replace(SIGNER, not_after=datetime(2027, 1, 1, tzinfo=UTC), **over)


# c2pa.timestamp


def test_no_timestamp_is_a_note_that_says_until_when_it_matters_not() -> None:
    (told,) = ask("c2pa.timestamp", signed(signer=signer()))
    assert (told.severity, told.seen) == (
        Severity.NOTE,
        "no timestamp; the certificate ends on 2027-01-01",
    )


def test_a_trusted_timestamp_passes_and_an_unknown_one_is_told_apart() -> None:
    (passed,) = ask("c2pa.timestamp", signed(signer=signer(signed_at=NOW)))
    assert (passed.check, passed.reason) == (Check.PASSED, "2026-11-24 00:00 UTC")
    unknown = signed(signer=signer(), said={"problems": ("timeStamp.untrusted",)})
    assert failures(ask("c2pa.timestamp", unknown)) == [
        "a timestamp of an authority on none of your lists of timestampers"
    ]


def test_a_timestamp_by_somebody_on_no_list_is_told_with_its_day_and_its_maker() -> None:
    unknown = signed(signer=signer(), said={"timestamp": Timestamp("Clock Tower", NOW)})
    assert failures(ask("c2pa.timestamp", unknown)) == [
        "timestamped 2026-11-24 by Clock Tower, who is on none of your lists of timestampers"
    ]


def test_a_timestamp_is_told_with_the_list_of_timestampers_that_knows_its_maker() -> None:
    known = Timestamp("Clock Tower", NOW, "TSA 2026-08-01")
    (passed,) = ask(
        "c2pa.timestamp", signed(signer=signer(signed_at=NOW), said={"timestamp": known}), lists=("C2PA",)
    )
    assert passed.reason.endswith("timestamped 2026-11-24 by Clock Tower, on TSA 2026-08-01")


def test_each_kind_of_list_is_named_where_it_was_asked_and_nowhere_else() -> None:
    lists: dict[str, Any] = {"lists": ("C2PA 2026-08-05",), "clocks": ("TSA 2026-08-01",)}
    unknown = signed(
        signer=signer(), said={"timestamp": Timestamp("Clock Tower", NOW), "trust": Check.FAILED}
    )
    (stamp,), (trust,) = (ask(rule, unknown, **lists) for rule in ("c2pa.timestamp", "c2pa.trusted"))
    assert stamp.expected == "a timestamper on one of your lists of timestampers: TSA 2026-08-01"
    assert trust.expected == "a signer on one of your lists of signers: C2PA 2026-08-05"


def test_a_list_of_timestampers_that_vouches_here_and_is_old_is_a_finding() -> None:
    stamped = signed(said={"timestamp": Timestamp("Clock Tower", NOW, "TSA 2025-01-01")})
    dated = (ListUsed("TSA 2025-01-01", "2025-01-01", "timestampers"),)
    (told,) = ask("trustlist.fresh", stamped, dated=dated, at=NOW)
    assert (told.check, told.severity) == (Check.FAILED, Severity.WARNING)


# c2pa.trusted, as of another day


@pytest.mark.parametrize(
    ("day", "check", "words"),
    [
        ("2027-02-01", Check.PASSED, "as it is today; whether it knew the signer on 2027-02-01 is not told"),
        ("2026-01-01", Check.NOT_CHECKED, "but was published after 2026-01-01"),
    ],
)
def test_a_list_is_never_silently_judged_for_another_day(day: str, check: Check, words: str) -> None:
    known = signed(said={"trust": Check.PASSED, "trust_list": "C2PA 2026-08-05"})
    dated = (ListUsed("C2PA 2026-08-05", "2026-08-05"),)
    (told,) = ask("c2pa.trusted", known, dated=dated, moment=datetime.fromisoformat(f"{day}T00:00:00Z"))
    assert told.check is check
    assert words in told.reason
    assert [o.reason for o in ask("c2pa.trusted", known, dated=dated)] == ["C2PA 2026-08-05"]


def test_an_expired_signer_that_no_list_was_asked_about_is_not_called_unknown() -> None:
    expired = signed(
        said={"trust": Check.FAILED, "problems": ("signingCredential.untrusted", "signingCredential.expired")}
    )
    (told,) = ask("c2pa.trusted", expired, lists=("C2PA 2026-08-05",))
    assert told.check is Check.NOT_CHECKED
    assert "expired by today" in told.reason


# prompt.matches


def test_long_prompts_are_shown_where_they_differ() -> None:
    same = "a suited astronaut with the red dust of Mars on their boots reaches out to shake hands with "
    filed = recorded(uses=(use(prompt=f"{same}a friend").use,))
    (told,) = ask("prompt.matches", video(traced=(use(prompt=f"{same}an alien"),), recorded=filed))
    assert (
        told.seen == "the credentials say “…nds with an alien” (observed), release.json “…nds with a friend”"
    )
    assert told.expected.endswith("…o shake hands with a friend”")
    short = recorded(uses=(use(prompt="snow").use,))
    (told,) = ask("prompt.matches", video(traced=(use(),), recorded=short))
    assert (told.seen, told.expected) == (
        "the credentials say “rain” (observed), release.json “snow”",
        "release.json, whose seal does not hold, says “snow”",
    )


BEFORE, AFTER = datetime(2026, 11, 20, tzinfo=UTC), datetime(2026, 11, 22, tzinfo=UTC)


def held(field: str, *values: Stated) -> dict[str, Registered]:
    return {"b" * 64: Registered("SH010/1", {field: values})}


def signed_on(day: str, **over: Any) -> FileCase:
    action = ActionSaid("c2pa.opened", when=f"2026-11-{day}T12:00:00Z")
    return replace(signed(actions=(action,)), **over)


@pytest.mark.parametrize(
    ("field", "value", "seen"),
    [
        ("prompt", "snow", "the credentials say “rain” (observed), the library “snow” (declared by Ana)"),
        (
            "model",
            "veo 3",
            "model: the credentials say “gen4.5” (observed), the library “veo 3” (declared by Ana)",
        ),
        ("seed", "8", "seed: the credentials say “7”, the library “8” (declared by Ana)"),
    ],
)
def test_what_the_library_never_said_of_a_take_is_found(field: str, value: str, seen: str) -> None:
    other = Stated(value, BEFORE, "declared by Ana")
    (told,) = ask("prompt.matches", signed_on("21", registered=held(field, other)))
    assert (told.severity, told.seen) == (Severity.ERROR, seen)
    same = Stated(getattr(use().use, field), AFTER, "observed by runway")
    (told,) = ask("prompt.matches", signed_on("21", registered=held(field, other, same)))
    assert told.check is Check.PASSED


def test_what_the_library_said_when_a_file_was_signed_and_was_mended_since_is_a_note() -> None:
    then, now = Stated("rain", BEFORE, "observed by runway"), Stated("snow", AFTER, "declared by Ana")
    (told,) = ask("prompt.matches", signed_on("21", registered=held("prompt", then, now)))
    assert (told.severity, told.seen) == (
        Severity.NOTE,
        "the credentials say “rain”, as the library did; since 2026-11-22 it says “snow”",
    )
    assert told.expected == "the library says “snow” (declared by Ana)"
    (told,) = ask("prompt.matches", signed_on("23", registered=held("prompt", then, now)))
    assert told.severity is Severity.ERROR, (
        "it was signed after the mending, and tells what was no longer held"
    )
    undated = signed(actions=(ActionSaid("c2pa.opened", when="today"),))
    (told,) = ask("prompt.matches", replace(undated, registered=held("prompt", then, now)))
    assert told.severity is Severity.NOTE


def test_of_a_prompt_that_was_kept_back_only_the_librarys_own_digests_tell() -> None:
    kept = (use(prompt="", prompt_digest="d" * 64),)
    then = Stated("rain", BEFORE, "observed", frozenset({"d" * 64}))
    now = Stated("snow", AFTER, "declared by Ana")

    def told(*values: Stated) -> Outcome:
        (outcome,) = ask("prompt.matches", signed_on("21", traced=kept, registered=held("prompt", *values)))
        return outcome

    assert told(now).check is Check.NOT_CHECKED
    assert told(then).check is Check.PASSED
    mended = told(then, now)
    assert mended.severity is Severity.NOTE
    assert mended.expected == "the digest of the prompt that the library has now"
    assert mended.seen == (
        "the digest in the credentials is that of an earlier prompt of this take; "
        "since 2026-11-22 the library has another"
    )


KEPT = {
    "hash": {"prompt": "", "prompt_digest": "d" * 64},
    "omit": {"prompt": "", "prompt_evidence": "declared"},
}
SECRETS = "sunny meadow", "snowy peak"


@pytest.mark.parametrize("how", KEPT)
@pytest.mark.parametrize("beside", [False, True])
@pytest.mark.parametrize("day", ["19", "21", "23"])
def test_where_a_file_keeps_any_prompt_back_no_finding_prints_another_than_its_own(
    how: str, beside: bool, day: str
) -> None:
    kept = use(**KEPT[how])
    open_use = use(take="SH020/1", take_sha256="c" * 64)
    held_of = Registered(
        "SH010/1",
        {
            "prompt": (
                Stated(SECRETS[0], BEFORE, "observed", frozenset({"d" * 64})),
                Stated(SECRETS[1], AFTER, "declared by Ana"),
            )
        },
    )
    listed = recorded(uses=(use(prompt=SECRETS[0]).use, use(prompt=SECRETS[1], take_sha256="c" * 64).use))
    known = Known("a" * 64, "Night Bus", "2026-11-21T12:00:00Z", {"b" * 64: SECRETS[1], "c" * 64: SECRETS[0]})
    for record, row in ((None, None), (listed, None), (None, known)):
        file = signed_on(
            day,
            traced=(kept, open_use) if beside else (kept,),
            registered={"b" * 64: held_of, "c" * 64: held_of},
            recorded=record,
            known=row,
        )
        outcomes = ask("prompt.matches", file)
        assert bool(failures(outcomes)) == (beside or (how == "hash" and bool(record or row or day != "23")))
        text = repr(outcomes)
        assert not any(secret in text for secret in SECRETS), text


def test_a_release_that_keeps_prompts_back_has_none_of_the_librarys_printed() -> None:
    values = Stated("rain", BEFORE, "observed"), Stated(SECRETS[0], AFTER, "declared by Ana")
    file = signed_on("21", registered=held("prompt", *values))
    (told,) = ask("prompt.matches", file, release=release(prompt_policy="hash"))
    assert told.severity is Severity.NOTE
    assert told.seen == (
        "the prompt in the credentials is an earlier one of this take; "
        "since 2026-11-22 the library has another"
    )


def test_models_and_seeds_are_told_of_files_that_keep_their_prompts_back() -> None:
    kept = (use(**KEPT["hash"]),)
    (told,) = ask(
        "prompt.matches",
        signed_on("21", traced=kept, registered=held("seed", Stated("8", BEFORE, "declared by Ana"))),
    )
    assert told.seen == "seed: the credentials say “7”, the library “8” (declared by Ana)"


def test_two_files_that_tell_another_prompt_of_one_take_are_one_finding() -> None:
    clip, cut = (
        video(path="clips/a.mp4", traced=(use(),)),
        video(path="cut.mp4", traced=(use(prompt="snow"),)),
    )
    prompts = {"b" * 64: {"rain": "clips/a.mp4", "snow": "cut.mp4"}}
    (one,), (two,) = (ask("prompt.matches", clip, cut, of=n, prompts=prompts) for n in range(2))
    assert one.seen == two.seen == "a.mp4 says “rain”, cut.mp4 “snow”"
    assert (one.cause, one.expected) == (two.cause, "cut.mp4 says “snow”")
    assert two.expected == "clips/a.mp4 says “rain”"
    (told,) = ask("prompt.matches", clip, prompts={"b" * 64: {"rain": "clips/a.mp4"}})
    assert told.check is Check.PASSED, "both tell the same"


# sums.agree


def test_no_list_is_recommended_that_proves_nothing() -> None:
    changed = replace(video(kind="record", path="release.json"), summed="c" * 64)
    sums = FileCase("SHA256SUMS", "sums", 1, "d" * 64, Credentials(False))
    sealed: dict[str, Any] = {"release": release(), "seal": credentials()}
    (told,) = ask("sums.agree", changed, sums, **sealed)
    assert told.remedy.startswith("trust the sealed record")
    (told,) = ask("sums.agree", changed, sums, release=release())
    assert told.remedy.startswith("neither SHA256SUMS nor release.json is to be relied on")


# remedies


@pytest.mark.parametrize("rule", RULES)
def test_what_only_the_producer_can_mend_tells_others_what_to_ask(rule: str) -> None:
    remedy = RULES[rule].card.remedy
    assert "the producer can" not in remedy
    if "the producer: " in remedy:
        assert remedy.startswith(("ask the producer", "tell the producer"))
    elif any(command in remedy for command in ("recipe", "circletake release", "export again")):
        assert rule == "platform.youtube"


def test_footage_said_to_be_filmed_is_not_asked_to_call_itself_generated() -> None:
    filmed = video(traced=(use(source_type="", model="", prompt="", origin="camera"),))
    (told,) = ask("ai.source_type", filmed)
    assert told.seen == "said to be camera footage, but not marked as such"
    assert "source_type=digitalCapture" in told.remedy


def test_an_altered_file_has_no_timestamp_of_its_own() -> None:
    (told,) = ask("c2pa.timestamp", signed(signer=signer(signed_at=NOW), said={"integrity": Check.FAILED}))
    assert told.check is Check.NOT_CHECKED


# c2pa.conformance


WHOLE: dict[str, Any] = {
    "label": "urn:c2pa:1",
    "labels": ("c2pa.actions.v2", "c2pa.ingredient.v3__2", "c2pa.hash.bmff.v3", "org.circletake.take"),
    "spec_version": "2.4.0",
    "claim_version": 2,
    "lists_all": (True,),
}
PARENT = ActionSaid("c2pa.opened", ingredients=("a",))


def test_a_manifest_as_the_rubric_wants_it_passes() -> None:
    assert not failures(ask("c2pa.conformance", signed(**WHOLE)))
    opened = (PARENT, ActionSaid("c2pa.transcoded"), ActionSaid("c2pa.trimmed", "humanEdits"))
    assert not failures(ask("c2pa.conformance", signed(**WHOLE | {"actions": opened})))


@pytest.mark.parametrize(
    ("over", "told"),
    [
        ({"actions": ()}, "no actions at all"),
        ({"claim_version": 1}, "a claim of version 1"),
        ({"spec_version": ""}, "specVersion is not given, not 2.4"),
        ({"spec_version": "2.2"}, "specVersion is 2.2, not 2.4"),
        ({"label": "urn:uuid:1"}, "its label does not begin with urn:c2pa:"),
        ({"lists_all": (None,)}, "allActionsIncluded is not said"),
        ({"labels": ("stds.exif",)}, "a deprecated assertion stds.exif"),
        ({"labels": ("c2pa.hash.bmff.v2",)}, "a deprecated assertion c2pa.hash.bmff.v2"),
        ({"labels": ("c2pa.invented",)}, "an unknown assertion c2pa.invented"),
        ({"labels": ("mine",)}, "an assertion without a namespace: mine"),
        (
            {"actions": (ActionSaid("c2pa.trimmed", "humanEdits"),)},
            "the first action is c2pa.trimmed, not c2pa.created or c2pa.opened",
        ),
        ({"actions": (MADE, PARENT)}, "more than one of c2pa.created and c2pa.opened"),
        ({"actions": (ActionSaid("c2pa.created"),)}, "c2pa.created has no digital source type"),
        (
            {"actions": (replace(PARENT, source_type="digitalCapture"),)},
            "c2pa.opened has a digital source type",
        ),
        (
            {"actions": (replace(PARENT, ingredients=("a", "b")),)},
            "c2pa.opened refers to 2 ingredients, not to its one parent",
        ),
        ({"actions": (MADE, ActionSaid("c2pa.cropped"))}, "c2pa.cropped has no digital source type"),
        ({"actions": (MADE, ActionSaid("c2pa.saved", "humanEdits"))}, "a deprecated action c2pa.saved"),
        ({"actions": (MADE, ActionSaid("c2pa.sung", "humanEdits"))}, "an unknown action c2pa.sung"),
        ({"actions": (MADE, ActionSaid("sung"))}, "an action without a namespace: sung"),
        (
            {"ingredients": (IngredientSaid("a", "partOf"),)},
            "an ingredient with the relationship partOf",
        ),
        (
            {"ingredients": (IngredientSaid("a", "parentOf", manifest="x", source_type="print"),)},
            "an ingredient with a manifest and a digital source type",
        ),
    ],
)
def test_each_rule_of_the_rubric_is_told_by_itself_and_as_a_note(over: dict[str, Any], told: str) -> None:
    (outcome,) = ask("c2pa.conformance", signed(**WHOLE | over))
    assert (outcome.seen, outcome.severity) == (told, Severity.NOTE)


# ai.*


def test_a_provider_is_named_by_the_record_or_by_whoever_signed_the_mark() -> None:
    named = video(traced=(replace(use(), provider="Runway", signed_by="Lumen"),))
    (told,) = ask("ai.provider", named)
    assert told.reason == "Runway"
    (told,) = ask("ai.provider", video(traced=(replace(use(), provider="OpenAI", signed_by="OpenAI"),)))
    assert told.reason == "OpenAI, who signed it"
    (told,) = ask("ai.provider", video(traced=(use(),)))
    assert (told.seen, told.severity) == ("no provider named", Severity.NOTE)


@pytest.mark.parametrize(
    ("when", "told"),
    [
        ("2026-05-04T10:00:00Z", []),
        ("2026-05-04T10:00:00+02:00", []),
        ("yesterday", ["“yesterday” is no time and date"]),
        ("2026-05-04", ["“2026-05-04” is no time and date"]),
        ("", ["no manifest says when"]),
    ],
)
def test_a_generated_video_says_when_in_a_form_that_is_a_moment(when: str, told: list[str]) -> None:
    assert failures(ask("ai.when", signed(actions=(replace(MADE, when=when),)))) == told


def test_a_trusted_timestamp_is_a_time_of_making_too() -> None:
    undated = signed(actions=(replace(MADE, when=""),), signer=signer(signed_at=NOW))
    assert not failures(ask("ai.when", undated))


def test_an_identifier_that_two_different_files_bear_is_none() -> None:
    one, other = (
        signed(label="urn:c2pa:1"),
        replace(signed(label="urn:c2pa:1"), path="b.mp4", sha256="b" * 64),
    )
    told = {o.file: o.seen for o in ask("ai.id", one, other)}
    assert told == {
        "clip.mp4": "b.mp4 bears the same identifier, and other bytes",
        "b.mp4": "clip.mp4 bears the same identifier, and other bytes",
    }
    assert not failures(ask("ai.id", one, replace(other, sha256=one.sha256)))
    assert not failures(ask("ai.id", one, signed(label="urn:c2pa:2")))
    assert failures(ask("ai.id", signed(label="clip"))) == ["“clip” is no URN"]


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"modelType": "c2pa.types.model", "modelName": "gen4.5"}, []),
        ({"modelName": "gen4.5"}, ["a disclosure without modelType"]),
        ("text", ["a disclosure without modelType"]),
        (
            {"modelType": "m", "contentProfile": {"humanOversightLevel": "none"}},
            ["“none” is no level of oversight"],
        ),
        (None, ["no AI disclosure"]),
    ],
)
def test_an_ai_disclosure_is_looked_for_and_into(said: object, told: list[str]) -> None:
    assertions = {} if said is None else {"c2pa.ai-disclosure": said}
    assert failures(ask("ai.disclosure", signed(assertions=assertions))) == told


def test_what_no_trained_model_made_needs_no_disclosure() -> None:
    pattern = replace(signed(), traced=(use(source_type="algorithmicMedia"),))
    (told,) = ask("ai.disclosure", pattern)
    assert told.check is Check.NOT_CHECKED


# marks.kept, second.layer


def with_record(evidence: str, *ingredients: IngredientSaid) -> FileCase:
    record = {"recipe": {"model": {"evidence": evidence}}}
    source = replace(credentials().manifests[0], label="urn:source")
    return signed(source, assertions={"org.circletake.take": record}, ingredients=ingredients)


def test_a_recipe_read_from_a_signature_needs_that_signature_to_be_there() -> None:
    kept = with_record("signed", IngredientSaid("sora.mp4", "parentOf", manifest="urn:source"))
    assert [o.check for o in ask("marks.kept", kept)] == [Check.PASSED]
    lost = with_record("signed", IngredientSaid("sora.mp4", "parentOf"))
    (told,) = ask("marks.kept", lost)
    assert told.severity is Severity.WARNING and told.seen.endswith(
        "signed credentials that are no longer in it"
    )


def test_credentials_that_are_named_and_not_there_are_lost_marks() -> None:
    gone = with_record("declared", IngredientSaid("a.mp4", "componentOf", manifest="urn:gone"))
    assert failures(ask("marks.kept", gone)) == ["a.mp4: its credentials are named and not there"]


def test_sources_that_never_had_marks_are_not_said_to_have_kept_them() -> None:
    plain = with_record("declared", IngredientSaid("a.mp4", "parentOf"))
    assert [o.check for o in ask("marks.kept", plain)] == [Check.NOT_CHECKED]


@pytest.mark.parametrize(
    ("file", "which"),
    [
        (signed(assertions={"c2pa.soft-binding": {"alg": "io.iscc.v0"}}), "a soft binding by io.iscc.v0"),
        (signed(assertions={"org.maker.phash": {}}), "a fingerprint in the assertion org.maker.phash"),
        (
            signed(actions=(MADE, ActionSaid("c2pa.watermarked.bound"))),
            "a watermark that the manifest declares; not looked for",
        ),
        (
            replace(signed(), known=Known("a" * 64, "R", "2026", {}, fingerprinted=True)),
            "fingerprints in the library of the takes it is made of",
        ),
    ],
)
def test_a_second_layer_is_named_for_what_it_is(file: FileCase, which: str) -> None:
    (told,) = ask("second.layer", file)
    assert (told.check, told.reason) == (Check.PASSED, which)


def test_no_second_layer_is_a_note_and_names_what_was_looked_for() -> None:
    (told,) = ask("second.layer", replace(signed(), known=Known("a" * 64, "R", "2026", {})))
    assert (told.check, told.severity) == (Check.FAILED, Severity.NOTE)
    assert "no watermark declared" in told.seen


# privacy.tags


@pytest.mark.parametrize(
    ("tag", "text", "told"),
    [
        (
            "comment",
            "C:\\Users\\ana\\model.safetensors",
            ["a path of somebody's computer in the tag comment"],
        ),
        ("artist", "ana@example.com", ["an e-mail address in the tag artist"]),
        ("workflow", "http://10.0.3.7/run", ["the name or address of a machine in the tag workflow"]),
        ("host", "render-02.studio.lan", ["the name or address of a machine in the tag host"]),
        ("host", "DESKTOP-4FG7K2L", ["the name or address of a machine in the tag host"]),
        ("com.apple.quicktime.location.iso6709", "+48.1+11.5/", ["where it was filmed in the tag com.apple"]),
        ("prompt", "a bus at 24.0.1, local colour, vlan", []),
        ("encoder", "Lavf58.29.100", []),
        ("software", "Adobe 10.0.19041.1", []),
    ],
)
def test_private_details_in_tags_are_found_with_the_tag(tag: str, text: str, told: list[str]) -> None:
    seen = failures(ask("privacy.tags", video(tags={tag: text})))
    assert len(seen) == len(told) and all(s.startswith(t) for s, t in zip(seen, told, strict=True))


@pytest.mark.parametrize("piece", ["a.", "a@", "-", "10.", "a-.", "x@a-."])
def test_hostile_text_is_searched_in_linear_time(piece: str) -> None:
    def seconds(pieces: int) -> float:
        began = process_time()
        ask("privacy.tags", video(tags={"comment": piece * pieces}))
        return process_time() - began

    short = min(seconds(20_000) for _ in range(3))
    assert min(seconds(80_000) for _ in range(3)) < 10 * short


# bytes.order


def test_chunks_that_point_backwards_are_an_error_only_where_no_signature_covers_them() -> None:
    back = Layout("x", backwards=2)
    exclusions = ("/moov/trak/mdia/minf/stbl/stco",)
    (told,) = ask("bytes.order", video(layout=back, exclusions=exclusions))
    assert told.seen == "2 chunks point backwards, and the signature leaves the offsets out"
    assert verdict_of(video(layout=back, exclusions=exclusions), sealed=False) == "altered"
    everywhere = Layout("x", backwards=1, overlapping=3, astray=1)
    (all_told,) = failures(ask("bytes.order", video(layout=everywhere, exclusions=exclusions)))
    assert all_told == (
        "a chunk points backwards, 3 chunks begin inside others, a chunk reaches outside the media data, "
        "and the signature leaves the offsets out"
    )
    assert not failures(ask("bytes.order", video(layout=everywhere)))
    assert not failures(ask("bytes.order", video(layout=back)))
    assert not failures(ask("bytes.order", video(layout=Layout("x"), exclusions=exclusions)))
    sealed = video(layout=back, exclusions=exclusions, recorded=recorded())
    assert not failures(ask("bytes.order", sealed, release=release(), seal=credentials()))
    assert verdict_of(sealed, sealed=True) == "intact"


# bytes.exclusions


def test_what_a_signature_leaves_out_is_no_pass_where_it_is_not_known() -> None:
    (told,) = ask("bytes.exclusions", video(untold="its pieces are too many to be told apart"))
    assert (told.severity, told.seen) == (
        Severity.WARNING,
        "what the signature leaves out is not known: its pieces are too many to be told apart",
    )


@pytest.mark.parametrize("left", [{"uncovered": "its box /mdat"}, {"untold": "a tree"}])
def test_whatever_a_signature_leaves_out_a_sealed_digest_tells_the_rest(left: dict[str, str]) -> None:
    sealed = video(recorded=recorded(), **left)
    assert not failures(ask("bytes.exclusions", sealed, release=release(), seal=credentials()))
    assert failures(
        ask("bytes.exclusions", replace(sealed, sha256="c" * 64), release=release(), seal=credentials())
    )


def test_picture_that_a_signature_leaves_out_is_worse_than_what_is_not_known_of_it() -> None:
    (told,) = ask(
        "bytes.exclusions", video(uncovered="its box /mdat", untold="more", exclusions=("/meta/iloc",))
    )
    assert (told.severity, told.seen) == (
        Severity.ERROR,
        "the signature leaves out its box /mdat: anybody can change that, and it still verifies",
    )


def test_offsets_that_a_signature_leaves_out_are_a_note() -> None:
    (told,) = ask("bytes.exclusions", video(exclusions=("/moov/trak/mdia/minf/stbl/stco",)))
    assert (told.severity, told.seen) == (Severity.NOTE, "not covered: /moov/trak/mdia/minf/stbl/stco")


# cut.clips


def placed(title: str, manifest: str = "") -> IngredientSaid:
    return IngredientSaid(
        title, "componentOf", title, manifest=manifest, placed=((Fraction(1), Fraction(2)),)
    )


def test_a_clip_the_record_does_not_name_is_told_at_its_place() -> None:
    take = replace(
        credentials().manifests[0], label="urn:mine", assertions={"org.circletake.take": {"take": "b" * 64}}
    )
    stranger = replace(take, label="urn:theirs", assertions={}, signer=replace(SIGNER, name="Somebody"))
    clips = (placed("mine.mp4", "urn:mine"), placed("theirs.mp4", "urn:theirs"), placed("bare.mp4"))
    cut = replace(signed(take, stranger, ingredients=clips), recorded=recorded(uses=(use().use,)))
    told = ask("cut.clips", cut)
    assert failures(told) == [
        "a foreign clip: theirs.mp4, signed by Somebody",
        "bare.mp4 came without credentials of its own",
    ]
    assert {(o.start, o.end, o.severity) for o in told} == {(1.0, 2.0, Severity.ERROR)}
    assert [o.check for o in ask("cut.clips", replace(cut, recorded=None))] == [Check.NOT_CHECKED]
    # Black names no take; a clip that names none either is not excused by that.
    black = replace(cut, recorded=recorded(uses=(use().use, black_use(Fraction(0), Fraction(1)))))
    assert failures(ask("cut.clips", black)) == failures(told)


# takes.used, model.terms


def test_the_takes_counted_are_the_takes_listed() -> None:
    file = recorded(uses=(use().use, use().use))
    assert not failures(ask("takes.used", release=release(file)))
    assert failures(ask("takes.used", release=release(file, chosen=Chosen(9, 3, (), 0)))) == [
        "counts 3 takes used, lists 1"
    ]
    assert failures(ask("takes.used", release=release(file, chosen=Chosen(0, 1, (), 0)))) == [
        "counts 1 takes used of 0 made"
    ]


def test_models_without_a_licence_are_named_and_those_with_one_are_told() -> None:
    with_terms = replace(use(), terms="Runway Standard")
    (told,) = ask("model.terms", video(traced=(with_terms,)))
    assert (told.check, told.reason) == (Check.PASSED, "gen4.5: Runway Standard")
    (told,) = ask("model.terms", video(traced=(with_terms, use(model="wan 2.2"))))
    assert (told.seen, told.severity) == ("no licence recorded for wan 2.2", Severity.NOTE)


# platform.youtube


@pytest.mark.parametrize(
    ("kinds", "predicted"),
    [
        (["trainedAlgorithmicMedia"], True),
        (["trainedAlgorithmicMedia", "trainedAlgorithmicMedia"], True),
        (["trainedAlgorithmicMedia", "digitalCapture"], False),
        (["compositeWithTrainedAlgorithmicMedia"], False),
        (["digitalCapture"], False),
        ([""], False),
    ],
)
def test_the_permanent_label_is_predicted_where_all_of_it_is_generated(
    kinds: list[str], predicted: bool
) -> None:
    file = video(traced=tuple(use(source_type=kind) for kind in kinds))
    (told,) = ask("platform.youtube", file)
    assert (told.check is Check.FAILED) is predicted


def test_black_between_clips_changes_no_label() -> None:
    file = video(traced=(use(), Traced(black_use(Fraction(2), Fraction(3)))))
    (told,) = ask("platform.youtube", file)
    assert told.check is Check.FAILED


def test_only_what_credentials_say_gives_a_label() -> None:
    recorded_only = video(traced=(replace(use(), from_record=("source_type",)),))
    assert not failures(ask("platform.youtube", recorded_only))
    (told,) = ask("platform.youtube", video(credentials=Credentials(False), traced=(use(),)))
    assert told.check is Check.NOT_CHECKED


# trustlist.fresh


@pytest.mark.parametrize(
    ("label", "date", "told"),
    [
        ("C2PA 2026-08-05", "2026-08-05", []),
        ("C2PA 2026-05-28", "2026-05-28", []),
        ("C2PA 2026-05-27", "2026-05-27", ["C2PA 2026-05-27 is 181 days old"]),
        (
            "Interim 2026-11-01",
            "2026-11-01",
            ["Interim 2026-11-01: an interim list, frozen since 2026-01-01"],
        ),
        (
            "C2PA 2026-12-01",
            "2026-12-01",
            ["C2PA 2026-12-01 was published after 2026-11-24, the day this audit judges for"],
        ),
    ],
)
def test_a_list_that_vouches_must_be_recent(label: str, date: str, told: list[str]) -> None:
    file = video(credentials=credentials(trust_list=label))
    outcomes = ask("trustlist.fresh", file, dated=(ListUsed(label, date),), at=NOW)
    assert failures(outcomes) == told
    assert all(o.severity is Severity.WARNING for o in outcomes if told)


def test_a_stale_list_that_vouches_for_nothing_here_is_a_note() -> None:
    (told,) = ask("trustlist.fresh", video(), dated=(ListUsed("Old 2020-01-01", "2020-01-01"),), at=NOW)
    assert told.severity is Severity.NOTE


def test_the_own_key_and_a_list_without_a_date_are_not_judged_by_age() -> None:
    dated = (ListUsed(f"{OWN_KEY} 2020-01-01", "2020-01-01"), ListUsed("x.pem named for this audit"))
    (told,) = ask("trustlist.fresh", video(), dated=dated, at=NOW)
    assert told.check is Check.NOT_CHECKED


# label.aigc

AIGC = {
    "Label": "1",
    "ContentProducer": "Lumen",
    "ProduceID": "42",
    "ReservedCode1": "",
    "ContentPropagator": "",
    "PropagateID": "",
    "ReservedCode2": "",
}


@pytest.mark.parametrize(
    ("tag", "told"),
    [
        (json.dumps(AIGC), []),
        (json.dumps({"AIGC": AIGC}), []),
        (json.dumps(AIGC | {"Label": 2}), []),
        (json.dumps({"Label": "1"}), ["the tag AIGC lacks ContentProducer, ProduceID, ReservedCode1,"]),
        (json.dumps(AIGC | {"Label": "yes"}), ["Label is “yes”, not 1, 2 or 3"]),
        (json.dumps(AIGC | {"ProduceID": ""}), ["the tag AIGC leaves ProduceID empty"]),
        ("generated", ["the tag AIGC is no JSON object"]),
        ("[" * 100_000, ["the tag AIGC is no JSON object"]),
        ("", ["no tag AIGC in the container"]),
    ],
)
def test_the_aigc_label_is_read_from_the_tags(tag: str, told: list[str]) -> None:
    seen = failures(ask("label.aigc", video(tags={"aigc": tag} if tag else {}, traced=(use(),))))
    assert len(seen) == len(told) and all(s.startswith(t) for s, t in zip(seen, told, strict=True))


def test_what_nobody_calls_generated_needs_no_aigc_label() -> None:
    (told,) = ask("label.aigc", video())
    assert told.check is Check.NOT_CHECKED


# label.visible


def sign_off(**settings: str) -> tuple[Check, str]:
    rule: Any = RULES["label.visible"]
    from circletake import AuditCase

    case = AuditCase("r", (), release=release())
    (told,) = rule.check(case, replace(rule.about.settings(), **settings))
    return told.check, told.seen or told.reason


def test_a_visible_label_rests_on_a_named_persons_word() -> None:
    assert sign_off() == (Check.NOT_CHECKED, "nobody signed off that a visible label is there")
    word = {"reviewer": "Ana Ruiz", "on": "2026-11-20", "release": "R"}
    assert sign_off(**word) == (Check.PASSED, "signed off by Ana Ruiz on 2026-11-20; not verified here")


def test_a_sign_off_of_another_release_or_without_a_date_is_none() -> None:
    assert sign_off(reviewer="Ana", on="2026-11-20", release="Q")[0] is Check.FAILED
    assert sign_off(reviewer="Ana", release="R") == (Check.FAILED, "the sign-off of Ana has no date")


# picture.match


def test_a_match_says_export_and_release_and_how_near() -> None:
    def told(match: PictureMatch) -> str:
        bare = video(credentials=Credentials(False), match=match)
        return failures(ask("picture.match", bare, library=True))[0].removeprefix(
            "no credentials; the picture "
        )

    assert told(PictureMatch("SH020/3", "d", 0.0, "a.mp4", "Night Bus", exact=True)) == (
        "matches SH020/3, exported as a.mp4 of Night Bus (its coded picture is equal)"
    )
    assert told(PictureMatch("", "", 9.2, "cut.mp4", "Night Bus")) == (
        "matches the export cut.mp4 of Night Bus (9 of 256 bits differ)"
    )
    parts = (Shown("SH010/1", 0, 2.5, 8), Shown("SH030/4", 2.5, 62, 12))
    assert told(PictureMatch("SH010/1", "d", 10, parts=parts, unmatched=1.2)) == (
        "shows takes SH010/1 at 0:00.0-0:02.5, SH030/4 at 0:02.5-1:02.0; 1.2 s match no take"
    )


# c2pa.present and c2pa.state, by what the record holds


@pytest.mark.parametrize(
    ("over", "how"),
    [
        ({}, "stripped"),
        ({"layout": Layout("other")}, "remuxed"),
        ({"layout": None, "media": media_facts(seconds=2.0, mime="video/webm")}, "remuxed"),
        ({"media": media_facts(seconds=2.0, picture_sha256="f" * 64)}, "re-encoded or replaced"),
        ({"media": media_facts(seconds=1.0, picture_sha256="f" * 64)}, "trimmed"),
    ],
)
def test_how_credentials_were_lost_is_read_off_the_record(over: dict[str, Any], how: str) -> None:
    facts = media_facts(seconds=2.0)
    said = recorded(seconds="2", mime=facts.mime, picture_sha256=facts.picture_sha256, layout_sha256="same")
    bare = video(credentials=Credentials(False), recorded=said, media=facts, layout=Layout("same"))
    (seen,) = failures(ask("c2pa.present", replace(bare, **over)))
    assert seen.split(":")[0] == how


# manifest.own


ALTERED = credentials(integrity=Check.FAILED)


@pytest.mark.parametrize(
    "altered",
    [
        {"layout": None, "unreadable": "no picture"},
        {"layout": Layout("another", media=9)},
        {"layout": Layout("another", media=9), "size": 17},
    ],
)
def test_an_altered_copy_beside_its_original_is_no_swap(altered: dict[str, Any]) -> None:
    whole = video(path="original.mp4", layout=Layout("x", media=9))
    copy = video(path="received.mp4", credentials=ALTERED, **altered)
    (told,) = ask("manifest.own", copy, whole)
    assert (told.check, told.reason) == (Check.PASSED, "an altered copy of original.mp4")


def test_a_manifest_of_a_file_that_holds_more_or_less_is_told_with_its_owner() -> None:
    whole = video(path="original.mp4", layout=Layout("x", media=9))
    other = video(path="other.mp4", size=11, credentials=ALTERED, layout=Layout("y", media=10))
    (seen,) = failures(ask("manifest.own", other, whole))
    assert seen.startswith("this is the manifest of original.mp4")
    assert seen.endswith("swapped, or that one cut or encoded anew")


def test_a_released_name_under_which_another_files_manifest_lies_is_a_swap_of_whatever_size() -> None:
    whole = video(path="b.mp4", layout=Layout("x", media=9))
    mine = recorded(path="a.mp4")
    swapped = video(path="a.mp4", recorded=mine, credentials=ALTERED, layout=Layout("x", media=9))
    (seen,) = failures(ask("manifest.own", swapped, whole, release=release(mine), seal=credentials()))
    assert seen == "swapped: this is the manifest of b.mp4"


@pytest.mark.parametrize(
    ("name", "seen"),
    [
        ("SH050_tk001_79e768ac.jpg", "its name says SH050/1, its credentials say SH010/1"),
        ("clips/SH020.mp4", "its name says SH020, its credentials say SH010/1"),
        ("SH010_tk002.mp4", "its name says SH010/2, its credentials say SH010/1"),
    ],
)
def test_a_file_under_the_name_of_another_take_is_told(name: str, seen: str) -> None:
    kind = "image" if name.endswith("jpg") else "video"
    (told,) = failures(ask("manifest.own", video(path=name, kind=kind, traced=(use(),))))
    assert told.startswith(seen)


@pytest.mark.parametrize(
    "name", ["SH010_tk001_79e768ac.jpg", "IMG_1234.jpg", "SH010.mp4", "SH0100.mp4", "bus.mp4"]
)
def test_a_file_under_a_name_that_says_no_other_take_is_fine(name: str) -> None:
    assert not failures(ask("manifest.own", video(path=name, traced=(use(),))))


# c2pa.trusted


def test_a_certificate_that_is_none_for_signing_is_told_and_is_no_alteration() -> None:
    for trust in (Check.FAILED, Check.PASSED):
        file = video(credentials=credentials(trust=trust, problems=("signingCredential.invalid",)))
        (told,) = failures(ask("c2pa.trusted", file))
        assert "Lumen Films" in told and "not well-formed for signing" in told
        assert not failures(ask("c2pa.state", file))


def test_a_failed_identity_assertion_is_told_beside_the_signer() -> None:
    file = video(credentials=credentials(problems=("cawg.x509.signature.mismatch",)))
    (told,) = failures(ask("c2pa.trusted", file))
    assert told == "its identity assertion does not hold (cawg.x509.signature.mismatch)"


def test_what_is_wrong_with_the_signer_of_an_ingredient_is_neither_the_files_nor_an_alteration() -> None:
    codes = ("signingCredential.invalid", "cawg.x509.signature.mismatch")
    clip = IngredientSaid("a", "componentOf", manifest="x", problems=codes)
    manifest = replace(credentials().manifests[0], ingredients=(clip,))
    file = video(credentials=credentials(manifests=(manifest,), problems=codes))
    assert not failures(ask("c2pa.trusted", file))
    assert "not altered" in failures(ask("ingredients.intact", file))[0]
    assert "altered" not in reservation(clip)
