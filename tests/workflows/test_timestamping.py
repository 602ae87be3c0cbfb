"""Signing with a timestamper: who is asked, what waits for it, what is left when it fails."""

from __future__ import annotations

import shutil
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from circletake.errors import BadInput, CircletakeError, SigningError
from circletake.model.policy import PromptPolicy
from circletake.plugins.manager import PluginManager
from circletake.provenance.keys import KeyRing
from circletake.provenance.reading import read_credentials
from circletake.provenance.timestamps import relayed
from circletake.workflows.leaving.cutting import single
from circletake.workflows.leaving.exporting import export
from circletake.workflows.leaving.release import make_release, plan_release
from circletake.workflows.leaving.signer import timestamper
from circletake.workflows.leaving.terms import Terms, terms
from circletake.workflows.library import Library
from tests.factories import actor
from tests.outgoing import Failing, circled, leftovers, only_known_files_are_kept, slate
from tests.timestamper import Timestamper, answering

pytestmark = pytest.mark.usefixtures("no_workers")


def with_timestamper(film: Library, url: str | None) -> Library:
    return replace(film, settings=replace(film.settings, timestamper=url))


def test_the_timestamper_is_the_librarys_else_that_of_the_environment(
    film: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert timestamper(film) == ""
    monkeypatch.setenv("CIRCLETAKE_TIMESTAMP", "http://user.example")
    assert timestamper(film) == "http://user.example"
    assert timestamper(with_timestamper(film, "http://film.example")) == "http://film.example"
    assert timestamper(with_timestamper(film, "")) == ""
    with pytest.raises(BadInput, match="not the address of a timestamper"):
        timestamper(with_timestamper(film, "film"))


def test_everything_signed_of_a_release_is_timestamped(
    film: Library, manager: PluginManager, ring: KeyRing, tmp_path: Path, clock: Timestamper
) -> None:
    under = terms(ring.signer(), PromptPolicy.FULL, actor(), clock.url)
    before = len(clock.asked)
    make_release(film, manager, plan_release(film, "r", cut="main", folder=tmp_path / "r"), under)
    signed = [
        said
        for path in (tmp_path / "r").rglob("*")
        if path.suffix != ".c2pa" and (said := read_credentials(path, [ring.anchor(), clock.root])).present
    ]
    assert len(signed) == len(clock.asked) - before == 4
    assert all(each.active and each.active.signer and each.active.signer.signed_at for each in signed)


def test_a_take_signed_without_a_timestamp_is_signed_again_where_one_is_wanted(
    film: Library, manager: PluginManager, under: Terms, tmp_path: Path, clock: Timestamper
) -> None:
    def reused(how: Terms) -> int:
        take = single(slate(film, "SH010/1"))
        return export(film, manager, take, how, tmp_path / "o", name="a", whole=True, force=True).reused

    stamped = replace(under, timestamper=clock.url)
    assert [reused(under), reused(stamped), reused(stamped), reused(under)] == [0, 0, 1, 1]


def test_takes_are_signed_while_the_timestamper_is_waited_for_and_stay_in_order(
    film: Library, manager: PluginManager, under: Terms, tmp_path: Path, clock: Timestamper
) -> None:
    """The timestamper answers its first question only once it was asked a second one."""
    ids = circled(film)
    both = threading.Barrier(2)
    asked: list[bytes] = []

    def answer(query: bytes) -> tuple[int, bytes]:
        asked.append(query)
        if len(asked) <= 2:
            both.wait(timeout=30)
        with relayed(clock.url) as relay:
            return 200, relay.ask(query)

    with answering(answer) as (url, _):
        plan = plan_release(film, "r", folder=tmp_path / "r")
        made = make_release(film, manager, plan, replace(under, timestamper=url))
    takes = [file.uses[0].take for file in made.release.files if file.kind == "take"]
    assert takes == [film.registry.takes.slate(each).take.label for each in ids]
    assert (made.signed, made.reused, len(asked)) == (4, 0, 5)
    assert only_known_files_are_kept(film)


def test_whichever_signature_fails_while_others_are_on_their_way_there_is_no_folder(
    film: Library, manager: PluginManager, under: Terms, tmp_path: Path, clock: Timestamper
) -> None:
    circled(film)
    for failing in range(1, 20):
        signer = Failing(under.signer, failing)
        how = replace(under, signer=signer, timestamper=clock.url)
        shutil.rmtree(film.signed_folder, ignore_errors=True)
        try:
            make_release(film, manager, plan_release(film, "r", folder=tmp_path / "r"), how)
        except CircletakeError as error:
            assert error.reason == "was pulled out"
            assert leftovers(tmp_path) == ["in", "library"]
            assert only_known_files_are_kept(film)
        else:
            break
    assert failing == 6


def test_a_timestamper_that_is_down_leaves_no_release(
    film: Library, manager: PluginManager, under: Terms, tmp_path: Path
) -> None:
    plan = plan_release(film, "r", cut="main", folder=tmp_path / "r")
    with pytest.raises(SigningError, match="cannot be reached"):
        make_release(film, manager, plan, replace(under, timestamper="http://127.0.0.1:9/"))
    assert leftovers(tmp_path) == ["in", "library"]
    assert list((film.home / "staging").iterdir()) == []
