"""A release: a folder that holds a cut and its clips, signed, and can be checked without us.

The folder is built inside the library and takes its place as a whole; when anything fails,
signing too, there is no folder.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from fractions import Fraction
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from circletake.errors import BadInput, PluginError
from circletake.files import naming, sha256_of, sync_file, sync_folder
from circletake.model.cut import Cut
from circletake.model.event import Verdict
from circletake.model.export import (
    Chosen,
    ExportRequest,
    ExportRow,
    Release,
    ReleasedFile,
    SoundUse,
    Use,
    black_use,
)
from circletake.model.policy import PromptPolicy
from circletake.model.recipe import Field
from circletake.model.slate import Slate, TakeFilter
from circletake.workflows.leaving.cutting import single, string_out
from circletake.workflows.leaving.gate import refuse_unsigned
from circletake.workflows.leaving.numbering import numbered, release_id
from circletake.workflows.leaving.prompts import Travelling, sealed_prompts, travelling
from circletake.workflows.leaving.signed_takes import RENDERER
from circletake.workflows.leaving.terms import Terms
from circletake.workflows.leaving.workbench import CLIPS, Made, Workbench
from circletake.workflows.progress import Progress, silent
from circletake.workflows.writing import place

if TYPE_CHECKING:
    from circletake.plugins.manager import PluginManager
    from circletake.workflows.library import Library

RECORD = "release.json"
SUMS = "SHA256SUMS"
TIMELINE = "timeline"


_CUT_STEPS = 100
"""Rendering a cut counts as so many steps, a clip as one."""


@dataclass(frozen=True, slots=True)
class _Part:
    """The progress of rendering as a part of the whole."""

    whole: Progress
    before: int
    total: int

    def step(self, done: int, total: int, note: str = "") -> None:
        self.whole.step(self.before + done * _CUT_STEPS // total, self.total, note)


@dataclass(frozen=True, slots=True)
class ReleasePlan:
    """What a release would hold, told before anything is made.

    Attributes:
        cut: rendered, or only the order of the clips where ``rendered`` is false.
        travelling: how many prompts and references would be in manifests that anybody can read.
    """

    name: str
    folder: Path
    cut: Cut
    rendered: bool
    slates: Mapping[str, Slate]
    travelling: Travelling


@dataclass(frozen=True, slots=True)
class ReleaseResult:
    """A release that stands.

    Attributes:
        signed: videos signed and read again, the reused ones among them.
        reused: takes that were signed when the same release was stopped before.
    """

    folder: Path
    release: Release
    signed: int
    reused: int
    warnings: tuple[str, ...]


def plan_release(
    library: Library,
    name: str,
    *,
    cut: str = "",
    folder: Path | None = None,
    policy: PromptPolicy = PromptPolicy.FULL,
) -> ReleasePlan:
    """Say what a release would hold.

    Args:
        cut: name of the cut; without one, every circled take is released whole.
        folder: where it will stand; ``name`` in the working folder without one.

    Raises:
        BadInput: the folder holds something already, the cut is empty, or nothing is circled.
    """
    place_ = (folder or Path(name)).absolute()
    if place_.exists() and (not place_.is_dir() or any(place_.iterdir())):
        raise BadInput(str(place_), "exists already and is not empty", "choose another name, or --to FOLDER")
    if cut:
        chosen = library.registry.cuts.get(cut)
        if not chosen.events:
            raise BadInput(cut, "the cut has no events", f"circletake cut add {cut!r} SH010/3")
    else:
        circled = library.registry.takes.slates(TakeFilter(verdicts=(Verdict.CIRCLED.value,)))
        if not circled:
            raise BadInput(name, "no take is circled", "circletake circle SH010/3")
        chosen = string_out(name, circled)
    slates = {take_id: library.registry.takes.slate(take_id) for take_id in chosen.take_ids}
    return ReleasePlan(
        name, place_, chosen, bool(cut), slates, travelling(library, slates.values(), policy, chosen.song)
    )


def make_release(
    library: Library,
    manager: PluginManager,
    plan: ReleasePlan,
    under: Terms,
    *,
    progress: Progress = silent,
    cancelled: Callable[[], bool] = lambda: False,
) -> ReleaseResult:
    """Build, sign, check and place a release.

    Args:
        cancelled: answers whether the person stopped the work.

    Raises:
        Cancelled: the person stopped it; no folder is left.
        SigningError, MediaError, PluginError: as they say; no folder is left.
    """
    slates, cut = dict(plan.slates), plan.cut
    total = len(slates) + (_CUT_STEPS if plan.rendered else 0) + 1
    with release_id(library, plan.name, plan.folder / RECORD) as given, library.staging() as staged:
        numbers = numbered(given, list(slates), cut=plan.rendered)
        bench = Workbench(library, manager, under, cancelled, numbers)
        build = staged / "release"
        build.mkdir()
        made: list[Made] = []
        clips: dict[str, Path] = {}
        with closing(bench.in_turn(slates.values())) as signed:
            for number, slate in enumerate(signed):
                clip = bench.clip(slate, build / CLIPS, slate.take.slate)
                made.append(clip)
                clips[slate.take.id] = clip.path
                progress.step(number + 1, total, slate.take.label)
        if plan.rendered:
            made += bench.made(RENDERER, cut, slates, build, _Part(progress, len(slates), total))
            if sum(each.row.kind == "cut" for each in made) != 1:
                raise PluginError(RENDERER, "did not make one video of the cut", "circletake plugins list")
        made += bench.packaged(TIMELINE, ExportRequest(TIMELINE, cut, slates, clips), build)
        release = _record(library, plan, under, build, made, given)
        _seal(build, release, under)
        _sums(build)
        refuse_unsigned(build, bench.signed)
        rows = [_row(each.row, plan, build) for each in made]
        for row in rows:
            library.registry.exports.stage(row)
        _put(build, plan.folder)
        for row in rows:
            library.registry.exports.publish(row.sha256, row.path)
    progress.step(total, total, plan.name)
    return ReleaseResult(
        plan.folder, release, len(bench.signed), bench.reused, tuple(dict.fromkeys(bench.warnings))
    )


def _record(
    library: Library, plan: ReleasePlan, under: Terms, build: Path, made: Sequence[Made], given: str
) -> Release:
    files: list[ReleasedFile] = []
    for each in made:
        files.append(_released(library, each, plan, under, build))
        if each.row.sidecar:
            sidecar = Path(each.row.sidecar)
            files.append(
                ReleasedFile(
                    _relative(sidecar, build), "credentials", sha256_of(sidecar), sidecar.stat().st_size
                )
            )
    song = plan.cut.song if plan.rendered else None
    standings = [slate.standing for slate in plan.slates.values()]
    judged = [standing.by for standing in standings if standing.by is not None]
    return Release(
        name=plan.name,
        created=under.when.isoformat(timespec="seconds"),
        generator=f"circletake {version('circletake')}",
        prompt_policy=under.policy.value,
        signer=under.organisation,
        certificate=under.certificate,
        files=tuple(files),
        chosen=Chosen(
            made=library.registry.takes.count(),
            used=len(plan.slates),
            people=tuple(sorted({actor.name for actor in judged if actor.person})),
            scripted=sum(not actor.person for actor in judged),
        ),
        sound=SoundUse(song.name, song.sha256, song.origin.value, song.declared_by) if song else None,
        id=given,
    )


def _released(library: Library, each: Made, plan: ReleasePlan, under: Terms, build: Path) -> ReleasedFile:
    row = each.row
    file = ReleasedFile(
        _relative(each.path, build), row.kind, row.sha256, row.size, not_carried=each.not_carried
    )
    if row.kind not in ("take", "cut"):
        return file
    from circletake.media.probe import probe
    from circletake.provenance.layout import layout_of

    facts = probe(each.path).facts
    layout = layout_of(each.path)
    slates = plan.slates
    cut = plan.cut if row.kind == "cut" else single(slates[row.take_id])
    return replace(
        file,
        mime=facts.mime,
        seconds=str(cut.seconds),
        certificate=under.certificate,
        uses=tuple(_uses(library, cut, slates, under.policy)),
        picture_sha256=facts.picture_sha256,
        layout_sha256=layout.sha256 if layout else "",
    )


def _uses(library: Library, cut: Cut, slates: Mapping[str, Slate], policy: PromptPolicy) -> list[Use]:
    rows = []
    for placed in cut.placed:
        slate = slates[placed.event.take_id]
        recipe = slate.recipe
        prompt = recipe.in_force.get(Field.PROMPT)
        source_type = recipe.in_force.get(Field.SOURCE_TYPE)
        rows.append(
            Use(
                record_in=str(placed.record_in),
                record_out=str(placed.record_out),
                source_in=str(placed.event.source_in),
                source_out=str(placed.event.source_out),
                take=slate.take.label,
                take_sha256=slate.take.sha256,
                model=recipe.made_with,
                model_evidence=str(recipe.evidence(Field.MODEL) or recipe.evidence(Field.GENERATOR) or ""),
                prompt=prompt.value if prompt and policy is PromptPolicy.FULL else "",
                prompt_evidence=prompt.evidence.value if prompt else "",
                seed=recipe[Field.SEED],
                source_type=source_type.value.rpartition("/")[2] if source_type else "",
                origin=slate.take.origin.value,
                declared_by=source_type.by if source_type and source_type.evidence == "declared" else "",
                prompt_digest=sealed_prompts(library, slate, policy).get(Field.PROMPT, ""),
            )
        )
    rows += [black_use(start, end) for start, end in cut.black]
    return sorted(rows, key=lambda use: Fraction(use.record_in))


def _seal(build: Path, release: Release, under: Terms) -> None:
    from circletake.provenance.signing import seal

    record = build / RECORD
    record.write_text(json.dumps(release.to_json(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    sync_file(record)
    seal(record, under.signer, when=under.when, timestamper=under.timestamper)


def _sums(build: Path) -> None:
    lines = [
        f"{sha256_of(path)}  {_relative(path, build)}\n"
        for path in sorted(p for p in build.rglob("*") if p.is_file())
    ]
    sums = build / SUMS
    sums.write_text("".join(lines), encoding="utf-8")
    sync_file(sums)


def _row(row: ExportRow, plan: ReleasePlan, build: Path) -> ExportRow:
    def moved(path: str) -> str:
        return str(plan.folder / _relative(Path(path), build)) if path else ""

    return replace(row, path=moved(row.path), sidecar=moved(row.sidecar), release=plan.name)


def _put(build: Path, folder: Path) -> None:
    """Give the folder its place in one step, from a copy beside it where that is on another disk."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    try:
        build.rename(folder)
    except OSError:
        with naming(folder):
            beside = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name[:40]}."))
        try:
            for path in sorted(p for p in build.rglob("*") if p.is_file()):
                copy = beside / path.relative_to(build)
                place(path, copy)
                if sha256_of(copy) != sha256_of(path):
                    raise BadInput(
                        str(copy), "was not written as it should be", "try again on another disk"
                    ) from None
            beside.chmod(0o755)
            beside.replace(folder)
        finally:
            shutil.rmtree(beside, ignore_errors=True)
    sync_folder(folder.parent)


def _relative(path: Path, build: Path) -> str:
    return path.relative_to(build).as_posix()
