"""The media store keeps what it was given, overwrites nothing and says what became of files."""

from __future__ import annotations

import hashlib
import os
import shutil
import time
from pathlib import Path

import pytest

from circletake.errors import LibraryError, MediaError
from circletake.model.location import Location, LocationState
from circletake_registry import media_store
from circletake_registry.media_store import MediaStore

BYTES = b"moving pictures" * 1000


@pytest.fixture
def store(tmp_path: Path) -> MediaStore:
    return MediaStore(tmp_path / "media")


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "in" / "Bus.MP4"
    path.parent.mkdir()
    path.write_bytes(BYTES)
    return path


def sha256(data: bytes = BYTES) -> str:
    return hashlib.sha256(data).hexdigest()


def picture(path: Path) -> str:
    """As if the first five bytes were the picture and the rest the container."""
    return sha256(path.read_bytes()[:5])


def files(store: MediaStore) -> list[str]:
    return sorted(str(path.relative_to(store.root)) for path in store.root.rglob("*") if path.is_file())


def test_a_copied_file_is_stored_under_its_digest(store: MediaStore, source: Path) -> None:
    location = store.adopt(source, sha256(), copy=True)
    stored = store.path(location)
    assert location.stored
    assert location.path == f"{sha256()[:2]}/{sha256()}.mp4"
    assert (location.size, location.mtime_ns) == (len(BYTES), stored.stat().st_mtime_ns)
    assert stored.read_bytes() == source.read_bytes() == BYTES
    assert stored.stat().st_nlink == source.stat().st_nlink == 1
    assert stored.stat().st_mode & 0o222 == 0
    assert files(store) == [location.path]


