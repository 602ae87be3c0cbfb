"""Outcomes are kept small and come back as they were."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from circletake.model.audit import Audit, Outcome, Severity
from circletake.model.manifest import Check
from circletake.model.outcomes import Outcomes

words = st.sampled_from(["", "a", "b"])
outcome = st.builds(
    Outcome,
    rule=words,
    check=st.sampled_from(Check),
    file=words,
    seen=words,
    start=st.none() | st.floats(0, 2),
    severity=st.sampled_from(Severity),
    cause=words,
)


@given(st.lists(outcome, max_size=12))
def test_what_was_added_comes_back_in_its_order(added: list[Outcome]) -> None:
    kept = Outcomes(added)
    assert (list(kept), len(kept), kept[:]) == (added, len(added), added)
    assert list(kept.failed()) == [each for each in added if each.check is Check.FAILED]


def test_the_same_answer_about_many_files_is_kept_once() -> None:
    kept = Outcomes(Outcome("bytes.exact", Check.PASSED, f"{number}.mp4") for number in range(100))
    assert len(kept._answers) == 1
    assert [each.file for each in kept[98:]] == ["98.mp4", "99.mp4"]
    assert kept[-1].file == "99.mp4"


def test_what_an_audit_found_comes_worst_first_and_first_of_the_whole_release() -> None:
    rows = [("a.mp4", Severity.WARNING), ("", Severity.WARNING), ("b.mp4", Severity.ERROR)]
    found = Outcomes()
    for file, severity in rows:
        found.add(Outcome("x.y", Check.FAILED, file=file, severity=severity))
    audit = Audit(root="film", files=(), outcomes=found, release=None, cards={}, not_checked=(), at="")
    assert [each.file for each in audit.failed] == ["b.mp4", "", "a.mp4"]
