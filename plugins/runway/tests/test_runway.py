"""Runway against a fake of its API, through its real SDK over HTTP."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from circletake import (
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
from circletake.cli.app import run
from circletake.plugins.context import CallContext
from circletake.testing import GeneratorContract
from circletake.testing.watching import offline
from circletake.workflows.library import Library
from circletake_runway import media
from circletake_runway.asking import utf16_units
from circletake_runway.generator import Runway
from circletake_runway.models import Parameter
from circletake_runway.service import RunwaySettings
from tests.factories import tiny_clip
from tests.killed import needs_installed
from tests.runway_service import SECRET, Studio, problems, runway_service

pytest.importorskip("runwayml", reason="Runway's SDK is not installed: pip install ./plugins/runway")

KEY = "RUNWAYML_API_SECRET"
PLAIN = {"ratio": "1280:720", "duration": "5"}
ASKED = GenerationRequest("gen4.5", "night bus, rain", "42", parameters=PLAIN)


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEY, SECRET)
    monkeypatch.delenv("RUNWAYML_BASE_URL", raising=False)


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    folder = tmp_path / "service"
    folder.mkdir()
    with runway_service(folder) as answering:
        yield answering
        assert answering.wrong == []


@pytest.fixture
def settings(studio: Studio) -> RunwaySettings:
    return RunwaySettings(studio.url)


@pytest.fixture
def still(tmp_path: Path) -> Path:
    path = tmp_path / "secret project.png"
    path.write_bytes(b"\x89PNG picture")
    return path


def context(**how: Any) -> CallContext:
    return CallContext("runway", secrets=True, **how)


def submit(settings: RunwaySettings, asked: GenerationRequest = ASKED) -> str:
    return Runway().submit(asked, settings, context())


def looked(settings: RunwaySettings, job: str) -> JobState:
    return Runway().poll(job, settings, context())


def fetched(settings: RunwaySettings, job: str, into: Path, ctx: CallContext | None = None) -> list[Path]:
    into.mkdir()
    return [file.path for file in Runway().fetch(job, into, settings, ctx or context())]


def problem(**other: Any) -> str:
    (said,) = Runway().check(replace(ASKED, **other), RunwaySettings()).problems
    return said


class TestContract(GeneratorContract):
    module = "circletake_runway"
    parameters: ClassVar = PLAIN
    refused: ClassVar = ({"base_url": "api"}, {"base_url": "file:///etc"}, {"key": "key-1234"}, {"key": ""})

    @pytest.fixture(autouse=True)
    def _at(self, studio: Studio) -> None:
        self.settings = {"base_url": studio.url}


def test_the_table_of_models_is_what_the_sdk_says() -> None:
    from tests.deriving import TABLE, written

    assert TABLE.read_text() == written()


def test_a_request_that_leaves_the_sdks_types_would_be_noticed() -> None:
    sent = {"model": "gen4.5", "promptText": "bus", "ratio": "1280:720", "duration": 5, "seed": 1}
    assert problems("text", sent) == []
    for wrong in ({"ratio": "16:9"}, {"duration": "5"}, {"seconds": 5}, {"model": "gen9"}, {"seed": "1"}):
        assert problems("text", sent | wrong), wrong


def test_a_take_is_made_as_it_was_asked(studio: Studio, settings: RunwaySettings, tmp_path: Path) -> None:
    job = submit(settings)
    assert studio.asked[job] == {
        "model": "gen4.5",
        "promptText": "night bus, rain",
        "ratio": "1280:720",
        "duration": 5,
        "seed": 42,
    }
    assert looked(settings, job) == JobState(Phase.DONE, 1.0)
    (clip,) = fetched(settings, job, tmp_path / "here")
    assert clip.read_bytes() == studio.clip(101)


def test_a_task_waits_throttled_and_is_looked_at_no_faster_than_runway_asks(
    studio: Studio, settings: RunwaySettings
) -> None:
    studio.throttled, studio.looks = 1, 2
    job = submit(settings)
    states = [looked(settings, job) for _ in range(3)]
    assert states == [
        JobState(Phase.QUEUED, None, retry_after=5.0),
        JobState(Phase.RUNNING, 0.5, retry_after=5.0),
        JobState(Phase.DONE, 1.0),
    ]


def test_a_still_travels_within_the_request(studio: Studio, settings: RunwaySettings, still: Path) -> None:
    asked = replace(ASKED, model="gen4_turbo", image=still)
    sent = studio.asked[submit(settings, asked)]["promptImage"]
    assert sent == "data:image/png;base64,iVBORyBwaWN0dXJl"


def test_a_large_still_is_uploaded_under_a_name_that_tells_nothing(
    studio: Studio, settings: RunwaySettings, still: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(media, "_WITHIN", 4)
    job = submit(settings, replace(ASKED, image=still))
    assert studio.uploads[studio.asked[job]["promptImage"]] == still.read_bytes()
    studio.faults["upload"] = ["503"]
    with pytest.raises(Transient):
        submit(settings, replace(ASKED, image=still))
    assert studio.calls["create"] == 1


@pytest.mark.parametrize(
    ("relation", "model", "field"),
    [(Relation.REMIX, "aleph2", "videoUri"), (Relation.EXTEND, "seedance2_5", "promptVideo")],
)
def test_a_take_is_made_into_another(
    relation: Relation, model: str, field: str, studio: Studio, settings: RunwaySettings, tmp_path: Path
) -> None:
    take = tiny_clip(tmp_path / "take.mp4")
    asked = GenerationRequest(model, "snow", "7", parent=Parent(relation, "ab" * 32, path=take))
    said = studio.asked[submit(settings, asked)]
    assert said[field].startswith("data:video/mp4;base64,")
    assert said.get("mode") == ("extend" if relation is Relation.EXTEND else None)
    gone = replace(asked, parent=Parent(relation, "ab" * 32))
    assert "no file here" in Runway().check(gone, settings).problems[0]


def test_which_models_take_a_seed_a_still_a_take() -> None:
    with offline():
        cards = {card.name: card for card in Runway().models(RunwaySettings())}
    assert {name for name, card in cards.items() if card.seeds} == {
        *("gen4.5", "gen4_turbo", "veo3.1", "veo3.1_fast", "h3_max", "aleph2"),
        *("seedance2", "seedance2_fast", "seedance2_mini", "seedance2_5"),
    }
    assert cards["gen4.5"].accepts == ("image",)
    assert cards["aleph2"].accepts == ("remix",)
    assert cards["seedance2_5"].accepts == ("image", "remix", "extend")
    assert cards["veo3.1"].accepts == ("image", "negative prompt")
    assert (
        cards["gen4.5"].parameters and cards["gen4.5"].parameters["duration"] == "a whole number from 2 to 10"
    )
    assert cards["hailuo3"].parameters and "16:9" in cards["hailuo3"].parameters["ratio"]


def test_the_settings_of_every_model_are_listed(library: Library, capsys: pytest.CaptureFixture[str]) -> None:
    needs_installed("runway")
    assert run(["generate", "--backend", "runway", "--library", str(library.root)]) == 0
    said = capsys.readouterr().out
    assert "veo3.1, veo3.1_fast\n  --param ratio=...  1280:720, 720:1280, 1080:1920, 1920:1080\n" in said
    assert "from text or from a still (--image): yes or no" in said
    assert "Next   circletake generate --backend runway --model" in said


@pytest.mark.parametrize(
    ("wrong", "word"),
    [
        ({"model": "gen9"}, "gen9"),
        ({"model": "gen4_turbo"}, "from a still"),
        ({"parameters": {"duration": "5"}}, "ratio: gen4.5 asks for one"),
        ({"parameters": PLAIN | {"duration": "11"}}, "from 2 to 10"),
        ({"parameters": PLAIN | {"ratio": "16:9"}}, "1280:720, 720:1280"),
        ({"parameters": PLAIN | {"output_format": "png_sequence"}}, "zip of pictures"),
        ({"prompt": "", "parameters": PLAIN}, "prompt"),
        ({"prompt": "🚌" * 501}, "1002 UTF-16 code units"),
        ({"seed": str(2**32)}, "seed"),
        ({"seed": "-1"}, "seed"),
        ({"image": Path("gone.png")}, "gone.png is no file"),
    ],
)
def test_what_runway_would_not_take_is_refused_by_name_and_not_sent(wrong: dict[str, Any], word: str) -> None:
    with offline():
        assert word in problem(**wrong)


def test_a_still_of_an_unknown_kind_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "still.tiff"
    path.write_bytes(b"II*")
    assert "image/tiff" in problem(image=path)


def test_what_a_model_has_not_is_said_and_not_sent(studio: Studio, settings: RunwaySettings) -> None:
    asked = GenerationRequest(
        "wan3", "bus", "7", negative_prompt="cars", parameters={"steps": "9", "audio": "no"}
    )
    check = Runway().check(asked, settings)
    assert [warning.partition(":")[0] for warning in check.warnings] == ["steps", "negative prompt", "seed"]
    assert studio.asked[submit(settings, asked)] == {"model": "wan3", "promptText": "bus", "audio": False}


@given(st.text())
def test_a_prompt_is_measured_as_javascript_does(text: str) -> None:
    assert utf16_units(text) == sum(2 if ord(char) > 0xFFFF else 1 for char in text)


@given(st.text(max_size=12))
def test_no_text_is_taken_for_a_number_that_is_none(text: str) -> None:
    for parameter in (
        Parameter("whole", least=2, most=10),
        Parameter(choices=(4, 6, 8)),
        Parameter("yes or no"),
    ):
        try:
            value = parameter.value(text)
        except ValueError as error:
            assert "not among" in str(error)
        else:
            assert value in (2, 3, 4, 5, 6, 7, 8, 9, 10, True, False)


# What goes wrong


@pytest.mark.parametrize("status", ["429", "502", "503", "504"])
def test_a_busy_service_is_asked_again_when_it_wishes(
    status: str, studio: Studio, settings: RunwaySettings
) -> None:
    studio.faults["create"] = [status]
    with pytest.raises(Transient) as caught:
        submit(settings)
    assert caught.value.retry_after == 0
    assert studio.calls["create"] == 1 and studio.tasks == {}, "the SDK does not repeat it by itself"


@pytest.mark.parametrize("fault", ["lost", "500 after"])
def test_an_answer_that_got_lost_is_told_since_tasks_cannot_be_listed(
    fault: str, studio: Studio, settings: RunwaySettings
) -> None:
    studio.faults["create"] = [fault]
    with pytest.raises(Unanswered):
        submit(settings)
    assert len(studio.tasks) == 1
    with pytest.raises(Unanswered, match="cannot be listed"):
        Runway().find(ASKED, settings, context())


def test_a_service_that_is_not_there_got_nothing() -> None:
    with pytest.raises(Transient, match="cannot be reached"):
        submit(RunwaySettings("http://127.0.0.1:9"))


def test_a_refusal_tells_which_field_in_plain_text(studio: Studio, settings: RunwaySettings) -> None:
    studio.faults["create"] = ["refuse"]
    with pytest.raises(PluginError, match="promptText") as caught:
        submit(settings)
    assert not isinstance(caught.value, (Transient, Unanswered))
    assert "\x1b" not in str(caught.value)


def test_a_key_that_is_not_accepted_is_named_never_shown(
    settings: RunwaySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(KEY, "key_wrong_1234")
    with pytest.raises(PluginError, match=KEY) as caught:
        submit(settings)
    assert "1234" not in str(caught.value)
    monkeypatch.delenv(KEY)
    with pytest.raises(PluginError, match=f"{KEY} is not set"):
        submit(settings)


@pytest.mark.parametrize(
    ("code", "final"),
    [("SAFETY.INPUT.TEXT", True), ("INPUT_PREPROCESSING.SAFETY.TEXT", True), ("INTERNAL.X", False)],
)
def test_a_task_that_failed_says_why_and_whether_to_ask_again(
    code: str, final: bool, studio: Studio, settings: RunwaySettings
) -> None:
    studio.ends = [code]
    state = looked(settings, submit(settings))
    assert state.phase is Phase.FAILED and code in state.error and "\x1b" not in state.error
    assert ("will not change its mind" in state.error) is final


def test_a_task_cancelled_at_runway_is_cancelled(studio: Studio, settings: RunwaySettings) -> None:
    studio.ends = ["CANCELLED"]
    assert looked(settings, submit(settings)).phase is Phase.CANCELLED


@pytest.mark.parametrize("gone", [True, False])
def test_a_task_that_is_stopped_is_cancelled(gone: bool, studio: Studio, settings: RunwaySettings) -> None:
    studio.looks, studio.gone = 9, gone
    job = submit(settings)
    Runway().cancel(job, settings, context())
    assert looked(settings, job).phase is Phase.CANCELLED
    assert studio.calls["delete"] == 1


def test_a_finished_task_is_never_deleted(studio: Studio, settings: RunwaySettings, tmp_path: Path) -> None:
    job = submit(settings)
    Runway().cancel(job, settings, context())
    assert studio.calls["delete"] == 0
    assert fetched(settings, job, tmp_path / "here")


def test_a_state_that_is_not_known_leaves_the_job_open(studio: Studio, settings: RunwaySettings) -> None:
    job = submit(settings)
    studio.tasks[job]["status"] = "DREAMING\x1b[2J"
    with pytest.raises(PluginError, match="not known here") as caught:
        looked(settings, job)
    assert "\x1b" not in str(caught.value)


@pytest.mark.parametrize("fault", ["cut", "slow", "expired"])
def test_a_download_comes_whole(fault: str, studio: Studio, settings: RunwaySettings, tmp_path: Path) -> None:
    job = submit(settings)
    looked(settings, job)
    studio.faults["file"] = [fault]
    (clip,) = fetched(settings, job, tmp_path / "here")
    assert clip.read_bytes() == studio.clip(101)


def test_a_link_that_died_is_asked_for_anew(studio: Studio, settings: RunwaySettings, tmp_path: Path) -> None:
    studio.brings, studio.short = (".mp4", ".mov"), True
    job = submit(settings)
    looked(settings, job)
    before = studio.links
    studio.faults["file"] = ["expired"]
    clips = fetched(settings, job, tmp_path / "here")
    assert [clip.suffix for clip in clips] == [".mp4", ".mov"]
    assert studio.links > before + 1


def test_a_clip_in_an_archive_is_taken_out_and_stays_in_the_folder(
    studio: Studio, settings: RunwaySettings, tmp_path: Path
) -> None:
    studio.brings = (".zip", ".wav")
    job, ctx = submit(settings), context()
    looked(settings, job)
    (clip,) = fetched(settings, job, tmp_path / "here", ctx)
    assert clip.read_bytes() == studio.clip(101, ".mov") and clip.suffix == ".mov"
    assert [path.name for path in (tmp_path / "here").iterdir()] == [clip.name]
    assert not list(tmp_path.rglob("outside*"))
    assert [code for code, _ in ctx.warnings] == ["not_kept"]


def test_a_task_without_a_clip_is_told(studio: Studio, settings: RunwaySettings, tmp_path: Path) -> None:
    studio.brings = (".wav",)
    job = submit(settings)
    looked(settings, job)
    with pytest.raises(PluginError, match="no clip"):
        fetched(settings, job, tmp_path / "here")


def test_a_fetch_stops_when_the_person_does(settings: RunwaySettings, tmp_path: Path) -> None:
    job = submit(settings)
    looked(settings, job)
    with pytest.raises(Cancelled):
        Runway().fetch(job, tmp_path, settings, context(cancelled=lambda: True))


@pytest.mark.skipif(
    os.environ.get("CIRCLETAKE_LIVE") != "1" or "CIRCLETAKE_LIVE_RUNWAY_KEY" not in os.environ,
    reason="talks to Runway and costs credits: CIRCLETAKE_LIVE=1 and CIRCLETAKE_LIVE_RUNWAY_KEY",
)
def test_live(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEY, os.environ["CIRCLETAKE_LIVE_RUNWAY_KEY"])
    live = RunwaySettings()
    job = submit(live, replace(ASKED, parameters=PLAIN | {"duration": "2"}))
    assert looked(live, job).phase in (Phase.QUEUED, Phase.RUNNING, Phase.DONE)
    Runway().cancel(job, live, context())
