from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from circletake.errors import KeyProblem, SigningError
from circletake.model.cut import Cut, CutEvent, Song
from circletake.model.manifest import Check, ManifestPlan
from circletake.model.policy import PromptPolicy
from circletake.model.take import Declaration
from circletake.provenance.keys import FileSigner
from circletake.provenance.manifest import plan_cut, plan_take
from circletake.provenance.reading import raw_manifest, read_credentials
from circletake.provenance.signing import Signed, seal, sign
from circletake.provenance.trust import TrustList
from tests.factories import NOW, OBSERVED, claim, media_facts, slate
from tests.outgoing import Wrapped
from tests.unit.provenance.conftest import Make

FORMATS = ["mp4", "mov", "m4v", "avi", "gif", "webm", "mkv"]


@pytest.fixture
def plan(clip: Callable[..., Path]) -> ManifestPlan:
    source = clip("plan.mp4")
    return plan_take(slate(source, OBSERVED), source, policy=PromptPolicy.FULL, when=NOW)


@pytest.mark.parametrize("suffix", FORMATS)
def test_every_video_format_is_signed_and_reads_trusted(
    suffix: str, signed: Make, own: list[TrustList]
) -> None:
    made = signed(f"take.{suffix}")
    said = read_credentials(made.path, own)
    assert (said.state, said.integrity, said.signature) == ("Trusted", Check.PASSED, Check.PASSED)
    assert said.active is not None
    assert said.active.title == f"take.{suffix}"
    beside = suffix in {"webm", "mkv"}
    assert made.sidecar == (made.path.with_suffix(".c2pa") if beside else None)
    assert said.where == ("take.c2pa" if beside else "embedded")
    assert raw_manifest(made.path) is not None


def test_a_file_can_be_signed_where_it_lies(clip: Callable[..., Path], signer: FileSigner) -> None:
    path = clip("take.mp4")
    before = path.stat().st_size
    plan = plan_take(slate(path, OBSERVED), path, policy=PromptPolicy.FULL, when=NOW)
    assert sign(plan, path, path, signer).size > before
    assert read_credentials(path).integrity is Check.PASSED


def test_prompts_and_models_are_read_by_the_library_alone_as_the_docs_say(
    signed: Make, capsys: pytest.CaptureFixture[str]
) -> None:
    page = (Path(__file__).resolve().parents[3] / "docs" / "provenance.md").read_text()
    code = page.partition("```python\n")[2].partition("```")[0]
    assert "circletake" not in code
    exec(code.replace("SH010_tk031_3f9ac2d1.mp4", str(signed().path)), {})
    assert capsys.readouterr().out == f"Prompt {OBSERVED[4].value}\nModel runway gen4.5 4.5.0\n"


def cut_of(
    signed: dict[str, Path], signer: FileSigner, source: Path, destination: Path, song: Song | None = None
) -> Signed:
    events = tuple(CutEvent(f"id-{i}", Fraction(i, 8), Fraction(1)) for i in range(1, len(signed) + 1))
    cut = Cut("Night Bus", Fraction(12), 64, 48, events, song)
    slates = {f"id-{i}": slate(None, OBSERVED, i) for i in range(1, len(signed) + 1)}
    planned = plan_cut(cut, slates, signed, policy=PromptPolicy.FULL, when=NOW)
    return sign(planned, source, destination, signer)


def test_a_cut_carries_the_manifests_of_its_takes_and_their_places(
    signed: Make, clip: Callable[..., Path], signer: FileSigner, own: list[TrustList], tmp_path: Path
) -> None:
    takes = {"id-1": signed("one.mp4").path, "id-2": signed("two.webm", number=2).path}
    sound = clip("song.m4v", audio=True)
    music = Song(str(sound), slate(sound).take.sha256, "song.m4v", Declaration.HUMAN, "Ana Ruiz")

    made = cut_of(takes, signer, clip("cut.mp4", seed=7), tmp_path / "out.mp4", music)

    said = read_credentials(made.path, own)
    assert (said.state, said.problems) == ("Trusted", ())
    assert said.active is not None
    one, two, song = said.active.ingredients
    assert one.placed == ((Fraction(0), Fraction(10, 12)),)
    assert two.source_range == (Fraction(1, 4), Fraction(1))
    for used in (one, two):
        carried = said.named(used.manifest)
        assert carried is not None
        assert [each.text for each in carried.ingredients if each.title == "Prompt"] == [OBSERVED[4].value]
    assert (song.source_type, song.manifest) == ("digitalCreation", "")


def test_a_clip_that_was_altered_never_enters_a_cut(
    signed: Make, clip: Callable[..., Path], signer: FileSigner, tmp_path: Path
) -> None:
    taken = signed("one.mp4").path
    data = bytearray(taken.read_bytes())
    data[-60] ^= 1
    taken.write_bytes(data)
    with pytest.raises(SigningError, match="altered after it was signed"):
        cut_of({"id-1": taken}, signer, clip("cut.mp4"), tmp_path / "out.mp4")
    assert not (tmp_path / "out.mp4").exists()


