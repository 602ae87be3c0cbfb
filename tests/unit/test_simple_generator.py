"""One function as a generator: what it returns is a take, and a killed job is made again from the start."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from circletake.errors import Cancelled, PluginError
from circletake.hookspecs import hookimpl
from circletake.model.generation import ALGORITHMIC, TRAINED, GenerationRequest, ModelCard, Parent, Relation
from circletake.plugins.context import CallContext
from circletake.plugins.manager import PluginManager
from circletake.plugins.simple import simple_generator
from circletake.protocols import NoSettings
from circletake.testing.values import draw_clip
from circletake.workflows.intake.generate import generate, plan_generation, resume
from circletake.workflows.library import Library
from tests.factories import actor

Function = Callable[[GenerationRequest, Path], Any]


class Killed(BaseException):
    """The process is gone; nothing may catch it."""


def drawn(request: GenerationRequest, folder: Path) -> Path:
    """Draws."""
    return draw_clip(folder / "take.mp4", request.seed)


def fetched(function: Function, into: Path, **asked: Any) -> list[Path]:
    item = simple_generator(function, name="mine")
    request = GenerationRequest("mine", "night bus", **asked)
    context, settings = CallContext("mine"), NoSettings()
    job = item.submit(request, settings, context)
    return [file.path for file in item.fetch(job, into, settings, context)]


def manager_with(function: Function) -> PluginManager:
    class Plugin:
        @hookimpl
        def circletake_generators(self) -> list[Any]:
            return [simple_generator(function, name="mine", source_type=ALGORITHMIC)]

    manager = PluginManager()
    manager.add("mine", Plugin())
    return manager


def test_the_function_gets_the_whole_request_and_an_empty_folder(tmp_path: Path) -> None:
    seen: list[tuple[GenerationRequest, list[Path]]] = []

    def look(request: GenerationRequest, folder: Path) -> str:
        seen.append((request, list(folder.iterdir())))
        (folder / "a.mp4").touch()
        return "a.mp4"

    asked: dict[str, Any] = {
        "seed": "18446744073709551617",
        "negative_prompt": "\x00 é😀",
        "image": Path("/stills/one.png"),
        "parameters": {"steps": "20"},
        "parent": Parent(Relation.IMAGE, "ab" * 32, "", Path("/stills/one.png")),
    }
    (tmp_path / ".making").mkdir()
    (tmp_path / ".making" / "half.mp4").touch()
    assert fetched(look, tmp_path, **asked) == [tmp_path / "a.mp4"]
    assert seen == [(GenerationRequest("mine", "night bus", **asked), [])]
    assert [p.name for p in tmp_path.iterdir()] == ["a.mp4"]


@pytest.mark.parametrize(
    ("returned", "said"),
    [
        (None, "returned NoneType"),
        ("missing.mp4", "no file in the folder"),
        ("../outside.mp4", "no file in the folder"),
    ],
)
def test_a_function_that_returns_no_clip_of_its_folder_is_told_so(
    returned: object, said: str, tmp_path: Path
) -> None:
    (tmp_path / "outside.mp4").touch()
    with pytest.raises(PluginError, match=said):
        fetched(lambda request, folder: returned, tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["outside.mp4"]


def test_a_link_out_of_the_folder_is_no_clip(tmp_path: Path) -> None:
    def links(request: GenerationRequest, folder: Path) -> Path:
        (folder / "take.mp4").symlink_to("/etc/hostname")
        return folder / "take.mp4"

    with pytest.raises(PluginError, match="no file in the folder"):
        fetched(links, tmp_path)


def test_it_is_told_by_its_function_and_models() -> None:
    item = simple_generator(drawn)
    assert (item.about.name, item.about.summary, item.about.version) == ("tests", "Draws.", "1")
    (card,) = item.models(NoSettings())
    assert (card.name, card.source_type) == ("tests", TRAINED)
    cards = [ModelCard("a", "1", "x", ALGORITHMIC), ModelCard("b", "1", "x", TRAINED)]
    both = simple_generator(drawn, name="mine", models=cards, version="2")
    assert (list(both.models(NoSettings())), both.about.version) == (cards, "2")
    assert both.check(GenerationRequest("c", "p"), NoSettings()).problems == ("model 'c' is none of a, b",)


def test_work_that_was_stopped_while_the_function_ran_is_not_kept(tmp_path: Path) -> None:
    stopped: list[bool] = []

    def slow(request: GenerationRequest, folder: Path) -> Path:
        stopped.append(True)
        return drawn(request, folder)

    item, settings = simple_generator(slow, name="mine"), NoSettings()
    context = CallContext("mine", cancelled=lambda: bool(stopped))
    job = item.submit(GenerationRequest("mine", "p", "1"), settings, context)
    with pytest.raises(Cancelled):
        item.fetch(job, tmp_path, settings, context)
    assert list(tmp_path.iterdir()) == []


def test_killed_in_the_function_each_take_comes_once(library: Library) -> None:
    runs: list[str] = []

    def dies_once(request: GenerationRequest, folder: Path) -> Path:
        runs.append(request.seed)
        if len(runs) == 2:
            (folder / "half.mp4").write_bytes(b"half")
            raise Killed
        return drawn(request, folder)

    manager = manager_with(dies_once)
    plan = plan_generation(library, manager, "mine", GenerationRequest("mine", "night bus", "5"), 3)
    with pytest.raises(Killed):
        generate(library, manager, plan, by=actor(), shot="SH010")
    report = resume(library, manager, by=actor())
    assert report.failed == ()
    slates = library.registry.takes.slates()
    assert [slate.recipe["seed"] for slate in slates] == ["5", "6", "7"]
    assert {slate.recipe["source_type"] for slate in slates} == {ALGORITHMIC}
    assert resume(library, manager, by=actor()).takes == ()


def test_what_the_function_raises_is_the_reason_of_that_job_alone(library: Library) -> None:
    def picky(request: GenerationRequest, folder: Path) -> Path:
        if request.seed == "6":
            raise MemoryError("no room on the card")
        return drawn(request, folder)

    manager = manager_with(picky)
    plan = plan_generation(library, manager, "mine", GenerationRequest("mine", "night bus", "5"), 3)
    report = generate(library, manager, plan, by=actor(), shot="SH010")
    assert len(report.takes) == 2
    ((_, reason),) = report.failed
    assert "no room on the card" in reason
