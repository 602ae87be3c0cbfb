"""Jobs against a provider that is busy, loses answers, breaks off, lets links expire, or is asked to stop."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from circletake.errors import BadInput
from circletake.model.generation import GenerationRequest, Relation
from circletake.model.job import JobStep
from circletake.model.recipe import Evidence
from circletake.plugins.manager import PluginManager
from circletake.workflows.curation.curate import choose_one
from circletake.workflows.intake import patience
from circletake.workflows.intake.cancelling import cancel
from circletake.workflows.intake.generate import GenerateReport, generate, resume, retry
from circletake.workflows.intake.lineage import from_take
from circletake.workflows.intake.planning import hold_to, plan_generation
from circletake.workflows.library import Library
from tests import backends
from tests.backends import KEY, SECRET, Studio, studio
from tests.factories import actor

pytestmark = pytest.mark.usefixtures("no_workers", "hurried")
ASKED = GenerationRequest("s1", "night bus", "5")
ANA = actor()


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "_FIRST_RETRY", 0.01)
    monkeypatch.setenv(KEY, SECRET)


@pytest.fixture
def provider(tmp_path: Path) -> Iterator[Studio]:
    with studio(tmp_path) as answering:
        yield answering


@pytest.fixture
def manager() -> PluginManager:
    made = PluginManager()
    made.add("studio", backends)
    return made


@pytest.fixture
def film(library: Library, provider: Studio) -> Library:
    return knowing(library, url=provider.url)


def knowing(library: Library, **settings: object) -> Library:
    """The library with settings for the studio."""
    before = library.settings.plugins.get("studio", {})
    return replace(library, settings=replace(library.settings, plugins={"studio": {**before, **settings}}))


def ask(library: Library, manager: PluginManager, takes: int = 1, **over: object) -> GenerateReport:
    request = replace(ASKED, **over)  # type: ignore[arg-type]
    return generate(library, manager, plan_generation(library, manager, "studio", request, takes), by=ANA)


def seeds(library: Library) -> list[str]:
    return sorted(slate.recipe["seed"] for slate in library.registry.takes.slates())


def until(holds: Callable[[], object]) -> None:
    for _ in range(500):
        if holds():
            return
        time.sleep(0.02)
    raise TimeoutError


@pytest.mark.parametrize("call", ["submit", "poll", "file"])
def test_a_busy_provider_is_asked_again_and_sent_each_job_once(
    film: Library, manager: PluginManager, provider: Studio, call: str
) -> None:
    provider.faults[call] = ["429", "503"] if call != "file" else ["cut", "cut"]
    report = ask(film, manager, takes=2)
    assert (len(report.takes), report.failed) == (2, ())
    assert [job["seed"] for job in provider.jobs.values()] in (["5", "6"], ["6", "5"])


def test_a_provider_that_stays_busy_leaves_the_job_unsent_for_another_run(
    film: Library, manager: PluginManager, provider: Studio
) -> None:
    provider.faults["submit"] = ["429"] * patience.TRIES
    report = ask(film, manager)
    assert (report.takes, report.open) == ((), 1)
    assert [job.step for job in film.registry.jobs.open()] == [JobStep.INTENDED]
    assert provider.jobs == {}
    assert len(resume(film, manager, by=ANA).takes) == 1


def test_no_more_jobs_are_in_flight_than_the_provider_takes(
    film: Library, manager: PluginManager, provider: Studio
) -> None:
    provider.looks = 4
    assert len(ask(film, manager, takes=7).takes) == 7
    assert 2 <= provider.most_flying <= 3


def test_the_librarys_own_limit_is_the_one_in_force(
    film: Library, manager: PluginManager, provider: Studio
) -> None:
    limited = replace(film, settings=replace(film.settings, at_once={"studio": 1}))
    assert len(ask(limited, manager, takes=3).takes) == 3
    assert provider.most_flying == 1


def test_a_lost_answer_is_looked_up_and_never_sent_twice(
    film: Library, manager: PluginManager, provider: Studio
) -> None:
    provider.faults["submit"] = ["lost"]
    report = ask(film, manager)
    assert (len(report.takes), report.failed) == (1, ())
    assert len(provider.jobs) == 1


def test_a_lost_answer_that_nobody_can_look_up_is_told_and_a_person_decides(
    film: Library, manager: PluginManager, provider: Studio
) -> None:
    film = knowing(film, lists=False)
    provider.faults["submit"] = ["lost"]
    report = ask(film, manager)
    ((job_id, reason),) = report.failed
    assert "nobody can tell whether it got the request" in reason
    assert f"circletake jobs retry {job_id[-8:]}" in reason
    assert film.registry.jobs.get(job_id).uncertain

    assert resume(film, manager, by=ANA).open == 1
    assert ask(film, manager, seed="9").open == 1
    assert [job["seed"] for job in provider.jobs.values()] == ["5", "9"]

    uncertain = film.registry.jobs.get(job_id)
    assert len(retry(film, manager, [uncertain], by=ANA, known_as="p-1").takes) == 1
    assert seeds(film) == ["5", "9"]
    assert len(provider.jobs) == 2


def test_a_person_may_send_again_what_may_have_been_sent(
    film: Library, manager: PluginManager, provider: Studio
) -> None:
    film = knowing(film, lists=False)
    provider.faults["submit"] = ["lost"]
    ask(film, manager)
    assert len(retry(film, manager, film.registry.jobs.open(), by=ANA).takes) == 1
    assert len(provider.jobs) == 2


def test_a_link_that_expired_is_made_anew(film: Library, manager: PluginManager, provider: Studio) -> None:
    provider.faults["file"] = ["expired", "expired"]
    assert len(ask(film, manager).takes) == 1
    assert provider.calls["file"] == 3


def test_what_cannot_be_fetched_today_is_fetched_by_the_next_run_even_one_for_something_else(
    film: Library, manager: PluginManager, provider: Studio
) -> None:
    provider.faults["file"] = ["expired"] * patience.TRIES
    report = ask(film, manager)
    assert (report.takes, report.open) == ((), 1)
    assert ask(film, manager, seed="9").resumed == 1
    assert seeds(film) == ["5", "9"]
    assert len(provider.jobs) == 2


def test_a_file_that_is_no_video_is_fetched_again(
    film: Library, manager: PluginManager, provider: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, served = provider.clip, []

    def first_half(name: str) -> bytes:
        served.append(name)
        return b"<html>try later</html>" if len(served) == 1 else whole(name)

    monkeypatch.setattr(provider, "clip", first_half)
    report = ask(film, manager)
    assert (len(report.takes), report.failed, len(served)) == (1, (), 2)
    assert not any((film.home / "jobs").iterdir())


def test_what_a_provider_refuses_is_over_and_may_be_asked_again(
    film: Library, manager: PluginManager, provider: Studio
) -> None:
    provider.faults["submit"] = ["refuse"]
    report = ask(film, manager)
    assert (report.open, len(report.failed)) == (0, 1)
    (refused,) = film.registry.jobs.all()
    assert refused.step is JobStep.FAILED
    assert resume(film, manager, by=ANA).resumed == 0
    assert len(retry(film, manager, [refused], by=ANA).takes) == 1
    assert [job.step for job in film.registry.jobs.all()] == [JobStep.FAILED, JobStep.IMPORTED]
    with pytest.raises(BadInput, match="has its take"):
        retry(film, manager, film.registry.jobs.all()[1:], by=ANA)


def test_a_plugin_that_is_gone_loses_nothing(film: Library, manager: PluginManager, provider: Studio) -> None:
    provider.faults["file"] = ["expired"] * patience.TRIES
    ask(film, manager)
    report = resume(film, PluginManager(), by=ANA)
    assert report.open == 1
    assert "no such generator" in report.failed[0][1]
    assert len(resume(film, manager, by=ANA).takes) == 1


def test_what_was_fetched_needs_no_backend_to_become_a_take(
    film: Library, manager: PluginManager, provider: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr("circletake.workflows.intake.working._Run._take_in", lambda run: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            ask(film, manager, takes=2)
    assert {job.step for job in film.registry.jobs.all()} == {JobStep.FETCHED}
    calls = dict(provider.calls)
    assert len(resume(film, PluginManager(), by=ANA).takes) == 2
    assert dict(provider.calls) == calls
    slate = film.registry.takes.slates()[0]
    assert slate.recipe["param.job"] in provider.jobs
    assert {claim.evidence for claim in slate.recipe.claims} == {Evidence.OBSERVED}


def test_a_job_is_stopped_at_its_backend_by_a_word_from_elsewhere(
    film: Library, manager: PluginManager, provider: Studio
) -> None:
    provider.looks = 10**6
    reports: list[GenerateReport] = []
    run = threading.Thread(target=lambda: reports.append(ask(film, manager)))
    run.start()
    until(lambda: [job.note for job in film.registry.jobs.open()] == ["running 50%"])
    (stopped,) = cancel(film, manager, film.registry.jobs.open())
    run.join()
    assert "told the process" in stopped.said
    assert provider.jobs["p-1"]["cancelled"]
    assert [job.step for job in film.registry.jobs.all()] == [JobStep.CANCELLED]
    assert "cancelled by a person" in reports[0].failed[0][1]


def test_cancelling_takes_nothing_away_that_is_paid_for(
    film: Library, manager: PluginManager, provider: Studio
) -> None:
    provider.faults["submit"] = ["429"] * patience.TRIES
    ask(film, manager, seed="9")
    provider.faults["file"] = ["expired"] * patience.TRIES
    ask(film, manager)
    said = {each.job.request["seed"]: each for each in cancel(film, manager, film.registry.jobs.open())}
    assert (said["9"].said, said["9"].fine) == ("cancelled", True)
    assert (said["5"].said[:26], said["5"].fine) == ("is finished and paid for; ", False)
    resume(film, manager, by=ANA)
    assert seeds(film) == ["5"]


def test_a_retake_has_the_settings_of_its_take_and_says_where_it_comes_from(
    film: Library, manager: PluginManager, provider: Studio
) -> None:
    ask(film, manager, parameters={"steps": "20"})
    first = film.registry.takes.slates()[0]
    empty = GenerationRequest("", "")
    for relation in (Relation.RETAKE, Relation.REMIX):
        request = from_take(film, choose_one(film, first.take.label), relation, empty, "studio")
        plan = plan_generation(film, manager, "studio", request, 1)
        generate(film, manager, plan, by=ANA, shot=first.take.shot)
    _, retaken, remixed = (slate.recipe for slate in film.registry.takes.slates())
    assert (retaken["prompt"], retaken.parameters["steps"]) == ("night bus", "20")
    assert retaken["seed"] not in ("", "5")
    assert {r["derived_from"] for r in (retaken, remixed)} == {first.take.sha256}
    assert (retaken["derived_by"], remixed["derived_by"]) == ("retake", "remix")
    assert [job["remix"] for job in provider.jobs.values()] == ["", "p-1", "p-1"]
    extension = from_take(film, first, Relation.EXTEND, empty, "studio")
    with pytest.raises(BadInput, match="s1 does not extend takes"):
        plan_generation(film, manager, "studio", extension, 1)


def test_a_retake_asks_for_the_model_by_the_name_it_was_asked_for(
    film: Library, manager: PluginManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A backend may tell the weights that a model of another name was made of."""
    real = backends.StudioBackend.fetch
    told = {"model": "weights.safetensors"}
    monkeypatch.setattr(
        backends.StudioBackend,
        "fetch",
        lambda *asked: [replace(file, recipe={**file.recipe, **told}) for file in real(*asked)],
    )
    ask(film, manager, parameters={"steps": "20"})
    (slate,) = film.registry.takes.slates()
    assert slate.recipe["model"] == "weights.safetensors"
    again = from_take(film, slate, Relation.RETAKE, GenerationRequest("", ""), "studio")
    assert (again.model, again.parameters) == ("s1", {"steps": "20"})


