"""Trust lists as files: PEM, or the JSON in which C2PA publishes its own (ETSI TS 119 602, "LoTE").

The text around a certificate is not believed; its bytes are. What a JSON list says of itself, its dates
and whom it vouches for, is read; nothing is fetched, and its signature is not checked.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from circletake.errors import KeyProblem

if TYPE_CHECKING:
    from cryptography import x509

Kind = Literal["signers", "timestampers"]

_LIMIT = 4_000_000
_TRUSTED = "/trusted"
_NEXT = "name a PEM file of certificates, or the JSON of a C2PA trust list"


@dataclass(frozen=True, slots=True)
class ListFile:
    """What a file holds.

    Attributes:
        pem: certificates that may issue others.
        date: ISO date of the list as it says itself; empty where it does not.
        next_update: ISO date of its next edition, as it says itself.
        kind: whom it vouches for, as it says itself.
    """

    pem: str
    date: str = ""
    next_update: str = ""
    kind: Kind | None = None


def read_list(file: Path) -> ListFile:
    """The authorities in a file, without whatever else lies in it.

    Raises:
        KeyProblem: unreadable, a private key in it, or no certificate that may issue others.
    """
    from cryptography.hazmat.primitives.serialization import Encoding

    shown, data = str(file), _read(file)
    document: Any = None
    if data.lstrip()[:1] == b"{":
        try:
            document = json.loads(data)["LoTE"]
            certificates = list(_published(document))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise KeyProblem(shown, "is JSON, but no trust list", _NEXT) from error
    else:
        certificates = _from_pem(shown, data)
    issuers = [certificate for certificate in certificates if _may_issue(certificate)]
    if not issuers:
        raise KeyProblem(
            shown,
            "holds signing certificates only, and trust is given to the authority above them",
            "ask the signer for the authority's certificate",
        )
    pem = "".join(certificate.public_bytes(Encoding.PEM).decode("ascii") for certificate in issuers)
    return ListFile(pem, *_told(document)) if document else ListFile(pem)


def _read(file: Path) -> bytes:
    shown = str(file)
    try:
        with file.open("rb") as opened:
            data = opened.read(_LIMIT + 1)
    except OSError as error:
        raise KeyProblem(shown, "cannot be read", _NEXT) from error
    if b"PRIVATE KEY" in data:
        raise KeyProblem(
            shown, "holds a private key", "never hand that file to anyone; ask for the certificates alone"
        )
    if len(data) > _LIMIT:
        raise KeyProblem(shown, "is too large for a list of certificates", _NEXT)
    return data


def _from_pem(shown: str, data: bytes) -> list[x509.Certificate]:
    from cryptography import x509

    try:
        return x509.load_pem_x509_certificates(data)
    except ValueError as error:
        raise KeyProblem(shown, "holds no certificate", _NEXT) from error


def _published(document: Any) -> Iterator[x509.Certificate]:
    """Certificates of every service that a published list calls trusted, or says nothing else of."""
    from cryptography import x509

    for entity in document["TrustedEntitiesList"]:
        for service in entity["TrustedEntityServices"]:
            about = service["ServiceInformation"]
            if not str(about.get("ServiceStatus") or _TRUSTED).endswith(_TRUSTED):
                continue
            for each in about["ServiceDigitalIdentity"]["X509Certificates"]:
                yield x509.load_der_x509_certificate(base64.b64decode(each["val"], validate=True))


def _told(document: Any) -> tuple[str, str, Kind | None]:
    """Date, next edition and kind as a published list says them."""
    try:
        about = document["ListAndSchemeInformation"]
        name = " ".join(str(each["value"]) for each in about["SchemeName"])
        kind: Kind = "timestampers" if "TSA" in name.split() else "signers"
        return str(about["ListIssueDateTime"])[:10], str(about.get("NextUpdate") or "")[:10], kind
    except (KeyError, TypeError, AttributeError):
        return "", "", None


def _may_issue(certificate: x509.Certificate) -> bool:
    from cryptography import x509

    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except (x509.ExtensionNotFound, ValueError):
        return False
