"""The HTML report: safe with hostile text, self-contained, and only ever replaced by another."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from circletake.audit.case import build_case
from circletake.audit.judge import judge
from circletake.audit.page import html_report
from circletake.audit.text import text_report
from circletake.audit.wording import moment
from circletake.errors import BadInput
from circletake.model.audit import Audit
from circletake.model.case import FileCase, ListUsed
from circletake.model.export import Chosen, Release, ReleasedFile, Use
from circletake.model.manifest import (
    SELF_MADE,
    ActionSaid,
    Check,
    Credentials,
    IngredientSaid,
    ManifestSaid,
    Signer,
)
from circletake.model.text import clock
from circletake.plugins.manager import PluginManager
from circletake.workflows.auditing.papers import write_report
from tests.cases import SIGNER, credentials
from tests.factories import NOW, media_facts

EVIL = "</pre><script>alert(1)</script>\u202egnp\x1b[31m\x00<img src=x onerror=alert(2)>"
RULES = [(o.item, o.item.about.settings()) for o in PluginManager.load(only=("rules",)).audit_rules()]


def audit_of(text: str) -> Audit:
    """An audit in which everything a stranger may write is ``text``."""
    prompt = IngredientSaid(text, "inputTo", text, ("c2pa.types.generator.prompt",), text)
    model = IngredientSaid(text, "inputTo", text, ("c2pa.types.model",))
    manifest = ManifestSaid(
        text,
        text,
        text,
        Signer(text, text, "es256", "1", text),
        (ActionSaid("c2pa.created", "trainedAlgorithmicMedia", text, text),),
        (prompt, model),
        {text: {text: [text]}, "org.circletake.take": {"shot": text, "number": text, "take": text}},
    )
    credentials = Credentials(
        True, text, text, Check.PASSED, Check.PASSED, Check.FAILED, Check.PASSED, "", (text,), (manifest,)
    )
    files = [
        FileCase(f"{text}.mp4", "video", 1, "a" * 64, credentials, media=media_facts()),
        FileCase(f"{text}.zip", "archive", 1, "b" * 64, Credentials(False), members=(text,)),
        FileCase(f"{text}.mov", "video", 1, "c" * 64, Credentials(False), unreadable=text),
    ]
    return judge(build_case(text, files, release_problem=text, dated=[ListUsed(text)]), RULES, at=NOW)


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def tags(html: str) -> list[tuple[str, dict[str, str | None]]]:
    parser = Tags()
    parser.feed(html)
    return parser.found


KNOWN_TAGS = {tag for tag, _ in tags(html_report(audit_of("plain")))} | {
    "p",
    "b",
    "li",
    "details",
    "summary",
    "pre",
}


def test_hostile_text_stays_text() -> None:
    html = html_report(audit_of(EVIL))
    assert "&lt;script&gt;" in html
    found = tags(html)
    assert not {"script", "img", "iframe", "link", "object", "form"} & {tag for tag, _ in found}
    assert not [a for _, attrs in found for a in attrs if a.startswith("on") or a in ("src", "style")]
    assert {attrs["href"] for _, attrs in found if "href" in attrs} <= {
        "#signed",
        "#made",
        "#prompts",
        "#fix",
        "#notes",
    }
    assert not re.search(r"[\x00-\x09\x0b-\x1f\u202a-\u202e]", html)


@settings(max_examples=25)
@given(st.text(max_size=60))
def test_no_text_adds_a_tag_to_the_page(text: str) -> None:
    assert {tag for tag, _ in tags(html_report(audit_of(text)))} <= KNOWN_TAGS


def test_hostile_text_sends_nothing_to_a_terminal() -> None:
    lines = "\n".join(text_report(audit_of(EVIL), everything=True))
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f\u202a-\u202e]", lines)


def test_the_pages_own_policy_allows_its_style_and_nothing_else() -> None:
    html = html_report(audit_of("plain"))
    (policy,) = [a["content"] for _, a in tags(html) if a.get("http-equiv") == "Content-Security-Policy"]
    style = html.split("<style>")[1].split("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    assert "url(" not in style
    assert "@import" not in style


def test_only_a_report_is_replaced_by_a_report(tmp_path: Path) -> None:
    html = html_report(audit_of("plain"))
    write_report(tmp_path / "report.html", html)
    write_report(tmp_path / "report.html", html)
    assert (tmp_path / "report.html").read_text("utf-8") == html
    (tmp_path / "mine.html").write_text("<p>years of work")
    with pytest.raises(BadInput, match="did not write"):
        write_report(tmp_path / "mine.html", html)
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith(".")] == []


def test_times_read_as_editors_say_them() -> None:
    assert [clock(0), clock(8.4), clock(209), clock(59.97)] == ["0:00", "0:08.4", "3:29", "1:00"]
    assert [moment(0), moment(72.44), moment(59.99)] == ["0:00.0", "1:12.4", "1:00.0"]


def test_what_is_not_intact_comes_before_the_cut() -> None:
    uses = tuple(Use(str(n), str(n + 1), "0", "1", f"SH010/{n}", "e" * 64, "wan") for n in range(2))
    release = Release(
        "R",
        "",
        "",
        "full",
        "",
        "",
        (ReleasedFile("cut.mp4", "cut", "a" * 64, 1, uses=uses),),
        Chosen(1, 1, (), 0),
    )
    whole = Credentials(True, "", "", Check.PASSED, Check.PASSED, Check.PASSED, Check.PASSED)
    files = [
        FileCase("cut.mp4", "video", 1, "a" * 64, whole, media=media_facts()),
        FileCase("z.mov", "video", 1, "c" * 64, Credentials(False), unreadable="ends early"),
    ]
    page = html_report(judge(build_case("x", files, release=release), RULES, at=NOW))
    assert page.index("<h3><bdi>z.mov</bdi>") < page.index("<h3><bdi>cut.mp4</bdi>")


def test_a_short_prompt_is_read_at_once_and_a_long_one_unfolds() -> None:
    assert "<q>plain</q>" in html_report(audit_of("plain"))
    long = "wet neon asphalt, " * 40
    page = html_report(audit_of(long))
    assert f'<pre dir="auto">{long.strip()}</pre></details>' in page
    assert f"<q>{long.strip()}</q>" not in page


def test_print_shows_what_is_folded() -> None:
    style = html_report(audit_of("plain")).split("<style>")[1].split("</style>")[0]
    printed = style.split("@media print")[1]
    assert "details::details-content { content-visibility: visible" in printed
    assert "print-color-adjust: exact" in printed


def test_a_prompt_kept_back_is_told_with_the_reason() -> None:
    use = Use("0", "2", "0", "2", "SH010/1", "e" * 64, "wan", "observed", prompt_evidence="observed")
    release = Release("R", "2026", "", "hash", "L", "AA", (), Chosen(1, 1, (), 0))
    for policy, words in (
        ("hash", "The producer kept the prompt back, and can prove it by its digest."),
        ("omit", "The producer left the prompt out, and has it."),
        ("full", "No prompt recorded."),
    ):
        files = (ReleasedFile("a.mp4", "take", "a" * 64, 1, seconds="2", uses=(use,)),)
        recorded = replace(release, prompt_policy=policy, files=files)
        clip = FileCase("a.mp4", "video", 1, "a" * 64, Credentials(False), media=media_facts())
        audit = judge(build_case("x", [clip], release=recorded), RULES, at=NOW)
        assert words in html_report(audit)


def test_the_digest_of_a_prompt_kept_back_is_on_the_page_so_that_its_proof_can_be_held_against_it() -> None:
    digest = "065d4c8b" * 8
    use = Use("0", "2", "0", "2", "SH010/1", "e" * 64, "wan", "observed", prompt_digest=digest)
    files = (ReleasedFile("a.mp4", "take", "a" * 64, 1, seconds="2", uses=(use,)),)
    release = Release("R", "2026", "", "hash", "L", "AA", files, Chosen(1, 1, (), 0))
    clip = FileCase("a.mp4", "video", 1, "a" * 64, Credentials(False), media=media_facts())
    assert digest in html_report(judge(build_case("x", [clip], release=release), RULES, at=NOW))


def test_every_generated_take_is_told_once_with_its_prompt_under_prompts() -> None:
    rain = Use("0", "2", "0", "2", "SH010/1", "e" * 64, "wan", "observed", "rain", "observed")
    filmed = Use("2", "4", "0", "2", "SH020/1", "f" * 64, origin="camera")
    rows = (
        ReleasedFile("cut.mp4", "cut", "a" * 64, 1, uses=(rain, filmed)),
        ReleasedFile("a.mp4", "take", "b" * 64, 1, uses=(rain,)),
    )
    release = Release("R", "", "", "full", "", "", rows, Chosen(2, 2, (), 0))
    files = [
        FileCase(path, "video", 1, digit * 64, Credentials(False), media=media_facts())
        for path, digit in (("a.mp4", "b"), ("cut.mp4", "a"))
    ]
    page = html_report(judge(build_case("x", files, release=release), RULES, at=NOW))
    prompts = page.split('id="prompts"')[1].split("<h2")[0]
    assert (prompts.count("<q>rain</q>"), "SH020/1" in prompts) == (1, False)
    assert "<span><bdi>camera</bdi></span>" in page.split('id="prompts"')[1]


def test_lists_on_a_page_are_those_of_whoever_made_it_and_never_the_readers() -> None:
    said = Credentials(True, "", "", Check.PASSED, Check.PASSED, Check.FAILED, Check.PASSED)
    clip = FileCase("a.mp4", "video", 1, "a" * 64, said, media=media_facts())
    audit = judge(build_case("x", [clip], dated=[ListUsed("C2PA 2026-08-05")]), RULES, at=NOW)
    page = html_report(audit)
    assert "one of the lists of signers of whoever made this report: C2PA 2026-08-05" in page
    assert "your lists" not in page


def test_another_moment_is_told_at_the_head_of_the_page() -> None:
    clip = FileCase("a.mp4", "video", 1, "a" * 64, Credentials(False), media=media_facts())
    audit = judge(build_case("x", [clip], at=NOW, moment=NOW), RULES, at=NOW)
    page = html_report(audit)
    assert f"Certificates are judged for {NOW:%Y-%m-%d}, as asked" in page.split("</header>")[0]
    assert "Certificates are judged for" not in html_report(audit_of("plain"))


def test_a_page_says_whether_it_is_sealed_and_by_whom() -> None:
    assert "This page is not itself sealed" in html_report(audit_of("plain"))
    assert "sealed by <bdi>Lumen Films</bdi>" in html_report(audit_of("plain"), sealed_by="Lumen Films")


def signed(**over: Any) -> FileCase:
    """A generated clip of which nobody recorded the licence, signed with a key of ones own making."""
    said = credentials()
    signer = replace(SIGNER, issuer=SELF_MADE)
    said = replace(
        said, trust=Check.FAILED, trust_list="", manifests=(replace(said.manifests[0], signer=signer),)
    )
    return replace(FileCase("a.mp4", "video", 1, "a" * 64, said, media=media_facts()), **over)


def released(*files: FileCase) -> str:
    use = Use("0", "2", "0", "2", "SH010/1", "e" * 64, "wan", "observed", "rain", "observed")
    rows = tuple(ReleasedFile(f.path, "take", f.sha256, 1, uses=(use,)) for f in files)
    release = Release("R", "", "", "full", "Lumen Films", "AA:BB", rows, Chosen(1, 1, (), 0))
    return html_report(judge(build_case("x", files, release=release, seal=credentials()), RULES, at=NOW))


def test_whether_the_page_is_sealed_stands_at_its_head_and_not_at_its_end() -> None:
    page = html_report(audit_of("plain"))
    assert "not itself sealed" in page.split("</header>")[0].split('class="facts"')[0]
    assert "not itself sealed" not in page.split("</header>")[1]


def test_the_producer_is_named_where_there_is_one() -> None:
    page = released(signed())
    assert "The producer is whoever made and signed it: <bdi>Lumen Films</bdi>, as the release" in page
    assert "If you are the producer (<bdi>Lumen Films</bdi>): circletake recipe set" in page
    two = replace(signed().credentials.manifests[0], signer=replace(SIGNER, name="B", sha256="CC"))
    other = signed(path="b.mp4", sha256="b" * 64)
    other = replace(other, credentials=replace(other.credentials, manifests=(two,)))
    page = html_report(judge(build_case("x", [signed(), other]), RULES, at=NOW))
    assert "The producer is whoever made and signed it, here 2 signers, named below." in page


def test_a_self_made_key_is_told_as_one_in_every_place() -> None:
    page = released(signed())
    told = "a key they made themselves, nobody vouches for it"
    assert told in page.split("</header>")[0]
    assert "no authority looked at who they are" in page
    assert "Issued by" not in page


def test_notes_are_open_to_be_read_with_licences_first_and_what_to_do() -> None:
    page = released(signed())
    notes = page.split('id="notes"')[1].split("<h2")[0]
    assert "<details" not in notes
    assert notes.index("model.terms") < min(notes.index(rule) for rule in ("second.layer", "c2pa.timestamp"))
    assert "<b>To do:</b> ask the producer on which terms each model was used</p>" in notes
    assert 'href="#notes">' in page.split("</header>")[0]


def test_words_of_the_trade_are_explained_on_the_page() -> None:
    words = html_report(audit_of("plain")).split('id="words"')[1]
    for word in ("Content credentials", "Manifest", "Ingredient", "Seal", "Trust list", "Fingerprint"):
        assert f"<dt>{word}</dt>" in words


def test_a_fingerprint_stands_under_who_signed_and_not_in_every_finding() -> None:
    page = released(signed())
    assert "<bdi>unknown signer: Lumen Films</bdi>" in page
    assert '<p class="mono">AA:BB</p>' in page
