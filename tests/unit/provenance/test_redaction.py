"""Prompts are really gone from a redacted copy, and everything else still holds."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest

from circletake.errors import BadInput, SigningError
from circletake.model.cut import Cut, CutEvent
from circletake.model.manifest import Check, EditSaid
from circletake.model.policy import PromptPolicy
from circletake.provenance.derived import plan_edited
from circletake.provenance.keys import FileSigner
from circletake.provenance.manifest import plan_cut, plan_take
from circletake.provenance.reading import raw_manifest, read_credentials
from circletake.provenance.redaction import held, still_in
from circletake.provenance.signing import sign
from circletake.provenance.trust import TrustList
from circletake.workflows.leaving.redacting import Redacted, redact
from tests.factories import NOW, OBSERVED, actor, claim, slate
from tests.unit.provenance.conftest import Make

PROMPT = OBSERVED[4].value
SEED = "18446744073709551617"
EXTRA = (claim("negative_prompt", "bus stop, people"), claim("prompt_prefix", "night bus"))


def redacted(source: Path, to: Path, signer: FileSigner, *, seeds: bool = False) -> Redacted:
    return redact(source, to, signer, when=NOW, by=actor(), seeds=seeds)


def inside(path: Path, text: str) -> bool:
    files = [path, *path.parent.glob(f"{path.stem}*.c2pa")]
    return any(text.encode() in each.read_bytes() for each in files)


@pytest.mark.parametrize("suffix", ["mp4", "mov", "avi", "gif", "webm"])
def test_no_prompt_is_left_in_the_bytes_and_the_rest_still_verifies(
    suffix: str, signed: Make, signer: FileSigner, own: list[TrustList], tmp_path: Path
) -> None:
    source = signed(f"take.{suffix}", (*OBSERVED, *EXTRA)).path
    before = source.read_bytes()
    assert inside(source, PROMPT) and inside(source, "bus stop")
    done = redacted(source, tmp_path / f"out.{suffix}", signer)
    assert not any(inside(done.path, word) for word in (PROMPT, "night bus", "bus stop"))
    assert done.removed == (
        "1 IPTC record with the prompt",
        "2 prompts",
        "1 record of a take with the beginning of its prompt",
    )
    assert (done.left, source.read_bytes()) == ((), before)
    said = read_credentials(done.path, own)
    assert (said.state, said.integrity, said.problems) == ("Trusted", Check.PASSED, ())
    assert said.active is not None
    assert [action.name for action in said.active.actions] == ["c2pa.opened", *["c2pa.redacted"] * 4]
    kept = {each.title: each.text for each in said.manifests[1].ingredients}
    assert kept["Seed"] == SEED and kept["Prompt"] is None and "runway gen4.5 4.5.0" in kept


def test_prompts_of_the_takes_in_a_cut_go_too(
    signed: Make, clip: Callable[..., Path], signer: FileSigner, own: list[TrustList], tmp_path: Path
) -> None:
    takes = {f"id-{n}": signed(f"{n}.mp4", number=n).path for n in (1, 2)}
    events = tuple(CutEvent(each, Fraction(0), Fraction(1)) for each in takes)
    slates = {f"id-{n}": slate(None, OBSERVED, n) for n in (1, 2)}
    planned = plan_cut(
        Cut("Night Bus", Fraction(12), 64, 48, events), slates, takes, policy=PromptPolicy.FULL, when=NOW
    )
    cut = sign(planned, clip("cut.mp4"), tmp_path / "cut.mp4", signer).path
    done = redacted(cut, tmp_path / "out.mp4", signer)
    assert done.removed == ("2 IPTC records with the prompt", "2 prompts")
    assert not inside(done.path, PROMPT)
    assert read_credentials(done.path, own).state == "Trusted"
    assert held(done.path).places == ()


def test_seeds_go_where_they_are_asked_to(signed: Make, signer: FileSigner, tmp_path: Path) -> None:
    source = signed().path
    assert inside(redacted(source, tmp_path / "a.mp4", signer).path, SEED)
    done = redacted(source, tmp_path / "b.mp4", signer, seeds=True)
    assert not inside(done.path, SEED)
    assert "1 seed" in done.removed
    assert read_credentials(done.path).integrity is Check.PASSED


def test_what_is_gone_of_several_takes_is_told_in_the_plural(
    signed: Make, clip: Callable[..., Path], signer: FileSigner, tmp_path: Path
) -> None:
    takes = {f"id-{n}": signed(f"{n}.mp4", number=n).path for n in (1, 2)}
    events = tuple(CutEvent(each, Fraction(0), Fraction(1)) for each in takes)
    slates = {f"id-{n}": slate(None, OBSERVED, n) for n in (1, 2)}
    planned = plan_cut(
        Cut("Night Bus", Fraction(12), 64, 48, events), slates, takes, policy=PromptPolicy.FULL, when=NOW
    )
    cut = sign(planned, clip("cut.mp4"), tmp_path / "cut.mp4", signer).path
    assert redacted(cut, tmp_path / "out.mp4", signer, seeds=True).removed == (
        "2 IPTC records with the prompt",
        "2 org.circletake.take with their words",
        "2 prompts",
        "2 seeds",
    )


def test_a_prompt_in_the_files_own_tags_is_told_and_not_called_gone(
    clip: Callable[..., Path], signer: FileSigner, tmp_path: Path
) -> None:
    prompt = "night bus, rain on the window"
    source = clip("tagged.mp4", tags={"comment": prompt})
    plan = plan_take(slate(source, [claim("prompt", prompt)]), source, policy=PromptPolicy.FULL, when=NOW)
    made = sign(plan, source, tmp_path / "signed.mp4", signer)
    done = redacted(made.path, tmp_path / "out.mp4", signer)
    assert done.left == ("1 of them stands in the file's own tags or words",)


def test_what_cannot_be_redacted_is_said_and_nothing_is_written(
    signed: Make, clip: Callable[..., Path], signer: FileSigner, tmp_path: Path
) -> None:
    source = signed().path
    (tmp_path / "there.mp4").write_bytes(b"mine")
    for path, to, reason in (
        (clip("plain.mp4"), "out.mp4", "carries no content credentials"),
        (signed("omit.mp4", policy=PromptPolicy.OMIT).path, "out.mp4", "no prompt in them can be read"),
        (source, "there.mp4", "exists already"),
        (source, "out.mov", "is no .mp4 file"),
        (source, "signed/take.mp4", "is the original"),
        (tmp_path / "none.mp4", "out.mp4", "no such file"),
    ):
        with pytest.raises(BadInput, match=reason):
            redacted(path, tmp_path / to, signer)
    altered = tmp_path / "altered.mp4"
    altered.write_bytes(source.read_bytes()[:-60] + bytes(60))
    with pytest.raises(SigningError, match="altered after it was signed"):
        redacted(altered, tmp_path / "out.mp4", signer)
    assert sorted(path.name for path in tmp_path.glob("*out*")) == []
    assert not list(tmp_path.glob(".redacting-*"))
    assert (tmp_path / "there.mp4").read_bytes() == b"mine"


@pytest.mark.parametrize("policy", [PromptPolicy.OMIT, PromptPolicy.HASH])
def test_prompts_in_a_manifest_that_came_along_are_kept_back_too(
    policy: PromptPolicy, signed: Make, signer: FileSigner, own: list[TrustList], tmp_path: Path
) -> None:
    provided = signed("provided.mp4").path
    take = slate(provided, [claim("prompt", PROMPT)])
    plan = plan_take(take, provided, policy=policy, when=NOW, sealed={"prompt": "d" * 64})
    made = sign(plan, provided, tmp_path / "out.mp4", signer)
    assert not inside(made.path, PROMPT)
    said = read_credentials(made.path, own)
    assert said.state == "Trusted" and len(said.manifests) == 2


def test_the_hash_that_is_left_tells_nothing_of_a_short_prompt(signed: Make) -> None:
    import json

    import c2pa

    def left(name: str) -> str:
        with c2pa.Reader(str(signed(name).path)) as reader:
            store = json.loads(reader.detailed_json())["manifests"].popitem()[1]["assertion_store"]
        return str(store["c2pa.ingredient.v3"]["data"]["hash"])

    assert left("one.mp4") != left("two.mp4")


def test_a_store_that_makes_no_sense_holds_no_prompt(clip: Callable[..., Path]) -> None:
    assert held(clip("a.mp4"), manifest=b"no store").places == ()


def test_prompts_are_looked_for_as_json_spells_them_too(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b'..{"text": "caf\\u00e9 \\"x\\""}..')
    assert still_in(tmp_path / "a", ('café "x"', "tea house")) == ['café "x"']
    (tmp_path / "b").write_bytes(b"cawg.training-mining")
    assert still_in(tmp_path / "b", ("rain", "mining", "min")) == ["mining"]
    long = "night bus, rain\non the window, a tea house and nobody in it"
    for name, said in (("c", " ".join(long.split())), ("d", long[:41]), ("e", " ".join(long.split())[:41])):
        (tmp_path / name).write_bytes(b"sora: " + said.encode())
        assert still_in(tmp_path / name, (long,)) == [long]
    (tmp_path / "empty").touch()
    assert still_in(tmp_path / "empty", ("rain",)) == []


def test_a_manifest_kept_apart_is_looked_into(signed: Make) -> None:
    made = signed("take.webm")
    store = raw_manifest(made.path)
    assert made.sidecar is not None
    made.sidecar.unlink()
    assert len(held(made.path, manifest=store).places) == 2


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("a_Corgi_walking_in_the_park_at_sunrise__oil_773a85.mp4", True),
        ("a_Corgi_walking.mp4", False),
        ("corgi_at_sunrise.mp4", False),
    ],
)
def test_a_prompt_in_the_name_of_a_take_is_told_since_no_redaction_reaches_it(
    name: str, told: bool, signed: Make, signer: FileSigner, tmp_path: Path
) -> None:
    text = "a Corgi walking in the park at sunrise, oil painting style"
    done = redacted(signed(name, [claim("prompt", text)]).path, tmp_path / "out.mp4", signer)
    assert any("in a file's name" in left for left in done.left) is told


def test_a_prompt_in_the_words_of_an_action_is_told_since_no_redaction_reaches_it(
    signed: Make, clip: Callable[..., Path], signer: FileSigner, tmp_path: Path
) -> None:
    text = "night bus, rain on the window"
    before = signed("before.mp4", [claim("prompt", text)]).path
    edited = plan_edited(before, [EditSaid("c2pa.adjustedColor", "ana", f"as in: {text}")], when=NOW)
    source = sign(edited, clip("graded.mp4"), tmp_path / "graded.mp4", signer).path
    assert held(source).fixed == ("words of a prompt in c2pa.actions.v2",)
    (stays,) = plan_take(slate(source), source, policy=PromptPolicy.OMIT, when=NOW).left_behind
    assert stays.startswith("its own credentials stay here: no redaction reaches what may be words in them")
    assert plan_take(slate(source), source, policy=PromptPolicy.FULL, when=NOW).left_behind == ()
    done = redacted(source, tmp_path / "out.mp4", signer)
    assert done.left == (
        "words of a prompt in c2pa.actions.v2",
        "1 of them stands in the file's own tags or words",
    )
