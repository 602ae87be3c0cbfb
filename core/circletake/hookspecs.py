"""The hooks of circletake, in the order a take meets them.

A plugin is a module (or object) named by an entry point of the group ``circletake``. It
implements any of these with ``@circletake.hookimpl`` and yields small objects described in
:mod:`circletake.protocols`; it imports its SDK inside them, never at module level.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import pluggy

if TYPE_CHECKING:
    from circletake.protocols import (
        AuditRule,
        Exporter,
        Generator,
        RecipeReader,
        Scorer,
        SignerProvider,
    )

PROJECT = "circletake"

API_VERSION = 1
"""Raised when the contract changes in a way old plugins cannot follow."""

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@hookspec
def circletake_generators() -> Iterable[Generator[Any]]:  # type: ignore[empty-body]  # never run
    """Backends that make takes. Asked when something is to be generated or a job is resumed."""


@hookspec
def circletake_recipe_readers() -> Iterable[RecipeReader[Any]]:  # type: ignore[empty-body]  # never run
    """Readers that recover a recipe from a file. Each is asked once for every imported file."""


@hookspec
def circletake_scorers() -> Iterable[Scorer[Any]]:  # type: ignore[empty-body]  # never run
    """Measurements. Started in a worker for every take that has no row of this version and settings."""


@hookspec
def circletake_exporters() -> Iterable[Exporter[Any]]:  # type: ignore[empty-body]  # never run
    """Makers of files that leave the library. Called with a staging folder; the core signs."""


@hookspec
def circletake_signers() -> Iterable[SignerProvider[Any]]:  # type: ignore[empty-body]  # never run
    """Places where a signing key lives. The one named in the settings is opened, per process."""


@hookspec
def circletake_audit_rules() -> Iterable[AuditRule[Any]]:  # type: ignore[empty-body]  # never run
    """Questions an audit asks of every file or of the whole release."""
