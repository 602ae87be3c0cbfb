"""Is it intact? The first thing a report says, in one word."""

from __future__ import annotations

from dataclasses import replace

import pytest

from circletake.audit.answer import Verdict, verdict_on
from circletake.audit.case import build_case
from circletake.audit.judge import judge
from circletake.audit.page import html_report
from circletake.audit.summary import summarise
from circletake.audit.text import text_report
from circletake.model.audit import Audit
from circletake.model.case import FileCase, ListUsed
from circletake.model.export import Chosen, Release, ReleasedFile
from circletake.model.manifest import Check, Credentials
from tests.cases import RULES, SIGNER, credentials
from tests.factories import NOW, media_facts

NO_SEAL = Credentials(False)


def clip(said: Credentials, path: str = "a.mp4") -> FileCase:
    return FileCase(path, "video", 1, "a" * 64, said, media=media_facts())


LISTED = Release(
    *("R", "", "", "full", "", "AA:BB"),
    (ReleasedFile("a.mp4", "take", "a" * 64, 1, certificate="AA:BB"),),
    Chosen(1, 1, (), 0),
)


def audit_of(*files: FileCase, seal: Credentials | None = None, listed: bool = True) -> Audit:
    case = build_case("x", files, release=LISTED if listed else None, seal=seal, at=NOW)
    return judge(case, [(rule, rule.about.settings()) for rule in RULES.values()], at=NOW)


def answer(audit: Audit) -> Verdict:
    return verdict_on(audit, summarise(audit))


WHOLE = credentials()
FORGED = replace(WHOLE, integrity=Check.FAILED)


def sealed_by(certificate: str, generator: str = "circletake") -> Credentials:
    manifest = WHOLE.manifests[0]
    return replace(
        WHOLE,
        manifests=(replace(manifest, generator=generator, signer=replace(SIGNER, sha256=certificate)),),
    )


@pytest.mark.parametrize(
    ("said", "seal", "listed", "kind", "word"),
    [
        (WHOLE, WHOLE, True, "intact", "Intact"),
        (WHOLE, None, False, "intact", "Intact"),
        (FORGED, WHOLE, True, "altered", "Not intact"),
        (NO_SEAL, None, False, "unsigned", "Not signed"),
        (NO_SEAL, WHOLE, True, "altered", "Not intact"),
        (WHOLE, FORGED, True, "altered", "Not intact"),
        (WHOLE, replace(WHOLE, signature=Check.FAILED), True, "altered", "Not intact"),
        (WHOLE, NO_SEAL, True, "altered", "Not intact"),
        (WHOLE, replace(WHOLE, integrity=Check.NOT_CHECKED), True, "altered", "Not intact"),
        (WHOLE, sealed_by("CC:DD"), True, "altered", "Not intact"),
    ],
)
def test_the_word_is_the_worst_that_is_true(
    said: Credentials, seal: Credentials | None, listed: bool, kind: str, word: str
) -> None:
    told = answer(audit_of(clip(said), seal=seal, listed=listed))
    assert (told.kind, told.word) == (kind, word)
    assert bool(told.wrong) is (kind != "intact")


@pytest.mark.parametrize(
    ("generator", "word", "code"), [("circletake", "Not checked", 1), ("Adobe_Firefly", "Intact", 0)]
)
def test_another_programs_release_json_hides_a_list_only_of_what_circletake_signed(
    generator: str, word: str, code: int
) -> None:
    case = build_case("x", [clip(sealed_by("AA:BB", generator))], foreign=True, at=NOW)
    audit = judge(case, [(rule, rule.about.settings()) for rule in RULES.values()], at=NOW)
    assert (answer(audit).word, [o.rule for o in audit.failed]) == (word, ["files.release"] * code)


def test_not_every_file_was_compared_where_one_is_not_listed() -> None:
    told = answer(audit_of(clip(WHOLE), clip(NO_SEAL, "b.mp4"), seal=WHOLE))
    assert told.against.startswith("The listed files that are here were compared")


def test_what_is_wrong_is_named_with_the_release_list_among_it() -> None:
    told = answer(audit_of(clip(NO_SEAL), seal=FORGED))
    assert [path for path, _ in told.wrong] == ["a.mp4", "release.json"]
    assert "changed after it was sealed" in told.sentence
    page = html_report(audit_of(clip(NO_SEAL), seal=FORGED))
    assert page.index("<strong>Not intact</strong>") < page.index("What to fix")


def test_a_terminal_never_opens_with_the_word_intact_where_it_is_not() -> None:
    lines = text_report(audit_of(clip(WHOLE), clip(NO_SEAL, "b.mp4"), seal=FORGED))
    assert lines[1].startswith(
        "VERDICT  not intact: of 2 videos, 1 is intact, 1 is not signed; release.json was changed"
    )
    assert (
        text_report(audit_of(clip(WHOLE), seal=WHOLE))[1]
        == "INTACT   1 of 1 video; bytes equal the sealed list"
    )


