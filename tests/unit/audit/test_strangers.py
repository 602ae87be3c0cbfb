"""What people who have never seen the tool would misread, said so that they do not."""

from __future__ import annotations

import html
import re
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from circletake.audit.case import build_case
from circletake.audit.judge import judge
from circletake.audit.page import html_report
from circletake.audit.sheet import theirs
from circletake.audit.text import text_report
from circletake.audit.wording import VERDICTS, headline, held, tally
from circletake.model.audit import Audit
from circletake.model.case import OWN_KEY, FileCase
from circletake.model.export import Chosen, ReleasedFile
from circletake.model.manifest import SELF_MADE, Check, Credentials
from tests.cases import RULES, SIGNER, credentials, release, use
from tests.factories import NOW, media_facts

FORGED = credentials(integrity=Check.FAILED, problems=("assertion.bmffHash.mismatch",))
ASKED = [(rule, rule.about.settings()) for rule in RULES.values()]


def clip(number: int, said: Credentials | None = None, **of: str) -> FileCase:
    """A generated clip of two seconds, declared so; ``of`` says otherwise."""
    said_of_it = {"take": f"SH010/{number}", "model_evidence": "declared", **of}
    made = use(take_sha256=f"{number:064x}", **said_of_it)
    return FileCase(
        f"{number}.mp4",
        "video",
        10,
        f"{number:064x}",
        said or credentials(),
        media=media_facts(seconds=2.0),
        traced=(made,),
    )


def silent(number: int, said: Credentials | None = None) -> FileCase:
    """A clip of which nobody says how it was made."""
    return clip(number, said, model="", prompt="", source_type="", origin="", prompt_evidence="")


def audit_of(*files: FileCase, missing: int = 0, chosen: Chosen | None = None) -> Audit:
    """Files of a sealed release that lists them, and as many more that are not there."""
    rows = [
        ReleasedFile(f.path, "take", f.sha256, 10, seconds="2", uses=tuple(each.use for each in f.traced))
        for f in files
        if f.kind == "video"
    ]
    rows += [ReleasedFile(f"gone{n}.mp4", "take", "e" * 64, 10) for n in range(missing)]
    listed = release(*rows, chosen=chosen or Chosen(1, 1, (), 0))
    return judge(build_case("x", files, release=listed, seal=credentials(), at=NOW), ASKED, at=NOW)


def words(page: str) -> str:
    """What is read of a page, or of a part of it."""
    text = re.sub(r"<svg.*?</svg>|<style>.*?</style>", "", page, flags=re.DOTALL)
    return html.unescape(" ".join(re.sub(r"<[^>]+>", " ", text).split()))


def tile(page: str, name: str) -> str:
    return words(page.split(f"<div><small>{name}</small>")[1].split("</div>")[0])


counts = st.dictionaries(st.sampled_from([*VERDICTS, "intact", "missing"]), st.integers(1, 40), min_size=2)


@given(counts)
def test_what_is_said_of_the_parts_adds_up_to_the_whole(verdicts: dict[str, int]) -> None:
    whole, *parts = map(int, re.findall(r"\d+", tally(verdicts, "video listed")))
    assert whole == sum(parts) == sum(verdicts.values())


def test_one_kind_needs_no_count() -> None:
    assert tally({"altered": 1}, "video") == "the video was altered"
    assert tally({"intact": 3}, "video listed") == "all 3 videos listed are intact"
    assert headline({"intact": 3}, "video") == "3 of 3 videos"


def test_altered_and_missing_are_told_of_all_that_are_listed() -> None:
    audit = audit_of(clip(1), clip(2, FORGED), missing=1)
    told = "f 3 videos listed, 1 is intact, 1 was altered, 1 is missing"
    assert text_report(audit)[1].startswith(f"VERDICT  not intact: o{told}; ")
    assert f"O{told}. The listed files that are here were compared" in words(html_report(audit))


def test_what_was_compared_says_what_of_it_matched() -> None:
    other = replace(clip(2), sha256="f" * 64)
    rows = [ReleasedFile(f"{n}.mp4", "take", f"{n:064x}", 10) for n in (1, 2)]
    case = build_case("x", [clip(1), other], release=release(*rows), seal=credentials(), at=NOW)
    assert "(release.json): all but 1 match." in words(html_report(judge(case, ASKED, at=NOW)))
    assert "(release.json): all match." in words(html_report(audit_of(clip(1))))


def test_a_report_in_the_folder_is_not_taken_for_the_page() -> None:
    old = FileCase("report.html", "report", 10, "d" * 64, credentials())
    seal = FileCase("report.html.c2pa", "sidecar", 10, "d" * 64, Credentials(False))
    page = words(html_report(audit_of(clip(1), old, seal)).split("<h2>Other files")[1])
    assert "report.html a report that was made earlier and lies in the folder; not this page" in page
    assert "report.html.c2pa the seal of that earlier report" in page


def test_a_key_of_ones_own_is_no_endorsement() -> None:
    manifest = replace(credentials().manifests[0], signer=replace(SIGNER, issuer=SELF_MADE))
    said = credentials(trust_list=f"{OWN_KEY} 2026-11-29", manifests=(manifest,))
    page = words(html_report(audit_of(clip(1, said))))
    assert "a self-made key, the same as that of whoever made this report; nobody else vouches for it" in page
    assert "Unchanged since it was signed. Signer: Lumen Films (self-made key);" in page
    assert OWN_KEY not in page


