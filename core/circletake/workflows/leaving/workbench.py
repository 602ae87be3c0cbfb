"""The bench where exports are made: exporters work on it, the core signs what they rendered.

Everything happens in staging folders inside the library; nothing leaves from here.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from circletake.errors import PluginError
from circletake.model.cut import Cut
from circletake.model.export import STILL, ExportRequest, ExportRow, ProducedFile
from circletake.model.policy import PromptPolicy
from circletake.model.recipe import Field, Recipe
from circletake.model.slate import Slate
from circletake.model.text import file_stem
from circletake.workflows.leaving.calling import Exporters
from circletake.workflows.leaving.cutting import single
from circletake.workflows.leaving.evidence import cut_fingerprint
from circletake.workflows.leaving.gate import refuse_unsigned
from circletake.workflows.leaving.numbering import CUT, Numbers
from circletake.workflows.leaving.recording import Ledger
from circletake.workflows.leaving.signed_takes import RENDERER, SignedFile, SignedTakes
from circletake.workflows.leaving.terms import Terms
from circletake.workflows.progress import Progress, silent
from circletake.workflows.writing import place

if TYPE_CHECKING:
    from circletake.plugins.manager import PluginManager
    from circletake.workflows.library import Library

CLIPS = "clips"
"""Folder of the signed takes beside what points at them."""

_PROMPTS = (Field.PROMPT, Field.PROMPT_PREFIX, Field.NEGATIVE_PROMPT, Field.TITLE, Field.WORKFLOW)


@dataclass(frozen=True, slots=True)
class Made:
    """A file that is ready to leave.

    Attributes:
        row: what the registry will say of it, with the path it has now.
        not_carried: what the format could not hold, in words.
    """

    path: Path
    row: ExportRow
    not_carried: tuple[str, ...] = ()


class Workbench:
    """One export under way: signs takes and cuts inside the library and keeps count.

    Args:
        cancelled: answers whether the person stopped the work; exporters are told, and stop.
        numbers: places in the release that takes and the cut are signed for; empty where for none.

    Attributes:
        signed: sha256 of every file signed or found signed for this export.
    """

    def __init__(
        self,
        library: Library,
        manager: PluginManager,
        under: Terms,
        cancelled: Callable[[], bool] = lambda: False,
        numbers: Numbers = MappingProxyType({}),
    ) -> None:
        self.library = library
        self.terms = under
        self.ledger = Ledger(library, under)
        self._exporters = Exporters(library, manager, cancelled)
        self._numbers = numbers
        self._takes = SignedTakes(library, under, self._exporters, self.ledger, numbers)
        self.signed = self._takes.signed

    @property
    def reused(self) -> int:
        """How many takes had been signed before."""
        return self._takes.reused

    @property
    def warnings(self) -> list[str]:
        """What there is to say to the person, in words."""
        return self._exporters.warnings

    def take(self, slate: Slate) -> SignedFile:
        """The whole take, signed: as :meth:`SignedTakes.take`."""
        return self._takes.take(slate)

    def in_turn(self, slates: Iterable[Slate]) -> Generator[Slate, None, None]:
        """The takes one after the other, each signed when it comes: as :meth:`SignedTakes.in_turn`."""
        return self._takes.in_turn(slates)

    def slates(self, cut: Cut) -> dict[str, Slate]:
        """Everything known of the takes of a cut, by take id."""
        return {take_id: self.library.registry.takes.slate(take_id) for take_id in cut.take_ids}

    def made(
        self,
        exporter: str,
        cut: Cut,
        slates: Mapping[str, Slate],
        into: Path,
        progress: Progress = silent,
    ) -> list[Made]:
        """Have an exporter that reads the library work, sign its videos, and leave all it made in ``into``.

        A rendered cut gets its signed takes as ingredients.

        Returns:
            Each file with its row and what its format could not carry.
        """
        from circletake.provenance.manifest import plan_cut
        from circletake.provenance.pieces import for_release
        from circletake.provenance.signing import sign

        media = {take_id: self.library.media(slate.take) for take_id, slate in slates.items()}
        stills = {
            take_id: (self.library.poster(slate.take.sha256), self.library.sprite(slate.take.sha256))
            for take_id, slate in slates.items()
        }
        shown = as_published(slates, self.terms.policy)
        files = []
        with self.library.staging() as staging:
            request = ExportRequest(file_stem(cut.name), cut, shown, media, stills=stills)
            for file in self._exporters.run(exporter, request, staging, progress):
                target = into / file.path.relative_to(staging)
                target.parent.mkdir(parents=True, exist_ok=True)
                sidecar = None
                if file.kind == STILL:
                    files.append(self._still(file, slates, target))
                    continue
                if file.kind == "video":
                    plan = plan_cut(
                        cut,
                        slates,
                        {take_id: self.take(slate).path for take_id, slate in slates.items()},
                        policy=self.terms.policy,
                        when=self.terms.when,
                        actions=file.actions,
                        fingerprint=cut_fingerprint(self.library, cut),
                        by=self.terms.by,
                    )
                    self._exporters.warnings += plan.left_behind
                    done = sign(
                        for_release(plan, self._numbers.get(CUT)),
                        file.path,
                        target,
                        self.terms.signer,
                        timestamper=self.terms.timestamper,
                    )
                    self.signed.add(done.sha256)
                    sidecar = done.sidecar
                    file.path.unlink()
                else:
                    place(file.path, target)
                kind = "cut" if file.kind == "video" else file.kind
                row = self.ledger.row(
                    target, kind, slates.values(), cut=cut, actions=file.actions, sidecar=sidecar
                )
                files.append(Made(target, row, file.not_carried))
            # What it left beside what it told of never leaves, but an exporter that hides video is refused.
            refuse_unsigned(staging, self.signed)
        return files

    def _still(self, file: ProducedFile, slates: Mapping[str, Slate], target: Path) -> Made:
        """A frame of a take, signed with the signed take as its parent."""
        from circletake.provenance.derived import plan_still
        from circletake.provenance.signing import sign

        slate = slates.get(file.take_id)
        if slate is None or file.at is None:
            raise PluginError(file.path.name, "is a still of no take", "tell the exporter's author")
        plan = plan_still(
            slate,
            self.take(slate).path,
            file.at,
            policy=self.terms.policy,
            when=self.terms.when,
            actions=file.actions,
            by=self.terms.by,
        )
        done = sign(plan, file.path, target, self.terms.signer, timestamper=self.terms.timestamper)
        row = self.ledger.row(done.path, STILL, [slate], actions=file.actions)
        return Made(done.path, row, file.not_carried)

    def packaged(self, exporter: str, request: ExportRequest, into: Path) -> list[Made]:
        """Have an exporter that packages signed media work in ``into``, where those lie already."""
        asked = replace(request, slates=as_published(request.slates, self.terms.policy))
        used, cut = request.slates.values(), None if request.bins else request.cut
        return [
            Made(file.path, self.ledger.row(file.path, file.kind, used, cut=cut), file.not_carried)
            for file in self._exporters.run(exporter, asked, into)
        ]

    def conformed(self, slate: Slate, cut: Cut, exporter: str, into: Path) -> Made:
        """A whole take at the size and rate of ``cut``, written anew by an exporter, signed.

        It is made each time: what an editor gets of a cut is no copy of the take.
        """
        from circletake.provenance.signing import sign

        canvas = replace(single(slate), rate=cut.rate, width=cut.width, height=cut.height, fit=cut.fit)
        source = self.library.media(slate.take)
        with self.library.staging() as staging:
            request = ExportRequest(slate.take.slate, canvas, {slate.take.id: slate}, {slate.take.id: source})
            made = self._exporters.video(exporter, request, staging)
            path = into / made.path.name
            path.parent.mkdir(parents=True, exist_ok=True)
            plan = self._takes.plan(slate, source, made)
            done = sign(plan, made.path, path, self.terms.signer, timestamper=self.terms.timestamper)
        self.signed.add(done.sha256)
        row = self.ledger.row(path, "take", [slate], take=slate, actions=made.actions, sidecar=done.sidecar)
        return Made(path, replace(row, recipe_digest=f"{row.recipe_digest}+{exporter}"))

    def trimmed(self, slate: Slate, cut: Cut, into: Path, progress: Progress = silent) -> Made:
        """The part of a take that ``cut`` shows, rendered and signed, with the whole take as its parent."""
        from circletake.provenance.derived import plan_trimmed
        from circletake.provenance.signing import sign

        (event,) = cut.events
        request = ExportRequest(
            file_stem(cut.name), cut, {slate.take.id: slate}, {slate.take.id: self.library.media(slate.take)}
        )
        with self.library.staging() as staging:
            made = self._exporters.video(RENDERER, request, staging, progress)
            plan = plan_trimmed(
                slate,
                self.take(slate).path,
                (event.source_in, event.source_out),
                policy=self.terms.policy,
                when=self.terms.when,
                actions=made.actions,
                fingerprint=cut_fingerprint(self.library, cut),
                by=self.terms.by,
            )
            path = into / made.path.name
            done = sign(plan, made.path, path, self.terms.signer, timestamper=self.terms.timestamper)
        self.signed.add(done.sha256)
        row = self.ledger.row(path, "take", [slate], take=slate, actions=made.actions, sidecar=done.sidecar)
        return Made(path, replace(row, recipe_digest=f"{row.recipe_digest}+{cut.name}"))

    def clip(self, slate: Slate, into: Path, stem: str) -> Made:
        """A signed take placed in a folder under a name that says what it is."""
        signed = self.take(slate)
        path = into / f"{stem}{signed.path.suffix}"
        place(signed.path, path)
        sidecar = None
        if signed.sidecar:
            sidecar = path.with_suffix(signed.sidecar.suffix)
            place(signed.sidecar, sidecar)
        return Made(path, replace(signed.row, path=str(path), sidecar=str(sidecar or "")))


def as_published(slates: Mapping[str, Slate], policy: PromptPolicy) -> dict[str, Slate]:
    """The slates as an exporter may see them: without prompts and names of files where they do not travel."""
    if policy is PromptPolicy.FULL:
        return dict(slates)
    return {
        take_id: replace(
            slate,
            take=replace(slate.take, name=""),
            recipe=Recipe.of(c for c in slate.recipe.claims if c.field not in _PROMPTS),
        )
        for take_id, slate in slates.items()
    }
