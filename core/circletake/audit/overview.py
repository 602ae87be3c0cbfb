"""Several audits in few lines: the worst of them first, and which they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from circletake.audit.answer import Verdict, verdict_on
from circletake.audit.summary import summarise
from circletake.audit.wording import VERDICTS
from circletake.model.audit import Audit
from circletake.model.text import counted, fitted

_LABEL = 9

_GOOD = ("intact", "no videos")


def overview(audits: Sequence[Audit], failed: int = 0, *, width: int | None = None) -> list[str]:
    """Lines for a terminal: whether all are intact, then those that are not.

    Args:
        failed: paths beside them that could not be audited.
        width: of a place at most; places are told whole without one.
    """
    verdicts = [(audit, verdict_on(audit, summarise(audit))) for audit in audits]
    worst = min((verdict for _, verdict in verdicts), key=_rank)
    # What lies outside of releases, without a video and just as its list says, is none that was asked about.
    counted_in = [each for each in verdicts if each[1].kind != "no videos" or each[0].exit_code] or verdicts
    every = all(audit.record for audit, _ in counted_in)
    whole = counted(len(counted_in), "release" if every else "audit")
    words = Counter(verdict.word.lower() for _, verdict in counted_in)
    bad = [(audit, verdict) for audit, verdict in verdicts if verdict.kind not in _GOOD]
    if not bad and not failed:
        return [f"{worst.word.upper():<{_LABEL}}{words[worst.word.lower()]} of {whole}, each for itself"]
    first = worst.word.lower() if bad else "not all audited"
    told = ", ".join(f"{number} {word}" for word, number in words.items())
    more = f"; {counted(failed, 'path')} could not be audited" if failed else ""
    return [
        f"{'VERDICT':<{_LABEL}}{first}: of {whole}, {told}{more}",
        *(f"{'':<{_LABEL}}{verdict.word.upper():<12}  {fitted(audit.root, width)}" for audit, verdict in bad),
    ]


def _rank(verdict: Verdict) -> int:
    """Worst first; a word that is not known here is no praise."""
    order = (*VERDICTS, "", *_GOOD)
    return order.index(verdict.kind) if verdict.kind in order else order.index("")
