"""Generating: every job becomes its takes once, whenever the work was stopped."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from circletake.errors import BadInput, Cancelled
from circletake.hookspecs import hookimpl
from circletake.model.generation import (
    TRAINED,
    FetchedFile,
    GenerationRequest,
    JobState,
    ModelCard,
    Phase,
    RequestCheck,
)
from circletake.model.job import Job, JobStep
from circletake.model.recipe import Evidence
from circletake.plugins.manager import PluginManager
from circletake.protocols import About, Context, NoSettings
from circletake.workflows.intake.desk import Desk, desk
from circletake.workflows.intake.generate import (
    GeneratePlan,
    GenerateReport,
    generate,
    plan_generation,
    resume,
)
from circletake.workflows.intake.requests import new_job
from circletake.workflows.library import Library
from tests.factories import actor, tiny_clip

pytestmark = pytest.mark.usefixtures("no_workers")


class Killed(BaseException):
    """Stands for the machine being switched off."""


@dataclass
class Backend:
    """A backend with a memory of what it was sent; ``dies_at`` names a call after which all is lost."""

    sent: dict[str, str] = field(default_factory=dict)
    polls: int = 0
    dies_at: str = ""
    fails: str = ""
    about = About("fake", "a backend in memory", "1", NoSettings)

    def models(self, settings: NoSettings) -> Sequence[ModelCard]:
        return [ModelCard("m1", "1.2.3", "Fake Inc", TRAINED, licence="CC0-1.0", uri="https://m1.example/")]

    def check(self, request: GenerationRequest, settings: NoSettings) -> RequestCheck:
        return RequestCheck(
            ("no such model",) if request.model != "m1" else (), ("steps: not supported",), "0.10 USD"
        )

    def submit(self, request: GenerationRequest, settings: NoSettings, ctx: Context) -> str:
        self.sent[f"job-{request.seed}"] = request.seed
        self._maybe_die("submit")
        return f"job-{request.seed}"

    def find(self, request: GenerationRequest, settings: NoSettings, ctx: Context) -> str | None:
        return f"job-{request.seed}" if f"job-{request.seed}" in self.sent else None

    def poll(self, job: str, settings: NoSettings, ctx: Context) -> JobState:
        self.polls += 1
        self._maybe_die("poll")
        if self.sent[job] == self.fails:
            return JobState(Phase.FAILED, error="refused by the provider")
        return JobState(Phase.DONE if self.polls % 2 == 0 else Phase.RUNNING, retry_after=0.001)

    def fetch(self, job: str, into: Path, settings: NoSettings, ctx: Context) -> Sequence[FetchedFile]:
        path = tiny_clip(into / "out.mp4", seconds=0.3, seed=int(self.sent[job]))
        self._maybe_die("fetch")
        return [FetchedFile(path, {"param.sampler": "euler"})]

    def cancel(self, job: str, settings: NoSettings, ctx: Context) -> None:
        return None

    def _maybe_die(self, call: str) -> None:
        if self.dies_at == call:
            self.dies_at = ""
            raise Killed


def manager_with(backend: Backend) -> PluginManager:
    class Plugin:
        @hookimpl
        def circletake_generators(self) -> list[Backend]:
            return [backend]

    manager = PluginManager()
    manager.add("fake", Plugin())
    return manager


ASKED = GenerationRequest("m1", "night bus", "5", parameters={"steps": "20"})


def asking(library: Library, backend: Backend, takes: int = 3) -> Callable[..., GenerateReport]:
    manager = manager_with(backend)
    plan = plan_generation(library, manager, "fake", ASKED, takes)
    return lambda **how: generate(library, manager, plan, **{"by": actor(), "shot": "SH010", **how})


def seeds(library: Library) -> list[str]:
    return [slate.recipe["seed"] for slate in library.registry.takes.slates()]


def test_a_model_that_takes_no_seed_is_given_none_and_it_is_said(library: Library) -> None:
    backend = Backend()
    backend.models = lambda settings: [ModelCard("m1", "", "Fake", TRAINED, seeds=False)]  # type: ignore[method-assign]
    plan = plan_generation(library, manager_with(backend), "fake", ASKED, 2)
    assert [request.seed for request in plan.requests] == ["", ""]
    assert "seed 5: m1 takes no seed" in plan.warnings


def test_each_request_becomes_a_take_with_what_was_observed(library: Library) -> None:
    report = asking(library, Backend())()
    assert (len(report.takes), report.failed, report.warnings) == (3, (), ())
    slate = library.registry.takes.slates()[0]
    known = {name: slate.recipe[name] for name in slate.recipe.in_force}
    assert {claim.evidence for claim in slate.recipe.claims} == {Evidence.OBSERVED}
    assert known.pop("created")
    assert known == {
        "generator": "fake",
        "provider": "Fake Inc",
        "model": "m1",
        "model_version": "1.2.3",
        "prompt": "night bus",
        "seed": "5",
        "source_type": "trainedAlgorithmicMedia",
        "licence": "CC0-1.0",
        "model_uri": "https://m1.example/",
        "param.steps": "20",
        "param.sampler": "euler",
    }
    assert seeds(library) == ["5", "6", "7"]
    assert slate.take.label == "SH010/1"
    assert Path(slate.path).is_relative_to(library.home / "media")
    assert not any((library.home / "jobs").iterdir())
    assert {job.step for job in library.registry.jobs.all()} == {JobStep.IMPORTED}


@pytest.mark.parametrize("call", ["submit", "poll", "fetch"])
def test_killed_at_any_call_each_take_comes_once(library: Library, call: str) -> None:
    backend = Backend(dies_at=call)
    with pytest.raises(Killed):
        asking(library, backend)()
    report = resume(library, manager_with(backend), by=actor())
    assert (report.resumed, len(report.takes), report.failed) == (3, 3, ())
    assert seeds(library) == ["5", "6", "7"]
    assert len(backend.sent) == 3
    assert resume(library, manager_with(backend), by=actor()).takes == ()


def test_killed_while_importing_each_take_comes_once(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend = Backend()
    store = Desk.store

    def dies(desk: Desk, job: Job) -> Job:
        if job.step is JobStep.IMPORTED:
            raise Killed
        return store(desk, job)

    with monkeypatch.context() as patched:
        patched.setattr(Desk, "store", dies)
        with pytest.raises(Killed):
            asking(library, backend)()
    assert len(seeds(library)) == 3
    resume(library, manager_with(backend), by=actor())
    assert seeds(library) == ["5", "6", "7"]


def test_what_an_earlier_run_left_is_finished_before_something_new(library: Library) -> None:
    backend = Backend(dies_at="submit")
    with pytest.raises(Killed):
        asking(library, backend, takes=1)()
    manager = manager_with(backend)
    plan = plan_generation(library, manager, "fake", replace(ASKED, seed="9"), 1)
    assert generate(library, manager, plan, by=actor(), shot="SH010").resumed == 1
    assert seeds(library) == ["5", "9"]


def test_one_refusal_does_not_stop_the_others(library: Library) -> None:
    report = asking(library, Backend(fails="6"))()
    assert seeds(library) == ["5", "7"]
    ((job_id, reason),) = report.failed
    assert reason == f"fake: refused by the provider; circletake jobs retry {job_id[-8:]}"
    assert (report.open, library.registry.jobs.get(job_id).step) == (0, JobStep.FAILED)


def test_stopping_keeps_what_was_finished_and_the_rest_can_be_resumed(library: Library) -> None:
    backend = Backend()
    with pytest.raises(Cancelled):
        asking(library, backend)(cancelled=lambda: len(backend.sent) > 0)
    assert len(library.registry.jobs.open()) == 3
    resume(library, manager_with(backend), by=actor())
    assert seeds(library) == ["5", "6", "7"]


def test_a_job_that_another_process_holds_is_left_alone_and_it_is_said(library: Library) -> None:
    manager = manager_with(Backend())
    theirs, free = (new_job("fake", "1", replace(ASKED, seed=seed), "SH010", actor()) for seed in "56")
    with desk(library) as other:
        theirs = other.intend(theirs)
        library.registry.jobs.intend(free)
        report = resume(library, manager, by=actor())
        assert report.warnings == (f"job {theirs.short} is being worked on by another process",)
        assert seeds(library) == ["6"]
        assert library.registry.jobs.get(theirs.id).step is JobStep.INTENDED
    resume(library, manager, by=actor())
    assert seeds(library) == ["6", "5"]


def test_a_plan_tells_problems_warnings_and_cost_and_sends_nothing(library: Library) -> None:
    backend = Backend()
    plan = plan_generation(library, manager_with(backend), "fake", replace(ASKED, seed=""), 2)
    assert (plan.cost, plan.warnings) == ("0.10 USD", ("steps: not supported",))
    assert len({request.seed for request in plan.requests}) == 2
    with pytest.raises(BadInput, match="no such model"):
        plan_generation(library, manager_with(backend), "fake", replace(ASKED, model="m2"), 1)
    with pytest.raises(BadInput, match="takes"):
        plan_generation(library, manager_with(backend), "fake", ASKED, 0)
    assert backend.sent == {}
    assert library.registry.jobs.all() == []


def test_the_procedural_backend_makes_the_same_take_twice_and_it_is_one(library: Library) -> None:
    manager = PluginManager.load(only=("procedural",))
    small = {"size": "64x36", "seconds": "0.5"}
    plan = plan_generation(
        library, manager, "procedural", GenerationRequest("aurora", "neon sea", "3", parameters=small), 1
    )
    for _ in range(2):
        report = generate(library, manager, plan, by=actor())
    assert library.registry.takes.count() == 1
    assert library.registry.takes.slate(report.takes[0]).recipe["source_type"] == "algorithmicMedia"


def test_plans_are_plain_values_that_a_script_may_make(library: Library) -> None:
    plan = GeneratePlan("fake", (replace(ASKED, seed="2"), replace(ASKED, seed="1")), (), "")
    generate(library, manager_with(Backend()), plan, by=actor(), shot="SH020")
    assert seeds(library) == ["2", "1"]
