"""Signing without ever leaving something half-signed behind.

The library truncates its destination before it knows whether it can sign, and what it signs
is not proven to read back. So: a temporary file in the destination's folder, read again with
every byte of the media hashed, compared with what was planned, and only then moved.
"""

from __future__ import annotations

import contextlib
import io
import json
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from circletake.errors import CircletakeError, SigningError
from circletake.files import sha256_of, sync_file, sync_folder
from circletake.model.manifest import Check, Credentials, IngredientPlan, ManifestPlan, Timestamp
from circletake.model.text import printable
from circletake.protocols import OpenSigner
from circletake.provenance import vocabulary as words
from circletake.provenance.container import (
    MIMES,
    NOT_EMBEDDABLE,
    PAPERS,
    SIDECAR,
    embedded_manifest,
    sidecar_of,
)
from circletake.provenance.manifest import plan_record
from circletake.provenance.privacy import public
from circletake.provenance.reading import altering, read_credentials
from circletake.provenance.redaction import still_in
from circletake.provenance.session import context
from circletake.provenance.timestamps import Relay, relayed
from circletake.provenance.validate import problems


@dataclass(frozen=True, slots=True)
class Signed:
    """A file that was signed, read again and put in its place.

    Attributes:
        sidecar: the manifest beside it, where the format cannot hold one.
        sha256: of the file itself.
        certificate: SHA-256 fingerprint of the signing certificate.
        timestamp: what stands with the signature, where one was asked for.
    """

    path: Path
    sidecar: Path | None
    sha256: str
    size: int
    certificate: str
    timestamp: Timestamp | None = None


def sign(
    plan: ManifestPlan,
    source: Path,
    destination: Path,
    signer: OpenSigner,
    mime: str = "",
    title: str = "",
    timestamper: str = "",
) -> Signed:
    """Write ``source`` to ``destination`` with the manifest of ``plan``.

    WebM, MKV, JSON and HTML cannot hold a manifest: theirs lies beside them, ``x.webm`` with
    ``x.c2pa``, ``release.json`` with ``release.json.c2pa``.

    Args:
        source: the unsigned (or differently signed) media; may be the destination itself.
        mime: media type; told by the suffix of ``destination`` where empty.
        title: the name people will know the file by, in errors too; that of ``destination`` where empty.
        timestamper: address of an RFC 3161 service to ask for the time; without one, no network is used.

    Raises:
        SigningError: the plan is not acceptable, an ingredient is altered, signing failed, the
            timestamper did not answer, or the result does not read back. What stood at
            ``destination`` still stands there.
        CircletakeError: of another kind, when the signer itself raised one.
    """
    name = title or destination.name
    if found := problems(plan):
        raise SigningError(name, "; ".join(found[:3]), "nothing was signed; mend the recipe and sign again")
    for path in (source, destination):
        if path.is_symlink():
            raise SigningError(str(path), "is a link", "name the file itself")
    if not source.is_file():
        raise SigningError(str(source), "there is no such file", "render it again")
    for ingredient in plan.ingredients:
        _verify(ingredient)
    suffix = destination.suffix.lower()
    media = mime or MIMES.get(suffix, "")
    if not media:
        raise SigningError(
            name,
            f"a '{suffix}' file cannot be signed",
            "use mp4, mov, m4v, avi, gif, webm or mkv; jpg or png for a still",
        )
    beside = _sidecar_of(destination)
    with _temporary_folder(destination.parent) as folder:
        staged = folder / destination.name
        with _relay(timestamper) as relay:
            store = _build(plan, source, staged, signer, media, name, relay, embed=beside is None)
        sidecar = None if beside is None else folder / beside.name
        if sidecar is not None:
            shutil.copyfile(source, staged)
            sidecar.write_bytes(store)
        certificate, timestamp = _read_back(plan, staged, name, store, signer, relay)
        if any(still_in(each, plan.without) for each in (staged, sidecar) if each):
            raise SigningError(
                name,
                "was signed, but still holds words of a prompt that is to be kept back",
                "nothing was put in its place; look for them in names and titles",
            )
        digest, size = sha256_of(staged), staged.stat().st_size
        for file in filter(None, (staged, sidecar)):
            sync_file(file)
        _publish(staged, destination, sidecar, beside)
        sync_folder(destination.parent)
    return Signed(destination, beside, digest, size, certificate, timestamp)


