"""The contact sheet: what stands on it, and what hostile text cannot do there."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from circletake import (
    Cut,
    CutEvent,
    Evidence,
    ExportRequest,
    Finding,
    Found,
    Score,
    Scored,
    Slate,
    Standing,
    Verdict,
)
from circletake.plugins.context import CallContext
from circletake.testing import ExporterContract
from circletake_contactsheet.exporter import ContactSheet, ContactSheetSettings
from tests.factories import actor, claim, media_facts, slate

HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(2)> {{7*7}} \" ' \u2028 \u202e \x1b[31m"


class Page(HTMLParser):
    """Tags with their attributes, and the text of scripts, as a browser's parser would see them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.raw: dict[str, str] = {}
        self._in = ""
        self.feed(html)
        self.html = html

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag in ("script", "style"):
            self._in = f"{tag} {dict(attrs).get('type') or ''}".strip()

    def handle_data(self, data: str) -> None:
        if self._in:
            self.raw[self._in] = self.raw.get(self._in, "") + data

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style"):
            self._in = ""

    def cards(self) -> list[dict[str, str | None]]:
        return [a for tag, a in self.tags if tag == "li" and "card" in (a.get("class") or "").split()]

    @property
    def data(self) -> Any:
        return json.loads(self.raw["script application/json"])


def request(*slates: Slate, **over: Any) -> ExportRequest:
    events = tuple(CutEvent(s.take.id, Fraction(0), Fraction(1)) for s in slates)
    cut = Cut("all", Fraction(24), 64, 48, events)
    return replace(ExportRequest("Night Bus", cut, {s.take.id: s for s in slates}, {}, whole=True), **over)


def made(folder: Path, wanted: ExportRequest, megabytes: float = 14) -> Page:
    settings = ContactSheetSettings(megabytes)
    (file,) = ContactSheet().export(wanted, folder, settings, CallContext("contactsheet"))
    assert file.kind == "sheet"
    return Page(file.path.read_text(encoding="utf-8"))


@pytest.fixture
def still(tmp_path: Path) -> Callable[..., Path]:
    """A WebP picture full of detail."""

    def make(name: str, size: tuple[int, int] = (640, 360)) -> Path:
        path = tmp_path / name
        Image.effect_noise(size, 90).convert("RGB").save(path, "WEBP", quality=80)
        return path

    return make


class TestContract(ExporterContract):
    module = "circletake_contactsheet"
    refused: ClassVar = [{"megabytes": 0}, {"megabytes": "much"}]


def test_what_a_manifest_says_is_not_called_an_unsigned_tag(tmp_path: Path) -> None:
    source = "content credentials (signature holds, signer on none of your lists), embedded"
    html = made(tmp_path, request(slate(claims=[claim("model", "sora", Evidence.EMBEDDED, source)]))).html
    assert "manifest, signer not verified" in html and "file tags, unsigned" not in html


def test_a_card_shows_how_the_take_was_made_and_how_that_is_known(tmp_path: Path) -> None:
    one = slate(
        claims=[
            claim("prompt", "night bus, rain", Evidence.SIDECAR),
            claim("model", "wan", Evidence.EMBEDDED),
            claim("seed", "18446744073709551617", Evidence.FILENAME),
        ],
        standing=Standing(Verdict.HOLD, 3, ("hands?",), actor("bo")),
    )
    one = replace(
        one,
        scores=(Scored("technical", "1", Score("sharpness", 12.5)),),
        findings=(Found("technical", "1", Finding("frozen", 0.25, 0.75, 0.1, 0.2)),),
    )
    html = made(tmp_path, request(one)).html
    for shown in (
        "SH010/1",
        "night bus, rain",
        "18446744073709551617",
        "sharpness",
        "12.5",
        "hands?",
        "hold by",
    ):
        assert shown in html
    for evidence in ("file beside it", "file tags, unsigned", "file name"):
        assert f"<small>{evidence}</small>" in html
    assert "frozen 0.2–0.8 s" in html
    assert '<rect x="25.0" y="0" width="50.0" height="2"/>' in html


