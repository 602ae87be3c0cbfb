"""What tests of exports and releases share: what lies where, signers and exporters that go wrong."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import av

from circletake.errors import KeyProblem
from circletake.hookspecs import hookimpl
from circletake.model.event import EventKind
from circletake.model.export import ExportRequest, ProducedFile
from circletake.plugins.manager import PluginManager
from circletake.protocols import About, Context, NoSettings, OpenSigner
from circletake.workflows.library import Library
from tests.factories import actor

Clip = Callable[..., Path]
PROMPT = "night bus, rain on the window"


def slate(library: Library, word: str) -> Any:
    return library.registry.takes.slate(library.registry.takes.resolve(word)[0].id)


def pixels(path: Path) -> list[bytes]:
    with av.open(str(path)) as container:
        return [frame.to_ndarray().tobytes() for frame in container.decode(video=0)]


def leftovers(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@dataclass
class Wrapped:
    """A signer around another."""

    inner: OpenSigner

    @property
    def algorithm(self) -> Any:
        return self.inner.algorithm

    @property
    def chain_pem(self) -> str:
        return self.inner.chain_pem

    def sign(self, data: bytes) -> bytes:
        return self.inner.sign(data)

    def close(self) -> None:
        self.inner.close()


@dataclass
class Failing(Wrapped):
    """A signer that fails at its nth signature."""

    at: int
    turns: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def sign(self, data: bytes) -> bytes:
        if next(self.turns) == self.at:
            raise KeyProblem("token", "was pulled out", "put it back")
        return super().sign(data)


def circled(film: Library) -> list[str]:
    """All four takes circled, in the order in which a release signs them."""
    ids = [take.id for take in film.registry.takes.resolve("SH010/1-4")]
    film.registry.events.record(EventKind.VERDICT, [(each, "circled") for each in ids], actor())
    return ids


def only_known_files_are_kept(film: Library) -> bool:
    """Whatever was signed and kept has a row; nothing is staged any more."""
    kept = (
        [p for p in film.signed_folder.iterdir() if p.suffix != ".c2pa"]
        if film.signed_folder.exists()
        else []
    )
    rows = [film.registry.exports.by_sha256(hashlib.sha256(p.read_bytes()).hexdigest()) for p in kept]
    return all(rows) and list((film.home / "staging").iterdir()) == []


@dataclass
class Exporter:
    """An exporter that does whatever a test wants."""

    name: str
    work: Callable[[ExportRequest, Path], Sequence[ProducedFile]]
    reads: Any = "signed"
    about: About[NoSettings] = field(init=False)

    def __post_init__(self) -> None:
        self.about = About(self.name, "for a test", "1", NoSettings)

    def export(
        self, request: ExportRequest, staging: Path, settings: NoSettings, ctx: Context
    ) -> Sequence[ProducedFile]:
        return self.work(request, staging)


def with_exporter(exporter: Exporter, *others: str) -> PluginManager:
    class Plugin:
        @hookimpl
        def circletake_exporters(self) -> list[Exporter]:
            return [exporter]

    manager = PluginManager.load(only=others)
    manager.add(exporter.name + "-plugin", Plugin())
    return manager


def wrote(path: Path, data: bytes, kind: str = "timeline") -> list[ProducedFile]:
    path.write_bytes(data)
    return [ProducedFile(path, kind)]