def test_a_still_is_kept_with_the_job_and_named_as_its_source(
    film: Library, manager: PluginManager, tmp_path: Path
) -> None:
    still = tmp_path / "still.png"
    still.write_bytes(b"png")
    ask(film, manager, image=still)
    recipe = film.registry.takes.slates()[0].recipe
    assert (recipe["input.image"], recipe["derived_by"]) == ("still.png", "image-to-video")
    (job,) = film.registry.jobs.all()
    still.unlink()
    assert Path(str(job.request["image"])).read_bytes() == b"png"
    slate = film.registry.takes.slates()[0]
    again = from_take(film, slate, Relation.RETAKE, GenerationRequest("", ""), "studio")
    assert (again.image, again.parent and again.parent.relation) == (
        Path(str(job.request["image"])),
        Relation.RETAKE,
    )


def test_a_setting_that_the_model_does_not_have_is_named(
    film: Library, manager: PluginManager, provider: Studio
) -> None:
    request = replace(ASKED, negative_prompt="people", parameters={"steps": "20", "fps": "24"})
    plan = plan_generation(film, manager, "studio", request, 2)
    assert plan.warnings == ("fps: s1 has no such setting", "negative prompt: s1 does not use one")
    # What is not used is not sent, or it would stand in the recipe as observed.
    assert [(asked.parameters, asked.negative_prompt) for asked in plan.requests] == [
        ({"steps": "20"}, "")
    ] * 2
    with pytest.raises(BadInput, match="keys must not be"):
        plan_generation(film, manager, "studio", replace(ASKED, parameters={"api_key": "x"}), 1)


