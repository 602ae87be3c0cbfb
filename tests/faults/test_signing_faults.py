"""Signing is made to fail at every step; what stood there before must still stand there."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from circletake.errors import CircletakeError, SigningError
from circletake.model.manifest import Check
from circletake.model.policy import PromptPolicy
from circletake.provenance import signing
from circletake.provenance.keys import FileSigner, KeyRing
from circletake.provenance.manifest import plan_take
from circletake.provenance.reading import read_credentials
from tests.factories import NOW, OBSERVED, slate


@pytest.fixture(scope="module")
def signer(tmp_path_factory: pytest.TempPathFactory) -> FileSigner:
    ring = KeyRing(tmp_path_factory.mktemp("keys"))
    ring.init("Lumen Films")
    return ring.signer()


class NthFails:
    """Counts calls of what can fail and lets the ``n``-th one fail."""

    def __init__(self, n: int) -> None:
        self.left = n
        self.failed = False

    def wrap(self, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            self.left -= 1
            if self.left == 0:
                self.failed = True
                raise OSError(28, "No space left on device")
            return real(*args, **kwargs)

        return call


def state(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def attempts(monkeypatch: pytest.MonkeyPatch) -> Iterator[NthFails]:
    """One world for each call that can fail, until none does."""
    for n in range(1, 100):
        fault = NthFails(n)
        with monkeypatch.context() as patched:
            patched.setattr(os, "fsync", fault.wrap(os.fsync))
            patched.setattr(Path, "replace", fault.wrap(Path.replace))
            patched.setattr(Path, "write_bytes", fault.wrap(Path.write_bytes))
            patched.setattr(shutil, "copyfile", fault.wrap(shutil.copyfile))
            patched.setattr(tempfile, "mkdtemp", fault.wrap(tempfile.mkdtemp))
            yield fault
        if not fault.failed:
            return
    raise AssertionError("it never succeeded")


@pytest.mark.parametrize("suffix", ["mp4", "webm"])
def test_each_step_may_fail_and_nothing_is_half_signed(
    suffix: str,
    clip: Callable[..., Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    signer: FileSigner,
) -> None:
    source = clip(f"source.{suffix}")
    plan = plan_take(slate(source, OBSERVED), source, policy=PromptPolicy.FULL, when=NOW)
    folder = tmp_path / "out"
    folder.mkdir()
    destination = folder / f"take.{suffix}"
    signing.sign(plan, source, destination, signer)
    before = state(folder)
    tried = 0
    for fault in attempts(monkeypatch):
        tried += 1
        try:
            signing.sign(plan, source, destination, signer)
        except (CircletakeError, OSError):
            assert fault.failed
            assert set(state(folder)) == set(before)
            assert read_credentials(destination).integrity is Check.PASSED
    assert tried > 3


def test_a_file_that_does_not_read_back_is_not_published(
    clip: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, signer: FileSigner
) -> None:
    source = clip("source.mp4")
    plan = plan_take(slate(source, OBSERVED), source, policy=PromptPolicy.FULL, when=NOW)
    destination = tmp_path / "take.mp4"
    destination.write_bytes(b"what stood here before")
    real = signing._build

    def damaged(plan: Any, source: Path, staged: Path, *rest: Any, **more: Any) -> bytes:
        store = real(plan, source, staged, *rest, **more)
        data = bytearray(staged.read_bytes())
        data[-60] ^= 1
        staged.write_bytes(data)
        return store

    monkeypatch.setattr(signing, "_build", damaged)
    with pytest.raises(SigningError, match="reads back wrong"):
        signing.sign(plan, source, destination, signer)
    assert destination.read_bytes() == b"what stood here before"


def test_a_lost_ingredient_is_noticed(
    clip: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, signer: FileSigner
) -> None:
    source = clip("source.mp4")
    plan = plan_take(slate(source), source, policy=PromptPolicy.FULL, when=NOW)
    more = plan_take(slate(source, OBSERVED), source, policy=PromptPolicy.FULL, when=NOW)
    real = signing._build
    monkeypatch.setattr(signing, "_build", lambda _, *rest, **how: real(plan, *rest, **how))
    with pytest.raises(SigningError, match="missing in its manifest: Prompt"):
        signing.sign(more, source, tmp_path / "take.mp4", signer)
    assert not (tmp_path / "take.mp4").exists()
