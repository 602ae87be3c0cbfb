"""Whatever file operation fails, and wherever the process dies: nothing lost, nothing half-written."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from circletake.errors import CircletakeError
from circletake.model.location import Location
from circletake_registry.media_store import MediaStore
from tests.faults.failing import FailsOnce

BYTES = b"moving pictures" * 50_000
SHA256 = hashlib.sha256(BYTES).hexdigest()


def fail_each(
    tmp_path: Path,
    work: Callable[[MediaStore, Path], Any],
    check: Callable[[MediaStore, Path], None],
    before: Callable[[MediaStore], None] = lambda store: None,
) -> int:
    """Fail operation 1, 2, ... of ``work``, each time from a fresh start, and return how many there were.

    Args:
        before: prepares the store.
    """
    for nth in range(1, 500):
        folder = tmp_path / str(nth)
        folder.mkdir()
        source = folder / "bus.mp4"
        source.write_bytes(BYTES)
        store = MediaStore(folder / "media")
        before(store)
        with pytest.MonkeyPatch.context() as monkeypatch:
            faults = FailsOnce(monkeypatch, nth)
            try:
                work(store, source)
            except CircletakeError as error:
                assert error.next_step
        check(store, source)
        work(store, source)
        check(store, source)
        assert (store.root / SHA256[:2] / f"{SHA256}.mp4").read_bytes() == BYTES
        if faults.count < nth:
            return nth - 1
    raise AssertionError("never succeeded")


def whole(store: MediaStore, source: Path) -> None:
    """The source is as it was and nothing in the store that looks stored is anything but right."""
    assert source.read_bytes() == BYTES
    for path in store.root.rglob("*.mp4"):
        if path.parent.name != "quarantine":
            assert path.read_bytes() == BYTES
    leftovers = [path for path in store.root.rglob("*") if path.is_file() and path.name.endswith(".part")]
    assert len(leftovers) <= 1


def test_storing_survives_the_failure_of_every_single_operation(tmp_path: Path) -> None:
    failed = fail_each(tmp_path, lambda store, source: store.adopt(source, SHA256, copy=True), whole)
    assert failed > 8


def test_replacing_a_damaged_file_survives_the_failure_of_every_single_operation(tmp_path: Path) -> None:
    def rot(store: MediaStore) -> None:
        stored = store.root / SHA256[:2] / f"{SHA256}.mp4"
        stored.parent.mkdir(parents=True)
        stored.write_bytes(b"rot")

    def nothing_lost(store: MediaStore, source: Path) -> None:
        assert source.read_bytes() == BYTES
        assert [path.read_bytes() for path in store.root.rglob("*.mp4")].count(b"rot") == 1

    assert (
        fail_each(tmp_path, lambda store, source: store.adopt(source, SHA256, copy=True), nothing_lost, rot)
        > 10
    )


def test_quarantine_survives_the_failure_of_every_single_operation(tmp_path: Path) -> None:
    for nth in range(1, 100):
        source = tmp_path / f"{nth}.mp4"
        source.write_bytes(BYTES)
        store = MediaStore(tmp_path / f"media{nth}")
        location = store.adopt(source, SHA256, copy=True)
        with pytest.MonkeyPatch.context() as monkeypatch:
            faults = FailsOnce(monkeypatch, nth)
            try:
                store.quarantine(location)
            except CircletakeError as error:
                assert error.next_step
        assert [path.read_bytes() for path in store.root.rglob("*.mp4")] == [BYTES]
        if faults.count < nth:
            assert nth > 3
            return
    raise AssertionError("never succeeded")


@pytest.mark.parametrize("moment", ["os.fsync", "os.replace"])
def test_a_process_killed_while_storing_leaves_nothing_that_looks_stored(tmp_path: Path, moment: str) -> None:
    source = tmp_path / "bus.mp4"
    source.write_bytes(BYTES)
    script = (
        "import os, signal, sys; from pathlib import Path\n"
        "from circletake_registry.media_store import MediaStore\n"
        f"{moment} = lambda *args: os.kill(os.getpid(), signal.SIGKILL)\n"
        "MediaStore(Path(sys.argv[1])).adopt(Path(sys.argv[2]), sys.argv[3], copy=True)\n"
    )
    done = subprocess.run([sys.executable, "-c", script, str(tmp_path / "media"), str(source), SHA256])
    assert done.returncode == -signal.SIGKILL
    store = MediaStore(tmp_path / "media")
    assert list(store.root.rglob("*.mp4")) == []

    location = store.adopt(source, SHA256, copy=True)
    assert location == Location(SHA256, location.path, True, len(BYTES), location.mtime_ns)
    assert store.path(location).read_bytes() == BYTES
    (left,) = store.root.rglob("*.part")
    os.utime(left, (0, 0))
    assert store.sweep({SHA256}) == [left]
