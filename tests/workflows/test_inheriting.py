"""Recipe by picture: which takes are versions of one that is known, what they take over, and what never."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from circletake.model.recipe import Evidence
from circletake.model.slate import Slate
from circletake.model.take import Origin
from circletake.plugins.manager import PluginManager
from circletake.workflows.intake.ingest import IngestReport, ingest
from circletake.workflows.intake.taking_in import Grouping
from circletake.workflows.library import Library
from tests.factories import actor
from tests.scenes import Scene

pytestmark = pytest.mark.usefixtures("no_workers")
Bring = Callable[..., IngestReport]
RECIPE = {"prompt": "night bus", "model": "wan 2.2", "seed": 7}
SCENE = Scene()


@pytest.fixture
def bring(library: Library, tmp_path: Path) -> Bring:
    """``bring(name=(scene, height, recipe))``: write clips, with a sidecar for a recipe; import."""
    count = 0

    def run(how: dict[str, Any] | None = None, **clips: tuple[Scene, int, dict[str, Any]]) -> IngestReport:
        nonlocal count
        count += 1
        folder = tmp_path / f"in{count}"
        for name, (scene, height, recipe) in clips.items():
            path = scene.write(folder / f"{name}.mp4", height, quality=18 + count)
            if recipe:
                path.with_suffix(".json").write_text(json.dumps(recipe))
        manager = PluginManager.load(only=("readers",))
        return ingest(library, manager, [folder], **{"by": actor(), "shot": "SH010", **(how or {})})

    return run


def _take(library: Library, name: str) -> Slate:
    return next(s for s in library.registry.takes.slates() if s.take.name == f"{name}.mp4")


@pytest.mark.parametrize(
    ("scene", "height"),
    [
        (SCENE, 192),
        (SCENE, 48),
        (SCENE.but(mirror=True), 96),
        (SCENE.but(left=0.05, top=0.05, part=0.9), 96),
        (SCENE.but(start=0.5, seconds=2), 96),
    ],
    ids=["upscale", "messenger", "mirrored", "cropped", "trimmed"],
)
def test_a_copy_of_a_known_take_is_a_version_and_takes_over_its_recipe(
    library: Library, bring: Bring, scene: Scene, height: int
) -> None:
    bring(known=(SCENE, 96, RECIPE))
    report = bring(copy=(scene, height, {}))
    copy, known = _take(library, "copy"), _take(library, "known")
    version = library.registry.versions.of(copy.take.id)
    assert version is not None and version.of_id == known.take.id
    assert report.versions == (copy.take.id,)
    assert {field: copy.recipe[field] for field in RECIPE} == {f: str(v) for f, v in RECIPE.items()}
    claims = [claim for claim in copy.recipe.claims if claim.field in RECIPE]
    assert {(c.evidence, c.source, c.by) for c in claims} == {
        (Evidence.MATCHED, f"SH010/1, {version.distance:.0f} of 256 bits", "picture")
    }
    assert (report.known, report.learnt) == (
        {"prompt": 1, "model": 1, "seed": 1, "nothing": 0},
        {"matched": 1},
    )


class Marked(Scene):
    """The same with a white square in a corner."""

    def frames(self, height: int = 96, rate: float = 12) -> np.ndarray:
        shown = Scene.frames(self, height, rate)
        width = shown.shape[2]
        shown[:, int(height * 0.8) : int(height * 0.92), int(width * 0.8) : int(width * 0.92)] = 235
        return shown


@pytest.mark.parametrize(
    ("scene", "told"),
    [(SCENE, ""), (Marked(), "% of it differs all the time, as by a caption or a logo")],
    ids=["plain", "with a logo"],
)
def test_what_was_laid_over_a_version_is_told_where_it_is_measured(
    library: Library, bring: Bring, scene: Scene, told: str
) -> None:
    bring(known=(SCENE, 96, RECIPE))
    bring(copy=(scene, 192, {}))
    version = library.registry.versions.of(_take(library, "copy").take.id)
    assert version is not None and told in version.reason
    assert told or version.reason.startswith("same picture, re-encoded at twice the size, ")


def test_a_version_goes_into_the_shot_of_its_original_and_leaves_no_empty_one(
    library: Library, bring: Bring
) -> None:
    bring(known=(SCENE, 96, RECIPE))
    report = bring({"shot": ""}, copy=(SCENE, 192, {}), other=(SCENE.but(seed=2), 96, {}))
    assert (_take(library, "copy").take.label, _take(library, "other").take.shot) == ("SH010/2", "SH020")
    assert set(report.shots) == {"SH010", "SH020"}
    report = bring({"shot": ""}, again=(SCENE, 48, {}))
    assert report.shots == ("SH010",)
    assert [shot.code for shot in library.registry.takes.shots()] == ["SH010", "SH020"]


@pytest.mark.parametrize("how", [{"shot": "SH090"}, {"shot": "", "group": Grouping.FOLDER}])
def test_a_version_stays_in_the_shot_that_a_person_chose(
    library: Library, bring: Bring, how: dict[str, Any]
) -> None:
    bring(known=(SCENE, 96, RECIPE))
    assert bring(how, copy=(SCENE, 192, {})).versions
    assert _take(library, "copy").take.shot != "SH010"


def test_in_one_import_the_take_with_the_recipe_is_the_original(library: Library, bring: Bring) -> None:
    report = bring(a_copy=(SCENE, 48, {}), known=(SCENE, 96, RECIPE))
    assert report.versions == (_take(library, "a_copy").take.id,)


def test_takes_with_recipes_of_their_own_are_siblings_however_alike(library: Library, bring: Bring) -> None:
    bring(known=(SCENE, 96, RECIPE))
    report = bring(sibling=(SCENE, 64, {"prompt": "night bus, again"}))
    assert report.versions == () and library.registry.versions.all() == {}
    assert _take(library, "sibling").recipe["seed"] == ""


def test_what_a_copy_says_itself_is_never_contradicted(library: Library, bring: Bring) -> None:
    bring(known=(SCENE, 96, RECIPE))
    bring(copy=(SCENE, 64, {"seed": 99}))
    copy = _take(library, "copy")
    assert (copy.recipe["prompt"], copy.recipe["seed"]) == ("night bus", "99")
    assert copy.recipe.contradictions == {}


def test_a_copy_of_a_copy_is_a_version_of_the_original(library: Library, bring: Bring) -> None:
    bring(known=(SCENE, 96, RECIPE))
    bring(copy=(SCENE.but(start=0.5, seconds=2.4), 96, {}))
    bring(again=(SCENE.but(start=0.5, seconds=2.4), 48, {}))
    known = _take(library, "known").take
    assert {v.of_id for v in library.registry.versions.all().values()} == {known.id}
    assert all(c.source.startswith("SH010/1, ") for c in _take(library, "again").recipe.claims)


def test_where_nothing_is_known_of_either_nothing_is_said(library: Library, bring: Bring) -> None:
    bring(one=(SCENE, 96, {}))
    assert bring(two=(SCENE, 64, {})).versions == ()


@pytest.mark.parametrize(
    "other",
    [SCENE.but(seed=2), SCENE.but(motion=5), SCENE.but(hue=True), SCENE.but(seconds=6)],
    ids=["unrelated", "sibling", "other colours", "extended"],
)
def test_what_is_no_copy_takes_nothing_over(library: Library, bring: Bring, other: Scene) -> None:
    bring(known=(SCENE, 96, RECIPE))
    assert bring(other=(other, 96, {})).versions == ()
    assert _take(library, "other").recipe["prompt"] == ""


def test_footage_is_no_version_of_a_generated_take(library: Library, bring: Bring) -> None:
    bring(known=(SCENE, 96, RECIPE))
    assert bring({"origin": Origin.CAMERA}, filmed=(SCENE, 64, {})).versions == ()


def test_where_equally_near_takes_disagree_the_field_stays_unknown(library: Library, bring: Bring) -> None:
    bring(one=(SCENE, 96, RECIPE), two=(SCENE, 80, {**RECIPE, "seed": 8}))
    bring(copy=(SCENE, 64, {}))
    copy = _take(library, "copy")
    assert (copy.recipe["prompt"], copy.recipe["seed"]) == ("night bus", "")


def test_nothing_is_compared_when_nothing_was_added_or_looked_at(
    library: Library, bring: Bring, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bring(known=(SCENE, 96, RECIPE))
    monkeypatch.setattr("circletake.workflows.analysis.pairing.pair_takes", None)
    ingest(library, PluginManager.load(only=("readers",)), [tmp_path / "in1"], by=actor())
    assert bring({"analysis": False}, copy=(SCENE, 64, {})).versions == ()


def test_a_copy_that_a_killed_import_left_is_a_version_once_the_next_one_adds_a_take(
    library: Library, bring: Bring, monkeypatch: pytest.MonkeyPatch
) -> None:
    bring(known=(SCENE, 96, RECIPE))
    with monkeypatch.context() as killed:
        killed.setattr("circletake.workflows.intake.inheriting.inherit", _die)
        with pytest.raises(KeyboardInterrupt):
            bring(copy=(SCENE, 64, {}))
    report = bring(other=(SCENE.but(seed=2), 64, {}))
    assert report.versions == (_take(library, "copy").take.id,)


def _die(*_: object, **__: object) -> tuple[str, ...]:
    raise KeyboardInterrupt
