"""Whole takes, each signed once: as it was signed before, until something changes that its manifest says."""

from __future__ import annotations

import hashlib
from collections.abc import Generator, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from circletake.errors import MediaError
from circletake.files import sha256_of
from circletake.model.export import ExportRequest, ExportRow, ProducedFile
from circletake.model.manifest import ManifestPlan
from circletake.model.slate import Slate
from circletake.workflows.leaving.ahead import Flight, Job, ahead
from circletake.workflows.leaving.calling import Exporters
from circletake.workflows.leaving.cutting import single
from circletake.workflows.leaving.evidence import reference_files, take_fingerprint
from circletake.workflows.leaving.numbering import Numbers, marked, revision_for
from circletake.workflows.leaving.prompts import sealed_prompts
from circletake.workflows.leaving.recording import Ledger
from circletake.workflows.leaving.terms import Terms
from circletake.workflows.writing import place as put

if TYPE_CHECKING:
    from circletake.provenance.signing import Signed
    from circletake.workflows.library import Library

RENDERER = "video"
"""The exporter that renders takes and cuts for signing."""

AHEAD = 2
"""So many takes are signed at a time where a timestamper is waited for."""

_WHOLE: tuple[tuple[str, ...], ...] = (("c2pa.repackaged",), (), ("c2pa.transcoded",))
"""What may have been done to the picture of a whole take when it was signed."""


@dataclass(frozen=True, slots=True)
class SignedFile:
    """A video that was signed and read again, with what the registry will say of it."""

    path: Path
    row: ExportRow

    @property
    def sidecar(self) -> Path | None:
        """The manifest beside it, where the format cannot hold one."""
        return Path(self.row.sidecar) if self.row.sidecar else None


class SignedTakes:
    """The signed takes of one export under way.

    Args:
        numbers: their places in the release they are for, by take id; empty where they are for none.

    Attributes:
        signed: sha256 of every take signed or found signed for this export.
        reused: how many of them had been signed before.
    """

    def __init__(
        self,
        library: Library,
        under: Terms,
        exporters: Exporters,
        ledger: Ledger,
        numbers: Numbers = MappingProxyType({}),
    ) -> None:
        self.signed: set[str] = set()
        self.reused = 0
        self._library = library
        self._terms = under
        self._exporters = exporters
        self._ledger = ledger
        self._numbers = numbers
        self._takes: dict[str, SignedFile] = {}

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
        if not self._terms.timestamper:
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

    def _known(self, slate: Slate) -> SignedFile | None:
        """The take as it was signed before, for this export or an earlier one."""
        known = self._takes.get(slate.take.id)
        if known is None and (known := self._before(slate)) is not None:
            self.reused += 1
            self._keep(slate, known)
            try:
                self._library.media(slate.take)
            except MediaError as error:
                self._told(slate, error, known)
        return known

    def _told(self, slate: Slate, error: MediaError, copy: SignedFile) -> None:
        self._exporters.warnings.append(
            f"{slate.take.label}: {error.reason}; its copy signed on {copy.row.at:%Y-%m-%d} is used"
        )

    def _keep(self, slate: Slate, signed: SignedFile) -> None:
        self._takes[slate.take.id] = signed
        self.signed.add(signed.row.sha256)

    def _before(self, slate: Slate) -> SignedFile | None:
        return self._found(slate, self._revision(slate))

    def _revision(self, slate: Slate) -> str:
        return revision_for(self._ledger.revision(slate), self._numbers.get(slate.take.id))

    def _found(self, slate: Slate, revision: str) -> SignedFile | None:
        folder = self._library.signed_folder.absolute()
        exports = self._library.registry.exports
        key = (slate.take.id, revision, self._terms.policy.value, self._terms.certificate)
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
        from circletake.provenance.pieces import for_release
        from circletake.provenance.signing import sign

        folder = self._library.signed_folder.absolute()
        folder.mkdir(parents=True, exist_ok=True)
        key = (
            slate.take.sha256,
            self._revision(slate),
            self._terms.policy.value,
            self._terms.certificate,
        )
        stem = f"{slate.take.sha256[:16]}-{hashlib.sha256(' '.join(key).encode()).hexdigest()[:12]}"
        staging = stack.enter_context(self._library.staging())
        try:
            source = self._library.media(slate.take)
        except MediaError as error:
            made, plan = self._copied(slate, error, staging / stem)
        else:
            request = ExportRequest(
                stem, single(slate), {slate.take.id: slate}, {slate.take.id: source}, whole=True
            )
            made = self._exporters.video(RENDERER, request, staging)
            plan = for_release(self.plan(slate, source, made), self._numbers.get(slate.take.id))
        return Job(
            made,
            partial(
                sign,
                plan,
                made.path,
                folder / made.path.name,
                self._terms.signer,
                title=f"{slate.take.slate}{made.path.suffix}",
                timestamper=self._terms.timestamper,
            ),
        )

    def _copied(self, slate: Slate, error: MediaError, stem: Path) -> tuple[ProducedFile, ManifestPlan]:
        """The copy of a take that was signed before, to be signed again for a release; its own file is gone.

        Raises:
            MediaError: there is none, or it is for no release.
        """
        from circletake.provenance.derived import plan_passed_on
        from circletake.provenance.pieces import for_release

        place = self._numbers.get(slate.take.id)
        copy = self._found(slate, self._ledger.revision(slate)) if place else None
        if copy is None:
            raise error
        self._told(slate, error, copy)
        path = stem.with_suffix(copy.path.suffix)
        put(copy.path, path)
        plan = plan_passed_on(slate, copy.path, when=self._terms.when)
        return ProducedFile(path, "video", tuple(copy.row.actions.split())), for_release(plan, place)

    def plan(self, slate: Slate, source: Path, made: ProducedFile) -> ManifestPlan:
        """What the manifest of a whole take says, as an exporter wrote it from ``source``."""
        from circletake.provenance.manifest import plan_take

        kept = self._library.credentials(slate.take.sha256)
        references = reference_files(self._library, slate)
        plan = plan_take(
            slate,
            source,
            policy=self._terms.policy,
            when=self._terms.when,
            sealed=sealed_prompts(self._library, slate, self._terms.policy),
            produced_actions=made.actions,
            references=references,
            fingerprint=take_fingerprint(self._library, slate.take.id),
            provider_manifest=kept.read_bytes() if kept.is_file() else None,
            by=self._terms.by,
        )
        self._exporters.warnings += [f"{slate.take.label}: {left}" for left in plan.left_behind]
        return plan

    def _recorded(self, slate: Slate, job: Job, done: Signed) -> SignedFile:
        actions = job.made.actions
        row = self._ledger.row(done.path, "take", [slate], take=slate, actions=actions, sidecar=done.sidecar)
        row = marked(row, self._numbers.get(slate.take.id))
        exports = self._library.registry.exports
        exports.stage(row)
        exports.publish(row.sha256, row.path)
        signed = SignedFile(done.path, row)
        self._keep(slate, signed)
        return signed
