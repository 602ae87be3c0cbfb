"""``circletake regrade``: an export in other colours, signed with the export as its parent."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from circletake.provenance.reading import read_credentials
from circletake.workflows.library import find_library
from tests.cli.conftest import Cli
from tests.factories import claim
from tests.rubric import Rubric

Clip = Callable[..., Path]
pytestmark = pytest.mark.usefixtures("no_workers")


@pytest.fixture
def export(cli: Cli, clip: Clip) -> Path:
    """A signed cut of two takes with prompts."""
    for number in (1, 2):
        clip(f"in/{number}.mp4", seconds=1, seed=number)
    cli("keys", "init", "-o", "Lumen Films")
    cli("import", "../in", "--shot", "SH010", "--by", "Ana")
    with find_library() as library:
        for slate in library.registry.takes.slates():
            made = [claim("model", "wan 2.2"), claim("prompt", "night bus")]
            library.registry.takes.add_claims(slate.take.id, made)
    cli("cut", "new", "main", "--size", "64x48", "--rate", 12)
    cli("cut", "add", "main", "SH010/1", "SH010/2")
    assert cli("export", "--cut", "main", "--to", "../out")[0] == 0
    return Path("../out/main.mp4")


def test_a_regrade_keeps_what_its_export_was_made_of(
    cli: Cli, export: Path, clip: Clip, shared: Path
) -> None:
    graded = clip("graded.mp4", seconds=2, seed=9, rate=12)
    status, out, err = cli("regrade", graded, "--of", export, "--to", "../g.mp4", "--by", "Ana")
    assert status == 0, err
    assert out.splitlines() == ["../g.mp4  signed, re-read", "parent   ../out/main.mp4; colour"]
    active = read_credentials(Path("../g.mp4")).active
    assert active and [action.name for action in active.actions] == ["c2pa.opened", "c2pa.adjustedColor"]
    rubric = Rubric(shared / "specs" / "c2pa" / "asset-rubric-conformance0.2-spec2.4.yml")
    assert rubric.failures(Path("../g.mp4")) == []
    assert active.assertions["c2pa.ai-disclosure"]["modelName"] == "wan 2.2"
    assert active.assertions["cawg.metadata"]["Iptc4xmpExt:AISystemUsed"] == "wan 2.2"
    printed = active.assertions["org.circletake.fingerprint"]
    assert [frame["at"] for frame in printed["frames"]] == ["0.000", "0.500", "1.000", "1.500"]
    assert printed["of"] == "film"
    (told,) = json.loads(cli("audit", "../g.mp4", "--json")[1])["audits"]
    (file,) = told["files"]
    assert file["verdict"] == "intact"
    assert [(row["take"], row["prompt"]) for row in file["made_of"]] == [
        ("SH010/1", "night bus"),
        ("SH010/2", "night bus"),
    ]
    assert all(row["says"].endswith("; said to be in another grade since") for row in file["made_of"])


@pytest.mark.parametrize(
    ("seconds", "of", "why"),
    [
        (1.5, "../out/main.mp4", "lasts 1.50 s and the export 2.00 s"),
        (2, "../in/1.mp4", "carries no credentials"),
        (2, "../out/none.mp4", "no such file"),
    ],
)
def test_what_is_no_regrade_is_refused(
    cli: Cli, export: Path, clip: Clip, seconds: float, of: str, why: str
) -> None:
    graded = clip("graded.mp4", seconds=seconds, seed=9, rate=12)
    status, _, err = cli("regrade", graded, "--of", of, "--to", "../g.mp4", "--by", "Ana")
    assert status == 2 and why in err.lower()
    assert not Path("../g.mp4").exists()


def test_an_altered_export_is_no_parent(cli: Cli, export: Path, clip: Clip) -> None:
    data = bytearray(export.read_bytes())
    data[data.index(b"mdat") + 40] ^= 1
    export.write_bytes(data)
    graded = clip("graded.mp4", seconds=2, seed=9, rate=12)
    status, _, err = cli("regrade", graded, "--of", export, "--to", "../g.mp4", "--by", "Ana")
    assert status == 2 and "is not what was signed" in err
