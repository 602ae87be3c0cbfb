"""Which slates a filter means; values alone, the database has narrowed them by shot and id already."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable

from circletake.errors import BadInput
from circletake.model.recipe import Field
from circletake.model.slate import Slate, TakeFilter
from circletake.model.text import printable

_SCORE = re.compile(
    r"\s*(?P<metric>[^\s<>=]+)\s*(?P<sign>>=|<=|>|<|==?)\s*(?P<value>[-+]?\d*\.?\d+(?:[eE][-+]?\d+)?)\s*"
)
_SIGNS: dict[str, Callable[[float, float], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
    "=": operator.eq,
    "==": operator.eq,
}


def condition(which: TakeFilter) -> Callable[[Slate], bool]:
    """One question that asks everything the filter asks.

    Raises:
        BadInput: the score is not of the form ``metric>=0.9``.
    """
    asked: list[Callable[[Slate], bool]] = []
    if which.verdicts:
        asked.append(lambda slate: slate.standing.verdict in which.verdicts)
    if which.min_stars:
        asked.append(lambda slate: slate.standing.stars >= which.min_stars)
    if which.stack is not None:
        asked.append(lambda slate: slate.stack == which.stack)
    if not which.folded:
        asked.append(lambda slate: slate.folded_under is None)
    if which.prompt.strip():
        words = which.prompt.casefold().split()
        asked.append(lambda slate: all(word in _prompt(slate) for word in words))
    if which.model:
        part = which.model.casefold()
        asked.append(lambda slate: part in _maker(slate))
    if which.missing:
        asked.append(lambda slate: not slate.recipe[which.missing])
    if which.finding == "any":
        asked.append(lambda slate: bool(slate.findings))
    elif which.finding:
        asked.append(lambda slate: any(found.finding.kind == which.finding for found in slate.findings))
    if which.score:
        asked.append(_score(which.score))
    return lambda slate: all(holds(slate) for holds in asked)


def _score(asked: str) -> Callable[[Slate], bool]:
    match = _SCORE.fullmatch(asked)
    if match is None:
        raise BadInput(
            f"score {printable(asked, 40)!r}",
            "is not a comparison",
            "write for example --score 'sharpness>=0.5'",
        )
    metric, compare, limit = match["metric"], _SIGNS[match["sign"]], float(match["value"])

    def holds(slate: Slate) -> bool:
        value = slate.score(metric)
        return value is not None and compare(value, limit)

    return holds


def _prompt(slate: Slate) -> str:
    return f"{slate.recipe[Field.PROMPT_PREFIX]} {slate.recipe[Field.PROMPT]}".casefold()


def _maker(slate: Slate) -> str:
    recipe = slate.recipe
    return f"{recipe[Field.GENERATOR]} {recipe[Field.MODEL]} {recipe[Field.MODEL_VERSION]}".casefold()
