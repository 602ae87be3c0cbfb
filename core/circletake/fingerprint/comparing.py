"""Comparing two takes: find how one lies on the other in the frame and in time, then measure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from circletake.fingerprint.drifting import drift
from circletake.fingerprint.hashes import distances, phash
from circletake.fingerprint.looks import Between, Look
from circletake.fingerprint.recolouring import recoloured
from circletake.fingerprint.record import Thumbnails
from circletake.fingerprint.registration import (
    Registered,
    approach,
    closeness,
    in_light,
    inside,
    moved,
    register,
    spread,
)
from circletake.fingerprint.texture import texture
from circletake.fingerprint.timing import FEW_SPEEDS, SPEEDS, Timing, best_timings, exact_line
from circletake.fingerprint.views import WHOLE, View
from circletake.model.alignment import Alignment

if TYPE_CHECKING:
    from numpy.typing import NDArray

LEAST_DETAIL = 6
"""Standard deviation of luma below which a frame is too flat for its picture to mean much."""

LEAST_ALIKE, PIECE_ALIKE = 0.6, 0.45
"""Mean likeness of low frequencies along the best alignment, below which nothing more is tried: of
two takes, and of a piece of a film, which may be zoomed and titled."""

_WORTH_REFINING = 0.75
_HOPELESS = 0.6
"""Correlation after the first approach below which a piece does not show a take."""

_NARROW_SAMPLES, _WIDE_SAMPLES = 12, 96
_TRIED = 3
_ABOUT = 0.25
"""Logarithm of how far off the speed may be that low frequencies tell."""

_FRAMES, _GLANCED = 12, 5
_CERTAIN = 0.95
_PLAIN = 0.125
_SHARP = 0.985
_MOVES_ALIKE = 0.85
_AS_IT_IS = 0.25
"""Pixels of a thumbnail below which a move is none."""


@dataclass(frozen=True, slots=True, eq=False)
class _Guess:
    """A way in which one take may show the other.

    Attributes:
        ours_wider: ``a`` shows more of the picture, ``b`` a view of it; otherwise the other way.
        vectors: unit vectors of the wider one's samples through the view.
    """

    b: Look
    flipped: bool
    ours_wider: bool
    view: View
    vectors: NDArray[np.float32]

    def likeness(self, a: Look) -> NDArray[np.float32]:
        """(len(a), len(b)), of low frequencies through the view."""
        narrow = self.b if self.ours_wider else a
        alike = self.vectors @ narrow.vectors.T
        return alike if self.ours_wider else alike.T


@dataclass(frozen=True, slots=True, eq=False)
class Laid:
    """One take laid on another: in the frame, and in time.

    Attributes:
        b: the other take, mirrored where that fits.
        ours_wider: ``found.warp`` leads from ``b``'s pixels to ``a``'s; otherwise the other way.
    """

    a: Look
    b: Look
    flipped: bool
    ours_wider: bool
    found: Registered
    timing: Timing

    @property
    def zoom(self) -> float:
        """Share of ``a``'s width or height that ``b`` does not show; negative the other way round."""
        sides = np.hypot(*self.found.warp[:, :2])
        cut = max(0.0, 1 - float(sides.min()))
        return cut if self.ours_wider else -cut


def compare(a: Look, b: Look) -> Alignment | None:
    """How ``b`` lies on ``a``.

    Laying is not quite the same from either side, so it is always the same one of the two that is
    laid on the other, and the numbers are turned round where they were asked for the other way:
    what two takes are to one another cannot depend on which of them came first.

    Returns:
        ``None`` where one has no frames, or the two have nothing in common.
    """
    if _carries(b, a):
        turned = compare(b, a)
        return turned.reversed if turned else None
    laid = lay(a, b)
    return measured(laid) if laid else None


def _carries(a: Look, b: Look) -> bool:
    """Whether ``b`` is to be laid on ``a`` rather than the other way round: the shorter on the longer.

    Of two as long, their own bytes decide; of two that are equal in all it makes no difference.
    """
    lengths = a.fingerprint.length, b.fingerprint.length
    if lengths[0] != lengths[1]:
        return lengths[0] > lengths[1]
    for ours, theirs in zip(_bytes(a), _bytes(b), strict=True):
        if ours != theirs:
            return ours > theirs
    return False


def _bytes(look: Look) -> Iterator[bytes]:
    print_, pictures = look.fingerprint, look.thumbnails
    for array in (print_.low, print_.bits256, print_.seconds, pictures.luma, pictures.chroma):
        yield array.tobytes()


