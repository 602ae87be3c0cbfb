import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from circletake.fingerprint.ranks import median, quantile

NUMBERS = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=40)


@given(NUMBERS, st.floats(0, 1))
def test_a_quantile_is_numpys(values: list[float], share: float) -> None:
    assert quantile(np.array(values), share) == pytest.approx(np.quantile(values, share), rel=1e-9, abs=1e-6)


@given(NUMBERS)
def test_a_median_is_numpys(values: list[float]) -> None:
    assert median(np.array(values)) == pytest.approx(np.median(values), rel=1e-9, abs=1e-6)
