"""A prompt that is kept back and can be proven later: a digest travels, its salt stays in the library.

The salt is random, so a short prompt cannot be guessed from its digest, and one prompt in two
takes gives two digests. Whoever is shown salt and prompt can check with ``sha256sum`` alone.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from circletake.model.recipe import Field

METHOD = "sha256(salt + prompt)"
"""How a digest was made, as manifests name it: the salt as its hexadecimal text, the prompt as UTF-8."""

SALT_BYTES = 16
"""Random bytes of a salt; C2PA asks for at least 128 bits where a digest hides what it is of."""

SEALED_FIELDS = (Field.PROMPT, Field.NEGATIVE_PROMPT)
"""The fields of a recipe that travel as digests."""


@dataclass(frozen=True, slots=True)
class Salt:
    """The salt of one wording of a take's prompt.

    Attributes:
        text_sha256: of the prompt alone; it finds the wording again and never leaves the library.
        salt: hexadecimal text, as it is hashed.
    """

    take_id: str
    field: str
    text_sha256: str
    salt: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Proof:
    """All that somebody needs to check a digest in a manifest.

    Attributes:
        in_force: the prompt is the one the take has now.
    """

    field: str
    salt: str
    prompt: str
    digest: str
    in_force: bool
    at: datetime


def sealed(salt: str, prompt: str) -> str:
    """The digest that travels for a prompt, 64 lower-case hex digits."""
    return hashlib.sha256(salt.encode("ascii") + prompt_bytes(prompt)).hexdigest()


def plain_digest(prompt: str) -> str:
    """Digest of the prompt alone, by which the library knows one wording from another."""
    return hashlib.sha256(prompt_bytes(prompt)).hexdigest()


def prompt_bytes(prompt: str) -> bytes:
    """A prompt as it is hashed and as it travels: UTF-8, half a character as it stands."""
    return prompt.encode("utf-8", "surrogatepass")
