"""Certificates from an authority: asked for, taken in once proven, and never half."""

from __future__ import annotations

import re
import stat
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from circletake.errors import KeyProblem
from circletake.provenance import renewal
from circletake.provenance.certificates import ALGORITHMS, CLAIM_SIGNING, Algorithm, ending, new_key
from circletake.provenance.keyfiles import chain_pem, key_pem
from circletake.provenance.keys import KeyRing
from circletake.provenance.reading import read_credentials
from circletake.provenance.renewal import ask, take_in
from circletake.provenance.signing import seal
from circletake.provenance.trust import TrustList
from tests.factories import NOW

DAY = timedelta(days=1)


def name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, common)])


USAGES = """digital_signature content_commitment key_encipherment data_encipherment key_agreement
key_cert_sign crl_sign encipher_only decipher_only"""


def usage(**on: bool) -> x509.KeyUsage:
    return x509.KeyUsage(**{each: on.get(each, False) for each in USAGES.split()})


PURPOSES = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION])


@dataclass
class Authority:
    """A root and an authority below it, which answers requests with whatever a test wants."""

    root_key: Any = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    key: Any = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def __post_init__(self) -> None:
        self.root = self.issue("Trust Root", self.root_key.public_key(), ca=True, by="root")
        self.certificate = self.issue("Trust Authority", self.key.public_key(), ca=True, by="root")

    def issue(
        self,
        subject: str,
        public: Any,
        *,
        ca: bool = False,
        by: str = "authority",
        days: tuple[float, float] = (-1, 300),
        key_usage: x509.KeyUsage | None = None,
        critical: bool = True,
        purposes: x509.ExtendedKeyUsage | None = PURPOSES,
        aki: bool = True,
    ) -> x509.Certificate:
        issuer, key = ("Trust Root", self.root_key) if by == "root" else ("Trust Authority", self.key)
        now = datetime.now(UTC)
        made = (
            x509.CertificateBuilder()
            .subject_name(name(subject))
            .issuer_name(name(issuer))
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now + days[0] * DAY)
            .not_valid_after(now + days[1] * DAY)
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        )
        if ca:
            key_usage, purposes = usage(key_cert_sign=True, crl_sign=True), None
        if key_usage != usage():
            made = made.add_extension(key_usage or usage(digital_signature=True), critical=critical)
        if purposes:
            made = made.add_extension(purposes, critical=False)
        if aki:
            identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key())
            made = made.add_extension(identifier, critical=False)
        return made.sign(key, hashes.SHA256())

    def chain(self, public: Any, **how: Any) -> list[x509.Certificate]:
        return [self.issue("Lumen Films", public, **how), self.certificate, self.root]


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


Files = Callable[..., tuple[Path, Path]]


@pytest.fixture
def files(tmp_path: Path) -> Files:
    """``files(key, chain)``: both as PEM files, as an authority or a colleague would send them."""

    def write(key: Any, chain: Sequence[x509.Certificate]) -> tuple[Path, Path]:
        (tmp_path / "key.pem").write_bytes(key if isinstance(key, bytes) else key_pem(key))
        (tmp_path / "chain.pem").write_bytes(chain_pem(chain))
        return tmp_path / "key.pem", tmp_path / "chain.pem"

    return write


def signs_as(ring: KeyRing, folder: Path) -> str:
    """The fingerprint of the certificate that a record signed with these keys reads back."""
    record = folder / "record.json"
    record.write_text("{}")
    seal(record, ring.signer(), when=NOW)
    said = read_credentials(record, [ring.anchor()])
    assert said.state == "Trusted" and said.active is not None and said.active.signer is not None
    return said.active.signer.sha256


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_request_is_answered_and_the_answer_signs(
    algorithm: Algorithm, authority: Authority, tmp_path: Path
) -> None:
    ring = KeyRing(tmp_path / "home")
    pem, key = ask(ring, "Lumen Films", "de", algorithm)
    request = x509.load_pem_x509_csr(pem)
    assert request.is_signature_valid
    assert request.subject.rfc4514_string() == "CN=Lumen Films,O=Lumen Films,C=DE"
    purposes = request.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert CLAIM_SIGNING in {each.dotted_string for each in purposes}
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert not ring.exists

    chain = tmp_path / "chain.pem"
    chain.write_bytes(chain_pem(authority.chain(request.public_key())))
    info = take_in(ring, key, chain)

    assert (info.organisation, info.algorithm, info.development) == ("Lumen Films", algorithm, False)
    assert signs_as(ring, tmp_path) == info.certificate_sha256
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in ring.folder.iterdir()}
    assert modes == {"signing.key": 0o600, "signing.pem": 0o600, "authority.pem": 0o600}
    assert [each.name for each in (tmp_path / "home").iterdir()] == ["keys"]


