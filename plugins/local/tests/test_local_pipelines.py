"""Real pipelines of diffusers with a few random weights, on the CPU: what comes out, and what is told."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
from numpy.typing import NDArray

from circletake import Cancelled, GenerationRequest, PluginError
from circletake.cli.app import run
from circletake.plugins.context import CallContext
from circletake.testing import GeneratorContract, offline
from circletake_local.generator import Local
from circletake_local.settings import LocalSettings
from tests.tiny_pipelines import KINDS

pytestmark = [
    pytest.mark.local,
    pytest.mark.skipif(
        not all(importlib.util.find_spec(name) for name in ("torch", "diffusers", "transformers")),
        reason="torch, diffusers or transformers is not installed; see make test-local",
    ),
    pytest.mark.filterwarnings("ignore"),  # of torch, diffusers and transformers about themselves
]

SMALL = {"size": "64x64", "frames": "9", "steps": "1"}
CPU = LocalSettings(device="cpu")
Make = Callable[..., Any]


@pytest.fixture(scope="session")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A folder of each kind of pipeline."""
    return {name: build(tmp_path_factory.mktemp("models") / name) for name, build in KINDS.items()}


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def make(folders: dict[str, Path], tmp_path: Path) -> Make:
    """Make a take without the network and return its :class:`~circletake.FetchedFile`."""
    count = iter(range(1000))

    def made(kind: str = "wan", seed: str = "1", ctx: Any = None, settings: Any = CPU, **asked: Any) -> Any:
        parameters = SMALL | asked.pop("parameters", {})
        request = GenerationRequest(
            str(folders[kind]), "night bus, rain", seed, parameters=parameters, **asked
        )
        into = tmp_path / str(next(count))
        into.mkdir()
        ctx = ctx or CallContext("local")
        with offline():
            job = Local().submit(request, settings, ctx)
            (file,) = Local().fetch(job, into, settings, ctx)
        assert list(into.iterdir()) == [file.path]
        return file

    return made


def pictures(path: Path) -> NDArray[np.uint8]:
    import av

    with av.open(str(path)) as container:
        return np.stack([frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)])


class TestContract(GeneratorContract):
    module = "circletake_local"
    parameters: ClassVar = SMALL
    deterministic = True

    @pytest.fixture(autouse=True)
    def _tiny(self, folders: dict[str, Path], tmp_path: Path) -> None:
        self.settings = {"models": [str(folders["wan"])], "device": "cpu", "cache": str(tmp_path / "hub")}


@pytest.mark.parametrize(("kind", "rate"), [("wan", 16), ("ltx", 25), ("cogvideox", 8)])
def test_one_seed_is_one_file_and_another_seed_another_picture(make: Make, kind: str, rate: int) -> None:
    import av

    first, again, other = make(kind), make(kind), make(kind, seed="2")
    assert first.path.read_bytes() == again.path.read_bytes()
    assert not np.array_equal(pictures(first.path), pictures(other.path))
    assert pictures(first.path).shape == (9, 64, 64, 3)
    with av.open(str(first.path)) as container:
        assert container.streams.video[0].average_rate == rate


def test_the_file_holds_the_frames_that_the_pipeline_made(make: Make, folders: dict[str, Path]) -> None:
    import torch
    from diffusers import WanPipeline

    pipeline = WanPipeline.from_pretrained(folders["wan"], local_files_only=True)
    made = pipeline(
        prompt="night bus, rain",
        width=64,
        height=64,
        num_frames=9,
        num_inference_steps=1,
        generator=torch.Generator("cpu").manual_seed(1),
    ).frames[0]
    wanted = made.mean(axis=3) * 255  # colour is stored at half size, and noise is all colour
    shown = pictures(make(parameters={"quality": "0"}).path).astype(float).mean(axis=3)
    assert np.abs(shown - wanted).mean() < np.abs(shown[::-1] - wanted).mean() / 4


def test_colours_stay_what_they_were(tmp_path: Path) -> None:
    from circletake_local.writing import write

    red = np.full((4, 32, 64, 3), (200, 30, 60), np.uint8)
    write(red, Fraction(24000, 1001), 8, tmp_path / "red.mp4", lambda: None)
    assert np.abs(pictures(tmp_path / "red.mp4").astype(int) - red).max() <= 3


def test_the_recipe_tells_what_was_in_force(make: Make, folders: dict[str, Path]) -> None:
    told = make("wan", parameters={"guidance": "4.5"}).recipe
    assert told["model"] == "wan", "the folder's name, not where it lies"
    assert str(folders["wan"].parent) not in json.dumps(dict(told))
    assert told["model_version"] == f"sha256:{told['param.weights_sha256'][:12]}"
    expected = {
        "pipeline": "WanPipeline",
        "scheduler": "FlowMatchEulerDiscreteScheduler",
        "flow_shift": "7",
        "steps": "1",
        "guidance": "4.5",
        "size": "64x64",
        "frames": "9",
        "fps": "16",
        "dtype": "float32",
        "device": "cpu",
        "quality": "8",
        **{name: importlib.metadata.version(name) for name in ("torch", "diffusers", "transformers")},
    }
    assert {name: told[f"param.{name}"] for name in expected} == expected
    assert make("cogvideox", parameters={"guidance": ""}).recipe["param.guidance"] == "6", "its own default"


