"""The models as data: what each takes and what it costs, as fal's own pages say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from circletake import TRAINED, ModelCard

CHECKED = "2026-11-24"
"""When the pages were read, in copies that were stored before."""

APP = "fal-ai/pika"
"""Under which fal keeps the jobs of all of these, whatever model they asked for."""

RATIOS = ("16:9", "9:16", "1:1", "4:5", "5:4", "3:2", "2:3")
RESOLUTIONS = ("720p", "1080p")
DURATIONS = ("5", "10")

LONGEST = 25
"""Seconds of all transitions between key frames together."""

FRAMES = (2, 5)
"""Fewest and most key frames."""


@dataclass(frozen=True, slots=True)
class Model:
    """One endpoint.

    Attributes:
        what: it makes, in a few words.
        image: whether it starts from a still.
        frames: whether more stills follow, as key frames.
        choices: values that each setting has; the first is the default.
        prices: of five seconds, by resolution; 10 seconds have no published price.
        by_second: the price is that of a second, of which at least five are counted.
    """

    name: str
    what: str
    image: bool = False
    frames: bool = False
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    prices: Mapping[str, Decimal] = field(default_factory=dict)
    by_second: bool = False

    @property
    def endpoint(self) -> str:
        """As fal calls it."""
        return f"fal-ai/{self.name}"

    @property
    def settings(self) -> dict[str, str]:
        """Every setting with what it takes, in words."""
        said = {name: " ".join(values) for name, values in self.choices.items()}
        if self.frames:
            said["keyframes"] = "1 to 4 pictures after the first, PNG, JPEG or WebP, a space between"
            said["durations"] = "whole seconds of each transition, a space between; 5 each by default"
        return said

    @property
    def card(self) -> ModelCard:
        """What the core is told of it."""
        unit = "second" if self.by_second else "5 seconds"
        return ModelCard(
            name=self.name,
            version="2.2",
            provider="Pika, served by fal",
            source_type=TRAINED,
            terms="https://fal.ai/legal/terms-of-service",
            uri=f"https://fal.ai/models/{self.endpoint}",
            parameters=self.settings,
            source=f"{self.what} (fal.ai/models/{self.endpoint}/llms.txt)",
            checked=CHECKED,
            accepts=("image", "negative prompt") if self.image else ("negative prompt",),
            prices={f"{unit} at {size}": f"{price} USD" for size, price in self.prices.items()},
        )


_FIVE_SECONDS = {"720p": Decimal("0.20"), "1080p": Decimal("0.45")}
_A_SECOND = {"720p": Decimal("0.04"), "1080p": Decimal("0.06")}
_SIZE = {"resolution": RESOLUTIONS}

MODELS = {
    model.name: model
    for model in (
        Model(
            "pika/v2.2/text-to-video",
            "text to video",
            choices={"aspect_ratio": RATIOS, **_SIZE, "duration": DURATIONS},
            prices=_FIVE_SECONDS,
        ),
        Model(
            "pika/v2.2/image-to-video",
            "a still and a text to video: --image",
            image=True,
            choices={**_SIZE, "duration": DURATIONS},
            prices=_FIVE_SECONDS,
        ),
        Model(
            "pika/v2.2/pikaframes",
            "from key frame to key frame: --image, --param keyframes='b.png c.png', durations='5 3'",
            image=True,
            frames=True,
            choices=_SIZE,
            prices=_A_SECOND,
            by_second=True,
        ),
    )
}
