"""Exports and releases: everything signed, recorded and in place, or nothing at all."""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import shutil
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import opentimelineio as otio
import pytest

from circletake.audit.record import read_release
from circletake.errors import BadInput, Cancelled, CircletakeError, KeyProblem, PluginError, SigningError
from circletake.hookspecs import hookimpl
from circletake.media.probe import probe
from circletake.model.cut import Cut
from circletake.model.event import EventKind
from circletake.model.export import ExportRequest, ExportState, ProducedFile
from circletake.model.manifest import Check
from circletake.model.policy import PromptPolicy
from circletake.model.take import Declaration
from circletake.plugins.manager import PluginManager
from circletake.protocols import About, Context, NoSettings, OpenSigner
from circletake.provenance.keys import KeyRing
from circletake.provenance.reading import read_credentials
from circletake.provenance.timestamps import relayed
from circletake.workflows.auditing.audit import audit_folder
from circletake.workflows.intake.ingest import ingest
from circletake.workflows.leaving.cutting import add_events, load_song, new_cut, single
from circletake.workflows.leaving.editing import set_gap, set_speed
from circletake.workflows.leaving.exporting import export
from circletake.workflows.leaving.release import make_release, plan_release
from circletake.workflows.leaving.signer import open_signer, timestamper
from circletake.workflows.leaving.terms import Terms, terms
from circletake.workflows.library import Library
from tests.factories import actor, claim
from tests.timestamper import Timestamper, answering

Clip = Callable[..., Path]
pytestmark = pytest.mark.usefixtures("no_workers")
PROMPT = "night bus, rain on the window"


@pytest.fixture(scope="module")
def ring(tmp_path_factory: pytest.TempPathFactory) -> KeyRing:
    made = KeyRing(tmp_path_factory.mktemp("keys"))
    made.init("Lumen Films")
    return made


@pytest.fixture
def under(ring: KeyRing) -> Terms:
    return terms(ring.signer(), PromptPolicy.FULL, actor())


@pytest.fixture
def manager() -> PluginManager:
    return PluginManager.load(only=("video", "timeline"))


@pytest.fixture
def film(library: Library, clip: Clip) -> Library:
    """SH010/1 to /4: mp4, mov, webm and gif, with a prompt, the first two circled; a cut named main."""
    observed = {}
    for number, suffix in enumerate(("mp4", "mov", "webm", "gif")):
        path = clip(f"in/{number}.{suffix}", seed=number)
        said = [("generator", "runway"), ("model", "gen4.5"), ("prompt", PROMPT)]
        observed[path] = [claim(name, value) for name, value in said]
    ingest(
        library, PluginManager(), list(observed), by=actor(), shot="SH010", observed=observed, analysis=False
    )
    ids = [take.id for take in library.registry.takes.resolve("SH010/1-2")]
    library.registry.events.record(EventKind.VERDICT, [(each, "circled") for each in ids], actor())
    new_cut(library, "main", rate=Fraction(12), size=(64, 48))
    add_events(library, "main", ["SH010/1@0-0.5", "SH010/3", "SH010/1@0.5-1"])
    return library


def slate(library: Library, word: str) -> Any:
    return library.registry.takes.slate(library.registry.takes.resolve(word)[0].id)


def pixels(path: Path) -> list[bytes]:
    with av.open(str(path)) as container:
        return [frame.to_ndarray().tobytes() for frame in container.decode(video=0)]


