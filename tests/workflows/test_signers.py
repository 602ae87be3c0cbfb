"""Whose key signs: a provider that the library names, and what it may do wrong."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from circletake.errors import CircletakeError, KeyProblem, PluginError
from circletake.hookspecs import hookimpl
from circletake.model.policy import PromptPolicy
from circletake.plugins.manager import PluginManager
from circletake.protocols import About, Context
from circletake.provenance.keys import KeyRing
from circletake.provenance.reading import read_credentials
from circletake.workflows.leaving.cutting import single
from circletake.workflows.leaving.exporting import export
from circletake.workflows.leaving.signer import open_signer
from circletake.workflows.leaving.terms import terms
from circletake.workflows.library import Library
from tests.factories import actor
from tests.outgoing import Wrapped, slate

pytestmark = pytest.mark.usefixtures("no_workers")


@dataclass(frozen=True)
class Slot:
    """Settings of the token."""

    number: int = 0


@dataclass
class Token(Wrapped):
    """A plugin that keeps the key elsewhere: the example of docs/signing.md, made to fail as a test wants."""

    fails: Exception | None = None
    slot: int = -1
    closed: bool = False
    about = About("token", "for a test", "1", Slot)

    @hookimpl
    def circletake_signers(self) -> list[Token]:
        return [self]

    def open(self, settings: Slot, ctx: Context) -> Token:
        self.slot = settings.number
        return self

    def sign(self, data: bytes) -> bytes:
        if self.fails:
            raise self.fails
        return super().sign(data)

    def close(self) -> None:
        self.closed = True


def with_token(film: Library, token: Token) -> tuple[Library, PluginManager]:
    settings = replace(film.settings, signer="token", plugins={"token": {"number": 3}})
    manager = PluginManager.load(only=("video",))
    manager.add("token", token)
    return replace(film, settings=settings), manager


def test_the_signer_a_library_names_signs_and_is_closed(film: Library, ring: KeyRing, tmp_path: Path) -> None:
    token = Token(ring.signer())
    named, manager = with_token(film, token)
    with open_signer(named, manager) as signer:
        under = terms(signer, PromptPolicy.FULL, actor())
        done = export(named, manager, single(slate(film, "SH010/1")), under, tmp_path / "out", whole=True)
    assert (token.slot, token.closed) == (3, True)
    assert under.organisation == "Lumen Films"
    active = read_credentials(done.files[0]).active
    assert active and active.signer and active.signer.sha256 == ring.show().certificate_sha256


@pytest.mark.parametrize(
    ("raised", "said"),
    [
        (KeyProblem("token", "was pulled out", "put it back"), "token: was pulled out; put it back"),
        (TimeoutError("the vault did not answer"), "TimeoutError: the vault did not answer"),
    ],
)
def test_what_a_signer_raises_is_told_in_its_own_words(
    film: Library, ring: KeyRing, tmp_path: Path, raised: Exception, said: str
) -> None:
    named, manager = with_token(film, Token(ring.signer(), raised))
    with pytest.raises(CircletakeError, match=said), open_signer(named, manager) as signer:
        under = terms(signer, PromptPolicy.FULL, actor())
        export(named, manager, single(slate(film, "SH010/1")), under, tmp_path / "out", whole=True)
    assert not (tmp_path / "out").exists()


def test_a_signer_that_is_not_there_is_named(film: Library) -> None:
    named = replace(film, settings=replace(film.settings, signer="vault"))
    with (
        pytest.raises(PluginError, match="no such signer; there are: none"),
        open_signer(named, PluginManager()),
    ):
        pass
