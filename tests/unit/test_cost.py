"""What takes cost together, as far as anybody says."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from circletake.model.cost import Bill, Cost, cost_said


@pytest.mark.parametrize(
    ("said", "cost"),
    [
        ("0.50 USD", Cost(Decimal("0.50"), "USD")),
        ("12 credits", Cost(Decimal(12), "CREDITS")),
        ("5", Cost(Decimal(5))),
        ("Free", Cost(Decimal(0))),
        ("", None),
        ("about 2 USD", None),
        ("1e9 USD", None),
        ("-1 USD", None),
    ],
)
def test_only_what_can_be_counted_is_a_cost(said: str, cost: Cost | None) -> None:
    assert cost_said(said) == cost


def test_a_bill_adds_up_by_currency_and_counts_what_nobody_tells() -> None:
    assert (
        str(Bill.of(["0.10 USD"] * 3 + ["5 credits", "", "free"]))
        == "5.00 CREDITS + 0.30 USD + 1 of unknown price"
    )
    assert str(Bill.of(["free", "free"])) == "free"
    assert str(Bill.of(["0.005 USD"])) == "0.005 USD"


@given(st.lists(st.decimals("0.01", "99", places=2), min_size=1))
def test_cents_are_not_lost(amounts: list[Decimal]) -> None:
    (total,) = Bill.of(f"{amount} USD" for amount in amounts).sums
    assert total.amount == sum(amounts)
    assert cost_said(str(total)) == total
