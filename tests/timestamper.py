"""A real RFC 3161 timestamper on loopback: ``openssl ts`` behind a small HTTP server."""

from __future__ import annotations

import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from circletake.provenance.trust import TrustList

_CONFIG = """
[tsa]
default_tsa = this
[this]
dir = {folder}
serial = {folder}/serial
crypto_device = builtin
signer_cert = {folder}/tsa.pem
certs = {folder}/root.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha384, sha512
accuracy = secs:1
ordering = no
tsa_name = no
ess_cert_id_chain = no
ess_cert_id_alg = sha256
"""

Answer = Callable[[bytes], tuple[int, bytes]]


@dataclass(frozen=True, slots=True)
class Timestamper:
    """Where it listens, its root as a list of timestampers, and what it was asked."""

    url: str
    root: TrustList
    asked: list[bytes]


@contextmanager
def answering(answer: Answer, headers: Mapping[str, str] | None = None) -> Iterator[tuple[str, list[bytes]]]:
    """An HTTP server on loopback that answers every POST with a status and bytes."""
    asked: list[bytes] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            asked.append(query)
            status, data = answer(query)
            self.send_response(status)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(data)))
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.end_headers()
            with suppress(OSError):  # whoever asked may have gone
                self.wfile.write(data)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/stamp", asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def timestamper(folder: Path) -> Iterator[Timestamper]:
    """A timestamper whose root nobody trusts yet; the test is skipped without ``openssl``."""
    openssl = shutil.which("openssl")
    if not openssl:
        pytest.skip("there is no openssl to make timestamps with")
    root = _authority(folder)
    config = folder / "tsa.cnf"
    config.write_text(_CONFIG.format(folder=folder))
    (folder / "serial").write_text("01\n")
    lock = threading.Lock()

    def stamp(query: bytes) -> tuple[int, bytes]:
        with lock:
            (folder / "query.tsq").write_bytes(query)
            said = subprocess.run(
                [openssl, "ts", "-reply", "-config", config, "-queryfile", folder / "query.tsq",
                 "-out", folder / "reply.tsr"],
                capture_output=True,
                check=False,
            )  # fmt: skip
            assert said.returncode == 0, said.stderr.decode()
            return 200, (folder / "reply.tsr").read_bytes()

    with answering(stamp) as (url, asked):
        yield Timestamper(url, root, asked)


def _authority(folder: Path) -> TrustList:
    """A root and a timestamping certificate below it, as RFC 3161 section 2.3 wants it."""
    start = datetime.now(UTC) - timedelta(days=1)
    root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())

    def name(common: str) -> x509.Name:
        return x509.Name(
            [
                x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Clock Tower"),
                x509.NameAttribute(NameOID.COMMON_NAME, common),
            ]
        )

    def certificate(subject: str, public: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(name(subject))
            .issuer_name(name("Clock Tower Root"))
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(start)
            .not_valid_after(start + timedelta(days=3650))
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key()), critical=False
            )
        )

    def usage(signs: bool) -> x509.KeyUsage:
        off = dict.fromkeys(
            ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
             "encipher_only", "decipher_only"),
            False,
        )  # fmt: skip
        return x509.KeyUsage(digital_signature=signs, key_cert_sign=not signs, crl_sign=not signs, **off)

    root = (
        certificate("Clock Tower Root", root_key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage(signs=False), critical=True)
        .sign(root_key, hashes.SHA256())
    )
    leaf = (
        certificate("Clock Tower Timestamper", key.public_key())
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage(signs=True), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
        .sign(root_key, hashes.SHA256())
    )
    pem = root.public_bytes(Encoding.PEM)
    (folder / "root.pem").write_bytes(pem)
    (folder / "tsa.pem").write_bytes(leaf.public_bytes(Encoding.PEM))
    (folder / "tsa.key").write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    )
    return TrustList("clocks", "2026-01-01", pem.decode("ascii"), "timestampers")
