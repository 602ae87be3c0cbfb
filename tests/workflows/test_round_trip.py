"""What of a cut comes back through ``cut import``, in every format, is what docs/export.md says."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from circletake.model.cut import Cut, CutEvent, Fit, Song
from circletake.model.slate import Slate
from circletake.model.take import Declaration
from circletake.model.timeline import Level, Piece, PieceKind, Timeline
from circletake.timeline.reading import Reading, read_timeline
from circletake.workflows.demo.song import write_song
from circletake.workflows.leaving.identifying import Identified, identify
from circletake.workflows.leaving.importing import Imported, cut_of
from circletake.workflows.leaving.songs import Heard
from circletake.workflows.library import Library
from tests.factories import new_take
from tests.unit.timeline.test_leaving import left, mixed

RATES = [Fraction(text) for text in ("24000/1001", "24", "25", "30000/1001", "30", "60")]
FORMATS = {"fcp7": "XML", "otio": "OTIO", "edl": "EDL"}
EXACT, NEVER = "exact", "no"
FITS = (None, Fit.CROP, Fit.BLUR, Fit.LETTERBOX)
SPEEDS = tuple(Fraction(speed) for speed in ("1", "2", "4/3", "1", "4/5", "1.37"))
DOCS = Path(__file__).parents[2] / "docs" / "export.md"


def table() -> dict[str, dict[str, str]]:
    """The page's own table: by format, how well each thing comes back."""
    lines = DOCS.read_text(encoding="utf-8").splitlines()
    first = next(number for number, line in enumerate(lines) if line.startswith("| comes back |"))
    head = [cell.strip() for cell in lines[first].strip("|").split("|")]
    found: dict[str, dict[str, str]] = {name: {} for name in head[1:]}
    for line in lines[first + 2 :]:
        if not line.startswith("|"):
            break
        what, *cells = (cell.strip() for cell in line.strip("|").split("|"))
        for name, cell in zip(head[1:], cells, strict=True):
            found[name][what] = cell
    return found


SHORT = Cut("short", Fraction(24), 64, 48, (CutEvent("a", Fraction(0), Fraction(2)),))
"""Two seconds of one take."""


def takes_in(library: Library) -> dict[str, Slate]:
    """55 mixed takes, with all that is known of them."""
    slates = {}
    for number in range(1, 56):
        known = mixed(number)
        take = new_take(library.registry, number, media=known.take.media)
        slates[take.id] = replace(known, take=take)
    return slates


def cut_in(library: Library, slates: dict[str, Slate], rate: Fraction, song: Path) -> Cut:
    """A cut of them, with places between frames, speeds, black, fits and a song."""
    events = tuple(
        CutEvent(
            take_id,
            Fraction(index % 9, 16),
            Fraction(index % 9, 16) + Fraction(3, 2) + Fraction(index % 5, 24),
            SPEEDS[index % len(SPEEDS)],
            FITS[index % len(FITS)],
            Fraction(1, 2) if index % 20 == 19 else Fraction(0),
        )
        for index, take_id in enumerate(slates)
    )
    song.write_bytes(b"a song")
    digest = hashlib.sha256(b"a song").hexdigest()
    laid = Song(str(song), digest, song.name, Declaration.HUMAN, "ana", Fraction(5, 2))
    laid = replace(laid, fade_in=Fraction(1, 3), fade_out=Fraction(3, 4), volume=Fraction(123, 1000))
    cut = Cut("Night Bus é", rate, 1280, 720, events, laid, "10:00:00:00", Fit.LETTERBOX)
    library.registry.cuts.save(cut)
    return cut


def brought_back(
    library: Library, cut: Cut, slates: dict[str, Slate], name: str, folder: Path
) -> tuple[Timeline, Identified, Imported]:
    made = left(name, cut, slates, folder)
    found = read_timeline(Reading(str(made.path), cut.rate if name == "edl" else None))
    assert isinstance(found, Timeline), found
    known = identify(library, found, folder, look=False)
    return found, known, cut_of(library, known)


