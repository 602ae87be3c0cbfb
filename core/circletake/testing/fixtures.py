"""The pytest plugin: fixtures for the tests of plugin authors, all named ``circletake_...``.

It is found by an entry point in every run of pytest, so it imports nothing before a fixture is asked for.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from circletake.plugins.context import CallContext


@pytest.fixture
def circletake_context() -> CallContext:
    """What a call may ask of the core; afterwards its ``warnings`` tell what was said."""
    from circletake.plugins.context import CallContext

    return CallContext("test", secrets=True)


@pytest.fixture
def circletake_offline() -> Iterator[None]:
    """The test fails when anything in it reaches for the network."""
    from circletake.testing.watching import offline

    with offline():
        yield


@pytest.fixture(scope="session")
def _circletake_clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("circletake_clips")


@pytest.fixture
def circletake_clip(_circletake_clips: Path, tmp_path: Path) -> Callable[..., Path]:
    """``circletake_clip("bus.mp4", seed="3", seconds="2")``: a small moving clip; equal ones are drawn once.

    Everything but the name is a parameter of the built-in generator ``procedural``, as text.
    """
    from circletake.testing.values import draw_clip

    def make(name: str = "take.mp4", *, seed: str = "1", **parameters: str) -> Path:
        key = "_".join([seed, *(f"{k}-{v}" for k, v in sorted(parameters.items()))]).replace("/", "-")
        kept = _circletake_clips / f"{key}.mp4"
        if not kept.exists():
            draw_clip(kept, seed, parameters)
        mine = tmp_path / name
        mine.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(kept, mine)
        return mine

    return make


@pytest.fixture(scope="session")
def circletake_keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with self-made keys as ``keys init`` makes them: ``signing.key`` and ``signing.pem``."""
    from circletake.provenance.keys import KeyRing

    ring = KeyRing(tmp_path_factory.mktemp("circletake_keys"))
    ring.init("A Plugin's Tests")
    return ring.folder
