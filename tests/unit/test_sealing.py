"""What stands for a prompt that is kept back."""

from __future__ import annotations

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from circletake.model.sealing import plain_digest, sealed

SALT = "00112233445566778899aabbccddeeff"


@given(st.text())
def test_anybody_can_make_the_digest_from_salt_and_prompt(prompt: str) -> None:
    whole = (SALT + prompt).encode("utf-8", "surrogatepass")
    assert sealed(SALT, prompt) == hashlib.sha256(whole).hexdigest()


def test_without_the_salt_the_digest_tells_nothing() -> None:
    assert sealed(SALT, "rain") != sealed(SALT[::-1], "rain") != plain_digest("rain")
