"""Are the trust lists recent enough to rely on?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from circletake import OWN_KEY, AuditCase, ListUsed, RuleCard, Scope, Severity
from circletake_rules.asking import Answer, about_release, failed, not_checked, passed

CARD = RuleCard(
    id="trustlist.fresh",
    title="your trust lists are recent",
    meaning=(
        "A list that vouches for a signer or a timestamper here is old, or frozen: who joined or was struck "
        "off since is unknown to it."
    ),
    severity=Severity.WARNING,
    source="C2PA trust list; the interim list has been frozen since 2026-01-01",
    remedy="get the list as it is now and add it again: circletake trust add NAME PEM --date DATE",
    scope=Scope.RELEASE,
    otherwise=("note where the list vouches for nobody here"),
)

OLDEST = timedelta(days=180)

_FROZEN = date(2026, 1, 1)
_INTERIM = "interim"


def _question(case: AuditCase) -> Iterator[Answer]:
    dated = [each for each in case.dated if each.date and not each.label.startswith(OWN_KEY)]
    if not dated or case.at is None:
        yield not_checked("no trust list with a date" if not dated else "the moment is not known")
        return
    today = case.at.date()
    vouching = {f.credentials.trust_list for f in case.files}
    vouching |= {f.credentials.timestamp.trust_list for f in case.files if f.credentials.timestamp}
    fresh = True
    for each in dated:
        told = _stale(each, today)
        if told:
            fresh = False
            yield failed(told, severity=None if each.label in vouching else Severity.NOTE)
    if fresh:
        yield passed()


def _stale(used: ListUsed, today: date) -> str:
    dated = date.fromisoformat(used.date)
    if _INTERIM in used.label.lower() and today >= _FROZEN:
        return f"{used.label}: an interim list, frozen since {_FROZEN}"
    if today - dated > OLDEST:
        return f"{used.label} is {(today - dated).days} days old"
    if dated > today:
        return f"{used.label} was published after {today}, the day this audit judges for"
    return ""


RULE = about_release(CARD, _question)
