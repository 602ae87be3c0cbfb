"""The ComfyUI backend against a server that plays the real one: filled, queued, watched, fetched, told."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from circletake import (
    GenerationRequest,
    NoSettings,
    Parent,
    Phase,
    PluginError,
    Relation,
    Transient,
    Unanswered,
)
from circletake.model.job import JobStep
from circletake.model.policy import PromptPolicy
from circletake.plugins.context import CallContext
from circletake.provenance.statements import take_record
from circletake.testing import GeneratorContract, source_file
from circletake.workflows.library import create_library, find_library
from circletake_comfyui.generator import ComfyUI
from circletake_comfyui.graph import recipe_of
from circletake_comfyui.settings import ComfySettings
from circletake_readers.comfyui import ComfyUI as Reader
from tests import killed
from tests.comfy_server import GRAPH, WEIGHTS, Comfy, comfy_server

PROMPT = 'night bus, "rain" {{seed}} \\ \n<b>é😀'


@pytest.fixture
def comfy(tmp_path: Path) -> Iterator[Comfy]:
    (tmp_path / "made").mkdir()
    with comfy_server(tmp_path / "made") as answering:
        yield answering


@dataclass
class Studio:
    """A backend with a folder of graphs."""

    settings: ComfySettings
    context: CallContext
    backend: ComfyUI

    def graph(self, name: str, nodes: object) -> str:
        (Path(self.settings.graphs) / f"{name}.json").write_text(json.dumps(nodes))
        return name

    def request(self, model: str = "wan", **over: Any) -> GenerationRequest:
        return GenerationRequest(**{"model": model, "prompt": PROMPT, "seed": "7", **over})

    def submit(self, **over: Any) -> str:
        return self.backend.submit(self.request(**over), self.settings, self.context)

    def poll(self, job: str) -> Any:
        return self.backend.poll(job, self.settings, self.context)

    def done(self, job: str) -> Any:
        for _ in range(20):
            state = self.poll(job)
            if state.phase not in (Phase.QUEUED, Phase.RUNNING):
                return state
        raise AssertionError("it does not end")

    def problems(self, **over: Any) -> str:
        return "; ".join(self.backend.check(self.request(**over), self.settings).problems)

    def warnings(self, **over: Any) -> str:
        return "; ".join(self.backend.check(self.request(**over), self.settings).warnings)


@pytest.fixture
def studio(tmp_path: Path, comfy: Comfy) -> Studio:
    graphs = tmp_path / "graphs"
    graphs.mkdir()
    made = Studio(ComfySettings(comfy.url, str(graphs)), CallContext("comfyui"), ComfyUI())
    made.graph("wan", GRAPH)
    return made


def changed(node: str, **inputs: Any) -> dict[str, Any]:
    """The graph with other inputs of a node."""
    said = GRAPH[node]
    return {**GRAPH, node: {**said, "inputs": {**said["inputs"], **inputs}}}


class TestContract(GeneratorContract):
    module = "circletake_comfyui"
    refused = ({"server": "bus"}, {"server": "ftp://here"}, {"server": "http://ana:pw@127.0.0.1:8188"})

    @pytest.fixture(autouse=True)
    def _server(self, studio: Studio) -> None:
        self.settings = {"server": studio.settings.server, "graphs": studio.settings.graphs}


def test_what_is_asked_reaches_the_graph_as_values_of_json(studio: Studio, comfy: Comfy) -> None:
    job = studio.submit(negative_prompt="grain", parameters={"width": "640"})
    graph = comfy.runs[job]["graph"]
    assert graph["4"]["inputs"]["text"] == f"{PROMPT}, 35 mm film"
    assert graph["5"]["inputs"]["text"] == "grain"
    assert graph["6"]["inputs"] == {"width": 640, "height": 480, "length": 33}
    assert graph["3"]["inputs"]["seed"] == 7
    assert graph["9"] == GRAPH["9"]


def test_a_prompt_that_looks_like_a_number_stays_a_text(studio: Studio, comfy: Comfy) -> None:
    name = studio.graph("bare", changed("4", text="{{prompt}}"))
    assert comfy.runs[studio.submit(model=name, prompt="1917")]["graph"]["4"]["inputs"]["text"] == "1917"


def test_seeds_of_its_own_are_set_where_no_place_is_left_for_one_and_it_says_so(
    studio: Studio, comfy: Comfy
) -> None:
    name = studio.graph("own", changed("3", seed=99))
    assert studio.warnings(model=name) == (
        "seed: the graph has no {{seed}}; it is set in Sampler of the film (node 3)"
    )
    big = str(2**64 - 1)
    assert comfy.runs[studio.submit(model=name, seed=big)]["graph"]["3"]["inputs"]["seed"] == int(big)
    assert comfy.runs[studio.submit(model=name, seed="")]["graph"]["3"]["inputs"]["seed"] == 99


def test_a_card_tells_what_the_graph_takes(studio: Studio) -> None:
    studio.graph("unseeded", {"4": GRAPH["4"]})
    (studio_folder := Path(studio.settings.graphs)).joinpath("broken.json").write_text("{{prompt}}")
    assert sorted(path.stem for path in studio_folder.iterdir()) == ["broken", "unseeded", "wan"]
    unseeded, wan = studio.backend.models(studio.settings)
    assert (unseeded.name, unseeded.seeds, unseeded.accepts) == ("unseeded", False, ())
    assert wan.accepts == ("negative prompt",)
    assert wan.parameters == {
        "width": "as the graph takes it, 832 by default",
        "height": "as the graph takes it, 480 by default",
    }


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('{"3": {"class_type": "KSampler", "inputs": {"seed": {{seed}}}}}', "write places inside quotes"),
        ('{"nodes": [], "links": []}', 'save it with "Export (API)"'),
        ("[1, 2]", "is no graph in the API format"),
        ("[" * 100_000, "is not JSON"),
    ],
)
def test_a_file_that_is_no_template_is_refused_with_what_to_do(
    studio: Studio, content: str, said: str
) -> None:
    (Path(studio.settings.graphs) / "bad.json").write_text(content)
    assert said in studio.problems(model="bad")
    with pytest.raises(PluginError):
        studio.submit(model="bad")


def test_what_cannot_be_is_refused_before_anything_is_sent(studio: Studio, comfy: Comfy) -> None:
    needy = studio.graph("needy", changed("6", width="{{width}}", height="{{height}}"))
    assert "the graph needs {{width}}; give it with --param width=" in studio.problems(model=needy)
    assert "no {{prompt}}" in studio.problems(model=studio.graph("mute", changed("4", text="a bus")))
    assert "whole number" in studio.problems(seed="1.5")
    assert "too large" in studio.problems(seed=str(2**64))
    assert "is none of" in studio.problems(model="../wan")
    remix = Parent(Relation.REMIX, "ab" * 32)
    assert "does not remix" in studio.problems(parent=remix)
    assert studio.problems() == ""
    with pytest.raises(PluginError):
        studio.submit(model=needy)
    assert comfy.calls["prompt"] == 0
    assert studio.warnings(parameters={"fps": "24"}) == "fps: the graph has no {{fps}}"


def test_a_still_is_brought_by_its_content_and_its_own_name_stays_here(
    studio: Studio, comfy: Comfy, tmp_path: Path
) -> None:
    still = tmp_path / "Ana's secret still.png"
    still.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)))
    name = studio.graph(
        "from-still", {**GRAPH, "7": {"class_type": "LoadImage", "inputs": {"image": "{{image}}"}}}
    )
    assert "--image" in studio.problems(model=name)
    assert "has no {{image}}" in studio.warnings(image=still)
    job = studio.submit(model=name, image=still)
    (kept,) = comfy.inputs
    assert comfy.runs[job]["graph"]["7"]["inputs"]["image"] == kept
    assert "secret" not in json.dumps(comfy.runs[job]["graph"])


def test_a_life_is_queued_running_done(studio: Studio, comfy: Comfy) -> None:
    comfy.looks = 4
    job = studio.submit()
    comfy.runs[job]["looks"] = -1
    assert [studio.poll(job).phase.value for _ in range(3)][-1] == "running"
    comfy.runs[job] |= {"state": "pending"}
    comfy.look = lambda name: None  # type: ignore[method-assign]  # it forgot the job
    assert studio.poll(job).phase is Phase.QUEUED
    comfy.runs[job] |= {"state": "done"}
    assert studio.poll(job).phase is Phase.DONE


@pytest.mark.parametrize(
    ("end", "phase", "said"),
    [
        ("error", Phase.FAILED, "Sampler of the film (node 3): Allocation on device"),
        ("interrupted", Phase.CANCELLED, "interrupted on the server"),
        ("cached", Phase.FAILED, "take another seed"),
        ("stills", Phase.FAILED, "still_00001_.png; add a Save Video node"),
    ],
)
def test_an_end_without_a_take_says_why(
    studio: Studio, comfy: Comfy, end: str, phase: Phase, said: str
) -> None:
    comfy.ends.append(end)
    state = studio.done(studio.submit())
    assert state.phase is phase
    assert said in state.error
    assert "/home/" not in state.error


def test_a_refused_graph_is_told_by_the_titles_of_its_nodes(studio: Studio, comfy: Comfy) -> None:
    wrong = studio.graph("wrong", changed("1", unet_name="gone.safetensors"))
    with pytest.raises(PluginError) as told:
        studio.submit(model=wrong)
    assert told.value.reason.startswith("Wan weights (node 1): Value not in list, unet_name: 'gone")
    unknown = studio.graph("unknown", {**GRAPH, "8": {"class_type": "Nowhere", "inputs": {}}})
    with pytest.raises(PluginError, match=r"node Nowhere does not exist.*Node ID '#8'"):
        studio.submit(model=unknown)
    assert comfy.runs == {}


@pytest.mark.parametrize("status", ["429", "503"])
def test_a_busy_server_did_nothing_and_is_asked_later(studio: Studio, comfy: Comfy, status: str) -> None:
    comfy.faults["prompt"].append(status)
    with pytest.raises(Transient) as told:
        studio.submit()
    assert told.value.retry_after == 0
    assert comfy.runs == {}
    comfy.faults["queue"].append("502")
    with pytest.raises(Transient):
        studio.backend.find(studio.request(), studio.settings, studio.context)


@pytest.mark.parametrize("fault", ["lost", "500"])
def test_a_lost_answer_is_looked_up_by_the_graph(studio: Studio, comfy: Comfy, fault: str) -> None:
    def found() -> str | None:
        return studio.backend.find(studio.request(), studio.settings, studio.context)

    comfy.faults["prompt"].append(fault)
    with pytest.raises(Unanswered):
        studio.submit()
    assert found() == (next(iter(comfy.runs)) if fault == "lost" else None)


def test_a_lost_answer_is_found_queued_running_and_done_but_not_failed(studio: Studio, comfy: Comfy) -> None:
    def found() -> str | None:
        return studio.backend.find(studio.request(), studio.settings, studio.context)

    job = studio.submit()
    for state in ("pending", "running", "done"):
        comfy.runs[job]["state"] = state
        assert found() == job
    comfy.runs[job]["end"] = "error"
    assert found() is None
    comfy.runs[job]["end"] = "success"
    again = studio.submit()
    assert found() == again, "the newest"


def test_nothing_at_its_address_is_transient_and_names_the_setting(studio: Studio) -> None:
    studio.settings = ComfySettings("http://127.0.0.1:9", studio.settings.graphs)
    with pytest.raises(Transient, match=r"nothing answers at 127\.0\.0\.1:9.*\[plugins\.comfyui\] server"):
        studio.submit()


def test_plain_http_stays_in_private_networks(studio: Studio) -> None:
    studio.settings = ComfySettings("http://93.184.216.34:8188", studio.settings.graphs)
    with pytest.raises(PluginError, match="open network and not https"):
        studio.poll("job")


def test_a_job_the_server_forgot_is_over(studio: Studio) -> None:
    state = studio.poll("11111111-2222-3333-4444-555555555555")
    assert (state.phase, "does not know it" in state.error) == (Phase.FAILED, True)


@pytest.mark.parametrize(("state", "way"), [("pending", "delete"), ("running", "interrupt")])
def test_a_job_is_stopped_where_it_stands(studio: Studio, comfy: Comfy, state: str, way: str) -> None:
    other, job = studio.submit(seed="1"), studio.submit()
    comfy.runs[job]["state"] = state
    studio.backend.cancel(job, studio.settings, studio.context)
    assert [comfy.calls["delete"], comfy.calls["interrupt"]] == [way == "delete", way == "interrupt"]
    assert studio.poll(job).phase in (Phase.CANCELLED, Phase.FAILED)
    assert comfy.runs[other]["state"] != "deleted"


@pytest.mark.parametrize("key", ["images", "gifs", "videos"])
@pytest.mark.parametrize("fault", ["", "cut", "slow", "503"])
def test_files_come_whole_from_wherever_the_node_tells_them(
    studio: Studio, comfy: Comfy, tmp_path: Path, key: str, fault: str
) -> None:
    comfy.key = key
    comfy.faults["view"] += [fault] if fault else []
    job = studio.submit()
    studio.done(job)
    into = tmp_path / "into"
    into.mkdir()
    (file,) = studio.backend.fetch(job, into, studio.settings, studio.context)
    assert file.path.read_bytes() == comfy.clip(f"{job}_00001_.mp4")
    assert comfy.calls["view"] == (2 if fault in ("cut", "503") else 1)


def test_a_file_that_is_gone_from_the_server_is_no_take_yet(
    studio: Studio, comfy: Comfy, tmp_path: Path
) -> None:
    comfy.faults["view"].append("404")
    job = studio.submit()
    studio.done(job)
    with pytest.raises(Transient, match="expired"):
        studio.backend.fetch(job, tmp_path, studio.settings, studio.context)


def test_hostile_names_of_files_stay_in_the_folder(studio: Studio, comfy: Comfy, tmp_path: Path) -> None:
    from circletake_comfyui.history import videos_of

    names = ["../../etc/x.mp4", "C:\\x\\..\\y.mp4", "\x1b[31m.mp4", "still.png", 7]
    files = [{"filename": name, "subfolder": None, "type": "temp"} for name in names]
    assert [
        file["filename"] for file in videos_of({"outputs": {"9": {"images": files}, "8": None}})
    ] == names[:3]
    job = studio.submit()
    studio.done(job)
    (tmp_path / "a").mkdir()
    real = comfy._entry
    hostile = [{"filename": f"{job}_/../../x.mp4", "subfolder": "..", "type": "output"}]
    comfy._entry = lambda name: {**real(name), "outputs": {"9": {"images": hostile}}}  # type: ignore[method-assign]
    comfy.clip = lambda file: b"x"  # type: ignore[method-assign]  # any bytes do
    (file,) = studio.backend.fetch(job, tmp_path / "a", studio.settings, studio.context)
    assert file.path == tmp_path / "a" / "01_x.mp4"


def test_the_recipe_is_the_graph_that_ran(studio: Studio, comfy: Comfy, tmp_path: Path) -> None:
    secret = {
        "class_type": "CLIPTextEncode",
        "inputs": {"text": "/home/ana/loras/x.safetensors", "api_key": "abc"},
    }
    job = studio.submit(model=studio.graph("kept", {**GRAPH, "8": secret}))
    (Path(studio.settings.graphs) / "kept.json").unlink()
    studio.done(job)
    (file,) = studio.backend.fetch(job, tmp_path, studio.settings, studio.context)
    recipe = dict(file.recipe)
    kept = json.loads(recipe.pop("param.graph"))
    assert kept["8"]["inputs"] == {"text": "x.safetensors", "api_key": "withheld"}
    assert kept["3"] == comfy.runs[job]["graph"]["3"]
    assert recipe.pop("workflow").startswith("ComfyUI graph sha256:")
    assert recipe == {
        "model": WEIGHTS,
        "param.steps": "20",
        "param.cfg": "6.0",
        "param.sampler_name": "uni_pc",
        "param.scheduler": "simple",
        "param.denoise": "1.0",
        "param.comfyui_version": "0.3.75",
    }


def test_what_is_told_of_a_graph_agrees_with_what_its_clip_tells_on_import(
    studio: Studio, comfy: Comfy
) -> None:
    job = studio.submit(model=studio.graph("ints", changed("3", cfg=1e-3, denoise=1, shift=True)))
    nodes = comfy.runs[job]["graph"]
    told = {name: value for name, value in recipe_of(nodes).items() if name != "param.graph"}
    source = source_file(tags={"prompt": json.dumps(nodes)})
    read = {claim.field: claim.value for claim in Reader().read(source, NoSettings())}
    assert {name: read.get(name) for name in told} == told
    assert read["seed"] == "7"


def test_of_a_graph_too_large_to_keep_the_digest_is_kept(studio: Studio, tmp_path: Path) -> None:
    job = studio.submit(prompt="bus " * 10_000)
    studio.done(job)
    (file,) = studio.backend.fetch(job, tmp_path, studio.settings, studio.context)
    assert "param.graph" not in file.recipe
    assert "workflow" in file.recipe
    assert studio.context.warnings == [("graph", "the graph is too large to be kept; its digest is")]


Run = Callable[..., tuple[int, str]]


@pytest.fixture
def film(tmp_path: Path, studio: Studio) -> Path:
    root = tmp_path / "film"
    create_library(root).registry.close()
    with (root / "circletake.toml").open("a") as file:
        file.write(
            f'\n[plugins.comfyui]\nserver = "{studio.settings.server}"\ngraphs = "{studio.settings.graphs}"\n'
        )
    return root


@pytest.mark.slow
def test_a_run_that_is_killed_after_it_asked_is_finished_by_the_next(film: Path, comfy: Comfy) -> None:
    asked = ("generate", "--backend", "comfyui", "--model", "wan", "--seed", "7", "--prompt", PROMPT)
    killed.die(film, "circletake_comfyui", *asked, at="submitted after")
    resumed = killed.start(film, "circletake_comfyui", "jobs", "resume")
    out, err = resumed.communicate()
    assert resumed.returncode == 0, (out, err)
    with find_library(film) as library:
        (job,) = library.registry.jobs.all()
        (slate,) = library.registry.takes.slates()
        assert job.step is JobStep.IMPORTED
        recipe = slate.recipe
        assert [recipe[field] for field in ("generator", "prompt", "seed", "model", "provider")] == [
            "comfyui",
            PROMPT,
            "7",
            WEIGHTS,
            "ComfyUI, self-hosted",
        ]
        assert {recipe.evidence(field) for field in ("prompt", "seed", "model", "workflow")} == {"observed"}
        published = json.dumps(take_record(slate, PromptPolicy.FULL, {}))
        assert '"steps": "20"' in published
        assert not [told for told in ("class_type", "127.0.0.1", str(film.parent)) if told in published]
    assert comfy.calls["prompt"] == len(comfy.runs) == 1