def test_a_file_stays_in_place_where_it_can_only_be_copied(
    store: MediaStore, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(media_store, "clone", lambda source, to: False)
    link = source.with_name("link.mp4")
    link.symlink_to(source)
    location = store.adopt(link, sha256(), copy=False)
    assert location == Location(sha256(), str(source), False, len(BYTES), source.stat().st_mtime_ns)
    assert store.path(location) == source
    assert not store.can_reflink(source)
    assert files(store) == []


def test_a_file_is_stored_without_asking_where_its_blocks_can_be_shared(
    store: MediaStore, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(media_store, "clone", lambda source, to: bool(shutil.copyfile(source, to)))
    assert store.can_reflink(source)
    location = store.adopt(source, sha256(), copy=False)
    assert location.stored
    assert files(store) == [location.path]


def test_sharing_blocks_is_tried_for_real_and_leaves_nothing_behind(store: MediaStore, source: Path) -> None:
    possible = store.can_reflink(source)
    assert files(store) == []
    assert store.adopt(source, sha256(), copy=False).stored is possible


def test_storing_twice_changes_nothing(store: MediaStore, source: Path) -> None:
    first = store.adopt(source, sha256(), copy=True)
    assert store.adopt(source, sha256(), copy=True) == first
    assert files(store) == [first.path]


def test_a_file_of_the_store_itself_is_not_stored_again(store: MediaStore, source: Path) -> None:
    location = store.adopt(source, sha256(), copy=True)
    assert store.adopt(store.path(location), sha256(), copy=False) == location
    assert files(store) == [location.path]


def test_a_damaged_stored_file_is_moved_aside_and_replaced(store: MediaStore, source: Path) -> None:
    location = store.adopt(source, sha256(), copy=True)
    store.path(location).chmod(0o644)
    store.path(location).write_bytes(b"rot")
    assert store.adopt(source, sha256(), copy=True).path == location.path
    assert store.path(location).read_bytes() == BYTES
    assert (store.root / "quarantine" / f"{sha256()}.mp4").read_bytes() == b"rot"


def test_a_source_that_changed_since_it_was_inspected_is_refused(store: MediaStore, source: Path) -> None:
    with pytest.raises(MediaError, match="changed while it was read"):
        store.adopt(source, sha256(b"what it was"), copy=True)
    assert files(store) == []


def test_a_source_that_is_gone_is_told(store: MediaStore, tmp_path: Path) -> None:
    with pytest.raises(MediaError, match="no such file"):
        store.adopt(tmp_path / "gone.mp4", sha256(), copy=True)


@pytest.mark.parametrize(
    ("name", "suffix"),
    [("a.MOV", ".mov"), ("a", ""), ("a.", ""), ("a.m p4", ""), ("a.é", ""), ("a.waytoolongsuffix", "")],
)
def test_a_stored_name_is_plain_whatever_the_source_was_called(
    store: MediaStore, tmp_path: Path, name: str, suffix: str
) -> None:
    (tmp_path / name).write_bytes(BYTES)
    assert store.adopt(tmp_path / name, sha256(), copy=True).path == f"{sha256()[:2]}/{sha256()}{suffix}"


def test_a_look_tells_right_rewrapped_altered_and_missing_apart(store: MediaStore, source: Path) -> None:
    location = store.adopt(source, sha256(), copy=False)
    in_place = Location(sha256(), str(source), False, len(BYTES), location.mtime_ns)
    expected = picture(source)
    assert store.look(in_place, picture, expected) is LocationState.OK
    source.write_bytes(BYTES + b"xmp from an editor")
    assert store.look(in_place, picture, expected) is LocationState.REWRAPPED
    source.write_bytes(b"other" + BYTES[5:])
    assert store.look(in_place, picture, expected) is LocationState.ALTERED
    source.unlink()
    assert store.look(in_place, picture, expected) is LocationState.MISSING


def test_a_look_reads_the_bytes_even_when_size_and_time_are_the_same(store: MediaStore, source: Path) -> None:
    location = store.adopt(source, sha256(), copy=True)
    stored = store.path(location)
    stored.chmod(0o644)
    stored.write_bytes(BYTES[:-1] + b"X")
    os.utime(stored, ns=(location.mtime_ns, location.mtime_ns))
    assert store.look(location, picture, picture(source)) is LocationState.ALTERED


def test_a_picture_that_cannot_be_read_is_altered(store: MediaStore, source: Path) -> None:
    in_place = Location(sha256(b"before"), str(source), False, 1, 1)

    def unreadable(path: Path) -> str:
        raise MediaError(str(path), "ends early")

    assert store.look(in_place, unreadable, "") is LocationState.ALTERED


def test_quarantine_moves_and_never_overwrites(store: MediaStore, source: Path) -> None:
    for number in range(3):
        location = store.adopt(source, sha256(), copy=True)
        aside = store.quarantine(location)
        assert aside.read_bytes() == BYTES
        assert not store.path(location).exists()
        assert len(files(store)) == number + 1


def test_a_file_in_place_is_never_moved(store: MediaStore, source: Path) -> None:
    with pytest.raises(LibraryError, match="left alone"):
        store.quarantine(Location(sha256(), str(source), False, 1, 1))
    assert source.read_bytes() == BYTES


@pytest.mark.parametrize("path", ["../../etc/passwd", "/etc/passwd", "ab/../../x"])
def test_a_record_cannot_point_out_of_the_store(store: MediaStore, path: str) -> None:
    with pytest.raises(LibraryError, match="not a path inside"):
        store.path(Location(sha256(), path, True, 1, 1))


def test_sweep_lists_what_nothing_refers_to_and_touches_nothing(store: MediaStore, source: Path) -> None:
    kept = store.adopt(source, sha256(), copy=True)
    source.write_bytes(b"orphan")
    orphan = store.adopt(source, sha256(b"orphan"), copy=True)
    source.write_bytes(b"bad")
    store.quarantine(store.adopt(source, sha256(b"bad"), copy=True))
    fresh, old = store.root / "ab" / ".x.1.part", store.root / "ab" / ".y.2.part"
    for part in (fresh, old):
        part.parent.mkdir(exist_ok=True)
        part.write_bytes(b"half")
    os.utime(old, (time.time() - 90_000, time.time() - 90_000))
    (store.root / "ab" / "notes.txt").write_text("somebody's")
    before = files(store)

    assert set(store.sweep({kept.sha256})) == {store.path(orphan), old}
    assert files(store) == before
    assert MediaStore(store.root / "nothing").sweep(set()) == []
