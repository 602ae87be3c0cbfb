"""How sure a share is: bounds of 95 % for shares that were counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

SURE = 0.95
_DRAWS = 2000


@dataclass(frozen=True)
class Share:
    """A share with its bounds.

    Attributes:
        hits: how many of ``tried``.
    """

    hits: int
    tried: int
    low: float
    high: float

    @property
    def value(self) -> float:
        """0-1, 0 where nothing was tried."""
        return self.hits / self.tried if self.tried else 0.0

    def __str__(self) -> str:
        return f"{self.value:.3f} [{self.low:.3f}, {self.high:.3f}]" if self.tried else "-"


def exact(hits: int, tried: int, sure: float = SURE) -> tuple[float, float]:
    """The interval of Clopper and Pearson (Biometrika 26, 1934), for independent trials.

    With no hit its upper end is ``1 - (alpha / 2) ** (1 / tried)``, about 3.7 / tried.
    """
    from scipy.special import betaincinv

    alpha = 1 - sure
    low = float(betaincinv(hits, tried - hits + 1, alpha / 2)) if hits else 0.0
    high = float(betaincinv(hits + 1, tried - hits, 1 - alpha / 2)) if hits < tried else 1.0
    return low, high


def at_most(hits: int, tried: int, sure: float = SURE) -> float:
    """The one-sided upper bound of Clopper and Pearson; without a hit the rule of three, 3 / tried."""
    return exact(hits, tried, 1 - 2 * (1 - sure))[1] if tried else 1.0


def clustered(counts: Sequence[tuple[int, int]], sure: float = SURE, seed: int = 0) -> Share:
    """A share of trials that come in clusters, such as all copies of one clip.

    Bounds are percentiles of a bootstrap that draws whole clusters (Davison and Hinkley, Bootstrap
    Methods, 1997, 3.8). Where every cluster says the same the bootstrap knows no doubt; then each
    cluster counts as one trial of :func:`exact`.

    Args:
        counts: hits and trials of each cluster.
    """
    import numpy as np

    counted = np.array([one for one in counts if one[1]], int).reshape(-1, 2)
    hits, tried = (int(n) for n in counted.sum(axis=0))
    if not tried:
        return Share(0, 0, 0.0, 1.0)
    if hits in (0, tried):
        clusters = len(counted)
        return Share(hits, tried, *exact(clusters if hits else 0, clusters, sure))
    drawn = np.random.default_rng(seed).integers(len(counted), size=(_DRAWS, len(counted)))
    sums = counted[drawn].sum(axis=1)
    low, high = np.quantile(sums[:, 0] / sums[:, 1], [(1 - sure) / 2, (1 + sure) / 2])
    return Share(hits, tried, float(low), float(high))