def leftovers(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize(("word", "suffix"), [("SH010/1", ".mp4"), ("SH010/2", ".mov"), ("SH010/4", ".gif")])
def test_a_take_leaves_signed_with_its_picture_untouched(
    film: Library, manager: PluginManager, under: Terms, tmp_path: Path, word: str, suffix: str, ring: KeyRing
) -> None:
    take = slate(film, word)
    done = export(film, manager, single(take), under, tmp_path / "out", whole=True)
    path = done.files[0]
    assert path.suffix == suffix
    assert pixels(path) == pixels(Path(take.path))
    said = read_credentials(path, [ring.anchor()])
    assert (said.integrity, said.signature, said.trust) == (Check.PASSED,) * 3
    row = film.registry.exports.by_sha256(hashlib.sha256(path.read_bytes()).hexdigest())
    assert row is not None and row.state is ExportState.PUBLISHED
    assert row.prompts == {take.take.sha256: PROMPT}


def test_webm_leaves_with_its_manifest_beside_it(
    film: Library, manager: PluginManager, under: Terms, tmp_path: Path
) -> None:
    done = export(film, manager, single(slate(film, "SH010/3")), under, tmp_path, name="bus", whole=True)
    assert done.files == (tmp_path / "bus.webm",)
    assert read_credentials(tmp_path / "bus.webm").where == "bus.c2pa"


def test_a_take_is_signed_once_until_something_it_says_changes(
    film: Library, manager: PluginManager, under: Terms, tmp_path: Path
) -> None:
    def again(how: Terms = under) -> int:
        return export(
            film, manager, single(slate(film, "SH010/1")), how, tmp_path, name="a", whole=True, force=True
        ).reused

    assert [again(), again()] == [0, 1]
    assert again(replace(under, policy=PromptPolicy.OMIT)) == 0
    hashed = replace(under, policy=PromptPolicy.HASH)
    assert [again(hashed), again(hashed)] == [0, 1]
    film.registry.takes.add_claims(slate(film, "SH010/1").take.id, [claim("seed", "7")])
    assert [again(), again()] == [0, 1]
    for kept in film.signed_folder.iterdir():
        kept.write_bytes(kept.read_bytes()[:-1])
    assert again() == 0


def test_a_file_that_is_there_is_not_overwritten(
    film: Library, manager: PluginManager, under: Terms, tmp_path: Path
) -> None:
    there = tmp_path / "bus.mp4"
    there.write_bytes(b"mine")
    cut = single(slate(film, "SH010/1"))
    with pytest.raises(BadInput, match="--force"):
        export(film, manager, cut, under, tmp_path, name="bus", whole=True)
    assert there.read_bytes() == b"mine"
    export(film, manager, cut, under, tmp_path, name="bus", whole=True, force=True)
    assert read_credentials(there).integrity is Check.PASSED


def test_a_release_is_whole_and_can_be_checked_without_us(
    film: Library, manager: PluginManager, under: Terms, tmp_path: Path, ring: KeyRing
) -> None:
    folder = tmp_path / "Night Bus"
    plan = plan_release(film, "Night Bus", cut="main", folder=folder)
    assert plan.travelling.prompts == 2
    made = make_release(film, manager, plan, under)
    files = sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())
    first, third = slate(film, "SH010/1").take.slate, slate(film, "SH010/3").take.slate
    clips = [f"clips/{first}.mp4", f"clips/{third}.c2pa", f"clips/{third}.webm"]
    record = ["release.json", "release.json.c2pa", "SHA256SUMS"]
    assert files == sorted([*clips, *record, "main.mp4", "timeline.otio", "cues.csv"])
    sums = dict(line.split("  ")[::-1] for line in (folder / "SHA256SUMS").read_text().splitlines())
    assert set(sums) == set(files) - {"SHA256SUMS"}
    assert all(
        hashlib.sha256((folder / name).read_bytes()).hexdigest() == value for name, value in sums.items()
    )
    for video in ("main.mp4", f"clips/{first}.mp4", f"clips/{third}.webm", "release.json"):
        assert read_credentials(folder / video, [ring.anchor()]).trust is Check.PASSED
    assert probe(folder / "main.mp4").facts.frames == 24
    assert made.signed == 3
    assert leftovers(tmp_path) == ["Night Bus", "in", "library"]


def test_a_clip_calls_itself_what_the_release_calls_it(
    film: Library, manager: PluginManager, under: Terms, tmp_path: Path
) -> None:
    make_release(film, manager, plan_release(film, "r", cut="main", folder=tmp_path / "r"), under)
    videos = [p for p in (tmp_path / "r" / "clips").iterdir() if p.suffix != ".c2pa"]
    assert len(videos) == 2
    for path in videos:
        active = read_credentials(path).active
        assert active and active.title == path.name


