"""Runway's models and what each takes, as data: ``models.json``, drawn from the types of Runway's own SDK.

A model is asked in one of three modes, each with settings of its own: from text, from a still, from a clip.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from circletake import TRAINED, GenerationRequest, ModelCard, Relation

MODES = {"text": "from text", "image": "from a still (--image)", "video": "from a take (--remix)"}
"""The modes, in words."""

MOST_SEED = 2**32 - 1

_SOURCE = "the types of Runway's SDK, runwayml 5.24.0"
_CHECKED = "2026-11-24"
_TERMS = "https://runwayml.com/terms-of-use"
_URI = "https://docs.dev.runwayml.com/guides/models/"


@dataclass(frozen=True, slots=True)
class Parameter:
    """A setting that text can say.

    Attributes:
        kind: ``whole``, ``number``, ``yes or no`` or ``text``; empty where only ``choices`` are taken.
        choices: values, text or whole numbers.
        words: taken instead of a number, such as ``auto``.
        least, most: of a number, where the SDK says.
    """

    kind: str = ""
    choices: tuple[Any, ...] = ()
    words: tuple[str, ...] = ()
    least: int | None = None
    most: int | None = None
    required: bool = False

    def value(self, text: str) -> Any:
        """What the SDK is given for a text.

        Raises:
            ValueError: it is none of what is taken; the message says what is.
        """
        if text in self.words:
            return text
        if self.choices:
            found = next((choice for choice in self.choices if str(choice) == text), None)
        elif self.kind == "yes or no":
            found = {"true": True, "yes": True, "false": False, "no": False}.get(text.lower())
        elif self.kind == "whole":
            found = int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None
        elif self.kind == "number":
            found = _number(text)
        else:
            found = text
        within = found is not None and self._within(found)
        if not within:
            raise ValueError(f"{text!r} is not among: {self.said}")
        return found

    def _within(self, value: Any) -> bool:
        return (self.least is None or value >= self.least) and (self.most is None or value <= self.most)

    @property
    def said(self) -> str:
        """What it takes, in words."""
        if self.choices:
            return ", ".join(map(str, self.choices))
        limits = f" from {self.least} to {self.most}" if self.least is not None else ""
        name = {"whole": "a whole number", "number": "a number"}.get(self.kind, self.kind)
        return ", ".join([f"{name}{limits}", *self.words])


@dataclass(frozen=True, slots=True)
class Mode:
    """What a model takes in one mode.

    Attributes:
        input: the SDK's name for the still or clip it starts from; empty from text.
        prompt_required: whether it asks for a prompt.
        longest_prompt: in UTF-16 code units; 0 where the SDK does not say.
    """

    input: str
    prompt_required: bool
    longest_prompt: int
    seed: bool
    negative_prompt: bool
    parameters: Mapping[str, Parameter]


@lru_cache(maxsize=1)
def models() -> Mapping[str, Mapping[str, Mode]]:
    """Every model's modes, by its name and theirs."""
    table = json.loads(Path(__file__).with_name("models.json").read_text(encoding="utf-8"))
    return {name: {mode: _mode(said) for mode, said in modes.items()} for name, modes in table.items()}


def _mode(said: Mapping[str, Any]) -> Mode:
    parameters = {name: _parameter(each) for name, each in said["parameters"].items()}
    prompt = said["prompt"]
    return Mode(
        said["input"],
        prompt["required"],
        prompt.get("most", 0),
        said["seed"],
        said["negative_prompt"],
        parameters,
    )


def _parameter(said: Mapping[str, Any]) -> Parameter:
    return Parameter(
        kind=said.get("kind", ""),
        choices=tuple(said.get("choices", ())),
        words=tuple(said.get("words", ())),
        least=said.get("least"),
        most=said.get("most"),
        required=said.get("required", False),
    )


def cards() -> list[ModelCard]:
    """A card for each model. Prices are in credits and change by the account: none is told."""
    return [_card(name, modes) for name, modes in models().items()]


def _card(name: str, modes: Mapping[str, Mode]) -> ModelCard:
    accepts = {
        "image": "image" in modes,
        "negative prompt": all(mode.negative_prompt for mode in modes.values()),
        Relation.REMIX.value: "video" in modes,
        Relation.EXTEND.value: can_extend(name),
    }
    return ModelCard(
        name=name,
        version="",
        provider="Runway",
        source_type=TRAINED,
        terms=_TERMS,
        uri=_URI,
        seeds=all(mode.seed for mode in modes.values()),
        parameters=_in_words(modes),
        source=_SOURCE,
        checked=_CHECKED,
        accepts=tuple(what for what, there in accepts.items() if there),
    )


def _in_words(modes: Mapping[str, Mode]) -> dict[str, str]:
    """Every setting of a model; where the modes differ, what each takes."""
    told = {}
    for name in dict.fromkeys(name for mode in modes.values() for name in mode.parameters):
        takes: dict[str, list[str]] = {}
        for mode, each in modes.items():
            if name in each.parameters:
                takes.setdefault(each.parameters[name].said, []).append(MODES[mode])
        everywhere = [said for said, where in takes.items() if len(where) == len(modes)]
        told[name] = "; ".join(
            everywhere or [f"{' or '.join(where)}: {said}" for said, where in takes.items()]
        )
    return told


def can_extend(name: str) -> bool:
    """Whether a model goes on from a clip: one whose ``mode`` may be ``extend``."""
    video = models().get(name, {}).get("video")
    return video is not None and "mode" in video.parameters and "extend" in video.parameters["mode"].choices


def mode_of(request: GenerationRequest) -> str:
    """The mode a request asks for."""
    relation = request.parent.relation if request.parent else None
    if relation in (Relation.REMIX, Relation.EXTEND):
        return "video"
    return "image" if request.image is not None else "text"


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if abs(number) < 1e9 else None
