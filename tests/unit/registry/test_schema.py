"""A registry is made whole, upgraded safely, and refuses what it does not understand."""

from __future__ import annotations

import re
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from circletake.errors import LibraryError
from circletake_registry import revision, schema, upgrade
from circletake_registry.registry import Registry
from tests.factories import new_take

NEXT = f"{int(revision.HEAD) + 1:04}"


def structure(path: Path) -> list[tuple[str, str, list[str]]]:
    """Every table and index with the parts of its definition, whatever their order."""
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute(
            "SELECT type, name, coalesce(sql, '') FROM sqlite_master ORDER BY type, name"
        )
        return [(kind, name, _parts(name, sql)) for kind, name, sql in rows if name != "alembic_version"]


def _parts(name: str, sql: str) -> list[str]:
    """SQLite quotes a table that was replaced, and puts an added column into the line of the last."""
    lines = re.split(r"\n|, (?=\w+ [A-Z])", sql.replace(f'TABLE "{name}"', f"TABLE {name}"))
    return sorted(filter(None, (line.strip(" \t(),") for line in lines)))


def test_a_new_registry_is_what_the_migrations_make(tmp_path: Path) -> None:
    schema.create(tmp_path / "made.sqlite")
    upgrade.rebuild(tmp_path / "migrated.sqlite")
    assert structure(tmp_path / "made.sqlite") == structure(tmp_path / "migrated.sqlite")
    assert len(structure(tmp_path / "made.sqlite")) > 20


def test_the_packaged_head_is_the_newest_migration(tmp_path: Path) -> None:
    newest = max(upgrade.SCRIPTS.glob("versions/[0-9]*.py")).name[:4]
    assert newest == revision.HEAD
    upgrade.rebuild(tmp_path / "migrated.sqlite")
    assert revision.revision(tmp_path / "migrated.sqlite") == revision.HEAD


def test_alembic_is_not_loaded_to_make_or_open_a_registry(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from circletake_registry.registry import Registry\n"
        "path = Path(sys.argv[1]); Registry.create(path).close(); Registry.open(path).close()\n"
        "print([name for name in sys.modules if name.split('.')[0] in {'alembic', 'mako', 'av', 'c2pa'}])"
    )
    told = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "r.sqlite")], capture_output=True, text=True, check=True
    )
    assert told.stdout.strip() == "[]"


@pytest.fixture
def next_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """As if this were the circletake after ours, which adds a column; returns a registry of ours."""
    path = tmp_path / "library" / "r.sqlite"
    with Registry.create(path) as registry:
        new_take(registry, "bus")
    scripts = tmp_path / "migrations"
    shutil.copytree(upgrade.SCRIPTS, scripts, ignore=shutil.ignore_patterns("__pycache__"))
    (scripts / "versions" / f"{NEXT}_more.py").write_text(
        "import sqlalchemy as sa\nfrom alembic import op\n"
        f"revision, down_revision, branch_labels, depends_on = '{NEXT}', '{revision.HEAD}', None, None\n"
        "def upgrade():\n"
        "    with op.batch_alter_table('takes', recreate='always') as table:\n"
        "        table.add_column(sa.Column('colour', sa.Text(), server_default=''))\n"
    )
    monkeypatch.setattr(upgrade, "SCRIPTS", scripts)
    for module in (schema, upgrade):
        monkeypatch.setattr(module, "HEAD", NEXT)
    return path


def test_an_older_registry_is_backed_up_beside_itself_and_upgraded(next_version: Path) -> None:
    with Registry.open(next_version) as registry:
        assert registry.takes.count() == 1
        assert len(registry.takes.slates()) == 1
    assert revision.revision(next_version) == NEXT
    (backup,) = next_version.parent.glob("*.bak")
    assert backup.name.startswith(f"r.sqlite.{revision.HEAD}-")
    assert revision.revision(backup) == revision.HEAD
    with closing(sqlite3.connect(next_version)) as connection:
        assert connection.execute("SELECT colour FROM takes").fetchall() == [("",)]


def test_an_upgrade_that_fails_leaves_the_registry_as_it_was(next_version: Path) -> None:
    broken = upgrade.SCRIPTS / "versions" / f"{NEXT}_more.py"
    broken.write_text(broken.read_text() + "    raise RuntimeError('half way')\n")
    before = structure(next_version)
    with pytest.raises(LibraryError, match="half way"):
        Registry.open(next_version)
    assert structure(next_version) == before
    assert revision.revision(next_version) == revision.HEAD


def test_a_registry_of_a_newer_circletake_is_refused_by_both_versions(tmp_path: Path) -> None:
    path = tmp_path / "r.sqlite"
    Registry.create(path).close()
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '0099'")
    with pytest.raises(LibraryError, match=f"0099; this one knows {revision.HEAD}") as caught:
        Registry.open(path)
    assert caught.value.next_step == "update circletake"


def test_what_is_no_registry_is_told_as_that(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("hello" * 1000)
    (tmp_path / "empty").touch()
    with closing(sqlite3.connect(tmp_path / "other")) as connection:
        connection.execute("CREATE TABLE t (x)")
    for name, said in [
        ("text", "not a"),
        ("empty", "not a"),
        ("other", "not a"),
        ("nothing", "no registry here"),
    ]:
        with pytest.raises(LibraryError, match=said):
            Registry.open(tmp_path / name)


def test_making_one_takes_over_an_empty_one_and_never_one_with_takes(tmp_path: Path) -> None:
    path = tmp_path / "r.sqlite"
    Registry.create(path).close()
    with Registry.create(path) as registry:
        new_take(registry)
    with pytest.raises(LibraryError, match="exists already"):
        Registry.create(path)
    assert [each.name for each in tmp_path.iterdir()] == ["r.sqlite"]


def test_a_place_where_none_can_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(LibraryError, match="could not be made") as caught:
        Registry.create(tmp_path / "file" / "r.sqlite")
    assert caught.value.next_step


@pytest.mark.parametrize("name", ["what? #100% of 'it'", "日本 \u202e", "caf\udce9", "file:x?mode=memory"])
def test_a_library_may_lie_in_a_folder_of_any_name(tmp_path: Path, name: str) -> None:
    path = tmp_path / name / "r.sqlite"
    Registry.create(path).close()
    with Registry.open(path) as registry:
        take = new_take(registry)
        registry.backup(path.with_name("b.sqlite"))
        assert registry.takes.slate(take.id).take == take
    assert sorted(each.name for each in path.parent.iterdir()) == ["b.sqlite", "r.sqlite"]


def test_a_backup_is_a_registry_and_overwrites_nothing(registry: Registry, tmp_path: Path) -> None:
    take = new_take(registry)
    target = tmp_path / "backups" / "monday.sqlite"
    registry.backup(target)
    with Registry.open(target) as copy:
        assert copy.takes.get(take.id) == take
    with pytest.raises(LibraryError, match="exists already"):
        registry.backup(target)
    assert [each.name for each in target.parent.iterdir()] == ["monday.sqlite"]