def test_the_record_says_what_every_second_was_made_of(
    film: Library, manager: PluginManager, under: Terms, tmp_path: Path
) -> None:
    make_release(film, manager, plan_release(film, "r", cut="main", folder=tmp_path / "r"), under)
    release = read_release((tmp_path / "r" / "release.json").read_bytes())
    cut = next(file for file in release.files if file.kind == "cut")
    assert [(use.take, use.record_in, use.record_out, use.source_in) for use in cut.uses] == [
        ("SH010/1", "0", "1/2", "0"),
        ("SH010/3", "1/2", "3/2", "0"),
        ("SH010/1", "3/2", "2", "1/2"),
    ]
    assert {(use.prompt, use.prompt_evidence, use.model) for use in cut.uses} == {
        (PROMPT, "declared", "runway gen4.5")
    }
    assert (release.chosen.made, release.chosen.used, release.chosen.people) == (4, 2, ("ana",))
    timeline: Any = otio.adapters.read_from_file(str(tmp_path / "r" / "timeline.otio"))
    named = {clip.media_reference.target_url for clip in timeline.tracks[0]}
    assert all((tmp_path / "r" / each).is_file() for each in named)


def test_omitted_prompts_are_in_no_file_of_the_release(
    film: Library, manager: PluginManager, under: Terms, tmp_path: Path
) -> None:
    plan = plan_release(film, "r", cut="main", folder=tmp_path / "r", policy=PromptPolicy.OMIT)
    make_release(film, manager, plan, replace(under, policy=PromptPolicy.OMIT))
    assert plan.travelling.prompts == 0
    holding = [
        p.name for p in (tmp_path / "r").rglob("*") if p.is_file() and PROMPT.encode() in p.read_bytes()
    ]
    assert holding == []


def test_circled_takes_are_released_without_a_cut(
    film: Library, manager: PluginManager, under: Terms, tmp_path: Path
) -> None:
    make_release(film, manager, plan_release(film, "selects", folder=tmp_path / "s"), under)
    release = read_release((tmp_path / "s" / "release.json").read_bytes())
    assert sorted(file.kind for file in release.files) == ["take", "take", "timeline", "timeline"]


def test_a_declared_song_is_recorded_as_declared(
    film: Library, manager: PluginManager, under: Terms, tmp_path: Path, clip: Clip
) -> None:
    song = load_song(clip("in/song.mp4", audio=True, seed=9), Declaration.HUMAN, "ana")
    film.registry.cuts.save(replace(film.registry.cuts.get("main"), song=song))
    make_release(film, manager, plan_release(film, "r", cut="main", folder=tmp_path / "r"), under)
    sound = read_release((tmp_path / "r" / "release.json").read_bytes()).sound
    assert sound is not None and (sound.origin, sound.declared_by) == ("human-made", "ana")
    assert probe(tmp_path / "r" / "main.mp4").facts.audio is not None


def test_a_folder_with_something_in_it_is_left_alone(film: Library, tmp_path: Path) -> None:
    (tmp_path / "r").mkdir()
    plan_release(film, "r", cut="main", folder=tmp_path / "r")
    (tmp_path / "r" / "mine.txt").touch()
    with pytest.raises(BadInput, match="not empty"):
        plan_release(film, "r", cut="main", folder=tmp_path / "r")


@dataclass
class Failing:
    """A signer that fails at its nth signature."""

    inner: OpenSigner
    at: int
    turns: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    @property
    def algorithm(self) -> Any:
        return self.inner.algorithm

    @property
    def chain_pem(self) -> str:
        return self.inner.chain_pem

    def sign(self, data: bytes) -> bytes:
        if next(self.turns) == self.at:
            raise KeyProblem("token", "was pulled out", "put it back")
        return self.inner.sign(data)

    def close(self) -> None:
        self.inner.close()


