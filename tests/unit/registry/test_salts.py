"""Each wording of a take's prompt has one salt, for good."""

from __future__ import annotations

import pytest
from sqlalchemy.exc import IntegrityError

from circletake.model.sealing import plain_digest
from circletake_registry.registry import Registry
from tests.factories import new_take


def test_a_salt_is_drawn_once_for_a_take_a_field_and_a_wording(registry: Registry) -> None:
    a, b = (new_take(registry, word).id for word in "ab")
    salt = registry.salts.salt
    first = salt(a, "prompt", "rain")
    assert salt(a, "prompt", "rain") == first
    others = {salt(b, "prompt", "rain"), salt(a, "negative_prompt", "rain"), salt(a, "prompt", "snow")}
    assert len(others - {first}) == 3
    assert all(len(each) == 32 and int(each, 16) >= 0 for each in others | {first})


def test_the_salts_of_a_take_are_kept_with_what_finds_their_wording(registry: Registry) -> None:
    take = new_take(registry).id
    said = [registry.salts.salt(take, "prompt", word) for word in ("rain", "snow")]
    kept = registry.salts.of(take)
    assert [each.salt for each in kept] == said
    assert [each.text_sha256 for each in kept] == [plain_digest("rain"), plain_digest("snow")]


def test_a_stranger_has_no_salt(registry: Registry) -> None:
    with pytest.raises(IntegrityError):
        registry.salts.salt("nobody", "prompt", "rain")