def lay(a: Look, b: Look, *, within: float | None = None) -> Laid | None:
    """The best way to lay ``b`` on ``a``; ``None`` where they have nothing in common.

    Args:
        within: ``b`` is a piece of a film and this share of it must lie within ``a``; otherwise
            half of the shorter of the two must lie on the longer.
    """
    if not len(a.seconds) or not len(b.seconds):
        return None
    least = LEAST_ALIKE if within is None else PIECE_ALIKE
    speeds = SPEEDS if within is None else FEW_SPEEDS
    guesses = _guesses(a, b, piece=within is not None)
    timings = _timings([1 - guess.likeness(a) for guess in guesses], a, b, within, speeds)
    tried = [(timing, guess) for timing, guess in zip(timings, guesses, strict=True) if timing]
    if not tried:
        return None
    timing, guess = min(tried, key=lambda one: one[0].cost)
    if guess.likeness(a)[timing.ours, timing.theirs].mean() < least:
        return None
    best: tuple[_Guess, Registered, Timing] | None = None
    for way, start in ((guess, timing),) if within is not None else _starts(a, b, guess, timing):
        settled = _settle(a, way, start, within)
        if settled and (best is None or settled[0].fit > best[1].fit):
            best = way, *settled
        if best and min(best[1].picture, best[1].motion) >= _SHARP:
            break
    return Laid(a, best[0].b, best[0].flipped, best[0].ours_wider, *best[1:]) if best else None


def _timings(
    apart: Sequence[NDArray[np.float32]],
    a: Look,
    b: Look,
    within: float | None,
    speeds: tuple[float, ...] = SPEEDS,
) -> list[Timing | None]:
    if within is None:
        return best_timings(apart, a.seconds, b.seconds, speeds=speeds)
    return best_timings(apart, a.seconds, b.seconds, least=within, of_b=True, speeds=speeds)


def _starts(a: Look, b: Look, guess: _Guess, timing: Timing) -> Iterator[tuple[_Guess, Timing]]:
    """What was found; and, since most copies are whole, the plain time and the plain view, where not found.

    A caption makes a closer view without it look likelier.
    """
    yield guess, timing
    if (timing.speed != 1 or abs(timing.offset) > _PLAIN) and (plain := _plain(a, guess)):
        yield guess, plain
    whole = _Guess(b.mirrored if guess.flipped else b, guess.flipped, True, WHOLE, a.vectors)
    if guess.view != WHOLE and (plain := _plain(a, whole)):
        yield whole, plain


def _plain(a: Look, guess: _Guess) -> Timing | None:
    """The timing of takes that begin together and run alike."""
    near = np.abs(a.seconds[:, None] - guess.b.seconds[None]) > _PLAIN
    apart = 1 - guess.likeness(a) + 2 * near
    (plain,) = best_timings([apart], a.seconds, guess.b.seconds, speeds=(1.0,))
    return plain if plain and abs(plain.offset) <= _PLAIN else None


def _guesses(a: Look, b: Look, piece: bool) -> list[_Guess]:
    """The likeliest ways, by how well every sample of the shorter take finds one in the longer."""
    found: list[tuple[float, _Guess]] = []
    for other, flipped in ((b, False), (b.mirrored, True)):
        for ours_wider in (True, False):
            wide, narrow = (a, other) if ours_wider else (other, a)
            vectors, through = wide.through(narrow.aspect)
            few, many = (
                spread(len(narrow.seconds), _NARROW_SAMPLES),
                spread(len(wide.seconds), _WIDE_SAMPLES),
            )
            alike = vectors[:, many] @ narrow.vectors[few].T
            shorter = (narrow is not a) if piece else narrow.fingerprint.length <= wide.fingerprint.length
            scores = alike.max(axis=1 if shorter else 2).mean(axis=1)
            found += [
                (float(scores[pick]), _Guess(other, flipped, ours_wider, through[pick], vectors[pick]))
                for pick in np.argsort(-scores)[:2]
            ]
    found.sort(key=lambda one: -one[0])
    return [guess for _, guess in found[:_TRIED]]


def _settle(a: Look, guess: _Guess, timing: Timing, within: float | None) -> tuple[Registered, Timing] | None:
    """Register, let the registered pictures say the timing anew, and register once more."""
    if within is not None:
        return _settle_piece(a, guess, timing, within)
    found = _registered(a, guess, timing, guess.view.warp)
    if found is None:
        return None
    if found.picture >= _WORTH_REFINING:
        (anew,) = _timings([_registered_distances(a, guess, found.warp)], a, guess.b, within)
        if anew and (anew.offset, anew.speed) != (timing.offset, timing.speed):
            timing, found = anew, _registered(a, guess, anew, found.warp, rough=False) or found
    return _sharpened(a, guess, found, timing)


def _settle_piece(a: Look, guess: _Guess, timing: Timing, within: float) -> tuple[Registered, Timing] | None:
    """The same for a piece of a film: most takes are not what it shows, and that is plain early."""
    pair = _pair(a, guess, timing, _GLANCED)
    start = approach(*pair, guess.view.warp)
    warp = guess.view.warp if start is None else start
    if closeness(*pair, warp) < _HOPELESS:
        return None
    speeds = tuple(speed for speed in SPEEDS if abs(np.log(speed / timing.speed)) < _ABOUT)
    (anew,) = _timings([_registered_distances(a, guess, warp)], a, guess.b, within, speeds)
    timing = anew or timing
    found = _registered(a, guess, timing, warp, rough=False)
    if found is None:
        return None
    # It is matched frame by frame in any case, once its take is known.
    return (found, timing) if found.motion >= _MOVES_ALIKE else _sharpened(a, guess, found, timing)


