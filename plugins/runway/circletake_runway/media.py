"""The still or the clip that a request starts from: small ones within the request, others uploaded before."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from mimetypes import guess_type
from pathlib import Path
from typing import TYPE_CHECKING

from circletake import GenerationRequest, PluginError
from circletake_runway.models import mode_of

if TYPE_CHECKING:
    from runwayml import RunwayML

_WITHIN = 3_000_000
"""Bytes; a data URI may be 5 MB, and base64 makes four of three. Source: the SDK's docstrings."""

_MOST = 200_000_000
"""Bytes of an upload. Source: Runway's documentation of uploads."""

_KINDS = {"image": ("image/jpeg", "image/png", "image/webp"), "video": ("video/",)}


def problem_with(request: GenerationRequest) -> Iterator[str]:
    """Why what a request starts from cannot be sent."""
    what = mode_of(request)
    path = _path(request)
    if path is None or not path.is_file():
        yield f"{what}: {path.name if path else 'the take'} is no file here"
    elif not _kind(path).startswith(_KINDS[what]):
        yield f"{what}: {path.name} is {_kind(path) or 'of no known kind'}, not {' or '.join(_KINDS[what])}"
    elif path.stat().st_size > _MOST:
        yield f"{what}: {path.name} is larger than {_MOST // 1_000_000} MB"


def sent(request: GenerationRequest, client: RunwayML) -> str:
    """The address under which the service finds what a request starts from; empty from text.

    It is sent under a name that tells nothing.

    Raises:
        PluginError: the file cannot be read.
    """
    if mode_of(request) == "text":
        return ""
    path = _path(request)
    try:
        data = path.read_bytes() if path else b""
    except OSError as error:
        raise PluginError(
            "runway", f"{path.name if path else ''} cannot be read: {error.strerror}"
        ) from error
    assert path is not None  # or it was refused before
    if len(data) <= _WITHIN:
        return f"data:{_kind(path)};base64,{b64encode(data).decode()}"
    return client.uploads.create_ephemeral(file=(f"reference{path.suffix.lower()}", data, _kind(path))).uri


def _path(request: GenerationRequest) -> Path | None:
    if mode_of(request) == "video":
        return request.parent.path if request.parent else None
    return request.image


def _kind(path: Path) -> str:
    return guess_type(f"x{path.suffix.lower()}")[0] or ""
