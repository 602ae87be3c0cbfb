"""What a signature leaves out of a file: nothing seen or heard, unless whoever signed wanted it so."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import av
import c2pa
import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from circletake.model.manifest import Binding, Check
from circletake.provenance import leftout
from circletake.provenance.container import MIMES
from circletake.provenance.keys import FileSigner
from circletake.provenance.leftout import LeftOut, left_out, passed_over
from circletake.provenance.manifest import plan_record
from circletake.provenance.parts import Part, parts_of
from circletake.provenance.reading import read_credentials
from circletake.provenance.session import context
from tests.cases import credentials
from tests.factories import NOW
from tests.releases import half_signed_clip, half_signed_still
from tests.tampering import flipped
from tests.unit.provenance.conftest import Make

C2PA_ROW = {"xpath": "/uuid", "data": [{"offset": 8, "value": "2P7D1hsOSDySl1goh37EgQ=="}]}


def skipped(path: Path) -> LeftOut:
    return left_out(path, read_credentials(path))


def judged(kind: str, said: dict[str, Any] | None) -> LeftOut:
    """What a hash that matched leaves out, going by what it says alone."""
    return left_out(Path("no file"), credentials(bindings=(Binding(kind, said),)))


def bare(path: Path) -> None:
    """A tiny picture, or film of two pictures, of the kind its name says."""
    picture = np.random.default_rng(1).integers(0, 255, (64, 64, 3), dtype=np.uint8)
    if path.suffix in (".jpg", ".png"):
        cv2.imwrite(str(path), picture)
        return
    with av.open(str(path), "w") as file:
        stream: Any = file.add_stream({".avi": "mpeg4", ".gif": "gif", ".mp4": "mpeg4"}[path.suffix], rate=12)
        stream.width = stream.height = 64
        stream.pix_fmt = "rgb8" if path.suffix == ".gif" else "yuv420p"
        for _ in range(2):
            file.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        file.mux(stream.encode(None))


def made(
    source: Path, path: Path, signer: FileSigner, *assertions: dict[str, Any], update: bool = False
) -> None:
    """Sign ``source`` as the C2PA library does."""
    mime = MIMES[source.suffix]
    definition = {**plan_record("still", NOW).definition, "format": mime}
    definition["assertions"] = [*definition["assertions"], *assertions]
    if update:
        definition = {"claim_generator_info": definition["claim_generator_info"], "format": mime}
    native = c2pa.Signer.from_callback(signer.sign, c2pa.C2paSigningAlg.ES256, signer.chain_pem)
    out = io.BytesIO()
    with c2pa.Builder(definition, context=context()) as builder, source.open("rb") as file:
        if update:
            builder.set_intent(c2pa.C2paBuilderIntent.UPDATE)
        builder.sign(native, mime, file, out)
    path.write_bytes(out.getvalue())


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".gif", ".avi", ".mp4"])
def test_a_file_signed_as_usual_leaves_out_its_manifest_alone(
    tmp_path: Path, signer: FileSigner, suffix: str
) -> None:
    source, path = tmp_path / f"bare{suffix}", tmp_path / f"signed{suffix}"
    bare(source)
    made(source, path, signer, {"label": "org.example.large", "data": {"text": "x" * 150_000}})
    assert read_credentials(path).integrity is Check.PASSED
    assert skipped(path) == LeftOut()
    parts = parts_of(path)
    assert [part.start for part in parts] == [0, *(part.end for part in parts[:-1])]
    assert parts[-1].end == path.stat().st_size
    assert "manifest" in {part.kind for part in parts}


def test_a_picture_can_change_where_its_signature_does_not_look(tmp_path: Path, signer: FileSigner) -> None:
    path = tmp_path / "still.jpg"
    at = half_signed_still(path, signer)
    assert skipped(path) == LeftOut(picture="1000 bytes of what is seen or heard")
    data = bytearray(path.read_bytes())
    data[at + 50] ^= 0xFF
    path.write_bytes(data)
    assert read_credentials(path).integrity is Check.PASSED


@pytest.mark.parametrize(
    "more",
    [
        {"label": "c2pa.hash.bmffx", "data": {"x": 1}},
        {"label": "c2pa.hash.bmff.extra", "data": {"exclusions": [], "name": "x"}},
        {"label": "org.example.when", "data": {"when": "not a date"}},
    ],
    ids=lambda each: each["label"],
)
def test_another_assertion_does_not_hide_what_the_hash_leaves_out(
    tmp_path: Path, signer: FileSigner, more: dict[str, Any]
) -> None:
    path = tmp_path / "still.jpg"
    half_signed_still(path, signer, assertions=[more])
    assert skipped(path) == LeftOut(picture="1000 bytes of what is seen or heard")


def test_an_action_with_a_date_that_is_none_does_not_hide_it(tmp_path: Path, signer: FileSigner) -> None:
    path = tmp_path / "still.jpg"
    added = {"action": "c2pa.edited.metadata", "when": "not a date"}
    half_signed_still(path, signer, assertions=[{"label": "c2pa.actions.v2", "data": {"actions": [added]}}])
    assert skipped(path) == LeftOut(picture="1000 bytes of what is seen or heard")


@pytest.mark.parametrize("left", [0, 1000])
def test_an_update_leaves_out_what_the_manifest_before_it_did(
    tmp_path: Path, signer: FileSigner, left: int
) -> None:
    first, path = tmp_path / "first.jpg", tmp_path / "still.jpg"
    half_signed_still(first, signer, left)
    made(first, path, signer, update=True)
    said = read_credentials(path)
    assert (said.integrity, [each.earlier for each in said.bindings]) == (Check.PASSED, [True])
    assert skipped(path) == LeftOut(picture=f"{left} bytes of what is seen or heard" if left else "")


def test_ranges_behind_a_store_that_an_update_made_longer_are_looked_for_where_they_lie_now() -> None:
    parts = (
        Part("picture", 0, 20),
        Part("manifest", 20, 60),
        Part("manifest", 60, 90),
        Part("picture", 90, 200),
    )
    assert leftout._moved([(5, 10), (20, 50), (70, 80)], parts) == [(5, 10), (20, 90), (110, 120)]


@pytest.mark.parametrize(
    ("boxes", "told"),
    [
        ([{"names": ["C2PA"], "excluded": True}, {"names": ["SOS"]}], LeftOut()),
        ([{"names": ["SOS", "EOI"], "excluded": True}], LeftOut(picture="its box SOS, its box EOI")),
        ([{"names": ["APP13"], "excluded": True}], LeftOut(rest=("its box APP13",))),
        ([{"names": ["APP1", "APP14"], "excluded": True}], LeftOut(picture="its box APP1, its box APP14")),
        (["no box"], LeftOut(untold="the boxes of its hash cannot be read")),
    ],
)
def test_a_hash_of_boxes_is_judged_by_the_boxes_it_excludes(boxes: list[object], told: LeftOut) -> None:
    assert judged("boxesHash", {"boxes": boxes}) == told


@pytest.mark.parametrize(
    ("row", "told"),
    [
        *(
            (row, LeftOut())
            for row in (C2PA_ROW, *({"xpath": f"/{k}"} for k in ("ftyp", "mfra", "free", "skip")))
        ),
        ({"xpath": "/uuid"}, LeftOut(rest=("/uuid",))),
        ({"xpath": "/uuid", "data": [{"offset": 8, "value": "AAAA"}]}, LeftOut(rest=("/uuid",))),
        *(
            ({"xpath": where}, LeftOut(rest=(where,)))
            for where in (
                "/meta/iloc",
                "/mfra/tfra",
                "/moov/trak/mdia/minf/stbl/stco",
                "/moov/trak[2]/mdia/minf/stbl/co64",
                "/moof/traf/tfhd",
                "/moof/traf/trun",
                "/sidx",
            )
        ),
        *(
            ({"xpath": where}, LeftOut(picture=f"its box {where}"))
            for where in (
                "/mdat",
                "/mdat[1]",
                "/moov",
                "/moof",
                "/moof/traf",
                "/meta",
                "/moov/trak/tkhd",
                "/moov/trak/mdia/minf/stbl",
                "/moov/trak/mdia/minf/stbl/stsz",
                "/moov/trak/mdia/minf/stbl/stsd",
                "/idat",
                "//mdat",
            )
        ),
        ({"xpath": "/mdat", "subset": [{"offset": 16, "length": 0}]}, LeftOut(picture="its box /mdat")),
        ({"xpath": "/mdat", "data": [{"offset": 8, "value": "AAAA"}]}, LeftOut(picture="its box /mdat")),
        ({"xpath": "/moov", "flags": "AQAA", "length": 900}, LeftOut(picture="its box /moov")),
    ],
    ids=lambda each: str(each.get("xpath")) if isinstance(each, dict) else "",
)
def test_a_hash_of_an_mp4_is_judged_by_the_boxes_its_exclusions_name(
    row: dict[str, Any], told: LeftOut
) -> None:
    assert judged("bmffHash", {"exclusions": [row]}) == told


def test_a_table_of_offsets_is_told_however_many_others_stand_before_it() -> None:
    rows = [{"xpath": f"/sidx[{number}]"} for number in range(40)]
    told = judged("bmffHash", {"exclusions": [*rows, {"xpath": "/moov/trak/mdia/minf/stbl/stco"}]})
    assert "/moov/trak/mdia/minf/stbl/stco" in told.rest


@pytest.mark.parametrize(
    ("kind", "said", "why"),
    [
        ("dataHash", None, "what its hash says is not told"),
        ("bmffHash", {"exclusions": "all"}, "the exclusions of its hash cannot be read"),
        ("boxesHash", {"boxes": [{"excluded": True}]}, "the boxes of its hash cannot be read"),
        ("collectionHash", {}, "its hash is of a kind that is not judged (collectionHash)"),
        (
            "bmffHash",
            {"exclusions": [{"xpath": "/mdat"}], "merkle": [{"count": 1}]},
            "its hash is a tree over pieces of the picture, which is not judged",
        ),
        ("dataHash", {}, "the file cannot be read"),
    ],
)
def test_a_hash_that_cannot_be_judged_is_told(kind: str, said: dict[str, Any] | None, why: str) -> None:
    assert judged(kind, said) == LeftOut(untold=why)


def test_credentials_that_hold_without_a_hash_that_is_told_are_no_pass() -> None:
    assert left_out(Path("no file"), credentials()) == LeftOut(untold="no hash of the file is told")


def excluding(*boxes: str) -> Binding:
    return Binding("bmffHash", {"exclusions": [{"xpath": box} for box in boxes]})


@pytest.mark.parametrize(
    ("bindings", "left"),
    [
        ((), {b"free", b"skip"}),
        ((Binding("bmffHash", None),), {b"free", b"skip"}),
        ((Binding("bmffHash", {"exclusions": "all"}),), {b"free", b"skip"}),
        ((excluding("/free", "/skip", "/uuid"),), {b"free", b"skip"}),
        ((excluding("/free[1]"),), {b"free"}),
        ((excluding("/uuid", "/ftyp"),), set()),
        ((Binding("bmffHash", {}),), set()),
        ((excluding("/free", "/skip"), excluding("/skip")), {b"skip"}),
        ((Binding("dataHash", {"exclusions": []}),), set()),
    ],
)
def test_an_empty_box_is_passed_over_where_no_hash_covers_it(
    bindings: tuple[Binding, ...], left: set[bytes]
) -> None:
    assert passed_over(credentials(bindings=bindings)) == left
    assert passed_over(credentials(bindings=bindings, integrity=Check.FAILED)) == {b"free", b"skip"}


@pytest.mark.parametrize(
    "film",
    [
        "c2pa/Security4Media__c2pa-video-player/react-c2pa-player/public/mp4s/prmiere-firefly.mp4",
        "ai/videophy2__videophy2.github.io/videos/sora_bad/Librarian_s+Quiet+Organization.mp4",
    ],
)
def test_films_that_premiere_and_sora_signed_have_their_empty_boxes_signed_too(
    shared: Path, tmp_path: Path, film: str
) -> None:
    path = shared / "data" / film
    assert passed_over(read_credentials(path)) == frozenset()
    changed = tmp_path / "changed.mp4"
    changed.write_bytes(path.read_bytes() + b"\0\0\0\x10freehidden!!")
    assert read_credentials(changed).integrity is Check.FAILED


def test_an_altered_file_is_not_asked_what_its_hash_leaves_out() -> None:
    assert left_out(Path("no file"), credentials(integrity=Check.FAILED)) == LeftOut()


def test_an_mp4_whose_signature_leaves_its_picture_out_is_told(signed: Make, signer: FileSigner) -> None:
    path = signed().path
    half_signed_clip(path, signer, "/mdat", "/moov")
    flipped(path)
    assert read_credentials(path).integrity is Check.PASSED
    assert skipped(path) == LeftOut(picture="its box /mdat, its box /moov")


def test_a_film_of_more_pieces_than_are_told_apart_is_no_pass(tmp_path: Path, signer: FileSigner) -> None:
    source, path = tmp_path / "bare.avi", tmp_path / "signed.avi"
    bare(source)
    data = source.read_bytes() + b"JUNK\0\0\0\0" * 100_100
    source.write_bytes(data[:4] + (len(data) - 8).to_bytes(4, "little") + data[8:])
    made(source, path, signer)
    assert read_credentials(path).integrity is Check.PASSED
    assert skipped(path) == LeftOut(untold="its pieces are too many to be told apart")


@given(st.lists(st.tuples(st.integers(-50, 400), st.integers(-50, 400)), max_size=12))
def test_bytes_left_out_are_counted_once_whatever_ranges_overlap(ranges: list[tuple[int, int]]) -> None:
    parts = (Part("picture", 0, 100), Part("manifest", 100, 200), Part("metadata", 200, 300))
    spans = [(start, start + length) for start, length in ranges]
    inside = {at for start, end in spans for at in range(max(start, 0), end)}
    counted = leftout._skipped(spans, parts)
    assert counted["picture"] == len(inside & set(range(100)))
    assert counted["metadata"] == len(inside & set(range(200, 300)))


def test_many_ranges_over_many_parts_are_gone_through_once() -> None:
    class Counting(tuple[Part, ...]):
        looked = 0

        def __getitem__(self, key: Any) -> Any:
            Counting.looked += 1
            return super().__getitem__(key)

    parts = Counting(Part("picture", at * 12, at * 12 + 12) for at in range(2_000))
    spans = [(20_000 + 2 * at, 20_001 + 2 * at) for at in range(1_000)]
    assert leftout._skipped(spans, parts)["picture"] == 1_000
    assert Counting.looked <= 2 * (len(parts) + len(spans))
