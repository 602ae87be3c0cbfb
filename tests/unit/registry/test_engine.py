"""SQLite is set up so that nothing is lost, and its failures are said in words."""

from __future__ import annotations

from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import insert, text
from sqlalchemy.exc import IntegrityError, StatementError

from circletake.errors import LibraryError
from circletake.model.event import EventKind
from circletake_registry import engine
from circletake_registry.columns import new_id
from circletake_registry.registry import Registry
from circletake_registry.tables import shots
from tests.factories import NOW, actor, new_take


@pytest.mark.parametrize(
    ("version", "safe"),
    [
        ((3, 40, 1), False),
        ((3, 44, 5), False),
        ((3, 44, 6), True),
        ((3, 45, 0), False),
        ((3, 50, 6), False),
        ((3, 50, 7), True),
        ((3, 51, 2), False),
        ((3, 51, 3), True),
        ((3, 52, 0), True),
        ((4, 0, 0), True),
    ],
)
def test_the_write_ahead_log_is_used_only_where_it_is_sound(version: tuple[int, ...], safe: bool) -> None:
    assert engine.log_is_safe(version) is safe


def test_the_report_is_what_connections_do(registry: Registry) -> None:
    report = engine.sqlite_report()
    with registry._database.read() as connection:
        assert connection.execute(text("PRAGMA journal_mode")).scalar() == report.journal
        assert connection.execute(text("SELECT sqlite_version()")).scalar() == report.version
        assert connection.execute(text("PRAGMA foreign_keys")).scalar() == 1
    assert report.why


def test_reading_goes_on_while_somebody_writes(registry: Registry) -> None:
    new_take(registry, "a")
    with registry._database.write() as connection:
        connection.execute(insert(shots), {"id": new_id(), "code": "X", "title": "", "added": NOW})
        with closing(engine.sqlite_module().connect(registry.path, timeout=0)) as reader:
            assert reader.execute("SELECT count(*) FROM takes").fetchone() == (1,)
            with pytest.raises(engine.sqlite_module().OperationalError, match="locked"):
                reader.execute("BEGIN IMMEDIATE")


def test_waiting_in_vain_for_another_writer_is_said_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "BUSY_SECONDS", 0)
    path = tmp_path / "r.sqlite"
    with Registry.create(path) as registry, closing(engine.sqlite_module().connect(path)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(LibraryError, match="has been writing"):
            new_take(registry)
        assert registry.takes.count() == 0


def test_a_time_without_zone_is_refused(registry: Registry) -> None:
    naive = {"id": new_id(), "code": "X", "title": "", "added": datetime(2026, 1, 1)}
    with pytest.raises(StatementError, match="without zone"), registry._database.write() as connection:
        connection.execute(insert(shots), naive)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE takes SET sha256 = 'short'",
        "UPDATE takes SET sha256 = upper(sha256)",
        "UPDATE takes SET origin = 'elsewhere'",
        "UPDATE takes SET number = 0",
        "UPDATE takes SET shot_id = 'nobody'",
        "UPDATE events SET kind = 'stars', value = '9'",
        "UPDATE events SET kind = 'shrug'",
        "DELETE FROM takes",
    ],
)
def test_the_database_itself_keeps_nonsense_out(registry: Registry, statement: str) -> None:
    take = new_take(registry)
    registry.events.record(EventKind.NOTE, [(take.id, "nice")], actor())
    with pytest.raises(IntegrityError), registry._database.write() as connection:
        connection.execute(text(statement))


def test_a_damaged_registry_is_said_in_words(tmp_path: Path) -> None:
    path = tmp_path / "r.sqlite"
    with Registry.create(path) as registry:
        for number in range(40):
            new_take(registry, number)
    with path.open("r+b") as file:
        file.seek(4096 * 3)
        file.write(b"\xff" * (path.stat().st_size - 4096 * 3))
    with pytest.raises(LibraryError, match="damaged") as caught:
        Registry.open(path)
    assert "backup" in caught.value.next_step
