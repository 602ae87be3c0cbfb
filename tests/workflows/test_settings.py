"""The settings of a library: read strictly, and told by name where they make no sense."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from circletake.errors import BadInput
from circletake.model.policy import PromptPolicy
from circletake.workflows.library import create_library
from circletake.workflows.settings import SETTINGS, first_settings, read_settings, root_above


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("plugins = 3", "plugins must be a table"),
        ("library = 'mine'", "library must be a table"),
        ("signing = []", "signing must be a table"),
        ("[plugins]\nblocked = 'bad'", "must be a list of names"),
        ("[signing]\nprovider = 1", "must be the name of a signer"),
        ("export = 1", "export must be a table"),
        ("[export]\nprompts = 'some'", "export.prompts must be one of full, hash, omit"),
        ("[export]\nprompts = []", "export.prompts must be one of"),
        ("[signing]\ntimestamp = 1", "must be the address of a timestamper"),
        ("[at_once]\nrunway = 0", "at_once.runway must be 1 or more"),
        ("[at_once]\nrunway = true", "at_once.runway must be 1 or more"),
        ("x = [", "not valid TOML"),
        ("\x00", "not valid TOML"),
    ],
)
def test_settings_that_make_no_sense_are_told_by_name(tmp_path: Path, text: str, reason: str) -> None:
    (tmp_path / SETTINGS).write_text(text)
    with pytest.raises(BadInput, match=reason):
        read_settings(tmp_path)


def test_sections_are_the_plugins_and_blocked_is_none_of_them(tmp_path: Path) -> None:
    (tmp_path / SETTINGS).write_text("[plugins]\nblocked = ['bad']\n[plugins.frozen]\nseconds = 1.5\n")
    settings = read_settings(tmp_path)
    assert (settings.name, settings.blocked) == (tmp_path.name, ("bad",))
    assert (settings.plugin("frozen"), settings.plugin("other")) == ({"seconds": 1.5}, {})


def test_a_library_says_what_of_its_prompts_travels(tmp_path: Path) -> None:
    (tmp_path / SETTINGS).write_text("[export]\nprompts = 'hash'\n")
    assert read_settings(tmp_path).prompts is PromptPolicy.HASH
    (tmp_path / SETTINGS).write_text("")
    assert read_settings(tmp_path).prompts is PromptPolicy.FULL


@given(name=st.text())
def test_a_library_may_have_any_name(tmp_path_factory: pytest.TempPathFactory, name: str) -> None:
    root = tmp_path_factory.mktemp("library")
    (root / SETTINGS).write_text(first_settings(name), encoding="utf-8")
    assert read_settings(root).name == name


def test_a_folder_whose_name_is_no_text_can_be_a_library(tmp_path: Path) -> None:
    odd = tmp_path / os.fsdecode(b"film \xff")
    with create_library(odd) as library:
        assert library.settings.name == "film ?"
    assert root_above(odd / "below") == odd
