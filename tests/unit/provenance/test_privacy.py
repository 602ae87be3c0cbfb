"""Names and addresses of machines stay here; names and versions of models that look like them do not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from circletake.model.policy import PromptPolicy
from circletake.provenance.keys import FileSigner
from circletake.provenance.manifest import plan_take
from circletake.provenance.privacy import WITHHELD, private_in, public
from circletake.provenance.signing import sign
from tests.factories import NOW, OBSERVED, claim, slate

MACHINE = "the name or address of a machine"


@pytest.mark.parametrize(
    "text",
    [
        "render.local",
        "HOST.LOCAL",
        "Desktop-4fg7k2l",
        "127.0.0.1:8188",
        "http://127.0.0.1/",
        "rendered on 10.0.0.7.",
        "LOCALHOST:8188",
        "fe80::1",
        "http://[::1]:8188/",
        "FD12:3456:789a:1:2:3:4:5",
    ],
)
def test_a_machine_is_told_by_name_or_address(text: str) -> None:
    assert private_in(text) == MACHINE
    assert public(text) == WITHHELD


@pytest.mark.parametrize(
    "text",
    ["desktop-publishing", "a local bus", "128.0.0.1", "face::off", "std::1", "at 10.0.0.1.2"],
)
def test_what_only_resembles_a_machine_is_none(text: str) -> None:
    assert private_in(text) == ""


def test_models_and_versions_are_named_whatever_they_look_like(
    clip: Callable[..., Path], signer: FileSigner, tmp_path: Path
) -> None:
    source = clip("a.mp4")
    known = {each.field: each for each in OBSERVED}
    named = [
        known["generator"],
        known["source_type"],
        *(claim(field, value) for field, value in (("model", "flux.local"), ("model_version", "10.2.0.1"))),
    ]
    planned = plan_take(slate(source, named), source, policy=PromptPolicy.OMIT, when=NOW)
    assert WITHHELD not in str(planned.definition) + str(planned.ingredients)
    done = sign(planned, source, tmp_path / "out.mp4", signer)
    for name in (b"flux.local", b"10.2.0.1"):
        assert name in done.path.read_bytes()
    mail = [claim("model", "ana@lumen.example"), *named[:2]]
    assert "lumen" not in str(plan_take(slate(source, mail), source, policy=PromptPolicy.OMIT, when=NOW))
