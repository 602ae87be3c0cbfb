"""Processes die and others write at the same time: the registry stays sound, and nobody is turned away."""

from __future__ import annotations

import itertools
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest
from sqlalchemy import event

from circletake.errors import LibraryError
from circletake.model.alignment import Pair
from circletake.model.event import EventKind
from circletake_registry.registry import Registry
from circletake_registry.revision import HEAD, revision
from tests.factories import actor, alignment, new_take, sha256
from tests.faults.failing import FailsOnce

ROOT = Path(__file__).resolve().parents[2]

ADDS_FOR_EVER = """
import sys
from pathlib import Path
from circletake.model.analysis import Stage, StageKey, StageResult
from circletake_registry.registry import Registry
from tests.factories import claim, new_take
registry = Registry.open(Path(sys.argv[1]))
for number in range(10**6):
    with registry.batch():
        take = new_take(registry, number, claims=[claim(), claim("seed", "7")])
        done = StageResult(StageKey(Stage.FINGERPRINT, "f", "1"), blob=b"x" * 20_000)
        registry.analyses.save(take.id, [done])
    print(take.sha256, flush=True)
"""

DIES_INSIDE = """
import os, signal, sys
from pathlib import Path
from circletake_registry.registry import Registry
from tests.factories import new_take
registry = Registry.open(Path(sys.argv[1]))
with registry.batch():
    for number in range(2000):
        new_take(registry, number)
    os.kill(os.getpid(), signal.SIGKILL)
"""

WRITES = """
import sys
from pathlib import Path
from circletake.model.event import Actor, EventKind
from circletake_registry.registry import Registry
from tests.factories import claim, new_take
me = sys.argv[2]
registry = Registry.open(Path(sys.argv[1]))
for number in range(12):
    take = new_take(registry, f"{me}-{number}", shot="SH010")
    registry.takes.add_claims(take.id, [claim("seed", str(number))])
    registry.events.record(EventKind.STARS, [(take.id, "3")], Actor(me, True))
    registry.takes.resolve("SH010")
    registry.events.standings()
"""


def start(script: str, *arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", script, *map(str, arguments)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def sound(path: Path) -> bool:
    with closing(sqlite3.connect(path)) as connection:
        kept = connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return kept and not connection.execute("PRAGMA foreign_key_check").fetchall()


def test_a_writer_killed_at_any_moment_loses_nothing_it_was_told_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "r.sqlite"
    Registry.create(path).close()
    writer = start(ADDS_FOR_EVER, path)
    assert writer.stdout is not None
    told = [writer.stdout.readline().strip() for _ in range(20)]
    time.sleep(0.05)
    writer.send_signal(signal.SIGKILL)
    told += writer.communicate()[0].split()

    with Registry.open(path) as registry:
        kept = registry.takes.sha256s()
        assert set(told) <= kept
        assert len(kept) <= len(told) + 1
        assert len(registry.analyses.fingerprints("1")) == len(kept)
        assert all(len(slate.recipe.claims) == 2 for slate in registry.takes.slates())
        new_take(registry, "after")
    assert sound(path)


def test_a_transaction_that_died_half_way_never_was(tmp_path: Path) -> None:
    path = tmp_path / "r.sqlite"
    with Registry.create(path) as registry:
        new_take(registry, "before")
    writer = start(DIES_INSIDE, path)
    assert writer.wait() == -signal.SIGKILL
    writer.communicate()
    with Registry.open(path) as registry:
        assert registry.takes.sha256s() == {sha256("before")}
        new_take(registry, "after")
    assert sound(path)


def test_several_processes_write_without_one_being_turned_away(tmp_path: Path) -> None:
    path = tmp_path / "r.sqlite"
    Registry.create(path).close()
    writers = [start(WRITES, path, number) for number in range(3)]
    said = [writer.communicate()[1] for writer in writers]
    assert [writer.returncode for writer in writers] == [0, 0, 0], said
    with Registry.open(path) as registry:
        takes = registry.takes.resolve("SH010")
        assert [take.number for take in takes] == list(range(1, 37))
        assert {stands.stars for stands in registry.events.standings().values()} == {3}
    assert sound(path)


def test_making_a_registry_survives_death_before_it_is_in_place(tmp_path: Path) -> None:
    path = tmp_path / "r.sqlite"
    script = (
        "import os, signal, sys; from pathlib import Path; from circletake_registry import schema\n"
        "Path.replace = lambda *args: os.kill(os.getpid(), signal.SIGKILL)\n"
        "schema.create(Path(sys.argv[1]))"
    )
    maker = start(script, path)
    assert maker.wait() == -signal.SIGKILL
    maker.communicate()
    assert not path.exists()
    Registry.create(path).close()
    assert revision(path) == HEAD


@contextmanager
def power_cut(registry: Registry, nth: int) -> Iterator[list[int]]:
    """Let the ``nth`` statement fail, and the block end there; yields a list that then is not empty."""
    engine = registry._database.engine
    asked = itertools.count(1)
    cut: list[int] = []

    def fail(*_: object) -> None:
        if next(asked) == nth:
            cut.append(nth)
            raise RuntimeError("power cut")

    event.listen(engine, "before_cursor_execute", fail)
    try:
        with suppress(RuntimeError):
            yield cut
    finally:
        event.remove(engine, "before_cursor_execute", fail)


@pytest.mark.parametrize("nth", range(1, 9))
def test_a_decision_of_many_rows_is_whole_whichever_statement_fails(registry: Registry, nth: int) -> None:
    takes = [new_take(registry, number) for number in range(3)]
    with power_cut(registry, nth) as cut, registry.batch():
        registry.events.record(EventKind.VERDICT, [(take.id, "ng") for take in takes], actor())
        registry.events.record(EventKind.STARS, [(take.id, "1") for take in takes], actor())
    assert len(registry.events.standings()) == (0 if cut else 3)


@pytest.mark.parametrize("nth", range(1, 7))
def test_a_comparison_is_remembered_whole_whichever_statement_fails(registry: Registry, nth: int) -> None:
    a, b, c = sorted(new_take(registry, number).id for number in range(3))
    before, after = (Pair(a, b, alignment(distance=bits)) for bits in (9.0, 12.0))
    registry.pairs.save("1", [a, b], [before])
    with power_cut(registry, nth) as cut:
        registry.pairs.save("1", [c], [after, Pair(a, c, alignment())])
    assert registry.pairs.compared("1") == ({a, b} if cut else {a, b, c})
    assert registry.pairs.all("1") == ([before] if cut else [after, Pair(a, c, alignment())])
    assert bool(cut) == (nth < 6)


def test_a_backup_is_whole_or_absent_whichever_operation_fails(registry: Registry, tmp_path: Path) -> None:
    take = new_take(registry)
    for nth in range(1, 100):
        to = tmp_path / "backups" / f"{nth}.sqlite"
        with pytest.MonkeyPatch.context() as monkeypatch:
            faults = FailsOnce(monkeypatch, nth)
            try:
                registry.backup(to)
            except LibraryError as error:
                assert error.next_step
        if to.exists():
            with Registry.open(to) as copy:
                assert copy.takes.get(take.id) == take
        else:
            assert faults.count >= nth
        if faults.count < nth:
            assert nth > 4
            return
    raise AssertionError("never succeeded")
