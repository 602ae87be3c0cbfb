"""Jobs are stored before they are sent, and one process at a time works on each."""

from __future__ import annotations

from dataclasses import replace

import pytest

from circletake.errors import BadInput, LeaseLost, NotFound
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
        JobStep.SENDING,
        JobStep.INTENDED,
    ]
    assert [each.step for each in registry.jobs.all()] == steps


def test_what_became_of_a_job_is_kept(registry: Registry) -> None:
    kept = registry.jobs.intend(job())
    done = replace(
        kept, step=JobStep.FETCHED, provider_id="p-1", files=("/a.mp4",), takes=("t",), error="slow"
    )
    done = replace(done, note="running 40%", observed=({"seed": "7"},))
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


def test_a_job_is_born_leased_to_whoever_asks_for_it(registry: Registry) -> None:
    kept = registry.jobs.intend(job(), "one", "here", 60)
    assert not registry.jobs.lease(kept.id, "two", 60)
    holder = registry.jobs.holders()[kept.id]
    assert (holder.owner, holder.host) == ("one", "here")
    assert holder.seen < holder.until


def test_the_lease_of_a_dead_owner_counts_for_nothing(registry: Registry) -> None:
    kept = registry.jobs.intend(job(), "one", "here", 60)
    assert registry.jobs.lease(kept.id, "two", 60, "here", gone=("one",))
    with pytest.raises(LeaseLost, match="another process took it over"):
        registry.jobs.update(replace(kept, step=JobStep.SUBMITTED), "one")
    with pytest.raises(LeaseLost):
        registry.jobs.begin(kept, "one", 9)
    assert registry.jobs.get(kept.id) == kept
    registry.jobs.update(replace(kept, step=JobStep.SUBMITTED), "two")


def test_a_heart_beats_for_open_jobs_of_its_owner_until_they_are_given_back(registry: Registry) -> None:
    mine, done = (registry.jobs.intend(job(), "one", "here", 0.0) for _ in range(2))
    theirs = registry.jobs.intend(job(), "two", "there", 0.0)
    registry.jobs.update(replace(done, step=JobStep.IMPORTED))
    assert registry.jobs.holders() == {}
    assert registry.jobs.beat("one", 60) == 1
    assert registry.jobs.holders().keys() == {mine.id}
    registry.jobs.release("one")
    assert registry.jobs.beat("one", 60) == 0
    assert registry.jobs.waiting() == {JobStep.INTENDED: 2}
    assert registry.jobs.lease(theirs.id, "one", 60)
    assert registry.jobs.waiting() == {JobStep.INTENDED: 1}


def test_only_so_many_jobs_of_a_backend_are_in_flight_over_all_owners(registry: Registry) -> None:
    a, b = (registry.jobs.intend(job(), owner, "here", 60) for owner in ("one", "two"))
    other = registry.jobs.intend(job(generator="runway"), "one", "here", 60)
    assert registry.jobs.begin(a, "one", 1)
    assert registry.jobs.get(a.id).step is JobStep.SENDING
    assert not registry.jobs.begin(b, "two", 1)
    assert registry.jobs.begin(other, "one", 1)
    registry.jobs.update(replace(a, step=JobStep.FETCHED), "one")
    assert registry.jobs.begin(b, "two", 1)


def test_a_job_in_flight_that_nobody_attends_to_takes_no_place(registry: Registry) -> None:
    a, b = (registry.jobs.intend(job(), owner, "here", 60) for owner in ("one", "two"))
    assert registry.jobs.begin(a, "one", 1)
    registry.jobs.release("one")
    assert registry.jobs.begin(b, "two", 1)


def test_a_wish_to_stop_is_heard_once_and_goes_with_the_lease(registry: Registry) -> None:
    kept = registry.jobs.intend(job(), "one", "here", 60)
    assert not registry.jobs.stop_asked(kept.id)
    registry.jobs.ask_stop(kept.id)
    registry.jobs.update(replace(kept, note="running"), "one")
    assert registry.jobs.stop_asked(kept.id)
    registry.jobs.lease(kept.id, "one", 0)
    assert not registry.jobs.stop_asked(kept.id)


def test_a_job_is_named_by_the_end_of_its_id(registry: Registry) -> None:
    kept = registry.jobs.intend(job())
    assert registry.jobs.named(kept.short) == kept
    for word in ("", "%", "zzzz"):
        with pytest.raises(NotFound):
            registry.jobs.named(word)
    registry.jobs.intend(job(id=f"{kept.id[:-9]}x{kept.short}"))
    with pytest.raises(NotFound, match="2 jobs end so"):
        registry.jobs.named(kept.short)