def test_evidence_that_is_the_same_for_all_is_said_once(tmp_path: Path) -> None:
    fields = ("model", "prompt", "seed")
    alike = slate(claims=[claim(field, "7", Evidence.OBSERVED) for field in fields])
    mixed = slate(
        number=2, claims=[*(claim(f, "7") for f in fields[:2]), claim("seed", "7", Evidence.FILENAME)]
    )
    html = made(tmp_path, request(alike, mixed)).html
    assert html.count("recorded when it was made") == 1
    assert html.count("<small>declared</small>") == 2
    assert html.count("<small>file name</small>") == 1


def test_a_shot_is_headed_by_its_code_and_what_it_stands_for(tmp_path: Path) -> None:
    titled = [replace(slate(number=n), shot_title="a night bus <b>") for n in (1, 2)]
    plain = [replace(slate(number=n, shot="sh020"), shot_title="SH020") for n in (3, 4)]
    html = made(tmp_path, request(*titled, *plain)).html
    assert '<bdi>SH010</bdi> <span class="title" dir="auto">a night bus &lt;b&gt;</span>' in html
    assert html.count('class="title"') == 1


def test_neighbouring_shots_of_one_take_share_a_section(tmp_path: Path) -> None:
    singles = [slate(number=n, shot=f"SH0{n}0") for n in (1, 2, 3)]
    pair = [slate(number=n, shot="SH040") for n in (4, 5)]
    alone = slate(number=6, shot="SH050")
    page = made(tmp_path, request(*singles, *pair, alone))
    assert re.findall(r"<h2[^>]*><bdi>(.*?)</bdi>", page.html) == ["SH010 – SH030", "SH040", "SH050"]
    assert "3 shots of one take" in page.html
    assert len(page.cards()) == 6


def test_what_is_not_known_is_said(tmp_path: Path) -> None:
    html = made(tmp_path, request(slate())).html
    assert "no prompt known" in html
    assert "model unknown" in html
    assert "not measured" in html
    assert "no picture yet" in html


def test_a_title_is_not_passed_off_as_a_prompt(tmp_path: Path) -> None:
    html = made(tmp_path, request(slate(claims=[claim("title", "Dragon Kite")]))).html
    assert "(a title; no prompt known)" in html


def test_folded_takes_lie_behind_their_keeper(tmp_path: Path) -> None:
    keeper, other = slate(number=2), slate(number=3)
    folded = replace(slate(number=1), folded_under=keeper.take.id)
    cards = made(tmp_path, request(folded, keeper, other)).cards()
    assert ["hidden" in card for card in cards] == [False, True, False]
    assert cards[0]["data-take"] == cards[1]["data-keeper"] == keeper.take.id


def test_a_take_whose_keeper_is_not_on_the_sheet_is_shown(tmp_path: Path) -> None:
    folded = replace(slate(), folded_under="elsewhere")
    assert "hidden" not in made(tmp_path, request(folded)).cards()[0]


def test_shots_are_sections_in_the_shape_of_their_takes(tmp_path: Path) -> None:
    tall = slate(number=1, shot="SH020", media=media_facts(width=720, height=1280))
    page = made(tmp_path, request(slate(number=2), tall, slate(number=3)))
    shapes = [a["class"] for tag, a in page.tags if tag == "section"]
    assert shapes == ["wide", "tall"]
    assert [t["label"] for t in page.data["takes"]] == ["SH010/2", "SH010/3", "SH020/1"]


def test_a_cut_is_shown_in_its_order_with_timecodes(tmp_path: Path) -> None:
    a, b = slate(number=1), slate(number=2)
    events = tuple(CutEvent(s.take.id, Fraction(0), Fraction(2)) for s in (b, a, b))
    cut = Cut("v1", Fraction(24), 64, 48, events)
    page = made(tmp_path, request(a, b, cut=cut, whole=False))
    assert [t["label"] for t in page.data["takes"]] == ["SH010/2", "SH010/1"]
    assert re.findall(r"01:00:\d\d:\d\d", page.html) == ["01:00:00:00", "01:00:04:00", "01:00:02:00"]


def test_hostile_text_adds_no_element_and_no_control_character(tmp_path: Path) -> None:
    def tags(text: str, word: str) -> list[str]:
        folder = tmp_path / word
        folder.mkdir()
        fields = ("prompt", "model", "seed")
        standing = Standing(Verdict.NG, 0, (text,), actor(text))
        one = slate(claims=[claim(field, text) for field in fields], standing=standing)
        scored = replace(
            one,
            scores=(Scored("x", "1", Score(text, 1.0)),),
            findings=(Found("x", "1", Finding(text, 0, 1, 0, 0)),),
        )
        page = made(folder, request(scored, name=text))
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]", page.html)
        assert page.data["title"]
        return [tag for tag, _ in page.tags]

    assert tags(HOSTILE, "hostile") == tags("plain", "plain")


