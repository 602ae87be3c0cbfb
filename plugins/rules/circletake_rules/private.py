"""What must not travel with a video: keys, places on somebody's computer, addresses, names of machines."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

PRIVATE = {
    "a path of somebody's computer": re.compile(
        r"(?:/home/|/Users/|/root/|/mnt/|/Volumes/)[^\s\"'<>]+|\b[A-Za-z]:\\[^\s\"'<>]+"
    ),
    "an e-mail address": re.compile(
        r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){0,8}\.[A-Za-z]{2,24}\b"
    ),
    "what looks like a key": re.compile(
        r"\b(?:sk|pk|key|rk)-[A-Za-z0-9_-]{20,}|\bAKIA[0-9A-Z]{16}\b|-----BEGIN [A-Z ]*PRIVATE KEY"
        r"|\bgh[pousr]_[A-Za-z0-9]{30,}|\bhf_[A-Za-z0-9]{30,}|\bAIza[0-9A-Za-z_-]{30,}"
    ),
    "the name or address of a machine": re.compile(
        r"\blocalhost:\d{2,5}\b|\b(?:DESKTOP|LAPTOP)-[A-Z0-9]{5,15}\b"
        r"|(?<![\w@.-])[\w-]{1,63}(?:\.[\w-]{1,63}){0,4}\.(?:local|lan|internal|intranet|corp|localdomain)\b"
        r"|(?<![\w.-])(?:10(?:\.\d{1,3}){3}|192\.168(?:\.\d{1,3}){2}"
        r"|172\.(?:1[6-9]|2\d|3[01])(?:\.\d{1,3}){2})(?![\w.-])"
    ),
}
"""Kinds of private details; each pattern is linear in hostile text."""


def private_kinds(text: str) -> tuple[str, ...]:
    """The kinds of private details in ``text``."""
    return _kinds_in(text) if len(text) > _SHORT else _kinds_in_short(text)


def _kinds_in(text: str) -> tuple[str, ...]:
    return tuple(what for what, pattern in PRIVATE.items() if pattern.search(text))


_SHORT = 200
_kinds_in_short = lru_cache(maxsize=5000)(_kinds_in)
"""The files of a release say the same again and again."""


def texts_in(value: object) -> Iterator[str]:
    """Every text in a value of JSON's types, keys among them."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, each in value.items():
            yield str(key)
            yield from texts_in(each)
    elif isinstance(value, (list, tuple)):
        for each in value:
            yield from texts_in(each)
