"""Fixtures that every test may ask for, those of the plugins too."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.factories import tiny_clip

if TYPE_CHECKING:
    from circletake.workflows.library import Library
    from circletake_registry.registry import Registry
    from tests.releases import Made
    from tests.timestamper import Timestamper


@pytest.fixture(autouse=True)
def _own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test sees the keys, lists or library of whoever runs it."""
    monkeypatch.setenv("CIRCLETAKE_HOME", str(tmp_path_factory.mktemp("home")))
    for name in ("CIRCLETAKE_LIBRARY", "CIRCLETAKE_TIMESTAMP", "CIRCLETAKE_KEY_PASSPHRASE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="session")
def _clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("clips")


@pytest.fixture
def clip(_clips: Path, tmp_path: Path) -> Callable[..., Path]:
    """``clip("bus.mp4", seed=3)``: a tiny clip of one's own; equal ones are rendered once a session.

    Takes the arguments of :func:`tests.factories.tiny_clip`; ``name`` may hold folders.
    """

    def make(name: str = "take.mp4", **how: Any) -> Path:
        key = "_".join(f"{k}-{how[k]}" for k in sorted(how)) or "plain"
        stem = "".join(char if char.isalnum() or char in "-_." else "-" for char in key)
        cached = _clips / f"{stem}{Path(name).suffix}"
        if not cached.exists():
            tiny_clip(cached, **how)
        mine = tmp_path / name
        mine.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(cached, mine)
        return mine

    return make


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[Registry]:
    """An empty registry."""
    from circletake_registry.registry import Registry

    with Registry.create(tmp_path / "registry.sqlite") as fresh:
        yield fresh


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    """An empty library in a folder of its own."""
    from circletake.workflows.library import create_library

    root = tmp_path / "library"
    root.mkdir()
    with create_library(root) as fresh:
        yield fresh


@pytest.fixture
def no_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the worker pool do its tasks in this process: for tests that are not about workers."""

    class Here(Executor):
        def submit(self, run: Callable[..., Any], /, *args: Any, **_: Any) -> Future[Any]:
            future: Future[Any] = Future()
            function, task = args[:2]
            try:
                future.set_result(function(task))
            except Exception as error:
                future.set_exception(error)
            return future

    monkeypatch.setattr("circletake.workflows.pool.local_processes", lambda workers, caps: Here())


@pytest.fixture(scope="session")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """A signed release as a stranger receives it; only for looking, see ``made`` for tampering."""
    from circletake.provenance.keys import KeyRing
    from tests.releases import make_release

    keys = KeyRing(tmp_path_factory.mktemp("signer"))
    keys.init("Lumen Films")
    return make_release(tmp_path_factory.mktemp("pristine"), keys)


@pytest.fixture(scope="session")
def clock(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Timestamper]:
    """A real timestamper on loopback; tests that need it are skipped without ``openssl``."""
    from tests.timestamper import timestamper

    with timestamper(tmp_path_factory.mktemp("clock")) as listening:
        yield listening


@pytest.fixture
def made(pristine: Made, tmp_path: Path) -> Made:
    """A copy of the release that a test may tamper with."""
    shutil.copytree(pristine.folder, tmp_path / "release")
    return replace(pristine, folder=tmp_path / "release")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real clips beside the project; tests that need it are skipped without it."""
    folder = Path(__file__).resolve().parents[1] / "shared"
    if not (folder / "data").is_dir():
        pytest.skip("no shared folder with real clips beside the project")
    return folder