def test_a_listed_file_of_any_kind_with_other_bytes_is_not_intact() -> None:
    rows = (ReleasedFile("a.mp4", "take", "a" * 64, 1), ReleasedFile("a.edl", "timeline", "b" * 64, 1))
    release = Release("R", "", "", "full", "", "", rows, Chosen(1, 1, (), 0))
    told = {}
    for digest in "bc":
        timeline = FileCase("a.edl", "timeline", 1, digest * 64, NO_SEAL)
        case = build_case("x", [clip(WHOLE), timeline], release=release, seal=WHOLE, at=NOW)
        told[digest] = answer(judge(case, [(rule, rule.about.settings()) for rule in RULES.values()], at=NOW))
    assert (told["b"].kind, told["b"].wrong) == ("intact", ())
    assert told["c"].kind == "altered"
    assert [path for path, _ in told["c"].wrong] == ["a.edl"]


NEVER_SIGNED = replace(LISTED, certificate="", files=(replace(LISTED.files[0], certificate=""),))
"""A list that says of nothing that it was signed."""


def test_sums_that_disagree_with_an_unsealed_list_say_that_one_was_changed() -> None:
    theirs = sealed_by("AA:BB", "their camera")
    for said, kind in (("a", "intact"), ("b", "altered")):
        case = build_case(
            "x", [clip(theirs)], release=NEVER_SIGNED, seal=NO_SEAL, sums={"a.mp4": said * 64}, at=NOW
        )
        assert answer(judge(case, [], at=NOW)).kind == kind


@pytest.mark.parametrize(
    ("said", "listed", "kind"),
    [
        (NO_SEAL, NEVER_SIGNED, "unsigned"),
        (sealed_by("AA:BB", "their camera"), NEVER_SIGNED, "intact"),
        (WHOLE, NEVER_SIGNED, "altered"),
        (WHOLE, replace(NEVER_SIGNED, certificate="AA:BB"), "altered"),
        (NO_SEAL, LISTED, "altered"),
    ],
)
def test_a_list_without_a_seal_lost_it_where_circletake_signed(
    said: Credentials, listed: Release, kind: str
) -> None:
    """Whoever takes the seal away and writes SHA256SUMS to fit leaves the signatures of the files."""
    record = FileCase("release.json", "record", 1, "c" * 64, NO_SEAL)
    case = build_case("x", [clip(said), record], release=listed, seal=NO_SEAL, at=NOW)
    told = answer(judge(case, [], at=NOW))
    assert told.kind == kind
    assert ("stripped of its seal" in told.changed) is (kind == "altered")


@pytest.mark.parametrize(
    ("left", "word"),
    [
        (FileCase("release.json.c2pa", "sidecar", 1, "d" * 64, NO_SEAL), "Not intact"),
        (FileCase("r.html", "report", 1, "d" * 64, WHOLE, names_record="e" * 64), "Intact"),
    ],
)
def test_a_list_that_was_taken_away_is_missed_where_its_seal_is_left(left: FileCase, word: str) -> None:
    """A report is handed on with one film; a seal is not without what it seals."""
    told = answer(judge(build_case("x", [clip(WHOLE), left], at=NOW), [], at=NOW))
    assert told.word == word
    assert told.changed == ("taken away" if word == "Not intact" else "")


def test_a_changed_list_is_told_before_how_the_videos_are() -> None:
    audit = audit_of(clip(WHOLE), seal=NO_SEAL)
    assert text_report(audit)[1] == (
        "VERDICT  not intact: release.json was stripped of its seal, or written by somebody else, so it "
        "proves nothing; 1 of 1 video intact by credentials of their own"
    )
    assert answer(audit).sentence == (
        "1 of 1 video intact by credentials of their own, but the release's own list (release.json) was "
        "stripped of its seal, or written by somebody else"
    )


def test_a_record_that_was_broken_is_a_changed_list_too() -> None:
    record = FileCase("release.json", "record", 1, "c" * 64, FORGED)
    case = build_case("x", [clip(WHOLE), record], release_problem="no JSON", seal=FORGED, at=NOW)
    told = answer(judge(case, [], at=NOW))
    assert (told.kind, told.wrong[-1][0]) == ("altered", "release.json")
    assert "changed after it was sealed" in told.sentence


def test_a_changed_list_beside_no_videos_says_nothing_of_videos() -> None:
    record = FileCase("release.json", "record", 1, "c" * 64, NO_SEAL)
    case = build_case("x", [record], release_problem="not a release record", seal=FORGED, at=NOW)
    audit = judge(case, [(rule, rule.about.settings()) for rule in RULES.values()], at=NOW)
    line = text_report(audit)[1]
    assert line == "VERDICT  not intact: release.json was changed after it was sealed, so it proves nothing"


@pytest.mark.parametrize("lists", [(), ("House 2026-08-05",)])
def test_of_a_signer_whose_certificate_expired_it_is_not_said_that_no_list_knows_it(
    lists: tuple[str, ...],
) -> None:
    expired = replace(
        WHOLE,
        trust=Check.FAILED,
        trust_list="",
        problems=("signingCredential.untrusted", "signingCredential.expired"),
    )
    case = build_case("x", [clip(expired)], dated=[ListUsed(each) for each in lists], at=NOW)
    audit = judge(case, [(rule, rule.about.settings()) for rule in RULES.values()], at=NOW)
    why = "its certificate has expired, and no list is asked about an expired one"
    for text in ("\n".join(text_report(audit)), html_report(audit)):
        assert (why in text) == bool(lists)
        assert "on none of" not in text
    assert ("trust add NAME PEM" in "\n".join(text_report(audit))) == (not lists)
