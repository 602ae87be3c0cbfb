"""Keeping the library sound: what verify, relink, backup and gc tell and do."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from circletake.errors import LibraryError, MediaError
from circletake.model.location import LocationState
from circletake.plugins.manager import PluginManager
from circletake.workflows.intake.ingest import ingest
from circletake.workflows.library import Library
from circletake.workflows.upkeep.tidying import leftovers, sweep
from circletake.workflows.upkeep.upkeep import backup, relink, verify
from circletake_registry.registry import Registry
from tests.factories import actor

Clip = Callable[..., Path]
pytestmark = pytest.mark.usefixtures("no_workers")


def bring(library: Library, *paths: Path, copy: bool = False) -> None:
    manager = PluginManager.load(only=())
    ingest(library, manager, paths, by=actor(), copy=copy, analysis=False)


def flip(path: Path, at: int = -100) -> None:
    """Change one byte, far from the container's headers."""
    path.chmod(0o644)
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)


def add_box(path: Path) -> None:
    """Append an empty ``free`` box: the container changes, the picture does not."""
    with path.open("ab") as file:
        file.write(b"\0\0\0\x08free")


def states(library: Library) -> dict[str, str]:
    return {Path(row.path).name: row.state.value for row in verify(library).troubles}


def test_every_file_is_counted_and_a_sound_library_is_called_so(library: Library, clip: Clip) -> None:
    bring(library, clip("in/a.mp4", seed=1), clip("in/b.mp4", seed=2))
    steps: list[tuple[int, int]] = []

    class Steps:
        def step(self, done: int, total: int, note: str = "") -> None:
            steps.append((done, total))

    report = verify(library, progress=Steps())
    assert (report.sound, report.files, dict(report.states)) == (True, 2, {LocationState.OK: 2})
    assert steps == [(1, 2), (2, 2)]


def test_each_kind_of_damage_has_its_own_name(library: Library, clip: Clip) -> None:
    files = [clip(f"in/{name}.mp4", seed=n) for n, name in enumerate(("fine", "gone", "boxed", "damaged"))]
    bring(library, files[0].parent)
    files[1].unlink()
    add_box(files[2])
    flip(files[3], at=files[3].read_bytes().index(b"mdat") + 50)
    assert states(library) == {
        "gone.mp4": "missing",
        "boxed.mp4": "container changed",
        "damaged.mp4": "altered",
    }
    assert all(path.exists() for path in (files[0], files[2], files[3]))
    assert len(verify(library).unreadable) == 2


def test_a_file_that_cannot_be_read_does_not_keep_the_others_from_being_checked(
    library: Library, clip: Clip
) -> None:
    place = clip("in/a.mp4")
    bring(library, place, clip("in/b.mp4", seconds=2))
    place.unlink()
    place.mkdir()
    report = verify(library)
    (trouble,) = report.troubles
    assert (report.files, trouble.path, trouble.state) == (2, str(place), LocationState.MISSING)
    assert trouble.note == "is a directory; check its permissions and the disk"
    assert report.states[LocationState.OK] == 1


def test_a_stored_file_that_fails_its_hash_is_moved_aside_not_deleted(library: Library, clip: Clip) -> None:
    bring(library, clip("in/a.mp4"), copy=True)
    (take,) = [slate.take for slate in library.registry.takes.slates()]
    stored = library.media(take)
    flip(stored)
    damaged = stored.read_bytes()
    (trouble,) = verify(library).troubles
    assert trouble.state is LocationState.QUARANTINED
    assert not stored.exists()
    aside = Path(trouble.note.removeprefix("moved to "))
    assert aside.read_bytes() == damaged
    assert verify(library).states == {LocationState.QUARANTINED: 1}
    bring(library, clip("in/a.mp4"), copy=True)
    assert library.media(take).is_file()


def test_an_interrupted_round_goes_on_where_it_stopped(library: Library, clip: Clip) -> None:
    for number in range(4):
        bring(library, clip(f"in/{number}.mp4", seed=number))
    flip(clip("in/0.mp4", seed=0))

    class Stop:
        def step(self, done: int, total: int, note: str = "") -> None:
            if done == 3:
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        verify(library, progress=Stop())
    report = verify(library)
    assert (report.files, report.resumed, len(report.troubles)) == (4, 3, 1)
    assert verify(library).resumed == 0


