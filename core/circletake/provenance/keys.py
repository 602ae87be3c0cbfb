"""Signing keys of one's own: a self-made authority, one certificate, a signer that uses it.

The private key never leaves this folder, and the folder never lies inside a library.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from circletake.errors import KeyProblem
from circletake.files import write_whole
from circletake.model.case import OWN_KEY
from circletake.model.manifest import is_self_made
from circletake.provenance.certificates import (
    Algorithm,
    algorithm_of,
    ending,
    fingerprint,
    issue,
    refuse_outdated,
)
from circletake.provenance.keyfiles import checked_name, loaded_key, public_of, read_private
from circletake.provenance.trust import TrustList

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.types import CertificateIssuerPrivateKeyTypes

NOT_RECOGNISED = (
    "Platforms will not recognise this signer: you made the key and its certificate yourself, on this"
    " machine. Nobody vouches for it and no public list holds it. People trust it after they confirmed its"
    " fingerprint with you."
)

FROM_ELSEWHERE = (
    "Whether platforms recognise this signer depends on whether its authority is on their lists;"
    " that was not checked."
)

KEY = "signing.key"
CHAIN = "signing.pem"
ANCHOR = "authority.pem"
_NEXT = "circletake keys init --organisation NAME"
_RENEW = "renew it: circletake keys csr, then keys import; or move the old keys away and keys init"


@dataclass(frozen=True, slots=True)
class KeyInfo:
    """The signing certificate, told to people.

    Attributes:
        certificate_sha256: fingerprint, ``9A:41:...``.
        not_before: start of its validity (UTC).
        not_after: end of its validity (UTC).
        ca_sha256: fingerprint of the authority above it, as far as the chain goes up.
        development: that authority was made here, and is on no public list.
        warning: the certificate ends soon or has ended; empty otherwise.
    """

    organisation: str
    algorithm: Algorithm
    certificate_sha256: str
    not_before: datetime
    not_after: datetime
    ca_sha256: str
    folder: Path
    development: bool = True
    warning: str = ""


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
        return (self.folder / CHAIN).exists()

    def init(
        self,
        organisation: str,
        country: str = "",
        algorithm: Algorithm = "es256",
        years: int = 10,
    ) -> KeyInfo:
        """Make an authority of one's own and a signing certificate that C2PA accepts.

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
        name = checked_name(organisation, country)
        if not 1 <= years <= 30:
            raise KeyProblem("years", "1 to 30 are possible", "")
        self.refuse_library()
        if self.exists or (self.folder / KEY).exists():
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
        write_whole(self.folder / ANCHOR, anchor_pem)
        write_whole(self.folder / KEY, key_pem)
        write_whole(self.folder / CHAIN, chain_pem)
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
            development=any(
                is_self_made(str(each.value))
                for each in issuer.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
            ),
            warning=ending(leaf),
        )

    def signer(self) -> FileSigner:
        """Open the key for signing.

        Raises:
            KeyProblem: no key, one that others can read, one that lies inside the library,
                or a certificate that is out of date or belongs to another key.
        """
        self.refuse_library()
        leaf, _ = self._certificates()
        refuse_outdated(leaf, str(self.folder / CHAIN), _RENEW)
        key = loaded_key(read_private(self.folder / KEY), self.folder / KEY)
        if public_of(key) != public_of(leaf):
            raise KeyProblem(str(self.folder / KEY), "belongs to another certificate", _NEXT)
        return FileSigner(algorithm_of(leaf), (self.folder / CHAIN).read_text("ascii"), key)

    def anchor(self) -> TrustList:
        """The own authority as a trust list, dated by its start.

        Raises:
            KeyProblem: there are no keys.
        """
        _, issuer = self._certificates()
        pem = (self.folder / ANCHOR).read_text("ascii")
        return TrustList(OWN_KEY, f"{issuer.not_valid_before_utc:%Y-%m-%d}", pem)

    def _certificates(self) -> tuple[x509.Certificate, x509.Certificate]:
        from cryptography import x509

        try:
            leaf = x509.load_pem_x509_certificate((self.folder / CHAIN).read_bytes())
            issuer = x509.load_pem_x509_certificate((self.folder / ANCHOR).read_bytes())
        except FileNotFoundError as error:
            raise KeyProblem(str(self.folder), "there are no keys", f"make some: {_NEXT}") from error
        except (OSError, ValueError) as error:
            raise KeyProblem(str(self.folder), "the certificates cannot be read", _NEXT) from error
        return leaf, issuer

    def refuse_library(self) -> None:
        """Let keys lie nowhere inside a library.

        Raises:
            KeyProblem: they would.
        """
        if self._never_inside and self.folder.resolve().is_relative_to(self._never_inside.resolve()):
            raise KeyProblem(
                str(self.folder),
                "lies inside a library, and a library is copied and shared",
                "set CIRCLETAKE_HOME to a folder outside it",
            )
