"""Pika through fal's own client, against a queue on loopback that plays the service's whole life."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from circletake import (
    Cancelled,
    GenerationRequest,
    JobState,
    NoSettings,
    Parent,
    Phase,
    PluginError,
    Relation,
    Transient,
    Unanswered,
)
from circletake.model.cost import cost_said
from circletake.model.job import JobStep
from circletake.plugins.context import CallContext
from circletake.testing import GeneratorContract
from circletake.testing.watching import offline
from circletake.workflows.library import create_library, find_library
from circletake_pika.generator import Pika
from circletake_pika.models import MODELS
from tests import killed
from tests.fal_queue import SECRET, Fal, fal_queue

pytestmark = pytest.mark.skipif(
    not (find_spec("fal_client") and find_spec("trustme")), reason="fal-client or trustme is not installed"
)

TEXT, IMAGE, FRAMES = MODELS
PROMPT = "night bus, rain <b>é😀"
NONE = NoSettings()


@pytest.fixture(scope="session")
def _fal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fal]:
    """One for the session: the client reads its host once, when it is first imported."""
    with fal_queue(tmp_path_factory.mktemp("fal")) as answering:
        yield answering


@pytest.fixture
def fal(_fal: Fal, monkeypatch: pytest.MonkeyPatch) -> Iterator[Fal]:
    """A queue that this process and its children take for fal's, and that is sent nothing amiss."""
    monkeypatch.setenv("FAL_QUEUE_RUN_HOST", _fal.url.removeprefix("https://"))
    monkeypatch.setenv("SSL_CERT_FILE", str(_fal.authority))
    monkeypatch.setenv("FAL_KEY", SECRET)
    from circletake_pika.line import origin

    assert origin() == _fal.url, "the client was imported before"
    _fal.reset()
    yield _fal
    assert _fal.broken == []


@dataclass
class Studio:
    """The backend, asked in a few words."""

    context: CallContext
    backend: Pika

    def request(self, model: str = TEXT, **over: Any) -> GenerationRequest:
        return GenerationRequest(**{"model": model, "prompt": PROMPT, "seed": "7", **over})

    def submit(self, model: str = TEXT, **over: Any) -> str:
        return self.backend.submit(self.request(model, **over), NONE, self.context)

    def poll(self, job: str) -> JobState:
        return self.backend.poll(job, NONE, self.context)

    def done(self, job: str) -> JobState:
        for _ in range(20):
            state = self.poll(job)
            if state.phase not in (Phase.QUEUED, Phase.RUNNING):
                return state
        raise AssertionError("it does not end")

    def fetch(self, job: str, into: Path) -> Path:
        (file,) = self.backend.fetch(job, into, NONE, self.context)
        assert dict(file.recipe) == {"param.request_id": job}
        return file.path

    def problems(self, model: str = TEXT, **over: Any) -> str:
        with offline():
            return "; ".join(self.backend.check(self.request(model, **over), NONE).problems)

    def cost(self, model: str = TEXT, **over: Any) -> str:
        return self.backend.check(self.request(model, **over), NONE).cost


@pytest.fixture
def studio() -> Studio:
    return Studio(CallContext("pika", secrets=True), Pika())


@pytest.fixture
def stills(tmp_path: Path) -> list[Path]:
    made = [tmp_path / f"{name}.png" for name in "abc"]
    for path in made:
        path.write_bytes(b"\x89PNG\r\n\x1a\n" + path.name.encode())
    return made


class TestContract(GeneratorContract):
    module = "circletake_pika"

    @pytest.fixture(autouse=True)
    def _service(self, fal: Fal) -> None:
        """What it talks to."""


