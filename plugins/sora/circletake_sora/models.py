"""What the protocol's models take, as data, and what of a request they do not take.

Source: the ``/videos`` part of OpenAI's OpenAPI document, version 2.3.0. A service may know more than
was published (its guide spoke of 16 and 20 seconds and of 1080p), so other values are sent, with a warning.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from circletake import TRAINED, GenerationRequest, ModelCard, Relation, RequestCheck
from circletake_sora.place import WHY_ENDED, Place, SoraSettings, place

SECONDS = ("4", "8", "12")
SIZES = ("720x1280", "1280x720", "1024x1792", "1792x1024")
LONGEST_PROMPT = 32_000
"""Characters."""

PUBLISHED = ("sora-2", "sora-2-pro")
_PARAMETERS = {"seconds": f"{', '.join(SECONDS)} (4)", "size": f"{', '.join(SIZES)} (720x1280)"}
_SOURCE = "OpenAI's OpenAPI document 2.3.0, /videos"
_CHECKED = "2026-11-24"


def cards(settings: SoraSettings) -> list[ModelCard]:
    """The published models, and those that the settings name. Prices are the service's own: none is known."""
    at = place(settings)
    names = dict.fromkeys((*PUBLISHED, *settings.models))
    return [_card(name, "OpenAI" if at.ended else at.host, name in PUBLISHED) for name in names]


def _card(name: str, provider: str, published: bool) -> ModelCard:
    return ModelCard(
        name=name,
        version="",
        provider=provider,
        source_type=TRAINED,
        seeds=False,
        parameters=_PARAMETERS,
        source=_SOURCE if published else "the library's settings",
        checked=_CHECKED if published else "",
        accepts=("image", Relation.REMIX.value, Relation.EXTEND.value),
    )


def checked(request: GenerationRequest, settings: SoraSettings) -> RequestCheck:
    """What stands against a request, and what of it is not sent or was never published."""
    at = place(settings)
    return RequestCheck(tuple(_problems(request, settings, at)), tuple(_warnings(request)))


def _problems(request: GenerationRequest, settings: SoraSettings, at: Place) -> Iterator[str]:
    if at.ended:
        yield WHY_ENDED
    names = (*PUBLISHED, *settings.models)
    if request.model not in names:
        yield (
            f"model {request.model!r} is none of {', '.join(names)}; "
            "name what your service offers as models under [plugins.sora]"
        )
    if not request.prompt.strip():
        yield "prompt: the protocol asks for one"
    if len(request.prompt) > LONGEST_PROMPT:
        yield f"prompt: {len(request.prompt)} characters, more than {LONGEST_PROMPT}"
    given = request.parameters or {}
    if "seconds" in given and not re.fullmatch(r"[1-9]\d{0,3}", given["seconds"]):
        yield f"seconds: {given['seconds']!r} is no whole number"
    if "size" in given and not re.fullmatch(r"[1-9]\d{1,4}x[1-9]\d{1,4}", given["size"]):
        yield f"size: {given['size']!r} is not like 1280x720"
    if request.image is not None and not request.image.is_file():
        yield f"image: {request.image.name} is no file"
    relation = made_from(request)
    if relation and not (request.parent and request.parent.job):
        yield f"{relation.value}: the service takes only what it made itself; this take came another way"
    if relation is Relation.EXTEND and "seconds" not in given:
        yield "seconds: say how many to add, e.g. --param seconds=4"


def _warnings(request: GenerationRequest) -> Iterator[str]:
    given = dict(request.parameters or {})
    relation = made_from(request)
    unused = (
        {Relation.REMIX: ("seconds", "size"), Relation.EXTEND: ("size",)}.get(relation) if relation else ()
    )
    for name in given:
        if name not in _PARAMETERS:
            yield f"{name}: not a parameter"
    for name in unused or ():
        if name in given:
            yield f"{name}: not sent, a take made from another has its own"
    if relation and request.image is not None:
        yield "image: not sent, a take made from another has none"
    if given.get("seconds", "4") not in SECONDS:
        yield f"seconds {given['seconds']}: not among those published ({', '.join(SECONDS)}); sent as it is"
    if given.get("size", SIZES[0]) not in SIZES:
        yield f"size {given['size']}: not among those published ({', '.join(SIZES)}); sent as it is"
    if request.negative_prompt:
        yield "negative prompt: not used"
    if request.seed:
        yield "seed: the protocol has none"


def made_from(request: GenerationRequest) -> Relation | None:
    """``REMIX`` or ``EXTEND`` where that is asked, since then another call is made."""
    relation = request.parent.relation if request.parent else None
    return relation if relation in (Relation.REMIX, Relation.EXTEND) else None
