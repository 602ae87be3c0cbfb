"""How far a manifest's word is taken."""

from __future__ import annotations

from dataclasses import replace

import pytest

from circletake import (
    ActionSaid,
    Check,
    Credentials,
    Evidence,
    IngredientSaid,
    ManifestSaid,
    NoSettings,
    Signer,
    SourceFile,
)
from circletake.cuesheet.wording import evidence
from circletake_readers.credentials import ContentCredentials
from tests.factories import media_facts

TRAINED = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
OPENAI = Signer("OpenAI", "Truepic", "es256", "1", "9A:41")
SORA = ManifestSaid(
    "urn:1", "Truepic Lens CLI in Sora", "x", OPENAI, (ActionSaid("c2pa.created", TRAINED, "Sora"),), ()
)
TRUSTED = Credentials(
    True,
    "embedded",
    "Trusted",
    integrity=Check.PASSED,
    signature=Check.PASSED,
    trust=Check.PASSED,
    time=Check.PASSED,
    manifests=(SORA,),
)


def said(credentials: Credentials | None) -> dict[str, tuple[str, Evidence]]:
    file = SourceFile("a.mp4", "0" * 64, media_facts(), {}, {}, credentials)
    return {c.field: (c.value, c.evidence) for c in ContentCredentials().read(file, NoSettings())}


def test_a_listed_signer_of_an_intact_file_is_taken_at_its_word() -> None:
    assert said(TRUSTED) == {
        "provider": ("OpenAI", Evidence.SIGNED),
        "generator": ("Sora", Evidence.SIGNED),
        "source_type": ("trainedAlgorithmicMedia", Evidence.SIGNED),
    }


@pytest.mark.parametrize(
    "weaker",
    [
        replace(TRUSTED, trust=Check.FAILED),
        replace(TRUSTED, trust=Check.NOT_CHECKED),
        replace(TRUSTED, time=Check.FAILED),
        replace(TRUSTED, integrity=Check.NOT_CHECKED),
    ],
)
def test_anything_less_is_embedded(weaker: Credentials) -> None:
    assert {evidence for _, evidence in said(weaker).values()} == {Evidence.EMBEDDED}


@pytest.mark.parametrize(
    ("weaker", "checked"),
    [
        (replace(TRUSTED, trust=Check.FAILED), "signature holds, signer on none of your lists"),
        (replace(TRUSTED, trust=Check.NOT_CHECKED), "signature holds, signer on none of your lists"),
        (replace(TRUSTED, time=Check.FAILED), "signature holds, certificate not shown to be valid then"),
        (replace(TRUSTED, integrity=Check.NOT_CHECKED), "signature holds, not shown to be of these bytes"),
        (replace(TRUSTED, signature=Check.NOT_CHECKED), "signature not checked"),
        (
            replace(TRUSTED, manifests=(replace(SORA, label="urn:2", actions=()), SORA)),
            "an earlier manifest, whose own signature was not checked",
        ),
    ],
)
def test_how_far_a_signature_was_checked_is_kept_with_what_it_says(weaker: Credentials, checked: str) -> None:
    file = SourceFile("a.mp4", "0" * 64, media_facts(), {}, {}, weaker)
    claims = list(ContentCredentials().read(file, NoSettings()))
    assert {claim.source for claim in claims} == {f"content credentials ({checked}), embedded"}
    assert {evidence(claim) for claim in claims} == {f"declared by its manifest, signed by OpenAI; {checked}"}


@pytest.mark.parametrize(
    "broken",
    [
        None,
        Credentials(False),
        Credentials(True, unreadable="cut short"),
        replace(TRUSTED, integrity=Check.FAILED),
        replace(TRUSTED, signature=Check.FAILED),
    ],
)
def test_altered_or_unreadable_credentials_say_nothing(broken: Credentials | None) -> None:
    assert said(broken) == {}


def test_the_manifest_that_made_the_picture_is_found_below_an_editors() -> None:
    editor = ManifestSaid("urn:2", "Premiere", "x", replace(OPENAI, name="Adobe Inc."), (), ())
    found = said(replace(TRUSTED, manifests=(editor, SORA)))
    assert found["generator"] == ("Sora", Evidence.EMBEDDED)
    assert found["provider"] == ("OpenAI", Evidence.EMBEDDED)


def test_the_signer_of_filmed_or_edited_pictures_is_no_provider() -> None:
    camera = replace(
        SORA,
        actions=(ActionSaid("c2pa.created", TRAINED.replace("trainedAlgorithmicMedia", "digitalCapture")),),
    )
    assert said(replace(TRUSTED, manifests=(camera,))) == {}


def test_prompt_seed_and_model_ingredients_are_read() -> None:
    inputs = (
        IngredientSaid("prompt", "inputTo", types=("c2pa.types.generator.prompt",), text="night bus"),
        IngredientSaid("seed", "inputTo", types=("c2pa.types.generator.seed",), text="42"),
        IngredientSaid(
            "gen4.5", "inputTo", types=("c2pa.types.generator", "c2pa.types.model"), version="4.5.0"
        ),
    )
    found = said(replace(TRUSTED, manifests=(replace(SORA, ingredients=inputs),)))
    assert {k: found[k][0] for k in ("prompt", "seed", "model", "model_version")} == {
        "prompt": "night bus",
        "seed": "42",
        "model": "gen4.5",
        "model_version": "4.5.0",
    }
