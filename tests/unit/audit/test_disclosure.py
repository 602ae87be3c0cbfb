"""The disclosure: told from what is recorded, blank where nothing is, and never more."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from fractions import Fraction

import pytest

from circletake.audit.case import build_case
from circletake.audit.disclosure import TO_FILL, build_disclosure
from circletake.audit.judge import judge
from circletake.audit.page import html_report
from circletake.audit.rights import Rights
from circletake.audit.shots import COLUMNS, audit_shots, csv_text
from circletake.audit.statement import html_statement, json_statement, text_statement
from circletake.audit.text import text_report
from circletake.model.audit import Audit
from circletake.model.case import FileCase, PictureMatch
from circletake.model.export import Chosen, Release, ReleasedFile, SoundUse, Use
from circletake.model.manifest import ActionSaid, Check, Credentials, IngredientSaid, ManifestSaid, Signer
from tests.factories import NOW, media_facts

A, B = "a" * 64, "b" * 64
SIGNER = Signer("Lumen", "Issuer", "es256", "1", "9A:41:0C")
TERMS = Rights(provider="Acme", terms="https://acme.example/terms", terms_date="2026-08-01")


def clip(
    take: str,
    model: str = "gen4.5",
    prompt: str = "rain",
    by: str = "Ana",
    person: bool = True,
    **learnt: str,
) -> FileCase:
    """A signed clip of one take, whose manifest says how it was made."""
    record = {
        "shot": "SH010",
        "number": 1,
        "take": take,
        "recipe": {name: {"value": value, "evidence": "observed"} for name, value in learnt.items()},
        "decision": {"by": by, "person": person, "verdict": "circled"},
    }
    said = (
        IngredientSaid("prompt", "inputTo", "p", ("c2pa.types.generator.prompt",), prompt),
        IngredientSaid(model, "inputTo", "m", ("c2pa.types.model",)),
    )
    made = ActionSaid("c2pa.created", "trainedAlgorithmicMedia")
    manifest = ManifestSaid("urn:1", "circletake", "", SIGNER, (made,), said, {"org.circletake.take": record})
    passed = Check.PASSED
    credentials = Credentials(
        True, "embedded", "Valid", passed, passed, Check.FAILED, passed, "", (), (manifest,)
    )
    return FileCase(f"{take[0]}.mp4", "video", 1, take, credentials, media=media_facts(seconds=2.0))


def audited(*files: FileCase, release: Release | None = None) -> Audit:
    return judge(build_case("folder", files, release=release), [], at=NOW)


def test_the_register_has_one_line_for_each_model_and_its_terms() -> None:
    said = build_disclosure(audited(clip(A, provider="runway", licence="commercial"), clip(B, "wan 2.2")))
    assert [(u.model, u.rights.provider, u.rights.licence, u.seconds) for u in said.register] == [
        ("gen4.5", "runway", "commercial", Fraction(2)),
        ("wan 2.2", "", "", Fraction(2)),
    ]


def test_what_a_library_knows_goes_before_what_files_say() -> None:
    said = build_disclosure(audited(clip(A, provider="runway", licence="commercial")), {A: TERMS})
    (used,) = said.register
    assert (used.rights.provider, used.rights.licence) == ("Acme", "commercial")
    assert (used.rights.terms, used.rights.terms_date) == ("https://acme.example/terms", "2026-08-01")


def test_a_link_never_gets_the_date_of_another() -> None:
    undated = Rights(terms="https://new.example")
    assert undated.over(TERMS).terms_date == ""
    assert Rights(provider="x").over(TERMS) == replace(TERMS, provider="x")


def test_what_nobody_recorded_is_visibly_blank_in_every_form() -> None:
    said = build_disclosure(audited(clip(A)))
    assert text_statement(said)[2].endswith(
        "provider not recorded · licence not recorded · terms not recorded"
    )
    assert "SOUND    not recorded" in text_statement(said)
    assert html_statement(said).count('<span class="blank">not recorded</span>') == 4
    assert json_statement(said)["register"][0]["licence"] == ""
    assert json_statement(said)["chosen"] is None


def test_questions_for_a_person_are_lines_to_fill_in() -> None:
    page = html_statement(build_disclosure(audited(clip(A))))
    assert page.count("________________") == len(TO_FILL) + 2


def test_people_and_scripts_are_counted_apart() -> None:
    files = (clip(A), clip(B, by="the demo script", person=False))
    release = Release(
        "Night Bus", "2026-05-04", "circletake", "full", "Lumen", "9A", (), Chosen(700, 2, ("Ana",), 1)
    )
    said = build_disclosure(audited(*files, release=release))
    assert said.decisions == (("Ana", 1), ("the demo script (a script)", 1))
    assert (
        "CHOSEN   2 of 700 takes, by Ana, 1 by a script and not by a person; "
        "in the signed takes: 1 by Ana, 1 by the demo script (a script)"
    ) in text_statement(said)


def test_an_altered_file_speaks_for_nobodys_terms_and_is_told_as_altered() -> None:
    file = clip(A, provider="runway")
    broken = replace(file, credentials=replace(file.credentials, integrity=Check.FAILED))
    said = build_disclosure(audited(broken))
    assert not said.intact
    assert [shot.verdict for shot in said.shots] == ["altered"]
    assert [used.rights for used in said.register] == [Rights()]
    assert said.decisions == (("", 1),)


def test_only_the_cut_is_mapped_where_there_is_one() -> None:
    use = Use("0", "2", "0", "2", "SH010/1", A, "gen4.5", source_type="trainedAlgorithmicMedia")
    entry = ReleasedFile("a.mp4", "cut", A, 1, seconds="2", uses=(use,))
    sound = SoundUse("song.wav", B, "human-made", "Ana")
    release = Release("R", "2026", "circletake", "full", "Lumen", "9A", (entry,), Chosen(9, 1, (), 0), sound)
    said = build_disclosure(audited(clip(A), clip(B), release=release))
    assert (said.over, [shot.file for shot in said.shots]) == (("a.mp4",), ["a.mp4"])
    assert "SOUND    song.wav: declared human-made by Ana" in text_statement(said)


def test_the_table_of_cues_says_where_what_and_who() -> None:
    (row,) = csv.DictReader(
        io.StringIO(csv_text(audit_shots(audited(clip(A, licence="CC0")))).lstrip("\ufeff"))
    )
    assert list(row) == list(COLUMNS)
    assert (row["record in"], row["record out"], row["record out timecode"]) == (
        "0.000",
        "2.000",
        "00:00:02:00",
    )
    assert (row["take"], row["model"], row["prompt"], row["signer"]) == ("SH010/1", "gen4.5", "rain", "Lumen")
    assert (row["licence"], row["kind"], row["verdict"]) == ("CC0", "ai", "intact")


def test_no_cell_of_a_strangers_text_is_a_formula() -> None:
    evil = '=HYPERLINK("http://x","y")'
    file = replace(clip(A, evil, evil, provider=evil, licence=evil), path=f"{evil}.mp4")
    (row,) = csv.DictReader(io.StringIO(csv_text(audit_shots(audited(file))).lstrip("\ufeff")))
    assert sum(value.startswith("'=") for value in row.values()) == 5
    assert not [value for value in row.values() if re.match(r"[=+@\t\r]", value)]


def test_hostile_text_stays_text_on_the_page_and_in_the_terminal() -> None:
    evil = "</dd><script>alert(1)</script>\u202egnp\x1b[31m\x00<img src=x>"
    said = build_disclosure(audited(clip(A, evil, evil, evil, provider=evil, licence=evil)))
    page = html_statement(said, sealed_by=evil)
    assert "&lt;script&gt;" in page
    assert not re.search(r"<(script|img|a|link)\b", page)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\u202a-\u202e]", page + "\n".join(text_statement(said)))


def still(take: str) -> FileCase:
    return replace(clip(take), path="SH010_tk001.jpg", kind="image", media=None)


def test_a_still_is_told_with_its_model_and_counts_no_seconds() -> None:
    audit = audited(still(A))
    said = build_disclosure(audit)
    assert (dict(said.stills), said.over, [u.model for u in said.register]) == (
        {"ai": 1},
        ("SH010_tk001.jpg",),
        ["gen4.5"],
    )
    told = "\n".join(text_statement(said))
    assert "STILLS   1 AI-made" in told and "1 still" in told and "0:00" not in told
    page = html_statement(said)
    assert "Stills: 1 AI-made." in page and "Of 0:00" not in page
    (row,) = csv.DictReader(io.StringIO(csv_text(audit_shots(audit)).removeprefix("\ufeff")))
    assert (row["take"], row["model"], row["prompt"]) == ("SH010/1", "gen4.5", "rain")


def test_the_page_tells_what_a_still_is_made_of() -> None:
    page = html_report(audited(still(A)))
    assert '<b class="nums">1 of 1 still</b><small>1 AI-made</small>' in page
    assert "gen4.5" in page and "<q>rain</q>" in page
    assert "1 still; " in page and "1 video" not in page


def test_stills_beside_a_cut_add_nothing_to_its_seconds() -> None:
    audit = audited(clip(A), still(B))
    assert "AI-MADE  0:02 of 0:02 (100.0%)" in text_report(audit)
    assert build_disclosure(audit).by_kind == {"ai": Fraction(2)}


@pytest.mark.parametrize(
    ("kind", "words", "as_declared"),
    [
        ("humanEdits", "edited by people, declared 0:02", "edited by people, as declared"),
        ("digitalCreation", "made by hand, declared 0:02", "made by hand, as declared"),
        ("digitalCapture", "camera, declared 0:02", "filmed, as declared"),
    ],
)
def test_what_people_edited_is_not_what_they_made_and_neither_has_a_model(
    kind: str, words: str, as_declared: str
) -> None:
    file = clip(A)
    (manifest,) = file.credentials.manifests
    manifest = replace(manifest, actions=(ActionSaid("c2pa.created", kind),), ingredients=())
    audit = audited(replace(file, credentials=replace(file.credentials, manifests=(manifest,))))
    said = build_disclosure(audit)
    assert words in "\n".join(text_report(audit)) and as_declared in "\n".join(text_statement(said))
    assert "Model: " not in html_statement(said)


def test_an_unsigned_take_is_told_with_the_name_it_left_under() -> None:
    match = PictureMatch("SH010/1", A, 0.0, "SH010_tk001.mp4", "Night Bus", exact=True)
    bare = replace(clip(A), credentials=Credentials(False), match=match)
    told = "\n".join(text_report(audited(bare)))
    assert "UNSIGNED   a.mp4 · the picture matches SH010/1, exported as SH010_tk001.mp4 of Night Bus" in told


def test_signed_files_of_kinds_that_are_not_judged_are_counted() -> None:
    song = FileCase("song.wav", "sound", 1, B, Credentials(False), unjudged=True)
    assert "OTHERS   1 other signed file, not judged: song.wav" in text_report(audited(clip(A), song))
