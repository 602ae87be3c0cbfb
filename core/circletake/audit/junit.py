"""The audit as JUnit XML, which build servers show: a test case for each rule and file it was asked of.

Source: the schema of Apache Ant's JUnit task, as Jenkins and GitLab read it.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterable

from circletake.audit.document import plain
from circletake.audit.wording import moment
from circletake.model.audit import Audit, Outcome, Severity
from circletake.model.manifest import Check
from circletake.model.text import printable

JUNIT_MARK = '<testsuites name="circletake audit"'
"""Begins every such file, so that only such a file is ever replaced by one."""

_RELEASE = "release"


def junit_text(audit: Audit) -> str:
    """The whole document.

    A finding is a failure; a note passes with its words in ``system-out``; what was not checked is
    skipped, with the reason.
    """
    cases: dict[tuple[str, str], list[Outcome]] = {}
    for outcome in audit.outcomes:
        cases.setdefault((outcome.rule, outcome.file), []).append(outcome)
    name = printable(audit.release.name if audit.release and audit.release.name else audit.root, 120)
    suite = ET.Element("testsuite", {"name": name, "timestamp": audit.at[:19]})
    failures = skipped = 0
    for (rule, file), outcomes in sorted(cases.items()):
        case = ET.SubElement(
            suite, "testcase", {"classname": _text(rule, 120), "name": _text(file, 400) or _RELEASE}
        )
        failures += _failed(case, [o for o in outcomes if _is_finding(o)], audit)
        notes = [o for o in outcomes if o.check is Check.FAILED and not _is_finding(o)]
        if all(o.check is Check.NOT_CHECKED for o in outcomes):
            skipped += 1
            ET.SubElement(case, "skipped", {"message": _joined(o.reason for o in outcomes)})
        elif notes:
            ET.SubElement(case, "system-out").text = _joined(f"note: {o.seen}" for o in notes)
    counts = {"tests": str(len(cases)), "failures": str(failures), "errors": "0"}
    suite.attrib |= {**counts, "skipped": str(skipped)}
    whole = ET.Element("testsuites", {"name": "circletake audit", **counts})
    whole.append(suite)
    ET.indent(whole)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(whole, encoding="unicode")}\n'


def _failed(case: ET.Element, findings: list[Outcome], audit: Audit) -> int:
    """One failure however many findings a case has: build servers count cases."""
    if not findings:
        return 0
    worst = min(findings, key=lambda o: list(Severity).index(o.severity))
    failure = ET.SubElement(
        case, "failure", {"type": worst.severity.value, "message": _joined(_told(o) for o in findings)}
    )
    card = audit.cards.get(worst.rule)
    lines = [f"expected: {_text(worst.expected, 300)}" if worst.expected else ""]
    lines.append(f"to do: {_text(worst.remedy, 300)}" if worst.remedy else "")
    lines.append(f"source: {_text(card.source, 300)}" if card else "")
    failure.text = "\n".join(line for line in lines if line)
    return 1


def _is_finding(outcome: Outcome) -> bool:
    return outcome.check is Check.FAILED and outcome.severity is not Severity.NOTE


def _told(outcome: Outcome) -> str:
    if outcome.start is None:
        return outcome.seen
    until = "" if outcome.end is None else f" to {moment(outcome.end)}"
    return f"{outcome.seen} at {moment(outcome.start)}{until}"


def _joined(texts: Iterable[str]) -> str:
    return _text("; ".join(dict.fromkeys(t for t in texts if t)), 1000)


def _text(text: str, width: int) -> str:
    """A stranger's text without what XML 1.0 cannot hold."""
    return printable(plain(text), width)
