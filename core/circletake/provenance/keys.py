"""Signing keys of one's own: a development authority, one certificate, a signer that uses it.

The private key never leaves this folder, and the folder never lies inside a library.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, cast

from circletake.errors import KeyProblem
from circletake.files import write_whole
from circletake.model.audit import OWN_KEY
from circletake.model.text import printable
from circletake.provenance.certificates import Algorithm, algorithm_of, fingerprint, issue
from circletake.provenance.trust import TrustList

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.types import CertificateIssuerPrivateKeyTypes

NOT_RECOGNISED = (
    "Platforms will not recognise this signer: it is a development certificate of your own, on no public"
    " list. People trust it after they confirmed its fingerprint with you."
)

_KEY = "signing.key"
_CHAIN = "signing.pem"
_ANCHOR = "authority.pem"
_NEXT = "circletake keys init --organisation NAME"


@dataclass(frozen=True, slots=True)
class KeyInfo:
    """The signing certificate, told to people.

    Attributes:
        certificate_sha256: fingerprint, ``9A:41:...``.
        not_before: start of its validity (UTC).
        not_after: end of its validity (UTC).
        ca_sha256: fingerprint of the development authority that issued it.
    """

    organisation: str
    algorithm: Algorithm
    certificate_sha256: str
    not_before: datetime
    not_after: datetime
    ca_sha256: str
    folder: Path


class FileSigner:
    """Signs with a private key read from a file; an :class:`~circletake.protocols.OpenSigner`."""

    def __init__(self, algorithm: Algorithm, chain_pem: str, key: CertificateIssuerPrivateKeyTypes) -> None:
        self._algorithm: Algorithm = algorithm
        self._chain_pem = chain_pem
        self._key: CertificateIssuerPrivateKeyTypes | None = key

    @property
    def algorithm(self) -> Algorithm:
        """Name of the signature algorithm, as C2PA writes it."""
        return self._algorithm

    @property
    def chain_pem(self) -> str:
        """The signing certificate, then those above it."""
        return self._chain_pem

    def sign(self, data: bytes) -> bytes:
        """The signature of ``data``.

        Raises:
            KeyProblem: the signer was closed.
        """
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

        key = self._key
        if isinstance(key, ec.EllipticCurvePrivateKey):
            digest = hashes.SHA384() if self._algorithm == "es384" else hashes.SHA256()
            return key.sign(data, ec.ECDSA(digest))
        if isinstance(key, rsa.RSAPrivateKey):
            salted = padding.PSS(padding.MGF1(hashes.SHA256()), salt_length=hashes.SHA256.digest_size)
            return key.sign(data, salted, hashes.SHA256())
        if isinstance(key, ed25519.Ed25519PrivateKey):
            return key.sign(data)
        raise KeyProblem("signer", "it was closed", "open it again")

    def close(self) -> None:
        """Let go of the key."""
        self._key = None


class KeyRing:
    """The keys of one person or firm on this machine.

    Args:
        home: the user's configuration folder; keys lie in ``home/keys``.
        never_inside: a library's folder; keys are refused anywhere below it, since a
            library is copied and shared.
    """

    def __init__(self, home: Path, never_inside: Path | None = None) -> None:
        self.folder = home / "keys"
        self._never_inside = never_inside

    @property
    def exists(self) -> bool:
        """Whether there is a signing certificate."""
        return (self.folder / _CHAIN).exists()

    def init(
        self,
        organisation: str,
        country: str = "",
        algorithm: Algorithm = "es256",
        years: int = 10,
    ) -> KeyInfo:
        """Make a development authority and a signing certificate that C2PA accepts.

        The authority's private key signs that one certificate and is never stored. The
        certificate is valid for long, because without a trusted timestamp a file signed
        with it stops being valid when it expires.

        Args:
            organisation: who signs, as people will read it.
            country: two-letter code, or nothing.
            years: validity of the certificate.

        Raises:
            KeyProblem: there are keys already, the folder is unsafe, or a value makes no sense.
        """
        name = printable(organisation)
        if not name or len(name) > 64:
            raise KeyProblem("organisation", "a name of 1 to 64 characters is needed", _NEXT)
        if country and not (len(country) == 2 and country.isascii() and country.isalpha()):
            raise KeyProblem("country", f"'{printable(country, 20)}' is not a two-letter code", "e.g. DE")
        if not 1 <= years <= 30:
            raise KeyProblem("years", "1 to 30 are possible", "")
        self._refuse_library()
        if self.exists or (self.folder / _KEY).exists():
            raise KeyProblem(
                str(self.folder),
                "there are keys already",
                "circletake keys show shows them",
            )
        key_pem, chain_pem, anchor_pem = issue(
            name, country.upper(), algorithm, timedelta(days=round(365.25 * years))
        )
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.folder.chmod(0o700)
        write_whole(self.folder / _ANCHOR, anchor_pem)
        write_whole(self.folder / _KEY, key_pem)
        write_whole(self.folder / _CHAIN, chain_pem)
        return self.show()

    def show(self) -> KeyInfo:
        """What the signing certificate says.

        Raises:
            KeyProblem: there is none, or it cannot be read.
        """
        from cryptography.x509.oid import NameOID

        leaf, issuer = self._certificates()
        names = leaf.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
        return KeyInfo(
            organisation=str(names[0].value) if names else "",
            algorithm=algorithm_of(leaf),
            certificate_sha256=fingerprint(leaf),
            not_before=leaf.not_valid_before_utc,
            not_after=leaf.not_valid_after_utc,
            ca_sha256=fingerprint(issuer),
            folder=self.folder,
        )

    def signer(self) -> FileSigner:
        """Open the key for signing.

        Raises:
            KeyProblem: no key, one that others can read, one that lies inside the library,
                or a certificate that is out of date or belongs to another key.
        """
        from cryptography.hazmat.primitives.serialization import (
            Encoding,
            PublicFormat,
            load_pem_private_key,
        )

        self._refuse_library()
        leaf, _ = self._certificates()
        refuse_outdated(leaf, str(self.folder / _CHAIN), _RENEW)
        try:
            key = load_pem_private_key(_read_private(self.folder / _KEY), password=None)
        except (ValueError, TypeError) as error:
            raise KeyProblem(str(self.folder / _KEY), "not a private key that can be used", _NEXT) from error
        spki = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        if key.public_key().public_bytes(*spki) != leaf.public_key().public_bytes(*spki):
            raise KeyProblem(str(self.folder / _KEY), "belongs to another certificate", _NEXT)
        chain = (self.folder / _CHAIN).read_text("ascii")
        return FileSigner(algorithm_of(leaf), chain, cast("CertificateIssuerPrivateKeyTypes", key))

    def anchor(self) -> TrustList:
        """The own development authority as a trust list, dated by its start.

        Raises:
            KeyProblem: there are no keys.
        """
        _, issuer = self._certificates()
        pem = (self.folder / _ANCHOR).read_text("ascii")
        return TrustList(OWN_KEY, f"{issuer.not_valid_before_utc:%Y-%m-%d}", pem)

    def _certificates(self) -> tuple[x509.Certificate, x509.Certificate]:
        from cryptography import x509

        try:
            leaf = x509.load_pem_x509_certificate((self.folder / _CHAIN).read_bytes())
            issuer = x509.load_pem_x509_certificate((self.folder / _ANCHOR).read_bytes())
        except FileNotFoundError as error:
            raise KeyProblem(str(self.folder), "there are no keys", f"make some: {_NEXT}") from error
        except (OSError, ValueError) as error:
            raise KeyProblem(str(self.folder), "the certificates cannot be read", _NEXT) from error
        return leaf, issuer

    def _refuse_library(self) -> None:
        if self._never_inside and self.folder.resolve().is_relative_to(self._never_inside.resolve()):
            raise KeyProblem(
                str(self.folder),
                "lies inside a library, and a library is copied and shared",
                "set CIRCLETAKE_HOME to a folder outside it",
            )


def _read_private(path: Path) -> bytes:
    """Read a key file after a look at who else can; the look and the reading share one open file."""
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
        return file.read(65536)
