"""What is asked, where a model lies, what its weights are: all that needs no torch."""

from __future__ import annotations

import hashlib
import json
import os
from fractions import Fraction
from pathlib import Path

import pytest

from circletake import GenerationRequest, PluginError
from circletake.plugins.context import CallContext
from circletake.plugins.settings import settings_of
from circletake.testing import offline
from circletake_local.asked import asked, seed_of
from circletake_local.finding import INDEX, all_here, at, find
from circletake_local.generator import Local
from circletake_local.jobs import Job, packed, unpacked
from circletake_local.settings import LocalSettings
from circletake_local.weights import weights_of

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def model_folder(folder: Path, **index: object) -> Path:
    """A folder that looks like a pipeline, with a few bytes for weights."""
    for part in ("transformer", "vae", "left_out"):
        (folder / part).mkdir(parents=True)
        (folder / part / "model.safetensors").write_bytes(part.encode())
    parts = {"transformer": ["diffusers", "T"], "vae": ["diffusers", "V"], "left_out": [None, None]}
    (folder / INDEX).write_text(json.dumps({"_class_name": "WanPipeline", **parts, **index}))
    return folder


def downloaded(cache: Path, model: str = "Wan-AI/Tiny") -> Path:
    """A model in the layout of the Hugging Face cache."""
    repository = cache / f"models--{model.replace('/', '--')}"
    (repository / "refs").mkdir(parents=True)
    (repository / "refs" / "main").write_text(COMMIT)
    return model_folder(repository / "snapshots" / COMMIT)


@pytest.mark.parametrize(
    "wrong",
    [
        {"size": "95x54"},
        {"size": "big"},
        {"frames": "1"},
        {"frames": "9.5"},
        {"fps": "0"},
        {"fps": "1/0"},
        {"steps": "0"},
        {"guidance": "inf"},
        {"flow_shift": "-1"},
        {"scheduler": "os.system"},
        {"pipeline": "__import__"},
        {"revision": "../../main"},
        {"quality": "60"},
    ],
)
def test_what_makes_no_sense_is_refused_by_name(wrong: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=f"^{next(iter(wrong))}: "):
        asked(wrong)


def test_what_is_not_asked_is_left_to_the_pipeline() -> None:
    nothing = asked({})
    assert (nothing.size, nothing.frames, nothing.fps, nothing.steps, nothing.guidance) == (None,) * 5
    assert nothing.quality == 8
    some = asked({"size": "832x480", "fps": "24000/1001", "guidance": "4.5", "quality": "0"})
    assert (some.size, some.fps, some.guidance) == ((832, 480), Fraction(24000, 1001), 4.5)
    assert some.quality == 0


@pytest.mark.parametrize("seed", ["", "x", "-1", "1.5", str(2**63), "٣", "9" * 5000])
def test_a_seed_that_torch_does_not_take_is_refused(seed: str) -> None:
    with pytest.raises(ValueError, match=r"^seed: "):
        seed_of(seed)
    assert seed_of(str(2**63 - 1)) == 2**63 - 1


def test_a_model_is_found_as_a_folder_by_the_settings_and_in_the_cache(tmp_path: Path) -> None:
    folder, listed = model_folder(tmp_path / "wan"), model_folder(tmp_path / "more" / "mine")
    cached = downloaded(tmp_path / "hub")
    settings = LocalSettings(models=(str(listed),), cache=str(tmp_path / "hub"))
    found = [find(name, "", settings) for name in (str(folder), "mine", "Wan-AI/Tiny")]
    assert [each and (each.name, each.folder, each.revision) for each in found] == [
        ("wan", folder, ""),
        ("mine", listed, ""),
        ("Wan-AI/Tiny", cached, COMMIT),
    ]
    assert find("Wan-AI/Tiny", COMMIT, settings) == found[2]
    assert find("Wan-AI/Tiny", "v2", settings) is None
    assert [model.name for model in all_here(settings)] == ["mine", "Wan-AI/Tiny"]
    assert [card.name for card in Local().models(settings)][:2] == ["mine", "Wan-AI/Tiny"]


def test_a_model_that_is_not_here_is_refused_offline_unless_it_may_be_downloaded(tmp_path: Path) -> None:
    request = GenerationRequest("Wan-AI/Tiny", "night bus", "1")
    here = LocalSettings(cache=str(tmp_path))
    with offline():
        problems = Local().check(request, here).problems
        allowed = Local().check(request, LocalSettings(cache=str(tmp_path), download=True))
    assert any("'Wan-AI/Tiny' is not on this machine; hf download Wan-AI/Tiny" in each for each in problems)
    assert not any("not on this machine" in each for each in allowed.problems)
    with pytest.raises(PluginError):
        Local().submit(request, here, CallContext("local"))


