"""Asking a generator for takes: what it can do, what is asked, what comes back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

TRAINED = "trainedAlgorithmicMedia"
"""IPTC digital source type of media made by a model trained on data."""

ALGORITHMIC = "algorithmicMedia"
"""IPTC digital source type of media made by an algorithm without training data."""


@dataclass(frozen=True, slots=True)
class ModelCard:
    """What is known of a model, offline.

    Attributes:
        name: how it is asked for, e.g. ``gen4.5``.
        version: the maker's own version, empty where unknown.
        provider: who runs it.
        source_type: :data:`TRAINED` or :data:`ALGORITHMIC`.
        licence: of what it makes, as the source says; empty where unknown.
        terms: link to the terms of use.
        uri: informational address of the model.
        seeds: whether it takes a seed.
        parameters: name and what it accepts, in words; ``None`` where that is not known.
        accepts: what it takes beside prompt, seed and parameters: ``image``, ``negative prompt``,
            and the relations ``remix`` and ``extend``; ``None`` where the card does not say, so
            that the backend's own check has to. What a card says is not used is not sent.
        at_once: jobs of this model that the provider works on at a time; 0 where it does not say.
        prices: what one unit costs, e.g. ``{"second": "0.05 USD"}``.
        source: where these facts come from.
        checked: ISO date when they were looked up.
    """

    name: str
    version: str
    provider: str
    source_type: str
    licence: str = ""
    terms: str = ""
    uri: str = ""
    seeds: bool = True
    parameters: Mapping[str, str] | None = None
    source: str = ""
    checked: str = ""
    accepts: tuple[str, ...] | None = None
    at_once: int = 0
    prices: Mapping[str, str] | None = None


class Relation(StrEnum):
    """How a take comes from an earlier one, or from a still."""

    RETAKE = "retake"
    REMIX = "remix"
    EXTEND = "extend"
    IMAGE = "image-to-video"


@dataclass(frozen=True, slots=True)
class Parent:
    """What a take is asked to be made from.

    Attributes:
        sha256: of the earlier take, or of the still.
        job: the backend's own id of the job that made it; empty where this backend did not.
        path: where its bytes lie.
    """

    relation: Relation
    sha256: str
    job: str = ""
    path: Path | None = None


@dataclass(frozen=True, slots=True)
class GenerationRequest:
    """One take asked of a generator.

    Attributes:
        image: a reference still, ``None`` for text to video.
        parameters: the generator's own settings, as text.
        parent: what it comes from. A retake is a request like any other; only ``remix`` and
            ``extend`` ask something else of the backend.
    """

    model: str
    prompt: str
    seed: str = ""
    negative_prompt: str = ""
    image: Path | None = None
    parameters: Mapping[str, str] | None = None
    parent: Parent | None = None

    def to_json(self) -> dict[str, Any]:
        """A plain dictionary; paths are text."""
        parent = self.parent
        return {
            "model": self.model,
            "prompt": self.prompt,
            "seed": self.seed,
            "negative_prompt": self.negative_prompt,
            "image": str(self.image) if self.image else None,
            "parameters": None if self.parameters is None else dict(self.parameters),
            "parent": parent
            and {
                "relation": parent.relation.value,
                "sha256": parent.sha256,
                "job": parent.job,
                "path": str(parent.path) if parent.path else None,
            },
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> GenerationRequest:
        """Read what :meth:`to_json` wrote, or did before requests had a parent."""
        said = dict(data)
        image, parent = said.pop("image", None), said.pop("parent", None)
        if parent:
            path = Path(parent["path"]) if parent["path"] else None
            parent = Parent(Relation(parent["relation"]), parent["sha256"], parent["job"], path)
        return cls(**said, image=Path(image) if image else None, parent=parent)


@dataclass(frozen=True, slots=True)
class RequestCheck:
    """What a generator says of a request before it is sent.

    Attributes:
        problems: reasons why it cannot be sent.
        warnings: settings the model does not support, each named.
        cost: estimated price as :func:`circletake.model.cost.cost_said` reads it, ``0.50 USD`` or
            ``free``; empty where none is published.
    """

    problems: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    cost: str = ""


class Phase(StrEnum):
    """Where a job is."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class JobState:
    """What a generator says of a job.

    Attributes:
        progress: 0-1, ``None`` where the backend gives none.
        error: why it failed.
        retry_after: seconds to wait before asking again, as the backend wishes.
    """

    phase: Phase
    progress: float | None = None
    error: str = ""
    retry_after: float | None = None


@dataclass(frozen=True, slots=True)
class FetchedFile:
    """A file a job produced, with what is known of how.

    Attributes:
        recipe: fields observed by us while it was made, beyond those of the request.
    """

    path: Path
    recipe: Mapping[str, str]