@given(text=st.text(max_size=60))
def test_no_title_breaks_out_of_the_data(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    page = made(tmp_path_factory.getbasetemp(), request(slate(), name=f"t{text}"))
    assert page.data["title"].startswith("t")


def test_the_policy_lets_through_only_the_pages_own_script_and_style(tmp_path: Path) -> None:
    page = made(tmp_path, request(slate(claims=[claim(value=HOSTILE)])))
    policy = next(a["content"] for tag, a in page.tags if a.get("http-equiv") == "Content-Security-Policy")
    assert policy is not None
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    for kind in ("script", "style"):
        digest = base64.b64encode(hashlib.sha256(page.raw[kind].encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy
    assert not [a for _, a in page.tags if any(name.startswith("on") or name == "style" for name in a)]
    assert not re.search(r"""(?:src|href)=["'](?!data:image/webp|#)""", page.html)


def test_the_same_takes_as_they_stand_are_the_same_sheet(tmp_path: Path) -> None:
    def sheet_id(standing: Standing) -> str:
        return str(made(tmp_path, request(slate(standing=standing))).data["sheet"])

    assert sheet_id(Standing()) == sheet_id(Standing())
    assert sheet_id(Standing()) != sheet_id(Standing(Verdict.NG))


def test_pictures_that_fit_are_taken_as_they_are(tmp_path: Path, still: Callable[..., Path]) -> None:
    poster, sprite = still("p.webp"), still("s.webp", (800, 450))
    one = slate()
    html = made(tmp_path, request(one, stills={one.take.id: (poster, sprite)})).html
    assert base64.b64encode(poster.read_bytes()).decode() in html
    assert base64.b64encode(sprite.read_bytes()).decode() in html


def test_many_pictures_are_made_smaller_until_the_sheet_fits(
    tmp_path: Path, still: Callable[..., Path]
) -> None:
    poster, sprite = still("p.webp"), still("s.webp", (800, 450))
    slates = [slate(number=n) for n in range(1, 31)]
    wanted = request(*slates, stills={s.take.id: (poster, sprite) for s in slates})
    page = made(tmp_path, wanted, megabytes=1.5)
    assert 300_000 < len(page.html) < 1_500_000
    first = next(a["data-sprite"] for _, a in page.tags if a.get("data-sprite"))
    assert first is not None
    with Image.open(io.BytesIO(base64.b64decode(first.partition(",")[2]))) as picture:
        assert picture.width / picture.height == pytest.approx(16 / 9, abs=0.02)


@pytest.mark.parametrize("content", [b"", b"not a picture", b"RIFF\x00\x00\x00\x00WEBPVP8 "])
def test_a_broken_picture_costs_only_itself(
    tmp_path: Path, still: Callable[..., Path], content: bytes
) -> None:
    broken = tmp_path / "broken.webp"
    broken.write_bytes(content)
    a, b = slate(number=1), slate(number=2)
    stills = {a.take.id: (broken, broken), b.take.id: (still("p.webp"), tmp_path / "missing.webp")}
    page = made(tmp_path, request(a, b, stills=stills))
    assert len([tag for tag, _ in page.tags if tag == "img"]) == 1
    assert page.html.count("no picture yet") == 1


def test_settings_that_make_no_sense_are_refused() -> None:
    with pytest.raises(ValueError, match="megabytes"):
        ContactSheetSettings(megabytes=0)


def test_the_script_finds_every_element_it_asks_for(tmp_path: Path) -> None:
    keeper = slate(number=1)
    page = made(tmp_path, request(keeper, replace(slate(number=2), folded_under=keeper.take.id)))
    ids = {a["id"] for _, a in page.tags if a.get("id")}
    asked = set(re.findall(r'\$\("([\w-]+)"\)', page.raw["script"]))
    assert len(asked) > 10
    assert asked <= ids
    classes = {name for _, a in page.tags for name in (a.get("class") or "").split()}
    assert set(re.findall(r'querySelector(?:All)?\("\.([a-z]+)"\)', page.raw["script"])) <= classes