def test_a_model_named_by_its_id_is_recorded_with_its_commit(
    folders: dict[str, Path], tmp_path: Path
) -> None:
    commit, repository = "c0ffee" + "0" * 34, tmp_path / "hub" / "models--Wan-AI--Tiny"
    shutil.copytree(folders["wan"], repository / "snapshots" / commit)
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text(commit)
    settings = LocalSettings(device="cpu", cache=str(tmp_path / "hub"))
    request = GenerationRequest("Wan-AI/Tiny", "night bus", "1", parameters=SMALL)
    with offline():
        job = Local().submit(request, settings, CallContext("local"))
        (repository / "refs" / "main").write_text("f" * 40)  # a new version came before it was made
        (file,) = Local().fetch(job, tmp_path, settings, CallContext("local"))
    told = [file.recipe[name] for name in ("model", "model_version", "param.revision")]
    assert told == ["Wan-AI/Tiny", commit[:12], commit]


def test_a_scheduler_and_its_shift_can_be_chosen(make: Make) -> None:
    plain = make("wan", parameters={"steps": "2"})
    other = make("wan", parameters={"steps": "2", "scheduler": "UniPCMultistepScheduler", "flow_shift": "3"})
    assert other.recipe["param.scheduler"] == "UniPCMultistepScheduler"
    assert other.recipe["param.flow_shift"] == "3"
    assert not np.array_equal(pictures(plain.path), pictures(other.path))


@pytest.mark.parametrize(
    ("kind", "pipeline"), [("ltx", "LTXImageToVideoPipeline"), ("wan_ti2v", "WanImageToVideoPipeline")]
)
def test_a_still_leads_where_the_weights_serve_for_it(
    make: Make, tmp_path: Path, kind: str, pipeline: str
) -> None:
    stills = _stills(tmp_path)
    dark, light = (make(kind, image=still) for still in stills)
    assert dark.recipe["param.pipeline"] == pipeline
    assert not np.array_equal(pictures(dark.path), pictures(light.path))


def test_a_still_that_is_of_no_use_or_is_missing_is_told(make: Make, tmp_path: Path) -> None:
    stills = _stills(tmp_path)
    with pytest.raises(PluginError, match="image: WanPipeline starts from no still"):
        make("wan", image=stills[0])
    with pytest.raises(PluginError, match="image: WanImageToVideoPipeline needs a still"):
        make("wan", parameters={"pipeline": "WanImageToVideoPipeline"})
    stills[0].write_bytes(b"no picture")
    with pytest.raises(PluginError, match=r"dark\.png cannot be read as a picture"):
        make("ltx", image=stills[0])


def _stills(folder: Path) -> list[Path]:
    from PIL import Image

    stills = []
    for name, colour in (("dark", (10, 10, 10)), ("light", (240, 240, 240))):
        stills.append(folder / f"{name}.png")
        Image.new("RGB", (200, 100), colour).save(stills[-1])
    return stills


@pytest.mark.parametrize("kind", ["wan", "ltx", "cogvideox"])
def test_it_runs_in_half_precision_and_in_tiles(make: Make, kind: str) -> None:
    half = make(kind, settings=LocalSettings(device="cpu", dtype="bfloat16", tiling=True))
    assert half.recipe["param.dtype"] == "bfloat16"
    assert pictures(half.path).shape == (9, 64, 64, 3)


def test_it_tells_each_step_and_stops_after_one(make: Make, tmp_path: Path) -> None:
    told: list[tuple[float | None, str]] = []
    first = make(
        parameters={"steps": "3"}, ctx=CallContext("local", on_progress=lambda *said: told.append(said))
    )
    steps = [(round(part * 3, 6), note) for part, note in told if part is not None and "step " in note]
    assert steps == [(1, "step 1 of 3"), (2, "step 2 of 3"), (3, "step 3 of 3")]
    told.clear()
    stopping = CallContext(
        "local",
        on_progress=lambda *said: told.append(said),
        cancelled=lambda: any(note.startswith("step 1") for _, note in told),
    )
    with pytest.raises(Cancelled):
        make(parameters={"steps": "50"}, ctx=stopping)
    assert not any(note.startswith("step 2") for _, note in told)
    assert [path for path in tmp_path.rglob("*") if ".mp4" in path.name] == [first.path], (
        "nothing of the other"
    )
    assert make().path.stat().st_size, "the pipeline is fit for another take"


