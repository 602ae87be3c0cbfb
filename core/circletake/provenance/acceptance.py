"""What a signing certificate and its chain need before C2PA takes a signature made with them.

Source: C2PA 2.4 section 14.5.1. The library answers each of these with one and the same refusal.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeVar

from circletake.errors import KeyProblem
from circletake.provenance.certificates import ALGORITHMS, CLAIM_SIGNING, algorithm_of

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.x509 import Extension, ExtensionType

    E = TypeVar("E", bound=ExtensionType)

_RSA_BITS = 2048


def lacking(chain: Sequence[x509.Certificate], at: datetime | None = None) -> list[str]:
    """What is wrong with a chain, in words; empty where C2PA takes it.

    Args:
        chain: the signing certificate, then the one above it, and so on; the root may be left out.
        at: the moment it has to be valid; now where ``None``.
    """
    leaf, *above = chain
    return [*_wrong_with_leaf(leaf, at or datetime.now(UTC)), *_wrong_with_order(leaf, above)]


def _wrong_with_leaf(leaf: x509.Certificate, at: datetime) -> list[str]:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import rsa

    found: list[str] = []
    if leaf.version is not x509.Version.v3:
        return ["it is no X.509 version 3 certificate"]
    try:
        algorithm_of(leaf)
    except KeyProblem:
        found.append(f"its kind of key is none of {', '.join(ALGORITHMS)}")
    key = leaf.public_key()
    if isinstance(key, rsa.RSAPublicKey) and key.key_size < _RSA_BITS:
        found.append(f"its RSA key has {key.key_size} bits, and {_RSA_BITS} are needed")
    basic = _extension(leaf, x509.BasicConstraints)
    if basic is not None and basic.value.ca:
        found.append("it is the certificate of an authority (CA), not of a signer")
    usage = _extension(leaf, x509.KeyUsage)
    if usage is None or not usage.value.digital_signature:
        found.append("key usage digitalSignature is missing")
    elif not usage.critical:
        found.append("its key usage is not marked critical")
    purposes = _extension(leaf, x509.ExtendedKeyUsage)
    named = {each.dotted_string for each in purposes.value} if purposes else set()
    if _ANYTHING in named:
        found.append("its extended key usage allows anything (anyExtendedKeyUsage)")
    elif not named & _PURPOSES:
        found.append("extended key usage emailProtection or c2pa-kp-claimSigning is missing")
    if _extension(leaf, x509.AuthorityKeyIdentifier) is None:
        found.append("the authority key identifier is missing")
    if leaf.subject == leaf.issuer:
        found.append("it is self-signed")
    if not leaf.not_valid_before_utc <= at < leaf.not_valid_after_utc:
        found.append(
            f"it is valid from {leaf.not_valid_before_utc:%Y-%m-%d} to {leaf.not_valid_after_utc:%Y-%m-%d}"
        )
    return found


_ANYTHING = "2.5.29.37.0"
_PURPOSES = frozenset({"1.3.6.1.5.5.7.3.4", CLAIM_SIGNING})


def _wrong_with_order(leaf: x509.Certificate, above: Sequence[x509.Certificate]) -> list[str]:
    from cryptography.exceptions import InvalidSignature

    if not above:
        return ["the certificates above it are missing"] if leaf.subject != leaf.issuer else []
    found: list[str] = []
    for number, (below, upper) in enumerate(zip([leaf, *above], above, strict=False), 1):
        try:
            below.verify_directly_issued_by(upper)
        except (ValueError, TypeError, InvalidSignature):
            found.append(
                f"certificate {number + 1} of the chain did not issue certificate {number}"
                " (the order is: signer, its authority, the one above)"
            )
    return found


def _extension(certificate: x509.Certificate, kind: type[E]) -> Extension[E] | None:
    from cryptography import x509

    try:
        return certificate.extensions.get_extension_for_class(kind)
    except (x509.ExtensionNotFound, ValueError, x509.DuplicateExtension):
        return None
