"""Keys made once, and a maker of signed clips."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from circletake.model.policy import PromptPolicy
from circletake.model.recipe import RecipeClaim
from circletake.provenance.keys import FileSigner, KeyRing
from circletake.provenance.manifest import plan_take
from circletake.provenance.signing import Signed, sign
from circletake.provenance.trust import TrustList
from tests.factories import NOW, OBSERVED, slate

Make = Callable[..., Signed]


@pytest.fixture(scope="session")
def ring(tmp_path_factory: pytest.TempPathFactory) -> KeyRing:
    made = KeyRing(tmp_path_factory.mktemp("keys"))
    made.init("Lumen Films", "DE")
    return made


@pytest.fixture(scope="session")
def signer(ring: KeyRing) -> FileSigner:
    return ring.signer()


@pytest.fixture(scope="session")
def own(ring: KeyRing) -> list[TrustList]:
    return [ring.anchor()]


@pytest.fixture
def signed(clip: Callable[..., Path], tmp_path: Path, signer: FileSigner) -> Make:
    """``signed("a.mp4")``: a tiny clip, signed as an observed take, at ``tmp_path/signed/a.mp4``."""

    def make(
        name: str = "take.mp4",
        claims: Sequence[RecipeClaim] = OBSERVED,
        number: int = 1,
        policy: PromptPolicy = PromptPolicy.FULL,
        **plan: Any,
    ) -> Signed:
        source = clip(name)
        destination = tmp_path / "signed" / name
        destination.parent.mkdir(exist_ok=True)
        planned = plan_take(slate(source, claims, number), source, policy=policy, when=NOW, **plan)
        return sign(planned, source, destination, signer)

    return make
