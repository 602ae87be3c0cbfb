"""Jobs are stored before they are sent, and one process at a time works on each."""

from __future__ import annotations

from dataclasses import replace

import pytest

from circletake.errors import BadInput, NotFound
from circletake.model.job import Job, JobStep
from circletake_registry.registry import Registry
from tests.factories import NOW


def job(**over: object) -> Job:
    made = Job(
        "", "procedural", "1", "SH010", {"prompt": "night bus", "seed": "7"}, JobStep.INTENDED, "ana", NOW
    )
    return replace(made, **over)  # type: ignore[arg-type]


def test_an_intended_job_gets_an_id_and_comes_back(registry: Registry) -> None:
    kept = registry.jobs.intend(job())
    assert kept.id
    assert registry.jobs.all() == [kept]
    assert registry.jobs.get(kept.id) == kept
    with pytest.raises(BadInput, match="stored already"):
        registry.jobs.intend(kept)


def test_open_jobs_are_those_with_work_left_downloads_first(registry: Registry) -> None:
    steps = [*JobStep]
    for step in steps:
        registry.jobs.update(replace(registry.jobs.intend(job()), step=step))
    assert [each.step for each in registry.jobs.open()] == [
        JobStep.FETCHED,
        JobStep.SUBMITTED,
        JobStep.INTENDED,
    ]
    assert [each.step for each in registry.jobs.all()] == steps


def test_what_became_of_a_job_is_kept(registry: Registry) -> None:
    kept = registry.jobs.intend(job())
    done = replace(
        kept, step=JobStep.FETCHED, provider_id="p-1", files=("/a.mp4",), takes=("t",), error="slow"
    )
    registry.jobs.update(done)
    assert registry.jobs.get(kept.id) == done
    with pytest.raises(NotFound):
        registry.jobs.update(replace(done, id="nobody"))
    with pytest.raises(NotFound):
        registry.jobs.get("nobody")


def test_a_lease_is_held_by_one_until_it_ends_or_is_given_back(registry: Registry) -> None:
    kept = registry.jobs.intend(job())
    assert registry.jobs.lease(kept.id, "one", 60)
    assert not registry.jobs.lease(kept.id, "two", 60)
    assert registry.jobs.lease(kept.id, "one", 60)
    registry.jobs.update(replace(kept, step=JobStep.SUBMITTED))
    assert not registry.jobs.lease(kept.id, "two", 60)
    assert registry.jobs.lease(kept.id, "one", 0)
    assert registry.jobs.lease(kept.id, "two", 60)
    assert not registry.jobs.lease("nobody", "one", 60)
