"""What the names of web exports tell, and what they must not be taken for."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from circletake import Evidence, NoSettings, Recipe, RecipeClaim, SourceFile
from circletake_readers.filenames import RunwayNames, SoraNames, ulid_time
from tests.factories import media_facts


def said(reader: Any, name: str) -> dict[str, str]:
    file = SourceFile(name, "0" * 64, media_facts(), {}, {})
    claims = list(reader.read(file, NoSettings()))
    assert all(claim.evidence is Evidence.FILENAME for claim in claims)
    return {claim.field: claim.value for claim in claims}


def test_a_ulid_holds_its_creation_time() -> None:
    # The example of the ULID specification, 01ARZ3NDEK..., encodes 1469918176385 ms.
    assert ulid_time("01ARYZ6S41TSV4RRFFQ69G5FAV") == datetime.fromtimestamp(1469918176.385, UTC)


def test_a_name_and_credentials_that_write_one_generator_in_two_ways_agree() -> None:
    """Sora's own credentials say ``Sora``."""
    signed = RecipeClaim("generator", "Sora", Evidence.EMBEDDED, "content credentials", "OpenAI")
    named = RecipeClaim("generator", "sora", Evidence.FILENAME, "its name", "Sora file name")
    other = RecipeClaim("generator", "Runway", Evidence.FILENAME, "its name", "Runway file name")
    assert Recipe.of([signed, named]).contradictions == {}
    assert set(Recipe.of([signed, named, other]).contradictions) == {"generator"}


def test_a_sora_export_tells_when_and_its_title_but_no_prompt() -> None:
    name = "20250504_1536_Night Bus_simple_compose_01ARYZ6S41TSV4RRFFQ69G5FAV_1.mp4"
    assert said(SoraNames(), name.replace("01ARYZ6S41TSV4RRFFQ69G5FAV", "01aryz6s41tsv4rrffq69g5fav")) == {
        "generator": "sora",
        "title": "Night Bus",
        "created": "2016-07-30T22:36:16.385Z",
    }


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "Gen-3 Alpha Turbo 1289739163, night bus rain on t, M 5.mp4",
            {"model": "Gen-3 Alpha Turbo", "seed": "1289739163", "prompt_prefix": "night bus rain on t"},
        ),
        (
            "Gen-3 Alpha Turbo 77, a bus, at night, Cropped - street, M 5 (1).mp4",
            {
                "model": "Gen-3 Alpha Turbo",
                "seed": "77",
                "prompt_prefix": "a bus, at night",
                "input.image": "street",
            },
        ),
        ("Gen-4 Turbo 2936402914.mp4", {"model": "Gen-4 Turbo", "seed": "2936402914"}),
    ],
)
def test_a_runway_export_tells_model_seed_and_the_start_of_the_prompt(
    name: str, expected: dict[str, str]
) -> None:
    assert said(RunwayNames(), name) == {"generator": "runway", **expected}


@pytest.mark.parametrize(
    "name",
    [
        "Gen-4 Turbo.mp4",
        "General 4 notes 12.mp4",
        "20250504_1536_x_simple_compose_01ILOU6S41TSV4RRFFQ69G5FAV.mp4",
        "20250504_holiday.mp4",
        "x" * 5000 + ".mp4",
    ],
)
def test_other_names_tell_nothing(name: str) -> None:
    assert said(SoraNames(), name) == {}
    assert said(RunwayNames(), name) == {}
