"""What a pipeline class of diffusers takes, found out by its signature. Nothing is loaded."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from circletake_local.asked import Asked
from circletake_local.finding import Model

if TYPE_CHECKING:
    from circletake import GenerationRequest

PACKAGES = ("torch", "diffusers", "transformers", "accelerate")

_RATES = (
    ("Allegro", 15),
    ("CogVideoX", 8),
    ("HunyuanVideo15", 24),
    ("HunyuanVideo", 15),
    ("Kandinsky5", 24),
    ("LTX", 24),
    ("Mochi", 30),
    ("SanaVideo", 16),
    ("SkyReels", 24),
    ("StableVideoDiffusion", 7),
    ("Wan", 16),
)
"""Frames a second that diffusers' own examples write each family with (0.42.1)."""

_OTHER_RATE = 16

_PARAMETERS = {
    "size": ("width", "height"),
    "frames": ("num_frames",),
    "steps": ("num_inference_steps",),
    "guidance": ("guidance_scale",),
}
"""Our parameters, and what a pipeline calls them."""


def missing() -> list[str]:
    """Packages that are needed and not installed."""
    return [name for name in PACKAGES if importlib.util.find_spec(name) is None]


def versions() -> dict[str, str]:
    """Versions of what runs a pipeline."""
    return {name: importlib.metadata.version(name) for name in PACKAGES}


@dataclass(frozen=True, slots=True)
class Kind:
    """A pipeline class.

    Attributes:
        takes: names of what it can be called with, and their defaults.
    """

    name: str
    loads: Any
    takes: Mapping[str, Any]

    def default(self, name: str) -> Any:
        """The value in force where nothing is said; ``None`` where the class has none."""
        value = self.takes.get(name)
        return None if value is inspect.Parameter.empty else value

    @property
    def wants_image(self) -> bool:
        """Whether it cannot do without a still."""
        return self.takes.get("image") is inspect.Parameter.empty

    def rate(self, asked: Asked) -> Fraction:
        """Frames a second: as asked, as the pipeline itself counts, or as its family is written."""
        if asked.fps:
            return asked.fps
        return Fraction(self.own_rate or _OTHER_RATE)

    @property
    def own_rate(self) -> float | None:
        """What the pipeline itself counts with, or its family is written with; ``None`` where unknown."""
        own: float | None = self.default("frame_rate") or self.default("fps")
        return own or next((rate for name, rate in _RATES if self.name.startswith(name)), None)


def kind_of(model: Model, asked: Asked, with_image: bool) -> Kind:
    """The class that a request is made with.

    The one the model names, unless the request names another; or, for a still, its sibling
    where both are known to run on the same weights.

    Raises:
        ValueError: diffusers has no such class, or it makes no video.
    """
    kind = _kind(asked.pipeline or model.pipeline)
    if with_image and not asked.pipeline and "image" not in kind.takes:
        shared = kind.name == "LTXPipeline" or (
            kind.name == "WanPipeline" and model.options.get("expand_timesteps") is True
        )
        if shared:
            return _kind(kind.name.replace("Pipeline", "ImageToVideoPipeline"))
    return kind


def problems(kind: Kind, asked: Asked, request: GenerationRequest) -> list[str]:
    """What of a request this class cannot do at all."""
    import diffusers

    found = []
    if request.image and "image" not in kind.takes:
        found.append(f"image: {kind.name} starts from no still; a model for image to video does")
    if not request.image and kind.wants_image:
        found.append(f"image: {kind.name} needs a still")
    scheduler = getattr(diffusers, asked.scheduler, None) if asked.scheduler else diffusers.SchedulerMixin
    if not (isinstance(scheduler, type) and issubclass(scheduler, diffusers.SchedulerMixin)):
        found.append(f"scheduler: diffusers has no scheduler {asked.scheduler}")
    return found


def warnings(kind: Kind, request: GenerationRequest) -> list[str]:
    """What of a request this class does not use, each by name."""
    given = request.parameters or {}
    found = [
        f"{name}: {kind.name} has no such setting"
        for name, called in _PARAMETERS.items()
        if given.get(name) and not set(called) <= set(kind.takes)
    ]
    if request.negative_prompt and "negative_prompt" not in kind.takes:
        found.append(f"negative prompt: {kind.name} does not use one")
    if request.prompt and "prompt" not in kind.takes:
        found.append(f"prompt: {kind.name} does not use one")
    if not given.get("fps") and not kind.own_rate:
        found.append(f"fps: nobody says how fast {kind.name} moves; the file has {_OTHER_RATE}")
    return found


def _kind(name: str) -> Kind:
    import diffusers

    loads = getattr(diffusers, name, None) if name.endswith("Pipeline") else None
    if not (isinstance(loads, type) and issubclass(loads, diffusers.DiffusionPipeline)):
        raise ValueError(f"{name}: diffusers {diffusers.__version__} has no such pipeline")
    takes = {key: value.default for key, value in inspect.signature(loads.__call__).parameters.items()}
    if "num_frames" not in takes or "generator" not in takes:
        raise ValueError(f"{name}: makes no video from a seed")
    return Kind(name, loads, takes)