def test_whichever_signature_fails_there_is_no_folder(
    film: Library, manager: PluginManager, under: Terms, tmp_path: Path
) -> None:
    """Fail the first signature, then the second, and so on until the release succeeds."""
    for failing in range(1, 20):
        signer = Failing(under.signer, failing)
        plan = plan_release(film, "r", cut="main", folder=tmp_path / "r")
        try:
            make_release(film, manager, plan, replace(under, signer=signer))
        except CircletakeError as error:
            assert error.reason == "was pulled out"
            assert leftovers(tmp_path) == ["in", "library"]
            assert list((film.home / "staging").iterdir()) == []
        else:
            break
    assert failing > 2
    assert (tmp_path / "r" / "release.json.c2pa").is_file()


@dataclass(frozen=True)
class Slot:
    """Settings of the token."""

    number: int = 0


@dataclass
class Token:
    """A plugin that keeps the key elsewhere: the example of docs/signing.md, made to fail as a test wants."""

    inner: OpenSigner
    fails: Exception | None = None
    slot: int = -1
    closed: bool = False
    about = About("token", "for a test", "1", Slot)

    @hookimpl
    def circletake_signers(self) -> list[Token]:
        return [self]

    def open(self, settings: Slot, ctx: Context) -> Token:
        self.slot = settings.number
        return self

    @property
    def algorithm(self) -> Any:
        return self.inner.algorithm

    @property
    def chain_pem(self) -> str:
        return self.inner.chain_pem

    def sign(self, data: bytes) -> bytes:
        if self.fails:
            raise self.fails
        return self.inner.sign(data)

    def close(self) -> None:
        self.closed = True


def with_token(film: Library, token: Token) -> tuple[Library, PluginManager]:
    settings = replace(film.settings, signer="token", plugins={"token": {"number": 3}})
    manager = PluginManager.load(only=("video",))
    manager.add("token", token)
    return replace(film, settings=settings), manager


def test_the_signer_a_library_names_signs_and_is_closed(film: Library, ring: KeyRing, tmp_path: Path) -> None:
    token = Token(ring.signer())
    named, manager = with_token(film, token)
    with open_signer(named, manager) as signer:
        under = terms(signer, PromptPolicy.FULL, actor())
        done = export(named, manager, single(slate(film, "SH010/1")), under, tmp_path / "out", whole=True)
    assert (token.slot, token.closed) == (3, True)
    assert under.organisation == "Lumen Films"
    active = read_credentials(done.files[0]).active
    assert active and active.signer and active.signer.sha256 == ring.show().certificate_sha256


@pytest.mark.parametrize(
    ("raised", "said"),
    [
        (KeyProblem("token", "was pulled out", "put it back"), "token: was pulled out; put it back"),
        (TimeoutError("the vault did not answer"), "TimeoutError: the vault did not answer"),
    ],
)
def test_what_a_signer_raises_is_told_in_its_own_words(
    film: Library, ring: KeyRing, tmp_path: Path, raised: Exception, said: str
) -> None:
    named, manager = with_token(film, Token(ring.signer(), raised))
    with pytest.raises(CircletakeError, match=said), open_signer(named, manager) as signer:
        under = terms(signer, PromptPolicy.FULL, actor())
        export(named, manager, single(slate(film, "SH010/1")), under, tmp_path / "out", whole=True)
    assert not (tmp_path / "out").exists()


def test_a_signer_that_is_not_there_is_named(film: Library) -> None:
    named = replace(film, settings=replace(film.settings, signer="vault"))
    with (
        pytest.raises(PluginError, match="no such signer; there are: none"),
        open_signer(named, PluginManager()),
    ):
        pass


def with_timestamper(film: Library, url: str | None) -> Library:
    return replace(film, settings=replace(film.settings, timestamper=url))


