"""A timeline and a finished film come back: what is ours in them, how that is known, what is signed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from circletake.errors import BadInput
from circletake.model.cue import Cue, CueList, Gap, Known, Overlay
from circletake.model.cut import CutEvent
from circletake.model.export import SoundUse
from circletake.model.take import Take
from circletake.model.timeline import Piece, PieceKind, Timeline
from circletake.workflows.leaving.blackness import with_black
from circletake.workflows.leaving.conforming import conform
from circletake.workflows.leaving.declaring import Word, declared_on
from circletake.workflows.leaving.earlier import Earlier, kept, not_kept
from circletake.workflows.leaving.identifying import Identified, identify, read
from circletake.workflows.leaving.identifying import Known as Row
from circletake.workflows.leaving.importing import cut_of, save
from circletake.workflows.leaving.names import base_name, local_path
from circletake.workflows.library import Library
from tests.factories import actor, cue, cue_list, half_black, media_facts, new_take
from tests.unit.timeline.test_reading import EDL

Clip = Callable[..., Path]
RATE = Fraction(24)


def piece(name: str = "", start: int = 0, end: int = 24, **over: Any) -> Piece:
    seen: dict[str, Any] = {"source_in": Fraction(0), "name": name, "layer": (1,), **over}
    return Piece("V1", seen.pop("audio", False), seen.pop("kind", PieceKind.MEDIA), start, end, **seen)


def timeline(*pieces: Piece, **over: Any) -> Timeline:
    end = max(each.record_out for each in pieces)
    return Timeline("cut", "EDL", over.pop("rate", RATE), "01:00:00:00", end, pieces, **over)


def take(library: Library, word: str, seconds: float = 4, **over: Any) -> Take:
    facts = media_facts(rate=RATE, frames=round(seconds * 24), seconds=float(seconds))
    return new_take(library.registry, word, media=facts, **over)


def known(library: Library, one: Piece, folder: Path = Path(), **how: Any) -> Row:
    (row,) = identify(library, timeline(one), folder, **how).rows
    return row


class TestIdentifying:
    def test_each_kind_of_evidence_names_a_take(self, library: Library) -> None:
        bus = take(library, "bus")
        slate = bus.slate
        for how, one in {
            "mark": piece("x", mark=bus.sha256),
            "path": piece("x", path=f"file://localhost/clips/{bus.sha256[:12]}.mp4"),
            "name": piece(f"{slate}.mp4"),
            "reel": piece("x", reel=slate),
            "comment": piece("x", comments=("graded", f"take {bus.label} of ours")),
        }.items():
            row = known(library, one)
            assert (row.take, row.how) == (bus, how)

    @pytest.mark.parametrize(
        "name",
        ["{slate}.mov", "{SLATE}.MP4", "{slate}_graded_v2.mxf", "old name {short}.mp4", "bus", "BUS.MP4"],
    )
    def test_a_name_may_lose_its_suffix_its_case_or_gain_words(self, library: Library, name: str) -> None:
        bus = take(library, "bus")
        called = name.format(slate=bus.slate, SLATE=bus.slate.upper(), short=bus.short)
        assert known(library, piece(called)).take == bus

    def test_a_file_at_hand_is_known_by_its_bytes_whatever_it_is_called(
        self, library: Library, tmp_path: Path
    ) -> None:
        (tmp_path / "footage").mkdir()
        (tmp_path / "footage" / "renamed.mp4").write_bytes(b"a take")
        import hashlib

        bus = take(library, "bus", sha256=hashlib.sha256(b"a take").hexdigest())
        row = known(library, piece("renamed.mp4"), media=[tmp_path / "footage"])
        assert (row.take, row.how) == (bus, "bytes")

    def test_a_name_of_two_takes_names_neither(self, library: Library) -> None:
        take(library, "a", name="video.mp4")
        take(library, "b", name="video.mp4")
        row = known(library, piece("video.mp4"))
        assert row.take is None
        assert row.why == "2 takes are called so: SH010/1, SH010/2"

    def test_a_take_too_short_for_the_piece_is_not_believed_by_its_name(self, library: Library) -> None:
        take(library, "bus", seconds=1)
        row = known(library, piece("bus.mp4", 0, 72))
        assert row.take is None
        assert "only 1.00 s long" in row.why

    def test_source_timecode_of_a_whole_hour_is_taken_off(self, library: Library) -> None:
        bus = take(library, "bus")
        row = known(library, piece("bus", source_in=Fraction(3601), timecoded=True))
        assert (row.take, row.source_in) == (bus, Fraction(1))
        lost = known(library, piece("bus", source_in=Fraction(55), timecoded=True))
        assert (lost.take, lost.source_in) == (bus, None)

    def test_what_is_not_ours_is_told_as_that(self, library: Library) -> None:
        bus = take(library, "bus")
        found = identify(
            library,
            timeline(
                piece("bus.mp4"),
                piece("A001C002.mov", 24, 48),
                piece("song.wav", 0, 48, audio=True),
                piece("bus.mp4", 0, 24, audio=True),
            ),
            Path(),
        )
        assert [row.take for row in found.rows] == [bus, None]
        assert [each.called for each in found.sounds] == ["song.wav"]

    @pytest.mark.parametrize(
        ("url", "name"),
        [
            ("file://localhost/D%3a/media/a%20b.mp4", "a b.mp4"),
            ("S:\\path\\to\\a.exr", "a.exr"),
            ("file:///C:/x/a.mp4", "a.mp4"),
            ("clips/a.mp4", "a.mp4"),
            ("\0", ""),
        ],
    )
    def test_paths_of_any_system_are_read(self, url: str, name: str) -> None:
        assert base_name(url) == name

    def test_a_drive_keeps_no_slash_before_it(self) -> None:
        assert local_path("file:///C:/x/a.mp4") == "C:/x/a.mp4"


class TestImporting:
    def test_a_cut_holds_what_it_can_and_says_what_not(self, library: Library) -> None:
        bus, river = take(library, "bus"), take(library, "river")
        found = identify(
            library,
            timeline(
                piece("bus.mp4", 0, 24, source_in=Fraction(1)),
                piece("camera.mov", 24, 48),
                piece("river.mp4", 48, 72, speed=Fraction(2), dissolves=(12, 0)),
            ),
            Path(),
        )
        made = cut_of(library, found, "v2")
        assert made.cut.events == (
            CutEvent(bus.id, Fraction(1), Fraction(2)),
            CutEvent(river.id, Fraction(0), Fraction(2), speed=Fraction(2), gap=Fraction(1)),
        )
        assert [int(each.record_in) for each in made.cut.placed] == [0, 2]
        assert (made.cut.rate, made.cut.start) == (Fraction(24), "01:00:00:00")
        assert [text.split()[0] for text in made.not_carried] == ["1.00", "dissolves"]
        save(library, made.cut, actor())
        with pytest.raises(BadInput, match="a cut of this name"):
            save(library, made.cut)
        library.registry.events.undo(actor())
        assert "v2" not in library.registry.cuts.names()

    @pytest.mark.parametrize("speed", [0, -1, 20])
    def test_what_a_cut_cannot_run_is_told(self, library: Library, speed: int) -> None:
        bus = take(library, "bus")
        shown = piece("bus", 12, 36, source_in=Fraction(2), speed=Fraction(speed))
        made = cut_of(library, Identified(timeline(shown), (Row(shown, bus, "name", Fraction(2)),), ()))
        (event,) = made.cut.events
        assert (str(event.speed), str(event.gap), str(event.seconds)) == ("1", "1/2", "1")
        assert made.not_carried[0] == "1 piece still, backwards or too fast: at the take's own speed"

    def test_what_a_take_is_too_short_for_stays_black_and_the_rest_in_its_place(
        self, library: Library
    ) -> None:
        bus = take(library, "bus", seconds=1)
        found = identify(
            library, timeline(piece("bus", 0, 24, source_in=Fraction(1, 2)), piece("bus", 24, 36)), Path()
        )
        rows = tuple(replace(row, take=bus, source_in=row.piece.source_in) for row in found.rows)
        made = cut_of(library, replace(found, rows=rows))
        assert [(str(each.record_in), str(each.record_out)) for each in made.cut.placed] == [
            ("0", "1/2"),
            ("1", "3/2"),
        ]

    def test_a_timeline_without_takes_makes_no_cut(self, library: Library) -> None:
        with pytest.raises(BadInput, match="none of it is a take"):
            cut_of(library, identify(library, timeline(piece("x")), Path()))

    def test_a_file_is_read_in_a_worker_and_refused_by_name(self, tmp_path: Path, no_workers: None) -> None:
        (tmp_path / "a.edl").write_text(EDL)
        assert read(tmp_path / "a.edl").format == "EDL"
        (tmp_path / "b.edl").write_text("dear diary")
        with pytest.raises(BadInput, match=r"b\.edl"):
            read(tmp_path / "b.edl")


def film(*rows: Cue | Gap, frames: int = 96) -> CueList:
    return cue_list(*rows, frames=frames)


def identified(library: Library, *rows: Row, more: tuple[Piece, ...] = ()) -> Identified:
    whole = timeline(*(row.piece for row in rows), *more)
    return Identified(whole, rows, ())


class TestConforming:
    def test_times_are_the_timelines_and_the_picture_vouches(self, library: Library) -> None:
        bus = take(library, "bus")
        row = Row(piece("bus", 0, 48), bus, "name", Fraction(1))
        seen = cue(bus.id, 1, 45, source_in=1.04, source_out=2.87, picture=0.98, confidence=0.95)
        joined = conform(film(seen, frames=48), identified(library, row))
        (one,) = joined.cues.cues
        assert (one.record_in, one.record_out, one.source_in, one.source_out) == (0, 48, 1.0, 3.0)
        assert (one.known, one.picture, joined.cues.gaps) == (Known.BOTH, 0.98, ())

    def test_what_the_timeline_alone_says_is_told_as_that(self, library: Library) -> None:
        bus = take(library, "bus")
        row = Row(piece("bus", 0, 48), bus, "name", Fraction(0))
        (one,) = conform(film(Gap(0, 48), frames=48), identified(library, row)).cues.cues
        assert (one.known, one.confidence, one.frames) == (Known.TIMELINE, 0, 0)

    def test_where_the_picture_surely_shows_another_take_neither_is_claimed(self, library: Library) -> None:
        bus, river = take(library, "bus"), take(library, "river")
        row = Row(piece("bus", 0, 48), bus, "name", Fraction(0))
        joined = conform(film(cue(river.id, 0, 48), frames=48), identified(library, row))
        assert joined.cues.cues == ()
        assert joined.against and "another take" in joined.cues.gaps[0].why
        unsure = cue(river.id, 0, 48, confidence=0.5)
        assert conform(film(unsure, frames=48), identified(library, row)).against == ()

    def test_where_the_picture_moves_its_own_seconds_are_believed(self, library: Library) -> None:
        bus = take(library, "bus")
        row = Row(piece("bus", 0, 48), bus, "name", Fraction(0))
        joined = conform(
            film(cue(bus.id, 0, 48, source_in=2.0, source_out=4.0), frames=48), identified(library, row)
        )
        (one,) = joined.cues.cues
        assert (one.known, one.source_in) == (Known.MATCHED, 2.0)
        assert "other seconds" in joined.notes[0]
        still = cue(bus.id, 0, 48, source_in=2.0, source_out=4.0, motion=None, matches=((1.0, 3.0),))
        (one,) = conform(film(still, frames=48), identified(library, row)).cues.cues
        assert (one.known, one.source_in, one.matches) == (Known.BOTH, 0.0, ((1.0, 1.0),))

    def test_what_the_timeline_does_not_name_is_taken_from_the_picture(self, library: Library) -> None:
        bus, river = take(library, "bus"), take(library, "river")
        rows = (Row(piece("bus", 0, 48), bus, "name", Fraction(0)), Row(piece("renamed", 48, 96)))
        joined = conform(film(cue(bus.id, 0, 48), cue(river.id, 46, 96)), identified(library, *rows))
        assert [(c.take_id, c.record_in, c.record_out, c.known) for c in joined.cues.cues] == [
            (bus.id, 0, 48, Known.BOTH),
            (river.id, 48, 96, Known.MATCHED),
        ]

    def test_a_leader_before_the_timeline_is_found_by_the_pictures(self, library: Library) -> None:
        bus, river = take(library, "bus"), take(library, "river")
        rows = (
            Row(piece("bus", 0, 24), bus, "name", Fraction(1)),
            Row(piece("river", 24, 48), river, "name", Fraction(1)),
        )
        seen = [
            cue(bus.id, 48, 72, source_in=1.0, source_out=2.0),
            cue(river.id, 72, 96, source_in=1.01, source_out=2.01),
        ]
        joined = conform(film(*seen), identified(library, *rows))
        assert joined.offset == 48
        assert [(c.record_in, c.record_out) for c in joined.cues.cues] == [(48, 72), (72, 96)]
        assert [(g.record_in, g.record_out) for g in joined.cues.gaps] == [(0, 48)]

    def test_rates_that_count_alike_count_alike_and_others_are_converted(self, library: Library) -> None:
        bus = take(library, "bus")
        row = Row(piece("bus", 24, 48), bus, "name", Fraction(0))
        for rate, record in ((Fraction(24000, 1001), (24, 48)), (Fraction(25), (25, 50))):
            cues = replace(film(Gap(0, 96)), rate=rate)
            (one,) = conform(cues, identified(library, row)).cues.cues
            assert (one.record_in, one.record_out) == record

    def test_every_frame_is_in_a_cue_or_a_gap_and_in_one_alone(self, library: Library) -> None:
        bus, river = take(library, "bus"), take(library, "river")
        rows = (
            Row(piece("bus", 10, 30), bus, "name", Fraction(0)),
            Row(piece("camera.mov", 30, 50)),
            Row(piece("river", 50, 70), river, "name", Fraction(0)),
        )
        title = piece("Title", 60, 80, kind=PieceKind.GENERATOR)
        joined = conform(film(cue(bus.id, 8, 33)), identified(library, *rows, more=(title,)))
        spans = sorted((each.record_in, each.record_out) for each in joined.cues.rows)
        assert spans[0][0] == 0 and spans[-1][1] == 96
        assert all(a[1] == b[0] for a, b in pairwise(spans))
        assert [each.what for each in joined.cues.overlays] == ["Title"]


class TestDeclaring:
    def found(self, library: Library) -> CueList:
        bus = take(library, "bus")
        rows = (
            Row(piece("bus", 0, 24), bus, "name", Fraction(0)),
            Row(piece("A001.mov", 24, 48)),
            Row(piece("B002.mov", 48, 72)),
        )
        title = piece("Title", 12, 20, kind=PieceKind.GENERATOR)
        cues = conform(film(cue(bus.id, 0, 24)), identified(library, *rows, more=(title,))).cues
        return replace(cues, sounds=(SoundUse("song.wav", "", "undeclared", ""),))

    def test_nothing_is_declared_that_nobody_said(self, library: Library) -> None:
        found = self.found(library)
        said = declared_on(found, (), "ana")
        assert [(s.what, s.kind, s.by) for s in said.others] == [
            ("Title", "", ""),
            ("A001.mov", "", ""),
            ("B002.mov", "", ""),
            ("", "", ""),
        ]
        assert said == found

    def test_names_seconds_and_the_rest_are_declared(self, library: Library) -> None:
        declared = [
            *(Word("A0*", "camera"), Word("2-2.5", "hand"), Word("rest", "edited")),
            *(Word("Title", "hand"), Word("sound", "human")),
        ]
        said = declared_on(self.found(library), declared, "ana")
        assert [(s.record_in, s.kind, s.by) for s in said.others] == [
            (12, "digitalCreation", "ana"),
            (24, "digitalCapture", "ana"),
            (48, "digitalCreation", "ana"),
            (60, "humanEdits", "ana"),
            (72, "humanEdits", "ana"),
        ]
        assert said.sounds == (SoundUse("song.wav", "", "human-made", "ana"),)

    @pytest.mark.parametrize(
        ("what", "kind"), [("nothing*", "camera"), ("rest", "magic"), ("sound", "camera")]
    )
    def test_a_declaration_that_fits_nothing_is_refused(self, library: Library, what: str, kind: str) -> None:
        with pytest.raises(BadInput):
            declared_on(self.found(library), [Word(what, kind)], "ana")


class TestKeeping:
    """What was declared of a film before, laid on what is found in it now."""

    def before(self, **over: Any) -> CueList:
        rows = (
            Gap(24, 48, what="A001.mov", kind="digitalCapture", by="ana"),
            Gap(48, 60, why="black by the timeline and the picture", kind="black"),
        )
        over = {"overlays": (Overlay(6, 12, "Title", "humanEdits", "ana"),), **over}
        song = SoundUse("song.wav", "", "human-made", "ana", "2026-04-01")
        return cue_list(cue(record_out=24), *rows, said_at="2026-05-04", sounds=(song,), frames=96, **over)

    def earlier(self, **over: Any) -> Earlier:
        return Earlier(Path("film.signed.mp4"), self.before(**over), same=True)

    def test_titles_black_footage_and_song_are_as_they_were_and_keep_their_first_day(self) -> None:
        heard = SoundUse("sound of the film", "", "undeclared", "")
        now = replace(film(cue(record_out=24), Gap(24, 96)), sounds=(heard,))
        said = kept(now, self.earlier(), timed=False)
        assert [(gap.record_in, gap.record_out, gap.kind, gap.by, gap.at) for gap in said.gaps] == [
            (24, 48, "digitalCapture", "ana", "2026-05-04"),
            (48, 60, "black", "", ""),
            (60, 96, "", "", ""),
        ]
        assert said.overlays == (Overlay(6, 12, "Title", "humanEdits", "ana", "2026-05-04"),)
        assert said.sounds == self.before().sounds
        assert list(not_kept(said, self.earlier(), Path("film.mp4"))) == []

    def test_a_timeline_that_names_a_title_or_a_song_no_more_is_believed_and_told(self) -> None:
        named = (Overlay(6, 12, "Title v2"),)
        heard = (SoundUse("other.wav", "", "undeclared", ""),)
        now = replace(film(cue(record_out=24), Gap(24, 96)), overlays=named, sounds=heard)
        said = kept(now, self.earlier(), timed=True)
        assert (said.overlays, said.sounds) == (named, heard)
        told, again = not_kept(said, self.earlier(), Path("film.mp4"))
        assert "over the picture: Title: humanEdits by ana; song.wav: human-made by ana" in told
        assert "its timeline names that no more" in told
        assert again == "to declare it again, as your own word: --declare sound human"

    def test_what_is_a_take_now_needs_no_word(self) -> None:
        now = film(cue(record_out=60), Gap(60, 96))
        said = kept(now, self.earlier(), timed=False)
        assert [(gap.record_in, gap.kind) for gap in said.gaps] == [(60, "")]

    def test_a_film_counted_at_another_rate_takes_nothing_over(self) -> None:
        now = film(Gap(0, 96))
        assert kept(now, self.earlier(rate=Fraction(25)), timed=False) == now

    @given(st.lists(st.integers(1, 95), max_size=8), st.lists(st.integers(1, 95), max_size=8))
    def test_every_frame_stays_in_one_gap(self, now_at: list[int], before_at: list[int]) -> None:
        def parted(places: list[int], **over: Any) -> CueList:
            edges = sorted({0, 96, *places})
            return cue_list(*(Gap(a, b) for a, b in pairwise(edges)), frames=96, **over)

        now = parted(now_at)
        before = parted(before_at)
        declared = replace(before, gaps=tuple(replace(g, kind="humanEdits", by="ana") for g in before.gaps))
        said = kept(now, Earlier(Path("a.mp4"), declared, same=True), timed=False)
        frames = [at for gap in said.gaps for at in range(gap.record_in, gap.record_out)]
        assert frames == list(range(96))
        assert {gap.kind for gap in said.gaps} == {"humanEdits"}


class TestBlack:
    def test_where_the_timeline_has_nothing_or_black_is_told_in_frames_of_the_film(
        self, library: Library
    ) -> None:
        bus = take(library, "bus")
        rows = (
            Row(piece("bus", 12, 24), bus, "name", Fraction(0)),
            Row(piece("camera.mov", 36, 48)),
        )
        more = (
            piece("Slug", 48, 60, kind=PieceKind.GENERATOR),
            piece("Title 01", 60, 72, kind=PieceKind.GENERATOR),
        )
        joined = conform(film(cue(bus.id, 12, 24)), identified(library, *rows, more=more))
        assert joined.black == ((0, 12), (24, 36), (48, 60))

    def test_only_what_the_picture_shows_black_as_well_is_black(
        self, no_workers: None, tmp_path: Path
    ) -> None:
        path = half_black(tmp_path / "film.mp4", black=range(6, 15), frames=24)
        found = cue_list(cue(record_in=0, record_out=3), Gap(3, 24, "id-9", "pictures differ"), frames=24)
        said = with_black(path, replace(found, rate=Fraction(12)), [(5, 20)])
        assert [(g.record_in, g.record_out, g.kind) for g in said.gaps] == [
            (3, 6, ""),
            (6, 15, "black"),
            (15, 24, ""),
        ]
        assert said.gaps[1].why == "black by the timeline and the picture"
        assert not said.gaps[1].nearest and said.gaps[0].nearest == "id-9"
        assert with_black(path, said, [(0, 3)]) == said
        (_, black, _) = declared_on(said, [Word("rest", "camera")], "ana").gaps
        assert black == said.gaps[1]
