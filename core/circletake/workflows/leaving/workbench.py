"""The bench where exports are made: exporters work on it, the core signs what they rendered.

Everything happens in staging folders inside the library; nothing leaves from here.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from circletake.errors import PluginError
from circletake.files import sha256_of
from circletake.model.cut import Cut
from circletake.model.event import Actor
from circletake.model.export import ExportRequest, ExportRow, ExportState, ProducedFile
from circletake.model.manifest import ManifestPlan
from circletake.model.policy import PromptPolicy
from circletake.model.recipe import Field, Recipe
from circletake.model.slate import Slate
from circletake.model.text import file_stem, printable
from circletake.plugins.context import CallContext
from circletake.plugins.fence import fenced
from circletake.plugins.settings import settings_of
from circletake.workflows.leaving.ahead import Flight, Job, ahead
from circletake.workflows.leaving.cutting import single
from circletake.workflows.leaving.evidence import cut_fingerprint, reference_files, take_fingerprint
from circletake.workflows.leaving.gate import refuse_unsigned
from circletake.workflows.leaving.prompts import kept_anyway, sealed_prompts
from circletake.workflows.progress import Progress, silent
from circletake.workflows.writing import place

if TYPE_CHECKING:
    from circletake.plugins.manager import PluginManager
    from circletake.protocols import OpenSigner
    from circletake.provenance.signing import Signed
    from circletake.workflows.library import Library

RENDERER = "video"
"""The exporter that renders takes and cuts for signing."""

CLIPS = "clips"
"""Folder of the signed takes beside what points at them."""

AHEAD = 2
"""So many takes are signed at a time where a timestamper is waited for."""

_WHOLE: tuple[tuple[str, ...], ...] = (("c2pa.repackaged",), (), ("c2pa.transcoded",))
"""What may have been done to the picture of a whole take when it was signed."""

_PROMPTS = (Field.PROMPT, Field.PROMPT_PREFIX, Field.NEGATIVE_PROMPT, Field.TITLE, Field.WORKFLOW)


@dataclass(frozen=True, slots=True)
class Terms:
    """Under what an export is signed.

    Attributes:
        certificate: SHA-256 fingerprint of the signer's certificate.
        organisation: whom that certificate names.
        timestamper: address that is asked for the time of each signature; empty for none.
    """

    signer: OpenSigner
    certificate: str
    organisation: str
    policy: PromptPolicy
    by: Actor
    when: datetime
    timestamper: str = ""


@dataclass(frozen=True, slots=True)
class SignedFile:
    """A video that was signed and read again, with what the registry will say of it."""

    path: Path
    row: ExportRow

    @property
    def sidecar(self) -> Path | None:
        """The manifest beside it, where the format cannot hold one."""
        return Path(self.row.sidecar) if self.row.sidecar else None


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


def terms(signer: OpenSigner, policy: PromptPolicy, by: Actor, timestamper: str = "") -> Terms:
    """The terms of an export made now with an open signer."""
    from cryptography import x509
    from cryptography.x509.oid import NameOID

    from circletake.provenance.certificates import fingerprint

    leaf = x509.load_pem_x509_certificate(signer.chain_pem.encode("ascii"))
    names = leaf.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
    organisation = str(names[0].value) if names else ""
    return Terms(signer, fingerprint(leaf), organisation, policy, by, datetime.now(UTC), timestamper)


class Workbench:
    """One export under way: signs takes and cuts inside the library and keeps count.

    Args:
        cancelled: answers whether the person stopped the work; exporters are told, and stop.

    Attributes:
        signed: sha256 of every file signed or found signed for this export.
        reused: how many takes had been signed before.
    """

    def __init__(
        self,
        library: Library,
        manager: PluginManager,
        under: Terms,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> None:
        self.library = library
        self.manager = manager
        self.terms = under
        self.signed: set[str] = set()
        self.reused = 0
        self.warnings: list[str] = []
        self._takes: dict[str, SignedFile] = {}
        self._cancelled = cancelled

    def slates(self, cut: Cut) -> dict[str, Slate]:
        """Everything known of the takes of a cut, by take id."""
        return {take_id: self.library.registry.takes.slate(take_id) for take_id in cut.take_ids}

    def take(self, slate: Slate) -> SignedFile:
        """The whole take, signed: as it was signed before, or now.

        Raises:
            MediaError: its file is gone or cannot be read.
            SigningError: it could not be signed.
        """
        known = self._known(slate)
        if known is None:
            with ExitStack() as stack:
                job = self._rendered(slate, stack)
                known = self._recorded(slate, job, job.sign())
        return known

    def in_turn(self, slates: Iterable[Slate]) -> Generator[Slate, None, None]:
        """The takes one after the other; each is signed already where a timestamper is waited for.

        While one is waited for, the next is rendered and signed, ``AHEAD`` at a time. Exporters and the
        registry are called from this thread alone, and what comes is in the order of ``slates``. With a key
        at hand and no timestamper there is nothing to wait for, and threads gain too little.

        Raises:
            as :meth:`take`; what was signed until then is kept for the next time.
        """
        if not self.terms.timestamper:
            yield from slates
            return
        yield from ahead(slates, self._started, self._landed, AHEAD)

    def _started(self, slate: Slate, pool: ThreadPoolExecutor) -> Flight:
        stack = ExitStack()
        if self._known(slate):
            return Flight(slate, stack)
        try:
            job = self._rendered(slate, stack)
            return Flight(slate, stack, job, pool.submit(job.sign))
        except BaseException:
            stack.close()
            raise

    def _landed(self, flight: Flight) -> Slate:
        with flight.stack:
            if flight.job and flight.signing:
                self._recorded(flight.slate, flight.job, flight.signing.result())
        return flight.slate

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
            for file in self.run(exporter, request, staging, progress):
                target = into / file.path.relative_to(staging)
                target.parent.mkdir(parents=True, exist_ok=True)
                sidecar = None
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
                    done = sign(
                        plan, file.path, target, self.terms.signer, timestamper=self.terms.timestamper
                    )
                    self.signed.add(done.sha256)
                    sidecar = done.sidecar
                    file.path.unlink()
                else:
                    place(file.path, target)
                kind = "cut" if file.kind == "video" else file.kind
                row = self.row(target, kind, slates.values(), cut=cut, actions=file.actions, sidecar=sidecar)
                files.append(Made(target, row, file.not_carried))
            # What it left beside what it told of never leaves, but an exporter that hides video is refused.
            refuse_unsigned(staging, self.signed)
        return files

    def packaged(self, exporter: str, request: ExportRequest, into: Path) -> list[Made]:
        """Have an exporter that packages signed media work in ``into``, where those lie already."""
        asked = replace(request, slates=as_published(request.slates, self.terms.policy))
        used, cut = request.slates.values(), None if request.bins else request.cut
        return [
            Made(file.path, self.row(file.path, file.kind, used, cut=cut), file.not_carried)
            for file in self.run(exporter, asked, into)
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
            made = self._only_video(exporter, self.run(exporter, request, staging), staging)
            path = into / made.path.name
            path.parent.mkdir(parents=True, exist_ok=True)
            plan = self._plan(slate, source, made)
            done = sign(plan, made.path, path, self.terms.signer, timestamper=self.terms.timestamper)
        self.signed.add(done.sha256)
        row = self.row(path, "take", [slate], take=slate, actions=made.actions, sidecar=done.sidecar)
        return Made(path, replace(row, recipe_digest=f"{row.recipe_digest}+{exporter}"))

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

    def run(
        self, exporter: str, request: ExportRequest, staging: Path, progress: Progress = silent
    ) -> list[ProducedFile]:
        """Call an exporter; what it raises becomes a PluginError and is recorded.

        Raises:
            PluginError: it failed, made nothing, or says it made what is not in ``staging``.
            Cancelled: the person stopped the work.
        """
        offered = self.manager.exporter(exporter)
        settings = settings_of(offered.item, self.library.settings.plugin(exporter))

        def told(fraction: float | None, note: str) -> None:
            if fraction is not None:
                progress.step(round(fraction * 100), 100, request.name)

        context = CallContext(exporter, on_progress=told, cancelled=self._cancelled)
        context.check_cancelled()
        with fenced(self.manager, offered):
            produced = list(offered.item.export(request, staging, settings, context))
        self.warnings.extend(text for _, text in context.warnings)
        if not produced:
            raise PluginError(exporter, "made nothing", "circletake plugins list")
        for file in produced:
            inside = file.path.absolute().is_relative_to(staging.absolute()) and ".." not in file.path.parts
            if not inside or file.path.is_symlink() or not file.path.is_file():
                name = printable(file.path.name, 80)
                raise PluginError(
                    exporter, f"says it made {name}, which is not in its folder", "tell its author"
                )
        return produced

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
            recipe_digest=self._revision(take) if take else _cut_revision(cut, used),
            policy=self.terms.policy.value,
            certificate=self.terms.certificate,
            actions=" ".join(actions),
            release="",
            state=ExportState.STAGED,
            at=self.terms.when,
            prompts={slate.take.sha256: self._prompt(slate) for slate in used},
            sidecar=str(sidecar) if sidecar else "",
        )

    def _prompt(self, slate: Slate) -> str:
        """What the record of an export says of a take's prompt: its digest where only that travels."""
        sealed = sealed_prompts(self.library, slate, self.terms.policy)
        return sealed.get(Field.PROMPT) or slate.recipe[Field.PROMPT]

    def _revision(self, slate: Slate) -> str:
        """As :func:`revision`, with what the library adds to the manifest beside the recipe."""
        known = take_fingerprint(self.library, slate.take.id)
        files = [
            (name, path.stat().st_size, path.stat().st_mtime_ns)
            for name, path in reference_files(self.library, slate).items()
        ]
        more = (known.sha256 if known else "", repr(sorted(files)))
        # A take signed without a timestamp is not reused where one is wanted, nor the other way round.
        return revision(slate, *more) + ("+time" if self.terms.timestamper else "")

    def _known(self, slate: Slate) -> SignedFile | None:
        """The take as it was signed before, for this export or an earlier one."""
        known = self._takes.get(slate.take.id)
        if known is None and (known := self._before(slate)) is not None:
            self.reused += 1
            self._keep(slate, known)
        return known

    def _keep(self, slate: Slate, signed: SignedFile) -> None:
        self._takes[slate.take.id] = signed
        self.signed.add(signed.row.sha256)

    def _before(self, slate: Slate) -> SignedFile | None:
        folder = self.library.signed_folder.absolute()
        exports = self.library.registry.exports
        key = (slate.take.id, self._revision(slate), self.terms.policy.value, self.terms.certificate)
        found = [row for done in _WHOLE if (row := exports.signed(*key, " ".join(done)))]
        for row in found:
            path = Path(row.path)
            beside = Path(row.sidecar) if row.sidecar else None
            if path.parent != folder or not path.is_file() or (beside and not beside.is_file()):
                continue
            if sha256_of(path) == row.sha256:
                return SignedFile(path, row)
        return None

    def _rendered(self, slate: Slate, stack: ExitStack) -> Job:
        """The take rendered into a staging folder that lasts as long as ``stack``, ready to be signed."""
        from circletake.provenance.signing import sign

        source = self.library.media(slate.take)
        folder = self.library.signed_folder.absolute()
        folder.mkdir(parents=True, exist_ok=True)
        key = (slate.take.sha256, self._revision(slate), self.terms.policy.value, self.terms.certificate)
        stem = f"{slate.take.sha256[:16]}-{hashlib.sha256(' '.join(key).encode()).hexdigest()[:12]}"
        staging = stack.enter_context(self.library.staging())
        request = ExportRequest(
            stem, single(slate), {slate.take.id: slate}, {slate.take.id: source}, whole=True
        )
        made = self._only_video(RENDERER, self.run(RENDERER, request, staging), staging)
        plan = self._plan(slate, source, made)
        return Job(
            made,
            partial(
                sign,
                plan,
                made.path,
                folder / made.path.name,
                self.terms.signer,
                title=f"{slate.take.slate}{made.path.suffix}",
                timestamper=self.terms.timestamper,
            ),
        )

    def _plan(self, slate: Slate, source: Path, made: ProducedFile) -> ManifestPlan:
        """What the manifest of a whole take says, as an exporter wrote it from ``source``."""
        from circletake.provenance.manifest import plan_take

        kept = self.library.credentials(slate.take.sha256)
        plan = plan_take(
            slate,
            source,
            policy=self.terms.policy,
            when=self.terms.when,
            sealed=sealed_prompts(self.library, slate, self.terms.policy),
            produced_actions=made.actions,
            references=reference_files(self.library, slate),
            fingerprint=take_fingerprint(self.library, slate.take.id),
            provider_manifest=kept.read_bytes() if kept.is_file() else None,
            by=self.terms.by,
        )
        self.warnings += kept_anyway(slate, source, kept, self.terms.policy)
        return plan

    def _recorded(self, slate: Slate, job: Job, done: Signed) -> SignedFile:
        actions = job.made.actions
        row = self.row(done.path, "take", [slate], take=slate, actions=actions, sidecar=done.sidecar)
        exports = self.library.registry.exports
        exports.stage(row)
        exports.publish(row.sha256, row.path)
        signed = SignedFile(done.path, row)
        self._keep(slate, signed)
        return signed

    def _only_video(self, exporter: str, produced: Sequence[ProducedFile], staging: Path) -> ProducedFile:
        if len(produced) != 1 or produced[0].kind != "video" or len(list(staging.rglob("*"))) != 1:
            raise PluginError(exporter, "did not make one video and nothing else", "circletake plugins list")
        return produced[0]


def revision(slate: Slate, *more: str) -> str:
    """Changes when anything changes that the manifest of a take says."""
    from importlib.metadata import version

    said = (slate.recipe.digest, slate.take.label, repr(slate.standing), version("circletake"), *more)
    return hashlib.sha256("\x1f".join(said).encode()).hexdigest()


def _cut_revision(cut: Cut | None, slates: Sequence[Slate]) -> str:
    said = [json.dumps(cut.to_json(), sort_keys=True) if cut else "", *map(revision, slates)]
    return hashlib.sha256("\x1e".join(said).encode()).hexdigest()


def as_published(slates: Mapping[str, Slate], policy: PromptPolicy) -> dict[str, Slate]:
    """The slates as an exporter may see them: without prompts where those are not to travel."""
    if policy is PromptPolicy.FULL:
        return dict(slates)
    return {
        take_id: replace(slate, recipe=Recipe.of(c for c in slate.recipe.claims if c.field not in _PROMPTS))
        for take_id, slate in slates.items()
    }
