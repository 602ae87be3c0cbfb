"""JUnit XML: what a build server shows of an audit."""

from __future__ import annotations

import xml.etree.ElementTree as ET

from hypothesis import given, settings
from hypothesis import strategies as st

from circletake.audit.junit import JUNIT_MARK, junit_text
from circletake.model.audit import Audit, Outcome, RuleCard, Severity
from circletake.model.manifest import Check
from circletake.model.outcomes import Outcomes

CARD = RuleCard("ai.prompt", "has its prompt", "", Severity.WARNING, "IPTC", "find it")


def audit_of(*outcomes: Outcome) -> Audit:
    return Audit("folder", (), Outcomes(outcomes), None, {"ai.prompt": CARD}, (), "2026-05-04T12:00:00+00:00")


def suite(*outcomes: Outcome) -> ET.Element:
    return ET.fromstring(junit_text(audit_of(*outcomes)))[0]


def failed(seen: str, **more: object) -> Outcome:
    return Outcome("ai.prompt", Check.FAILED, "a.mp4", "a prompt", seen, remedy="find it", **more)  # type: ignore[arg-type]


def test_each_rule_and_file_is_one_case() -> None:
    found = suite(
        Outcome("ai.prompt", Check.PASSED, "a.mp4"),
        Outcome("ai.prompt", Check.NOT_CHECKED, "b.mp4", reason="cannot be read"),
        Outcome("sums.agree", Check.PASSED),
        failed("no prompt", start=2.0, end=4.5),
        failed("no prompt", start=6.0),
    )
    cases = [(c.get("classname"), c.get("name")) for c in found]
    assert cases == [("ai.prompt", "a.mp4"), ("ai.prompt", "b.mp4"), ("sums.agree", "release")]
    assert (found.get("tests"), found.get("failures"), found.get("skipped")) == ("3", "1", "1")


def test_a_finding_is_a_failure_with_its_words_times_and_remedy() -> None:
    (case,) = suite(failed("no prompt", severity=Severity.WARNING, start=2.0, end=4.5))
    (failure,) = case
    assert (failure.get("type"), failure.get("message")) == ("warning", "no prompt at 0:02.0 to 0:04.5")
    assert failure.text == "expected: a prompt\nto do: find it\nsource: IPTC"


def test_what_was_not_checked_is_skipped_and_a_note_passes() -> None:
    skipped, noted = suite(
        Outcome("a", Check.NOT_CHECKED, reason="no library"),
        Outcome("b", Check.FAILED, seen="odd", severity=Severity.NOTE),
    )
    assert [(child.tag, child.get("message")) for child in skipped] == [("skipped", "no library")]
    assert [(child.tag, child.text) for child in noted] == [("system-out", "note: odd")]


@settings(max_examples=50)
@given(st.text(st.characters(), max_size=80))
def test_hostile_text_never_breaks_the_document(text: str) -> None:
    told = audit_of(
        Outcome(text, Check.FAILED, text, text, text, text, 1.0, remedy=text),
        Outcome(text, Check.NOT_CHECKED, f"{text}.mp4", reason=text),
    )
    written = junit_text(told)
    assert JUNIT_MARK in written[:4000]
    assert len(ET.fromstring(written.encode("utf-8"))[0]) == 2


def test_an_audit_without_outcomes_is_an_empty_suite() -> None:
    assert suite().get("tests") == "0"