@pytest.mark.parametrize(
    "name", ["no\x00folder", "long" * 5000, "~nobody-of-this-name/wan", "../../x", "a/../b"]
)
def test_a_name_that_is_no_model_is_told_as_such(name: str) -> None:
    problems = Local().check(GenerationRequest(name, "p", "1"), LocalSettings(download=True)).problems
    assert any("is not on this machine" in each for each in problems)


def test_a_model_that_brings_its_own_code_is_refused(tmp_path: Path) -> None:
    folder = model_folder(tmp_path / "evil", _class_name=["pipeline", "Evil"])
    with pytest.raises(ValueError, match="wants code of its own to be run"):
        at(folder)


@pytest.mark.parametrize("index", ["", "[]", "{}", "[" * 100_000, '{"_class_name": "WanPipeline"'])
def test_an_index_that_is_none_is_told(tmp_path: Path, index: str) -> None:
    folder = model_folder(tmp_path / "broken")
    (folder / INDEX).write_text(index)
    problems = Local().check(GenerationRequest(str(folder), "p", "1"), LocalSettings()).problems
    assert any(f"broken: its {INDEX} cannot be read" in each for each in problems)


def test_no_part_of_a_model_lies_outside_its_folder(tmp_path: Path) -> None:
    outside = model_folder(tmp_path / "other")
    folder = model_folder(tmp_path / "wan", **{"../other/vae": ["diffusers", "V"]})
    assert outside.is_dir()
    assert at(folder).parts == ("transformer", "vae")


def test_the_licence_is_what_the_models_own_card_says(tmp_path: Path) -> None:
    folder = model_folder(tmp_path / "wan")
    assert at(folder).licence == ""
    (folder / "README.md").write_text("---\nlicense: apache-2.0\ntags: [x]\n---\nlicense: mine\n")
    assert at(folder).licence == "apache-2.0"
    (folder / "README.md").write_text("no front matter\nlicense: mine\n")
    assert at(folder).licence == ""


def test_weights_are_told_as_sha256sum_would(tmp_path: Path) -> None:
    folder = model_folder(tmp_path / "wan")
    (folder / "transformer" / "more.safetensors").write_bytes(b"more")
    said = [("transformer/model", b"transformer"), ("transformer/more", b"more"), ("vae/model", b"vae")]
    lines = "".join(f"{hashlib.sha256(data).hexdigest()}  {name}.safetensors\n" for name, data in said)
    weights = weights_of(at(folder))
    assert weights.sha256 == hashlib.sha256(lines.encode()).hexdigest()
    assert (weights.files, weights.size) == (3, 18)


def test_weights_are_read_again_only_where_they_changed(tmp_path: Path) -> None:
    folder = model_folder(tmp_path / "wan")
    reads: list[None] = []
    first = weights_of(at(folder), lambda: reads.append(None))
    assert len(reads) == 2
    assert weights_of(at(folder), lambda: reads.append(None)) == first
    assert len(reads) == 2, "nothing changed, nothing was read"
    changed = folder / "vae" / "model.safetensors"
    changed.write_bytes(b"eva")
    os.utime(changed, ns=(1, 1))
    assert weights_of(at(folder), lambda: reads.append(None)).sha256 != first.sha256
    assert len(reads) == 3


@pytest.mark.parametrize("memory", ["", "[]", '{"a": 1}', '{"a": [1, 2]}'])
def test_a_broken_memory_of_weights_costs_only_time(tmp_path: Path, memory: str) -> None:
    folder = model_folder(tmp_path / "wan")
    before = weights_of(at(folder))
    kept = tmp_path / "cache" / "circletake" / "weights.json"
    kept.write_text(memory)
    assert weights_of(at(folder)) == before
    assert len(json.loads(kept.read_text())) == 2


def test_a_job_is_its_whole_request(tmp_path: Path) -> None:
    still = tmp_path / "still.png"
    request = GenerationRequest("wan", "🚌 bus", "7", "blur", still, {"steps": "2"})
    assert unpacked(packed(Job(request, "/models/wan"))) == Job(request, "/models/wan")
    for wrong in ("", "x", packed(Job(request, ""))[:-9], "é"):
        with pytest.raises(PluginError):
            unpacked(wrong)


@pytest.mark.parametrize(
    "wrong", [{"device": "toaster"}, {"device": "cuda:"}, {"dtype": "int4"}, {"download": 1}]
)
def test_settings_that_no_machine_has_are_refused(wrong: dict[str, object]) -> None:
    from circletake import BadInput

    with pytest.raises(BadInput):
        settings_of(Local(), wrong)
