"""Bounds of shares are those of the books."""

import pytest

from tests.bench.bounds import at_most, clustered, exact


def test_the_exact_interval_is_that_of_clopper_and_pearson() -> None:
    assert exact(5, 20) == pytest.approx((0.0866, 0.4910), abs=1e-4)  # R: binom.test(5, 20)
    assert exact(0, 10) == pytest.approx((0.0, 0.3085), abs=1e-4)
    assert exact(10, 10) == pytest.approx((0.6915, 1.0), abs=1e-4)


def test_without_a_hit_the_rule_of_three_holds() -> None:
    assert at_most(0, 1000) == pytest.approx(3 / 1000, rel=0.01)
    assert at_most(0, 0) == 1.0


def test_a_share_of_clusters_has_wider_bounds_than_one_of_as_many_single_trials() -> None:
    alone = clustered([(1, 1)] * 80 + [(0, 1)] * 20)
    together = clustered([(10, 10)] * 8 + [(0, 10)] * 2)
    assert alone.value == together.value == 0.8
    assert together.low < alone.low < 0.8 < alone.high < together.high


def test_clusters_that_all_agree_count_as_one_trial_each() -> None:
    share = clustered([(47, 47)] * 10)
    assert (share.value, share.low, share.high) == (1.0, *exact(10, 10))
    none = clustered([(0, 47)] * 10)
    assert (none.value, none.low, none.high) == (0.0, *exact(0, 10))


def test_nothing_tried_says_nothing() -> None:
    share = clustered([(0, 0)])
    assert (share.value, share.low, share.high, str(share)) == (0.0, 0.0, 1.0, "-")


def test_the_same_counts_have_the_same_bounds() -> None:
    counts = [(3, 4), (4, 4), (1, 4)]
    assert clustered(counts) == clustered(counts)