def test_the_timestamper_is_the_librarys_else_that_of_the_environment(
    film: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert timestamper(film) == ""
    monkeypatch.setenv("CIRCLETAKE_TIMESTAMP", "http://user.example")
    assert timestamper(film) == "http://user.example"
    assert timestamper(with_timestamper(film, "http://film.example")) == "http://film.example"
    assert timestamper(with_timestamper(film, "")) == ""
    with pytest.raises(BadInput, match="not the address of a timestamper"):
        timestamper(with_timestamper(film, "film"))


def test_everything_signed_of_a_release_is_timestamped(
    film: Library, manager: PluginManager, ring: KeyRing, tmp_path: Path, clock: Timestamper
) -> None:
    under = terms(ring.signer(), PromptPolicy.FULL, actor(), clock.url)
    before = len(clock.asked)
    make_release(film, manager, plan_release(film, "r", cut="main", folder=tmp_path / "r"), under)
    signed = [
        said
        for path in (tmp_path / "r").rglob("*")
        if path.suffix != ".c2pa" and (said := read_credentials(path, [ring.anchor(), clock.root])).present
    ]
    assert len(signed) == len(clock.asked) - before == 4
    assert all(each.active and each.active.signer and each.active.signer.signed_at for each in signed)


def test_a_take_signed_without_a_timestamp_is_signed_again_where_one_is_wanted(
    film: Library, manager: PluginManager, under: Terms, tmp_path: Path, clock: Timestamper
) -> None:
    def reused(how: Terms) -> int:
        take = single(slate(film, "SH010/1"))
        return export(film, manager, take, how, tmp_path / "o", name="a", whole=True, force=True).reused

    stamped = replace(under, timestamper=clock.url)
    assert [reused(under), reused(stamped), reused(stamped), reused(under)] == [0, 0, 1, 1]


def circled(film: Library) -> list[str]:
    """All four takes circled, in the order in which a release signs them."""
    ids = [take.id for take in film.registry.takes.resolve("SH010/1-4")]
    film.registry.events.record(EventKind.VERDICT, [(each, "circled") for each in ids], actor())
    return ids


def only_known_files_are_kept(film: Library) -> bool:
    """Whatever was signed and kept has a row; nothing is staged any more."""
    kept = (
        [p for p in film.signed_folder.iterdir() if p.suffix != ".c2pa"]
        if film.signed_folder.exists()
        else []
    )
    rows = [film.registry.exports.by_sha256(hashlib.sha256(p.read_bytes()).hexdigest()) for p in kept]
    return all(rows) and list((film.home / "staging").iterdir()) == []


def test_takes_are_signed_while_the_timestamper_is_waited_for_and_stay_in_order(
    film: Library, manager: PluginManager, under: Terms, tmp_path: Path, clock: Timestamper
) -> None:
    """The timestamper answers its first question only once it was asked a second one."""
    ids = circled(film)
    both = threading.Barrier(2)
    asked: list[bytes] = []

    def answer(query: bytes) -> tuple[int, bytes]:
        asked.append(query)
        if len(asked) <= 2:
            both.wait(timeout=30)
        with relayed(clock.url) as relay:
            return 200, relay.ask(query)

    with answering(answer) as (url, _):
        plan = plan_release(film, "r", folder=tmp_path / "r")
        made = make_release(film, manager, plan, replace(under, timestamper=url))
    takes = [file.uses[0].take for file in made.release.files if file.kind == "take"]
    assert takes == [film.registry.takes.slate(each).take.label for each in ids]
    assert (made.signed, made.reused, len(asked)) == (4, 0, 5)
    assert only_known_files_are_kept(film)


def test_whichever_signature_fails_while_others_are_on_their_way_there_is_no_folder(
    film: Library, manager: PluginManager, under: Terms, tmp_path: Path, clock: Timestamper
) -> None:
    circled(film)
    for failing in range(1, 20):
        signer = Failing(under.signer, failing)
        how = replace(under, signer=signer, timestamper=clock.url)
        shutil.rmtree(film.signed_folder, ignore_errors=True)
        try:
            make_release(film, manager, plan_release(film, "r", folder=tmp_path / "r"), how)
        except CircletakeError as error:
            assert error.reason == "was pulled out"
            assert leftovers(tmp_path) == ["in", "library"]
            assert only_known_files_are_kept(film)
        else:
            break
    assert failing == 6


def test_a_release_that_is_stopped_leaves_nothing_behind(
    film: Library, manager: PluginManager, under: Terms, tmp_path: Path, clock: Timestamper
) -> None:
    class Stopping:
        def step(self, done: int, total: int, note: str = "") -> None:
            raise KeyboardInterrupt

    circled(film)
    plan = plan_release(film, "r", folder=tmp_path / "r")
    with pytest.raises(KeyboardInterrupt):
        make_release(film, manager, plan, replace(under, timestamper=clock.url), progress=Stopping())
    assert leftovers(tmp_path) == ["in", "library"]
    assert only_known_files_are_kept(film)


def test_a_timestamper_that_is_down_leaves_no_release(
    film: Library, manager: PluginManager, under: Terms, tmp_path: Path
) -> None:
    plan = plan_release(film, "r", cut="main", folder=tmp_path / "r")
    with pytest.raises(SigningError, match="cannot be reached"):
        make_release(film, manager, plan, replace(under, timestamper="http://127.0.0.1:9/"))
    assert leftovers(tmp_path) == ["in", "library"]
    assert list((film.home / "staging").iterdir()) == []


@dataclass
class Exporter:
    """An exporter that does whatever a test wants."""

    name: str
    work: Callable[[ExportRequest, Path], Sequence[ProducedFile]]
    reads: Any = "signed"
    about: About[NoSettings] = field(init=False)

    def __post_init__(self) -> None:
        self.about = About(self.name, "for a test", "1", NoSettings)

    def export(
        self, request: ExportRequest, staging: Path, settings: NoSettings, ctx: Context
    ) -> Sequence[ProducedFile]:
        return self.work(request, staging)


def with_exporter(exporter: Exporter, *others: str) -> PluginManager:
    class Plugin:
        @hookimpl
        def circletake_exporters(self) -> list[Exporter]:
            return [exporter]

    manager = PluginManager.load(only=others)
    manager.add(exporter.name + "-plugin", Plugin())
    return manager


def wrote(path: Path, data: bytes, kind: str = "timeline") -> list[ProducedFile]:
    path.write_bytes(data)
    return [ProducedFile(path, kind)]


def test_an_exporter_cannot_slip_an_unsigned_video_into_a_release(
    film: Library, under: Terms, tmp_path: Path, clip: Clip
) -> None:
    video = clip("in/other.mp4", seed=50).read_bytes()
    hiding: list[Callable[[ExportRequest, Path], Sequence[ProducedFile]]] = [
        lambda request, staging: wrote(staging / "timeline.otio", video),
        lambda request, staging: (wrote(staging / "x.bin", video), wrote(staging / "t.otio", b"{}"))[1],
        lambda request, staging: wrote(next(iter(request.media.values())), video),
    ]
    for work in hiding:
        plan = plan_release(film, "r", cut="main", folder=tmp_path / "r")
        with pytest.raises(SigningError, match="not signed"):
            make_release(film, with_exporter(Exporter("timeline", work), "video"), plan, under)
        assert leftovers(tmp_path) == ["in", "library"]


def test_an_exporter_that_renders_has_its_video_signed_and_may_hide_none(
    film: Library, under: Terms, tmp_path: Path, clip: Clip
) -> None:
    video = clip("in/other.mp4", seed=50).read_bytes()
    open_ = Exporter("mine", lambda r, staging: wrote(staging / "m.mp4", video, "video"), "library")
    done = export(
        film,
        with_exporter(open_, "video"),
        film.registry.cuts.get("main"),
        under,
        tmp_path / "o",
        formats=["mine"],
    )
    assert read_credentials(done.files[0]).integrity is Check.PASSED
    for work in (
        lambda r, staging: wrote(staging / "sheet.html", video, "sheet"),
        lambda r, staging: (wrote(staging / "h.dat", video), wrote(staging / "s.html", b"<p>", "sheet"))[1],
    ):
        hidden = Exporter("mine", work, "library")
        with pytest.raises(SigningError, match="not signed"):
            export(
                film,
                with_exporter(hidden, "video"),
                film.registry.cuts.get("main"),
                under,
                tmp_path / "p",
                formats=["mine"],
            )
    assert not (tmp_path / "p").exists()


def test_an_exporter_that_fails_or_lies_is_named(film: Library, under: Terms, tmp_path: Path) -> None:
    def broken(request: ExportRequest, staging: Path) -> Sequence[ProducedFile]:
        raise ZeroDivisionError("oh")

    liars: list[Callable[[ExportRequest, Path], Sequence[ProducedFile]]] = [
        broken,
        lambda request, staging: [],
        lambda request, staging: [ProducedFile(Path("/etc/hostname"), "timeline")],
        lambda request, staging: [ProducedFile(staging / ".." / "x", "timeline")],
    ]
    cut: Cut = film.registry.cuts.get("main")
    for work in liars:
        with pytest.raises(PluginError, match="mine"):
            export(
                film,
                with_exporter(Exporter("mine", work), "video"),
                cut,
                under,
                tmp_path / "o",
                formats=["mine"],
            )
    assert not (tmp_path / "o").exists()


def test_a_release_across_disks_is_copied_beside_its_place_and_checked(
    film: Library, manager: PluginManager, under: Terms, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rename = Path.rename

    def other_disk(self: Path, target: Any) -> Path:
        if self.name == "release":
            raise OSError(18, os.strerror(18))
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", other_disk)
    make_release(film, manager, plan_release(film, "r", cut="main", folder=tmp_path / "r"), under)
    assert json.loads((tmp_path / "r" / "release.json").read_text())["name"] == "r"
    assert leftovers(tmp_path) == ["in", "library", "r"]


def test_a_cut_with_black_and_speeds_is_traced_to_its_last_second(
    film: Library, manager: PluginManager, under: Terms, tmp_path: Path
) -> None:
    set_gap(film, "main", [1, 2], Fraction(1, 2))
    set_speed(film, "main", [2], Fraction(2))
    made = make_release(film, manager, plan_release(film, "night", cut="main", folder=tmp_path / "r"), under)
    rules = PluginManager.load(only=("rules",))
    audit = audit_folder(made.folder, manager=rules, trust=[])
    (cut,) = (file for file in audit.files if file.case.recorded and file.case.recorded.kind == "cut")
    black = [(t.use.record_in, t.use.record_out) for t in cut.case.traced if t.use.is_black]
    assert black == [("0", "1/2"), ("1", "3/2")]
    answers = {o.rule: o.check for o in audit.outcomes if o.file == cut.case.path}
    for rule in ("cut.coverage", "cut.clips", "ai.source_type", "c2pa.conformance"):
        assert answers[rule] is not Check.FAILED, rule
    recorded = [(use.record_in, use.source_in, use.source_out) for use in cut.uses if use.take]
    assert recorded[1] == ("3/2", "0", "1") and recorded[2][0] == "2"


def test_an_export_that_is_stopped_puts_nothing_anywhere(
    film: Library, manager: PluginManager, under: Terms, tmp_path: Path
) -> None:
    seen: list[int] = []

    class Watching:
        def step(self, done: int, total: int, note: str = "") -> None:
            seen.append(done)

    cut = film.registry.cuts.get("main")
    with pytest.raises(Cancelled):
        export(
            film, manager, cut, under, tmp_path / "o", progress=Watching(), cancelled=lambda: len(seen) > 3
        )
    assert 0 < max(seen) < 100
    assert not (tmp_path / "o").exists() and leftovers(film.staging_folder) == []
    plan = plan_release(film, "night", cut="main", folder=tmp_path / "r")
    with pytest.raises(Cancelled):
        make_release(film, manager, plan, under, cancelled=lambda: True)
    assert not (tmp_path / "r").exists() and leftovers(film.staging_folder) == []
