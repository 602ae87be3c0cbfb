"""Writing a contact sheet from a library."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal

import pytest

from circletake.errors import BadInput, PluginError
from circletake.hookspecs import hookimpl
from circletake.model.cut import Cut, CutEvent
from circletake.model.export import ExportRequest, ProducedFile
from circletake.model.stack import Band, Likeness, Member, Stack
from circletake.plugins.manager import PluginManager
from circletake.protocols import About, Context, NoSettings
from circletake.workflows.curation import contact
from circletake.workflows.library import Library
from tests.factories import actor, new_take


@pytest.fixture(scope="module")
def manager() -> PluginManager:
    return PluginManager.load(only=["contactsheet"])


class Broken:
    """An exporter that makes what it should not."""

    about = About("contactsheet", "broken", "1", NoSettings)

    def __init__(self, kind: str) -> None:
        self._kind = kind

    @property
    def reads(self) -> Literal["library", "signed"]:
        return "library"

    def export(
        self, request: ExportRequest, staging: Path, settings: NoSettings, ctx: Context
    ) -> Sequence[ProducedFile]:
        if self._kind == "crash":
            raise RuntimeError("no paper")
        path = staging / "clip.mp4"
        path.write_bytes(b"video")
        return [ProducedFile(path, "video")]

    @hookimpl
    def circletake_exporters(self) -> Any:
        return [self]


def test_a_sheet_of_the_library_is_one_file(library: Library, manager: PluginManager, tmp_path: Path) -> None:
    new_take(library.registry, "a", shot="SH010")
    to = tmp_path / "out" / "sheet.html"
    written = contact.write_sheet(library, manager, library.registry.takes.slates(), to, title="T")
    assert (written.takes, written.bare, written.size) == (1, 1, to.stat().st_size)
    assert "SH010/1" in to.read_text(encoding="utf-8")
    assert [path.name for path in to.parent.iterdir()] == ["sheet.html"]


def test_an_older_sheet_is_replaced_only_when_told(
    library: Library, manager: PluginManager, tmp_path: Path
) -> None:
    new_take(library.registry, "a")
    slates = library.registry.takes.slates()
    to = tmp_path / "sheet.html"
    to.write_text("mine")
    with pytest.raises(BadInput, match="exists already"):
        contact.write_sheet(library, manager, slates, to, title="T")
    assert to.read_text() == "mine"
    contact.write_sheet(library, manager, slates, to, title="T", replace=True)
    assert to.read_text(encoding="utf-8").startswith("<!doctype html>")


def test_nothing_to_show_is_told(library: Library, manager: PluginManager, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no takes to show"):
        contact.write_sheet(library, manager, [], tmp_path / "s.html", title="T")


@pytest.mark.parametrize(("kind", "said"), [("crash", "no paper"), ("video", "did not make one HTML sheet")])
def test_a_failing_exporter_leaves_no_file(library: Library, tmp_path: Path, kind: str, said: str) -> None:
    new_take(library.registry, "a")
    manager = PluginManager()
    manager.add("broken", Broken(kind))
    with pytest.raises(PluginError, match=said):
        contact.write_sheet(library, manager, library.registry.takes.slates(), tmp_path / "s.html", title="T")
    assert not list(tmp_path.glob("*.html"))


def test_what_is_folded_comes_along_after_its_keeper(library: Library) -> None:
    a, b, c = (new_take(library.registry, word, shot="SH010") for word in "abc")
    like = Likeness(Band.DUPLICATE, 2.0, 0.0, 1.0, False, "re-encoded")
    library.registry.stacks.replace([Stack(0, b.id, "larger", (Member(a.id, like),))], actor())
    shown = [s for s in library.registry.takes.slates() if s.folded_under is None]
    assert [s.take.id for s in contact.with_folded(library, shown)] == [b.id, a.id, c.id]


def test_a_cut_brings_its_own_takes_in_order(library: Library) -> None:
    a, b = (new_take(library.registry, word, shot="SH010") for word in "ab")
    events = (CutEvent(b.id, Fraction(0), Fraction(1)), CutEvent(a.id, Fraction(0), Fraction(1)))
    library.registry.cuts.save(Cut("v1", Fraction(24), 64, 48, events))
    _, slates = contact.slates_of_cut(library, "v1")
    assert [s.take.id for s in slates] == [b.id, a.id]
