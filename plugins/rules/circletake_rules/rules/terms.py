"""Is it recorded under which licence each model was used?"""

from __future__ import annotations

from collections.abc import Iterator

from circletake import AuditCase, RuleCard, Scope, Severity
from circletake_rules.asking import Answer, about_release, failed, not_checked, passed
from circletake_rules.generated import machine_made

CARD = RuleCard(
    id="model.terms",
    title="the licence of every model is recorded",
    meaning="Nobody recorded under which terms a model, or what it made, may be used.",
    severity=Severity.NOTE,
    source="terms of model providers; Netflix and other commissioners ask for them",
    remedy=(
        "ask the producer on which terms each model was used; "
        "the producer: circletake recipe set TAKE licence=NAME, then release again"
    ),
    scope=Scope.RELEASE,
)

_SHOWN = 4


def _question(case: AuditCase) -> Iterator[Answer]:
    terms: dict[str, set[str]] = {}
    for file in case.files:
        for traced in machine_made(file):
            if traced.use.model:
                terms.setdefault(traced.use.model, set()).add(traced.terms)
    without = sorted(model for model, said in terms.items() if not any(said))
    if not terms:
        yield not_checked("no model is named")
    elif without:
        more = f" and {len(without) - _SHOWN} more" if len(without) > _SHOWN else ""
        yield failed(f"no licence recorded for {', '.join(without[:_SHOWN])}{more}", "the terms of each")
    else:
        told = (f"{model}: {', '.join(sorted(filter(None, said)))}" for model, said in sorted(terms.items()))
        yield passed("; ".join(told))


RULE = about_release(CARD, _question)
