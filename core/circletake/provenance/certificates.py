"""Self-made certificates that C2PA accepts: an authority and one signer below it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Literal

from circletake.errors import KeyProblem
from circletake.model.manifest import SELF_MADE
from circletake.model.text import counted, printable

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.types import CertificateIssuerPrivateKeyTypes

Algorithm = Literal["es256", "es384", "ps256", "ed25519"]

ALGORITHMS: tuple[Algorithm, ...] = ("es256", "es384", "ps256", "ed25519")

CLAIM_SIGNING = "1.3.6.1.4.1.62558.2.1"
"""Extended key usage c2pa-kp-claimSigning."""

_LEAF = "self-made by its owner (circletake)"
"""Common name of every signing certificate made here."""


def named_algorithm(name: str) -> Algorithm:
    """The algorithm a person named.

    Raises:
        KeyProblem: C2PA has none of that name, or we cannot make keys for it.
    """
    for algorithm in ALGORITHMS:
        if algorithm == name.casefold():
            return algorithm
    raise KeyProblem("algorithm", f"'{printable(name, 20)}' is not known", f"one of {', '.join(ALGORITHMS)}")


def fingerprint(certificate: x509.Certificate) -> str:
    """SHA-256 of the whole certificate, ``9A:41:...``, as browsers and openssl show it."""
    from cryptography.hazmat.primitives import hashes

    return certificate.fingerprint(hashes.SHA256()).hex(":").upper()


WARN_DAYS = 30
"""So many days before a certificate ends, people are told."""


def leaf_of(chain_pem: str) -> x509.Certificate:
    """The first certificate of a chain: that of the signer."""
    from cryptography import x509

    return x509.load_pem_x509_certificate(chain_pem.encode("ascii"))


def ending(certificate: x509.Certificate, at: datetime | None = None) -> str:
    """A warning where a certificate ends within ``WARN_DAYS`` days or has ended; empty where it does not."""
    left = certificate.not_valid_after_utc - (at or datetime.now(UTC))
    if left > timedelta(days=WARN_DAYS):
        return ""
    day = f"{certificate.not_valid_after_utc:%Y-%m-%d}"
    if left <= timedelta(0):
        return f"the signing certificate ended on {day} and signs no more"
    return f"the signing certificate ends on {day}, in {counted(left.days, 'day')}; renew it before"


def refuse_outdated(certificate: x509.Certificate, thing: str, next_step: str) -> None:
    """Let only a certificate that is valid now sign.

    Raises:
        KeyProblem: it is not valid yet, or no more.
    """
    start, end = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    if not start <= datetime.now(UTC) < end:
        reason = f"the certificate is valid from {start:%Y-%m-%d} to {end:%Y-%m-%d}"
        raise KeyProblem(thing, reason, next_step)


def new_key(algorithm: Algorithm) -> CertificateIssuerPrivateKeyTypes:
    """A fresh private key."""
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

    match algorithm:
        case "es256":
            return ec.generate_private_key(ec.SECP256R1())
        case "es384":
            return ec.generate_private_key(ec.SECP384R1())
        case "ps256":
            return rsa.generate_private_key(public_exponent=65537, key_size=3072)
        case "ed25519":
            return ed25519.Ed25519PrivateKey.generate()


def algorithm_of(certificate: x509.Certificate) -> Algorithm:
    """The C2PA signature algorithm that goes with a certificate's key.

    Raises:
        KeyProblem: C2PA does not know this kind of key.
    """
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

    key = certificate.public_key()
    if isinstance(key, ec.EllipticCurvePublicKey) and key.curve.name in {"secp256r1", "secp384r1"}:
        return "es256" if key.curve.name == "secp256r1" else "es384"
    if isinstance(key, rsa.RSAPublicKey):
        return "ps256"
    if isinstance(key, ed25519.Ed25519PublicKey):
        return "ed25519"
    raise KeyProblem(
        "signing certificate", "C2PA does not know its kind of key", "use " + ", ".join(ALGORITHMS)
    )


def request(key: CertificateIssuerPrivateKeyTypes, organisation: str, country: str = "") -> bytes:
    """A request (PKCS#10, PEM) for a certificate that C2PA accepts, to be sent to an authority."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519
    from cryptography.hazmat.primitives.serialization import Encoding

    digest: hashes.SHA256 | hashes.SHA384 | None = hashes.SHA256()
    if isinstance(key, ed25519.Ed25519PrivateKey):
        digest = None
    elif isinstance(key, ec.EllipticCurvePrivateKey) and key.curve.name == "secp384r1":
        digest = hashes.SHA384()
    return (
        x509.CertificateSigningRequestBuilder()
        .subject_name(_name(organisation, country, organisation))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(digital_signature=True), critical=True)
        .add_extension(_purposes(), critical=False)
        .sign(key, digest)
        .public_bytes(Encoding.PEM)
    )


def _name(organisation: str, country: str, common: str) -> x509.Name:
    from cryptography import x509
    from cryptography.x509.oid import NameOID

    parts = [x509.NameAttribute(NameOID.COUNTRY_NAME, country)] if country else []
    parts.append(x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation))
    return x509.Name([*parts, x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _usage(**on: bool) -> x509.KeyUsage:
    from cryptography import x509

    names = (
        "digital_signature",
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "key_cert_sign",
        "crl_sign",
        "encipher_only",
        "decipher_only",
    )
    return x509.KeyUsage(**{each: on.get(each, False) for each in names})


def _purposes() -> x509.ExtendedKeyUsage:
    from cryptography import x509
    from cryptography.x509.oid import ExtendedKeyUsageOID

    claim_signing = x509.ObjectIdentifier(CLAIM_SIGNING)
    return x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION, claim_signing])


def issue(
    organisation: str, country: str, algorithm: Algorithm, validity: timedelta
) -> tuple[bytes, bytes, bytes]:
    """A new authority and one signer below it, with the extensions of C2PA 2.4 section 14.5.1.

    The authority's private key is forgotten as soon as it has signed.

    Args:
        validity: of both, counted from an hour ago, so that clocks may differ a little.

    Returns:
        Private key, certificate chain and authority, each as PEM.
    """
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    start = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)
    end = start + validity
    digest = {"ed25519": None, "es384": hashes.SHA384()}.get(algorithm, hashes.SHA256())

    def name(common: str) -> x509.Name:
        return _name(organisation, country, common)

    authority_key, key = new_key(algorithm), new_key(algorithm)
    authority_name = name(SELF_MADE)
    authority_id = x509.SubjectKeyIdentifier.from_public_key(authority_key.public_key())
    authority = (
        x509.CertificateBuilder()
        .subject_name(authority_name)
        .issuer_name(authority_name)
        .public_key(authority_key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(key_cert_sign=True, crl_sign=True), critical=True)
        .add_extension(authority_id, critical=False)
        .sign(authority_key, digest)
    )
    leaf = (
        x509.CertificateBuilder()
        .subject_name(name(_LEAF))
        .issuer_name(authority_name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(digital_signature=True), critical=True)
        .add_extension(_purposes(), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(authority_id), critical=False
        )
        .sign(authority_key, digest)
    )
    anchor_pem = authority.public_bytes(Encoding.PEM)
    key_pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return key_pem, leaf.public_bytes(Encoding.PEM) + anchor_pem, anchor_pem
