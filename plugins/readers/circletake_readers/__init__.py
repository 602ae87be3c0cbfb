"""Recipes recovered from what other tools leave in a clip, beside it, or in its name.

One module for each kind of source. Readers are pure: they get a
:class:`~circletake.protocols.SourceFile` and yield claims, each with its own evidence;
what they cannot read they leave out.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from circletake import hookimpl

if TYPE_CHECKING:
    from circletake import RecipeReader


@hookimpl
def circletake_recipe_readers() -> Iterable[RecipeReader[Any]]:
    """Offer one reader for each kind of source."""
    from circletake_readers.comfyui import ComfyUI
    from circletake_readers.credentials import ContentCredentials
    from circletake_readers.filenames import RunwayNames, SoraNames
    from circletake_readers.sidecars import OwnSidecar, PlainSidecar, TakeJson

    return [
        ContentCredentials(),
        ComfyUI(),
        OwnSidecar(),
        TakeJson(),
        PlainSidecar(),
        SoraNames(),
        RunwayNames(),
    ]
