"""A tiny signed release to audit, made once a session: three takes, a cut of them, and the record.

Made from values and files alone, as a stranger receives it; no library stands behind it.
"""

from __future__ import annotations

import ctypes
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import c2pa
import cbor2
from c2pa.c2pa import _lib as native_library
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from circletake.media.probe import probe
from circletake.model.belonging import Belonging
from circletake.model.cut import Cut, CutEvent, Song
from circletake.model.event import Standing
from circletake.model.export import Chosen, Release, ReleasedFile, SoundUse, Use
from circletake.model.policy import PromptPolicy
from circletake.model.recipe import Evidence, Recipe, RecipeClaim
from circletake.model.slate import Slate
from circletake.model.take import Declaration, Origin, Take
from circletake.protocols import OpenSigner
from circletake.provenance.keys import KeyRing
from circletake.provenance.layout import layout_of
from circletake.provenance.manifest import plan_cut, plan_record, plan_take
from circletake.provenance.pieces import for_release
from circletake.provenance.session import context
from circletake.provenance.signing import Signed, seal, sign
from tests.factories import NOW, tiny_clip
from tests.faults.boxes import Box, hashed, joined, parsed, superbox

WHEN = datetime.now(UTC).replace(microsecond=0)
"""Manifests are dated when they are signed; a certificate made today is not valid before."""


def recipe(prompt: str = "night bus, rain", model: str = "gen4.5", **more: str) -> Recipe:
    """A recipe that circletake itself observed."""
    said = {
        "generator": "runway",
        "model": model,
        "prompt": prompt,
        "seed": "7",
        "source_type": "trainedAlgorithmicMedia",
        **more,
    }
    return Recipe.of(
        RecipeClaim(field, value, Evidence.OBSERVED, "job 1", "runway", NOW)
        for field, value in said.items()
        if value
    )


def slate(path: Path, shot: str, number: int, made: Recipe) -> Slate:
    """The slate of a generated take whose file is ``path``."""
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    facts = probe(path).facts
    take = Take(
        digest[:32], digest, path.stat().st_size, shot, number, path.name, Origin.GENERATED, facts, NOW
    )
    return Slate(take, made, Standing(), path=str(path))


@dataclass(frozen=True, slots=True)
class Made:
    """A release folder and what it was made with."""

    folder: Path
    slates: tuple[Slate, ...]
    keys: KeyRing


def make_release(
    root: Path,
    keys: KeyRing,
    recipes: Sequence[Recipe] = (),
    *,
    policy: PromptPolicy = PromptPolicy.FULL,
    song: Path | None = None,
    audio: bool = False,
    id: str = "",
) -> Made:
    """Sign takes and a cut of them with ``keys``, write and seal the record.

    Args:
        root: gets ``takes/`` with the unsigned takes and ``release/``.
        recipes: one for each take; three with observed prompts without.
        audio: takes with sound, so that picture and sound lie in turns in their files.
        id: named by every video, as ``circletake release`` has it; without one, as older releases are.
    """
    recipes = recipes or (recipe(), recipe("a red kite", "gen4.5"), recipe("wet asphalt", "wan 2.2"))
    folder = root / "release"
    (folder / "clips").mkdir(parents=True)
    signer = keys.signer()
    slates = []
    for number, made in enumerate(recipes, 1):
        path = tiny_clip(root / "takes" / f"{number}.mp4", seed=number, audio=audio)
        slates.append(slate(path, f"SH{number:02d}0", number, made))
    signed: dict[str, Signed] = {}
    places = [Belonging(id, number, len(slates) + 1) if id else None for number in range(1, len(slates) + 2)]
    for each, place in zip(slates, places, strict=False):
        plan = for_release(plan_take(each, Path(each.path), policy=policy, when=WHEN), place)
        signed[each.take.id] = sign(
            plan, Path(each.path), folder / "clips" / f"{each.take.slate}.mp4", signer, "video/mp4"
        )
    cut = Cut(
        "night bus",
        Fraction(12),
        64,
        48,
        tuple(CutEvent(s.take.id, Fraction(0), Fraction(1)) for s in slates),
        None if song is None else _declared(song),
    )
    rendered = tiny_clip(root / "takes" / "cut.mp4", seconds=len(slates), seed=99)
    by_id = {s.take.id: s for s in slates}
    paths = {take: made.path for take, made in signed.items()}
    plan = for_release(plan_cut(cut, by_id, paths, policy=policy, when=WHEN), places[-1])
    signed["cut"] = sign(plan, rendered, folder / "night_bus.mp4", signer, "video/mp4")
    write_record(folder, cut, by_id, signed, signer, policy, id)
    return Made(folder, tuple(slates), keys)