def test_the_most_it_may_cost_holds_before_anything_is_asked(film: Library, manager: PluginManager) -> None:
    plan = plan_generation(film, manager, "studio", ASKED, 4)
    assert str(plan.bill) == "1.00 USD"
    for most in ("1", "1 USD", "1.00USD"):
        hold_to(most, [plan])
    for most, why in {"0.99": "more than 0.99 USD", "5 EUR": "cost 1.00 USD", "much": "no amount"}.items():
        with pytest.raises(BadInput, match=why):
            hold_to(most, [plan])
    with pytest.raises(BadInput, match="nobody publishes what 4"):
        hold_to("5", [replace(plan, costs=(), cost="")])


def test_keys_are_in_no_row_file_message_or_log(
    film: Library,
    manager: PluginManager,
    provider: Studio,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(0)
    provider.faults["submit"] = ["refuse", "lost"]
    provider.faults["poll"] = ["fail"]
    reports = [ask(film, manager, takes=4), resume(film, manager, by=ANA)]
    told = "; ".join(reason for report in reports for _, reason in report.failed)
    assert f"[{KEY}]" in told
    assert SECRET not in told + "".join(capfd.readouterr()) + caplog.text + repr(manager.records)
    assert all(SECRET not in repr(job) for job in film.registry.jobs.all())
    film.registry.backup(film.root / "copy.sqlite")
    files = [path for path in film.root.rglob("*") if path.is_file()]
    assert len(files) > 4
    assert [path for path in files if SECRET.encode() in path.read_bytes()] == []
