"""What a request costs, as a backend says it: ``0.50 USD``, ``free``, or nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

_SAID = re.compile(r"(\d{1,9}(?:\.\d{1,6})?) ?([A-Za-z]{2,12})?")


@dataclass(frozen=True, slots=True)
class Cost:
    """An amount of one currency; a provider's credits are a currency too."""

    amount: Decimal
    currency: str = ""

    def __str__(self) -> str:
        if not self.amount:
            return "free"
        whole = self.amount.quantize(Decimal("0.01"))
        return f"{whole if whole == self.amount else self.amount.normalize():f} {self.currency}".strip()


def cost_said(text: str) -> Cost | None:
    """What a backend says a request costs; ``None`` where it says nothing that can be counted."""
    if text.strip().lower() == "free":
        return Cost(Decimal(0))
    found = _SAID.fullmatch(text.strip())
    return Cost(Decimal(found[1]), (found[2] or "").upper()) if found else None


@dataclass(frozen=True, slots=True)
class Bill:
    """What several requests cost together.

    Attributes:
        sums: one for each currency; empty where all is free or nothing is known.
        unknown: requests whose price nobody publishes.
    """

    sums: tuple[Cost, ...]
    unknown: int

    @classmethod
    def of(cls, said: Iterable[str]) -> Bill:
        """Add up what was said of each request."""
        sums: dict[str, Decimal] = {}
        unknown = 0
        for text in said:
            cost = cost_said(text)
            if cost is None:
                unknown += 1
            elif cost.amount:
                sums[cost.currency] = sums.get(cost.currency, Decimal(0)) + cost.amount
        return cls(tuple(Cost(amount, currency) for currency, amount in sorted(sums.items())), unknown)

    def __str__(self) -> str:
        parts = [str(cost) for cost in self.sums]
        if self.unknown:
            parts.append(f"{self.unknown} of unknown price")
        return " + ".join(parts) or "free"
