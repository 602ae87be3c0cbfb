"""Reading content credentials of files that strangers made: offline, and never with an exception.

Integrity, signature, trust and time are answered apart: a clip whose signer nobody knows, or
whose certificate has expired since, is not an altered clip.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from circletake.model.manifest import Binding, Check, Credentials, ManifestSaid, Signer, Timestamp
from circletake.model.text import printable
from circletake.provenance.chain import embedded_data, reaches, signing_certificates
from circletake.provenance.container import (
    MIMES,
    MOST_BOXES,
    crowded,
    embedded_manifest,
    has_credentials,
    raw_manifest,
    sidecar_of,
    slack,
)
from circletake.provenance.said import ingredient_problems, manifest_said
from circletake.provenance.session import context
from circletake.provenance.trust import TrustList

__all__ = ["has_credentials", "raw_manifest", "read_credentials", "slack"]

_BOUND = frozenset(
    {
        "assertion.bmffHash.match",
        "assertion.dataHash.match",
        "assertion.boxesHash.match",
        "assertion.collectionHash.match",
        "assertion.multiAssetHash.match",
    }
)

_STORE, _ASSERTIONS = "self#jumbf=/c2pa/", "/c2pa.assertions/"

_ILL_FORMED = (
    "assertion.action.ingredientMismatch",
    "assertion.action.malformed",
    "assertion.action.redactionMismatch",
    "assertion.action.skipped",
    "assertion.action.softBindingMissing",
    "assertion.external-reference.malformed",
    "assertion.ingredient.malformed",
    "assertion.metadata.disallowed",
    "algorithm.deprecated",
)
"""The signer's own statement is not as C2PA asks for; had it been changed since, its hash would tell."""

_SIGNATURE_FAILURES = frozenset(
    {"claimSignature.mismatch", "claimSignature.missing", "algorithm.unsupported"}
)

_OTHER_QUESTIONS = (
    "signingCredential.",
    "timeStamp.",
    "cawg.",
    "claimSignature.outsideValidity",
    "ingredient.unknownProvenance",
    "manifest.inaccessible",
)


LARGEST = 64 * 2**20
"""Bytes of what manifests say, and of their texts, that are taken in; 55 clips with prompts say 1 MB."""


def read_credentials(
    path: Path,
    trust: Sequence[TrustList] = (),
    at: datetime | None = None,
    *,
    manifest: bytes | None = None,
) -> Credentials:
    """All that a file's manifest says, and how far it can be relied on.

    Args:
        trust: lists to look the signer up in; the first that knows it is named.
        at: the moment for which a certificate's validity is judged; now where ``None``.
        manifest: the store that belongs to a file which carries none itself.

    Returns:
        ``present`` is false without a manifest; ``unreadable`` says why one could not be read.
    """
    beside: bytes | None = None
    where = "embedded"
    try:
        with path.open("rb") as file:
            mime = _mime(path, file.read(12))
            store = embedded_manifest(path)
            if store is None and manifest is not None:
                store, beside, where = manifest, manifest, "kept"
            elif store is None and (sidecar := sidecar_of(path)):
                store = beside = sidecar.read_bytes()
                where = sidecar.name
            if mime is None and store is None:
                return Credentials(present=False)
            if crowded(path):
                raise ValueError(f"more than {MOST_BOXES} boxes")
            file.seek(0)
            reader = _open(mime or "application/octet-stream", file, beside, trust)
            if reader is None:
                return Credentials(present=False)
            with reader:
                return _told(reader, store, where, trust, at)
    except Exception as error:  # a hostile file may fail in any way; why is told as `unreadable`
        if address := _elsewhere(str(error)):
            return Credentials(present=True, where=printable(address, 200))
        present = beside is not None or embedded_manifest(path) is not None
        return Credentials(present=present, unreadable=_reason(error))


def _elsewhere(error: str) -> str:
    """The address that the library names where a file holds no manifest; it is told not to ask there."""
    kind, _, address = error.partition(" url ")
    return address if kind.startswith("Remote: ") and "://" in address and not address.count(" ") else ""


def _mime(path: Path, head: bytes) -> str | None:
    known = MIMES.get(path.suffix.lower())
    return known or ("video/mp4" if head[4:8] == b"ftyp" else None)


def _open(mime: str, stream: Any, sidecar: bytes | None, trust: Sequence[TrustList]) -> Any:
    import c2pa

    if sidecar is not None:
        return c2pa.Reader(mime, stream, manifest_data=sidecar, context=context(trust))
    try:
        return c2pa.Reader.try_create(mime, stream, context=context(trust))
    except c2pa.C2paError.NotSupported:
        return None