def test_asking_twice_asks_for_the_same_key(tmp_path: Path) -> None:
    ring = KeyRing(tmp_path)
    first, second = (x509.load_pem_x509_csr(ask(ring, "Lumen Films")[0]).public_key() for _ in range(2))
    assert first == second


def test_the_key_that_signs_can_be_asked_for_and_keeps_signing(tmp_path: Path) -> None:
    ring = KeyRing(tmp_path)
    before = ring.init("Lumen Films")
    pem, key = ask(ring)
    assert key == ring.folder / "signing.key"
    assert x509.load_pem_x509_csr(pem).subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
    fresh, waiting = ask(ring, fresh=True)
    assert waiting == ring.folder / "requested.key"
    assert x509.load_pem_x509_csr(fresh).public_key() != x509.load_pem_x509_csr(pem).public_key()
    assert ring.show() == before


def test_a_request_needs_a_name(tmp_path: Path) -> None:
    with pytest.raises(KeyProblem, match="organisation"):
        ask(KeyRing(tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_former_keys_are_kept_and_replaced_only_when_told(
    authority: Authority, files: Files, tmp_path: Path
) -> None:
    ring = KeyRing(tmp_path / "home")
    before = ring.init("Lumen Films")
    former = (ring.folder / "signing.key").read_bytes()
    _, waiting = ask(ring, fresh=True)
    key = new_key("es256")
    given = files(key, authority.chain(key.public_key()))
    with pytest.raises(KeyProblem, match="--replace"):
        take_in(ring, *given)
    assert ring.show() == before

    after = take_in(ring, *given, replace=True)

    assert after.certificate_sha256 != before.certificate_sha256
    (kept,) = (p for p in (tmp_path / "home").iterdir() if p.name != "keys")
    assert kept.name.startswith("keys.until-")
    assert (kept / "signing.key").read_bytes() == former
    assert (kept / waiting.name).is_file()


LEAVES: list[tuple[dict[str, Any], str]] = [
    ({"key_usage": usage()}, "key usage digitalSignature is missing"),
    ({"key_usage": usage(key_agreement=True)}, "key usage digitalSignature is missing"),
    ({"critical": False}, "not marked critical"),
    ({"purposes": None}, "emailProtection or c2pa-kp-claimSigning is missing"),
    ({"purposes": x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])}, "emailProtection or c2pa-kp"),
    (
        {"purposes": x509.ExtendedKeyUsage([ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE])},
        "allows anything",
    ),
    ({"aki": False}, "authority key identifier is missing"),
    ({"ca": True}, "certificate of an authority"),
    ({"days": (-20, -1)}, "it is valid from"),
    ({"days": (1, 20)}, "it is valid from"),
]


@pytest.mark.parametrize(("how", "reason"), LEAVES)
def test_what_a_certificate_lacks_is_named_and_nothing_is_imported(
    how: dict[str, Any], reason: str, authority: Authority, files: Files, tmp_path: Path
) -> None:
    key = new_key("es256")
    refused(files(key, authority.chain(key.public_key(), **how)), reason, tmp_path)


def refused(given: tuple[Path, Path], reason: str, folder: Path) -> None:
    ring = KeyRing(folder / "home")
    before = ring.init("Before")
    with pytest.raises(KeyProblem, match=reason):
        take_in(ring, *given, replace=True)
    assert ring.show() == before
    assert [p.name for p in (folder / "home").iterdir()] == ["keys"]


def test_everything_that_lacks_is_named_at_once(authority: Authority, files: Files, tmp_path: Path) -> None:
    key = new_key("es256")
    given = files(key, authority.chain(key.public_key(), purposes=None, aki=False))
    refused(given, "claimSigning is missing; the authority key identifier is missing", tmp_path)


@pytest.mark.parametrize(
    ("order", "reason"),
    [
        ((0,), "the certificates above it are missing"),
        ((0, 2, 1), "certificate 2 of the chain did not issue certificate 1"),
        ((1, 0, 2), "certificate of an authority"),
        ((0, 2), "certificate 2 of the chain did not issue certificate 1"),
    ],
)
def test_the_order_of_the_chain_counts(
    order: tuple[int, ...], reason: str, authority: Authority, files: Files, tmp_path: Path
) -> None:
    key = new_key("es256")
    chain = authority.chain(key.public_key())
    refused(files(key, [chain[index] for index in order]), reason, tmp_path)


