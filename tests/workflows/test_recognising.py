"""A file without credentials is held against what a library exported, then its takes, then films of them."""

from __future__ import annotations

import shutil
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

import pytest

from circletake.fingerprint.comparing import compare
from circletake.fingerprint.record import pack
from circletake.fingerprint.search import candidates
from circletake.media.render import render
from circletake.model.analysis import StageResult
from circletake.model.audit import Audit, Severity
from circletake.model.case import PictureMatch
from circletake.model.fingerprint import Fingerprint
from circletake.model.manifest import Check
from circletake.model.policy import PromptPolicy
from circletake.model.recipe import Recipe
from circletake.plugins.manager import PluginManager
from circletake.provenance.keys import KeyRing
from circletake.provenance.manifest import plan_take
from circletake.provenance.signing import sign
from circletake.workflows.analysis.analyze import FINGERPRINT
from circletake.workflows.auditing import recognising
from circletake.workflows.auditing.audit import audit_each, audit_folder
from circletake.workflows.auditing.exported import Exports
from circletake.workflows.curation.recipes import set_fields
from circletake.workflows.intake.ingest import ingest
from circletake.workflows.leaving.cutting import add_events, new_cut
from circletake.workflows.leaving.release import make_release, plan_release
from circletake.workflows.leaving.terms import terms
from circletake.workflows.library import Library, create_library
from circletake.workflows.worker import TOO_MUCH_MEMORY
from tests.factories import actor, claim, tiny_clip
from tests.inprocess import without_workers
from tests.releases import unsigned_copy
from tests.tampering import stripped

pytestmark = pytest.mark.usefixtures("no_workers")

SIZE = (160, 120)
PATTERNS = ("testsrc", "noise", "cut")


@dataclass(frozen=True)
class Studio:
    """A library of three takes, a release of a cut of two of them, and a folder for what came back."""

    library: Library
    keys: KeyRing
    release: Path
    back: Path

    def audit(self) -> Audit:
        manager = PluginManager.load(only=("rules",))
        return audit_folder(self.back, manager=manager, library=self.library, trust=[self.keys.anchor()])

    def match(self, name: str) -> PictureMatch | None:
        return next(f.case.match for f in self.audit().files if f.case.path == name)

    def clip(self, take: str) -> Path:
        (found,) = (self.release / "clips").glob(f"SH010_tk00{take[-1]}_*.mp4")
        return found


@pytest.fixture(scope="module")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    with pytest.MonkeyPatch.context() as patch:
        without_workers(patch)
        yield from _made(tmp_path_factory.mktemp("studio"))


def _made(tmp_path: Path) -> Iterator[Studio]:
    (tmp_path / "library").mkdir()
    keys = KeyRing(tmp_path / "keys")
    keys.init("Lumen Films")
    takes = {
        tiny_clip(tmp_path / "in" / f"{n}.mp4", seconds=3, size=SIZE, seed=10 * n, pattern=PATTERNS[n]): [
            claim("model", "gen4.5"),
            claim("prompt", f"prompt {n}"),
        ]
        for n in range(3)
    }
    with create_library(tmp_path / "library") as library:
        manager = PluginManager.load(only=("video", "timeline"))
        ingest(library, manager, list(takes), by=actor(), shot="SH010", observed=takes)
        new_cut(library, "main", rate=Fraction(12), size=SIZE)
        add_events(library, "main", ["SH010/1@0-2", "SH010/3@0-2"])
        plan = plan_release(library, "Night Bus", cut="main", folder=tmp_path / "Night Bus")
        make_release(library, manager, plan, terms(keys.signer(), PromptPolicy.FULL, actor()))
        yield Studio(library, keys, tmp_path / "Night Bus", tmp_path)


@pytest.fixture
def studio(made_once: Studio, tmp_path: Path) -> Studio:
    return replace(made_once, back=tmp_path)


def test_a_stripped_clip_matches_the_export_it_was(studio: Studio) -> None:
    clip = studio.clip("SH010/1")
    shutil.copyfile(clip, studio.back / "bare.mp4")
    stripped(studio.back / "bare.mp4")
    match = studio.match("bare.mp4")
    assert match and (match.take, match.export, match.release) == ("SH010/1", clip.name, "Night Bus")
    assert match.exact
    (told,) = (o.seen for o in studio.audit().outcomes if o.rule == "picture.match")
    assert told.endswith(
        f"matches SH010/1, exported as {clip.name} of Night Bus (its coded picture is equal)"
    )


def test_what_the_library_keeps_for_itself_is_no_name_that_a_take_left_under(studio: Studio) -> None:
    rows = [row for row in studio.library.registry.exports.all() if row.kind == "take"]
    exports = Exports(studio.library, {})
    kept = [row for row in rows if Path(row.path).parent == studio.library.signed_folder]
    assert kept and {exports.name_of(row) for row in kept} == {""}
    assert all(exports.name_of(row) == Path(row.path).name for row in rows if row not in kept)