def write_record(
    folder: Path,
    cut: Cut,
    slates: Mapping[str, Slate],
    signed: Mapping[str, Signed],
    signer: OpenSigner,
    policy: PromptPolicy,
    id: str = "",
) -> None:
    """Write ``release.json``, its seal and ``SHA256SUMS``."""
    files = [
        ReleasedFile(
            path=made.path.relative_to(folder).as_posix(),
            kind="cut" if key == "cut" else "take",
            sha256=made.sha256,
            size=made.size,
            mime="video/mp4",
            seconds=str(len(slates)) if key == "cut" else "1",
            certificate=made.certificate,
            uses=tuple(
                _use(slates[p.event.take_id], p.record_in if key == "cut" else Fraction(0), policy)
                for p in cut.placed
                if key in ("cut", p.event.take_id)
            ),
            picture_sha256=probe(made.path).facts.picture_sha256,
            layout_sha256=layout.sha256 if (layout := layout_of(made.path)) else "",
        )
        for key, made in signed.items()
    ]
    song = cut.song
    release = Release(
        name="Night Bus v3",
        created=WHEN.isoformat(),
        generator="circletake 0.1.0",
        prompt_policy=policy.value,
        signer="Lumen Films",
        certificate=next(iter(signed.values())).certificate,
        files=tuple(files),
        chosen=Chosen(698, len(slates), ("Ana Ruiz", "Bo"), 0),
        sound=None if song is None else SoundUse(song.name, song.sha256, song.origin.value, song.declared_by),
        id=id,
    )
    record = folder / "release.json"
    record.write_text(json.dumps(release.to_json(), indent=1), "utf-8")
    seal(record, signer, when=WHEN)
    write_sums(folder)


def _declared(song: Path) -> Song:
    digest = hashlib.sha256(song.read_bytes()).hexdigest()
    return Song(str(song), digest, song.name, Declaration.HUMAN, "Ana")


def write_sums(folder: Path) -> None:
    """``SHA256SUMS`` over everything in the folder but itself."""
    rows = [
        f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.relative_to(folder).as_posix()}"
        for file in sorted(folder.rglob("*"))
        if file.is_file() and file.name != "SHA256SUMS"
    ]
    (folder / "SHA256SUMS").write_text("\n".join(rows) + "\n", "utf-8")


def _use(each: Slate, start: Fraction, policy: PromptPolicy) -> Use:
    made = each.recipe
    return Use(
        record_in=str(start),
        record_out=str(start + 1),
        source_in="0",
        source_out="1",
        take=each.take.label,
        take_sha256=each.take.sha256,
        model=f"{made['generator']} {made['model']}".strip(),
        model_evidence="observed",
        prompt=made["prompt"] if policy is PromptPolicy.FULL else "",
        prompt_evidence="observed" if made["prompt"] else "",
        seed=made["seed"],
        source_type=made["source_type"],
        origin="generated",
    )


def half_signed_still(
    path: Path, signer: OpenSigner, left_out: int = 1000, assertions: Sequence[Mapping[str, Any]] = ()
) -> int:
    """A JPEG whose signature holds and leaves out some bytes of its picture, as whoever signs can have it.

    Args:
        assertions: more of what is signed.

    Returns:
        where in the file the first of these bytes is.
    """
    import cv2
    import numpy as np

    picture = np.random.default_rng(1).integers(0, 255, (64, 64, 3), dtype=np.uint8)
    data = cv2.imencode(".jpg", picture)[1].tobytes()
    head = 20  # behind the first two segments, where a manifest is expected
    definition = dict(plan_record("still", WHEN).definition) | {"format": "image/jpeg"}
    definition["assertions"] = [*definition["assertions"], *assertions]
    builder = c2pa.Builder(definition, context=context())
    native = c2pa.Signer.from_callback(signer.sign, c2pa.C2paSigningAlg.ES256, signer.chain_pem)
    size = len(_native("c2pa_builder_data_hashed_placeholder", builder, native.reserve_size(), b"image/jpeg"))
    gap = len(data) // 2
    rows = [{"start": head, "length": size}, {"start": size + gap, "length": left_out}]
    hashed = hashlib.sha256(data[:gap] + data[gap + left_out :]).digest()
    said = {"exclusions": rows, "name": "jumbf manifest", "alg": "sha256", "hash": [*hashed], "pad": []}
    store = _native(
        "c2pa_builder_sign_data_hashed_embeddable",
        builder,
        native,
        json.dumps(said).encode(),
        b"image/jpeg",
        None,
    )
    path.write_bytes(data[:head] + store + data[head:])
    return size + gap


