"""Sora's protocol against a fake of the service, through the real SDK over HTTP."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import pytest

from circletake import (
    BadInput,
    Cancelled,
    GenerationRequest,
    JobState,
    Parent,
    Phase,
    PluginError,
    Relation,
    Transient,
    Unanswered,
)
from circletake.plugins.context import CallContext
from circletake.plugins.settings import settings_of
from circletake.testing import GeneratorContract
from circletake.testing.watching import offline
from circletake_sora.generator import Sora
from circletake_sora.place import SoraSettings
from tests.videos_service import SECRET, SPEC, Videos, videos_service

pytest.importorskip("openai", reason="OpenAI's SDK is not installed: pip install ./plugins/sora")

KEY = "OPENAI_API_KEY"
ASKED = GenerationRequest("sora-2", "night bus, rain", parameters={"seconds": "8", "size": "1280x720"})
OWN = SoraSettings()


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEY, SECRET)
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Videos]:
    folder = tmp_path / "service"
    folder.mkdir()
    with videos_service(folder) as answering:
        yield answering
        assert answering.wrong == []


@pytest.fixture
def settings(service: Videos) -> SoraSettings:
    return SoraSettings(service.url)


def context(**how: Any) -> CallContext:
    return CallContext("sora", secrets=True, **how)


def submit(settings: SoraSettings, asked: GenerationRequest = ASKED) -> str:
    return Sora().submit(asked, settings, context())


def looked(settings: SoraSettings, job: str) -> JobState:
    return Sora().poll(job, settings, context())


def done(settings: SoraSettings, asked: GenerationRequest = ASKED) -> str:
    job = submit(settings, asked)
    while looked(settings, job).phase in (Phase.QUEUED, Phase.RUNNING):
        pass
    return job


class TestContract(GeneratorContract):
    module = "circletake_sora"
    refused: ClassVar = (
        {"base_url": "video.example/v1"},
        {"base_url": "file:///etc/passwd"},
        {"key": "sk-video-1"},
    )

    @pytest.fixture(autouse=True)
    def _at(self, service: Videos) -> None:
        self.settings = {"base_url": service.url}


@pytest.mark.skipif(not SPEC.is_file(), reason="OpenAI's published document is not beside the project")
def test_a_request_that_is_not_as_published_would_be_noticed(tmp_path: Path) -> None:
    unpublished = replace(ASKED, parameters={"seconds": "16", "size": "1920x1080"})
    with videos_service(tmp_path) as service:
        submit(SoraSettings(service.url), unpublished)
        assert len(service.wrong) == 3, "the seconds as sent, the size as sent and as told back"


def test_the_service_that_ended_is_refused_without_a_word_to_it() -> None:
    sora, ctx = Sora(), context()
    with offline():
        (problem,) = sora.check(ASKED, OWN).problems
        assert "ended on 2026-09-24" in problem and "base_url" in problem and "circletake import" in problem
        for call in (
            lambda: sora.submit(ASKED, OWN, ctx),
            lambda: sora.find(ASKED, OWN, ctx),
            lambda: sora.poll("video_1", OWN, ctx),
            lambda: sora.fetch("video_1", Path(), OWN, ctx),
            lambda: sora.cancel("video_1", OWN, ctx),
        ):
            with pytest.raises(PluginError, match="ended on 2026-09-24"):
                call()


@pytest.mark.parametrize(
    "url", ["https://api.openai.com/v1", "https://eu.api.openai.com/v1/", "http://API.OpenAI.com"]
)
def test_it_ended_at_every_address_of_it(url: str) -> None:
    assert Sora().check(ASKED, SoraSettings(url)).problems


def test_the_environment_names_the_service_where_the_settings_do_not(
    service: Videos, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", service.url)
    assert submit(OWN) == "video_1"
    assert Sora().models(OWN)[0].provider == service.url.split("/")[2]


def test_a_take_is_made_as_it_was_asked(service: Videos, settings: SoraSettings, tmp_path: Path) -> None:
    job = submit(settings)
    assert service.asked[job] == {
        "prompt": "night bus, rain",
        "model": "sora-2",
        "seconds": "8",
        "size": "1280x720",
    }
    assert looked(settings, job) == JobState(Phase.RUNNING, 0.5)
    assert looked(settings, job) == JobState(Phase.DONE, 1.0)
    (file,) = Sora().fetch(job, tmp_path, settings, context())
    assert file.path.read_bytes() == service.clip(1)
    assert file.recipe == {"param.job": job, "param.seconds": "8", "param.size": "1280x720"}


def test_a_still_is_sent_under_a_name_that_tells_nothing(
    service: Videos, settings: SoraSettings, tmp_path: Path
) -> None:
    still = tmp_path / "secret project.png"
    still.write_bytes(b"\x89PNG \x00\xff picture")
    job = submit(settings, replace(ASKED, image=still))
    assert service.asked[job]["input_reference"] == still.read_bytes()
    gone = replace(ASKED, image=tmp_path / "gone.png")
    assert Sora().check(gone, settings).problems == ("image: gone.png is no file",)


@pytest.mark.parametrize("relation", [Relation.REMIX, Relation.EXTEND])
def test_a_take_it_made_can_be_made_into_another(
    relation: Relation, service: Videos, settings: SoraSettings
) -> None:
    first = done(settings)
    other = replace(
        ASKED, prompt="snow", parameters={"seconds": "4"}, parent=Parent(relation, "ab" * 32, job=first)
    )
    job = submit(settings, other)
    assert service.jobs[job]["remixed_from_video_id"] == first
    foreign = replace(other, parent=Parent(relation, "ab" * 32))
    assert "came another way" in Sora().check(foreign, settings).problems[0]


def test_the_sdk_that_calls_itself_deprecated_at_every_call_says_nothing(settings: SoraSettings) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        job = done(settings)
        Sora().find(ASKED, settings, context())
    assert job


def test_a_dated_model_is_its_version(service: Videos, settings: SoraSettings, tmp_path: Path) -> None:
    job = done(settings)
    service.jobs[job]["model"] = "sora-2-2025-12-08"
    (file,) = Sora().fetch(job, tmp_path, settings, context())
    assert file.recipe["model_version"] == "2025-12-08"


def test_what_was_never_published_is_sent_with_a_warning(service: Videos, settings: SoraSettings) -> None:
    asked = replace(ASKED, seed="7", negative_prompt="cars", parameters={"seconds": "16", "fps": "24"})
    check = Sora().check(asked, settings)
    assert check.problems == () and check.cost == ""
    assert [warning.partition(":")[0] for warning in check.warnings] == [
        "fps",
        "seconds 16",
        "negative prompt",
        "seed",
    ]


@pytest.mark.parametrize(
    ("wrong", "word"),
    [
        ({"parameters": {"seconds": "soon"}}, "seconds"),
        ({"parameters": {"size": "big"}}, "size"),
        ({"prompt": " "}, "prompt"),
        ({"prompt": "x" * 32_001}, "prompt"),
        ({"model": "sora-9"}, "sora-9"),
    ],
)
def test_what_cannot_be_sent_is_refused_by_name(
    wrong: dict[str, Any], word: str, settings: SoraSettings
) -> None:
    (problem,) = Sora().check(replace(ASKED, **wrong), settings).problems
    assert word in problem


def test_a_model_that_the_service_has_beside_is_named_in_the_settings(service: Videos) -> None:
    settings = SoraSettings(service.url, models=("wan-video",))
    assert [card.name for card in Sora().models(settings)] == ["sora-2", "sora-2-pro", "wan-video"]
    assert service.jobs[submit(settings, replace(ASKED, model="wan-video"))]["model"] == "wan-video"


# What goes wrong


@pytest.mark.parametrize("status", ["429", "503"])
def test_a_busy_service_is_asked_again_when_it_wishes(
    status: str, service: Videos, settings: SoraSettings
) -> None:
    service.faults["create"] = [status]
    with pytest.raises(Transient) as caught:
        submit(settings)
    assert caught.value.retry_after == 0
    assert service.calls["create"] == 1 and service.jobs == {}, "the SDK does not repeat it by itself"


def test_a_service_that_fails_while_it_is_looked_at_is_looked_at_again(
    service: Videos, settings: SoraSettings
) -> None:
    job = submit(settings)
    service.faults["retrieve"] = ["502"]
    with pytest.raises(Transient, match="502"):
        looked(settings, job)
    assert looked(settings, job).phase is Phase.RUNNING


@pytest.mark.parametrize("fault", ["lost", "500 after"])
def test_an_answer_that_got_lost_is_found_in_the_list(
    fault: str, service: Videos, settings: SoraSettings
) -> None:
    submit(settings, replace(ASKED, prompt="another"))
    service.faults["create"] = [fault]
    with pytest.raises(Unanswered):
        submit(settings)
    assert len(service.jobs) == 2
    assert Sora().find(ASKED, settings, context()) == "video_2"
    assert Sora().find(replace(ASKED, prompt="a third"), settings, context()) is None


def test_of_requests_that_are_alike_the_one_that_is_no_other_take_is_found(
    service: Videos, settings: SoraSettings
) -> None:
    """The protocol has no seed: two takes of one prompt are the same request twice."""
    for _ in range(3):
        submit(settings)
    known = {"video_1", "video_3"}
    assert Sora().find(ASKED, settings, context(known=known.__contains__)) == "video_2"
    with pytest.raises(Unanswered, match="video_3, video_2"):
        Sora().find(ASKED, settings, context(known={"video_1"}.__contains__))
    known.add("video_2")
    assert Sora().find(ASKED, settings, context(known=known.__contains__)) is None


def test_a_list_without_prompts_tells_nothing(service: Videos, settings: SoraSettings) -> None:
    submit(settings)
    service.tells_prompts = False
    with pytest.raises(Unanswered, match="prompts"):
        Sora().find(ASKED, settings, context())


def test_a_long_list_is_read_page_by_page(service: Videos, settings: SoraSettings) -> None:
    first = submit(settings)
    for number in range(150):
        service.create({"prompt": f"other {number}", "model": "sora-2"})
    assert Sora().find(ASKED, settings, context()) == first
    assert service.calls["list"] == 2


def test_a_service_that_is_not_there_got_nothing() -> None:
    with pytest.raises(Transient, match="cannot be reached"):
        submit(SoraSettings("http://127.0.0.1:9/v1"))


def test_a_refusal_is_final_and_tells_why_in_plain_text(service: Videos, settings: SoraSettings) -> None:
    service.faults["create"] = ["moderation"]
    with pytest.raises(PluginError, match="moderation") as caught:
        submit(settings)
    assert not isinstance(caught.value, (Transient, Unanswered))
    assert "\x1b" not in str(caught.value)


def test_no_credit_is_no_reason_to_try_again(service: Videos, settings: SoraSettings) -> None:
    service.faults["create"] = ["quota"]
    with pytest.raises(PluginError, match="no credit left") as caught:
        submit(settings)
    assert not isinstance(caught.value, Transient)


def test_a_key_that_is_not_accepted_is_named_never_shown(
    service: Videos, settings: SoraSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(KEY, "sk-wrong-1234")
    with pytest.raises(PluginError, match=KEY) as caught:
        submit(settings)
    assert "sk-wrong" not in str(caught.value)
    monkeypatch.delenv(KEY)
    with pytest.raises(PluginError, match=f"{KEY} is not set"):
        submit(settings)


@pytest.mark.parametrize(("end", "word"), [("failed", "server_error"), ("blocked", "moderation_blocked")])
def test_a_job_that_failed_says_why(end: str, word: str, service: Videos, settings: SoraSettings) -> None:
    service.ends = [end]
    state = looked(settings, done(settings))
    assert state.phase is Phase.FAILED and word in state.error and "\x1b" not in state.error


def test_a_state_the_protocol_has_not_leaves_the_job_open(service: Videos, settings: SoraSettings) -> None:
    job = submit(settings)
    service.jobs[job]["status"] = "pending\x1b[2J"
    service.wrong.clear()
    with pytest.raises(PluginError, match="the protocol has not"):
        looked(settings, job)
    service.wrong.clear()


@pytest.mark.parametrize("fault", ["cut", "slow", "503"])
def test_a_download_comes_whole(fault: str, service: Videos, settings: SoraSettings, tmp_path: Path) -> None:
    job = done(settings)
    service.faults["content"] = [fault]
    (file,) = Sora().fetch(job, tmp_path, settings, context())
    assert file.path.read_bytes() == service.clip(1)
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == [file.path.name]


def test_a_link_that_is_gone_for_a_moment_is_asked_again(
    service: Videos, settings: SoraSettings, tmp_path: Path
) -> None:
    job = done(settings)
    service.faults["content"] = ["gone"]
    with pytest.raises(Transient):
        Sora().fetch(job, tmp_path, settings, context())
    assert Sora().fetch(job, tmp_path, settings, context())


def test_a_clip_that_the_service_kept_no_longer_is_told_as_gone(
    service: Videos, settings: SoraSettings, tmp_path: Path
) -> None:
    service.expired = True
    job = done(settings)
    with pytest.raises(PluginError, match="kept the clip until") as caught:
        Sora().fetch(job, tmp_path, settings, context())
    assert not isinstance(caught.value, Transient)


def test_stopping_a_job_says_that_it_goes_on(service: Videos, settings: SoraSettings) -> None:
    ctx = context()
    Sora().cancel(submit(settings), settings, ctx)
    assert ctx.warnings[0][0] == "not_stopped"


def test_a_fetch_stops_when_the_person_does(settings: SoraSettings, tmp_path: Path) -> None:
    job = done(settings)
    with pytest.raises(Cancelled):
        Sora().fetch(job, tmp_path, settings, context(cancelled=lambda: True))


def test_settings_never_repeat_what_may_be_a_key() -> None:
    with pytest.raises(BadInput) as caught:
        settings_of(Sora(), {"key": "sk-video-1234"})
    assert "1234" not in str(caught.value)


@pytest.mark.skipif(
    os.environ.get("CIRCLETAKE_LIVE") != "1" or "CIRCLETAKE_LIVE_SORA_URL" not in os.environ,
    reason="talks to a service: CIRCLETAKE_LIVE=1, CIRCLETAKE_LIVE_SORA_URL, CIRCLETAKE_LIVE_SORA_KEY",
)
def test_live(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEY, os.environ["CIRCLETAKE_LIVE_SORA_KEY"])
    live = SoraSettings(os.environ["CIRCLETAKE_LIVE_SORA_URL"])
    job = submit(live, replace(ASKED, parameters={"seconds": "4"}))
    assert looked(live, job).phase in (Phase.QUEUED, Phase.RUNNING, Phase.DONE)
