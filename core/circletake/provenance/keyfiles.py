"""Private keys and certificates as files: read with care, told apart, written as PEM."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, cast

from circletake.errors import KeyProblem
from circletake.model.text import printable

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.types import CertificateIssuerPrivateKeyTypes

_LIMIT = 65536
_NEXT = "circletake keys init --organisation NAME"


def checked_name(organisation: str, country: str) -> str:
    """The name of a signer as people will read it.

    Raises:
        KeyProblem: it or the country makes no sense.
    """
    name = printable(organisation)
    if not name or len(name) > 64:
        raise KeyProblem("organisation", "a name of 1 to 64 characters is needed", "--organisation NAME")
    if country and not (len(country) == 2 and country.isascii() and country.isalpha()):
        raise KeyProblem("country", f"'{printable(country, 20)}' is not a two-letter code", "e.g. DE")
    return name


def read_private(path: Path) -> bytes:
    """Read a key file after a look at who else can; the look and the reading share one open file.

    Raises:
        KeyProblem: missing, a link, or readable by others.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    except FileNotFoundError as error:
        raise KeyProblem(str(path), "the private key is missing", _NEXT) from error
    except OSError as error:
        raise KeyProblem(str(path), "the private key cannot be opened, or is a link", _NEXT) from error
    with os.fdopen(descriptor, "rb") as file:
        mode = os.fstat(file.fileno()).st_mode
        if not stat.S_ISREG(mode) or mode & 0o077:
            raise KeyProblem(str(path), "others can read this private key", f"chmod 600 {path}")
        return file.read(_LIMIT)


def read_some(path: Path) -> bytes:
    """A small file that somebody named.

    Raises:
        KeyProblem: it cannot be read, or is no small file.
    """
    try:
        with path.open("rb") as file:
            data = file.read(_LIMIT + 1)
    except OSError as error:
        reason = f"cannot be read ({error.strerror or error})"
        raise KeyProblem(str(path), reason, "name a PEM file") from error
    if len(data) > _LIMIT:
        raise KeyProblem(str(path), "is too large for a key or its certificates", "name a PEM file")
    return data


def loaded_key(
    data: bytes, path: Path, passphrase: Callable[[], str] = lambda: ""
) -> CertificateIssuerPrivateKeyTypes:
    """A private key out of PEM.

    Args:
        path: where it came from, for messages.
        passphrase: asked where the key is encrypted.

    Raises:
        KeyProblem: no key, none that can be used, or another passphrase.
    """
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    shown = str(path)
    try:
        try:
            return cast("CertificateIssuerPrivateKeyTypes", load_pem_private_key(data, password=None))
        except TypeError:  # so the library says that it is encrypted
            phrase = passphrase()
        if not phrase:
            raise KeyProblem(
                shown, "is encrypted, and no passphrase was given", "export CIRCLETAKE_KEY_PASSPHRASE=..."
            )
        return cast("CertificateIssuerPrivateKeyTypes", load_pem_private_key(data, phrase.encode()))
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        locked = b"ENCRYPTED" in data
        reason = "cannot be opened with this passphrase" if locked else "not a private key that can be used"
        step = "give the passphrase it was encrypted with" if locked else "name its PEM file"
        raise KeyProblem(shown, reason, step) from error


def read_chain(path: Path) -> list[x509.Certificate]:
    """The certificates in a PEM file, in their order.

    Raises:
        KeyProblem: none in it, or a private key.
    """
    from cryptography import x509

    data = read_some(path)
    if b"PRIVATE KEY" in data:
        raise KeyProblem(
            str(path), "holds a private key; it travels in every signed file", "name the certificates alone"
        )
    try:
        return x509.load_pem_x509_certificates(data)
    except ValueError as error:
        reason = "holds no certificate that can be read"
        raise KeyProblem(str(path), reason, "name a PEM file: the signer, then those above it") from error


def public_of(owner: CertificateIssuerPrivateKeyTypes | x509.Certificate) -> bytes:
    """The public key of a private key or a certificate, to compare."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    return owner.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def key_pem(key: CertificateIssuerPrivateKeyTypes) -> bytes:
    """A private key as PEM, unencrypted: for a file that its owner alone can read."""
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def chain_pem(chain: Sequence[x509.Certificate]) -> bytes:
    """Certificates as PEM, one after the other."""
    from cryptography.hazmat.primitives.serialization import Encoding

    return b"".join(each.public_bytes(Encoding.PEM) for each in chain)
