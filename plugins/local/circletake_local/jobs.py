"""A job's id: the whole request and the folder it found its model in, so nothing is kept between calls."""

from __future__ import annotations

import base64
import json
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from circletake import GenerationRequest, PluginError


@dataclass(frozen=True, slots=True)
class Job:
    """What is made when it is fetched.

    Attributes:
        folder: of the model as it was found; empty where it has to be downloaded first.
    """

    request: GenerationRequest
    folder: str


def packed(job: Job) -> str:
    """The job as its id."""
    request = job.request
    said = {
        "model": request.model,
        "prompt": request.prompt,
        "seed": request.seed,
        "negative_prompt": request.negative_prompt,
        "image": str(request.image.absolute()) if request.image else "",
        "parameters": dict(sorted((request.parameters or {}).items())),
        "folder": job.folder,
    }
    return base64.urlsafe_b64encode(zlib.compress(json.dumps(said, sort_keys=True).encode())).decode()


def unpacked(name: str) -> Job:
    """The job of an id.

    Raises:
        PluginError: it is no id of this generator.
    """
    try:
        said: dict[str, Any] = json.loads(zlib.decompress(base64.urlsafe_b64decode(name)))
        image, folder = said.pop("image"), said.pop("folder")
        return Job(GenerationRequest(**said, image=Path(image) if image else None), folder)
    except (ValueError, KeyError, TypeError, AttributeError, zlib.error) as error:
        raise PluginError("local", "this is no job of its own", "circletake jobs cancel JOB") from error
