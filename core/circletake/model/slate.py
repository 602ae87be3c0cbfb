"""The slate: everything the library knows of one take, gathered for showing or signing."""

from __future__ import annotations

from dataclasses import dataclass

from circletake.model.event import Standing
from circletake.model.recipe import Recipe
from circletake.model.score import Finding, Score
from circletake.model.take import Take


@dataclass(frozen=True, slots=True)
class Scored:
    """A score with the scorer that gave it."""

    scorer: str
    version: str
    score: Score


@dataclass(frozen=True, slots=True)
class Found:
    """A finding with the scorer that gave it."""

    scorer: str
    version: str
    finding: Finding


@dataclass(frozen=True, slots=True)
class Slate:
    """One take with all that stands beside it.

    Attributes:
        stack: number of the stack it belongs to, 0 for none.
        folded_under: id of the keeper that stands for it, ``None`` when it is shown itself.
        folds: how many takes are folded under it.
        path: where its media can be read now, as text; empty when missing.
        shot_title: the prompt or folder its shot stands for.
    """

    take: Take
    recipe: Recipe
    standing: Standing
    scores: tuple[Scored, ...] = ()
    findings: tuple[Found, ...] = ()
    stack: int = 0
    folded_under: str | None = None
    folds: int = 0
    path: str = ""
    shot_title: str = ""

    def score(self, metric: str) -> float | None:
        """The value of ``metric``, ``None`` where it was not measured."""
        return next((s.score.value for s in self.scores if s.score.metric == metric), None)


@dataclass(frozen=True, slots=True)
class TakeFilter:
    """Which takes are meant; every condition given must hold.

    Attributes:
        shots: codes of shots.
        prompt: words that must all be in the prompt, whatever their case.
        model: part of the model's or generator's name, whatever its case.
        missing: a recipe field nothing is known of.
        finding: kind of a finding the take must have; ``any`` for any.
        score: ``metric>=0.9``, ``metric<3``.
        takes: ids of takes; empty for all.
        stack: number of a stack.
        folded: include takes folded under a keeper.
    """

    takes: tuple[str, ...] = ()
    shots: tuple[str, ...] = ()
    verdicts: tuple[str, ...] = ()
    stack: int | None = None
    min_stars: int = 0
    prompt: str = ""
    model: str = ""
    missing: str = ""
    finding: str = ""
    score: str = ""
    folded: bool = True