def test_another_key_is_told(authority: Authority, files: Files, tmp_path: Path) -> None:
    chain = authority.chain(new_key("es256").public_key())
    refused(files(new_key("es256"), chain), "belongs to another key", tmp_path)


@pytest.mark.parametrize(
    ("key", "reason"),
    [
        (ec.generate_private_key(ec.SECP521R1()), "its kind of key is none of es256"),
        (rsa.generate_private_key(public_exponent=65537, key_size=1024), "RSA key has 1024 bits"),
    ],
    ids=["p521", "short"],
)
def test_keys_that_c2pa_or_we_do_not_know_are_refused(
    key: Any, reason: str, authority: Authority, files: Files, tmp_path: Path
) -> None:
    refused(files(key, authority.chain(key.public_key())), reason, tmp_path)


@pytest.mark.parametrize(
    ("broken", "data", "reason"),
    [
        (0, b"hello", "not a private key"),
        (1, b"hello", "holds no certificate"),
        (1, b"-----BEGIN PRIVATE KEY-----", "holds a private key"),
        (0, b"x" * 70_000, "too large"),
        (0, None, "cannot be read"),
    ],
)
def test_files_that_are_something_else_are_refused(
    broken: int, data: bytes | None, reason: str, authority: Authority, files: Files, tmp_path: Path
) -> None:
    key = new_key("es256")
    given = files(key, authority.chain(key.public_key()))
    if data is None:
        given[broken].unlink()
    else:
        given[broken].write_bytes(data)
    refused(given, reason, tmp_path)


def test_an_encrypted_key_is_opened_with_its_passphrase_alone(
    authority: Authority, files: Files, tmp_path: Path
) -> None:
    key = new_key("es256")
    locked = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"open sesame"))
    given = files(locked, authority.chain(key.public_key()))
    ring = KeyRing(tmp_path / "home")
    for phrase, reason in (
        ("", "no passphrase was given"),
        ("wrong", "cannot be opened.*; give the passphrase it"),
    ):
        with pytest.raises(KeyProblem, match=reason):
            take_in(ring, *given, passphrase=lambda phrase=phrase: phrase)  # type: ignore[misc]
        assert not ring.exists
    info = take_in(ring, *given, passphrase=lambda: "open sesame")
    assert signs_as(ring, tmp_path) == info.certificate_sha256


def test_a_signature_that_does_not_read_back_is_not_imported(
    authority: Authority, files: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever C2PA refuses that our own list of reasons does not know."""
    monkeypatch.setattr(renewal, "lacking", lambda chain: [])
    key = new_key("es256")
    given = files(key, authority.chain(key.public_key(), purposes=None))
    refused(given, "a signature made with it does not verify", tmp_path)


def test_a_disk_that_fails_at_the_last_step_leaves_the_former_keys(
    authority: Authority, files: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ring = KeyRing(tmp_path / "home")
    before = ring.init("Before")
    key = new_key("es256")
    given = files(key, authority.chain(key.public_key()))
    rename = Path.rename

    def failing(self: Path, target: Any) -> Path:
        if self.name.startswith(".keys-"):
            raise OSError(28, "No space left on device")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", failing)
    with pytest.raises(KeyProblem, match="No space left"):
        take_in(ring, *given, replace=True)
    assert ring.show() == before
    assert [p.name for p in (tmp_path / "home").iterdir()] == ["keys"]


@pytest.mark.parametrize(
    ("days", "said"),
    [(31.5, ""), (29.5, "in 29 days; renew it"), (0.5, "in 0 days"), (-1, "ended on .* and signs no more")],
)
def test_the_end_of_a_certificate_is_told_a_month_before(
    days: float, said: str, authority: Authority
) -> None:
    leaf = authority.issue("Lumen Films", new_key("es256").public_key(), days=(-40, days))
    told = ending(leaf)
    assert re.search(said, told) if said else told == ""


def test_an_imported_signer_is_trusted_by_its_root_and_by_no_other(
    authority: Authority, files: Files, tmp_path: Path
) -> None:
    key = new_key("es256")
    ring = KeyRing(tmp_path / "home")
    take_in(ring, *files(key, authority.chain(key.public_key())))
    signs_as(ring, tmp_path)
    root = TrustList("root", "2026-01-01", chain_pem([authority.root]).decode("ascii"))
    other = TrustList("other", "2026-01-01", chain_pem([Authority().root]).decode("ascii"))
    said = read_credentials(tmp_path / "record.json", [other, root])
    assert said.trust_list == "root 2026-01-01"
