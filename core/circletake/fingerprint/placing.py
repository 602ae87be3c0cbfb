"""Laying a piece of a film on a take: most takes are not what it shows, and most that are, plainly so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from circletake.fingerprint.comparing import SHARP, WORTH_REFINING, Laid, meeting, sharpened
from circletake.fingerprint.guessing import Guess, guesses
from circletake.fingerprint.looks import Look
from circletake.fingerprint.low import unit
from circletake.fingerprint.moves import HALF, at, blurred, inside, moved, of_halves, soften
from circletake.fingerprint.registration import Registered, better, closeness, register, settle_halves, units
from circletake.fingerprint.timing import FEW_SPEEDS, SPEEDS, Timing, best_timings
from circletake.fingerprint.views import bases

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


_WITHIN = 0.6
"""Share of the piece that must lie within the take."""

_ALIKE, _PLAINLY_ALIKE = 0.45, 0.75
"""Mean likeness of low frequencies along the best alignment, below which nothing more is tried: a piece
may be zoomed and titled; and one that is neither, nor mirrored, nor of another speed."""

_CERTAIN, _MOVES_ALIKE = 0.95, 0.85
"""Correlation of the pictures and of what changes at which no other way is tried."""

_LITTLE_FASTER = 0.2
"""Logarithm of a speed that pictures tell in any case, where the take's own was tried."""

_FAR_OFF, _HOPELESS = 0.5, 0.6
"""Correlation of blurred pictures where low frequencies lay them, and of sharp ones after the first approach,
below which a piece does not show a take: of 504 layings of graded and heavy cuts that held the former was
.57 or more, the latter .71; of 1,940 in vain a quarter had less than .51 and .45."""

_NEARLY_NAMED = 0.84
"""Correlation from which a better one may be enough for the take to be named."""

_GLANCED = 5
_ABOUT = 0.25
"""Logarithm of how far off the speed may be that low frequencies tell."""


def place(take: Look, piece: Look) -> Laid | None:
    """The best way to lay a piece on a take; ``None`` where they have nothing in common."""
    if not len(take.seconds) or not len(piece.seconds):
        return None
    plain = _laid(take, _plainly(take, piece), (1.0,), _PLAINLY_ALIKE)
    if plain and _certain(plain):
        return plain
    any_way = _laid(take, guesses(take, piece, piece=True), FEW_SPEEDS, _ALIKE)
    return max((one for one in (any_way, plain) if one), key=lambda one: one.found.fit, default=None)


def _certain(laid: Laid) -> bool:
    """Whether no other way need be tried; another speed than was asked for may hide one farther off."""
    alike = laid.found.picture >= _CERTAIN and laid.found.motion >= _MOVES_ALIKE
    return alike and abs(np.log(laid.timing.speed)) < _LITTLE_FASTER


def _plainly(take: Look, piece: Look) -> list[Guess]:
    """The piece as the take was shot: neither mirrored nor zoomed."""
    within = bases(take.aspect, piece.aspect)
    return [Guess(piece, False, True, base, unit(take.part(base))) for base in within]


def _laid(take: Look, ways: Sequence[Guess], speeds: tuple[float, ...], least: float) -> Laid | None:
    """The likeliest of some ways, registered."""
    timings = _timings(take, ways[0].b, [1 - guess.likeness(take) for guess in ways], speeds)
    tried = [(timing, guess) for timing, guess in zip(timings, ways, strict=True) if timing]
    if not tried:
        return None
    timing, guess = min(tried, key=lambda one: one[0].cost)
    if guess.likeness(take)[timing.ours, timing.theirs].mean() < least:
        return None
    settled = _settled(take, guess, timing)
    return Laid(take, guess.b, guess.flipped, guess.ours_wider, *settled) if settled else None


def _timings(
    take: Look, piece: Look, apart: Sequence[NDArray[np.float32]], speeds: tuple[float, ...]
) -> list[Timing | None]:
    return best_timings(apart, take.seconds, piece.seconds, least=_WITHIN, of_b=True, speeds=speeds)


