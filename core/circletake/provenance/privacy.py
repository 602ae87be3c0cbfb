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
    r"\b(?:DESKTOP|LAPTOP)-[A-Z0-9]{5,15}\b|(?i:\b(?:desktop|laptop)-(?=[a-z]{0,6}\d)[a-z0-9]{7}\b"
    r"|\blocalhost:\d{2,5}\b"
    r"|(?<![\w@.-])[\w-]{1,63}(?:\.[\w-]{1,63}){0,4}\.(?:local|lan|internal|intranet|corp|localdomain)\b"
    r"|(?<![\w:])(?:(?:fe[89ab][0-9a-f]|f[cd][0-9a-f]{2})(?=[0-9a-f:]{0,40}::|(?::[0-9a-f]{1,4}){7})"
    r":[0-9a-f:]{1,40}|::1(?![\w:.])))"
    r"|(?<![\w.-])(?:(?:10|127)(?:\.\d{1,3}){3}|192\.168(?:\.\d{1,3}){2}"
    r"|172\.(?:1[6-9]|2\d|3[01])(?:\.\d{1,3}){2})(?![\w-]|\.\d)"
)
"""Names by their usual endings; addresses of RFC 1918, RFC 4193, RFC 4291 and of the machine itself."""


def secret_in(text: str) -> str:
    """What kind of secret or local place ``text`` gives away; empty for none."""
    if _SECRET.search(text):
        return "what looks like a key or password"
    if _PATH.search(text):
        return "a local path"
    return ""


def private_in(text: str) -> str:
    """As :func:`secret_in`, and e-mail addresses and names of machines too."""
    return named_in(text) or ("the name or address of a machine" if _MACHINE.search(text) else "")


def named_in(text: str) -> str:
    """As :func:`private_in` of the name or version of a model: ``10.2.0.1`` is no machine there."""
    return secret_in(text) or ("an e-mail address" if _MAIL.search(text) else "")


def public(text: str, width: int = 200, *, model: bool = False) -> str:
    """``text`` on one line as it may be published, or :data:`WITHHELD`.

    Args:
        model: it is the name or version of a model, which may look like those of a machine.
    """
    found = named_in(text) if model else private_in(text)
    return WITHHELD if found else printable(text, width)
