"""What the registry will say of a file that leaves: from which revision it was made, under which terms."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from circletake.files import sha256_of
from circletake.model.cut import Cut
from circletake.model.export import ExportRow, ExportState
from circletake.model.recipe import Field
from circletake.model.slate import Slate
from circletake.workflows.leaving.evidence import reference_files, take_fingerprint
from circletake.workflows.leaving.prompts import sealed_prompts
from circletake.workflows.leaving.terms import Terms

if TYPE_CHECKING:
    from circletake.workflows.library import Library


class Ledger:
    """Writes the rows of files made under some terms; none is stored here."""

    def __init__(self, library: Library, under: Terms) -> None:
        self._library = library
        self._terms = under

    def row(
        self,
        path: Path,
        kind: str,
        slates: Iterable[Slate],
        *,
        cut: Cut | None = None,
        take: Slate | None = None,
        actions: Sequence[str] = (),
        sidecar: Path | None = None,
    ) -> ExportRow:
        """The registry's record of a file made under these terms, not yet stored."""
        used = list(slates)
        return ExportRow(
            sha256=sha256_of(path),
            path=str(path),
            kind=kind,
            size=path.stat().st_size,
            take_id=take.take.id if take else "",
            cut=cut.name if cut else "",
            recipe_digest=self.revision(take) if take else _cut_revision(cut, used),
            policy=self._terms.policy.value,
            certificate=self._terms.certificate,
            actions=" ".join(actions),
            release="",
            state=ExportState.STAGED,
            at=self._terms.when,
            prompts={slate.take.sha256: self._prompt(slate) for slate in used},
            sidecar=str(sidecar) if sidecar else "",
        )

    def _prompt(self, slate: Slate) -> str:
        """What the record of an export says of a take's prompt: its digest where only that travels."""
        sealed = sealed_prompts(self._library, slate, self._terms.policy)
        return sealed.get(Field.PROMPT) or slate.recipe[Field.PROMPT]

    def revision(self, slate: Slate) -> str:
        """As :func:`revision`, with what the library adds to the manifest beside the recipe."""
        known = take_fingerprint(self._library, slate.take.id)
        files = [
            (name, path.stat().st_size, path.stat().st_mtime_ns)
            for name, path in reference_files(self._library, slate).items()
        ]
        more = (known.sha256 if known else "", repr(sorted(files)))
        # A take signed without a timestamp is not reused where one is wanted, nor the other way round.
        return revision(slate, *more) + ("+time" if self._terms.timestamper else "")


RULES = "2"
"""By which rules manifests are written and prompts kept back. Raised when they change within a version: what
was signed by older ones, which may have let more out, is then signed anew and not used again."""


def revision(slate: Slate, *more: str) -> str:
    """Changes when anything changes that the manifest of a take says."""
    from importlib.metadata import version

    said = (slate.recipe.digest, slate.take.label, repr(slate.standing), version("circletake"), RULES, *more)
    return hashlib.sha256("\x1f".join(said).encode()).hexdigest()


def _cut_revision(cut: Cut | None, slates: Sequence[Slate]) -> str:
    said = [json.dumps(cut.to_json(), sort_keys=True) if cut else "", *map(revision, slates)]
    return hashlib.sha256("\x1e".join(said).encode()).hexdigest()
