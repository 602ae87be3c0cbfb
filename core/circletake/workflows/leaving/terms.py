"""Under what an export is signed: whose key, which prompts travel, who makes it, when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from circletake.model.event import Actor
from circletake.model.policy import PromptPolicy

if TYPE_CHECKING:
    from circletake.protocols import OpenSigner


@dataclass(frozen=True, slots=True)
class Terms:
    """Under what an export is signed.

    Attributes:
        certificate: SHA-256 fingerprint of the signer's certificate.
        organisation: whom that certificate names.
        timestamper: address that is asked for the time of each signature; empty for none.
    """

    signer: OpenSigner
    certificate: str
    organisation: str
    policy: PromptPolicy
    by: Actor
    when: datetime
    timestamper: str = ""


def terms(signer: OpenSigner, policy: PromptPolicy, by: Actor, timestamper: str = "") -> Terms:
    """The terms of an export made now with an open signer."""
    from cryptography import x509
    from cryptography.x509.oid import NameOID

    from circletake.provenance.certificates import fingerprint

    leaf = x509.load_pem_x509_certificate(signer.chain_pem.encode("ascii"))
    names = leaf.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
    organisation = str(names[0].value) if names else ""
    return Terms(signer, fingerprint(leaf), organisation, policy, by, datetime.now(UTC), timestamper)
