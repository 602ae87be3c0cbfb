"""The demo: it never removes what no demo made, and it shoots the faults it promises.

The demo itself is run whole by CI, which fails unless it proves itself.
"""

from __future__ import annotations

import wave
from collections import Counter
from pathlib import Path

import pytest

from circletake.errors import BadInput
from circletake.workflows.demo.run import FINISHED, MARK, prepare
from circletake.workflows.demo.shots import SHOTS, TAKES, requests
from circletake.workflows.demo.song import write_song


def test_a_folder_that_no_demo_made_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "holiday.mov").write_bytes(b"precious")
    for fresh in (False, True):
        with pytest.raises(BadInput, match="no demo made it"):
            prepare(tmp_path, fresh)
    with pytest.raises(BadInput, match="no demo made it"):
        prepare(tmp_path / "holiday.mov", fresh=True)
    assert (tmp_path / "holiday.mov").read_bytes() == b"precious"


def test_an_earlier_demo_goes_only_when_asked(tmp_path: Path) -> None:
    folder = prepare(tmp_path / "demo", fresh=False)
    (folder / "cut.mp4").touch()
    (folder / MARK).write_text(FINISHED)
    with pytest.raises(BadInput, match="--fresh"):
        prepare(folder, fresh=False)
    assert not (prepare(folder, fresh=True) / "cut.mp4").exists()


def test_a_demo_that_was_stopped_makes_room_for_the_next(tmp_path: Path) -> None:
    folder = prepare(tmp_path / "demo", fresh=False)
    (folder / "library").mkdir()
    assert not (prepare(folder, fresh=False) / "library").exists()


def test_every_shot_has_its_takes_and_the_faults_are_among_them() -> None:
    made = requests()
    assert Counter(shot for shot, _ in made) == {shot.code: TAKES for shot in SHOTS}
    defects = Counter((request.parameters or {}).get("defect") for _, request in made)
    assert all(defects[kind] == 1 for kind in ("black", "frozen", "flicker"))
    seeds = Counter((shot, request.seed) for shot, request in made)
    assert sum(count - 1 for count in seeds.values()) == 4


def test_the_song_is_the_same_every_time_and_never_clips(tmp_path: Path) -> None:
    for name in ("a.wav", "b.wav"):
        write_song(tmp_path / name, 3)
    assert (tmp_path / "a.wav").read_bytes() == (tmp_path / "b.wav").read_bytes()
    with wave.open(str(tmp_path / "a.wav")) as song:
        samples = memoryview(song.readframes(song.getnframes())).cast("h")
    assert 5_000 < max(samples) < 32_000
