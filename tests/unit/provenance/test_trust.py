from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from circletake.errors import KeyProblem, NotFound
from circletake.model.manifest import Check, EditSaid
from circletake.provenance import reading, session
from circletake.provenance.derived import plan_edited
from circletake.provenance.keys import FileSigner, KeyRing
from circletake.provenance.listfiles import Kind
from circletake.provenance.reading import read_credentials
from circletake.provenance.signing import sign
from circletake.provenance.trust import TrustList, TrustStore, fingerprints, members, staleness
from tests.factories import NOW
from tests.unit.provenance.conftest import Make


def other_list(folder: Path) -> TrustList:
    ring = KeyRing(folder)
    ring.init("Somebody Else")
    return TrustList("others", "2026-01-01", ring.anchor().pem)


def test_a_list_is_kept_with_its_name_and_date_until_it_is_removed(tmp_path: Path, ring: KeyRing) -> None:
    store = TrustStore(tmp_path)
    store.add("friends", ring.folder / "authority.pem", "2026-08-05")
    assert [each.label for each in TrustStore(tmp_path).lists()] == ["friends 2026-08-05"]
    assert list(fingerprints(store.lists()[0])) == [ring.show().ca_sha256]
    store.remove("friends")
    assert store.lists() == []


def test_adding_a_list_again_replaces_it(tmp_path: Path, ring: KeyRing) -> None:
    store = TrustStore(tmp_path)
    for date in ("2026-01-01", "2026-08-05"):
        store.add("friends", ring.folder / "authority.pem", date)
    assert [each.date for each in store.lists()] == ["2026-08-05"]


@pytest.mark.parametrize(
    ("file", "reason"),
    [
        ("signing.key", "private key"),
        ("leaf.pem", "authority above"),
        ("nothing.pem", "holds no certificate"),
        ("missing.pem", "cannot be read"),
    ],
)
def test_only_certificates_of_authorities_are_taken(
    file: str, reason: str, tmp_path: Path, ring: KeyRing
) -> None:
    chain = (ring.folder / "signing.pem").read_text()
    (tmp_path / "leaf.pem").write_text(chain[: chain.index("-----BEGIN", 10)])
    (tmp_path / "nothing.pem").write_text("hello")
    path = ring.folder / file if file == "signing.key" else tmp_path / file
    with pytest.raises(KeyProblem, match=reason):
        TrustStore(tmp_path).add("friends", path, "2026-08-05")
    assert TrustStore(tmp_path).lists() == []


@pytest.mark.parametrize(
    ("name", "date"), [("", "2026-08-05"), ("a\x1b[2J", "2026-08-05"), ("a", "tomorrow")]
)
def test_a_list_needs_a_plain_name_and_a_date(name: str, date: str, tmp_path: Path, ring: KeyRing) -> None:
    with pytest.raises(KeyProblem):
        TrustStore(tmp_path).add(name, ring.folder / "authority.pem", date)


