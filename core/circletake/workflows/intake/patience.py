"""How long to wait before a backend is asked again: longer each time, never all at once, as it wishes."""

from __future__ import annotations

import random

TRIES = 6
"""How often a call that a backend put off is tried, before the job is left for another run."""

LONGEST = 600.0
"""Seconds; a backend that wishes for more is asked sooner, since a wish may be nonsense."""

_FIRST_LOOK, _LAST_LOOK, _GROWTH = 2.0, 30.0, 1.5
_FIRST_RETRY, _LAST_RETRY = 1.0, 60.0
_JITTER = 0.25


def before_looking(looks: int, wish: float | None = None) -> float:
    """Seconds until a job is looked at again after ``looks`` looks: 2 to 30, or as the backend wishes."""
    return _waited(_FIRST_LOOK * _GROWTH ** min(looks, 40), _LAST_LOOK, wish)


def before_retrying(tries: int, wish: float | None = None) -> float:
    """Seconds until a call is repeated after ``tries`` failures: from 1 to 60, or as the backend wishes."""
    return _waited(_FIRST_RETRY * 2.0 ** min(tries, 40), _LAST_RETRY, wish)


def _waited(seconds: float, most: float, wish: float | None) -> float:
    """Never less than the wish; up to a quarter is added by chance, so that many do not ask as one."""
    base = min(seconds, most) if wish is None or not wish >= 0 else min(wish, LONGEST)
    return base * (1 + random.uniform(0, _JITTER))
