"""What would be asked of a backend, found out without the network: requests, warnings, cost."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from circletake.errors import BadInput, CircletakeError
from circletake.files import sha256_of
from circletake.model.cost import Bill, Cost, cost_said
from circletake.model.generation import GenerationRequest, ModelCard, Parent, Relation, RequestCheck
from circletake.plugins.fence import fenced
from circletake.plugins.settings import settings_of

if TYPE_CHECKING:
    from circletake.plugins.manager import PluginManager
    from circletake.workflows.intake.shot_list import Wanted
    from circletake.workflows.library import Library

_SEED_LIMIT = 2**31
_KEYLIKE = re.compile(r"(?i)(^|[_.-])(api[_-]?key|secret|password|token|authorization)$")


@dataclass(frozen=True, slots=True)
class GeneratePlan:
    """What would be asked of one backend for one shot, said before anything is sent.

    Attributes:
        cost: of each request, as the backend estimates it; of the first, where they differ.
        shot: code of the shot the takes belong to; empty for the shot of their prompt.
        costs: of every request, where they were asked for.
    """

    generator: str
    requests: tuple[GenerationRequest, ...]
    warnings: tuple[str, ...]
    cost: str
    shot: str = ""
    costs: tuple[str, ...] = ()

    @property
    def bill(self) -> Bill:
        """What all of it costs."""
        return Bill.of(self.costs or [self.cost] * len(self.requests))


def plan_generation(
    library: Library,
    manager: PluginManager,
    backend: str,
    request: GenerationRequest,
    takes: int,
    *,
    shot: str = "",
    seeds: Sequence[str] = (),
) -> GeneratePlan:
    """Ask the backend, offline, whether it can do this.

    One request is made for each take, with seeds that count up from the one given; without
    one they are drawn here, since not every backend tells the seed it chose. A model that takes
    no seed is given none, so that none is recorded. A setting that the model's card does not
    name is warned of, whether or not the backend does so, and left out for the same reason.

    Args:
        seeds: one for each take, where they are to be those and no others.

    Raises:
        BadInput: the request has problems, or no takes are asked.
        PluginError: there is no such backend.
    """
    if takes < 1:
        raise BadInput("--takes", f"{takes} is no number of takes", "ask for 1 or more")
    if not request.prompt.strip() and request.image is None and request.parent is None:
        raise BadInput("--prompt", "says nothing", "give a text, or @FILE")
    _keep_keys_out(request)
    offered = manager.generator(backend)
    settings = settings_of(offered.item, library.settings.plugin(backend))
    with fenced(manager, offered):
        cards = {card.name: card for card in offered.item.models(settings)}
    card = cards.get(request.model)
    unseeded = card is not None and not card.seeds
    numbers = [""] * takes if unseeded else list(seeds) or list(_seeds(request.seed, takes))
    asked = [replace(request, seed=seed) for seed in numbers]
    checks = []
    for each in asked:
        with fenced(manager, offered):
            checks.append(offered.item.check(each, settings))
    problems = tuple(dict.fromkeys(problem for check in checks for problem in check.problems))
    problems += tuple(_impossible(card, request))
    if problems:
        raise BadInput(
            backend, "; ".join(problems), f"circletake generate --backend {backend} lists what it takes"
        )
    given = ", ".join(seeds) or request.seed
    unused = (f"seed {given}: {request.model} takes no seed",) if unseeded and given else ()
    return GeneratePlan(
        backend,
        tuple(_with_parent(_used(card, each)) for each in asked),
        (*_warnings(checks, card, request), *unused),
        checks[0].cost,
        shot,
        tuple(check.cost for check in checks),
    )


def plan_shots(library: Library, manager: PluginManager, wanted: Sequence[Wanted]) -> list[GeneratePlan]:
    """Plan every row of a shot list; what is wrong with any is told at once.

    Raises:
        BadInput: rows ask for what their backends cannot do.
    """
    plans, wrong = [], []
    for row in wanted:
        try:
            plans.append(
                plan_generation(
                    library,
                    manager,
                    row.backend,
                    row.request,
                    row.takes,
                    shot=row.shot,
                    seeds=row.seeds,
                )
            )
        except CircletakeError as error:
            wrong.append(f"{row.where}: {error.reason}")
    if wrong:
        raise BadInput("shot list", "; ".join(wrong), "mend these rows; nothing was asked")
    return plans


def hold_to(most: str, plans: Sequence[GeneratePlan]) -> None:
    """See that ``plans`` cost no more than ``most``, such as ``5`` or ``5 USD``.

    Raises:
        BadInput: they do, or nobody can tell.
    """
    limit = cost_said(most)
    if limit is None:
        raise BadInput("--max-cost", f"{most!r} is no amount", "e.g. --max-cost '5 USD'")
    bill = Bill.of(cost for plan in plans for cost in plan.costs or [plan.cost] * len(plan.requests))
    if bill.unknown:
        raise BadInput(
            "--max-cost",
            f"nobody publishes what {bill.unknown} of these takes cost",
            "run it without --max-cost, after a look at the provider's price list",
        )
    if not bill.sums:
        return
    if len(bill.sums) > 1 or (limit.currency and limit.currency != bill.sums[0].currency):
        raise BadInput("--max-cost", f"the takes cost {bill}", "name one amount of that currency")
    if bill.sums[0].amount > limit.amount:
        most_said = Cost(limit.amount, bill.sums[0].currency) if limit.amount else Cost(Decimal(0))
        raise BadInput("--max-cost", f"the takes cost {bill}, more than {most_said}", "ask for fewer takes")


def _warnings(
    checks: Sequence[RequestCheck], card: ModelCard | None, request: GenerationRequest
) -> list[str]:
    """What the backend says, and what the card tells where the backend says nothing of it."""
    said = list(dict.fromkeys(warning for check in checks for warning in check.warnings))
    told = {warning.partition(":")[0] for warning in said}
    if card is None:
        return said
    if card.parameters is not None:
        unknown = [name for name in request.parameters or {} if name not in card.parameters]
        said += [f"{name}: {card.name} has no such setting" for name in unknown if name not in told]
    if card.accepts is not None:
        given = {"image": bool(request.image), "negative prompt": bool(request.negative_prompt)}
        unused = [name for name, there in given.items() if there and name not in (*card.accepts, *told)]
        said += [f"{name}: {card.name} does not use one" for name in unused]
    return said


def _used(card: ModelCard | None, request: GenerationRequest) -> GenerationRequest:
    """The request without what the card says the model does not use: it would be recorded as observed."""
    if card is None:
        return request
    if card.parameters is not None:
        known = {name: value for name, value in (request.parameters or {}).items() if name in card.parameters}
        request = replace(request, parameters=known)
    if card.accepts is not None and "image" not in card.accepts:
        request = replace(request, image=None)
    if card.accepts is not None and "negative prompt" not in card.accepts:
        request = replace(request, negative_prompt="")
    return request


def _impossible(card: ModelCard | None, request: GenerationRequest) -> Iterator[str]:
    """Asking for something else than was meant is no warning: it would be paid for."""
    relation = request.parent.relation if request.parent else None
    if relation in (Relation.REMIX, Relation.EXTEND):
        assert relation is not None
        if card is None or relation.value not in (card.accepts or ()):
            yield f"{request.model} does not {relation.value} takes"


def _with_parent(request: GenerationRequest) -> GenerationRequest:
    """A still that is given is what the take comes from, unless it comes from a take."""
    if request.image is None or request.parent is not None:
        return request
    return replace(request, parent=Parent(Relation.IMAGE, sha256_of(request.image), path=request.image))


def _keep_keys_out(request: GenerationRequest) -> None:
    for name in request.parameters or {}:
        if _KEYLIKE.search(name):
            raise BadInput(
                f"--param {name}",
                "settings are recorded with the take, keys must not be",
                "put it into the environment or the system keyring",
            )


def _seeds(first: str, takes: int) -> Iterator[str]:
    if first and not first.isdecimal():
        if takes > 1:
            raise BadInput("--seed", f"{first!r} is no number to count up from", "give a number")
        yield first
        return
    import random

    start = int(first) if first else random.SystemRandom().randrange(_SEED_LIMIT - takes)
    for number in range(takes):
        yield str(start + number)