def test_a_stripped_cut_matches_its_export_exactly_and_a_re_encoded_one_nearly(studio: Studio) -> None:
    unsigned_copy(studio.release / "main.mp4", studio.back / "rewrapped.mov")
    unsigned_copy(studio.release / "main.mp4", studio.back / "smaller.mp4", encode=True)
    rewrapped, smaller = studio.match("rewrapped.mov"), studio.match("smaller.mp4")
    assert rewrapped == PictureMatch("", "", 0.0, "main.mp4", "Night Bus", exact=True)
    assert smaller and (smaller.export, smaller.exact) == ("main.mp4", False)
    assert smaller.shows == "main.mp4 of Night Bus"


def test_a_clip_of_a_cut_matches_its_take_and_not_the_cut(studio: Studio) -> None:
    unsigned_copy(studio.clip("SH010/1"), studio.back / "smaller.mp4", encode=True)
    match = studio.match("smaller.mp4")
    assert match and (match.take, match.export) == ("SH010/1", studio.clip("SH010/1").name)
    assert not match.exact


def test_files_are_looked_for_among_all_takes_at_once_and_told_as_one_by_one(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    for take, name in (("SH010/1", "a.mp4"), ("SH010/3", "b.mp4"), ("SH010/1", "c.mp4")):
        unsigned_copy(studio.clip(take), studio.back / name, encode=True)
    tiny_clip(studio.back / "stranger.mp4", seconds=3, size=SIZE, seed=77, pattern="noise")
    searches: list[int] = []

    def counted(prints: Mapping[str, Fingerprint], fresh: Collection[str]) -> list[tuple[str, str]]:
        searches.append(len(fresh))
        return candidates(prints, fresh)

    monkeypatch.setattr("circletake.fingerprint.search.candidates", counted)
    at_once = {f.case.path: f.case.match for f in studio.audit().files}
    assert {name: match and match.take for name, match in at_once.items()} == {
        "a.mp4": "SH010/1",
        "b.mp4": "SH010/3",
        "c.mp4": "SH010/1",
        "stranger.mp4": None,
    }
    assert searches == [4]
    monkeypatch.setattr(recognising, "_AT_ONCE", 1)
    assert {f.case.path: f.case.match for f in studio.audit().files} == at_once
    assert sum(searches) == 8  # how many at once hangs on when the exported cut was looked at


def test_a_take_whose_record_is_damaged_is_no_match_and_no_hindrance(studio: Studio) -> None:
    for take, name in (("SH010/1", "a.mp4"), ("SH010/3", "b.mp4")):
        unsigned_copy(studio.clip(take), studio.back / name, encode=True)
    analyses = studio.library.registry.analyses
    (first,) = studio.library.registry.takes.resolve("SH010/1")
    kept, pictures = (
        each("2", [first.id])[first.id] for each in (analyses.fingerprints, analyses.thumbnails)
    )
    for damaged in ((b"bad", pictures), (kept, b"bad")):
        analyses.save(first.id, [StageResult(FINGERPRINT, blob=damaged[0], pictures=damaged[1])])
        try:
            told = {f.case.path: f.case.match for f in studio.audit().files}
        finally:
            analyses.save(first.id, [StageResult(FINGERPRINT, blob=kept, pictures=pictures)])
        other = told["b.mp4"]
        assert told["a.mp4"] is None and other is not None and other.take == "SH010/3"


def test_a_film_of_several_takes_is_told_take_by_take(studio: Studio) -> None:
    """Another edit than any that was exported."""
    add = ["SH010/2@0.5-2.5", "SH010/1@1-3"]
    new_cut(studio.library, "other", rate=Fraction(12), size=SIZE)
    cut = add_events(studio.library, "other", add)
    slates = studio.library.registry.takes.slates()
    render(cut, {s.take.id: studio.library.media(s.take) for s in slates}, studio.back / "film.mp4")
    match = studio.match("film.mp4")
    assert match and [part.take for part in match.parts] == ["SH010/2", "SH010/1"]
    assert [round(part.start) for part in match.parts] == [0, 2]
    assert match.shows == "SH010/2 and 1 more"


def test_an_export_that_was_changed_where_it_lies_is_nothing_to_match_with(studio: Studio) -> None:
    exported, kept = studio.release / "main.mp4", studio.release / "kept"
    unsigned_copy(exported, studio.back / "rewrapped.mov")
    exported.rename(kept)
    try:
        tiny_clip(exported, seed=5)
        match = studio.match("rewrapped.mov")
    finally:
        kept.replace(exported)
    assert match and not match.export


def test_a_stranger_matches_nothing(studio: Studio) -> None:
    tiny_clip(studio.back / "other.mp4", seconds=3, size=SIZE, seed=77, pattern="noise")
    assert studio.match("other.mp4") is None


def test_a_prompt_other_than_the_one_the_library_recorded_is_found(studio: Studio) -> None:
    """The thirteenth alteration, seen from the registry."""
    clip = studio.clip("SH010/1")
    shutil.copyfile(clip, studio.back / clip.name)
    rest = {o.rule for o in studio.audit().failed}
    assert rest == {"files.release"}, "its list is not here"
    exports = studio.library.registry.exports
    (row,) = [row for row in exports.all() if row.path == str(clip)]
    exports.stage(replace(row, prompts=dict.fromkeys(row.prompts, "snow")))
    try:
        (told,) = (o for o in studio.audit().failed if o.rule not in rest)
    finally:
        exports.stage(row)
    assert (told.rule, told.seen) == (
        "prompt.matches",
        "the credentials say “prompt 0” (declared), the library “snow”",
    )
    assert told.expected == "the library says “snow”"


def test_the_prompt_of_a_file_the_library_never_exported_is_held_against_its_takes(
    library: Library, tmp_path: Path, no_workers: None
) -> None:
    keys = KeyRing(tmp_path / "keys")
    keys.init("Lumen Films")
    take = tiny_clip(tmp_path / "in" / "a.mp4")
    ingest(
        library, PluginManager.load(only=()), [take], by=actor(), observed={take: [claim("prompt", "rain")]}
    )
    (slate,) = library.registry.takes.slates()
    back = tmp_path / "back"
    back.mkdir()
    forged = Recipe.of([claim("prompt", "snow"), claim("model", "gen4.5")])
    for name, made in (("theirs.mp4", slate), ("forged.mp4", replace(slate, recipe=forged))):
        plan = plan_take(made, take, policy=PromptPolicy.FULL, when=datetime.now(UTC))
        sign(plan, take, back / name, keys.signer(), "video/mp4")

    def told() -> dict[str, tuple[str, str]]:
        audit = audit_each(
            [back / "theirs.mp4", back / "forged.mp4"],
            manager=PluginManager.load(only=("rules",)),
            library=library,
            trust=[keys.anchor()],
        )
        asked = [o for each in audit.audits for o in each.outcomes if o.rule == "prompt.matches"]
        return {o.file: (o.severity if o.check is Check.FAILED else o.check, o.seen) for o in asked}

    before = told()
    assert before["theirs.mp4"] == (Check.PASSED, "")
    assert before["forged.mp4"][0] is Severity.ERROR
    assert before["forged.mp4"][1].startswith("the credentials say “snow” (declared), the library “rain” (")
    set_fields(library, [slate], {"prompt": "fog"}, actor())
    after = told()
    assert after["theirs.mp4"][0] is Severity.NOTE
    assert after["theirs.mp4"][1].startswith("the credentials say “rain”, as the library did; since ")
    assert after["theirs.mp4"][1].endswith(" it says “fog”")
    assert after["forged.mp4"][0] is Severity.ERROR


def _told(studio: Studio) -> dict[str, str]:
    """What the rule says of each file, seen or not checked."""
    return {o.file: o.seen or o.reason for o in studio.audit().outcomes if o.rule == "picture.match"}


@pytest.mark.parametrize("error", [MemoryError(), ValueError("no such shape")], ids=type)
@pytest.mark.parametrize("where", ["comparing.compare", "search.candidates"])
def test_a_file_that_cannot_be_compared_is_told_and_costs_no_other(
    studio: Studio, monkeypatch: pytest.MonkeyPatch, where: str, error: Exception
) -> None:
    unsigned_copy(studio.clip("SH010/1"), studio.back / "a.mp4", encode=True)
    unsigned_copy(studio.clip("SH010/3"), studio.back / "b.mp4", encode=True)
    takes = studio.library.registry.takes
    (third,) = takes.resolve("SH010/3")
    known = studio.library.registry.analyses.fingerprints("2")[third.id]
    real = {"comparing.compare": compare, "search.candidates": candidates}[where]

    def fails(*given: object) -> object:
        if where == "search.candidates":
            if any(name.endswith("/b.mp4") for name in given[0]):  # type: ignore[attr-defined]  # the prints
                raise error
        elif known in [pack(one.fingerprint) for one in given]:  # type: ignore[attr-defined]  # looks
            raise error
        return real(*given)  # type: ignore[operator]  # one of two

    monkeypatch.setattr(f"circletake.fingerprint.{where}", fails)
    monkeypatch.setattr("circletake.fingerprint.locate.Locator.finish", lambda _: ((), (), 1))
    told = _told(studio)
    assert "matches SH010/1" in told["a.mp4"]
    reason = TOO_MUCH_MEMORY if isinstance(error, MemoryError) else "ValueError: no such shape"
    assert told["b.mp4"] == f"its picture could not be compared with the library: {reason}"


def test_a_file_that_cannot_be_searched_for_takes_is_told(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    tiny_clip(studio.back / "other.mp4", seconds=3, size=SIZE, seed=77, pattern="noise")
    assert _told(studio) == {"other.mp4": "no take of the library shows this picture"}

    def fails(*_: object) -> object:
        raise ValueError("no such shape")

    monkeypatch.setattr("circletake.fingerprint.locate.Locator.finish", fails)
    assert _told(studio)["other.mp4"].endswith("with the library: ValueError: no such shape")
    monkeypatch.setattr("circletake.workflows.analysis.measuring._packed", fails)
    assert _told(studio)["other.mp4"].endswith("with the library: ValueError: no such shape")
