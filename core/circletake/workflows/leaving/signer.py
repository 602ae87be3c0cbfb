"""Whose key signs: that of the provider the library names, else the one on this machine."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal

from circletake.errors import CircletakeError, PluginError, SigningError
from circletake.plugins.context import CallContext
from circletake.plugins.fence import fenced
from circletake.plugins.settings import settings_of
from circletake.workflows.library import user_home

if TYPE_CHECKING:
    from circletake.plugins.manager import PluginManager
    from circletake.protocols import OpenSigner
    from circletake.workflows.library import Library

_ALGORITHMS = ("es256", "es384", "ps256", "ed25519")


@contextmanager
def open_signer(library: Library, manager: PluginManager) -> Iterator[OpenSigner]:
    """The signer ``[signing] provider`` in ``circletake.toml`` names, or the key of ``keys init``.

    Raises:
        KeyProblem: there is no key yet, it is not safe to use, or its certificate is out of date.
        PluginError: no such provider, or it failed; an error of our own kinds is raised as it is.
    """
    signer = _opened(library, manager)
    try:
        yield signer
    finally:
        signer.close()


def timestamper(library: Library) -> str:
    """Who is asked for the time of each signature: as the library says, else ``CIRCLETAKE_TIMESTAMP``.

    Returns:
        An address, or nothing: then signing reaches no network.

    Raises:
        BadInput: it is no address.
    """
    from circletake.provenance.timestamps import checked_url

    named = library.settings.timestamper
    url = os.environ.get("CIRCLETAKE_TIMESTAMP", "") if named is None else named
    return checked_url(url) if url else ""


def ending_soon(signer: OpenSigner) -> str:
    """A warning where the signer's certificate ends within a month; empty where it does not."""
    from circletake.provenance.certificates import ending, leaf_of

    return ending(leaf_of(signer.chain_pem))


def _opened(library: Library, manager: PluginManager) -> OpenSigner:
    name = library.settings.signer
    if not name:
        from circletake.provenance.keys import KeyRing

        return KeyRing(user_home(), never_inside=library.root).signer()
    offered = manager.signer(name)
    settings = settings_of(offered.item, library.settings.plugin(name))
    with fenced(manager, offered):
        signer: OpenSigner = offered.item.open(settings, CallContext(name, secrets=True))
        return _Provided(name, signer)


class _Provided:
    """A provider's signer: what it raises while it signs comes through in its own words."""

    def __init__(self, name: str, inner: OpenSigner) -> None:
        from circletake.provenance.certificates import leaf_of, refuse_outdated

        if inner.algorithm not in _ALGORITHMS:
            raise PluginError(
                name,
                f"signs with {inner.algorithm!r}, which content credentials do not know",
                f"it must be one of {', '.join(_ALGORITHMS)}",
            )
        refuse_outdated(leaf_of(inner.chain_pem), name, "renew the certificate where the key is kept")
        self._name, self._inner = name, inner
        self._one_at_a_time = threading.Lock()

    @property
    def algorithm(self) -> Literal["es256", "es384", "ps256", "ed25519"]:
        return self._inner.algorithm

    @property
    def chain_pem(self) -> str:
        return self._inner.chain_pem

    def sign(self, data: bytes) -> bytes:
        try:
            with self._one_at_a_time:
                signature = self._inner.sign(data)
        except CircletakeError:
            raise
        except Exception as error:
            # An OSError of its network would else be taken for one of the disk signed files go to.
            said = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
            raise SigningError(self._name, said, "nothing was signed; run the same again") from error
        if not isinstance(signature, bytes) or not signature:
            raise SigningError(self._name, "gave no signature", "nothing was signed; tell its author")
        return signature

    def close(self) -> None:
        self._inner.close()
