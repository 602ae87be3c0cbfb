"""Plugins: loaded through one door, each behind a fence of its own."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from circletake import About, Needs, NoSettings, hookimpl
from circletake.errors import BadInput, PluginError
from circletake.plugins.fence import fenced
from circletake.plugins.manager import PluginManager
from circletake.plugins.settings import settings_digest, settings_of


class Named:
    """A scorer that only has a name."""

    def __init__(self, name: str) -> None:
        self.about = About(name, "for tests", "1", NoSettings)

    def needs(self, settings: NoSettings) -> Needs:
        return Needs()


class Offering:
    """A plugin that offers scorers, or fails while it does."""

    def __init__(self, *names: str, fails: bool = False) -> None:
        self.names, self.fails = names, fails

    @hookimpl
    def circletake_scorers(self) -> Iterator[Named]:
        for name in self.names:
            yield Named(name)
        if self.fails:
            raise RuntimeError("no camera")


def install(folder: Path, name: str, source: str) -> None:
    """Lay an installed distribution with one plugin into ``folder``, which is on sys.path."""
    (folder / f"{name}_module.py").write_text(textwrap.dedent(source))
    info = folder / f"{name}-1.2.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.2\n")
    (info / "entry_points.txt").write_text(f"[circletake]\n{name} = {name}_module\n")


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.syspath_prepend(str(tmp_path))
    return tmp_path


def test_a_plugin_that_cannot_be_imported_is_recorded_and_the_others_go_on(site: Path) -> None:
    install(site, "shattered", "raise ValueError('half installed')")
    manager = PluginManager.load()
    by_name = {r.ref.plugin: r for r in manager.records}
    assert by_name["shattered"].status == "broken"
    assert by_name["shattered"].error == "ValueError: half installed"
    assert by_name["technical"].status == "loaded"


def test_a_plugin_that_ends_the_program_is_left_out_as_any_other(site: Path) -> None:
    install(site, "leaver", "import sys; sys.exit('no licence found')")
    record = next(r for r in PluginManager.load().records if r.ref.plugin == "leaver")
    assert (record.status, record.error) == ("broken", "SystemExit: no licence found")


def test_what_a_plugin_prints_is_no_result(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    install(
        site,
        "chatty",
        """
        from circletake import hookimpl
        print("imported")
        @hookimpl
        def circletake_scorers():
            print("asked")
            return ()
        """,
    )
    manager = PluginManager.load()
    scorers = manager.scorers()
    with fenced(manager, scorers[0]):
        print("called")
    said = capsys.readouterr()
    assert (said.out, said.err.split()) == ("", ["imported", "asked", "called"])


def test_a_blocked_plugin_is_never_imported(site: Path) -> None:
    install(site, "unwanted", f"open({str(site / 'imported')!r}, 'w').close()")
    manager = PluginManager.load(blocked=["unwanted"])
    assert not (site / "imported").exists()
    assert next(r.status for r in manager.records if r.ref.plugin == "unwanted") == "blocked"


def test_a_worker_loads_only_the_plugins_it_names(site: Path) -> None:
    install(site, "other", f"open({str(site / 'imported')!r}, 'w').close()")
    manager = PluginManager.load(only=["technical"])
    assert [r.ref.plugin for r in manager.records] == ["technical"]
    assert not (site / "imported").exists()


def test_a_plugin_for_another_api_is_left_out_with_the_reason(site: Path) -> None:
    install(site, "older", "CIRCLETAKE_API = 0")
    record = next(r for r in PluginManager.load().records if r.ref.plugin == "older")
    assert record.status == "broken"
    assert "plugin API 0" in record.error


def test_a_misspelt_hook_is_named(site: Path) -> None:
    install(
        site,
        "typo",
        """
        from circletake import hookimpl
        @hookimpl
        def circletake_scorer(): yield
        """,
    )
    record = next(r for r in PluginManager.load().records if r.ref.plugin == "typo")
    assert (record.status, "circletake_scorer" in record.error) == ("broken", True)


def test_a_plugin_that_fails_midway_keeps_what_it_offered_and_costs_nobody_else() -> None:
    manager = PluginManager()
    manager.add("first", Offering("a"))
    manager.add("second", Offering("b", fails=True))
    manager.add("third", Offering("c"))
    assert [o.item.about.name for o in manager.scorers()] == ["a", "b", "c"]
    assert [r.error for r in manager.records] == ["", "RuntimeError: no camera", ""]


def test_the_second_of_two_objects_with_one_name_is_refused_and_both_are_named() -> None:
    manager = PluginManager()
    manager.add("first", Offering("sharpness"))
    manager.add("second", Offering("sharpness"))
    assert len(manager.scorers()) == 1
    assert "already offered by first" in manager.records[1].error


def test_asking_for_a_generator_that_is_not_there_names_those_that_are() -> None:
    with pytest.raises(PluginError, match="there are: none"):
        PluginManager().generator("runway")


@dataclass(frozen=True)
class Knobs:
    limit: float = 0.5
    rate: Fraction = Fraction(4)
    mode: Literal["fast", "slow"] = "fast"
    words: tuple[str, ...] = ()


class WithKnobs:
    about = About("knobs", "for tests", "1", Knobs)


def test_settings_come_from_plain_toml_values() -> None:
    values = {"limit": 1, "rate": "24000/1001", "mode": "slow", "words": ["a"]}
    assert settings_of(WithKnobs, values) == Knobs(1.0, Fraction(24000, 1001), "slow", ("a",))


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"limits": 1}, "there are: limit"),
        ({"limit": "x"}, "limit"),
        ({"mode": "medium"}, "mode"),
        ({"limit": True}, "limit"),
    ],
)
def test_a_wrong_setting_is_named(values: dict[str, object], said: str) -> None:
    with pytest.raises(BadInput, match=said):
        settings_of(WithKnobs, values)


@given(st.floats(0, 1), st.floats(0, 1))
def test_equal_settings_have_equal_digests_and_others_do_not(a: float, b: float) -> None:
    assert (settings_digest(Knobs(a)) == settings_digest(Knobs(b))) == (a == b)


def test_what_a_plugin_raises_is_told_with_its_name_and_recorded_our_own_errors_as_they_are() -> None:
    manager = PluginManager()
    manager.add("first", Offering("a"))
    (offered,) = manager.scorers()
    with pytest.raises(PluginError, match="a: failed with AssertionError"), fenced(manager, offered):
        raise AssertionError
    assert manager.records[0].error == "AssertionError"
    with pytest.raises(BadInput, match="--seed"), fenced(manager, offered):
        raise BadInput("--seed", "is no number")
