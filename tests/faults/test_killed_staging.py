"""A process that was killed leaves its staging folder; the next one clears it, and nobody else's."""

from __future__ import annotations

import errno
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from circletake.cli.app import run
from circletake.workflows import staging
from circletake.workflows.library import Library
from circletake.workflows.upkeep.tidying import leftovers, sweep

CODE = """
import sys
from pathlib import Path
from circletake.workflows.staging import staged
with staged(Path(sys.argv[1])) as folder:
    (folder / "half.mp4").write_bytes(b"x" * 10)
    print(folder, flush=True)
    sys.stdin.read()
"""


@contextmanager
def working(library: Library) -> Iterator[tuple[subprocess.Popen[str], Path]]:
    """Another process in the midst of its work, and its folder."""
    with subprocess.Popen(
        [sys.executable, "-c", CODE, str(library.staging_folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        try:
            yield process, Path(process.stdout.readline().strip())
        finally:
            process.kill()


def killed(library: Library) -> Path:
    with working(library) as (process, folder):
        process.kill()
        process.wait()
    assert (folder / "half.mp4").is_file()
    return folder


def test_the_next_staging_clears_what_was_killed_and_leaves_what_lives(library: Library) -> None:
    dead = killed(library)
    with working(library) as (_, living), library.staging() as own:
        assert not dead.exists()
        assert (living / "half.mp4").is_file() and own.is_dir()
    assert not own.exists()


def test_folders_of_another_machine_or_of_no_known_origin_are_left_alone(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staging, "_lives", lambda process: False)
    foreign = [library.staging_folder / name for name in (f"{'0' * 16}-1-abc", "tmp1", "notes")]
    for folder in foreign:
        folder.mkdir(parents=True)
    with library.staging():
        assert all(folder.is_dir() for folder in foreign)


def test_gc_and_doctor_name_it(
    library: Library, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with working(library) as (_, living):
        dead = killed(library)
        monkeypatch.chdir(library.root)
        run(["doctor"])
        assert "1 staging folder of killed work" in capsys.readouterr().out
        rows = leftovers(library)
        assert [(row.path, row.why) for row in rows] == [(dead / "half.mp4", "staging of work that ended")]
        sweep(library, rows)
        assert not dead.exists() and living.is_dir()


def test_on_a_disk_that_cannot_be_written_to_it_lies_among_the_systems_own(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object, **__: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(Path, "mkdir", refused)
    with library.staging() as own:
        assert own.is_dir() and not own.is_relative_to(library.home)
    assert not own.exists()
