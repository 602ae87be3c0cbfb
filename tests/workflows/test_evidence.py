"""What a manifest says beside the recipe: fingerprints that are known, files that are at hand."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path

import pytest

from circletake.model.fingerprint import VERSION
from circletake.model.generation import GenerationRequest
from circletake.model.job import JobStep
from circletake.model.manifest import ManifestSaid
from circletake.model.policy import PromptPolicy
from circletake.model.recipe import Evidence
from circletake.model.slate import Slate
from circletake.plugins.manager import PluginManager
from circletake.provenance.keys import KeyRing
from circletake.provenance.reading import read_credentials
from circletake.provenance.redaction import held
from circletake.workflows.analysis.analyze import analyze
from circletake.workflows.intake.ingest import ingest
from circletake.workflows.intake.requests import new_job
from circletake.workflows.leaving.cutting import add_events, new_cut, single
from circletake.workflows.leaving.evidence import cut_fingerprint, reference_files, take_fingerprint
from circletake.workflows.leaving.exporting import export
from circletake.workflows.leaving.prompts import travelling
from circletake.workflows.leaving.terms import Terms, terms
from circletake.workflows.library import Library
from tests.factories import actor, claim

Clip = Callable[..., Path]
pytestmark = pytest.mark.usefixtures("no_workers")


@pytest.fixture(scope="module")
def under(tmp_path_factory: pytest.TempPathFactory) -> Terms:
    ring = KeyRing(tmp_path_factory.mktemp("keys"))
    ring.init("Lumen Films")
    return terms(ring.signer(), PromptPolicy.FULL, actor())


@pytest.fixture
def film(library: Library, clip: Clip) -> Library:
    """SH010/1 and /2, not analyzed yet, and a cut of both."""
    paths = [clip(f"in/{n}.mp4", seed=n) for n in (1, 2)]
    ingest(library, PluginManager(), paths, by=actor(), shot="SH010", analysis=False)
    new_cut(library, "main", rate=Fraction(12), size=(64, 48))
    add_events(library, "main", ["SH010/1@0.5-1", "SH010/2@0-0.5"])
    return library


def slate(library: Library, word: str = "SH010/1") -> Slate:
    return library.registry.takes.slate(library.registry.takes.resolve(word)[0].id)


def exported(library: Library, under: Terms, to: Path, cut: str = "") -> ManifestSaid:
    manager = PluginManager.load(only=("video",))
    chosen = library.registry.cuts.get(cut) if cut else single(slate(library))
    done = export(library, manager, chosen, under, to, name="out", whole=not cut, force=True)
    said = read_credentials(done.files[-1]).active
    assert said is not None
    return said


def test_a_take_says_its_fingerprint_once_it_is_known(film: Library, under: Terms, tmp_path: Path) -> None:
    assert "org.circletake.fingerprint" not in exported(film, under, tmp_path).assertions
    analyze(film, PluginManager())
    take = slate(film).take
    printed = exported(film, under, tmp_path).assertions["org.circletake.fingerprint"]
    packed = film.registry.analyses.fingerprints(VERSION)[take.id]
    assert (printed["sha256"], printed["of"]) == (hashlib.sha256(packed).hexdigest(), "take")
    assert [frame["at"] for frame in printed["frames"]] == ["0.000", "0.500"]
    assert all(len(frame["phash"]) == 64 for frame in printed["frames"])


def test_a_cut_says_the_frames_of_its_takes_where_they_lie_in_it(
    film: Library, under: Terms, tmp_path: Path
) -> None:
    cut = film.registry.cuts.get("main")
    assert cut_fingerprint(film, cut) is None
    analyze(film, PluginManager())
    said = exported(film, under, tmp_path, "main").assertions["org.circletake.fingerprint"]
    first, second = (take_fingerprint(film, take_id) for take_id in cut.take_ids)
    assert first is not None and second is not None
    phashes = [frame["phash"] for frame in said["frames"]]
    assert (said["of"], phashes) == ("takes", [first.frames[1][1], second.frames[0][1]])


def reference(library: Library, value: str, evidence: Evidence = Evidence.DECLARED) -> Path | None:
    library.registry.takes.add_claims(slate(library).take.id, [claim("input.image", value, evidence)])
    return reference_files(library, slate(library)).get("input.image")


def test_a_picture_is_at_hand_where_a_person_named_its_path(film: Library, tmp_path: Path) -> None:
    still = tmp_path / "still.png"
    still.write_bytes(b"a picture")
    assert reference(film, str(still)) == still
    still.unlink()
    assert reference(film, str(still)) is None


WEAK = [each for each in Evidence if each not in (Evidence.OBSERVED, Evidence.DECLARED)]


@pytest.mark.parametrize("evidence", WEAK)
def test_what_a_strangers_tags_name_is_never_opened(
    film: Library, tmp_path: Path, evidence: Evidence
) -> None:
    secret = tmp_path / "secret.png"
    secret.write_bytes(b"mine")
    assert reference(film, str(secret), evidence) is None


def test_a_take_of_this_library_is_at_hand_by_its_sha256(film: Library) -> None:
    other = slate(film, "SH010/2")
    assert reference(film, other.take.sha256, Evidence.SIDECAR) == Path(other.path)


@pytest.mark.parametrize("odd", ["/no\0path", "/" + "x" * 5000, "~nobody/x.png", "", "/", "..", "still.png"])
def test_a_name_that_is_no_file_brings_none(film: Library, odd: str) -> None:
    assert reference(film, odd) is None


def test_the_picture_that_was_sent_is_at_hand_until_it_changes(film: Library, tmp_path: Path) -> None:
    still = tmp_path / "still.png"
    still.write_bytes(b"a picture")
    job = film.registry.jobs.intend(
        new_job("runway", "1", GenerationRequest("gen4.5", "rain", image=still), "SH010", actor())
    )
    film.registry.jobs.update(replace(job, step=JobStep.IMPORTED, takes=(slate(film).take.id,)))
    assert reference(film, "still.png", Evidence.OBSERVED) == still
    later = (datetime.now(UTC) + timedelta(minutes=5)).timestamp()
    os.utime(still, (later, later))
    assert reference_files(film, slate(film)) == {}


def test_prompts_in_what_came_along_are_counted_before_anything_leaves(
    film: Library, under: Terms, tmp_path: Path
) -> None:
    take, other = slate(film), slate(film, "SH010/2")
    film.registry.takes.add_claims(
        other.take.id, [claim("prompt", "a skateboard, write to ana@lumen.example")]
    )
    exported(film, under, tmp_path / "first", cut="main")
    came = tmp_path / "first" / "out.mp4"
    film.registry.takes.add_claims(take.take.id, [claim("input.video", str(came), Evidence.DECLARED)])
    film.registry.takes.add_claims(take.take.id, [claim("prompt", "night bus on render.local")])
    told = travelling(film, [slate(film)], PromptPolicy.FULL)
    assert (told.prompts, told.references, told.inside, told.private) == (1, 1, 1, 2)
    film.registry.takes.add_claims(other.take.id, [claim("negative_prompt", "/home/ana/no")])
    both = travelling(film, [slate(film), slate(film, "SH010/2")], PromptPolicy.FULL)
    assert (both.prompts, both.inside, both.private) == (2, 0, 2)
    exported(film, under, tmp_path / "second")
    assert set(held(tmp_path / "second" / "out.mp4").texts) == {
        "night bus on render.local",
        "a skateboard, write to ana@lumen.example",
    }
    for policy in (PromptPolicy.HASH, PromptPolicy.OMIT):
        told = travelling(film, [slate(film)], policy)
        assert (told.references, told.inside, told.private) == (0, 0, 0)
