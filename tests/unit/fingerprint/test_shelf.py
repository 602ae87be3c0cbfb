from functools import lru_cache

import numpy as np
import pytest

from circletake.fingerprint.looks import Look
from circletake.fingerprint.low import mirror
from circletake.fingerprint.shelf import Likely, Shelf
from tests.scenes import Scene, fingerprinted

TAKES = {f"take-{seed}": Scene(seed, seconds=2) for seed in range(1, 7)}
TAKE = TAKES["take-1"]


@lru_cache(maxsize=16)
def _look(scene: Scene) -> Look:
    return scene.look(48)


def _shelf() -> Shelf:
    return Shelf({name: _look(scene).fingerprint for name, scene in TAKES.items()})


@pytest.mark.parametrize(
    "piece",
    [
        TAKE.but(start=0.7, seconds=1),
        TAKE.but(left=0.1, top=0.05, part=0.85),
        TAKE.but(mirror=True),
        TAKE.but(caption=True),
        TAKE.but(motion=5),
    ],
    ids=["trimmed", "zoomed", "mirrored", "captioned", "sibling"],
)
def test_the_take_a_piece_comes_from_is_the_likeliest(piece: Scene) -> None:
    assert _shelf().likely(_look(piece).spectra, 1.5, 3).takes[0] == "take-1"


def test_no_more_are_named_than_asked_for_and_mirroring_changes_nothing() -> None:
    spectra = _look(TAKE).spectra
    shelf = _shelf()
    assert len(shelf.likely(spectra, 1.5, 1).takes) == 1
    assert shelf.likely(spectra, 1.5, 6) == shelf.likely(mirror(spectra), 1.5, 6)


def test_a_piece_of_another_shape_is_looked_for_in_the_middle_of_takes() -> None:
    upright = Look(*fingerprinted(TAKE.frames(48, 8)[:, :, 20:-20], 8))
    assert _shelf().likely(upright.spectra, upright.aspect, 3).takes[0] == "take-1"


def test_a_piece_without_frames_and_takes_without_frames_are_like_nothing() -> None:
    empty = Look(*fingerprinted(np.zeros((0, 8, 8, 3), np.uint8), 8))
    assert _shelf().likely(empty.spectra, 1.5, 3) == Likely([], False)
    shelf = Shelf({"empty": empty.fingerprint, "take-1": _look(TAKE).fingerprint})
    assert shelf.likely(_look(TAKE).spectra, 1.5, 3) == Likely(["take-1"], True)


def test_the_plainest_take_is_told_of_what_is_neither_mirrored_nor_like_no_take() -> None:
    shelf = _shelf()
    for name, scene in TAKES.items():
        assert shelf.plainest(_look(scene).spectra[4:12]) == name
    assert shelf.plainest(_look(Scene(31)).spectra) == ""
    assert shelf.plainest(mirror(_look(Scene(31)).spectra)) == ""
    assert Shelf({}).plainest(_look(TAKE).spectra) == shelf.plainest(_look(TAKE).spectra[:0]) == ""


def test_a_piece_that_is_like_no_take_is_not_worth_looking_at() -> None:
    shelf = Shelf({"take-1": _look(TAKE).fingerprint})
    assert shelf.likely(_look(TAKES["take-3"]).spectra, 1.5, 3) == Likely([], False)


@pytest.mark.parametrize("place", range(8))
def test_one_frame_of_eight_that_a_take_shows_is_worth_looking_at(place: int) -> None:
    """Of a film that changes in every frame few frames meet the samples of their take."""
    spectra = np.repeat(_look(TAKES["take-5"]).spectra[:1], 8, axis=0)
    shelf = Shelf({"take-1": _look(TAKE).fingerprint})
    assert shelf.likely(spectra, 1.5, 3).takes == []
    spectra[place] = _look(TAKE).spectra[0]
    assert shelf.likely(spectra, 1.5, 3) == Likely(["take-1"], True)


def test_every_moment_of_a_take_in_motion_is_found() -> None:
    shelf = _shelf()
    for name, scene in TAKES.items():
        for spectrum in _look(scene).spectra:
            assert shelf.likely(spectrum[None], 1.5, 1) == Likely([name], True)
