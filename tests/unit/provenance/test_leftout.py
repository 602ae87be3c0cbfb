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

from circletake.model.manifest import Check
from circletake.provenance import leftout
from circletake.provenance.container import MIMES
from circletake.provenance.keys import FileSigner
from circletake.provenance.leftout import LeftOut, left_out
from circletake.provenance.manifest import plan_record
from circletake.provenance.parts import Part, parts_of
from circletake.provenance.reading import read_credentials
from circletake.provenance.session import context
from tests.cases import credentials
from tests.factories import NOW
from tests.releases import half_signed_still

MANIFEST = credentials().manifests[0]


def skipped(path: Path) -> LeftOut:
    active = read_credentials(path).active
    assert active
    return left_out(path, active)


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


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".gif", ".avi", ".mp4"])
def test_a_file_signed_as_usual_leaves_out_its_manifest_alone(
    tmp_path: Path, signer: FileSigner, suffix: str
) -> None:
    source, path = tmp_path / f"bare{suffix}", tmp_path / f"signed{suffix}"
    bare(source)
    large = {"label": "org.example.large", "data": {"text": "x" * 150_000}}  # three segments of a JPEG
    definition = {**plan_record("still", NOW).definition, "format": MIMES[suffix]}
    definition["assertions"] = [*definition.get("assertions", []), large]
    native = c2pa.Signer.from_callback(signer.sign, c2pa.C2paSigningAlg.ES256, signer.chain_pem)
    out = io.BytesIO()
    with c2pa.Builder(definition, context=context()) as builder, source.open("rb") as file:
        builder.sign(native, MIMES[suffix], file, out)
    path.write_bytes(out.getvalue())
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
    assert left_out(path, MANIFEST) == told


@given(st.lists(st.tuples(st.integers(-50, 400), st.integers(-50, 400)), max_size=12))
def test_bytes_left_out_are_counted_once_whatever_ranges_overlap(ranges: list[tuple[int, int]]) -> None:
    parts = (Part("picture", 0, 100), Part("manifest", 100, 200), Part("metadata", 200, 300))
    said = {"exclusions": [{"start": start, "length": length} for start, length in ranges]}
    skipped = {at for start, length in ranges for at in range(max(start, 0), start + length)}
    assert leftout._skipped(said, parts) == (
        len(skipped & set(range(100))),
        len(skipped & set(range(200, 300))),
    )
