from __future__ import annotations

from pathlib import Path

import pytest

from circletake.errors import KeyProblem, NotFound
from circletake.model.manifest import Check
from circletake.provenance.keys import KeyRing
from circletake.provenance.reading import read_credentials
from circletake.provenance.trust import TrustList, TrustStore, fingerprints
from tests.unit.provenance.conftest import Make


def other_list(folder: Path) -> TrustList:
    ring = KeyRing(folder)
    ring.init("Somebody Else")
    return TrustList("others", "2026-01-01", ring.anchor().pem)


def test_a_list_is_kept_with_its_name_and_date_until_it_is_removed(tmp_path: Path, ring: KeyRing) -> None:
    store = TrustStore(tmp_path)
    store.add("friends", ring.folder / "authority.pem", "2026-08-05")
    assert [each.label for each in TrustStore(tmp_path).lists()] == ["friends 2026-08-05"]
    assert list(fingerprints(store.lists()[0])) == [ring.show().ca_sha256]
    store.remove("friends")
    assert store.lists() == []


def test_adding_a_list_again_replaces_it(tmp_path: Path, ring: KeyRing) -> None:
    store = TrustStore(tmp_path)
    for date in ("2026-01-01", "2026-08-05"):
        store.add("friends", ring.folder / "authority.pem", date)
    assert [each.date for each in store.lists()] == ["2026-08-05"]


@pytest.mark.parametrize(
    ("file", "reason"),
    [
        ("signing.key", "private key"),
        ("leaf.pem", "authority above"),
        ("nothing.pem", "holds no certificate"),
        ("missing.pem", "cannot be read"),
    ],
)
def test_only_certificates_of_authorities_are_taken(
    file: str, reason: str, tmp_path: Path, ring: KeyRing
) -> None:
    chain = (ring.folder / "signing.pem").read_text()
    (tmp_path / "leaf.pem").write_text(chain[: chain.index("-----BEGIN", 10)])
    (tmp_path / "nothing.pem").write_text("hello")
    path = ring.folder / file if file == "signing.key" else tmp_path / file
    with pytest.raises(KeyProblem, match=reason):
        TrustStore(tmp_path).add("friends", path, "2026-08-05")
    assert TrustStore(tmp_path).lists() == []


@pytest.mark.parametrize(
    ("name", "date"), [("", "2026-08-05"), ("a\x1b[2J", "2026-08-05"), ("a", "tomorrow")]
)
def test_a_list_needs_a_plain_name_and_a_date(name: str, date: str, tmp_path: Path, ring: KeyRing) -> None:
    with pytest.raises(KeyProblem):
        TrustStore(tmp_path).add(name, ring.folder / "authority.pem", date)


def test_removing_an_unknown_list_says_so(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        TrustStore(tmp_path).remove("nobody")


def test_a_damaged_file_of_lists_trusts_nobody(tmp_path: Path) -> None:
    (tmp_path / "trust.json").write_text("[{")
    with pytest.raises(KeyProblem, match="cannot be read"):
        TrustStore(tmp_path).lists()


def test_the_verdict_names_the_list_that_knows_the_signer(
    signed: Make, own: list[TrustList], tmp_path: Path
) -> None:
    said = read_credentials(signed().path, [other_list(tmp_path / "other"), *own])
    assert (said.trust, said.trust_list) == (Check.PASSED, own[0].label)


def test_a_signer_on_no_list_is_unknown_and_not_altered(signed: Make, tmp_path: Path) -> None:
    said = read_credentials(signed().path, [other_list(tmp_path / "other")])
    assert (said.integrity, said.signature, said.trust) == (Check.PASSED, Check.PASSED, Check.FAILED)
    assert said.problems == ("signingCredential.untrusted",)


def test_without_lists_trust_is_not_checked(signed: Make) -> None:
    assert read_credentials(signed().path).trust is Check.NOT_CHECKED
