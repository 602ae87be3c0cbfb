"""One cause is told in one line, however many files and places it shows in."""

from __future__ import annotations

from dataclasses import replace

from circletake.audit.document import json_report
from circletake.audit.page import html_report
from circletake.audit.text import text_report
from circletake.model.audit import Audit, Outcome, Severity
from circletake.model.manifest import Check
from circletake.model.outcomes import Outcomes


def finding(file: str, seen: str, cause: str = "", start: float | None = None) -> Outcome:
    end = None if start is None else start + 1
    return Outcome(
        "ai.provider", Check.FAILED, file, "who offers it", seen, "", start, end, Severity.ERROR, "ask", cause
    )


def audit(*outcomes: Outcome) -> Audit:
    return Audit("x", (), Outcomes(outcomes), None, {}, (), "2026-11-24T00:00:00+00:00")


MANY = (
    finding("cut.mp4", "SH010/1: no provider named", "no provider named", 0.0),
    finding("cut.mp4", "SH020/1: no provider named", "no provider named", 12.0),
    finding("clips/a.mp4", "no provider named", "no provider named"),
)


def test_findings_of_one_cause_are_one_line_with_its_files_counted_once() -> None:
    lines = [line for line in text_report(audit(*MANY)) if line.startswith("FIX")]
    assert lines == ["FIX      ai.provider  cut.mp4 and 1 more  no provider named"]


def test_every_place_of_a_cause_is_told_where_everything_is() -> None:
    told = text_report(audit(*MANY), everything=True)
    assert [line.strip() for line in told if line.strip().startswith("- ")] == [
        "- cut.mp4 at 0:00.0",
        "- cut.mp4 at 0:12.0",
        "- clips/a.mp4",
    ]


def test_a_document_holds_one_finding_of_a_cause_and_each_of_its_places() -> None:
    (told,) = json_report(audit(*MANY))["findings"]
    assert (told["seen"], told["start"], told["files"]) == (
        "no provider named",
        None,
        ["cut.mp4", "clips/a.mp4"],
    )
    assert [(p["file"], p["start"]) for p in told["places"]] == [
        ("cut.mp4", 0.0),
        ("cut.mp4", 12.0),
        ("clips/a.mp4", None),
    ]


def test_findings_without_a_cause_stay_apart_at_each_time_and_a_single_one_keeps_its_words() -> None:
    apart = (finding("a.mp4", "a gap", start=1.0), finding("a.mp4", "a gap", start=5.0))
    assert [f["start"] for f in json_report(audit(*apart))["findings"]] == [1.0, 5.0]
    (alone,) = json_report(audit(MANY[1]))["findings"]
    assert (alone["seen"], alone["start"]) == ("SH020/1: no provider named", 12.0)


def test_a_page_has_one_card_for_a_cause_with_every_file_in_it() -> None:
    page = html_report(audit(*MANY))
    assert page.count('class="card finding') == 1
    assert "cut.mp4" in page and "clips/a.mp4" in page


def test_no_cause_swallows_another_rule() -> None:
    other = Outcome("ai.system", Check.FAILED, "a.mp4", seen="x", cause="no provider named")
    assert len(json_report(audit(MANY[0], other))["findings"]) == 2


def test_a_finding_tells_a_recipient_what_to_ask_and_the_producer_what_to_do() -> None:
    outcome = replace(MANY[2], remedy="ask the producer who offers it; the producer: circletake recipe set")
    lines = [line.strip() for line in text_report(audit(outcome))]
    assert (
        lines[lines.index("ask the producer who offers it") + 1]
        == "if you are the producer: circletake recipe set"
    )
    page = html_report(audit(outcome))
    assert "<b>To do:</b> ask the producer who offers it</p>" in page
    assert "If you are the producer: circletake recipe set</p>" in page