def _registered(
    a: Look, guess: _Guess, timing: Timing, start: NDArray[np.float64], rough: bool = True
) -> Registered | None:
    """The frames that meet, registered from ``start`` on."""
    return register(*_pair(a, guess, timing, _FRAMES), start, rough=rough)


def _pair(
    a: Look, guess: _Guess, timing: Timing, most: int
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """At most so many moments as both show them, the wider first."""
    moments, theirs = _meeting(a, guess.b, timing, most)
    ours, other = moments.of(a.soft), guess.b.soft[theirs]
    return (ours, other) if guess.ours_wider else (other, ours)


def _sharpened(a: Look, guess: _Guess, found: Registered, timing: Timing) -> tuple[Registered, Timing]:
    """Timing to a fraction of a sample, where that makes the pictures fit better."""
    if found.picture < _WORTH_REFINING or min(found.picture, found.motion) >= _SHARP:
        return found, timing
    apart = _registered_distances(a, guess, found.warp)
    offset, speed = exact_line(apart, a.seconds, guess.b.seconds, timing.offset, timing.speed)
    exact = replace(timing, offset=offset, speed=speed)
    again = _registered(a, guess, exact, found.warp, rough=False)
    return (again, exact) if again and again.fit > found.fit else (found, timing)


def _registered_distances(a: Look, guess: _Guess, warp: NDArray[np.float64]) -> NDArray[np.float32]:
    wide, narrow = (a, guess.b) if guess.ours_wider else (guess.b, a)
    seen = inside(warp)
    apart = 1 - _units(moved(wide.soft, warp)[:, seen]) @ _units(narrow.soft[:, seen]).T
    return apart if guess.ours_wider else apart.T


def _units(pictures: NDArray[np.float32]) -> NDArray[np.float32]:
    centred = pictures - pictures.mean(axis=1, keepdims=True)
    return np.asarray(centred / (np.linalg.norm(centred, axis=1, keepdims=True) + 1e-3))


def measured(laid: Laid, *, exact: bool = True) -> Alignment:
    """The numbers of a laying.

    Args:
        exact: tell ``drift``, ``colour`` and ``texture`` too, which only whole takes are told apart by.
    """
    a, b, found, timing = laid.a, laid.b, laid.found, laid.timing
    moments, theirs = _meeting(a, b, timing)
    ours = Thumbnails(moments.of(a.thumbnails.luma), moments.of(a.thumbnails.chroma))
    other = Thumbnails(b.thumbnails.luma[theirs], b.thumbnails.chroma[theirs])
    wide, narrow = (ours, other) if laid.ours_wider else (other, ours)
    flat = np.minimum(ours.luma.std(axis=(1, 2)), other.luma.std(axis=(1, 2))) < LEAST_DETAIL
    return Alignment(
        distance=_bits(wide.luma, narrow.luma, found),
        picture=found.picture,
        worst=float(found.correlations.min()),
        motion=found.motion,
        places=found.places,
        moving=found.moving,
        peak=found.peak,
        liveliness=found.liveliness,
        drift=_drift(laid, moments, theirs) if exact else 0.0,
        offset=timing.offset,
        speed=timing.speed,
        overlap=timing.overlap,
        extent=timing.overlap * _ratio(a.fingerprint.length, b.fingerprint.length * timing.speed),
        flipped=laid.flipped,
        zoom=laid.zoom,
        colour=recoloured(wide, narrow, found.warp) if exact else 0.0,
        texture=texture(wide.luma, narrow.luma, found.warp, found.kept) if exact else 1.0,
        flat=float(flat.mean()),
        frames=len(theirs),
    )


def _ratio(one: float, other: float) -> float:
    return min(one, other) / max(one, other, 1e-6)


def _drift(laid: Laid, moments: Between, theirs: NDArray[np.int64]) -> float:
    pair = moments.of(laid.a.soft), laid.b.soft[theirs]
    wide, narrow = pair if laid.ours_wider else pair[::-1]
    fitting = laid.found.fitting
    return drift(moved(wide[fitting], laid.found.warp), narrow[fitting], laid.found.kept)


def _bits(wide: NDArray[Any], narrow: NDArray[Any], found: Registered) -> float:
    """Mean Hamming distance of the pHash, of 256 bits, of what both show: a caption is shown in neither."""
    if np.abs(found.warp - np.eye(2, 3)).max() >= _AS_IT_IS:
        wide = moved(wide.astype(np.float32), found.warp)
    narrow = np.where(found.kept, narrow, in_light(wide, narrow, found.kept).clip(0, 255))
    hashes = [phash(np.rint(pictures).astype(np.uint8), 16) for pictures in (wide, narrow)]
    return float(distances(*hashes).mean())


def _meeting(a: Look, b: Look, timing: Timing, most: int = _FRAMES) -> tuple[Between, NDArray[np.int64]]:
    """Moments of ``a`` and samples of ``b`` that show the same."""
    theirs = timing.theirs[spread(len(timing.theirs), most)]
    return a.at(timing.offset + timing.speed * b.seconds[theirs]), theirs


__all__ = ["Laid", "Look", "compare", "lay", "measured"]