def _told(
    reader: Any, store: bytes | None, where: str, trust: Sequence[TrustList], at: datetime | None
) -> Credentials:
    document = _document(reader)
    results = document.get("validation_results") or {}
    active = results.get("activeManifest") or {}
    passed, failed = _codes(active, "success"), _codes(active, "failure")
    state = str(document.get("validation_state") or "")
    signers = [each for each in trust if each.kind == "signers"]
    clocks = [each for each in trust if each.kind == "timestampers"]
    known = _signer_list(document, store, trust)
    clock = _clock(results, store, clocks)
    stamped = bool(clock)
    said = _manifests(reader, document, store, stamped)
    signer = said[0].signer if said else None
    now = at or datetime.now(UTC)
    # A list of the other kind misled the library: what it found there is taken back.
    if not known and _TRUSTED in passed:
        failed, state = [*failed, "signingCredential.untrusted"], "Valid" if state == "Trusted" else state
    if not stamped and "timeStamp.trusted" in passed and _outlived(signer, now):
        failed, state = [*failed, "signingCredential.expired"], "Invalid"
    changed = ingredient_problems(results)
    problems = [
        *failed,
        *changed,
        *(p for m in said for i in m.ingredients for p in i.problems),
    ]
    return Credentials(
        present=True,
        where=where,
        state=state,
        integrity=_integrity(passed, failed, changed),
        signature=_signature(passed, failed),
        trust=Check.PASSED if known else Check.FAILED if signers else Check.NOT_CHECKED,
        time=_time(failed, stamped, signer, at),
        trust_list=known,
        timestamp=_timestamp(document, active, clock),
        bindings=tuple(_bindings(reader, document, active)),
        problems=tuple(dict.fromkeys(problems)),
        manifests=said,
    )


def _document(reader: Any) -> dict[str, Any]:
    text = reader.json()
    if len(text) > LARGEST:
        raise ValueError(f"its manifests say more than {LARGEST // 2**20} MB")
    document: dict[str, Any] = json.loads(text)
    return document


def _bindings(reader: Any, document: Mapping[str, Any], active: Mapping[str, Any]) -> Iterator[Binding]:
    """The hashes that matched, each as the library itself read it: another parser might see another."""
    matched = [row for row in active.get("success") or () if row.get("code") in _BOUND]
    try:
        text = reader.detailed_json() if matched else "{}"
        every = json.loads(text)["manifests"] if matched and len(text) <= LARGEST else {}
    except Exception:  # it tells the rest and not this: no hash is then said to be known
        every = {}
    for row in matched:
        manifest, _, label = str(row.get("url")).removeprefix(_STORE).partition(_ASSERTIONS)
        body = (every.get(manifest) or {}).get("assertion_store", {}).get(label)
        yield Binding(
            kind=str(row["code"]).split(".")[1],
            said=body if isinstance(body, dict) else None,
            earlier=manifest != document.get("active_manifest"),
        )


def _manifests(
    reader: Any, document: Mapping[str, Any], store: bytes | None, stamped: bool
) -> tuple[ManifestSaid, ...]:
    """Every manifest of the store, the active one first."""
    every: Mapping[str, Any] = document.get("manifests") or {}
    first = str(document.get("active_manifest") or "")
    labels = sorted(every, key=lambda label: label != first)
    deltas = (document.get("validation_results") or {}).get("ingredientDeltas") or []

    certificates = signing_certificates(store) if store else {}

    data = embedded_data(store) if store else {}
    left = LARGEST

    def resource(uri: str) -> bytes | None:
        nonlocal left
        found = data.get(uri)
        if found is None:
            into = io.BytesIO()
            try:
                reader.resource_to_stream(uri, into)
            except Exception:  # a resource that is named and not there is simply not there
                return None
            found = into.getvalue()
        left -= len(found)
        if left < 0:
            raise ValueError(f"its texts are larger than {LARGEST // 2**20} MB")
        return found

    return tuple(
        manifest_said(label, every[label], resource, certificates, deltas, stamped and label == first)
        for label in labels
    )


def _codes(results: Mapping[str, Any], kind: str) -> list[str]:
    return [str(row.get("code", "")) for row in results.get(kind) or ()]


def altering(codes: Sequence[str]) -> list[str]:
    """Those of some failure codes that mean altered bytes: no unknown signer, other date or bad form."""
    others = (*_OTHER_QUESTIONS, *_ILL_FORMED)
    return [c for c in codes if not c.startswith(others) and c not in _SIGNATURE_FAILURES]


def _integrity(passed: Sequence[str], failed: Sequence[str], changed: Sequence[str]) -> Check:
    """Whether bytes and assertions are those that were signed; no matter by whom or when.

    Args:
        changed: failures inside ingredients that were not there when the file was signed.
    """
    if altering([*failed, *changed]):
        return Check.FAILED
    return Check.PASSED if _BOUND & set(passed) else Check.NOT_CHECKED


def _signature(passed: Sequence[str], failed: Sequence[str]) -> Check:
    if _SIGNATURE_FAILURES & set(failed):
        return Check.FAILED
    return Check.PASSED if "claimSignature.validated" in passed else Check.NOT_CHECKED


