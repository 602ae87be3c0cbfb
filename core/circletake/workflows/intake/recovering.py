"""Asking every recipe reader about a file, each behind a fence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from circletake.errors import BadInput
from circletake.model.recipe import Evidence, RecipeClaim, is_field

if TYPE_CHECKING:
    from circletake.plugins.manager import Offered, PluginManager
    from circletake.protocols import RecipeReader, SourceFile
    from circletake.workflows.settings import Settings

LONGEST_VALUE = 100_000
"""Characters; longer values are not a recipe."""

MOST_CLAIMS = 500
"""From one reader of one file."""


@dataclass(frozen=True, slots=True)
class _Ready:
    offered: Offered[RecipeReader[Any]]
    settings: Any


class Readers:
    """The recipe readers of a run. One that fails is told once and asked again for the next file."""

    def __init__(self, manager: PluginManager, settings: Settings) -> None:
        from circletake.plugins.settings import settings_of

        self._manager = manager
        self._ready: list[_Ready] = []
        self.faults: dict[str, str] = {}
        for offered in manager.recipe_readers():
            name = offered.item.about.name
            try:
                self._ready.append(_Ready(offered, settings_of(offered.item, settings.plugin(name))))
            except BadInput as error:
                self.faults[name] = str(error)

    def claims(self, source: SourceFile) -> list[RecipeClaim]:
        """What all readers say of a file, weighed by what the core itself verified."""
        said: list[RecipeClaim] = []
        for ready in self._ready:
            try:
                for count, claim in enumerate(ready.offered.item.read(source, ready.settings)):
                    if count >= MOST_CLAIMS:
                        break
                    said.extend(_admit(claim, source))
            except Exception as error:  # a reader may fail in any way; the file is still a take
                self._manager.blame(ready.offered.ref, error)
                name = ready.offered.item.about.name
                self.faults.setdefault(name, f"failed on {source.name}: {type(error).__name__}: {error}")
        return list({claim.said: claim for claim in said}.values())


def _admit(claim: object, source: SourceFile) -> Iterator[RecipeClaim]:
    """A claim as it may be recorded: its evidence no stronger than what was verified here."""
    if not isinstance(claim, RecipeClaim) or not is_field(claim.field):
        return
    value = claim.value.replace("\0", "").encode("utf-8", "replace").decode()
    if not value.strip() or len(value) > LONGEST_VALUE:
        return
    evidence = Evidence(claim.evidence)
    verified = source.credentials is not None and source.credentials.verified
    if evidence in (Evidence.OBSERVED, Evidence.DECLARED) or (evidence is Evidence.SIGNED and not verified):
        evidence = Evidence.EMBEDDED
    yield replace(claim, value=value, evidence=evidence, at=datetime.now(UTC), accepted=False)
