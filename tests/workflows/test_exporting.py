"""A take or a cut leaves by itself: signed once, its picture as it was, over nothing that is there."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from circletake.errors import BadInput, Cancelled
from circletake.model.export import ExportState
from circletake.model.manifest import Check
from circletake.model.policy import PromptPolicy
from circletake.plugins.manager import PluginManager
from circletake.provenance.keys import KeyRing
from circletake.provenance.reading import read_credentials
from circletake.workflows.leaving.cutting import single
from circletake.workflows.leaving.exporting import export
from circletake.workflows.leaving.release import make_release, plan_release
from circletake.workflows.leaving.terms import Terms
from circletake.workflows.library import Library
from tests.factories import claim
from tests.outgoing import PROMPT, leftovers, pixels, slate

pytestmark = pytest.mark.usefixtures("no_workers")


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


def test_webm_leaves_with_its_manifest_beside_it(
    film: Library, manager: PluginManager, under: Terms, tmp_path: Path
) -> None:
    done = export(film, manager, single(slate(film, "SH010/3")), under, tmp_path, name="bus", whole=True)
    assert done.files == (tmp_path / "bus.webm",)
    assert read_credentials(tmp_path / "bus.webm").where == "bus.c2pa"


def test_a_take_is_signed_once_until_something_it_says_changes(
    film: Library, manager: PluginManager, under: Terms, tmp_path: Path
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
