"""What content credentials said when they were read, and what a manifest to be signed will say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from fractions import Fraction
from pathlib import Path
from typing import Any


class Check(StrEnum):
    """One separate question about credentials. Silence is never a pass."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_CHECKED = "not checked"


SELF_MADE = "self-made by its owner (nobody vouches for it)"
"""Common name of every authority that ``circletake keys init`` makes; strangers read it elsewhere too."""

_ONCE_SELF_MADE = "circletake development authority"
"""How it was named before; keys of that name sign on, and are told as what they are."""


def is_self_made(issuer: str) -> bool:
    """Whether an authority of this common name is one of ``keys init``; no more is claimed by the name."""
    return issuer in (SELF_MADE, _ONCE_SELF_MADE)


def plainly(subject: str) -> str:
    """The full name of an authority, with that of a self-made one as it is named now."""
    return subject.replace(_ONCE_SELF_MADE, SELF_MADE)


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signed a manifest, as its certificate says.

    Attributes:
        name: organisation or common name of the certificate; a claim until it is trusted.
        issuer: common name of the issuer.
        algorithm: e.g. ``es256``.
        serial: as the certificate has it.
        sha256: fingerprint of the signing certificate, ``9A:41:...``.
        not_after: end of the certificate's validity (UTC).
        not_before: its beginning (UTC).
        signed_at: time of a trusted timestamp, ``None`` without one.
    """

    name: str
    issuer: str
    algorithm: str
    serial: str
    sha256: str
    not_after: datetime | None = None
    signed_at: datetime | None = None
    not_before: datetime | None = None

    @property
    def self_made(self) -> bool:
        """Whether the certificate was made by the one it names, and no authority looked at who that is."""
        return is_self_made(self.issuer)


@dataclass(frozen=True, slots=True)
class Timestamp:
    """A timestamp (RFC 3161) that belongs to the signature of the active manifest.

    Attributes:
        by: common name of who made it, a claim until it is trusted.
        at: the moment it tells (UTC).
        trust_list: name and date of the list of timestampers that vouches for it, empty where none does.
    """

    by: str
    at: datetime | None
    trust_list: str = ""

    @property
    def told(self) -> str:
        """In words: ``timestamped 2026-08-05 by Clock Tower, on TSA 2026-08-01``."""
        day = f" {self.at:%Y-%m-%d}" if self.at else ""
        on = f"on {self.trust_list}" if self.trust_list else "who is on none of your lists of timestampers"
        return f"timestamped{day} by {self.by or 'somebody unnamed'}, {on}"


@dataclass(frozen=True, slots=True)
class IngredientSaid:
    """One ingredient a manifest names.

    Attributes:
        role: ``parentOf``, ``componentOf`` or ``inputTo``.
        types: C2PA data types, e.g. ``c2pa.types.generator.prompt``.
        text: the text of a prompt or seed, ``None`` where there is none.
        version: of a model.
        manifest: label of its own manifest in the same store, empty where it has none.
        source_range: seconds of the source that were used.
        placed: seconds of the asset where it stands, one for each use.
        source_type: digital source type declared of it.
        problems: validation failures inside this ingredient.
    """

    title: str
    role: str
    instance_id: str = ""
    types: tuple[str, ...] = ()
    text: str | None = None
    version: str = ""
    uri: str = ""
    manifest: str = ""
    source_range: tuple[Fraction, Fraction] | None = None
    placed: tuple[tuple[Fraction, Fraction], ...] = ()
    source_type: str = ""
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ActionSaid:
    """One action a manifest names, e.g. ``c2pa.created``."""

    name: str
    source_type: str = ""
    agent: str = ""
    agent_version: str = ""
    when: str = ""
    ingredients: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ManifestSaid:
    """One manifest of a store.

    Attributes:
        assertions: data by label; actions and ingredients stand in their own fields.
        labels: of every assertion and ingredient as the manifest has them, ``c2pa.actions.v2`` among them.
        spec_version: the version of C2PA that the claim generator names, empty where it names none.
        claim_version: 1 for claims of C2PA 1.x, 2 since; 0 where nobody says.
        lists_all: of each actions assertion, what it says of holding all actions; ``None`` where nothing.
    """

    label: str
    generator: str
    title: str
    signer: Signer | None
    actions: tuple[ActionSaid, ...]
    ingredients: tuple[IngredientSaid, ...]
    assertions: Mapping[str, Any] = field(default_factory=dict)
    labels: tuple[str, ...] = ()
    spec_version: str = ""
    claim_version: int = 0
    lists_all: tuple[bool | None, ...] = ()


@dataclass(frozen=True, slots=True)
class Binding:
    """The hash by which a manifest holds to its file: one that the C2PA library found to match.

    Attributes:
        kind: as the library's code names it: ``bmffHash``, ``dataHash``, ``boxesHash`` and others.
        said: its assertion as the library read it; ``None`` where it does not tell that.
        earlier: it stands in an earlier manifest, which the active one updates.
    """

    kind: str
    said: Mapping[str, Any] | None
    earlier: bool = False


@dataclass(frozen=True, slots=True)
class Credentials:
    """All that reading a file's content credentials told.

    Attributes:
        present: there is a manifest, embedded or beside the file.
        where: ``embedded``, the sidecar's name, or the address that the file names; empty without one.
        integrity: the bytes are those that were signed (hard binding and assertion hashes).
        signature: the claim's signature verifies.
        trust: the signer is on a list; which one is in ``trust_list``.
        time: the certificate was valid when it signed, shown by a trusted timestamp or not yet expired.
        trust_list: name and date of the list that trusts the signer, empty where none does.
        problems: validation codes of failures, over all manifests.
        manifests: the active one first.
        unreadable: why the credentials could not be read at all, empty otherwise.
        timestamp: what stands with the signature, trusted or not; ``None`` where there is none that fits it.
        bindings: the hashes that ``integrity`` rests on.
    """

    present: bool
    where: str = ""
    state: str = ""
    integrity: Check = Check.NOT_CHECKED
    signature: Check = Check.NOT_CHECKED
    trust: Check = Check.NOT_CHECKED
    time: Check = Check.NOT_CHECKED
    trust_list: str = ""
    problems: tuple[str, ...] = ()
    manifests: tuple[ManifestSaid, ...] = ()
    unreadable: str = ""
    timestamp: Timestamp | None = None
    bindings: tuple[Binding, ...] = ()

    @property
    def active(self) -> ManifestSaid | None:
        """The manifest that speaks for the file."""
        return self.manifests[0] if self.manifests else None

    @property
    def elsewhere(self) -> str:
        """The address where the file says that its manifest is, which is never asked; empty without one."""
        return self.where if "://" in self.where else ""

    @property
    def verified(self) -> bool:
        """Intact, signed in time, and by a signer on a list: what a signed claim may rest on."""
        passed = (self.integrity, self.signature, self.trust)
        return all(check is Check.PASSED for check in passed) and self.time is not Check.FAILED

    def named(self, label: str) -> ManifestSaid | None:
        """The manifest with this label."""
        return next((m for m in self.manifests if m.label == label), None)


@dataclass(frozen=True, slots=True)
class EditSaid:
    """Something done to a video, as a person declares it.

    Attributes:
        action: a C2PA action, e.g. ``c2pa.adjustedColor``.
        by: who says so.
        what: in a few words.
        source_type: last part of the IPTC digital source type; edits by a person where empty.
        software: what it was done with.
    """

    action: str
    by: str = ""
    what: str = ""
    source_type: str = ""
    software: str = ""


@dataclass(frozen=True, slots=True)
class IngredientPlan:
    """An ingredient to be put into a manifest.

    Attributes:
        definition: the C2PA ingredient as a dictionary.
        mime: media type of ``path``.
        path: a media file whose own manifest travels along; ``None`` for a prompt or a model.
        manifest: the ingredient's own manifest store where it lies beside the file.
        sha256: what the bytes of ``path`` must be; empty where its own manifest vouches for them.
        bare: its own manifest stays behind; the file is only looked at.
    """

    definition: Mapping[str, Any]
    mime: str = ""
    path: Path | None = None
    manifest: bytes | None = None
    sha256: str = ""
    bare: bool = False


@dataclass(frozen=True, slots=True)
class ManifestPlan:
    """A manifest ready to be validated and signed.

    Attributes:
        definition: the C2PA manifest definition.
        resources: bytes by identifier (prompts, thumbnails).
        seconds: length of the video it is for, ``None`` where that is not known.
        without: texts that must not stand in the signed file.
        left_behind: what does not come along though it is at hand, since it may hold words, for people.
    """

    definition: Mapping[str, Any]
    ingredients: tuple[IngredientPlan, ...] = ()
    resources: Mapping[str, bytes] = field(default_factory=dict)
    seconds: Fraction | None = None
    without: tuple[str, ...] = ()
    left_behind: tuple[str, ...] = ()