def _time(failed: Sequence[str], stamped: bool, signer: Signer | None, at: datetime | None) -> Check:
    """Whether the certificate was valid when it signed, or, without a timestamp, at the moment asked about.

    The library judges by today's date, so its word on that counts only where no other moment is asked about.
    """
    outside = "claimSignature.outsideValidity" in failed
    if outside or (at is None and "signingCredential.expired" in failed):
        return Check.FAILED
    if stamped:
        return Check.PASSED
    if signer is None or signer.not_after is None:
        return Check.NOT_CHECKED
    moment = at or datetime.now(UTC)
    begun = signer.not_before is None or signer.not_before <= moment
    return Check.PASSED if begun and moment <= signer.not_after else Check.FAILED


def _outlived(signer: Signer | None, at: datetime) -> bool:
    return signer is not None and signer.not_after is not None and at > signer.not_after


_STAMPED = re.compile(r"timestamp message digest matched: (.*)", re.DOTALL)


def _timestamp(document: Mapping[str, Any], active: Mapping[str, Any], clock: str) -> Timestamp | None:
    """The timestamp of the active manifest; its maker's name stands in the library's explanation alone."""
    row = next((r for r in active.get("success") or () if r.get("code") == "timeStamp.validated"), None)
    if row is None:
        return None
    named = _STAMPED.fullmatch(str(row.get("explanation") or ""))
    manifest = (document.get("manifests") or {}).get(document.get("active_manifest")) or {}
    at = _moment((manifest.get("signature_info") or {}).get("time"))
    return Timestamp(printable(named[1], 80) if named else "", at, clock)


def _moment(value: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(str(value))
    except ValueError:
        return None


_TRUSTED = "signingCredential.trusted"


def _signer_list(document: Mapping[str, Any], store: bytes | None, trust: Sequence[TrustList]) -> str:
    """The list of signers that the active manifest's signer is on; empty where it is on none.

    The list that the library names is any manifest's, an ingredient's too, and the first of any kind: it is
    believed only where there is no other manifest and it is a list of signers.
    """
    results = document.get("validation_results") or {}
    if _TRUSTED not in _codes(results.get("activeManifest") or {}, "success"):
        return ""
    if len(document.get("manifests") or {}) == 1:
        by_name = {f"list:{index}": each.label for index, each in enumerate(trust) if each.kind == "signers"}
        if named := by_name.get(str(results.get("trustListUri"))):
            return named
    clocks = [each for each in trust if each.kind == "timestampers"]
    active = str(document.get("active_manifest") or "")
    leading = [each for each in trust if reaches(store or b"", active, each.pem)]
    if len(leading) == 1 and leading[0].kind == "signers":
        # No other can be the reason; to ask again of a film of many clips takes as long as to read it.
        return leading[0].label
    for each in trust:
        if each.kind == "signers" and (
            _rests_on(_TRUSTED, results, store, each)
            or (
                # One that has expired is trusted by its timestamp, and the library asks any list for either.
                _rests_on(_TRUSTED, results, store, each, *clocks) and reaches(store or b"", active, each.pem)
            )
        ):
            return each.label
    return ""


_CLAIM_1 = "no list (C2PA 1 asked for none)"


def _clock(results: Mapping[str, Any], store: bytes | None, clocks: Sequence[TrustList]) -> str:
    """The list of timestampers that the timestamp rests on, or that a claim of C2PA 1 needs none."""
    code = "timeStamp.trusted"
    return _vouching(code, results, store, clocks) or (_CLAIM_1 if _rests_on(code, results, store) else "")


def _vouching(code: str, results: Mapping[str, Any], store: bytes | None, lists: Sequence[TrustList]) -> str:
    """The first of some lists of one kind that ``code`` rests on."""
    return next((each.label for each in lists if _rests_on(code, results, store, each)), "")


def _rests_on(code: str, results: Mapping[str, Any], store: bytes | None, *lists: TrustList) -> bool:
    """Whether the active manifest has a code of success with these lists alone, asked of the store alone."""
    if store is None or code not in _codes(results.get("activeManifest") or {}, "success"):
        return False
    import c2pa

    with c2pa.Reader("video/mp4", io.BytesIO(b""), manifest_data=store, context=context(lists)) as reader:
        alone = reader.get_validation_results() or {}
    return code in _codes(alone.get("activeManifest") or {}, "success")


def _reason(error: Exception) -> str:
    """One plain line, without the library's own prefixes."""
    kind = type(error).__name__.strip("_").removeprefix("C2pa")
    text = printable(str(error), 160).removeprefix(f"{kind}: ")
    if isinstance(error, MemoryError):
        return "needs more memory than there is"
    if isinstance(error, FileNotFoundError):
        return "there is no such file"
    if isinstance(error, OSError):
        return f"cannot be read: {error.strerror or text}"
    return text or kind
