"""Forms that values in a manifest must have: dates, regions of time, addresses, texts, numbers.

Each check yields what is wrong in plain words and nothing for what is right. Sources: RFC 3339,
C2PA 2.4 sections 6.8 (redaction) and 18.2 (regions of interest).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from fractions import Fraction
from typing import Any
from urllib.parse import urlsplit

from circletake.model.text import printable
from circletake.provenance import vocabulary as words
from circletake.provenance.regions import spans

TITLE_LIMIT = 500
"""Characters of a title: generator, model and version, each as long as it may be, on one line."""

_RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)")
_URI = re.compile(r"self#jumbf=/c2pa/(?P<manifest>[\w:.-]+)/c2pa\.assertions/(?P<label>[\w.-]+)")
_UNTOUCHABLE = ("c2pa.actions", "c2pa.hash.", "c2pa.ingredient")
_INSTANCE = re.compile(r"[\w:./-]{1,128}")
_WHOLE = 2**53
_FRAME = Fraction(1, 10)


def is_moment(text: Any) -> bool:
    """Whether ``text`` is an RFC 3339 moment with its zone."""
    if not isinstance(text, str) or not _RFC3339.fullmatch(text):
        return False
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def is_instance(text: Any) -> bool:
    """Whether ``text`` can name an ingredient: plain characters, not too many."""
    return isinstance(text, str) and _INSTANCE.fullmatch(text) is not None


def address_problem(text: Any) -> str:
    """Why ``text`` is no address to publish; empty for one that is."""
    try:
        parts = urlsplit(str(text))
        host = parts.hostname or ""
        named = bool(parts.username or parts.password)
    except ValueError:
        return "is no address"
    if parts.scheme not in ("http", "https") or "." not in host:
        return "is no address that others can open"
    return "holds a name or password" if named else ""


def region_problems(regions: Any, end: Fraction | None) -> Iterator[str]:
    """What is wrong with regions of interest that are stretches of time.

    Args:
        end: seconds of the asset they lie in, ``None`` where that is not known.
    """
    if not isinstance(regions, list) or not regions:
        yield "is no list of regions"
        return
    for region in regions:
        kind = region.get("type") if isinstance(region, Mapping) else None
        found = spans([region]) if kind == "temporal" else []
        if not found:
            yield "is no stretch of time"
        for start, stop in found:
            if start >= stop:
                yield f"ends at {float(stop):g} s, before it begins at {float(start):g} s"
            elif end is not None and stop > end + _FRAME:
                yield f"ends at {float(stop):g} s, after the video at {float(end):g} s"


def redaction_problem(uri: Any) -> str:
    """Why an assertion cannot be redacted; empty where it can."""
    found = _URI.fullmatch(str(uri))
    if found is None:
        return "names no assertion of another manifest"
    if found["label"].startswith(_UNTOUCHABLE):
        return f"{found['label']} cannot be redacted"
    return ""


def number_problems(value: Any, where: str) -> Iterator[str]:
    """Numbers that readers of JSON and CBOR do not give back as they were."""
    if isinstance(value, bool):
        return
    if isinstance(value, int) and abs(value) > _WHOLE:
        yield f"{where} is a number beyond 2^53; write it as text"
    elif isinstance(value, float) and value * 0 != 0:
        yield f"{where} is no finite number"
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from number_problems(item, str(key))
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from number_problems(item, where)


def text_problems(text: Any, where: str, limit: int = TITLE_LIMIT) -> Iterator[str]:
    """What is wrong with words that people will read."""
    if not isinstance(text, str) or not text.strip():
        yield f"{where} says nothing"
    elif len(text) > limit:
        yield f"{where} has {len(text)} characters, more than {limit}"
    elif printable(text) != text:
        yield f"{where} holds characters that cannot be shown"


def agent_problems(agent: Any, where: str) -> Iterator[str]:
    """What is wrong with the name of a program: a mapping with a name, and a version that is text."""
    if not isinstance(agent, Mapping) or not isinstance(agent.get("name"), str) or not agent["name"]:
        yield f"{where} names no program"
    elif not isinstance(agent.get("version", ""), str):
        yield f"the version of {printable(agent['name'], 60)} must be text"


def metadata_problems(data: Mapping[str, Any]) -> Iterator[str]:
    """``cawg.metadata``: each name has a prefix that ``@context`` explains."""
    explained = data.get("@context")
    if not isinstance(explained, Mapping) or not explained:
        yield f"{words.METADATA} needs an @context"
        return
    for prefix, uri in explained.items():
        if wrong := address_problem(uri):
            yield f"{words.METADATA}: the context of {prefix} {wrong}"
    for name in data:
        if name != "@context" and name.partition(":")[0] not in explained:
            yield f"{words.METADATA}: nothing explains the name {printable(str(name), 60)}"


def training_problems(data: Mapping[str, Any]) -> Iterator[str]:
    """``cawg.training-mining``: known uses, each allowed, not allowed or constrained."""
    entries = data.get("entries")
    if not isinstance(entries, Mapping) or not entries:
        yield f"{words.TRAINING} needs entries"
        return
    for use, said in entries.items():
        if use not in words.TRAINING_USES:
            yield f"{words.TRAINING} knows no use called {printable(str(use), 60)}"
        if not isinstance(said, Mapping) or said.get("use") not in words.TRAINING_ANSWERS:
            yield f"{words.TRAINING}: {printable(str(use), 60)} is neither allowed nor not"