def seal(
    record: Path,
    signer: OpenSigner,
    *,
    when: datetime,
    generator_version: str = "",
    timestamper: str = "",
    source: Path | None = None,
) -> Signed:
    """Sign a paper (JSON or HTML) where it lies; its manifest becomes ``<name>.c2pa`` beside it.

    Args:
        timestamper: as :func:`sign`.
        source: where its bytes are, when they are not yet at ``record``.

    Raises:
        SigningError: as :func:`sign`.
    """
    plan = plan_record(record.name, when, generator_version=generator_version)
    return sign(plan, source or record, record, signer, timestamper=timestamper)


def _relay(timestamper: str) -> contextlib.AbstractContextManager[Relay | None]:
    return relayed(timestamper) if timestamper else contextlib.nullcontext()


def _publish(staged: Path, destination: Path, sidecar: Path | None, beside: Path | None) -> None:
    """Move what was signed into place: the manifest first, since a file without it is an unsigned one."""
    if sidecar is None or beside is None:
        staged.replace(destination)
        return
    former = beside.read_bytes() if beside.exists() else None
    sidecar.replace(beside)
    try:
        staged.replace(destination)
    except BaseException:
        beside.unlink()
        if former is not None:
            beside.write_bytes(former)
        raise


def _sidecar_of(destination: Path) -> Path | None:
    suffix = destination.suffix.lower()
    if suffix not in NOT_EMBEDDABLE | PAPERS:
        return None
    namesakes = (destination.with_suffix(other) for other in NOT_EMBEDDABLE - {suffix})
    if suffix in PAPERS or any(other.exists() for other in namesakes):
        return destination.with_name(destination.name + SIDECAR)
    return destination.with_suffix(SIDECAR)


def _verify(ingredient: IngredientPlan) -> None:
    """Refuse a file that was altered: the library would add it, and still call the whole trusted."""
    path = ingredient.path
    if path is None:
        return
    title = printable(str(ingredient.definition.get("title", path.name)), 80)
    if not path.is_file():
        raise SigningError(title, f"its file is missing: {path}", "find it: circletake library relink")
    if ingredient.sha256 and sha256_of(path) != ingredient.sha256:
        raise SigningError(
            title, "its bytes are not those the library recorded", "see: circletake library verify"
        )
    said = read_credentials(path, manifest=ingredient.manifest)
    if said.present and (said.unreadable or Check.FAILED in {said.integrity, said.signature}):
        why = said.unreadable or ", ".join(altering(said.problems)) or "its signature does not verify"
        raise SigningError(
            title, f"altered after it was signed ({why})", "get the original file again and import it"
        )


def _build(
    plan: ManifestPlan,
    source: Path,
    staged: Path,
    signer: OpenSigner,
    mime: str,
    title: str,
    relay: Relay | None,
    *,
    embed: bool,
) -> bytes:
    """Sign into ``staged`` (left empty without ``embed``) and give the manifest store."""
    import c2pa

    caught: list[BaseException] = []
    try:
        with c2pa.Builder({**plan.definition, "title": public(title)}, context=context()) as builder:
            for identifier, data in plan.resources.items():
                builder.add_resource(identifier, io.BytesIO(data))
            for ingredient in plan.ingredients:
                _add(builder, ingredient)
            if not embed:
                builder.set_no_embed()
            with (
                _native(signer, caught, relay) as native,
                source.open("rb") as reading,
                staged.open("w+b") as writing,
            ):
                return bytes(builder.sign(native, mime, reading, writing))
    except Exception as error:  # the library, a file or a signer: whichever it was, it is told below
        if caught:
            raise caught[0] from error
        if relay and relay.failure:
            raise relay.failure from error
        if isinstance(error, CircletakeError):
            raise
        reason = printable(f"{type(error).__name__.strip('_')}: {error}", 200)
        if relay and relay.answered and isinstance(error, c2pa.C2paError.Signature):
            raise relay.wrong(f"answered with what is no timestamp of this signature ({reason})") from error
        raise SigningError(
            title, f"could not be signed ({reason})", "nothing was put in its place"
        ) from error


def _add(builder: Any, ingredient: IngredientPlan) -> None:
    definition = dict(ingredient.definition)
    if ingredient.path is None or ingredient.bare:
        builder.add_ingredient(definition, "application/octet-stream", io.BytesIO())
        return
    mime = ingredient.mime or MIMES.get(ingredient.path.suffix.lower(), "application/octet-stream")
    store = ingredient.manifest
    if store is None and (sidecar := sidecar_of(ingredient.path)):
        store = sidecar.read_bytes()
    with ingredient.path.open("rb") as file:
        if store is not None and embedded_manifest(ingredient.path) is None:
            definition |= _beside(builder, f"{definition['instance_id']}.c2pa", store, mime, file)
            file.seek(0)
        builder.add_ingredient(definition, mime, file)


