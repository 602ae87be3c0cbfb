"""A registry that an older circletake filled says the same after each upgrade, and can hold what is new."""

from __future__ import annotations

import errno
import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from circletake.errors import LibraryError
from circletake.model.alignment import Pair
from circletake.model.analysis import Stage, StageKey, StageResult
from circletake.model.event import APART
from circletake.model.job import JobStep
from circletake.model.stack import Band, Likeness, Member, Stack, VersionOf
from circletake_registry import upgrade
from circletake_registry.registry import Registry
from circletake_registry.revision import HEAD, revision
from tests.factories import actor, alignment, media_facts, sha256

ANA = actor()
A, B, C = (f"01890000-0000-7000-8000-00000000000{n}" for n in (1, 2, 3))
AT = "2026-05-04 12:00:00.000000"
LIKENESS = Likeness(Band.NEAR, 40.5, 0.5, 1.0, True, "trimmed, 40/256 bits")


@pytest.fixture
def first(tmp_path: Path) -> Path:
    """A registry of revision 0001: three takes with fingerprints, a stack of two, and a ruling."""
    scripts = tmp_path / "migrations"
    shutil.copytree(upgrade.SCRIPTS, scripts, ignore=shutil.ignore_patterns("__pycache__", "000[2-9]*"))
    path = tmp_path / "library" / "r.sqlite"
    path.parent.mkdir()
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(upgrade, "SCRIPTS", scripts)
        upgrade.rebuild(path)
    facts = json.dumps(media_facts().to_json())
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("INSERT INTO shots VALUES ('s', 'SH010', 'night bus', ?)", [AT])
        connection.executemany(
            "INSERT INTO takes VALUES (?, ?, 1000, 's', ?, 'bus.mp4', 'generated', ?, ?)",
            [(id_, sha256(id_), number, facts, AT) for number, id_ in enumerate((A, B, C), 1)],
        )
        connection.executemany(
            "INSERT INTO fingerprints VALUES (?, '1', ?)", [(id_, id_.encode()) for id_ in (A, B, C)]
        )
        connection.executemany(
            "INSERT INTO events VALUES (NULL, ?, ?, ?, ?, 'ana', 1, ?)",
            [("run", "dedupe", None, "1 stacks", AT), ("said", "ruling", A, APART + C, AT)],
        )
        connection.execute("INSERT INTO stacks VALUES (7, 'run', 3, ?, 'larger')", [A])
        connection.execute(
            "INSERT INTO stack_members VALUES (7, ?, 'near-duplicate', 40.5, 0.5, 1.0, 1, ?)",
            [B, LIKENESS.reason],
        )
        connection.executemany(
            "INSERT INTO jobs VALUES (?, 'wan', '1', '', '{}', ?, 'ana', ?, ?, '', '[]', '[]', '', NULL)",
            [(A, "intended", AT, ""), (B, "submitted", AT, "p-1"), (C, "imported", AT, "p-2")],
        )
    assert revision(path) == "0001"
    return path


def test_what_the_first_version_kept_lives_on(first: Path) -> None:
    with Registry.open(first) as registry:
        assert [take.id for take in registry.takes.resolve("SH010")] == [A, B, C]
        assert registry.analyses.fingerprints("1") == {id_: id_.encode() for id_ in (A, B, C)}
        assert registry.analyses.thumbnails("1", [A, B, C]) == {}
        assert registry.stacks.current() == [Stack(3, A, "larger", (Member(B, LIKENESS),))]
        assert registry.stacks.rulings().apart == {frozenset((A, C))}
        assert registry.pairs.compared("2") == set()
        assert registry.versions.all() == {}
    assert revision(first) == HEAD


def test_where_nothing_can_be_written_an_upgrade_says_what_to_do(
    first: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Path.open

    def refused(self: Path, *args: Any, **more: Any) -> Any:
        if self.suffix == ".lock":
            raise OSError(errno.EROFS, "Read-only file system")
        return real(self, *args, **more)

    monkeypatch.setattr(Path, "open", refused)
    with pytest.raises(LibraryError, match="cannot be upgraded where it lies"):
        Registry.open(first)
    assert revision(first) == "0001"


def test_an_upgraded_registry_holds_what_is_new(first: Path) -> None:
    version = Likeness(Band.VERSION, 9.0, 0.0, 1.0, False, "upscaled")
    with Registry.open(first) as registry:
        registry.stacks.replace([Stack(0, A, "larger", (Member(B, version),))], ANA)
        registry.pairs.save("2", [A, B], [Pair(A, B, alignment())])
        registry.versions.add([VersionOf(B, A, 9.0, "upscaled")])
        salt = registry.salts.salt(A, "prompt", "night bus")
        key = StageKey(Stage.FINGERPRINT, "phash-grid", "2")
        registry.analyses.save(A, [StageResult(key, blob=b"hashes", pictures=b"jpeg")])

    with Registry.open(first) as registry:
        assert registry.stacks.get(3).members == (Member(B, version),)
        assert registry.versions.of(B) == VersionOf(B, A, 9.0, "upscaled")
        assert [each.salt for each in registry.salts.of(A)] == [salt]
        assert registry.analyses.thumbnails("2", [A, B]) == {A: b"jpeg"}
        assert registry.analyses.fingerprints("1").keys() == {A, B, C}


def test_an_upgrade_keeps_the_checks(first: Path) -> None:
    Registry.open(first).close()
    with closing(sqlite3.connect(first)) as connection:
        with pytest.raises(sqlite3.IntegrityError, match="band_known"):
            connection.execute("UPDATE stack_members SET band = 'twin'")
        assert connection.execute("PRAGMA foreign_key_list(stack_members)").fetchall()


def test_a_job_that_may_have_been_sent_is_told_apart_from_then_on(first: Path) -> None:
    with Registry.open(first) as registry:
        steps = {job.id: (job.step, job.provider_id) for job in registry.jobs.all()}
        assert steps == {
            A: (JobStep.SENDING, ""),
            B: (JobStep.SUBMITTED, "p-1"),
            C: (JobStep.IMPORTED, "p-2"),
        }
        assert registry.jobs.lease(A, "one", 60)
