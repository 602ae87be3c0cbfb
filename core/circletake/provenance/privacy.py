"""What must never travel in a manifest: keys, local paths, e-mail addresses."""

from __future__ import annotations

import re

from circletake.model.text import printable

WITHHELD = "withheld"

_SECRET = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY"
    r"|\b(?:sk|pk|rk|key|hf|ghp|gho|ghs|glpat|xox[abp])[-_][A-Za-z0-9_-]{16,}"
    r"|\bAKIA[0-9A-Z]{16}\b|\bAIza[0-9A-Za-z_-]{30,}|\bgithub_pat_\w{20,}"
    r"|\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\."
    r"|(?i:\bbearer\s+[a-z0-9._~+/-]{16,}|\b(?:api[-_ ]?key|secret|password|token)\s*[=:]\s*\S{8,})"
)
_PATH = re.compile(
    r"(?:(?<![\w:/.])/(?:home|Users|root|mnt|media|tmp|var|etc|opt|srv|private|Volumes|work|data)/\S)"
    r"|(?:file://)|(?:\b[A-Za-z]:\\)|(?:\\\\[\w.-]+\\)|(?:(?<!\w)~/\S)"
)
# Starts at a boundary and is bounded in length, so that hostile text costs linear time.
_MAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+")


def secret_in(text: str) -> str:
    """What kind of secret or local place ``text`` gives away; empty for none."""
    if _SECRET.search(text):
        return "what looks like a key or password"
    if _PATH.search(text):
        return "a local path"
    return ""


def private_in(text: str) -> str:
    """As :func:`secret_in`, and e-mail addresses too."""
    return secret_in(text) or ("an e-mail address" if _MAIL.search(text) else "")


def public(text: str, width: int = 200) -> str:
    """``text`` on one line as it may be published, or :data:`WITHHELD`."""
    shown = printable(text, width)
    return WITHHELD if private_in(text) else shown