def test_what_is_asked_is_what_fal_takes(studio: Studio, fal: Fal, stills: list[Path]) -> None:
    given = {"aspect_ratio": "9:16", "resolution": "1080p", "duration": "10"}
    text = fal.jobs[studio.submit(negative_prompt="grain", parameters=given)]
    assert (text["model"], text["said"]) == (
        "text-to-video",
        {
            "prompt": PROMPT,
            "negative_prompt": "grain",
            "seed": 7,
            "aspect_ratio": "9:16",
            "resolution": "1080p",
            "duration": 10,
        },
    )
    image = fal.jobs[studio.submit(IMAGE, image=stills[0])]["said"]
    assert image["image_url"].startswith("data:image/png;base64,")
    more = {"keyframes": f"{stills[1]} {stills[2]}", "durations": "5 3"}
    frames = fal.jobs[studio.submit(FRAMES, image=stills[0], parameters=more)]["said"]
    assert len(set(frames["image_urls"])) == 3
    assert frames["transitions"] == [{"duration": 5}, {"duration": 3}]
    assert str(stills[1].parent) not in repr(fal.jobs), "no folder of ours is told"


def test_what_fal_would_refuse_is_refused_here(studio: Studio, stills: list[Path], tmp_path: Path) -> None:
    first: dict[str, Any] = {"image": stills[0]}
    text = tmp_path / "a.txt"
    text.write_text("no picture")
    for said, told in {
        "none of 16:9": studio.problems(parameters={"aspect_ratio": "4:3"}),
        "none of 5, 10": studio.problems(parameters={"duration": "6"}),
        "no whole number": studio.problems(seed="-1"),
        "needs a prompt": studio.problems(prompt=" "),
        "starts from a still": studio.problems(IMAGE),
        "is no PNG, JPEG or WebP": studio.problems(IMAGE, image=text),
        "gone.png cannot be read": studio.problems(IMAGE, image=tmp_path / "gone.png"),
        "1 key frames: it takes 2 to 5": studio.problems(FRAMES, **first),
        "b.mov is no PNG": studio.problems(FRAMES, **first, parameters={"keyframes": "b.mov"}),
        "whole seconds of 1 transitions": studio.problems(
            FRAMES, **first, parameters={"keyframes": str(stills[1]), "durations": "5 5"}
        ),
        "longer than 25 seconds": studio.problems(
            FRAMES, **first, parameters={"keyframes": str(stills[1]), "durations": "26"}
        ),
        "does not extend": studio.problems(parent=Parent(Relation.EXTEND, "ab" * 32)),
    }.items():
        assert said in told
    assert studio.problems(FRAMES, **first, parameters={"keyframes": str(stills[1])}) == ""
    unused = studio.backend.check(studio.request(**first, parameters={"steps": "20"}), NONE)
    assert unused.warnings == (
        "steps: pika/v2.2/text-to-video has no such setting",
        "image: pika/v2.2/text-to-video does not use one; pika/v2.2/image-to-video does",
    )


def test_prices_are_those_published_and_no_others(studio: Studio, stills: list[Path]) -> None:
    big = {"resolution": "1080p"}
    frames: dict[str, Any] = {"image": stills[0]}
    assert studio.cost() == "0.20 USD"
    assert studio.cost(parameters=big) == "0.45 USD"
    assert studio.cost(parameters={"duration": "10"}) == "", "nobody publishes it"
    assert studio.cost(FRAMES, **frames, parameters={"keyframes": f"{stills[1]} {stills[2]}"}) == "0.40 USD"
    short = {"keyframes": str(stills[1]), "durations": "2", **big}
    assert studio.cost(FRAMES, **frames, parameters=short) == "0.30 USD", "at least five seconds"
    for card in studio.backend.models(NONE):
        assert card.checked and card.source and card.terms
        assert all(cost_said(price) for price in (card.prices or {}).values())


def test_a_life_is_queued_running_done(studio: Studio, fal: Fal, tmp_path: Path) -> None:
    job = studio.submit()
    assert [studio.poll(job).phase.value for _ in range(4)] == ["queued", "running", "done", "done"]
    assert studio.fetch(job, tmp_path).read_bytes() == fal.clip(job)


@pytest.mark.parametrize(
    ("end", "said"),
    [
        ("error", "Request timed out (request_timeout)"),
        ("moderation", "prompt: The content could not be processed (content_policy_violation)"),
        ("crash", "The runner failed"),
    ],
)
def test_a_request_that_is_over_without_a_video_failed_and_says_why(
    studio: Studio, fal: Fal, end: str, said: str
) -> None:
    fal.ends.append(end)
    assert studio.done(studio.submit()) == JobState(Phase.FAILED, error=said)


