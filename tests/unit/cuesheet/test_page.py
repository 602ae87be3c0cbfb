"""The page: safe with hostile text, whole in itself, and honest about what it cannot show."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser

from hypothesis import given, settings
from hypothesis import strategies as st

from circletake.cuesheet.page import Pair, html_page
from circletake.cuesheet.rows import CueSheet, sheet_of
from circletake.model.cue import Gap
from circletake.model.still import Still
from tests.factories import claim, cue, cue_list, slate

EVIL = "</pre></script><script>alert(1)</script>\u202egnp\x1b[31m\x00<img src=x onerror=alert(2)>"
STILL = Still(b"\xff\xd8 a picture", 64, 48)
FIELDS = ("prompt", "negative_prompt", "model", "generator", "seed", "title")


def sheet_with(text: str) -> CueSheet:
    """A sheet in which everything a stranger may write is ``text``."""
    known = slate(claims=[claim(field, text, by=text) for field in FIELDS], name=text)
    titled = slate(claims=[claim("title", text)], number=2)
    cues = cue_list(
        cue(), cue("id-2", 48, 72, confidence=0.5), Gap(72, 96, "id-1", text), film=text, problem=text
    )
    return sheet_of(cues, {"id-1": known, "id-2": titled})


def page(text: str) -> str:
    pairs = {
        1: (Pair(STILL, 0.5, STILL, 0.5),),
        2: (Pair(STILL, 2.2, None, 0.1, text),),
        3: (Pair(None, 3.1),),
    }
    return html_page(sheet_with(text), pairs)


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


KNOWN_TAGS = {tag for tag, _ in tags(page("plain"))} | {"details", "summary", "pre"}


def test_hostile_text_stays_text() -> None:
    html = page(EVIL)
    assert "&lt;script&gt;" in html
    found = tags(html)
    assert not {"script", "iframe", "link", "object", "form", "base"} & {tag for tag, _ in found}
    assert not [name for _, attrs in found for name in attrs if name.startswith("on") or name == "style"]
    assert not re.search(r"[\x00-\x09\x0b-\x1f\u202a-\u202e]", html)


@settings(max_examples=25)
@given(st.text(max_size=60))
def test_no_text_adds_a_tag_to_the_page(text: str) -> None:
    assert {tag for tag, _ in tags(page(text))} <= KNOWN_TAGS


def test_the_page_reaches_for_nothing_outside_itself() -> None:
    html = page("plain")
    found = tags(html)
    assert {attrs["src"][:22] for tag, attrs in found if tag == "img" and attrs["src"]} == {
        "data:image/jpeg;base64"
    }
    assert all(str(attrs["href"]).startswith("#r") for _, attrs in found if "href" in attrs)
    (policy,) = [a["content"] for _, a in found if a.get("http-equiv") == "Content-Security-Policy"]
    style = html.split("<style>")[1].split("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert policy == (
        f"default-src 'none'; img-src data:; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )
    assert "@import" not in style and "url(#hatch)" in style and style.count("url(") == 1


def test_film_and_take_lie_side_by_side_with_the_time_of_each() -> None:
    html = page("plain")
    first = html.split('id="r1"')[1].split('id="r2"')[0]
    assert first.count("<img") == 2
    assert "01:00:00:12" in first and "0.50 s" in first
    assert base64.b64encode(STILL.jpeg).decode() in first


def test_a_take_without_media_shows_the_film_alone_and_says_why() -> None:
    html = html_page(sheet_with("plain"), {2: (Pair(STILL, 2.2, None, 0.1, "its file is gone"),)})
    second = html.split('id="r2"')[1].split('id="r3"')[0]
    assert second.count("<img") == 1
    assert "its file is gone" in second


def test_what_was_not_found_has_a_row_of_its_own() -> None:
    third = page("pictures differ").split('id="r3"')[1]
    assert "Not found" in third
    assert "Nearest is <bdi>SH010/1</bdi>: <bdi>pictures differ</bdi>" in third


def test_a_long_prompt_is_folded_and_cut_only_beyond_what_a_page_can_bear() -> None:
    known = slate(claims=[claim(value="rain " * 10_000)])
    html = html_page(sheet_of(cue_list(cue()), {"id-1": known}), {})
    (pre,) = re.findall(r"<pre dir=\"auto\">(.*?)</pre>", html, re.DOTALL)
    assert 19_000 < len(pre) < 20_100 and pre.endswith("…")
    short = html_page(sheet_of(cue_list(cue()), {"id-1": slate(claims=[claim()])}), {})
    assert "<details>" not in short and "night bus, rain" in short


def test_a_film_of_any_shape_has_frames_of_a_shape_a_page_can_bear() -> None:
    shapes = {}
    for size in ((1, 8192), (8192, 1), (1920, 1080), (1080, 1920), (2048, 858)):
        sheet = sheet_of(cue_list(cue(), width=size[0], height=size[1]), {"id-1": slate()})
        shapes[size] = re.search(r"\.frame \{ aspect-ratio: ([\d /]+)", html_page(sheet, {}))
    told = {size: found[1] for size, found in shapes.items() if found}
    assert told == {
        (1, 8192): "9 / 16",
        (8192, 1): "239 / 100",
        (1920, 1080): "16 / 9",
        (1080, 1920): "9 / 16",
        (2048, 858): "239 / 100",
    }


def test_an_empty_film_is_a_page_too() -> None:
    assert "Cue sheet" in html_page(sheet_of(cue_list(frames=0), {}), {})
