"""From a prompt to a take through Runway, killed on the way."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from circletake.model.job import JobStep
from circletake.plugins.manager import PluginManager
from circletake.workflows.intake.generate import resume, retry
from circletake.workflows.library import create_library, find_library
from tests.factories import actor
from tests.killed import die, needs_installed
from tests.runway_service import SECRET, Studio, runway_service

pytest.importorskip("runwayml", reason="Runway's SDK is not installed: pip install ./plugins/runway")

KEY = "RUNWAYML_API_SECRET"
WORDS = (
    "generate --backend runway --model gen4.5 --prompt bus --shot SH010 --seed 7 "
    "--param ratio=1280:720 --param duration=5 --takes"
)


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    needs_installed("runway")
    with runway_service(tmp_path) as answering:
        yield answering
        assert answering.wrong == []


@pytest.fixture
def root(tmp_path: Path, studio: Studio, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A library that knows the service."""
    monkeypatch.setenv(KEY, SECRET)
    root = tmp_path / "film"
    create_library(root).registry.close()
    with (root / "circletake.toml").open("a") as settings:
        settings.write(f'\n[plugins.runway]\nbase_url = "{studio.url}"\n')
    return root


def each_once(root: Path, studio: Studio, seeds: list[str]) -> None:
    """Every take is in the library once, its recipe observed, and was asked for once."""
    with find_library(root) as library:
        jobs, slates = library.registry.jobs.all(), library.registry.takes.slates()
        assert [job.step for job in jobs] == [JobStep.IMPORTED] * len(seeds)
        assert sorted(slate.recipe["seed"] for slate in slates) == seeds
        assert sorted(str(said["seed"]) for said in studio.asked.values()) == seeds
        for slate in slates:
            known = {field: slate.recipe[field] for field in ("provider", "model", "prompt", "param.ratio")}
            assert known == {
                "provider": "Runway",
                "model": "gen4.5",
                "prompt": "bus",
                "param.ratio": "1280:720",
            }
            assert {slate.recipe.evidence(field) for field in (*known, "seed")} == {"observed"}


@pytest.mark.slow
def test_killed_between_asking_and_fetching_each_take_is_there_once(
    root: Path, studio: Studio, no_workers: None
) -> None:
    die(root, "circletake_runway", *WORDS.split(), "1", at="submitted after", env={KEY: SECRET})
    with find_library(root) as library:
        assert library.registry.takes.slates() == []
        for _ in range(2):
            report = resume(library, PluginManager.load(), by=actor())
            assert (report.failed, report.warnings) == ((), ())
    each_once(root, studio, ["7"])


@pytest.mark.slow
def test_killed_before_the_answer_was_stored_it_is_never_sent_again_by_itself(
    root: Path, studio: Studio, no_workers: None
) -> None:
    """Runway's tasks cannot be listed: a person looks at its site and names the task."""
    die(root, "circletake_runway", *WORDS.split(), "1", at="submitted before", env={KEY: SECRET})
    with find_library(root) as library:
        ((_, reason),) = resume(library, PluginManager.load(), by=actor()).failed
        assert "nobody can tell whether it got the request" in reason
        (job,), (task,) = library.registry.jobs.open(), studio.tasks
        report = retry(library, PluginManager.load(), [job], by=actor(), known_as=task)
        assert report.failed == ()
    each_once(root, studio, ["7"])
