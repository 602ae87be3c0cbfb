"""The song of a cut in a timeline that came back: which it is, and how it lies under the cut.

Which song it is says the mark circletake wrote, its reel, or the bytes of its file. How it was made is never
taken from a timeline, which anybody could have written: only what this library was told of it counts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from circletake.errors import MediaError
from circletake.model.cut import Cut, Song
from circletake.model.take import Declaration
from circletake.model.timeline import Piece

if TYPE_CHECKING:
    from circletake.workflows.library import Library


@dataclass(frozen=True, slots=True)
class Heard:
    """A song of ours on a timeline.

    Attributes:
        song: as this library knows it, with its file where that lies now.
        how: ``mark``, ``reel`` or ``bytes``.
    """

    piece: Piece
    song: Song
    how: str

    def under(self, cut: Cut) -> tuple[Song | None, str]:
        """The song as it lies, for a cut without one; and what of it that cannot hold, in words.

        It is not taken where it would start before its own beginning or after its end.
        """
        piece = self.piece
        if piece.source_in is None or piece.speed != 1:
            return None, "another speed than its own, or no place in it told"
        if piece.record_in or piece.record_out < round(cut.seconds * cut.rate):
            return None, "it does not lie under the whole cut"
        length = _length(self.song)
        if piece.source_in < 0 or (length is not None and piece.source_in >= length):
            return None, f"it would start at {float(piece.source_in):g} s of it, where it has no sound"
        laid = replace(self.song, offset=piece.source_in)
        if (level := piece.level) is None:
            return laid, ""
        why = piece.caveat or ("louder than it is, which a cut cannot have it" if level.volume > 1 else "")
        fades = level.fade_in, level.fade_out
        fade_in, fade_out = (min(max(Fraction(0), each), cut.seconds) for each in fades)
        if not why and max(fades) > cut.seconds:
            why = "it fades for longer than the cut lasts; the fade ends with the cut"
        volume = min(Fraction(1), max(Fraction(0), level.volume))
        return replace(laid, volume=volume, fade_in=fade_in, fade_out=fade_out), why


def _length(song: Song) -> Fraction | None:
    """In seconds; ``None`` where its file cannot be read, which whoever renders the cut is told."""
    from circletake.media.soundtrack import song_seconds

    try:
        return song_seconds(Path(song.path))
    except MediaError:
        return None


def songs_of(library: Library) -> dict[str, Song]:
    """Songs of the library's cuts by sha256; one that is declared in two ways counts as undeclared."""
    known: dict[str, Song] = {}
    for name in library.registry.cuts.names():
        song = library.registry.cuts.get(name).song
        if song is None:
            continue
        before = known.setdefault(song.sha256, song)
        if (before.origin, before.declared_by) != (song.origin, song.declared_by):
            known[song.sha256] = replace(before, origin=Declaration.UNDECLARED, declared_by="")
    return known


def heard(
    pieces: tuple[Piece, ...],
    songs: Mapping[str, Song],
    at_hand: Callable[[Piece], Path | None],
    digest: Callable[[Path], str],
) -> Heard | None:
    """The one song of ours among sounds; ``None`` where there is none, two, or one in several pieces.

    Args:
        at_hand: where the file of a piece lies, if it does.
        digest: sha256 of a file.
    """
    found = [each for piece in pieces if (each := _known(piece, songs, at_hand(piece), digest))]
    return found[0] if len(found) == 1 else None


def _known(
    piece: Piece, songs: Mapping[str, Song], file: Path | None, digest: Callable[[Path], str]
) -> Heard | None:
    short = {sha256[:8]: sha256 for sha256 in songs}
    own = digest(file) if file else ""
    for how, sha256 in (("mark", piece.mark), ("reel", short.get(piece.reel, "")), ("bytes", own)):
        song = songs.get(sha256)
        if song is None and how == "mark" and sha256 and sha256 == own:
            song = Song("", sha256, piece.called)
        if song is None:
            continue
        if Path(song.path).is_file():
            return Heard(piece, song, how)
        if file is not None and own == sha256:
            return Heard(piece, replace(song, path=str(file.resolve())), how)
    return None
