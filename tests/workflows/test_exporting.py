"""A take or a cut leaves by itself: signed once, its picture as it was, over nothing that is there."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from circletake.errors import BadInput, Cancelled, SigningError
from circletake.model.cut import CutEvent
from circletake.model.export import ExportState
from circletake.model.manifest import Check
from circletake.model.policy import PromptPolicy
from circletake.model.recipe import Field
from circletake.plugins.manager import PluginManager
from circletake.provenance.keys import KeyRing
from circletake.provenance.reading import read_credentials
from circletake.workflows.leaving import recording
from circletake.workflows.leaving.cutting import RATES, part_of, pieces, single, whole
from circletake.workflows.leaving.exporting import export
from circletake.workflows.leaving.release import make_release, plan_release
from circletake.workflows.leaving.terms import Terms
from circletake.workflows.leaving.workbench import as_published
from circletake.workflows.library import Library
from tests.factories import claim
from tests.factories import slate as factory
from tests.outgoing import PROMPT, leftovers, pixels, slate

if TYPE_CHECKING:
    from numpy.typing import NDArray

pytestmark = pytest.mark.usefixtures("no_workers")


def shown(path: Path) -> list[NDArray[np.uint8]]:
    with av.open(str(path)) as container:
        return [np.asarray(frame.to_ndarray(format="gray"), np.uint8) for frame in container.decode(video=0)]


def apart(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> float:
    return float(np.abs(one.astype(float) - other).mean())


@pytest.mark.parametrize(("word", "suffix"), [("SH010/1", ".mp4"), ("SH010/2", ".mov"), ("SH010/4", ".gif")])
def test_a_take_leaves_signed_with_its_picture_untouched(
    film: Library, manager: PluginManager, under: Terms, tmp_path: Path, word: str, suffix: str, ring: KeyRing
) -> None:
    take = slate(film, word)
    done = export(film, manager, single(take), under, tmp_path / "out", whole=True)
    path = done.files[0]
    assert path.suffix == suffix
    assert pixels(path) == pixels(Path(take.path))
    said = read_credentials(path, [ring.anchor()])
    assert (said.integrity, said.signature, said.trust) == (Check.PASSED,) * 3
    row = film.registry.exports.by_sha256(hashlib.sha256(path.read_bytes()).hexdigest())
    assert row is not None and row.state is ExportState.PUBLISHED
    assert row.prompts == {take.take.sha256: PROMPT}


def test_a_part_of_a_take_leaves_with_its_frames_and_nothing_else(
    film: Library, manager: PluginManager, under: Terms, tmp_path: Path, ring: KeyRing
) -> None:
    take = slate(film, "SH010/1")
    (asked,) = pieces(film, "SH010/1@3f-9f")
    done = export(film, manager, part_of(take, asked), under, tmp_path / "out", whole=True)
    (path,) = done.files
    assert path.name == f"{take.take.slate}_3f-9f.mp4"
    kept, whole = shown(path), shown(Path(take.path))
    assert len(kept) == 6
    nearest = [min(range(len(whole)), key=lambda at: apart(whole[at], frame)) for frame in kept]
    assert nearest == [3, 4, 5, 6, 7, 8]
    said = read_credentials(path, [ring.anchor()])
    assert said.verified and said.active is not None
    (parent,) = said.active.ingredients
    assert (parent.role, parent.source_range) == ("parentOf", (Fraction(1, 4), Fraction(3, 4)))
    assert [action.name for action in said.active.actions] == [
        "c2pa.opened",
        "c2pa.trimmed",
        "c2pa.transcoded",
    ]
    assert said.named(parent.manifest) is not None
    row = film.registry.exports.by_sha256(hashlib.sha256(path.read_bytes()).hexdigest())
    assert row is not None and (row.kind, row.take_id) == ("take", take.take.id)
    assert leftovers(film.staging_folder) == []


@given(st.integers(1, 200), st.sampled_from(RATES), st.data())
def test_a_part_lies_on_whole_frames_of_its_take(frames: int, rate: Fraction, data: st.DataObject) -> None:
    take = factory(None)
    facts = replace(take.take.media, rate=rate, frames=frames, seconds=float(frames / rate))
    take = replace(take, take=replace(take.take, media=facts))
    length = frames / rate
    start = data.draw(st.integers(0, 9_999))
    begin, end = (length * at / 10_000 for at in (start, data.draw(st.integers(start + 1, 10_000))))
    cut = part_of(take, CutEvent(take.take.id, begin, end))
    (event,) = cut.events
    assert 0 <= event.source_in < event.source_out <= length
    assert (event.source_in * rate).denominator == (event.source_out * rate).denominator == 1
    assert abs(event.source_in - begin) <= 1 / rate
    assert (cut == single(take)) == (event == whole(take))


def test_a_take_is_signed_whole_though_a_part_of_it_left_before(
    film: Library, manager: PluginManager, under: Terms, tmp_path: Path
) -> None:
    take = slate(film, "SH010/1")
    part = part_of(take, pieces(film, "SH010/1@0-0.5")[0])
    export(film, manager, part, under, tmp_path, whole=True)
    done = export(film, manager, single(take), under, tmp_path, name="all", whole=True)
    assert (done.reused, len(shown(done.files[0]))) == (1, 12)


def test_webm_leaves_with_its_manifest_beside_it(
    film: Library, manager: PluginManager, under: Terms, tmp_path: Path
) -> None:
    done = export(film, manager, single(slate(film, "SH010/3")), under, tmp_path, name="bus", whole=True)
    assert done.files == (tmp_path / "bus.webm",)
    assert read_credentials(tmp_path / "bus.webm").where == "bus.c2pa"


def test_a_take_is_signed_once_until_something_it_says_changes(
    film: Library, manager: PluginManager, under: Terms, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def again(how: Terms = under) -> int:
        return export(
            film, manager, single(slate(film, "SH010/1")), how, tmp_path, name="a", whole=True, force=True
        ).reused

    assert [again(), again()] == [0, 1]
    assert again(replace(under, policy=PromptPolicy.OMIT)) == 0
    hashed = replace(under, policy=PromptPolicy.HASH)
    assert [again(hashed), again(hashed)] == [0, 1]
    film.registry.takes.add_claims(slate(film, "SH010/1").take.id, [claim("seed", "7")])
    assert [again(), again()] == [0, 1]
    monkeypatch.setattr(recording, "RULES", "later")
    assert [again(), again()] == [0, 1]
    for kept in film.signed_folder.iterdir():
        kept.write_bytes(kept.read_bytes()[:-1])
    assert again() == 0


def test_a_file_that_is_there_is_not_overwritten(
    film: Library, manager: PluginManager, under: Terms, tmp_path: Path
) -> None:
    there = tmp_path / "bus.mp4"
    there.write_bytes(b"mine")
    cut = single(slate(film, "SH010/1"))
    with pytest.raises(BadInput, match="--force"):
        export(film, manager, cut, under, tmp_path, name="bus", whole=True)
    assert there.read_bytes() == b"mine"
    export(film, manager, cut, under, tmp_path, name="bus", whole=True, force=True)
    assert read_credentials(there).integrity is Check.PASSED


def test_an_export_that_is_stopped_puts_nothing_anywhere(
    film: Library, manager: PluginManager, under: Terms, tmp_path: Path
) -> None:
    seen: list[int] = []

    class Watching:
        def step(self, done: int, total: int, note: str = "") -> None:
            seen.append(done)

    cut = film.registry.cuts.get("main")
    with pytest.raises(Cancelled):
        export(
            film, manager, cut, under, tmp_path / "o", progress=Watching(), cancelled=lambda: len(seen) > 3
        )
    assert 0 < max(seen) < 100
    assert not (tmp_path / "o").exists() and leftovers(film.staging_folder) == []
    plan = plan_release(film, "night", cut="main", folder=tmp_path / "r")
    with pytest.raises(Cancelled):
        make_release(film, manager, plan, under, cancelled=lambda: True)
    assert not (tmp_path / "r").exists() and leftovers(film.staging_folder) == []


@pytest.mark.parametrize("policy", [PromptPolicy.HASH, PromptPolicy.OMIT])
def test_a_prompt_that_stands_in_another_field_too_stops_the_export(
    film: Library, manager: PluginManager, under: Terms, tmp_path: Path, policy: PromptPolicy
) -> None:
    take = slate(film, "SH010/1")
    film.registry.takes.add_claims(take.take.id, [claim("param.style", take.recipe[Field.PROMPT])])
    with pytest.raises(SigningError, match="still holds words of a prompt"):
        export(
            film, manager, single(slate(film, "SH010/1")), replace(under, policy=policy), tmp_path, whole=True
        )
    assert list(tmp_path.glob("*.mp4")) == []


def test_what_exporters_see_where_prompts_are_kept_back_names_no_imported_file(film: Library) -> None:
    seen = as_published({"x": slate(film, "SH010/1")}, PromptPolicy.OMIT)["x"]
    assert (seen.take.name, seen.recipe[Field.PROMPT]) == ("", "")
    assert as_published({"x": seen}, PromptPolicy.FULL)["x"] == seen