def test_prompts_are_counted_of_all_videos_and_not_only_of_those_that_are_said_to_be_generated() -> None:
    audit = audit_of(clip(1), clip(2), silent(3), missing=1)
    told = tile(html_report(audit), "Prompts")
    assert told.startswith("2 of 3 videos 2 recorded · nobody says how 1 more was made")
    assert "1 missing video not counted" in told
    assert "PROMPTS  2 recorded · nobody says how 1 more was made" in text_report(audit)


def test_a_take_that_one_file_tells_of_is_not_among_those_nobody_speaks_of() -> None:
    mute = replace(silent(2), traced=(replace(silent(1).traced[0]),))
    assert tile(html_report(audit_of(mute, clip(1))), "Prompts").startswith("1 of 1 take ")
    assert tile(html_report(audit_of(clip(1), mute)), "Prompts").startswith("1 of 1 take ")


def test_what_is_only_declared_is_told_as_that_and_what_nobody_says_with_it() -> None:
    told = tile(html_report(audit_of(clip(1), clip(2), silent(3))), "AI-made")
    assert told.startswith("66.7% declared")
    assert "nobody says how 33.3% was made, so it may be more" in told
    seen = html_report(audit_of(clip(1, model_evidence="observed")))
    assert "declared" not in tile(seen, "AI-made")


def test_an_altered_video_is_named_under_ai_made_only_where_it_says_something() -> None:
    assert "1 altered video counted as signed" in tile(html_report(audit_of(clip(1, FORGED))), "AI-made")
    assert "altered" not in tile(html_report(audit_of(clip(1), silent(2, FORGED))), "AI-made")


def test_what_notes_are_about_stands_at_the_head_of_the_page() -> None:
    told = tile(html_report(audit_of(clip(1))), "To fix")
    assert told.startswith("nothing no errors, no warnings · ")
    assert " notes, on licences, label, AI disclosure, provider, " in told


def test_a_missing_file_stands_among_the_files() -> None:
    page = html_report(audit_of(clip(1), missing=1))
    assert "gone0.mp4 missing Listed, and not in the folder" in words(
        page.split("<h2>Files with findings")[1]
    )


def test_whether_an_altered_file_is_signed_is_answered_in_a_sentence_with_codes_after_words() -> None:
    page = html_report(audit_of(clip(1, FORGED)))
    assert "the signature is genuine, but made for other bytes than these" in words(page)
    assert "Not the bytes that were signed: assertion.bmffHash.mismatch" in words(page)
    assert "mismatch" not in words(page.split('id="fix"')[1].split("<details>")[0])


def test_bytes_that_a_signature_leaves_out_are_told_apart_from_those_it_covers() -> None:
    other = replace(clip(1), recorded=ReleasedFile("1.mp4", "take", "f" * 64, 10))
    assert held(other) == "Its signature fits, but these are not the bytes that the release's own list names."
    assert held(replace(clip(1), recorded=None)) == "Unchanged since it was signed."
    assert held(replace(other, credentials=Credentials(False))) == ""
    for unsure in (credentials(integrity=Check.NOT_CHECKED), credentials(signature=Check.NOT_CHECKED)):
        assert held(replace(clip(1), credentials=unsure)).endswith("was not checked.")


def test_what_a_lawyer_asks_stands_before_the_clips_and_prompts_print_once() -> None:
    page = html_report(audit_of(clip(1), silent(2)))
    order = [page.index(part) for part in ('id="fix"', 'id="signed"', 'id="notes"', ">Not checked", ">Files")]
    assert order == sorted(order)
    assert page.count("<q>rain</q>") == 2
    assert ".again .prompt { display: none; }" in page.split("@media print")[1]
    assert "<q>rain</q>" in page.split('class="again card"')[-1]


def test_who_chose_is_said_of_the_release() -> None:
    page = words(html_report(audit_of(clip(1), chosen=Chosen(9, 4, (), 4))))
    assert "Chosen for the release: 4 of 9 takes, all by a program and not by a person" in page


def test_a_page_made_without_lists_looked_nobody_up() -> None:
    said = "signed by OpenAI, who is on none of your lists; a signer on none of your lists of signers"
    assert theirs(said, lists=False) == (
        "signed by OpenAI, who was looked up on no list; a signer looked up on no list"
    )
    assert theirs("on none of your lists") == "on none of the lists of whoever made this report"


def test_a_cut_that_is_intact_is_told_as_that_where_other_files_are_not() -> None:
    (made,) = clip(1).traced
    halves = [
        replace(made, use=replace(made.use, record_in=str(at), record_out=str(at + 1))) for at in (0, 1)
    ]
    film = replace(clip(1), path="film.mp4", traced=tuple(halves))
    page = words(html_report(audit_of(film, clip(2, FORGED))))
    assert "The cut itself is intact: film.mp4 ." in page
    assert "The cut itself" not in words(html_report(audit_of(film, clip(2))))


def test_signers_other_than_the_producer_are_asked_for_themselves() -> None:
    other = replace(credentials().manifests[0], signer=replace(SIGNER, name="OpenAI", sha256="0A:0B"))
    unknown = credentials(manifests=(other,), trust=Check.FAILED, trust_list="")
    page = words(html_report(audit_of(clip(1), clip(2), clip(3, unknown))))
    assert "Reach OpenAI by a way you already know" in page
