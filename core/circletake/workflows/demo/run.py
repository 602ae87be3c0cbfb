"""The demo's seven steps. Each does what the command of its name does, by the same workflows."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from circletake.errors import BadInput
from circletake.model.cut import Cut
from circletake.model.event import Actor, Verdict
from circletake.model.policy import PromptPolicy
from circletake.model.slate import Slate, TakeFilter
from circletake.model.take import Declaration
from circletake.workflows.demo.shots import RATE, SHOTS, requests
from circletake.workflows.progress import Progress, silent

if TYPE_CHECKING:
    from circletake.model.audit import Audit
    from circletake.plugins.manager import PluginManager
    from circletake.provenance.keys import KeyRing
    from circletake.provenance.trust import TrustList
    from circletake.workflows.library import Library

SCRIPT = Actor("the demo script", person=False)
MARK = ".circletake-demo"
FINISHED = "made by circletake demo; --fresh removes it\n"
Tell = Callable[[str, str], None]


@dataclass(frozen=True, slots=True)
class Demo:
    """What a finished demo left behind."""

    library: Path
    release: Path
    report: Path
    contact: Path
    proved: bool


def prepare(folder: Path, fresh: bool) -> Path:
    """An empty folder for the demo.

    Args:
        fresh: remove what a finished demo left there. One that was stopped is removed anyway,
            and what no demo made stays.

    Raises:
        BadInput: the folder holds something else.
    """
    folder = folder.expanduser().resolve()
    mark = folder / MARK
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        if not mark.is_file():
            raise BadInput(str(folder), "is there already, and no demo made it", "name another folder")
        if not fresh and mark.read_text(encoding="utf-8") == FINISHED:
            raise BadInput(str(folder), "holds a demo", "look at it, or redo it with --fresh")
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    mark.write_text("made by circletake demo, which was stopped; the next one removes it\n", encoding="utf-8")
    return folder


def run_demo(folder: Path, manager: PluginManager, tell: Tell, progress: Progress = silent) -> Demo:
    """Run all steps in a prepared folder.

    Args:
        tell: told the name of each step and what came of it.
    """
    from circletake.provenance.keys import KeyRing
    from circletake.workflows.library import create_library

    keys = KeyRing(folder, never_inside=folder / "library")
    keys.init("circletake demo")
    with create_library(folder / "library") as library:
        _generate(library, manager, tell, progress)
        _check(library, manager, tell, progress)
        _dedupe(library, tell)
        _circle(library, tell)
        cut = _cut(library, folder)
        release = _release(library, manager, keys, cut, folder, tell, progress)
        trust = [keys.anchor()]
        audit = _audit(manager, keys, release, trust, tell)
        proved = _prove(library, manager, release, trust, folder, tell)
        contact = _contact(library, manager, folder)
    (folder / MARK).write_text(FINISHED, encoding="utf-8")
    return Demo(folder / "library", release, release / "report.html", contact, proved and not audit.failed)


def _generate(library: Library, manager: PluginManager, tell: Tell, progress: Progress) -> None:
    from circletake.workflows.intake.generate import generate, plan_generation

    asked = requests()
    for number, (shot, request) in enumerate(asked):
        plan = plan_generation(library, manager, "procedural", request, 1)
        generate(library, manager, plan, by=SCRIPT, shot=shot)
        progress.step(number + 1, len(asked), shot)
    made = library.registry.takes.count()
    tell("generate", f"{len(SHOTS)} shots, {made} takes (procedural: an algorithm, no trained model)")


def _check(library: Library, manager: PluginManager, tell: Tell, progress: Progress) -> None:
    from circletake.workflows.analysis.analyze import analyze

    report = analyze(library, manager, progress=progress)
    found = " · ".join(f"{count} {kind.replace('_', ' ')}" for kind, count in report.findings.items())
    tell("check", f"{found or 'no findings'}; each file decoded once")


def _dedupe(library: Library, tell: Tell) -> None:
    from circletake.workflows.analysis.dedupe import dedupe

    report = dedupe(library, by=SCRIPT)
    stacks = sum(any(m.likeness.band.folds for m in stack.members) for stack in report.stacks)
    tell("dedupe", f"{report.folded} takes folded into {stacks} stacks; nothing deleted")


def _circle(library: Library, tell: Tell) -> None:
    """Circle the take of each shot that has no findings and stands for itself."""
    from circletake.workflows.curation.curate import judge

    best: dict[str, Slate] = {}
    for slate in library.registry.takes.slates(TakeFilter(folded=False)):
        now = best.get(slate.take.shot)
        if not slate.findings and (now is None or _sharp(slate) > _sharp(now)):
            best[slate.take.shot] = slate
    judge(library, list(best.values()), Verdict.CIRCLED, SCRIPT)
    tell("circle", f"{len(best)} takes, by the demo script (not by a person)")


def _sharp(slate: Slate) -> float:
    return slate.score("sharpness") or 0.0


def _cut(library: Library, folder: Path) -> Cut:
    from circletake.workflows.demo.song import write_song
    from circletake.workflows.leaving.cutting import auto_cut, load_song

    song = folder / "song.wav"
    write_song(song, len(SHOTS) * 4.0)
    under = load_song(song, Declaration.ALGORITHM, SCRIPT.name)
    return auto_cut(
        library, "cut", rate=Fraction(RATE), song=under, song_seconds=Fraction(len(SHOTS) * 4)
    ).cut


def _release(
    library: Library,
    manager: PluginManager,
    keys: KeyRing,
    cut: Cut,
    folder: Path,
    tell: Tell,
    progress: Progress,
) -> Path:
    from circletake.workflows.leaving.release import make_release, plan_release
    from circletake.workflows.leaving.terms import terms

    plan = plan_release(library, "demo release", cut=cut.name, folder=folder / "release")
    signer = keys.signer()
    under = terms(signer, PromptPolicy.FULL, SCRIPT)
    done = make_release(library, manager, plan, under, progress=progress)
    length = f"{int(cut.seconds) // 60}:{int(cut.seconds) % 60:02d}"
    clips = done.signed - 1
    tell("release", f"cut {length} + {clips} clips: {done.signed} of {clips + 1} signed and re-read")
    return done.folder


def _audit(
    manager: PluginManager, keys: KeyRing, release: Path, trust: Sequence[TrustList], tell: Tell
) -> Audit:
    from circletake.workflows.auditing.audit import audit_folder
    from circletake.workflows.auditing.papers import write_own_report

    audit = audit_folder(release, manager=manager, trust=trust)
    write_own_report(release, audit, keys.signer())
    videos = [file for file in audit.files if file.case.kind == "video"]
    intact = sum(file.verdict == "intact" for file in videos)
    count = len(audit.failed)
    traced = f"{count} finding{'s'[: count > 1]}" if count else "every second of the cut traced"
    tell("audit", f"{intact} of {len(videos)} intact · {traced}")
    return audit


def _prove(
    library: Library,
    manager: PluginManager,
    release: Path,
    trust: Sequence[TrustList],
    folder: Path,
    tell: Tell,
) -> bool:
    """Change one byte in a copy; strip and re-encode another: both must be told for what they are."""
    from circletake.media.render import render
    from circletake.workflows.auditing.audit import audit_folder
    from circletake.workflows.leaving.cutting import single

    proof = folder / "proof"
    proof.mkdir()
    clip = next((release / "clips").glob("*.mp4"))
    altered = proof / "one_byte_changed.mp4"
    data = bytearray(clip.read_bytes())
    data[len(data) // 2] ^= 1
    altered.write_bytes(data)
    slate = library.registry.takes.slates(TakeFilter(verdicts=(Verdict.CIRCLED.value,)))[1]
    stripped = proof / "stripped_and_re-encoded.mp4"
    render(single(slate), {slate.take.id: library.media(slate.take)}, stripped)
    audit = audit_folder(proof, manager=manager, library=library, trust=trust)
    told = {file.case.path: file for file in audit.files}
    first, second = told[altered.name], told[stripped.name]
    tell("prove it", f"one byte changed in a copy  -> {first.verdict.upper()}")
    match = second.case.match
    found = f"the picture matches {match.take}" if match else "the picture was not found"
    tell("", f"stripped and re-encoded     -> no credentials; {found}")
    return first.verdict == "altered" and match is not None and match.take == slate.take.label


def _contact(library: Library, manager: PluginManager, folder: Path) -> Path:
    from circletake.workflows.curation.contact import write_sheet

    slates = library.registry.takes.slates()
    return write_sheet(library, manager, slates, folder / "contact.html", title="circletake demo").path