def test_a_mended_file_is_right_again(library: Library, clip: Clip) -> None:
    file = clip("in/a.mp4")
    bring(library, file)
    kept = file.read_bytes()
    flip(file)
    assert not verify(library).sound
    file.write_bytes(kept)
    assert verify(library).sound


def test_a_file_known_to_show_another_picture_is_no_take_until_the_original_is_back(
    library: Library, clip: Clip
) -> None:
    path = clip("a.mp4")
    original = path.read_bytes()
    bring(library, path)
    (take,) = library.registry.takes.resolve("SH010/1")
    path.write_bytes(clip("other.mp4", seed=1).read_bytes())
    verify(library)
    with pytest.raises(MediaError, match="was altered"):
        library.media(take)
    path.write_bytes(original)
    verify(library)
    assert library.media(take) == path


def test_moved_files_are_found_by_what_they_hold(library: Library, clip: Clip, tmp_path: Path) -> None:
    one, two = clip("in/a.mp4", seed=1), clip("in/b.mp4", seed=2)
    bring(library, one, two)
    new = tmp_path / "elsewhere" / "renamed.mp4"
    new.parent.mkdir()
    shutil.move(one, new)
    two.unlink()
    decoy = new.with_name("decoy.mp4")
    decoy.write_bytes(b"x" * new.stat().st_size)
    assert len(relink(library, [new.parent], dry_run=True).found) == 1
    report = relink(library, [new.parent])
    assert [row.now for row in report.found] == [str(new)]
    assert [path for _, path in report.missing] == [str(two)]
    assert report.read == 2
    sound = [slate.path for slate in library.registry.takes.slates()]
    assert str(new) in sound
    assert states(library) == {"b.mp4": "missing"}
    assert relink(library, [new.parent]).found == ()


def test_a_stored_file_that_is_gone_or_failed_is_found_where_it_came_from(
    library: Library, clip: Clip, tmp_path: Path
) -> None:
    bring(library, clip("in/a.mp4"), clip("in/b.mp4", seconds=2), copy=True)
    gone, spoilt = sorted((library.home / "media").glob("*/*.mp4"))
    gone.unlink()
    flip(spoilt)
    assert len(verify(library).unreadable) == 2
    assert len(relink(library, [tmp_path / "in"]).found) == 2
    report = verify(library)
    assert report.unreadable == ()
    assert report.states == {LocationState.OK: 2, LocationState.QUARANTINED: 1}
    assert relink(library, [tmp_path / "in"]).missing == ()


def test_a_backup_opens_as_a_registry_and_never_overwrites(
    library: Library, clip: Clip, tmp_path: Path
) -> None:
    bring(library, clip("in/a.mp4"))
    to = backup(library, tmp_path / "kept.sqlite")
    with Registry.open(to) as copy:
        assert copy.takes.sha256s() == library.registry.takes.sha256s()
    with pytest.raises(LibraryError):
        backup(library, to)
    with pytest.raises(LibraryError, match="folder"):
        backup(library, tmp_path)


def test_only_old_derived_files_that_nothing_names_are_swept(
    library: Library, clip: Clip, monkeypatch: pytest.MonkeyPatch
) -> None:
    bring(library, clip("in/a.mp4"), copy=True)
    (sha256,) = library.registry.takes.sha256s()
    keep = [library.poster(sha256), library.credentials(sha256), library.home / "media/quarantine/x.mp4"]
    drop = [
        library.poster("0" * 64),
        library.credentials("1" * 64),
        library.home / "staging/tmp1/half.mp4",
        library.signed_folder / "unknown.mp4",
        library.home / "media/22" / f"{'2' * 64}.mp4",
    ]
    for path in (*keep, *drop):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x" * 10)
    assert leftovers(library) == []
    monkeypatch.setattr("circletake.workflows.upkeep.tidying.LEFT_ALONE", -60)
    rows = leftovers(library)
    assert {row.path for row in rows} == set(drop)
    assert sweep(library, rows) == 50
    assert not any(path.exists() for path in drop)
    assert all(path.exists() for path in keep)
    assert list((library.home / "staging").iterdir()) == []
    assert verify(library).sound
