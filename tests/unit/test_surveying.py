"""What an import finds in folders before it opens anything."""

from __future__ import annotations

import os
from pathlib import Path

from circletake.workflows.intake.surveying import survey


def touch(path: Path, size: int = 1) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x" * size)
    return path


def names(found: object) -> list[str]:
    return [candidate.shown for candidate in found.files]  # type: ignore[attr-defined]


def test_clips_come_in_natural_order_and_the_rest_is_counted(tmp_path: Path) -> None:
    for name in ("b/take 10.mp4", "b/take 9.MP4", "a.gif", "notes.txt", ".DS_Store", "b/._take 9.mp4"):
        touch(tmp_path / name, 5)
    touch(tmp_path / "__MACOSX" / "take 9.mp4")
    found = survey([tmp_path])
    assert names(found) == ["a.gif", "b/take 9.MP4", "b/take 10.mp4"]
    assert (found.size, found.hidden, found.other, found.unread) == (15, 3, 1, ())


def test_each_file_is_met_once_whatever_links_and_arguments_say(tmp_path: Path) -> None:
    clip = touch(tmp_path / "in" / "a.mp4")
    (tmp_path / "in" / "loop").symlink_to(tmp_path / "in")
    (tmp_path / "in" / "same.mp4").symlink_to(clip)
    found = survey([tmp_path / "in", clip, tmp_path / "in" / "loop"])
    assert len(found.files) == 1
    assert found.unread == ()


def test_a_file_goes_by_its_own_name_where_a_link_names_it_too(tmp_path: Path) -> None:
    for number in range(9):
        clip = touch(tmp_path / f"clips{number}" / "a.mp4")
        touch(tmp_path / f"links{number}" / "other.mp4").unlink()
        (tmp_path / f"links{number}" / "a link.mp4").symlink_to(clip)
        (clip.parent / "b.mp4").symlink_to(clip)
    assert names(survey([tmp_path])) == [f"clips{number}/a.mp4" for number in range(9)]


def test_what_was_named_and_is_of_no_use_is_told(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.mp4")
    (tmp_path / "gone.mp4").symlink_to(tmp_path / "nowhere")
    found = survey([tmp_path, tmp_path / "missing", touch(tmp_path / "song.wav")])
    assert {(Path(u.path).name, u.reason.split(";")[0]) for u in found.unread} == {
        ("missing", "no such file or folder"),
        ("song.wav", "not one of avi, gif, m4v, mkv, mov, mp4, webm"),
        ("pipe.mp4", "not a regular file"),
        ("gone.mp4", "No such file or directory"),
    }


def test_a_watched_file_counts_as_unchanged_only_by_size_and_time(tmp_path: Path) -> None:
    same, grown = touch(tmp_path / "same.mp4"), touch(tmp_path / "grown.mp4")
    known = {str(p): (p.stat().st_size, p.stat().st_mtime_ns, "0" * 64) for p in (same, grown)}
    touch(grown, 9)
    found = survey([tmp_path], known)
    assert names(found) == ["grown.mp4"]
    assert [c.shown for c in found.unchanged] == ["same.mp4"]
