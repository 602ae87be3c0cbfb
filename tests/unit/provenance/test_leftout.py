"""What the signature of a still leaves out: nothing of the picture, unless whoever signed wanted it so."""

from __future__ import annotations

import io
from pathlib import Path

import c2pa
import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from circletake.model.manifest import Check
from circletake.provenance import leftout
from circletake.provenance.container import Part, still_parts
from circletake.provenance.keys import FileSigner
from circletake.provenance.leftout import LeftOut, left_out
from circletake.provenance.manifest import plan_record
from circletake.provenance.reading import read_credentials
from circletake.provenance.session import context
from tests.factories import NOW
from tests.releases import half_signed_still


def active_label(path: Path) -> str:
    active = read_credentials(path).active
    assert active
    return active.label


@pytest.mark.parametrize(("suffix", "mime"), [(".jpg", "image/jpeg"), (".png", "image/png")])
def test_a_still_signed_as_usual_leaves_out_its_manifest_alone(
    tmp_path: Path, signer: FileSigner, suffix: str, mime: str
) -> None:
    bare, path = tmp_path / f"bare{suffix}", tmp_path / f"still{suffix}"
    cv2.imwrite(str(bare), np.random.default_rng(1).integers(0, 255, (64, 64, 3), dtype=np.uint8))
    large = {"label": "org.example.large", "data": {"text": "x" * 150_000}}  # three segments of a JPEG
    definition = {**plan_record("still", NOW).definition, "format": mime}
    definition["assertions"] = [*definition.get("assertions", []), large]
    native = c2pa.Signer.from_callback(signer.sign, c2pa.C2paSigningAlg.ES256, signer.chain_pem)
    out = io.BytesIO()
    with c2pa.Builder(definition, context=context()) as builder, bare.open("rb") as file:
        builder.sign(native, mime, file, out)
    path.write_bytes(out.getvalue())
    assert read_credentials(path).integrity is Check.PASSED
    assert left_out(path, active_label(path)) == LeftOut()
    assert [part.end for part in still_parts(path)][-1] == path.stat().st_size


def test_a_picture_can_change_where_its_signature_does_not_look(tmp_path: Path, signer: FileSigner) -> None:
    path = tmp_path / "still.jpg"
    at = half_signed_still(path, signer)
    assert left_out(path, active_label(path)) == LeftOut(picture="1000 bytes of the picture")
    data = bytearray(path.read_bytes())
    data[at + 50] ^= 0xFF
    path.write_bytes(data)
    assert read_credentials(path).integrity is Check.PASSED


@pytest.mark.parametrize(
    ("boxes", "told"),
    [
        ([{"names": ["C2PA"], "excluded": True}, {"names": ["SOS"]}], LeftOut()),
        ([{"names": ["SOS", "EOI"], "excluded": True}], LeftOut(picture="its box SOS, its box EOI")),
        ([{"names": ["APP1"], "excluded": True}, "no box"], LeftOut(rest="its box APP1")),
    ],
)
def test_a_hash_of_boxes_is_judged_by_the_boxes_it_excludes(
    boxes: list[object], told: LeftOut, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leftout, "raw_manifest", lambda path: b"")
    monkeypatch.setattr(leftout, "assertion_bodies", lambda *_: [("c2pa.hash.boxes", {"boxes": boxes})])
    path = tmp_path / "still.png"
    cv2.imwrite(str(path), np.zeros((8, 8, 3), np.uint8))
    assert left_out(path, "urn:c2pa:1") == told


@given(st.lists(st.tuples(st.integers(-50, 400), st.integers(-50, 400)), max_size=12))
def test_bytes_left_out_are_counted_once_whatever_ranges_overlap(ranges: list[tuple[int, int]]) -> None:
    parts = (Part("picture", 0, 100), Part("manifest", 100, 200), Part("metadata", 200, 300))
    said = {"exclusions": [{"start": start, "length": length} for start, length in ranges]}
    skipped = {at for start, length in ranges for at in range(max(start, 0), start + length)}
    assert leftout._skipped(said, parts) == (
        len(skipped & set(range(100))),
        len(skipped & set(range(200, 300))),
    )
