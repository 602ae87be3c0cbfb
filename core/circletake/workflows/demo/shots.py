"""What the demo shoots: six shots of five takes, with the faults a real shoot has."""

from __future__ import annotations

from dataclasses import dataclass

from circletake.model.generation import GenerationRequest

SECONDS = "4"
RATE = "24"


@dataclass(frozen=True, slots=True)
class DemoShot:
    """A shot and what goes wrong in it.

    Attributes:
        odd: for a take's number, the parameters that make it a near-duplicate or faulty.
        again: for a take's number, the number of the take whose seed it has.
    """

    code: str
    model: str
    prompt: str
    odd: dict[int, dict[str, str]]
    again: dict[int, int]


SHOTS = (
    DemoShot(
        "SH010",
        "weave",
        "night bus, rain running down the window, blue and neon",
        {4: {"quality": "34"}},
        {4: 2},
    ),
    DemoShot(
        "SH020", "aurora", "headlights drift through one another, gold and rust", {3: {"defect": "black"}}, {}
    ),
    DemoShot("SH030", "silk", "a red coat in the wind, rose and violet", {5: {"size": "320x180"}}, {5: 1}),
    DemoShot("SH040", "ember", "smoke over the harbour, fire and dusk", {2: {"defect": "frozen"}}, {}),
    DemoShot(
        "SH050",
        "colony",
        "city lights wake up from above, teal and sun",
        {3: {"start": "0.5"}, 5: {"quality": "32"}},
        {3: 1, 5: 1},
    ),
    DemoShot("SH060", "voyage", "falling into the coastline, sea and dawn", {4: {"defect": "flicker"}}, {}),
)
TAKES = 5


def requests() -> list[tuple[str, GenerationRequest]]:
    """Shot code and request of every take, in the order they are made."""
    made = []
    for row, shot in enumerate(SHOTS):
        for number in range(1, TAKES + 1):
            seed = 100 * (row + 1) + shot.again.get(number, number)
            parameters = {"seconds": SECONDS, "rate": RATE, **shot.odd.get(number, {})}
            made.append(
                (shot.code, GenerationRequest(shot.model, shot.prompt, str(seed), parameters=parameters))
            )
    return made
