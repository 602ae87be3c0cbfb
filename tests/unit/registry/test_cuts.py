"""Cuts are exact and never lose what they were."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from sqlalchemy.exc import IntegrityError

from circletake.errors import NotFound
from circletake.model.cut import Cut, CutEvent, Fit, Song
from circletake.model.take import Declaration
from circletake_registry.registry import Registry
from tests.factories import new_take

SONG = Song("/music/bus.wav", "ab" * 32, "bus.wav", Declaration.HUMAN, "Ana Ruiz", Fraction(1, 3))


def test_a_cut_comes_back_exactly(registry: Registry) -> None:
    take = new_take(registry)
    event = CutEvent(take.id, Fraction(1, 3), Fraction(7, 2))
    cut = Cut("Night Bus v3", Fraction(24000, 1001), 1920, 1080, (event, event), SONG)
    registry.cuts.save(cut)
    assert registry.cuts.get("Night Bus v3") == cut


def test_every_revision_is_kept_and_an_equal_one_is_not_kept_twice(registry: Registry) -> None:
    first = Cut("bus", Fraction(24), 1920, 1080)
    assert [registry.cuts.save(each) for each in (first, first, replace(first, width=1280))] == [1, 1, 2]
    assert registry.cuts.get("bus").width == 1280
    assert registry.cuts.get("bus", revision=1) == first


def test_an_unknown_cut_lists_those_there_are(registry: Registry) -> None:
    with pytest.raises(NotFound, match="there are: none yet"):
        registry.cuts.get("bus")
    for name in ("tram", "Bus"):
        registry.cuts.save(Cut(name, Fraction(24), 64, 48))
    assert registry.cuts.names() == ["Bus", "tram"]
    with pytest.raises(NotFound, match="there are: Bus, tram"):
        registry.cuts.get("bus")
    with pytest.raises(NotFound, match="revision 9"):
        registry.cuts.get("tram", revision=9)


def test_a_cut_of_takes_that_do_not_exist_is_not_kept(registry: Registry) -> None:
    with pytest.raises(IntegrityError):
        registry.cuts.save(Cut("bus", Fraction(24), 64, 48, (CutEvent("nobody", Fraction(0), Fraction(1)),)))
    assert registry.cuts.names() == []


def test_speeds_gaps_fits_and_fades_come_back_exactly(registry: Registry) -> None:
    take = new_take(registry)
    event = CutEvent(take.id, Fraction(0), Fraction(7, 3), Fraction(2, 7), Fit.BLUR, Fraction(5, 24))
    song = replace(SONG, fade_in=Fraction(1, 3), fade_out=Fraction(0), volume=Fraction(4, 5))
    cut = Cut("bus", Fraction(24), 64, 48, (event,), song, fit=Fit.CROP)
    registry.cuts.save(cut)
    assert registry.cuts.get("bus") == cut


def test_a_cut_from_before_speeds_and_gaps_reads_as_it_was() -> None:
    old = {
        "name": "bus",
        "rate": "24",
        "width": 64,
        "height": 48,
        "start": "01:00:00:00",
        "events": [{"take": "t", "in": "0", "out": "7/2"}],
        "song": {
            "path": "/s.wav",
            "sha256": "ab" * 32,
            "name": "s.wav",
            "origin": Declaration.HUMAN.value,
            "declared_by": "Ana",
            "offset": "1/3",
        },
    }
    cut = Cut.from_json(old)
    assert cut.events == (CutEvent("t", Fraction(0), Fraction(7, 2)),)
    assert (cut.fit, cut.black, cut.seconds) == (Fit.LETTERBOX, (), Fraction(7, 2))
    assert cut.song == Song("/s.wav", "ab" * 32, "s.wav", Declaration.HUMAN, "Ana", Fraction(1, 3))
    assert cut.song is not None and cut.song.fade_out == Fraction(1, 2)