def _beside(builder: Any, identifier: str, store: bytes, mime: str, file: BinaryIO) -> dict[str, Any]:
    """What hands over a manifest that lies beside its ingredient: the library looks inside it only."""
    import c2pa

    with c2pa.Reader(mime, file, manifest_data=store, context=context()) as reader:
        results = reader.get_validation_results()
        active = json.loads(reader.json())["active_manifest"]
    builder.add_resource(identifier, io.BytesIO(store))
    return {
        "manifest_data": {"format": "application/c2pa", "identifier": identifier},
        "active_manifest": active,
        "validation_results": results,
    }


@contextlib.contextmanager
def _native(signer: OpenSigner, caught: list[BaseException], relay: Relay | None) -> Iterator[Any]:
    """The library's signer around ours; what ours raises is kept, since the library swallows it."""
    import c2pa

    def call(data: bytes) -> bytes:
        try:
            return signer.sign(data)
        except BaseException as error:
            caught.append(error)
            return b""

    algorithm = getattr(c2pa.C2paSigningAlg, signer.algorithm.upper())
    native = c2pa.Signer.from_callback(call, algorithm, signer.chain_pem, relay.url if relay else None)
    try:
        yield native
    finally:
        native.close()


def _read_back(
    plan: ManifestPlan, staged: Path, name: str, store: bytes, signer: OpenSigner, relay: Relay | None
) -> tuple[str, Timestamp | None]:
    """The certificate's fingerprint and the timestamp, once everything planned was found in the file."""
    from cryptography import x509

    from circletake.provenance.certificates import fingerprint

    said = read_credentials(staged)
    active = said.active
    faults = [
        reason
        for wrong, reason in (
            (bool(said.unreadable), said.unreadable),
            (said.integrity is not Check.PASSED, "its bytes do not match its manifest"),
            (said.signature is not Check.PASSED, "its signature does not verify"),
            (said.time is Check.FAILED, "the certificate is not valid now"),
            (bool(altering(said.problems)), "an ingredient is altered"),
            (relay is not None and said.timestamp is None, "its timestamp does not belong to it"),
        )
        if wrong
    ]
    if faults or active is None:
        raise _not_back(name, "; ".join(faults) or "no manifest was found")
    if missing := _missing(plan, said):
        raise _not_back(name, f"missing in its manifest: {', '.join(missing)}")
    expected = fingerprint(x509.load_pem_x509_certificate(signer.chain_pem.encode("ascii")))
    if active.signer is None or active.signer.sha256 != expected:
        raise _not_back(name, "another certificate signed it")
    return expected, said.timestamp


def _missing(plan: ManifestPlan, said: Credentials) -> list[str]:
    active = said.active
    assert active is not None
    back = {each.instance_id: each for each in active.ingredients}
    lost = []
    for planned in plan.ingredients:
        definition = planned.definition
        found = back.get(str(definition["instance_id"]))
        data = definition.get("data")
        text = plan.resources[data["identifier"]] if data else None
        if found is None or found.role != definition["relationship"]:
            lost.append(str(definition["title"]))
        elif text is not None and found.text != text.decode("utf-8", "replace"):
            lost.append(f"the text of {definition['title']}")
        elif planned.manifest is not None and not planned.bare and not found.manifest:
            lost.append(f"the provider's manifest of {definition['title']}")
    for assertion in plan.definition["assertions"]:
        label = assertion["label"]
        if label == words.ACTIONS:
            wanted = [action["action"] for action in assertion["data"]["actions"]]
            if wanted != [action.name for action in active.actions]:
                lost.append("actions")
        elif label not in active.assertions:
            lost.append(label)
    return lost


def _not_back(name: str, reason: str) -> SigningError:
    return SigningError(name, f"was signed, but reads back wrong ({reason})", "nothing was put in its place")


@contextlib.contextmanager
def _temporary_folder(parent: Path) -> Iterator[Path]:
    """A folder on the destination's own file system, gone afterwards whatever happened."""
    try:
        folder = Path(tempfile.mkdtemp(prefix=".signing-", dir=parent))
    except OSError as error:
        raise SigningError(
            str(parent), f"cannot be written: {error.strerror}", "check that the folder is there and has room"
        ) from error
    try:
        yield folder
    except OSError as error:
        raise SigningError(
            str(parent),
            f"cannot be written: {error.strerror or error}",
            "check that the folder is there and has room",
        ) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)
