"""A library whose takes can leave, and what it is signed with."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest

from circletake.model.event import EventKind
from circletake.model.policy import PromptPolicy
from circletake.plugins.manager import PluginManager
from circletake.provenance.keys import KeyRing
from circletake.workflows.intake.ingest import ingest
from circletake.workflows.leaving.cutting import add_events, new_cut
from circletake.workflows.leaving.terms import Terms, terms
from circletake.workflows.library import Library
from tests.factories import actor, claim
from tests.outgoing import PROMPT

Clip = Callable[..., Path]


@pytest.fixture(scope="module")
def ring(tmp_path_factory: pytest.TempPathFactory) -> KeyRing:
    made = KeyRing(tmp_path_factory.mktemp("keys"))
    made.init("Lumen Films")
    return made


@pytest.fixture
def under(ring: KeyRing) -> Terms:
    return terms(ring.signer(), PromptPolicy.FULL, actor())


@pytest.fixture
def manager() -> PluginManager:
    return PluginManager.load(only=("video", "timeline"))


@pytest.fixture
def film(library: Library, clip: Clip) -> Library:
    """SH010/1 to /4: mp4, mov, webm and gif, with a prompt, the first two circled; a cut named main."""
    observed = {}
    for number, suffix in enumerate(("mp4", "mov", "webm", "gif")):
        path = clip(f"in/{number}.{suffix}", seed=number)
        said = [("generator", "runway"), ("model", "gen4.5"), ("prompt", PROMPT)]
        observed[path] = [claim(name, value) for name, value in said]
    ingest(
        library, PluginManager(), list(observed), by=actor(), shot="SH010", observed=observed, analysis=False
    )
    ids = [take.id for take in library.registry.takes.resolve("SH010/1-2")]
    library.registry.events.record(EventKind.VERDICT, [(each, "circled") for each in ids], actor())
    new_cut(library, "main", rate=Fraction(12), size=(64, 48))
    add_events(library, "main", ["SH010/1@0-0.5", "SH010/3", "SH010/1@0.5-1"])
    return library
