"""Whose signatures count: named, dated lists of certificate authorities, kept by the user.

Nothing is bundled and nothing is fetched: a list is trusted because a person added it.
"""

from __future__ import annotations

import datetime
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from circletake.errors import KeyProblem, NotFound
from circletake.files import write_whole
from circletake.model.text import printable
from circletake.provenance.certificates import fingerprint

if TYPE_CHECKING:
    from cryptography import x509

Kind = Literal["signers", "timestampers"]

_LIMIT = 4_000_000


@dataclass(frozen=True, slots=True)
class TrustList:
    """A list of authorities.

    Attributes:
        date: ISO date of the list, as whoever published it dates it.
        pem: the certificates, one after the other.
        kind: whom it vouches for; a list of one kind says nothing of the other.
        next_update: ISO date by which its publisher promised another, empty where none was promised.
    """

    name: str
    date: str
    pem: str
    kind: Kind = "signers"
    next_update: str = ""

    @property
    def label(self) -> str:
        """How a verdict names it: ``C2PA 2026-08-05``."""
        return f"{self.name} {self.date}"


class TrustStore:
    """The lists of one user.

    Args:
        home: the user's configuration folder; lists lie in ``home/trust.json``.
    """

    def __init__(self, home: Path) -> None:
        self._path = home / "trust.json"

    def add(self, name: str, pem_file: Path, date: str) -> TrustList:
        """Trust the authorities in ``pem_file`` under ``name``; a list of that name is replaced.

        Args:
            date: ISO date of the list.

        Raises:
            KeyProblem: a private key in the file, no certificate of an authority in it, or a
                name or date that makes no sense.
        """
        if not name.strip() or printable(name, 60) != name:
            raise KeyProblem("trust list", "its name must be 1 to 60 plain characters", "choose another name")
        try:
            datetime.date.fromisoformat(date)
        except ValueError as error:
            raise KeyProblem(
                name, f"'{printable(date, 20)}' is not a date", "write it as 2026-08-05"
            ) from error
        added = TrustList(name, date, authorities(pem_file))
        self._save([each for each in self.lists() if each.name != name] + [added])
        return added

    def lists(self) -> list[TrustList]:
        """Every list, in the order they were added.

        Raises:
            KeyProblem: the file is damaged.
        """
        try:
            stored = json.loads(self._path.read_text("utf-8"))
            return [TrustList(str(row["name"]), str(row["date"]), str(row["pem"])) for row in stored]
        except FileNotFoundError:
            return []
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise KeyProblem(
                str(self._path), "the trust lists cannot be read", "move the file away and add them again"
            ) from error

    def remove(self, name: str) -> None:
        """Trust this list no more.

        Raises:
            NotFound: there is none of that name.
        """
        kept = self.lists()
        left = [each for each in kept if each.name != name]
        if len(left) == len(kept):
            raise NotFound(f"trust list {printable(name, 60)}", "there is none", "see: circletake trust list")
        self._save(left)

    def _save(self, lists: list[TrustList]) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_whole(self._path, json.dumps([asdict(each) for each in lists], indent=1).encode())


def authorities(pem_file: Path) -> str:
    """The certificates of authorities in a PEM file, without whatever else lies in it.

    Raises:
        KeyProblem: unreadable, a private key in it, or no certificate that may issue others.
    """
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding

    shown = str(pem_file)
    try:
        with pem_file.open("rb") as file:
            data = file.read(_LIMIT + 1)
    except OSError as error:
        raise KeyProblem(shown, "cannot be read", "name a PEM file of certificates") from error
    if b"PRIVATE KEY" in data:
        raise KeyProblem(
            shown, "holds a private key", "never hand that file to anyone; ask for the certificates alone"
        )
    if len(data) > _LIMIT:
        raise KeyProblem(shown, "is too large for a list of certificates", "name a PEM file of certificates")
    try:
        certificates = x509.load_pem_x509_certificates(data)
    except ValueError as error:
        raise KeyProblem(shown, "holds no certificate", "name a PEM file of certificates") from error
    issuers = [certificate for certificate in certificates if _may_issue(certificate)]
    if not issuers:
        raise KeyProblem(
            shown,
            "holds signing certificates only, and trust is given to the authority above them",
            "ask the signer for the authority's certificate",
        )
    return "".join(certificate.public_bytes(Encoding.PEM).decode("ascii") for certificate in issuers)


def fingerprints(trusted: TrustList) -> dict[str, str]:
    """SHA-256 fingerprint and name of each authority on a list."""
    from cryptography import x509

    found = x509.load_pem_x509_certificates(trusted.pem.encode("ascii"))
    return {fingerprint(each): each.subject.rfc4514_string() for each in found}


def _may_issue(certificate: x509.Certificate) -> bool:
    from cryptography import x509

    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except (x509.ExtensionNotFound, ValueError):
        return False