def test_a_parent_that_is_not_the_librarys_file_is_refused(
    clip: Callable[..., Path], signer: FileSigner, tmp_path: Path
) -> None:
    source = clip("take.mp4")
    plan = plan_take(slate(source), source, policy=PromptPolicy.FULL, when=NOW)
    with source.open("ab") as file:
        file.write(b"\0\0\0\x08free")
    with pytest.raises(SigningError, match="not those the library recorded"):
        sign(plan, source, tmp_path / "out.mp4", signer)


def test_a_providers_manifest_stays_whole_in_what_we_sign(
    signed: Make, signer: FileSigner, tmp_path: Path
) -> None:
    provided = signed("sora.mp4").path
    told = read_credentials(provided).active
    assert told is not None
    plan = plan_take(
        slate(provided, [claim("prompt", "declared later")]),
        provided,
        policy=PromptPolicy.FULL,
        when=NOW,
        provider_manifest=raw_manifest(provided),
    )
    said = read_credentials(sign(plan, provided, tmp_path / "out.mp4", signer).path)
    assert said.active is not None
    assert said.active.ingredients[0].manifest == told.label
    kept = said.named(told.label)
    assert kept is not None and kept.actions == told.actions and kept.signer == told.signer


def test_a_manifest_that_lay_beside_a_clip_is_kept_too(
    signed: Make, signer: FileSigner, tmp_path: Path
) -> None:
    provided = signed("sora.webm").path
    store = raw_manifest(provided)
    alone = tmp_path / "library.webm"
    alone.write_bytes(provided.read_bytes())
    take = slate(alone, media=media_facts(mime="video/webm"))
    plan = plan_take(take, alone, policy=PromptPolicy.FULL, when=NOW, provider_manifest=store)
    said = read_credentials(sign(plan, alone, tmp_path / "out.webm", signer).path)
    assert said.integrity is Check.PASSED and len(said.manifests) == 2


def test_a_record_is_sealed_by_a_manifest_beside_it(
    tmp_path: Path, signer: FileSigner, own: list[TrustList]
) -> None:
    record = tmp_path / "release.json"
    record.write_text('{"name": "Night Bus"}')
    assert seal(record, signer, when=NOW).sidecar == tmp_path / "release.json.c2pa"
    assert read_credentials(record, own).state == "Trusted"
    record.write_text('{"name": "Night Bux"}')
    assert read_credentials(record, own).integrity is Check.FAILED


def test_a_webm_and_an_mkv_of_one_name_keep_a_manifest_each(signed: Make) -> None:
    one, other = signed("take.webm"), signed("take.mkv")
    for made in (one, other):
        assert read_credentials(made.path).integrity is Check.PASSED
    assert one.sidecar != other.sidecar


def test_an_error_names_a_file_as_people_know_it(
    plan: ManifestPlan, clip: Callable[..., Path], signer: FileSigner, tmp_path: Path
) -> None:
    class Mute(Wrapped):
        def sign(self, data: bytes) -> bytes:
            return b"no signature"

    staged, title = tmp_path / "cb0b30ba7a11.mp4", "SH010_tk001_3f9ac2d1.mp4"
    bad = replace(plan, definition=dict(plan.definition) | {"claim_generator_info": [{}]})
    for planned, signing in ((bad, signer), (plan, Mute(signer))):
        with pytest.raises(SigningError) as told:
            sign(planned, clip("take.mp4"), staged, signing, title=title)
        assert told.value.thing == title and "cb0b30ba" not in str(told.value)


def test_links_are_not_followed(plan: ManifestPlan, signer: FileSigner, tmp_path: Path) -> None:
    (tmp_path / "precious.mp4").write_bytes(b"precious")
    (tmp_path / "out.mp4").symlink_to(tmp_path / "precious.mp4")
    with pytest.raises(SigningError, match="is a link"):
        sign(plan, tmp_path / "plan.mp4", tmp_path / "out.mp4", signer)
    assert (tmp_path / "precious.mp4").read_bytes() == b"precious"


def test_a_plan_with_problems_is_not_signed(plan: ManifestPlan, signer: FileSigner, tmp_path: Path) -> None:
    leaking = replace(plan, resources={**plan.resources, "prompt.txt": b"token=abcdefgh12"})
    with pytest.raises(SigningError, match="key or password"):
        sign(leaking, tmp_path / "plan.mp4", tmp_path / "out.mp4", signer)


class Refusing:
    """A signer whose service says no."""

    algorithm = "es256"

    def __init__(self, chain_pem: str, error: BaseException) -> None:
        self.chain_pem = chain_pem
        self._error = error

    def sign(self, data: bytes) -> bytes:
        raise self._error

    def close(self) -> None:
        return None


@pytest.mark.parametrize(
    "error", [KeyProblem("kms", "no such key", "ask"), ValueError("boom"), KeyboardInterrupt()]
)
def test_what_a_signer_raises_is_told_as_it_is(
    error: BaseException, plan: ManifestPlan, signer: FileSigner, tmp_path: Path
) -> None:
    refusing = Refusing(signer.chain_pem, error)
    with pytest.raises(type(error)) as raised:
        sign(plan, tmp_path / "plan.mp4", tmp_path / "out.mp4", refusing)  # type: ignore[arg-type]
    assert raised.value is error
