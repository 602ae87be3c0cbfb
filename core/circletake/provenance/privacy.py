"""What must never travel in a manifest: keys, local paths, e-mail addresses, names of machines."""

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


_MACHINE = re.compile(
    r"\blocalhost:\d{2,5}\b|\b(?:DESKTOP|LAPTOP)-[A-Z0-9]{5,15}\b"
    r"|(?<![\w@.-])[\w-]{1,63}(?:\.[\w-]{1,63}){0,4}\.(?:local|lan|internal|intranet|corp|localdomain)\b"
    r"|(?<![\w.-])(?:10(?:\.\d{1,3}){3}|192\.168(?:\.\d{1,3}){2}"
    r"|172\.(?:1[6-9]|2\d|3[01])(?:\.\d{1,3}){2})(?![\w.-])"
)


def secret_in(text: str) -> str:
    """What kind of secret or local place ``text`` gives away; empty for none."""
    if _SECRET.search(text):
        return "what looks like a key or password"
    if _PATH.search(text):
        return "a local path"
    return ""


def private_in(text: str) -> str:
    """As :func:`secret_in`, and e-mail addresses and names of machines too."""
    if found := secret_in(text):
        return found
    if _MAIL.search(text):
        return "an e-mail address"
    return "the name or address of a machine" if _MACHINE.search(text) else ""


def public(text: str, width: int = 200) -> str:
    """``text`` on one line as it may be published, or :data:`WITHHELD`."""
    shown = printable(text, width)
    return WITHHELD if private_in(text) else shown