def misses(before: Cut, after: Cut, shaped: set[str]) -> Iterator[tuple[str, str, Fraction]]:
    """What came back, in which measure, and by how much it missed."""
    frame = 1 / before.rate
    assert [e.take_id for e in after.events] == [e.take_id for e in before.events]
    placed = zip(before.placed, after.placed, strict=True)
    yield "takes, in order", "", Fraction(0)
    for one, two in placed:
        yield "place in the cut, black", "", abs(one.record_in - two.record_in)
        yield "place in the cut, black", "", abs(one.record_out - two.record_out)
        was, came = one.event, two.event
        yield "start in the take", "a frame", abs(was.source_in - came.source_in) / frame
        yield "end in the take", "a frame", abs(was.source_out - came.source_out) / frame / was.speed
        yield (
            "speed",
            "0.1 frames a second",
            abs(was.speed - came.speed) * round(before.rate) / Fraction("0.1"),
        )
        if was.take_id in shaped:
            yield "fit of another shape", "", Fraction(before.fit_of(was) != after.fit_of(came))
    yield "start timecode", "", Fraction(before.start != after.start)
    yield "rate", "", Fraction(before.rate != after.rate)
    yield "size", "", Fraction((before.width, before.height) != (after.width, after.height))
    assert before.song and after.song
    yield "song", "", Fraction((before.song.sha256, before.song.path) != (after.song.sha256, after.song.path))
    declared = (before.song.origin, before.song.declared_by) != (after.song.origin, after.song.declared_by)
    yield "its declaration, from the library", "", Fraction(declared)
    yield "where it starts", "a frame", abs(before.song.offset - after.song.offset) / frame
    quieter = abs(before.song.volume - after.song.volume)
    yield "its volume", "0.01", quieter / Fraction("0.01")
    for word in ("fade_in", "fade_out"):
        off = abs(getattr(before.song, word) - getattr(after.song, word))
        yield "its fades", "a frame", off / frame


@pytest.mark.parametrize("name", FORMATS)
def test_each_format_brings_back_what_the_table_says(library: Library, name: str, tmp_path: Path) -> None:
    said = table()[FORMATS[name]]
    worst: dict[str, Fraction] = {}
    measures: dict[str, str] = {}
    slates = takes_in(library)
    for number, rate in enumerate(RATES):
        folder = tmp_path / str(number)
        folder.mkdir()
        cut = cut_in(library, slates, rate, folder / "night bus.wav")
        _, known, made = brought_back(library, cut, slates, name, folder)
        assert {row.how for row in known.rows} == {"name" if name == "edl" else "mark"}
        shaped = {take_id for take_id, each in slates.items() if cut.reshapes(*each.take.media.shape)}
        for what, measure, miss in misses(cut, made.cut, shaped):
            worst[what] = max(worst.get(what, Fraction(0)), miss)
            measures[what] = measure
        if name != "edl":
            assert not made.not_carried
    assert set(worst) == set(said)
    for what, miss in worst.items():
        cell = said[what]
        if cell == EXACT:
            assert miss == 0, what
        elif cell == NEVER:
            assert miss > 0, what
        elif found := re.fullmatch(r"to (\d+) frames", cell):
            assert measures[what] == "a frame"
            assert 1 < miss <= int(found[1]), what
        else:
            assert cell == f"to {measures[what]}", what
            assert 0 < miss <= 1, what


def test_a_cut_comes_back_the_same_a_second_time(library: Library, tmp_path: Path) -> None:
    slates = takes_in(library)
    cut = cut_in(library, slates, Fraction(24), tmp_path / "night bus.wav")
    for name in FORMATS:
        first = brought_back(library, cut, slates, name, tmp_path)[2].cut
        # An EDL does not tell the size, which says whether a picture has another shape.
        first = replace(first, width=cut.width, height=cut.height)
        again = brought_back(library, first, slates, name, tmp_path)[2].cut
        assert replace(again, width=cut.width, height=cut.height) == first, name


NAMED = {
    "start in the take": "between two frames",
    "end in the take": "between two frames",
    "where it starts": "between two frames",
    "its fades": "between two frames",
    "its volume": "hundredth",
    "speed": "speeds",
    "size": "size",
}
"""How a format that brings something back only nearly says so when it leaves."""


@pytest.mark.parametrize("name", FORMATS)
def test_what_a_format_does_not_bring_back_it_names_when_it_leaves(
    library: Library, name: str, tmp_path: Path
) -> None:
    slates = takes_in(library)
    cut = cut_in(library, slates, Fraction(25), tmp_path / "night bus.wav")
    lost = " ".join(left(name, cut, slates, tmp_path).not_carried)
    nearly = {what for what, cell in table()[FORMATS[name]].items() if cell != EXACT}
    assert [what for what in nearly if NAMED[what] not in lost] == []