def test_a_lost_answer_is_paid_for_once_and_never_sent_again(studio: Studio, fal: Fal) -> None:
    """The client alone would have sent it ten times."""
    fal.faults["submit"] += ["lost"] * 3
    with pytest.raises(Unanswered):
        studio.submit()
    assert (fal.calls["submit"], len(fal.jobs)) == (1, 1)
    with pytest.raises(Unanswered, match="no list"):
        studio.backend.find(studio.request(), NONE, studio.context)


@pytest.mark.parametrize("fault", ["500", "502", "nonsense"])
def test_an_answer_that_leaves_open_whether_it_was_taken_is_no_refusal(
    studio: Studio, fal: Fal, fault: str
) -> None:
    fal.faults["submit"].append(fault)
    with pytest.raises(Unanswered):
        studio.submit()
    assert fal.calls["submit"] == 1


@pytest.mark.parametrize("call", ["submit", "status", "result", "cancel"])
@pytest.mark.parametrize("status", ["429", "503"])
def test_a_busy_queue_is_left_alone_as_long_as_it_wishes(
    studio: Studio, fal: Fal, tmp_path: Path, call: str, status: str
) -> None:
    job = studio.submit()
    if call == "result":
        studio.done(job)
    before = fal.calls[call]
    fal.faults[call].append(status)
    ask: dict[str, Callable[[], object]] = {
        "submit": lambda: studio.submit(seed="8"),
        "status": lambda: studio.poll(job),
        "result": lambda: studio.fetch(job, tmp_path),
        "cancel": lambda: studio.backend.cancel(job, NONE, studio.context),
    }
    with pytest.raises(Transient) as told:
        ask[call]()
    assert told.value.retry_after == 7
    assert fal.calls[call] == before + 1
    assert len(fal.jobs) == 1


@pytest.mark.parametrize("fault", ["lost", "nonsense"])
def test_a_look_without_a_sound_answer_may_be_repeated(studio: Studio, fal: Fal, fault: str) -> None:
    job = studio.submit()
    fal.faults["status"].append(fault)
    with pytest.raises(Transient):
        studio.poll(job)
    assert studio.done(job).phase is Phase.DONE


def test_the_client_alone_would_have_sent_a_lost_request_again(fal: Fal) -> None:
    """Why it is not left to itself; once it no longer does this, ``line.py`` can go."""
    from fal_client import SyncClient

    fal.faults["submit"] += ["lost", "lost"]
    SyncClient(key=SECRET).submit(MODELS[TEXT].endpoint, {"prompt": PROMPT})
    assert (fal.calls["submit"], len(fal.jobs)) == (3, 3)


