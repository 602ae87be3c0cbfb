"""From a request to what fal is sent: checked offline, stills written into it."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from circletake import GenerationRequest, PluginError, Relation
from circletake_pika.models import FRAMES, LONGEST, Model

PLUGIN = "pika"

_KINDS = {".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".webp": "image/webp"}
_LARGEST = 10_000_000
"""Bytes of a still: it travels inside the request."""


def problems(model: Model, request: GenerationRequest) -> Iterator[str]:
    """Why a request cannot be sent."""
    given = dict(request.parameters or {})
    if request.parent and request.parent.relation in (Relation.REMIX, Relation.EXTEND):
        yield f"{model.name} does not {request.parent.relation.value} takes"
    if not request.prompt.strip() and not model.frames:
        yield f"{model.name} needs a prompt"
    if request.seed and not (request.seed.isascii() and request.seed.isdecimal() and len(request.seed) < 20):
        yield f"seed {request.seed[:30]!r} is no whole number"
    for name, values in model.choices.items():
        if given.get(name, values[0]) not in values:
            yield f"{name} {given[name]!r} is none of {', '.join(values)}"
    if model.image:
        if request.image is None:
            yield f"{model.name} starts from a still; give it with --image"
        yield from (said for still in _stills(model, request) if (said := _unfit(still)))
    if model.frames:
        yield from _frames(request)


def warnings(model: Model, request: GenerationRequest) -> Iterator[str]:
    """What of a request the model does not use."""
    for name in request.parameters or {}:
        if name not in model.settings:
            yield f"{name}: {model.name} has no such setting"
    if request.image and not model.image:
        yield f"image: {model.name} does not use one; pika/v2.2/image-to-video does"


def cost(model: Model, request: GenerationRequest) -> str:
    """The published price; empty where none is."""
    given = dict(request.parameters or {})
    price = model.prices.get(given.get("resolution", "720p"))
    if price is None:
        return ""
    if not model.by_second:
        return f"{price} USD" if given.get("duration", "5") == "5" else ""
    seconds = sum(_durations(request) or [5] * (len(_stills(model, request)) - 1))
    return f"{price * max(Decimal(5), Decimal(seconds))} USD"


def arguments(model: Model, request: GenerationRequest) -> dict[str, Any]:
    """The input of the endpoint.

    Raises:
        PluginError: a still cannot be read.
    """
    given = dict(request.parameters or {})
    said: dict[str, Any] = {"prompt": request.prompt} if request.prompt else {}
    if request.negative_prompt:
        said["negative_prompt"] = request.negative_prompt
    if request.seed:
        said["seed"] = int(request.seed)
    for name in model.choices:
        if name in given:
            said[name] = int(given[name]) if name == "duration" else given[name]
    if model.frames:
        said["image_urls"] = [_written(still) for still in _stills(model, request)]
        if durations := _durations(request):
            said["transitions"] = [{"duration": seconds} for seconds in durations]
    elif model.image and request.image:
        said["image_url"] = _written(request.image)
    return said


def _stills(model: Model, request: GenerationRequest) -> list[Path]:
    more = (request.parameters or {}).get("keyframes", "").split() if model.frames else []
    return [*([request.image] if request.image else []), *(Path(word).expanduser() for word in more)]


def _durations(request: GenerationRequest) -> list[int]:
    words = (request.parameters or {}).get("durations", "").split()
    return [int(word) for word in words if word.isascii() and word.isdecimal() and len(word) < 4]


def _frames(request: GenerationRequest) -> Iterator[str]:
    given = request.parameters or {}
    count = 1 + len(given.get("keyframes", "").split())
    fewest, most = FRAMES
    if not fewest <= count <= most:
        yield f"{count} key frames: it takes {fewest} to {most}; --image and --param keyframes='b.png c.png'"
    words, durations = given.get("durations", "").split(), _durations(request)
    if words and (len(durations) != len(words) or len(words) != count - 1 or min(durations) < 1):
        yield f"durations {given['durations']!r} are not whole seconds of {count - 1} transitions"
    elif sum(durations or [5] * (count - 1)) > LONGEST:
        yield f"the transitions are longer than {LONGEST} seconds together"


def _unfit(still: Path) -> str:
    if still.suffix.lower() not in _KINDS:
        return f"{still.name} is no PNG, JPEG or WebP"
    try:
        size = still.stat().st_size
    except OSError as error:
        return f"{still.name} cannot be read ({error.strerror})"
    return f"{still.name} is larger than {_LARGEST} bytes" if size > _LARGEST else ""


def _written(still: Path) -> str:
    """A still as a data URL, so that it is kept nowhere else than with the request."""
    try:
        data = still.read_bytes()
    except OSError as error:
        raise PluginError(PLUGIN, f"{still.name} cannot be read ({error.strerror})") from error
    return f"data:{_KINDS[still.suffix.lower()]};base64,{base64.b64encode(data).decode()}"
