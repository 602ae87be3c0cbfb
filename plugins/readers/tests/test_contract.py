"""Every reader is pure, quiet about what it does not know, and unmoved by hostile files."""

from __future__ import annotations

import json
from typing import Any

from circletake import ActionSaid, Check, Credentials, ManifestSaid, Signer, SourceFile
from circletake.testing import ReaderContract, source_file

RECIPE = {"prompt": "night bus", "seed": 7}
TRAINED = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
SORA = ManifestSaid(
    "urn:1",
    "Sora",
    "x",
    Signer("OpenAI", "Truepic", "es256", "1", "9A:41"),
    (ActionSaid("c2pa.created", TRAINED, "Sora"),),
    (),
)
GRAPH = {
    "1": {"class_type": "CLIPTextEncode", "inputs": {"text": "night bus"}},
    "2": {"class_type": "KSampler", "inputs": {"seed": 7, "positive": ["1", 0]}},
}


def sidecar(suffix: str, said: object) -> SourceFile:
    return source_file("clip.mp4", sidecars={f"clip.mp4{suffix}": json.dumps(said).encode()})


SAMPLES = {
    "credentials": source_file(
        credentials=Credentials(
            True, "embedded", "Valid", integrity=Check.PASSED, signature=Check.PASSED, manifests=(SORA,)
        )
    ),
    "comfyui": source_file(tags={"prompt": json.dumps(GRAPH)}),
    "sidecar": sidecar(".circletake.json", {"schema": "circletake.sidecar/1", "recipe": RECIPE}),
    "take_json": sidecar(".take.json", {"recipe": RECIPE}),
    "plain_json": sidecar(".json", RECIPE),
    "sora_names": source_file("20260504_1200_Night Bus_simple_compose_01jt8w5v9kf7tb5e4rqk5m2x3a.mp4"),
    "runway_names": source_file("Gen-3 Alpha Turbo 1234567, night bus, M 5.mp4"),
}


class TestContract(ReaderContract):
    module = "circletake_readers"

    def sample(self, item: Any) -> SourceFile:
        return SAMPLES[item.about.name]
