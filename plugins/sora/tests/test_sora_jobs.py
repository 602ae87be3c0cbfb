"""From a prompt to a take through a service that speaks the videos protocol, killed on the way."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from circletake.model.generation import GenerationRequest
from circletake.model.job import JobStep
from circletake.plugins.manager import PluginManager
from circletake.workflows.intake import patience
from circletake.workflows.intake.generate import generate, resume
from circletake.workflows.intake.planning import plan_generation
from circletake.workflows.library import create_library, find_library
from tests.factories import actor
from tests.killed import die, needs_installed
from tests.videos_service import SECRET, Videos, videos_service

pytest.importorskip("openai", reason="OpenAI's SDK is not installed: pip install ./plugins/sora")


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Videos]:
    needs_installed("sora")
    with videos_service(tmp_path, looks=1) as answering:
        yield answering
        assert answering.wrong == []


@pytest.fixture
def root(tmp_path: Path, service: Videos) -> Path:
    """A library that knows the service."""
    root = tmp_path / "film"
    create_library(root).registry.close()
    with (root / "circletake.toml").open("a") as settings:
        settings.write(f'\n[plugins.sora]\nbase_url = "{service.url}"\n')
    return root


@pytest.mark.slow
@pytest.mark.parametrize(("when", "takes"), [("after", 2), ("before", 1)])
def test_killed_between_asking_and_fetching_each_take_is_there_once(
    when: str, takes: int, root: Path, service: Videos, monkeypatch: pytest.MonkeyPatch, no_workers: None
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", SECRET)
    words = "generate --backend sora --model sora-2 --prompt bus --shot SH010 --param seconds=8 --takes"
    secret = {"OPENAI_API_KEY": SECRET}
    die(root, "circletake_sora", *words.split(), str(takes), at=f"submitted {when}", env=secret)
    with find_library(root) as library:
        assert library.registry.takes.slates() == []
        # Two takes of one prompt are the same request twice: what the first run sent is known or looked up.
        for _ in range(2):
            report = resume(library, PluginManager.load(), by=actor())
            assert report.warnings == ()
        jobs, slates = library.registry.jobs.all(), library.registry.takes.slates()
        assert [job.step for job in jobs] == [JobStep.IMPORTED] * takes
        assert sorted(job.provider_id for job in jobs) == sorted(service.jobs)
        assert len(slates) == len(service.jobs) == takes
        for slate in slates:
            known = {
                field: slate.recipe[field] for field in ("generator", "model", "prompt", "param.seconds")
            }
            assert known == {"generator": "sora", "model": "sora-2", "prompt": "bus", "param.seconds": "8"}
            assert {slate.recipe.evidence(field) for field in known} == {"observed"}
            assert slate.recipe["seed"] == ""


def test_of_two_takes_of_one_prompt_neither_is_given_the_others_job(
    root: Path, service: Videos, monkeypatch: pytest.MonkeyPatch, no_workers: None
) -> None:
    """One request never came; the other is listed before its answer is here."""
    monkeypatch.setenv("OPENAI_API_KEY", SECRET)
    monkeypatch.setattr(patience, "_FIRST_RETRY", 0.01)
    service.faults["create"] = ["never came", "late"]
    with find_library(root) as library:
        manager = PluginManager.load()
        plan = plan_generation(library, manager, "sora", GenerationRequest("sora-2", "bus"), 2)
        report = generate(library, manager, plan, by=actor())
        assert (len(report.takes), report.open) == (1, 1)
        assert len(resume(library, manager, by=actor()).takes) == 1
        assert sorted(job.provider_id for job in library.registry.jobs.all()) == ["video_1", "video_2"]
        assert len(library.registry.takes.slates()) == len(service.jobs) == 2
