"""Runway through its own SDK: one client for a call, and its errors in our words.

The SDK repeats a call by itself when an answer was lost, which would pay twice: here it never does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from circletake import Context, PluginError, Transient, Unanswered, printable, retry_after

if TYPE_CHECKING:
    from runwayml import APIConnectionError, APIStatusError, RunwayML

NAME = "runway"

_SECONDS = 120.0
"""How long an answer may take; a still is sent within that."""

_NOT_SENT = ("ConnectError", "ConnectTimeout", "PoolTimeout", "UnsupportedProtocol")
"""What the HTTP client raises before anything has left."""

_LATER = (408, 425, 429, 502, 503, 504)
"""Statuses after which a request may be repeated. Source: Runway's documentation of its errors."""


@dataclass(frozen=True, slots=True)
class RunwaySettings:
    """Under ``[plugins.runway]``.

    Attributes:
        base_url: of the API; where empty, what ``RUNWAYML_BASE_URL`` says, else Runway's own.
        key: name of the environment variable (or keyring entry) that holds the key.
    """

    base_url: str = ""
    key: str = "RUNWAYML_API_SECRET"

    def __post_init__(self) -> None:
        parts = urlsplit(self.base_url)
        if self.base_url and not (parts.scheme in ("http", "https") and parts.hostname):
            raise ValueError("base_url is no web address such as https://api.dev.runwayml.com")
        if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", self.key):
            raise ValueError("key is the name of an environment variable, not the key itself")


@contextmanager
def service(settings: RunwaySettings, ctx: Context, *, sending: bool = False) -> Iterator[RunwayML]:
    """A client for the calls inside.

    Args:
        sending: a request for a take is among them, so an answer that got lost may have been paid for.

    Raises:
        Transient: the service is busy, or was not reached.
        Unanswered: nobody can tell whether it got the request.
        PluginError: it refused.
    """
    key = ctx.secret(settings.key)
    import runwayml

    with runwayml.RunwayML(
        api_key=key, base_url=settings.base_url or None, max_retries=0, timeout=_SECONDS
    ) as client:
        try:
            yield client
        except runwayml.APIStatusError as error:
            raise _said(error, settings, sending) from None
        except runwayml.APIConnectionError as error:
            raise _lost(error, sending) from None
        except runwayml.APIError as error:
            raise Unanswered(NAME, f"the answer makes no sense ({type(error).__name__})") from None


class Unknown(PluginError):
    """Runway knows no such task."""


def _said(error: APIStatusError, settings: RunwaySettings, sending: bool) -> PluginError:
    """An answer with an error status."""
    status = error.status_code
    body = error.body if isinstance(error.body, dict) else {}
    reason = printable(str(body.get("error") or ""), 300) or f"status {status}"
    issues = body.get("issues")
    if isinstance(issues, list) and issues:
        reason += f" ({printable(str(issues[0]), 200)})"
    wish = retry_after(error.response.headers.get("Retry-After"))
    if status in (401, 403):
        return PluginError(
            NAME, f"does not accept the key in {settings.key} ({status})", f"export {settings.key}=..."
        )
    if status == 404:
        return Unknown(NAME, f"does not know the task ({reason})", "look at Runway's site")
    if status in _LATER:
        return Transient(NAME, f"is busy ({status})", retry_after=wish)
    if status >= 500:
        if sending:
            return Unanswered(NAME, f"failed with {status} after it got the request")
        return Transient(NAME, f"failed with {status}", retry_after=wish)
    return PluginError(NAME, f"refused the request ({reason})")


def _lost(error: APIConnectionError, sending: bool) -> PluginError:
    causes, cause = [], error.__cause__
    while cause is not None:
        causes.append(type(cause).__name__)
        cause = cause.__cause__
    first = (causes or [type(error).__name__])[0]
    if sending and not set(causes) & set(_NOT_SENT):
        return Unanswered(NAME, f"no answer came ({first})")
    return Transient(NAME, f"cannot be reached ({first})")
