"""The service through OpenAI's own SDK: one client for a call, and its errors in our words.

The SDK repeats a call by itself when an answer was lost, which would pay twice: here it never does.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from circletake import Context, PluginError, Transient, Unanswered, printable, retry_after
from circletake_sora.place import WHY_ENDED, SoraSettings, place

if TYPE_CHECKING:
    from openai import APIConnectionError, APIStatusError, OpenAI

NAME = "sora"

_SECONDS = 120.0
"""How long an answer may take; a still is sent within that."""

_NOT_SENT = ("ConnectError", "ConnectTimeout", "PoolTimeout", "UnsupportedProtocol")
"""What the HTTP client raises before anything has left."""

_REFUSALS = ("moderation", "policy", "safety", "sentinel")
_NO_CREDIT = ("insufficient_quota", "billing_hard_limit_reached")


def refuse_if_ended(settings: SoraSettings) -> None:
    """Raise :class:`~circletake.PluginError` for OpenAI's own service, before anything is sent."""
    if place(settings).ended:
        raise PluginError(NAME, WHY_ENDED, "circletake import")


def key_of(settings: SoraSettings, ctx: Context) -> str:
    """The key; empty for a service that asks for none."""
    return ctx.secret(settings.key) if settings.key else ""


@contextmanager
def service(settings: SoraSettings, ctx: Context, *, sending: bool = False) -> Iterator[OpenAI]:
    """A client for the calls inside.

    Args:
        sending: a request for a take is among them, so an answer that got lost may have been paid for.

    Raises:
        Transient: the service is busy, or was not reached.
        Unanswered: nobody can tell whether it got the request.
        PluginError: it refused, or it is OpenAI's own.
    """
    refuse_if_ended(settings)
    import openai

    key = key_of(settings, ctx)
    with openai.OpenAI(
        api_key=key or "none", base_url=place(settings).url, max_retries=0, timeout=_SECONDS
    ) as client:
        # Names of an account at OpenAI, from the environment, are no business of another service.
        client.organization = client.project = None
        try:
            yield client
        except openai.APIStatusError as error:
            raise _said(error, settings, sending) from None
        except openai.APIConnectionError as error:
            raise _lost(error, sending) from None
        except openai.APIError as error:
            raise Unanswered(NAME, f"the answer makes no sense ({type(error).__name__})") from None


def quiet(method: Callable[..., Any]) -> Callable[..., Any]:
    """A method of the SDK without the decorator that calls it deprecated each time.

    A filter of warnings would be one for all threads.
    """
    plain = inspect.unwrap(method)
    return method if plain is method else partial(plain, method.__self__)  # type: ignore[attr-defined]


def _said(error: APIStatusError, settings: SoraSettings, sending: bool) -> PluginError:
    """An answer with an error status. Source of the codes: the SDK's and OpenAI's documentation."""
    status, code = error.status_code, error.code or ""
    body = error.body if isinstance(error.body, dict) else {}
    text = printable(str(body.get("message") or ""), 300)
    reason = ": ".join(part for part in (code, text) if part) or f"status {status}"
    wish = retry_after(error.response.headers.get("Retry-After"))
    if status in (401, 403):
        named = f"the key in {settings.key}" if settings.key else "a request without a key"
        mend = f"export {settings.key}=..." if settings.key else "name one as key under [plugins.sora]"
        return PluginError(NAME, f"{place(settings).host} does not accept {named} ({status})", mend)
    if code in _NO_CREDIT:
        return PluginError(NAME, f"the account has no credit left ({reason})", "look at the service's site")
    if any(word in code.lower() for word in _REFUSALS):
        return PluginError(
            NAME, f"refused by the service's moderation ({reason})", "change the prompt or the still"
        )
    if status == 404:
        return PluginError(
            NAME, f"{place(settings).host} does not know that ({reason})", "look at the service's site"
        )
    if status in (408, 409, 425, 429, 503):
        return Transient(NAME, f"is busy ({status})", retry_after=wish)
    if status >= 500 and sending:
        return Unanswered(NAME, f"failed with {status} after it got the request")
    if status >= 500:
        return Transient(NAME, f"failed with {status}", retry_after=wish)
    return PluginError(NAME, f"refused the request ({reason})")


def _lost(error: APIConnectionError, sending: bool) -> PluginError:
    causes, cause = [], error.__cause__
    while cause is not None:
        causes.append(type(cause).__name__)
        cause = cause.__cause__
    if sending and not set(causes) & set(_NOT_SENT):
        return Unanswered(NAME, f"no answer came ({(causes or [type(error).__name__])[0]})")
    return Transient(NAME, f"cannot be reached ({(causes or [type(error).__name__])[0]})")
