"""Clips that come with content credentials: what counts as signed, and what does not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from circletake.model.policy import PromptPolicy
from circletake.model.recipe import Evidence
from circletake.plugins.manager import PluginManager
from circletake.provenance.keys import KeyRing
from circletake.provenance.manifest import plan_take
from circletake.provenance.signing import sign
from circletake.workflows.intake.ingest import ingest
from circletake.workflows.library import Library, create_library, user_home
from tests.factories import actor, claim

Clip = Callable[..., Path]
pytestmark = pytest.mark.usefixtures("no_workers")

SAID = {
    "prompt": "night bus, rain",
    "model": "wan 2.2",
    "seed": "42",
    "source_type": "trainedAlgorithmicMedia",
}


@pytest.fixture
def signed(library: Library, clip: Clip, tmp_path: Path) -> Path:
    """A clip that this person's circletake generated and signed."""
    source = clip("a.mp4")
    claims = [claim(field, value, Evidence.OBSERVED, "job", "wan") for field, value in SAID.items()]
    manager = PluginManager.load(only=())
    ingest(library, manager, [source], by=actor(), observed={source: claims}, analysis=False)
    (slate,) = library.registry.takes.slates()
    ring = KeyRing(user_home())
    ring.init("Lumen Films")
    plan = plan_take(slate, source, policy=PromptPolicy.FULL, when=datetime.now(UTC))
    return sign(plan, source, tmp_path / "signed.mp4", ring.signer(), "video/mp4").path


def learnt(root: Path, file: Path) -> dict[str, tuple[str, Evidence]]:
    with create_library(root) as other:
        ingest(other, PluginManager.load(only=("readers",)), [file], by=actor(), analysis=False)
        (slate,) = other.registry.takes.slates()
        return {field: (c.value, c.evidence) for field, c in slate.recipe.in_force.items()}


def test_what_a_trusted_signer_says_is_signed(signed: Path, tmp_path: Path) -> None:
    found = learnt(tmp_path / "other", signed)
    assert {field: found[field] for field in SAID} == {
        field: (value, Evidence.SIGNED) for field, value in SAID.items()
    }
    assert found["provider"] == ("Lumen Films", Evidence.SIGNED)


def test_the_same_word_of_a_stranger_is_only_embedded(
    signed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CIRCLETAKE_HOME", str(tmp_path / "somebody-else"))
    found = learnt(tmp_path / "other", signed)
    assert found["prompt"] == ("night bus, rain", Evidence.EMBEDDED)


def test_an_altered_clip_is_a_take_whose_credentials_say_nothing(signed: Path, tmp_path: Path) -> None:
    data = bytearray(signed.read_bytes())
    data[data.rindex(b"mdat") + 200] ^= 1
    signed.write_bytes(data)
    assert learnt(tmp_path / "other", signed) == {}
