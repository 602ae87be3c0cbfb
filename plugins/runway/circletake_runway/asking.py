"""A request as the SDK takes it, held against the table of models and against the SDK's own types."""

from __future__ import annotations

import typing
from collections.abc import Iterator, Mapping
from functools import lru_cache
from importlib import import_module
from typing import Any

from circletake import GenerationRequest, Relation, RequestCheck
from circletake_runway.media import problem_with
from circletake_runway.models import MODES, MOST_SEED, Mode, mode_of, models

_STANDS_FOR = "data:,"
"""A still or clip while a request is only looked at."""


def checked(request: GenerationRequest) -> RequestCheck:
    """What stands against a request, and what of it is not sent. Without the network."""
    modes = models().get(request.model)
    if modes is None:
        return RequestCheck((f"model {request.model!r} is none of {', '.join(models())}",))
    name = mode_of(request)
    if name not in modes:
        can = " or ".join(MODES[each] for each in modes)
        return RequestCheck((f"{request.model} does not work {MODES[name]}, only {can}",))
    mode = modes[name]
    problems = list(_problems(request, mode))
    if not problems:
        problems = list(_against_the_sdk(request.model, name, arguments(request, _STANDS_FOR)))
    return RequestCheck(tuple(problems), tuple(_warnings(request, mode)))


def arguments(request: GenerationRequest, media: str = "") -> dict[str, Any]:
    """The SDK's arguments of a request that was checked.

    Args:
        media: address of the still or clip, where the mode has one.
    """
    mode = models()[request.model][mode_of(request)]
    said: dict[str, Any] = {"model": request.model}
    if request.prompt.strip():
        said["prompt_text"] = request.prompt
    for name, text in (request.parameters or {}).items():
        if name in mode.parameters:
            said[name] = mode.parameters[name].value(text)
    if mode.seed and request.seed:
        said["seed"] = int(request.seed)
    if mode.negative_prompt and request.negative_prompt:
        said["negative_prompt"] = request.negative_prompt
    if mode.input:
        said[mode.input] = media
    if request.parent and request.parent.relation is Relation.EXTEND:
        said["mode"] = "extend"
    return said


def utf16_units(text: str) -> int:
    """Length as Runway counts it: what is beyond the first plane counts twice."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _problems(request: GenerationRequest, mode: Mode) -> Iterator[str]:
    given = request.parameters or {}
    for name, parameter in mode.parameters.items():
        if name in given:
            try:
                parameter.value(given[name])
            except ValueError as error:
                yield f"{name}: {error}"
        elif parameter.required:
            yield f"{name}: {request.model} asks for one, e.g. --param {name}=... ({parameter.said})"
    if _is_pictures(given.get("output_format", "")):
        yield f"output_format: {given['output_format']} comes as a zip of pictures, which is no take"
    if mode.prompt_required and not request.prompt.strip():
        yield f"prompt: {request.model} asks for one"
    units = utf16_units(request.prompt)
    if mode.longest_prompt and units > mode.longest_prompt:
        yield f"prompt: {units} UTF-16 code units, {request.model} takes {mode.longest_prompt}"
    if mode.seed and request.seed and not _is_seed(request.seed):
        yield f"seed: {request.seed!r} is no whole number from 0 to {MOST_SEED}"
    if (
        request.parent
        and request.parent.relation is Relation.EXTEND
        and given.get("mode", "extend") != "extend"
    ):
        yield f"mode: {given['mode']} is not how a take is extended; leave it out"
    if mode.input:
        yield from problem_with(request)


def _warnings(request: GenerationRequest, mode: Mode) -> Iterator[str]:
    how = MODES[mode_of(request)]
    for name in request.parameters or {}:
        if name not in mode.parameters:
            yield f"{name}: {request.model} has no such setting {how}"
    if request.negative_prompt and not mode.negative_prompt:
        yield f"negative prompt: {request.model} does not use one"
    if request.seed and not mode.seed:
        yield f"seed: {request.model} takes none"
    if request.image is not None and mode_of(request) == "video":
        yield "image: not sent, a take is what it is made from"


def _against_the_sdk(model: str, mode: str, said: Mapping[str, Any]) -> Iterator[str]:
    """What the SDK's own type of this model finds wrong."""
    from pydantic import ValidationError

    adapter = _types(mode).get(model)
    if adapter is None:
        yield f"model: the installed SDK does not know {model} {MODES[mode]}; pip install -U runwayml"
        return
    try:
        adapter.validate_python(dict(said), strict=True)
    except ValidationError as error:
        for each in error.errors(include_url=False, include_input=False):
            yield f"{'.'.join(map(str, each['loc']))}: {each['msg']}"


@lru_cache(maxsize=3)
def _types(mode: str) -> Mapping[str, Any]:
    """A validator for each model that the installed SDK has in a mode."""
    from pydantic import TypeAdapter

    module = import_module(f"runwayml.types.{mode}_to_video_create_params")
    union = getattr(module, f"{mode.capitalize()}ToVideoCreateParams")
    return {
        name: TypeAdapter(kind)
        for kind in typing.get_args(union)
        for name in typing.get_args(typing.get_type_hints(kind)["model"])
    }


def _is_seed(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 10 and int(text) <= MOST_SEED


def _is_pictures(output_format: str) -> bool:
    return "_sequence" in output_format