def test_what_a_pipeline_refuses_or_cannot_do_is_told(make: Make, folders: dict[str, Path]) -> None:
    with pytest.raises(PluginError, match=r"WanPipeline refuses: .*divisible"):
        make(parameters={"size": "66x64"})
    for parameters, reason in (
        ({"pipeline": "StableDiffusionPipeline"}, "makes no video"),
        ({"pipeline": "NoSuchPipeline"}, "has no such pipeline"),
        ({"scheduler": "AutoencoderKL"}, "has no scheduler AutoencoderKL"),
        ({"scheduler": "NoSuchScheduler"}, "has no scheduler NoSuchScheduler"),
        ({"pipeline": "CogVideoXPipeline"}, "does not load as CogVideoXPipeline"),
    ):
        with pytest.raises(PluginError, match=reason):
            make(parameters=parameters)
    request = GenerationRequest(str(folders["wan"]), "p", "1", parameters={"seconds": "5"})
    assert Local().check(request, CPU).warnings == ("seconds: not a parameter",)


def test_weights_that_are_gone_or_pickled_are_not_loaded(folders: dict[str, Path], tmp_path: Path) -> None:
    import torch

    folder = Path(shutil.copytree(folders["wan"], tmp_path / "pickled"))
    weights = folder / "transformer" / "diffusion_pytorch_model.safetensors"
    weights.unlink()
    torch.save({}, folder / "transformer" / "diffusion_pytorch_model.bin")
    job = Local().submit(
        GenerationRequest(str(folder), "p", "1", parameters=SMALL), CPU, CallContext("local")
    )
    with pytest.raises(PluginError, match="pickled does not load as WanPipeline"):
        Local().fetch(job, tmp_path, CPU, CallContext("local"))
    shutil.rmtree(folder)
    with pytest.raises(PluginError, match=r"pickled: its model_index\.json cannot be read"):
        Local().fetch(job, tmp_path, CPU, CallContext("local"))


def test_numbers_that_are_no_picture_are_no_take() -> None:
    from circletake_local.running import _pictures

    with pytest.raises(PluginError, match="NaN"):
        _pictures(np.full((1, 2, 16, 16, 3), np.nan))


@pytest.fixture
def installed() -> None:
    """The command line finds plugins by their entry points alone."""
    if "local" not in importlib.metadata.entry_points(group="circletake").names:
        pytest.skip("circletake-local is not installed; see make test-local")


@pytest.mark.usefixtures("installed", "no_workers")
def test_takes_come_into_a_library_with_all_that_was_observed(
    folders: dict[str, Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def cli(*words: str) -> str:
        assert run(list(words)) == 0, capsys.readouterr().err
        return capsys.readouterr().out

    cli("init", str(tmp_path / "film"))
    monkeypatch.chdir(tmp_path / "film")
    parameters = [word for name, value in SMALL.items() for word in ("--param", f"{name}={value}")]
    asked = ["generate", "--backend", "local", "--model", str(folders["wan"]), "--prompt", "night bus, rain"]
    out = cli(*asked, *parameters, "--negative", "blurred", "--shot", "SH010", "--takes", "2", "--seed", "7")
    assert out.startswith("2 takes: SH010/1, SH010/2")
    recipe = json.loads(cli("show", "SH010/1", "--json"))["recipe"]
    said = {name: (claim["value"], claim["evidence"]) for name, claim in recipe.items()}
    assert {evidence for _, evidence in said.values()} == {"observed"}
    assert said["seed"][0] == "7" and said["negative_prompt"][0] == "blurred"
    assert said["generator"][0] == "local" and said["source_type"][0] == "trainedAlgorithmicMedia"
    assert said["param.pipeline"][0] == "WanPipeline" and len(said["param.weights_sha256"][0]) == 64
    assert str(folders["wan"]) not in json.dumps(recipe)
    # The same seed is the same file, so nothing new enters.
    assert cli(*asked, *parameters, "--negative", "blurred", "--seed", "7").startswith("1 take: SH010/1")


DIES = "import os, signal; from circletake_local.running import _Steps; "
DIES += "_Steps.__call__ = lambda *_: os.kill(os.getpid(), signal.SIGKILL); "
"""Kills its own process after the first step of the denoising."""


@pytest.mark.usefixtures("installed")
def test_a_job_that_was_killed_is_made_again(folders: dict[str, Path], tmp_path: Path) -> None:
    film = tmp_path / "film"

    def circletake(*words: str, first: str = "") -> subprocess.CompletedProcess[str]:
        code = f"{first}from circletake.cli.app import main; main()"
        return subprocess.run(
            [sys.executable, "-c", code, *words],
            cwd=film,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )

    film.mkdir()
    circletake("init")
    asked = ["generate", "--backend", "local", "--model", str(folders["wan"]), "--prompt", "night bus"]
    parameters = [word for name, value in SMALL.items() for word in ("--param", f"{name}={value}")]
    killed = circletake(*asked, *parameters, "--seed", "1", first=DIES)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert not [path for path in film.rglob("*") if ".mp4" in path.name], "nothing half-written"
    resumed = circletake("jobs", "resume")
    assert resumed.stdout.startswith("1 take"), resumed.stderr
    assert json.loads(circletake("show", "SH010/1", "--json").stdout)["recipe"]["seed"]["value"] == "1"
