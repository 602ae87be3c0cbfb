"""Comparing two takes: find how one lies on the other in the frame and in time, then measure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from circletake.fingerprint.drifting import drift
from circletake.fingerprint.guessing import Guess, guesses
from circletake.fingerprint.hashes import distances, phash
from circletake.fingerprint.looks import Between, Look
from circletake.fingerprint.moves import inside, moved
from circletake.fingerprint.recolouring import recoloured
from circletake.fingerprint.record import Thumbnails
from circletake.fingerprint.registration import Registered, in_light, register, spread, units
from circletake.fingerprint.texture import texture
from circletake.fingerprint.timing import Timing, best_timings, exact_line
from circletake.fingerprint.views import WHOLE
from circletake.model.alignment import Alignment

if TYPE_CHECKING:
    from numpy.typing import NDArray

LEAST_DETAIL = 6
"""Standard deviation of luma below which a frame is too flat for its picture to mean much."""

LEAST_ALIKE = 0.6
"""Mean likeness of low frequencies along the best alignment, below which nothing more is tried."""

WORTH_REFINING = 0.75
"""Correlation below which no better timing is sought."""

FRAMES = 12
"""Moments that two takes are compared at."""

_PLAIN = 0.125
SHARP = 0.985
"""Correlation from which nothing is left to gain."""

_AS_IT_IS = 0.25
"""Pixels of a thumbnail below which a move is none."""


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


def lay(a: Look, b: Look) -> Laid | None:
    """The best way to lay ``b`` on ``a``; ``None`` where they have nothing in common.

    Half of the shorter of the two must lie on the longer.
    """
    if not len(a.seconds) or not len(b.seconds):
        return None
    ways = guesses(a, b)
    timings = best_timings([1 - guess.likeness(a) for guess in ways], a.seconds, b.seconds)
    tried = [(timing, guess) for timing, guess in zip(timings, ways, strict=True) if timing]
    if not tried:
        return None
    timing, guess = min(tried, key=lambda one: one[0].cost)
    if guess.likeness(a)[timing.ours, timing.theirs].mean() < LEAST_ALIKE:
        return None
    best: tuple[Guess, Registered, Timing] | None = None
    for way, start in _starts(a, b, guess, timing):
        settled = _settle(a, way, start)
        if settled and (best is None or settled[0].fit > best[1].fit):
            best = way, *settled
        if best and min(best[1].picture, best[1].motion) >= SHARP:
            break
    return Laid(a, best[0].b, best[0].flipped, best[0].ours_wider, *best[1:]) if best else None


def _starts(a: Look, b: Look, guess: Guess, timing: Timing) -> Iterator[tuple[Guess, Timing]]:
    """What was found; and, since most copies are whole, the plain time and the plain view, where not found.

    A caption makes a closer view without it look likelier.
    """
    yield guess, timing
    if (timing.speed != 1 or abs(timing.offset) > _PLAIN) and (plain := _plain(a, guess)):
        yield guess, plain
    whole = Guess(b.mirrored if guess.flipped else b, guess.flipped, True, WHOLE, a.vectors)
    if guess.view != WHOLE and (plain := _plain(a, whole)):
        yield whole, plain


def _plain(a: Look, guess: Guess) -> Timing | None:
    """The timing of takes that begin together and run alike."""
    near = np.abs(a.seconds[:, None] - guess.b.seconds[None]) > _PLAIN
    apart = 1 - guess.likeness(a) + 2 * near
    (plain,) = best_timings([apart], a.seconds, guess.b.seconds, speeds=(1.0,))
    return plain if plain and abs(plain.offset) <= _PLAIN else None


def _settle(a: Look, guess: Guess, timing: Timing) -> tuple[Registered, Timing] | None:
    """Register, let the registered pictures say the timing anew, and register once more."""
    found = _registered(a, guess, timing, guess.view.warp)
    if found is None:
        return None
    if found.picture >= WORTH_REFINING:
        (anew,) = best_timings([_distances(a, guess, found.warp)], a.seconds, guess.b.seconds)
        if anew and (anew.offset, anew.speed) != (timing.offset, timing.speed):
            timing, found = anew, _registered(a, guess, anew, found.warp, rough=False) or found
    return sharpened(
        found,
        timing,
        a.seconds,
        guess.b.seconds,
        apart=lambda: _distances(a, guess, found.warp),
        register=lambda exact: _registered(a, guess, exact, found.warp, rough=False),
    )


def _registered(
    a: Look, guess: Guess, timing: Timing, start: NDArray[np.float64], rough: bool = True
) -> Registered | None:
    """The frames that meet, registered from ``start`` on."""
    moments, theirs = meeting(a, guess.b, timing)
    ours, other = moments.of(a.soft), guess.b.soft[theirs]
    return register(*((ours, other) if guess.ours_wider else (other, ours)), start, rough=rough)


def sharpened(
    found: Registered,
    timing: Timing,
    ours: NDArray[np.float64],
    theirs: NDArray[np.float64],
    *,
    apart: Callable[[], NDArray[np.float32]],
    register: Callable[[Timing], Registered | None],
) -> tuple[Registered, Timing]:
    """Timing to a fraction of a sample, where that makes the pictures fit better.

    Args:
        ours, theirs: seconds of the samples of each.
        apart: how far apart their registered samples are, (len(ours), len(theirs)).
        register: the same pictures at another timing.
    """
    if found.picture < WORTH_REFINING or min(found.picture, found.motion) >= SHARP:
        return found, timing
    offset, speed = exact_line(apart(), ours, theirs, timing.offset, timing.speed)
    exact = replace(timing, offset=offset, speed=speed)
    again = register(exact)
    return (again, exact) if again and again.fit > found.fit else (found, timing)


def _distances(a: Look, guess: Guess, warp: NDArray[np.float64]) -> NDArray[np.float32]:
    wide, narrow = (a, guess.b) if guess.ours_wider else (guess.b, a)
    seen = inside(warp)
    apart = 1 - units(moved(wide.soft, warp)[:, seen]) @ units(narrow.soft[:, seen]).T
    return apart if guess.ours_wider else apart.T


def measured(laid: Laid, *, exact: bool = True) -> Alignment:
    """The numbers of a laying.

    Args:
        exact: tell ``drift``, ``colour`` and ``texture`` too, which only whole takes are told apart by.
    """
    a, b, found, timing = laid.a, laid.b, laid.found, laid.timing
    moments, theirs = meeting(a, b, timing)
    ours, other = moments.of(a.thumbnails.luma), b.thumbnails.luma[theirs]
    wide, narrow = (ours, other) if laid.ours_wider else (other, ours)
    flat = np.minimum(ours.std(axis=(1, 2)), other.std(axis=(1, 2))) < LEAST_DETAIL
    return Alignment(
        distance=_bits(wide, narrow, found),
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
        colour=_colour(laid, moments, theirs) if exact else 0.0,
        texture=texture(wide, narrow, found.warp, found.kept) if exact else 1.0,
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


def _colour(laid: Laid, moments: Between, theirs: NDArray[np.int64]) -> float:
    luma, chroma = laid.a.thumbnails.luma, laid.a.thumbnails.chroma
    ours = Thumbnails(moments.of(luma), moments.of(chroma))
    other = Thumbnails(laid.b.thumbnails.luma[theirs], laid.b.thumbnails.chroma[theirs])
    return recoloured(*((ours, other) if laid.ours_wider else (other, ours)), laid.found.warp)


def _bits(wide: NDArray[Any], narrow: NDArray[Any], found: Registered) -> float:
    """Mean Hamming distance of the pHash, of 256 bits, of what both show: a caption is shown in neither."""
    if np.abs(found.warp - np.eye(2, 3)).max() >= _AS_IT_IS:
        wide = moved(wide.astype(np.float32), found.warp)
    narrow = np.where(found.kept, narrow, in_light(wide, narrow, found.kept).clip(0, 255))
    hashes = [phash(np.rint(pictures).astype(np.uint8), 16) for pictures in (wide, narrow)]
    return float(distances(*hashes).mean())


def meeting(a: Look, b: Look, timing: Timing, most: int = FRAMES) -> tuple[Between, NDArray[np.int64]]:
    """At most so many moments of ``a``, and the samples of ``b`` that show the same."""
    theirs = timing.theirs[spread(len(timing.theirs), most)]
    return a.at(timing.offset + timing.speed * b.seconds[theirs]), theirs