def test_removing_an_unknown_list_says_so(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        TrustStore(tmp_path).remove("nobody")


def test_a_damaged_file_of_lists_trusts_nobody(tmp_path: Path) -> None:
    (tmp_path / "trust.json").write_text("[{")
    with pytest.raises(KeyProblem, match="cannot be read"):
        TrustStore(tmp_path).lists()


def test_the_verdict_names_the_list_that_knows_the_signer(
    signed: Make, own: list[TrustList], tmp_path: Path
) -> None:
    said = read_credentials(signed().path, [other_list(tmp_path / "other"), *own])
    assert (said.trust, said.trust_list) == (Check.PASSED, own[0].label)


def test_the_first_of_two_lists_with_one_authority_is_named(signed: Make, own: list[TrustList]) -> None:
    first, second = (replace(own[0], name=name) for name in ("First", "Second"))
    for lists in ([first, second], [second, first]):
        for _ in range(8):  # the library itself names either
            session._context.cache_clear()
            assert read_credentials(signed().path, lists).trust_list == lists[0].label


def test_of_a_file_with_signed_ingredients_the_library_is_asked_once(
    signed: Make,
    own: list[TrustList],
    clip: Callable[..., Path],
    signer: FileSigner,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A film of 55 clips takes as long to be asked of again as to be read."""
    edit = plan_edited(signed().path, [EditSaid("c2pa.adjustedColor", "Ana", "warmer")], when=NOW)
    path = sign(edit, clip("warm.mp4", seed=3), tmp_path / "graded.mp4", signer).path

    asked: list[int] = []

    def counted(trust: Sequence[TrustList] = ()) -> Any:
        asked.append(len(trust))
        return session.context(trust)

    monkeypatch.setattr(reading, "context", counted)
    said = read_credentials(path, [other_list(tmp_path / "else"), *own])
    assert (said.trust, said.trust_list, asked) == (Check.PASSED, own[0].label, [2])


def test_a_signer_on_no_list_is_unknown_and_not_altered(signed: Make, tmp_path: Path) -> None:
    said = read_credentials(signed().path, [other_list(tmp_path / "other")])
    assert (said.integrity, said.signature, said.trust) == (Check.PASSED, Check.PASSED, Check.FAILED)
    assert said.problems == ("signingCredential.untrusted",)


def test_without_lists_trust_is_not_checked(signed: Make) -> None:
    assert read_credentials(signed().path).trust is Check.NOT_CHECKED


def test_a_list_keeps_whom_it_vouches_for_and_when_the_next_is_due(tmp_path: Path, ring: KeyRing) -> None:
    pem = ring.folder / "authority.pem"
    TrustStore(tmp_path).add("clocks", pem, "2026-08-05", "timestampers", "2027-08-05")
    (kept,) = TrustStore(tmp_path).lists()
    assert (kept.kind, kept.next_update) == ("timestampers", "2027-08-05")


def test_lists_of_an_earlier_circletake_vouch_for_signers(tmp_path: Path, ring: KeyRing) -> None:
    TrustStore(tmp_path).add("friends", ring.folder / "authority.pem", "2026-08-05")
    stored = json.loads((tmp_path / "trust.json").read_text())
    for row in stored:
        del row["kind"], row["next_update"]
    (tmp_path / "trust.json").write_text(json.dumps(stored))
    assert [each.kind for each in TrustStore(tmp_path).lists()] == ["signers"]


def test_a_stored_list_of_no_known_kind_vouches_for_nobody(tmp_path: Path, ring: KeyRing) -> None:
    TrustStore(tmp_path).add("friends", ring.folder / "authority.pem", "2026-08-05")
    (tmp_path / "trust.json").write_text((tmp_path / "trust.json").read_text().replace("signers", "anybody"))
    with pytest.raises(KeyProblem, match="cannot be read"):
        TrustStore(tmp_path).lists()


@pytest.mark.parametrize(
    ("date", "due", "at", "told"),
    [
        ("2026-01-01", "", "2026-06-30", ""),
        ("2026-01-01", "", "2026-07-01", "it is 181 days old"),
        ("2026-01-01", "2027-01-01", "2027-01-01", ""),
        ("2026-01-01", "2027-01-01", "2027-01-02", "its next edition was due on 2027-01-01"),
        ("named for this audit", "", "2026-06-30", ""),
    ],
)
def test_old_lists_are_told(date: str, due: str, at: str, told: str) -> None:
    listed = TrustList("x", date, "", next_update=due)
    assert staleness(listed, datetime.date.fromisoformat(at)) == told


def published(*authorities: str, name: str = "C2PA Trust List", status: str = "") -> str:
    """A list as C2PA publishes it, with the certificates of some PEM files."""
    bodies = ["".join(Path(pem).read_text().split("-----")[2].split()) for pem in authorities]
    services = [
        {
            "ServiceInformation": {
                "ServiceDigitalIdentity": {"X509Certificates": [{"val": body}]},
                "ServiceStatus": status or "http://c2pa.org/conformance/trust-list/trusted",
            }
        }
        for body in bodies
    ]
    about = {
        "SchemeName": [{"lang": "en", "value": name}],
        "ListIssueDateTime": "2026-08-05T00:11:39Z",
        "NextUpdate": "2027-08-05T00:11:39Z",
    }
    entities = [{"TrustedEntityServices": services}]
    return json.dumps({"LoTE": {"ListAndSchemeInformation": about, "TrustedEntitiesList": entities}})


def test_a_published_list_tells_its_own_dates(tmp_path: Path, ring: KeyRing) -> None:
    file = tmp_path / "list.json"
    file.write_text(published(str(ring.folder / "authority.pem")))
    added = TrustStore(tmp_path).add("C2PA", file)
    assert (added.label, added.next_update) == ("C2PA 2026-08-05", "2027-08-05")
    assert list(fingerprints(added)) == [ring.show().ca_sha256]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "is JSON, but no trust list"),
        ("{}", "is JSON, but no trust list"),
        ('{"LoTE": []}', "is JSON, but no trust list"),
        ('{"LoTE": {"TrustedEntitiesList": [3]}}', "is JSON, but no trust list"),
        ('{"LoTE": ' * 2000, "is JSON, but no trust list"),
        ('{"LoTE": {"TrustedEntitiesList": []}}', "signing certificates only"),
    ],
)
def test_json_that_is_no_list_is_refused(text: str, reason: str, tmp_path: Path) -> None:
    (tmp_path / "list.json").write_text(text)
    with pytest.raises(KeyProblem, match=reason):
        TrustStore(tmp_path).add("C2PA", tmp_path / "list.json", "2026-08-05")


def test_what_a_list_withdrew_is_not_trusted(tmp_path: Path, ring: KeyRing) -> None:
    text = published(str(ring.folder / "authority.pem"), status="http://example/withdrawn")
    (tmp_path / "list.json").write_text(text)
    with pytest.raises(KeyProblem):
        TrustStore(tmp_path).add("C2PA", tmp_path / "list.json")


@pytest.mark.parametrize(
    ("name", "kind", "option"),
    [("C2PA TSA Trust List", "signers", "with "), ("C2PA Trust List", "timestampers", "without ")],
)
def test_a_published_list_is_not_taken_for_the_other_kind(
    name: str, kind: Kind, option: str, tmp_path: Path, ring: KeyRing
) -> None:
    (tmp_path / "list.json").write_text(published(str(ring.folder / "authority.pem"), name=name))
    with pytest.raises(KeyProblem, match=f"add it {option}--timestampers"):
        TrustStore(tmp_path).add("C2PA", tmp_path / "list.json", kind=kind)


@pytest.mark.parametrize(
    ("file", "kind", "number"),
    [("C2PA-TRUST-LIST", "signers", 30), ("C2PA-TSA-TRUST-LIST", "timestampers", 22)],
)
def test_the_official_lists_say_the_same_as_pem_and_as_json(
    file: str, kind: Kind, number: int, tmp_path: Path, shared: Path
) -> None:
    folder = shared / "specs" / "c2pa" / "trust-list"
    store = TrustStore(tmp_path)
    pem = store.add("pem", folder / f"{file}.pem", "2026-08-05", kind)
    published = store.add("json", folder / f"{file}.json", kind=kind)
    assert published.date == pem.date
    assert fingerprints(published) == fingerprints(pem)
    assert len(fingerprints(pem)) == number


def test_who_is_on_a_list_is_told_with_its_validity(ring: KeyRing) -> None:
    (authority,) = members(ring.anchor())
    info = ring.show()
    assert (authority.sha256, authority.not_after) == (info.ca_sha256, info.not_after)
    assert authority.current(info.not_before) and not authority.current(info.not_after)


def test_ones_own_key_is_no_old_list(ring: KeyRing) -> None:
    assert staleness(ring.anchor(), datetime.date(2030, 1, 1)) == ""
