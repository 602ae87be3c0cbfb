from __future__ import annotations

import io
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from time import sleep

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from circletake.model.manifest import Check, EditSaid
from circletake.model.policy import PromptPolicy
from circletake.provenance import vocabulary as words
from circletake.provenance.certificates import issue
from circletake.provenance.chain import embedded_data, signing_certificates
from circletake.provenance.derived import plan_edited
from circletake.provenance.keys import FileSigner, KeyRing
from circletake.provenance.manifest import plan_record, plan_take
from circletake.provenance.reading import (
    has_credentials,
    raw_manifest,
    read_credentials,
    slack,
)
from circletake.provenance.said import manifest_said
from circletake.provenance.session import context
from circletake.provenance.signing import sign
from circletake.provenance.trust import TrustList
from tests.factories import NOW, OBSERVED, slate, tiny_clip
from tests.unit.provenance.conftest import Make

FREE_BOX = b"\0\0\0\x10freehidden!!"


def flip(path: Path, at: int) -> Path:
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)
    return path


def test_what_was_said_is_read_back_with_its_signer(signed: Make, ring: KeyRing) -> None:
    said = read_credentials(signed().path, [ring.anchor()]).active
    assert said is not None and said.signer is not None
    prompt, model, seed = said.ingredients
    assert (prompt.text, seed.text) == (OBSERVED[4].value, "18446744073709551617")
    assert (model.title, model.version) == ("runway gen4.5 4.5.0", "4.5.0")
    assert (said.actions[0].agent, said.actions[0].source_type) == ("runway", "trainedAlgorithmicMedia")
    assert said.actions[0].ingredients == tuple(each.instance_id for each in said.ingredients)
    assert said.signer.name == "Lumen Films"
    assert said.signer.sha256 == ring.show().certificate_sha256
    assert said.generator.startswith("circletake ")