class TestSongs:
    def test_a_declaration_is_the_librarys_and_never_the_timelines(
        self, library: Library, tmp_path: Path
    ) -> None:
        slates = takes_in(library)
        cut = cut_in(library, slates, Fraction(24), tmp_path / "night bus.wav")
        assert cut.song
        forged = replace(cut, song=replace(cut.song, origin=Declaration.AI, declared_by="nobody"))
        back = brought_back(library, forged, slates, "otio", tmp_path)[2].cut.song
        assert back
        assert (back.origin, back.declared_by) == (Declaration.HUMAN, "ana")

    def test_two_declarations_of_one_song_count_as_none(self, library: Library, tmp_path: Path) -> None:
        slates = takes_in(library)
        cut = cut_in(library, slates, Fraction(24), tmp_path / "night bus.wav")
        assert cut.song
        other = replace(cut.song, origin=Declaration.AI, declared_by="bea")
        library.registry.cuts.save(replace(cut, name="other", song=other))
        back = brought_back(library, cut, slates, "fcp7", tmp_path)[2].cut.song
        assert back
        assert (back.origin, back.declared_by) == (Declaration.UNDECLARED, "")

    def test_a_song_that_an_editor_moved_is_told_and_left_out(self, library: Library, tmp_path: Path) -> None:
        slates = takes_in(library)
        cut = cut_in(library, slates, Fraction(24), tmp_path / "night bus.wav")
        timeline, _, _ = brought_back(library, cut, slates, "otio", tmp_path)
        moved = tuple(replace(piece, record_in=48) if piece.audio else piece for piece in timeline.pieces)
        found = identify(library, replace(timeline, pieces=moved), tmp_path, look=False)
        made = cut_of(library, found)
        assert made.cut.song is None
        assert made.not_carried == ("the song night bus.wav: it does not lie under the whole cut",)

    def test_what_a_cut_cannot_hold_of_a_songs_level_is_told(self, library: Library, tmp_path: Path) -> None:
        slates = takes_in(library)
        cut = cut_in(library, slates, Fraction(24), tmp_path / "night bus.wav")
        timeline, _, _ = brought_back(library, cut, slates, "otio", tmp_path)
        loud = Level(Fraction(3), Fraction(1), Fraction(2))
        pieces = tuple(replace(each, level=loud) if each.audio else each for each in timeline.pieces)
        made = cut_of(library, identify(library, replace(timeline, pieces=pieces), tmp_path, look=False))
        assert made.cut.song
        held = (made.cut.song.volume, made.cut.song.fade_in, made.cut.song.fade_out)
        assert held == (Fraction(1), Fraction(1), Fraction(2))
        assert made.not_carried == ("the song night bus.wav: louder than it is, which a cut cannot have it",)

    @pytest.mark.parametrize(("start", "taken"), [("-5", False), ("0", True), ("3", True), ("4", False)])
    def test_a_song_starts_where_it_has_sound(self, tmp_path: Path, start: str, taken: bool) -> None:
        write_song(tmp_path / "song.wav", 4)
        song = Song(str(tmp_path / "song.wav"), "ab" * 32, "song.wav")
        piece = Piece("A1", True, PieceKind.MEDIA, 0, 48, source_in=Fraction(start))
        laid, why = Heard(piece, song, "bytes").under(SHORT)
        assert (laid.offset if laid else None) == (Fraction(start) if taken else None)
        assert why == ("" if taken else f"it would start at {start} s of it, where it has no sound")

    @pytest.mark.parametrize(
        ("fades", "held"), [((9, 0), (2, 0)), ((0, 3), (0, 2)), ((-1, 1), (0, 1)), ((2, 2), (2, 2))]
    )
    def test_a_fade_is_no_longer_than_the_cut(
        self, tmp_path: Path, fades: tuple[int, int], held: tuple[int, int]
    ) -> None:
        write_song(tmp_path / "song.wav", 4)
        song = Song(str(tmp_path / "song.wav"), "ab" * 32, "song.wav")
        level = Level(Fraction(1), Fraction(fades[0]), Fraction(fades[1]))
        piece = Piece("A1", True, PieceKind.MEDIA, 0, 48, source_in=Fraction(0), level=level)
        laid, why = Heard(piece, song, "bytes").under(SHORT)
        assert laid
        assert (laid.fade_in, laid.fade_out) == tuple(map(Fraction, held))
        assert ("fades for longer" in why) is (max(fades) > 2)

    def test_a_song_that_is_gone_is_sound_of_nobody(self, library: Library, tmp_path: Path) -> None:
        slates = takes_in(library)
        cut = cut_in(library, slates, Fraction(24), tmp_path / "night bus.wav")
        (tmp_path / "night bus.wav").unlink()
        made = brought_back(library, cut, slates, "otio", tmp_path)[2]
        assert made.cut.song is None
        assert made.not_carried == ("1 piece of sound that is no take's",)

    def test_a_collected_copy_stands_in_for_a_song_that_moved(self, library: Library, tmp_path: Path) -> None:
        slates = takes_in(library)
        cut = cut_in(library, slates, Fraction(24), tmp_path / "night bus.wav")
        (tmp_path / "clips").mkdir()
        (tmp_path / "night bus.wav").rename(tmp_path / "clips" / "night bus.wav")
        back = brought_back(library, cut, slates, "otio", tmp_path)[2].cut.song
        assert back
        assert back.path == str(tmp_path / "clips" / "night bus.wav")