def _settled(take: Look, guess: Guess, timing: Timing) -> tuple[Registered, Timing] | None:
    """Register, let the registered pictures say the timing anew, and register once more."""
    moments, theirs = meeting(take, guess.b, timing, _GLANCED)
    pair = _ordered(guess, moments.of(take.halves), guess.b.halves[theirs])
    soft = blurred(pair[0], 1.0), blurred(pair[1], 1.0)
    if closeness(*soft, of_halves(guess.view.warp)) < _FAR_OFF:
        return None
    start = settle_halves(*soft, guess.view.warp)
    warp = guess.view.warp if start is None else start
    if closeness(*pair, of_halves(warp)) < _HOPELESS:
        return None
    timing = _anew(take, guess, timing, warp)
    found = _registered(take, guess, timing, warp)
    if found is None:
        return None
    # It is matched frame by frame in any case, once its take is known.
    if found.motion < _MOVES_ALIKE:
        found, timing = _exact(take, guess, *_again(take, guess, found, timing))
    return _finer(take, guess, found, timing), timing


def _anew(take: Look, guess: Guess, timing: Timing, warp: NDArray[np.float64]) -> Timing:
    """The timing that pictures tell once they lie on one another, at a speed about as it was."""
    speeds = tuple(speed for speed in SPEEDS if abs(np.log(speed / timing.speed)) < _ABOUT)
    (anew,) = _timings(take, guess.b, [_distances(take, guess, warp)], speeds)
    return anew or timing


def _again(take: Look, guess: Guess, found: Registered, timing: Timing) -> tuple[Registered, Timing]:
    """The same once more where the move, now better known, tells another moment."""
    if found.picture < WORTH_REFINING:
        return found, timing
    anew = _anew(take, guess, timing, found.warp)
    if (anew.offset, anew.speed) == (timing.offset, timing.speed):
        return found, timing
    again = _registered(take, guess, anew, found.warp)
    return (again, anew) if again and again.fit > found.fit else (found, timing)


def _exact(take: Look, guess: Guess, found: Registered, timing: Timing) -> tuple[Registered, Timing]:
    return sharpened(
        found,
        timing,
        take.seconds,
        guess.b.seconds,
        apart=lambda: _distances(take, guess, found.warp),
        register=lambda exact: _registered(take, guess, exact, found.warp),
    )


def _registered(take: Look, guess: Guess, timing: Timing, start: NDArray[np.float64]) -> Registered | None:
    """The frames that meet, registered from ``start`` on as exactly as a few halves tell."""
    moments, theirs = meeting(take, guess.b, timing, _GLANCED)
    halves = _ordered(guess, moments.of(take.halves), guess.b.halves[theirs])
    return better(*_pair(take, guess, timing), settle_halves(*halves, start), start)


def _finer(take: Look, guess: Guess, found: Registered, timing: Timing) -> Registered:
    """The same from whole thumbnails, where halves may have told too little: pictures full of detail."""
    if not _NEARLY_NAMED <= found.picture < SHARP:
        return found
    finer = register(*_pair(take, guess, timing), found.warp, rough=False)
    return finer if finer and finer.picture > found.picture else found


def _pair(take: Look, guess: Guess, timing: Timing) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Moments as both show them, the wider first."""
    moments, theirs = meeting(take, guess.b, timing)
    ours, other = soften(moments.of(take.thumbnails.luma)), soften(guess.b.thumbnails.luma[theirs])
    return _ordered(guess, ours, other)


def _ordered(
    guess: Guess, ours: NDArray[np.float32], other: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The wider frames first."""
    return (ours, other) if guess.ours_wider else (other, ours)


def _distances(take: Look, guess: Guess, warp: NDArray[np.float64]) -> NDArray[np.float32]:
    return correlated(take.halves, guess.b.halves, guess.ours_wider, warp, inside(of_halves(warp), HALF))


def correlated(
    take: NDArray[np.float32],
    piece: NDArray[np.float32],
    ours_wider: bool,
    warp: NDArray[np.float64],
    kept: NDArray[np.bool_],
) -> NDArray[np.float32]:
    """1 - correlation of each sample of the take with each frame of the piece, as ``warp`` lays them.

    Args:
        take, piece: halves, (n, 32, 32).
        kept: which pixels count.
    """
    wide, narrow = (take, piece) if ours_wider else (piece, take)
    seen = np.flatnonzero(kept)
    a, b = (units(at(frames, seen)) for frames in (moved(wide, of_halves(warp)), narrow))
    apart = np.asarray(1 - a @ b.T, np.float32)
    return apart if ours_wider else apart.T