def half_signed_clip(path: Path, signer: OpenSigner, *left_out: str) -> None:
    """Sign a signed MP4 anew, so that its signature holds and leaves out these boxes too.

    Args:
        left_out: top-level boxes, or the tables of a track by their whole path.
    """
    data = path.read_bytes()
    tree = parsed(data)
    hashes, claim, signature = (
        superbox(tree, label) for label in ("c2pa.hash.bmff.v3", "c2pa.claim.v2", "c2pa.signature")
    )
    before = _digest(hashes)
    said = cbor2.loads(hashes.children[1].data)
    size = len(hashes.children[1].data)
    rows = [row for row in said["exclusions"] if row["xpath"] not in ("/mfra", "/skip")]  # it has neither
    covered = [(at, box) for at, box in hashed(data) if f"/{box[4:8].decode()}" not in left_out]
    said["exclusions"] = [*rows, *({"xpath": box} for box in left_out)]
    tables = [box.rsplit("/", 1)[-1].encode() for box in left_out if box.startswith("/moov/")]
    parts = (at.to_bytes(8) + _without(box, tables) for at, box in covered)
    said["hash"] = hashlib.sha256(b"".join(parts)).digest()
    named = (cbor2.dumps({**said, "name": "n" * length}) for length in range(size))
    hashes.children[1].data = next(each for each in named if len(each) == size)
    claim.children[1].data = claim.children[1].data.replace(before, _digest(hashes))
    protected, _, _, old = cbor2.loads(signature.children[1].data).value
    signed = signer.sign(cbor2.dumps(["Signature1", protected, b"", claim.children[1].data]))
    if len(signed) != len(old):
        signed = b"".join(number.to_bytes(32) for number in decode_dss_signature(signed))
    signature.children[1].data = signature.children[1].data.replace(old, signed)
    assert len(joined(tree)) == len(data)
    path.write_bytes(joined(tree))


def _without(box: bytes, kinds: Iterable[bytes]) -> bytes:
    """A ``moov`` without its tables of these kinds."""
    for kind in kinds if box[4:8] == b"moov" else ():
        while (at := box.find(kind) - 4) >= 0:
            box = box[:at] + box[at + int.from_bytes(box[at : at + 4]) :]
    return box


def _digest(box: Box) -> bytes:
    return hashlib.sha256(b"".join(bytes(child) for child in box.children)).digest()


def _native(name: str, *arguments: Any) -> bytes:
    """Ask the C2PA library itself for what its Python side does not offer."""
    call = getattr(native_library, name)
    call.restype = ctypes.c_int64
    out = ctypes.POINTER(ctypes.c_ubyte)()
    passed = [a._handle if hasattr(a, "_handle") else a for a in arguments]
    passed = [ctypes.c_size_t(a) if isinstance(a, int) else a for a in passed]
    size = call(*passed, ctypes.byref(out))
    assert size > 0, name
    return ctypes.string_at(out, size)


def rewrite(release: Path, **over: object) -> None:
    """Change fields of ``release.json`` where it lies, leaving its seal as it was."""
    record = json.loads(release.read_text("utf-8"))
    release.write_text(json.dumps({**record, **over}), "utf-8")


def unsigned_copy(source: Path, destination: Path, *, encode: bool = False) -> Path:
    """The picture of ``source`` without credentials: packets copied, or encoded again."""
    import av

    with av.open(str(source)) as old, av.open(str(destination), "w") as new:
        stream = old.streams.video[0]
        if not encode:
            copy = new.add_stream_from_template(stream)
            for packet in old.demux(stream):
                if packet.dts is not None:
                    packet.stream = copy
                    new.mux(packet)
            return destination
        again = new.add_stream("libx264", rate=stream.average_rate)
        again.width, again.height, again.pix_fmt = stream.width, stream.height, "yuv420p"
        again.options = {"crf": "35", "preset": "ultrafast"}
        for index, frame in enumerate(old.decode(stream)):
            frame.pts, frame.time_base = index, 1 / Fraction(stream.average_rate or 1)
            new.mux(again.encode(frame))
        new.mux(again.encode(None))
    return destination


def resealed(made: Made, release: Release, signer: OpenSigner) -> None:
    """Replace the record by ``release`` and seal it with ``signer``."""
    record = made.folder / "release.json"
    record.write_text(json.dumps(replace(release).to_json()), "utf-8")
    seal(record, signer, when=WHEN)
