from __future__ import annotations

import stat
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from circletake.errors import KeyProblem
from circletake.model.manifest import SELF_MADE, Signer
from circletake.model.policy import PromptPolicy
from circletake.provenance import certificates
from circletake.provenance.certificates import ALGORITHMS, Algorithm, issue, named_algorithm
from circletake.provenance.keys import KeyRing
from circletake.provenance.manifest import plan_take
from circletake.provenance.reading import read_credentials
from circletake.provenance.signing import sign
from circletake.provenance.trust import members
from tests.factories import NOW, OBSERVED, slate


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_every_algorithm_signs_clips_that_read_trusted(
    algorithm: Algorithm, clip: Callable[..., Path], tmp_path: Path
) -> None:
    ring = KeyRing(tmp_path / "home")
    info = ring.init("Lumen Films", algorithm=algorithm)
    source = clip()
    plan = plan_take(slate(source, OBSERVED), source, policy=PromptPolicy.FULL, when=NOW)

    made = sign(plan, source, tmp_path / "out.mp4", ring.signer())

    said = read_credentials(made.path, [ring.anchor()])
    assert said.state == "Trusted"
    assert said.active is not None and said.active.signer is not None
    assert said.active.signer.algorithm == algorithm
    assert said.active.signer.sha256 == info.certificate_sha256 == made.certificate


def test_key_files_are_readable_by_their_owner_alone(tmp_path: Path) -> None:
    info = KeyRing(tmp_path).init("Lumen Films")
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in info.folder.iterdir()}
    assert modes == {"signing.key": 0o600, "signing.pem": 0o600, "authority.pem": 0o600}
    assert stat.S_IMODE(info.folder.stat().st_mode) == 0o700


def test_keys_never_lie_inside_a_library(tmp_path: Path) -> None:
    inside = KeyRing(tmp_path / "library" / "settings", never_inside=tmp_path / "library")
    with pytest.raises(KeyProblem, match="inside a library"):
        inside.init("Lumen Films")
    assert not (tmp_path / "library").exists()


def test_keys_moved_into_a_library_do_not_sign(tmp_path: Path) -> None:
    KeyRing(tmp_path / "library").init("Lumen Films")
    with pytest.raises(KeyProblem, match="inside a library"):
        KeyRing(tmp_path / "library", never_inside=tmp_path).signer()


def test_a_key_that_others_can_read_does_not_sign(tmp_path: Path) -> None:
    ring = KeyRing(tmp_path)
    key = ring.init("Lumen Films").folder / "signing.key"
    key.chmod(0o640)
    with pytest.raises(KeyProblem, match="chmod 600"):
        ring.signer()


def test_a_link_in_place_of_the_key_does_not_sign(tmp_path: Path) -> None:
    ring = KeyRing(tmp_path)
    key = ring.init("Lumen Films").folder / "signing.key"
    key.rename(tmp_path / "elsewhere")
    key.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(KeyProblem, match="is a link"):
        ring.signer()


def test_the_key_of_another_certificate_does_not_sign(tmp_path: Path) -> None:
    one, other = KeyRing(tmp_path / "one"), KeyRing(tmp_path / "other")
    one.init("Lumen Films")
    other.init("Lumen Films")
    (other.folder / "signing.key").replace(one.folder / "signing.key")
    with pytest.raises(KeyProblem, match="another certificate"):
        one.signer()


def test_an_expired_certificate_does_not_sign(tmp_path: Path) -> None:
    ring = KeyRing(tmp_path)
    folder = ring.init("Lumen Films").folder
    key, chain, authority = issue("Lumen Films", "", "es256", timedelta(minutes=30))
    for name, data in {"signing.key": key, "signing.pem": chain, "authority.pem": authority}.items():
        (folder / name).write_bytes(data)
    with pytest.raises(KeyProblem, match="valid from"):
        ring.signer()


def test_existing_keys_are_never_written_over(tmp_path: Path) -> None:
    ring = KeyRing(tmp_path)
    before = ring.init("Lumen Films")
    with pytest.raises(KeyProblem, match="there are keys already"):
        ring.init("Somebody Else")
    assert ring.show() == before


@pytest.mark.parametrize("organisation", ["", "\x1b\x00", "x" * 65])
def test_a_signer_needs_a_name_that_people_can_read(organisation: str, tmp_path: Path) -> None:
    with pytest.raises(KeyProblem, match="organisation"):
        KeyRing(tmp_path).init(organisation)


def test_without_keys_the_next_step_is_named(tmp_path: Path) -> None:
    ring = KeyRing(tmp_path)
    assert not ring.exists
    with pytest.raises(KeyProblem, match="circletake keys init"):
        ring.signer()


def test_a_closed_signer_signs_no_more(tmp_path: Path) -> None:
    ring = KeyRing(tmp_path)
    ring.init("Lumen Films")
    signer = ring.signer()
    signer.close()
    with pytest.raises(KeyProblem, match="closed"):
        signer.sign(b"data")


def test_an_unknown_algorithm_is_answered_with_those_there_are() -> None:
    with pytest.raises(KeyProblem, match="es256, es384, ps256, ed25519"):
        named_algorithm("rsa")


@pytest.mark.parametrize("named", [SELF_MADE, "circletake development authority"])
def test_a_key_of_ones_own_says_that_nobody_vouches_for_it_whenever_it_was_made(
    named: str, clip: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(certificates, "SELF_MADE", named)
    ring = KeyRing(tmp_path / "home")
    assert ring.init("Lumen Films").development
    source = clip()
    plan = plan_take(slate(source, OBSERVED), source, policy=PromptPolicy.FULL, when=NOW)
    sign(plan, source, tmp_path / "out.mp4", ring.signer())
    said = read_credentials(tmp_path / "out.mp4", [ring.anchor()])
    assert said.state == "Trusted"
    assert said.active is not None and said.active.signer is not None
    assert said.active.signer.self_made
    (authority,) = members(ring.anchor())
    assert "self-made by its owner (nobody vouches for it)" in authority.subject
    assert "circletake" not in authority.subject


def test_a_certificate_of_somebody_elses_authority_is_not_called_self_made() -> None:
    assert not Signer("Lumen Films", "C2PA Test Intermediate", "es256", "1", "AA:BB").self_made