def test_a_refusal_is_told_without_what_was_sent(
    studio: Studio, fal: Fal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("circletake_pika.generator.arguments", lambda *_: {"seed": "seven", "prompt": PROMPT})
    with pytest.raises(PluginError) as told:
        studio.submit()
    assert not isinstance(told.value, (Transient, Unanswered))
    assert told.value.reason == "seed: 'seven' is not of type 'integer' (value_error)"
    fal.broken.clear()


def test_fal_out_of_reach_means_nothing_was_sent(
    studio: Studio, fal: Fal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fal_client.client.QUEUE_URL_FORMAT", "https://localhost:9/")
    with pytest.raises(Transient, match="cannot be reached") as told:
        studio.submit()
    assert not isinstance(told.value, Unanswered)


def test_a_key_that_fal_does_not_know_is_told_and_a_missing_one_too(
    studio: Studio, fal: Fal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAL_KEY", "another")
    with pytest.raises(PluginError, match="Authentication is required"):
        studio.submit()
    monkeypatch.delenv("FAL_KEY")
    monkeypatch.setenv("FAL_KEY_ID", "x")
    monkeypatch.setenv("FAL_KEY_SECRET", SECRET)
    with pytest.raises(PluginError, match=r"FAL_KEY is not set; export FAL_KEY"):
        studio.submit()
    assert fal.jobs == {}


@pytest.mark.parametrize("looks", [0, 2])
def test_a_request_is_stopped_queued_or_running(studio: Studio, fal: Fal, looks: int) -> None:
    fal.looks = 9
    job = studio.submit()
    for _ in range(looks):
        studio.poll(job)
    studio.backend.cancel(job, NONE, studio.context)
    assert studio.poll(job).phase is Phase.CANCELLED


def test_a_request_that_fal_does_not_know_is_over(studio: Studio, fal: Fal) -> None:
    state = studio.poll("99999999-aaaa-bbbb-cccc-dddddddddddd")
    assert state == JobState(Phase.FAILED, error="fal does not know it (Request not found)")
    with pytest.raises(PluginError, match="no id of a request"):
        studio.poll("../../keys")


@pytest.mark.parametrize(("fault", "times"), [("cut", 2), ("slow", 1), ("expired", 2)])
def test_a_video_comes_whole_and_an_expired_link_is_asked_for_anew(
    studio: Studio, fal: Fal, tmp_path: Path, fault: str, times: int
) -> None:
    fal.faults["file"].append(fault)
    job = studio.submit()
    studio.done(job)
    assert studio.fetch(job, tmp_path).read_bytes() == fal.clip(job)
    assert fal.calls["file"] == times
    assert fal.calls["result"] == (3 if fault == "expired" else 2), "one look, and a link for each"


def test_two_requests_alike_are_two_jobs(studio: Studio, fal: Fal) -> None:
    assert studio.submit() != studio.submit()
    assert len(fal.jobs) == 2


def test_what_is_stopped_is_not_sent(fal: Fal) -> None:
    stopped = CallContext("pika", cancelled=lambda: True, secrets=True)
    with pytest.raises(Cancelled):
        replace(Studio(stopped, Pika())).submit()
    assert fal.calls["submit"] == 0


@pytest.mark.slow
def test_a_run_that_is_killed_after_it_asked_is_finished_by_the_next(fal: Fal, tmp_path: Path) -> None:
    root = tmp_path / "film"
    create_library(root).registry.close()
    asked = ("generate", "--backend", "pika", "--model", TEXT, "--seed", "7", "--prompt", PROMPT)
    settings = ("--param", "aspect_ratio=1:1")
    killed.die(root, "circletake_pika", *asked, *settings, at="submitted after")
    resumed = killed.start(root, "circletake_pika", "jobs", "resume")
    out, err = resumed.communicate()
    assert resumed.returncode == 0, (out, err)
    with find_library(root) as library:
        (job,) = library.registry.jobs.all()
        (slate,) = library.registry.takes.slates()
        assert (job.step, [job.provider_id]) == (JobStep.IMPORTED, list(fal.jobs))
        recipe = slate.recipe
        said = [
            recipe[name] for name in ("generator", "model", "model_version", "prompt", "seed", "provider")
        ]
        assert said == ["pika", TEXT, "2.2", PROMPT, "7", "Pika, served by fal"]
        assert recipe.parameters == {"aspect_ratio": "1:1", "request_id": job.provider_id}
        assert {claim.evidence for claim in recipe.in_force.values()} == {"observed"}
        assert SECRET not in "".join(path.read_bytes().decode("latin-1") for path in root.rglob("*.sqlite*"))
    assert fal.calls["submit"] == 1


@pytest.mark.slow
def test_a_lost_answer_leaves_a_job_that_only_a_person_sends_again(fal: Fal, tmp_path: Path) -> None:
    root = tmp_path / "film"
    create_library(root).registry.close()
    fal.faults["submit"].append("lost")
    asked = ("generate", "--backend", "pika", "--model", TEXT, "--seed", "7", "--prompt", PROMPT)
    for words in (asked, ("jobs", "resume")):
        process = killed.start(root, "circletake_pika", *words)
        out, err = process.communicate()
        assert process.returncode != 0 and b"nobody can tell" in out + err, (out, err)
    with find_library(root) as library:
        (job,) = library.registry.jobs.all()
    (known,) = fal.jobs
    process = killed.start(root, "circletake_pika", "jobs", "retry", job.short, "--known-as", known)
    assert process.wait() == 0, process.communicate()
    process.communicate()
    with find_library(root) as library:
        assert [slate.recipe["seed"] for slate in library.registry.takes.slates()] == ["7"]
    assert fal.calls["submit"] == 1
