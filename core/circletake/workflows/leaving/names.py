"""Names of media as they stand in timelines: paths and URLs of any system, with and without their suffix."""

from __future__ import annotations

import re
from urllib.parse import unquote, urlsplit


def local_path(url: str) -> str:
    """A path as it stands in a timeline: URLs decoded, Windows' backslashes turned, a host left out."""
    text = url.replace("\\", "/")
    if text.lower().startswith("file:"):
        text = unquote(urlsplit(text).path)
        if re.match(r"/[A-Za-z]:/", text):
            text = text[1:]
    elif "%" in text and "://" not in text:
        text = unquote(text)
    return text if "\0" not in text else ""


def base_name(url: str) -> str:
    """The last part of a path or URL."""
    return local_path(url).rstrip("/").rpartition("/")[2]


def stem(name: str) -> str:
    """A name without a media suffix, in one case: editors drop suffixes, and Windows its case."""
    bare = name.casefold().strip()
    head, dot, suffix = bare.rpartition(".")
    return head if dot and re.fullmatch(r"[a-z0-9]{2,5}", suffix) and not suffix.isdecimal() else bare