@pytest.mark.parametrize("suffix", ["mp4", "avi", "gif", "webm"])
def test_one_changed_byte_of_the_picture_is_altered(
    suffix: str, signed: Make, own: list[TrustList], tmp_path: Path
) -> None:
    path = signed(f"take.{suffix}").path
    unsigned = (tmp_path / f"take.{suffix}").read_bytes()
    picture = unsigned[len(unsigned) // 2 :][:40]
    said = read_credentials(flip(path, path.read_bytes().index(picture)), own)
    assert (said.integrity, said.signature, said.trust) == (Check.FAILED, Check.PASSED, Check.PASSED)


def test_a_prompt_edited_in_the_manifest_is_altered(signed: Make) -> None:
    path = signed().path
    path.write_bytes(path.read_bytes().replace(b"night bus, rain", b"light bus, rain"))
    assert read_credentials(path).integrity is Check.FAILED


def test_a_prompt_edited_inside_an_ingredients_manifest_is_altered(
    signed: Make, signer: FileSigner, tmp_path: Path
) -> None:
    provided = signed().path
    plan = plan_take(
        slate(provided),
        provided,
        policy=PromptPolicy.FULL,
        when=NOW,
        provider_manifest=raw_manifest(provided),
    )
    path = sign(plan, provided, tmp_path / "out.mp4", signer).path
    assert read_credentials(path).integrity is Check.PASSED
    path.write_bytes(path.read_bytes().replace(b"night bus, rain", b"light bus, rain"))
    assert read_credentials(path).integrity is Check.FAILED


def test_a_manifest_of_another_file_does_not_fit(signed: Make) -> None:
    one, other = signed("one.webm"), signed("other.webm", number=2)
    assert other.sidecar is not None and one.sidecar is not None
    flip(one.path, -20)
    other.sidecar.replace(one.sidecar)
    assert read_credentials(one.path).integrity is Check.FAILED


@pytest.mark.slow
def test_an_expired_certificate_is_not_an_altered_file(clip: Callable[..., Path], tmp_path: Path) -> None:
    ring = KeyRing(tmp_path)
    folder = ring.init("Lumen Films").folder
    key, chain, authority = issue("Lumen Films", "", "es256", timedelta(hours=1, seconds=3))
    for name, data in {"signing.key": key, "signing.pem": chain, "authority.pem": authority}.items():
        (folder / name).write_bytes(data)
    source = clip()
    plan = plan_take(slate(source, OBSERVED), source, policy=PromptPolicy.FULL, when=NOW)
    path = sign(plan, source, tmp_path / "out.mp4", ring.signer()).path
    assert read_credentials(path).time is Check.PASSED
    sleep(4)
    said = read_credentials(path, [ring.anchor()])
    assert said.state == "Invalid"
    assert (said.integrity, said.signature, said.time) == (Check.PASSED, Check.PASSED, Check.FAILED)


def test_validity_can_be_judged_for_another_day(signed: Make) -> None:
    path = signed().path
    assert read_credentials(path, at=NOW.replace(year=2060)).time is Check.FAILED
    assert read_credentials(path).time is Check.PASSED


def test_a_stranger_around_a_trusted_parent_is_a_stranger(
    signed: Make, ring: KeyRing, clip: Callable[..., Path], tmp_path: Path
) -> None:
    """The library names the list that an ingredient's signer is on as if it were the file's own."""
    stranger = KeyRing(tmp_path / "stranger")
    stranger.init("Mallory Inc")
    edit = plan_edited(signed().path, [EditSaid("c2pa.edited.metadata", "x", "x")], when=NOW)
    wrapped = tmp_path / "wrapped.mp4"
    sign(edit, clip("other.mp4", seed=9), wrapped, stranger.signer())
    theirs = read_credentials(wrapped, [ring.anchor()])
    assert (theirs.trust, theirs.trust_list) == (Check.FAILED, "")
    assert "signingCredential.untrusted" in theirs.problems
    lists = [replace(ring.anchor(), name="parents"), replace(stranger.anchor(), name="its own")]
    assert read_credentials(wrapped, lists).trust_list == lists[1].label


def test_a_certificate_planted_in_the_store_lends_no_fingerprint(signed: Make) -> None:
    store = raw_manifest(signed().path)
    assert store is not None
    (label,) = signing_certificates(store)
    doubled = store[:8] + store[8:] + store[store.index(b"jumb", 40) - 4 :]
    doubled = len(doubled).to_bytes(4) + doubled[4:]
    assert label not in signing_certificates(doubled)


def test_an_unsigned_clip_has_no_credentials(clip: Callable[..., Path]) -> None:
    path = clip()
    assert not has_credentials(path) and raw_manifest(path) is None
    said = read_credentials(path)
    assert (said.present, said.unreadable, said.integrity) == (False, "", Check.NOT_CHECKED)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0" * 64,
        b"RIFF\xff\xff\xff\xffAVI ",
        b"GIF89a",
        b"GIF89a" + b"\xff" * 99,
        b"\0\0\0\x08ftyp" * 3,
    ],
)
@pytest.mark.parametrize("suffix", [".mp4", ".avi", ".gif", ".webm", ".txt", ""])
def test_what_is_no_video_is_answered_and_never_raises(data: bytes, suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"file{suffix}"
    path.write_bytes(data)
    assert not read_credentials(path).present
    assert raw_manifest(path) is None
    assert slack(path) >= 0


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    assert read_credentials(tmp_path / "gone.mp4").unreadable == "there is no such file"


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_mangled_files_never_raise(data: st.DataObject, signed: Make, tmp_path: Path) -> None:
    original = (tmp_path / "signed" / "take.mp4").read_bytes() if (tmp_path / "signed").exists() else b""
    mangled = bytearray(original or signed().path.read_bytes())
    for _ in range(data.draw(st.integers(1, 8))):
        at = data.draw(st.integers(0, len(mangled) - 1))
        mangled[at] = data.draw(st.integers(0, 255))
    del mangled[data.draw(st.integers(1, len(mangled))) :]
    path = tmp_path / "mangled.mp4"
    path.write_bytes(mangled)
    said = read_credentials(path)
    assert said.present or not said.manifests
    assert slack(path) >= 0
    signing_certificates(bytes(mangled))


def test_a_manifest_beside_a_webm_is_not_taken_for_its_neighbours(
    signed: Make, clip: Callable[..., Path]
) -> None:
    made = signed("take.webm")
    neighbour = made.path.with_suffix(".mp4")
    neighbour.write_bytes(clip("plain.mp4").read_bytes())
    assert read_credentials(made.path).integrity is Check.PASSED
    assert not read_credentials(neighbour).present


def test_hidden_bytes_in_free_boxes_and_after_the_end_are_counted(signed: Make) -> None:
    path = signed().path
    assert slack(path) == 0
    with path.open("ab") as file:
        file.write(FREE_BOX)
    assert slack(path) == 8
    assert read_credentials(path).integrity is Check.PASSED
    with path.open("ab") as file:
        file.write(b"tail")
    assert slack(path) == 12


EMPTY = bytes(20) + b"\0\0\0\x20skip" + bytes(24)
GPAC = b"IsoMedia File Produced with GPAC 0.8.0-rev1-gc1990d5c-master\0"


@pytest.mark.parametrize(
    ("filling", "held"),
    [
        (bytes(2_000_000), 0),
        (EMPTY, 0),
        (GPAC, 0),
        (GPAC[:-1], 0),
        (bytes(1_500_000) + b"hidden" + bytes(90), 6),
        (b"hidden" + EMPTY, 34),
        (bytes(20) + b"\0\0\0\x20skip" + b"hidden" + bytes(18), 11),
        (bytes(20) + b"\0\0\0\x21skip" + bytes(24), 5),
        (bytes(20) + b"\0\0\0\x20hide" + bytes(24), 5),
        (GPAC + b"hidden", 6),
        (GPAC[:-1] + b" hidden", 67),
        (b"skip", 4),
        (b"skip" + bytes(8), 4),
    ],
)
def test_an_empty_box_holds_what_is_neither_zero_nor_another_empty_box_nor_its_muxers_name(
    filling: bytes, held: int, tmp_path: Path
) -> None:
    path = tiny_clip(tmp_path / "a.mp4")
    data = path.read_bytes()
    path.write_bytes(data + (len(filling) + 8).to_bytes(4) + b"free" + filling)
    assert slack(path) == held
    path.write_bytes(data + (len(filling) + 8).to_bytes(4) + b"skip" + filling + b"\0\0\0\x08free")
    assert slack(path) == held


def test_untouched_files_of_adobe_hide_nothing(shared: Path) -> None:
    player = shared / "data" / "c2pa" / "Security4Media__c2pa-video-player" / "react-c2pa-player"
    film = player / "public" / "mp4s" / "prmiere-firefly.mp4"
    assert b"skip" in film.read_bytes()
    assert slack(film) == 0


def test_reading_and_signing_never_ask_the_network(
    clip: Callable[..., Path], signer: FileSigner, tmp_path: Path
) -> None:
    import c2pa

    asked: list[str] = []

    class Server(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, *_: object) -> None:
            return None

    server = HTTPServer(("127.0.0.1", 0), Server)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        source = clip()
        remote = tmp_path / "remote.mp4"
        builder = c2pa.Builder(dict(plan_record("remote", NOW).definition), context=context())
        builder.set_remote_url(f"http://127.0.0.1:{server.server_port}/manifest.c2pa")
        builder.set_no_embed()
        native = c2pa.Signer.from_callback(signer.sign, c2pa.C2paSigningAlg.ES256, signer.chain_pem)
        with remote.open("w+b") as out, source.open("rb") as reading:
            builder.sign(native, "video/mp4", reading, out)

        said = read_credentials(remote)
        parent = plan_take(slate(remote), remote, policy=PromptPolicy.FULL, when=NOW)
        sign(parent, remote, tmp_path / "out.mp4", signer)
    finally:
        server.shutdown()
        server.server_close()
    assert b"127.0.0.1" in remote.read_bytes()
    assert asked == []
    assert (said.present, said.unreadable, said.integrity) == (True, "", Check.NOT_CHECKED)
    assert said.elsewhere == f"http://127.0.0.1:{server.server_port}/manifest.c2pa"


def test_a_signers_own_mistake_of_form_is_no_altered_file(
    clip: Callable[..., Path], signer: FileSigner, own: list[TrustList], tmp_path: Path
) -> None:
    import c2pa

    path = tmp_path / "placed.mp4"
    rows = [
        {"action": "c2pa.created", "digitalSourceType": f"{words.IPTC}{words.COMPOSITE}"},
        {"action": "c2pa.placed", "parameters": {"note": "which clip is not said"}},
    ]
    definition = {
        "claim_generator_info": [{"name": "x"}],
        "assertions": [{"label": "c2pa.actions.v2", "data": {"actions": rows}}],
    }
    native = c2pa.Signer.from_callback(signer.sign, c2pa.C2paSigningAlg.ES256, signer.chain_pem)
    careless = c2pa.Context.from_dict({"verify": {"verify_after_sign": False}})
    with (
        c2pa.Builder(definition, context=careless) as builder,
        clip().open("rb") as file,
        path.open("w+b") as out,
    ):
        builder.sign(native, "video/mp4", file, out)
    said = read_credentials(path, own)
    assert (said.state, said.problems) == ("Invalid", ("assertion.action.ingredientMismatch",))
    assert (said.integrity, said.signature, said.trust) == (Check.PASSED,) * 3
    flip(path, -20)
    assert read_credentials(path, own).integrity is Check.FAILED


def test_data_taken_from_the_store_is_what_the_library_gives(signed: Make) -> None:
    import c2pa

    path = signed().path
    store = raw_manifest(path)
    assert store is not None
    found = embedded_data(store)
    assert [data.decode() for data in found.values()] == [OBSERVED[4].value, "18446744073709551617"]
    with c2pa.Reader(str(path), context=context()) as reader:
        for uri, data in found.items():
            into = io.BytesIO()
            reader.resource_to_stream(uri, into)
            assert into.getvalue() == data


def test_data_of_two_equal_labels_is_nobodys(signed: Make) -> None:
    store = raw_manifest(signed().path)
    assert store is not None
    doubled = store.replace(b"c2pa.embedded-data__1\0", b"c2pa.embedded-data\0__1")
    assert doubled != store
    assert embedded_data(doubled) == {}


def test_a_kept_manifest_is_byte_for_byte_the_one_that_was_written(
    clip: Callable[..., Path], signer: FileSigner
) -> None:
    import c2pa

    source = clip()
    native = c2pa.Signer.from_callback(signer.sign, c2pa.C2paSigningAlg.ES256, signer.chain_pem)
    definition = dict(plan_record("kept", NOW).definition)
    out = io.BytesIO()
    with c2pa.Builder(definition, context=context()) as builder, source.open("rb") as reading:
        store = builder.sign(native, "video/mp4", reading, out)
    source.write_bytes(out.getvalue())
    assert raw_manifest(source) == store


class TestRealFiles:
    """Files other people signed; skipped where they are not at hand."""

    def test_sora_clips_are_intact_and_name_their_signer(self, shared: Path) -> None:
        for path in sorted((shared / "data/ai/videophy2__videophy2.github.io").rglob("*.mp4")):
            said = read_credentials(path)
            assert (said.integrity, said.signature, said.time) == (Check.PASSED,) * 3
            assert said.active is not None and said.active.signer is not None
            assert said.active.signer.name == "OpenAI"
            assert said.active.signer.sha256.startswith("66:E1:9A:3D")
            assert said.active.actions[0].source_type == "trainedAlgorithmicMedia"

    def test_a_mark_in_an_ingredient_alone_is_found(self, shared: Path) -> None:
        (path,) = (shared / "data/c2pa").rglob("prmiere-firefly.mp4")
        said = read_credentials(path)
        assert said.active is not None and said.active.actions == ()
        inner = said.named(said.active.ingredients[0].manifest)
        assert inner is not None
        assert inner.actions[0].source_type == "compositeWithTrainedAlgorithmicMedia"

    def test_the_official_list_does_not_know_every_signer(self, shared: Path) -> None:
        pem = (shared / "specs/c2pa/trust-list/C2PA-TRUST-LIST.pem").read_text()
        (path,) = (shared / "data/c2pa").rglob("cards_trusted.mp4")
        said = read_credentials(path, [TrustList("C2PA", "2026-08-05", pem)])
        assert (said.integrity, said.trust) == (Check.PASSED, Check.FAILED)

    def test_no_signed_file_is_called_altered_but_the_broken_one(self, shared: Path) -> None:
        altered = {
            path.name
            for path in (shared / "data/c2pa").rglob("*")
            if path.suffix in {".mp4", ".mov", ".wav", ".avi"}
            and read_credentials(path).integrity is Check.FAILED
        }
        assert altered == {"dashinit.mp4"}


def test_what_is_found_of_one_manifest_s_ingredient_settles_nothing_for_another_s() -> None:
    unknown = {"activeManifest": {"failure": [{"code": "signingCredential.untrusted"}]}}
    data = {"ingredients": [{"label": "c2pa.ingredient.v3", "validation_results": unknown}]}
    delta = {
        "ingredientAssertionURI": "self#jumbf=/c2pa/urn:cut/c2pa.assertions/c2pa.ingredient.v3",
        "validationDeltas": {"success": [{"code": "signingCredential.trusted"}]},
    }

    def problems(label: str) -> tuple[str, ...]:
        return manifest_said(label, data, lambda uri: None, {}, [delta], False).ingredients[0].problems

    assert problems("urn:cut") == ()
    assert problems("urn:take") == ("signingCredential.untrusted",)
