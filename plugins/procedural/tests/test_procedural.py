"""The procedural generator: real motion, the same every time, and faults where they are asked for."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any, ClassVar

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from circletake import GenerationRequest, NoSettings, Phase, PluginError
from circletake.plugins.context import CallContext
from circletake.testing import GeneratorContract
from circletake_procedural.generator import Procedural
from circletake_procedural.looks import LOOKS


class TestContract(GeneratorContract):
    module = "circletake_procedural"
    parameters: ClassVar = {"size": "64x36", "seconds": "0.5"}
    deterministic = True


SMALL = {"size": "96x54", "seconds": "1", "quality": "16"}
Draw = Callable[..., Path]


@pytest.fixture
def draw(tmp_path: Path) -> Draw:
    count = iter(range(1000))

    def make(model: str = "aurora", prompt: str = "night sea", seed: str = "1", **parameters: str) -> Path:
        generator, context = Procedural(), CallContext("procedural")
        request = GenerationRequest(model, prompt, seed, parameters={**SMALL, **parameters})
        folder = tmp_path / str(next(count))
        folder.mkdir()
        job = generator.submit(request, NoSettings(), context)
        assert generator.find(request, NoSettings(), context) == job
        assert generator.poll(job, NoSettings(), context).phase is Phase.DONE
        (file,) = generator.fetch(job, folder, NoSettings(), context)
        return file.path

    return make


def gray(path: Path) -> NDArray[np.float64]:
    with av.open(str(path)) as container:
        frames = [f.reformat(64, 36, "gray").to_ndarray() for f in container.decode(video=0)]
    return np.stack(frames).astype(float)


def far(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    return float(np.abs(a - b).mean())


@pytest.mark.parametrize("look", LOOKS)
def test_every_look_moves_smoothly_and_repeats_to_the_byte(draw: Draw, look: str) -> None:
    first, again = draw(look), draw(look)
    assert first.read_bytes() == again.read_bytes()
    picture = gray(first)
    steps = np.abs(np.diff(picture, axis=0)).mean(axis=(1, 2))
    assert len(picture) == 24
    assert picture.std() > 8, "a picture, not a plain colour"
    assert 0.05 < float(np.median(steps)) < 25
    assert steps.max() < 40, "no cut inside a take"


@pytest.mark.parametrize("look", LOOKS)
def test_another_seed_is_another_picture(draw: Draw, look: str) -> None:
    one, other = gray(draw(look, seed="1")), gray(draw(look, seed="2"))
    assert far(one, other) > 4 * np.abs(np.diff(one, axis=0)).mean() or far(one, other) > 15


@pytest.mark.parametrize("copy", [{"quality": "38"}, {"size": "160x90"}, {"rate": "24000/1001"}])
def test_one_seed_is_one_picture_at_every_size_quality_and_rate(draw: Draw, copy: dict[str, str]) -> None:
    one, same, other = gray(draw("silk")), gray(draw("silk", **copy)), gray(draw("silk", seed="2"))
    shared = min(len(one), len(same))
    assert far(one[:shared], same[:shared]) < far(one, other) / 4


def test_a_later_start_leaves_out_the_beginning(draw: Draw) -> None:
    whole, late = gray(draw("silk", seconds="2")), gray(draw("silk", start="0.5"))
    assert far(whole[12:36], late) < far(whole[:24], late) / 2


def test_the_prompt_chooses_the_colours(draw: Draw) -> None:
    def mean(prompt: str) -> NDArray[np.float64]:
        with av.open(str(draw("ember", prompt))) as container:
            return np.asarray(next(container.decode(video=0)).to_ndarray(format="rgb24").mean(axis=(0, 1)))

    red, blue = mean("red fire"), mean("blue ocean")
    assert red[0] > red[2] + 30 and blue[2] > blue[0] + 30


def test_faults_are_there_when_asked_for(draw: Draw) -> None:
    plain, black, frozen, flicker = (
        gray(draw("silk", defect=d)) for d in ("none", "black", "frozen", "flicker")
    )
    begin, end = 10, 18
    assert black[begin:end].max() < 25 and black[:begin].mean() > 15
    assert np.abs(np.diff(frozen[begin:end], axis=0)).mean() < 0.2 < np.abs(np.diff(plain, axis=0)).mean()
    swings = np.abs(np.diff(flicker[begin:end].mean(axis=(1, 2))))
    assert swings.min() > 5 > np.abs(np.diff(plain.mean(axis=(1, 2)))).max()


def test_a_clip_has_the_size_rate_and_length_asked_for_and_says_bt709(draw: Draw) -> None:
    with av.open(str(draw(size="54x96", rate="30000/1001", seconds="1.5"))) as container:
        stream = container.streams.video[0]
        context = stream.codec_context
        assert (context.width, context.height, stream.average_rate) == (54, 96, Fraction(30000, 1001))
        assert stream.frames == 45
        assert (context.colorspace, context.color_primaries, context.color_range) == (1, 1, 1)


@pytest.mark.parametrize(
    "wrong",
    [
        {"size": "95x54"},
        {"size": "big"},
        {"size": "96x99999"},
        {"rate": "0"},
        {"rate": "1/0"},
        {"seconds": "inf"},
        {"seconds": "600"},
        {"quality": "x"},
        {"defect": "ugly"},
    ],
)
def test_what_cannot_be_drawn_is_refused_by_name(wrong: dict[str, str]) -> None:
    request = GenerationRequest("silk", "p", "1", parameters=wrong)
    (problem,) = Procedural().check(request, NoSettings()).problems
    assert problem.startswith(next(iter(wrong)))
    with pytest.raises(PluginError):
        Procedural().submit(request, NoSettings(), CallContext("procedural"))


def test_what_is_not_used_is_said() -> None:
    request = GenerationRequest("silk", "p", "1", negative_prompt="n", parameters={"steps": "20"})
    assert Procedural().check(request, NoSettings()).warnings == (
        "steps: not a parameter",
        "negative prompt: not used",
    )
    assert Procedural().check(GenerationRequest("sora", "p"), NoSettings()).problems


@pytest.mark.parametrize("prompt", ["", "=1+1", "\x1b[31m\x00\ud800", "🚌" * 5000, "a',b=[x];c"])
def test_no_prompt_reaches_the_filter_graph(draw: Draw, prompt: str) -> None:
    assert len(gray(draw(prompt=prompt, seconds="0.5"))) == 12


def test_models_say_that_an_algorithm_makes_the_pictures() -> None:
    cards = Procedural().models(NoSettings())
    assert {card.source_type for card in cards} == {"algorithmicMedia"}
    assert all(card.licence and card.source and card.parameters for card in cards)


def test_the_recipe_names_the_graph(tmp_path: Path) -> None:
    generator: Any = Procedural()
    context = CallContext("procedural")
    job = generator.submit(GenerationRequest("silk", "p", "1", parameters=SMALL), NoSettings(), context)
    told = generator.fetch(job, tmp_path, NoSettings(), context)[0].recipe
    assert "displace" in told["param.graph"] and told["param.ffmpeg"]
