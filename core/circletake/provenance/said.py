"""From the C2PA library's JSON to frozen values. Every field of it is hostile until shown otherwise."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from circletake.model.manifest import ActionSaid, IngredientSaid, ManifestSaid, Signer
from circletake.provenance.certificates import fingerprint
from circletake.provenance.regions import spans

if TYPE_CHECKING:
    from cryptography import x509

Resource = Callable[[str], bytes | None]

_TEXT_LIMIT = 1_000_000

MOST_PARTS = 5_000
"""Ingredients, actions or places in a cut that one manifest may name; a feature film has 2,000 shots."""


def manifest_said(
    label: str,
    data: Mapping[str, Any],
    resource: Resource,
    certificates: Mapping[str, x509.Certificate],
    deltas: Iterable[Mapping[str, Any]],
    stamped: bool,
) -> ManifestSaid:
    """One manifest of a store.

    Args:
        resource: gives the bytes behind a URI of the store.
        certificates: signing certificates by label.
        deltas: what reading found of ingredients beyond what their manifests recorded.
        stamped: a trusted timestamp vouches for the time of signing.

    Raises:
        ValueError: it names more than :data:`MOST_PARTS`.
    """
    rows = _list(data.get("assertions"))
    assertions: dict[str, Any] = {}
    for row in rows:
        name = str(row.get("label", ""))
        number = 1
        while name in assertions:
            name = f"{row.get('label', '')}__{number}"
            number += 1
        assertions[name] = row.get("data")
    raw = _list(data.get("ingredients"))
    ids = {str(row.get("label", "")): str(row.get("instance_id", "")) for row in raw}
    told = [value for name, value in assertions.items() if name.startswith("c2pa.actions")]
    actions = [row for value in told for row in _actions(value)]
    placed = _places(actions, ids)
    if max(len(raw), len(actions), sum(map(len, placed.values()))) > MOST_PARTS:
        raise ValueError(f"a manifest names more than {MOST_PARTS} parts")
    found = _about(deltas, label)
    info = next(iter(_list(data.get("claim_generator_info"))), {})
    named = " ".join(str(info[key]) for key in ("name", "version") if info.get(key))
    return ManifestSaid(
        label=label,
        generator=named or str(data.get("claim_generator") or ""),
        title=str(data.get("title") or ""),
        signer=_signer(data.get("signature_info"), certificates.get(label), stamped),
        actions=tuple(_action(row, ids) for row in actions),
        ingredients=tuple(_ingredient(row, resource, placed, found) for row in raw),
        assertions={name: value for name, value in assertions.items() if not name.startswith("c2pa.actions")},
        labels=tuple(str(row.get("label") or "") for row in (*rows, *raw)),
        claim_version=_number(data.get("claim_version")),
        spec_version=str(info.get("specVersion") or ""),
        lists_all=tuple(_yes_or_no(_map(value).get("allActionsIncluded")) for value in told),
    )


def ingredient_problems(results: Mapping[str, Any]) -> list[str]:
    """Failures that reading found inside ingredients, over all of them."""
    return [
        str(failure.get("code", ""))
        for delta in _list(results.get("ingredientDeltas"))
        for failure in _list(_map(delta.get("validationDeltas")).get("failure"))
    ]


def _signer(info: Any, certificate: x509.Certificate | None, stamped: bool) -> Signer | None:
    from cryptography.x509.oid import NameOID

    info = _map(info)
    if not info and certificate is None:
        return None

    def first(name: x509.Name, *kinds: x509.ObjectIdentifier) -> str:
        found = (attribute for kind in kinds for attribute in name.get_attributes_for_oid(kind))
        return str(next((attribute.value for attribute in found), ""))

    claimed = str(info.get("issuer") or info.get("common_name") or "")
    issuer = serial = sha256 = ""
    not_after = not_before = None
    if certificate is not None:
        claimed = first(certificate.subject, NameOID.ORGANIZATION_NAME, NameOID.COMMON_NAME)
        issuer = first(certificate.issuer, NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME)
        serial, sha256 = f"{certificate.serial_number:x}", fingerprint(certificate)
        not_after = certificate.not_valid_after_utc
        not_before = certificate.not_valid_before_utc
    return Signer(
        name=claimed,
        issuer=issuer,
        algorithm=str(info.get("alg") or "").lower(),
        serial=serial or str(info.get("cert_serial_number") or ""),
        sha256=sha256,
        not_after=not_after,
        signed_at=_moment(info.get("time")) if stamped else None,
        not_before=not_before,
    )


def _action(row: Mapping[str, Any], ids: Mapping[str, str]) -> ActionSaid:
    agent = row.get("softwareAgent")
    named = agent if isinstance(agent, str) else str(_map(agent).get("name") or "")
    return ActionSaid(
        name=str(row.get("action") or ""),
        source_type=_source_type(row.get("digitalSourceType")),
        agent=named,
        agent_version=str(_map(agent).get("version") or ""),
        when=str(row.get("when") or ""),
        ingredients=tuple(_linked(row, ids)),
    )


def _ingredient(
    row: Mapping[str, Any],
    resource: Resource,
    placed: Mapping[str, list[tuple[Fraction, Fraction]]],
    found: Mapping[str, Mapping[str, Any]],
) -> IngredientSaid:
    types = _list(row.get("data_types"))
    region = _map(_map(row.get("metadata")).get("regionOfInterest")).get("region")
    identity = str(row.get("instance_id") or "")
    return IngredientSaid(
        title=str(row.get("title") or ""),
        role=str(row.get("relationship") or ""),
        instance_id=identity,
        types=tuple(str(each.get("type") or "") for each in types),
        text=_text(_map(row.get("data")), resource),
        version=next((str(each["version"]) for each in types if each.get("version")), ""),
        uri=str(row.get("informational_URI") or ""),
        manifest=str(row.get("active_manifest") or ""),
        source_range=next(iter(spans(region)), None),
        placed=tuple(placed.get(identity, ())),
        source_type=_source_type(row.get("digital_source_type")),
        problems=_problems(row, found.get(str(row.get("label") or ""), {})),
    )


def _about(deltas: Iterable[Mapping[str, Any]], manifest: str) -> dict[str, Mapping[str, Any]]:
    """What was found of the ingredients of one manifest, by their labels: other manifests use the same."""
    inside = f"/{manifest}/"
    uris = ((str(delta.get("ingredientAssertionURI", "")), delta) for delta in deltas)
    return {
        uri.rpartition("/")[2]: _map(delta.get("validationDeltas")) for uri, delta in uris if inside in uri
    }


def _problems(row: Mapping[str, Any], found: Mapping[str, Any]) -> tuple[str, ...]:
    """Failures recorded when the ingredient was added, less those that reading settled since."""
    recorded = _map(_map(row.get("validation_results")).get("activeManifest"))
    codes = [str(each.get("code", "")) for each in _list(recorded.get("failure"))]
    if any(each.get("code") == "signingCredential.trusted" for each in _list(found.get("success"))):
        codes = [code for code in codes if code != "signingCredential.untrusted"]
    codes += [str(each.get("code", "")) for each in _list(found.get("failure"))]
    return tuple(dict.fromkeys(codes))


def _text(data: Mapping[str, Any], resource: Resource) -> str | None:
    uri = data.get("identifier")
    if not uri or not str(data.get("format") or "").startswith("text/"):
        return None
    found = resource(str(uri))
    if found is None or len(found) > _TEXT_LIMIT:
        return None
    return found.decode("utf-8", "replace")


def _actions(value: Any) -> list[Mapping[str, Any]]:
    return _list(_map(value).get("actions"))


def _linked(row: Mapping[str, Any], ids: Mapping[str, str]) -> list[str]:
    parameters = _map(row.get("parameters"))
    links = _list(parameters.get("ingredients")) or _list([parameters.get("ingredient")])
    labels = (str(link.get("url", "")).rpartition("/")[2] for link in links)
    return [ids[label] for label in labels if label in ids]


def _places(
    actions: Iterable[Mapping[str, Any]], ids: Mapping[str, str]
) -> dict[str, list[tuple[Fraction, Fraction]]]:
    places: dict[str, list[tuple[Fraction, Fraction]]] = {}
    for row in actions:
        if row.get("action") != "c2pa.placed":
            continue
        found = [span for change in _list(row.get("changes")) for span in spans(change.get("region"))]
        for identity in _linked(row, ids):
            places.setdefault(identity, []).extend(found)
    return places


def _source_type(value: Any) -> str:
    return str(value or "").rpartition("/")[2]


def _moment(value: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(str(value))
    except ValueError:
        return None


def _number(value: Any) -> int:
    return value if isinstance(value, int) else 0


def _yes_or_no(value: Any) -> bool | None:
    return value if isinstance(value, bool) else None


def _map(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _list(value: Any) -> list[Mapping[str, Any]]:
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []
