"""Timestamps: asked of one host, proven by reading; what they are worth once a certificate has expired."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from circletake.errors import BadInput, SigningError
from circletake.model.manifest import Check, Credentials, EditSaid, ManifestPlan
from circletake.provenance import timestamps
from circletake.provenance.certificates import algorithm_of, issue, leaf_of
from circletake.provenance.derived import plan_edited
from circletake.provenance.keyfiles import loaded_key
from circletake.provenance.keys import FileSigner
from circletake.provenance.manifest import plan_record
from circletake.provenance.reading import read_credentials
from circletake.provenance.signing import seal, sign
from circletake.provenance.timestamps import checked_url, relayed
from circletake.provenance.trust import TrustList
from tests.factories import NOW, tiny_clip
from tests.timestamper import Timestamper, answering

Expired = Callable[..., Credentials]
TAKES = pytest.mark.parametrize("suffix", ["mp4", "webm"])


@pytest.fixture
def record() -> ManifestPlan:
    return plan_record("release", NOW)


@TAKES
def test_a_signature_is_timestamped_and_the_time_is_read_back(
    suffix: str,
    clip: Callable[..., Path],
    record: ManifestPlan,
    signer: FileSigner,
    own: list[TrustList],
    clock: Timestamper,
    tmp_path: Path,
) -> None:
    before = datetime.now(UTC).replace(microsecond=0)
    made = sign(record, clip(f"a.{suffix}"), tmp_path / f"o.{suffix}", signer, timestamper=clock.url)
    said = read_credentials(made.path, [*own, clock.root])
    assert (said.state, said.time) == ("Trusted", Check.PASSED)
    assert said.active is not None and said.active.signer is not None
    assert said.active.signer.signed_at is not None
    assert before <= said.active.signer.signed_at <= datetime.now(UTC)
    assert made.timestamp is not None and said.timestamp is not None
    assert made.timestamp.at == said.timestamp.at == said.active.signer.signed_at
    assert said.timestamp.told.endswith("by Clock Tower Timestamper, on clocks 2026-01-01")


def test_without_a_timestamper_nobody_is_asked(
    clip: Callable[..., Path],
    record: ManifestPlan,
    signer: FileSigner,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def asked(*_: object) -> None:
        raise AssertionError("the network was reached")

    monkeypatch.setattr(timestamps.Relay, "serve", asked)
    made = sign(record, clip(), tmp_path / "o.mp4", signer)
    assert made.timestamp is None
    assert read_credentials(made.path).timestamp is None


def test_a_timestamper_on_no_list_is_told_as_such_and_vouches_for_no_time(
    clip: Callable[..., Path],
    record: ManifestPlan,
    signer: FileSigner,
    own: list[TrustList],
    clock: Timestamper,
    tmp_path: Path,
) -> None:
    made = sign(record, clip(), tmp_path / "o.mp4", signer, timestamper=clock.url)
    said = read_credentials(made.path, own)
    assert said.active is not None and said.active.signer is not None
    assert said.active.signer.signed_at is None
    assert said.timestamp is not None
    assert said.timestamp.told.endswith(
        "by Clock Tower Timestamper, who is on none of your lists of timestampers"
    )


def test_lists_of_signers_and_of_timestampers_do_not_vouch_for_one_another(
    clip: Callable[..., Path],
    record: ManifestPlan,
    signer: FileSigner,
    own: list[TrustList],
    clock: Timestamper,
    tmp_path: Path,
) -> None:
    """The library itself takes either for both."""
    path = sign(record, clip(), tmp_path / "o.mp4", signer, timestamper=clock.url).path
    swapped = [replace(own[0], kind="timestampers"), replace(clock.root, kind="signers")]
    for lists in (swapped, swapped[::-1]):
        said = read_credentials(path, lists)
        assert (said.state, said.trust, said.trust_list) == ("Valid", Check.FAILED, "")
        assert said.problems == ("signingCredential.untrusted",)
        assert said.active is not None and said.active.signer is not None
        assert said.active.signer.signed_at is None
    assert read_credentials(path, swapped[:1]).trust is Check.NOT_CHECKED


@pytest.fixture(scope="module")
def expired(tmp_path_factory: pytest.TempPathFactory, clock: Timestamper) -> Expired:
    """``expired("stamped", lists)``: what a certificate signed that has expired since, read again.

    ``kind`` is that of the list its authority is on.
    """
    folder = tmp_path_factory.mktemp("expired")
    key, chain, anchor = issue("Lumen Films", "", "es256", timedelta(hours=1, seconds=2))
    pem = chain.decode("ascii")
    signer = FileSigner(algorithm_of(leaf_of(pem)), pem, loaded_key(key, folder))
    for name, url in (("stamped", clock.url), ("plain", "")):
        record = folder / f"{name}.json"
        record.write_text("{}")
        seal(record, signer, when=NOW, timestamper=url)
    film, graded = tiny_clip(folder / "film.mp4"), folder / "graded.mp4"
    taken = sign(plan_record("film", NOW), film, folder / "part.mp4", signer, timestamper=clock.url).path
    edit = plan_edited(taken, [EditSaid("c2pa.adjustedColor", "Ana Ruiz", "warmer")], when=NOW)
    sign(edit, tiny_clip(folder / "warm.mp4", seed=3), graded, signer, timestamper=clock.url)
    time.sleep(
        max(0.0, (leaf_of(pem).not_valid_after_utc - datetime.now(UTC)).total_seconds() + 1.1)
    )  # C2PA counts whole seconds
    own = TrustList("own", "2026-01-01", anchor.decode("ascii"))
    files = {path.stem: path for path in folder.iterdir() if path.suffix in (".json", ".mp4")}
    return lambda name, lists, kind="signers": read_credentials(
        files[name], [replace(own, kind=kind), *lists]
    )


def test_an_expired_certificate_with_a_trusted_timestamp_stays_valid(
    expired: Expired, clock: Timestamper
) -> None:
    said = expired("stamped", [clock.root])
    assert (said.state, said.integrity, said.trust, said.time) == ("Trusted", *[Check.PASSED] * 3)
    assert said.problems == ()


def test_so_it_does_where_what_went_into_it_is_signed_too(expired: Expired, clock: Timestamper) -> None:
    said = expired("graded", [clock.root])
    assert (said.state, said.trust, said.trust_list) == ("Trusted", Check.PASSED, "own 2026-01-01")
    assert said.problems == ()
    # An authority on a list of timestampers vouches for no signer, whoever is on both.
    clocks = [clock.root, replace(clock.root, kind="signers")]
    said = expired("graded", clocks, "timestampers")
    assert (said.trust, said.trust_list) == (Check.FAILED, "")


@pytest.mark.parametrize("name", ["stamped", "plain"])
@pytest.mark.parametrize("kind", ["nobody", "signers"])
def test_an_expired_certificate_without_one_is_out_of_time_and_never_altered(
    name: str, kind: str, expired: Expired, clock: Timestamper
) -> None:
    """Neither a timestamper on no list helps, nor one that stands on a list of signers alone."""
    said = expired(name, [replace(clock.root, kind="signers")] if kind == "signers" else [])
    assert (said.state, said.time) == ("Invalid", Check.FAILED)
    assert (said.integrity, said.signature) == (Check.PASSED, Check.PASSED)
    assert "signingCredential.expired" in said.problems


def refused(url: str, record: ManifestPlan, source: Path, signer: FileSigner) -> SigningError:
    """The one error of a timestamper that does not do; what stood at the destination still stands there."""
    folder = source.parent / "out"
    folder.mkdir()
    (folder / "o.mp4").write_bytes(b"precious")
    with pytest.raises(SigningError) as caught:
        sign(record, source, folder / "o.mp4", signer, timestamper=url)
    assert [(p.name, p.read_bytes()) for p in folder.iterdir()] == [("o.mp4", b"precious")]
    assert caught.value.thing == f"timestamper {url}"
    assert "nothing was signed" in caught.value.next_step
    return caught.value


@pytest.mark.parametrize(
    ("status", "answer", "reason"),
    [
        (500, b"", "answered 500"),
        (307, b"", "points elsewhere, which is not followed"),
        (200, b"<html>", "no timestamp of this signature"),
        (200, b"", "no timestamp of this signature"),
        (200, b"x" * 1_100_000, "more than a timestamp can be"),
    ],
)
def test_a_timestamper_that_answers_rubbish_is_one_error_that_names_it(
    status: int,
    answer: bytes,
    reason: str,
    record: ManifestPlan,
    clip: Callable[..., Path],
    signer: FileSigner,
) -> None:
    with answering(lambda query: (status, answer)) as (url, _):
        assert reason in refused(url, record, clip(), signer).reason


def test_a_timestamp_of_something_else_is_none(
    record: ManifestPlan, clip: Callable[..., Path], signer: FileSigner, clock: Timestamper
) -> None:
    with relayed(clock.url) as relay:
        other = relay.ask(clock_query(clip, record, signer, clock))
    with answering(lambda query: (200, other)) as (url, _):
        assert "no timestamp of this signature" in refused(url, record, clip("b.mp4"), signer).reason


def clock_query(
    clip: Callable[..., Path], record: ManifestPlan, signer: FileSigner, clock: Timestamper
) -> bytes:
    """What the timestamper was asked for another file."""
    path = clip("other.mp4")
    sign(record, path, path, signer, timestamper=clock.url)
    return clock.asked[-1]


def test_a_timestamper_that_is_down_or_slow_is_one_error_that_names_it(
    record: ManifestPlan, clip: Callable[..., Path], signer: FileSigner, monkeypatch: pytest.MonkeyPatch
) -> None:
    with answering(lambda query: (200, b"")) as (gone, _):
        pass
    assert "cannot be reached" in refused(gone, record, clip("down/a.mp4"), signer).reason

    monkeypatch.setattr(timestamps, "SECONDS", 0.2)

    def sleepy(query: bytes) -> tuple[int, bytes]:
        time.sleep(0.6)
        return 200, b""

    with answering(sleepy) as (url, _):
        assert "did not answer within 0.2 seconds" in refused(url, record, clip("slow/a.mp4"), signer).reason


def test_a_redirect_leads_nowhere(
    record: ManifestPlan, clip: Callable[..., Path], signer: FileSigner, clock: Timestamper
) -> None:
    before = len(clock.asked)
    with answering(lambda query: (307, b""), {"Location": clock.url}) as (url, _):
        refused(url, record, clip(), signer)
    assert len(clock.asked) == before


@pytest.mark.parametrize(
    "url", ["tsa.example", "ftp://tsa.example", "http://", "http://me:secret@tsa.example/", "http://a b/"]
)
def test_an_address_that_is_none_is_told(url: str) -> None:
    with pytest.raises(BadInput, match="is not the address of a timestamper"):
        checked_url(url)


def test_only_the_library_can_ask_through_the_relay(clock: Timestamper) -> None:
    before = len(clock.asked)
    with relayed(clock.url) as relay, relayed(relay.url + "x") as stranger, pytest.raises(SigningError):
        stranger.ask(b"anything")
    assert len(clock.asked) == before


def test_a_stranger_who_knocks_and_says_nothing_keeps_nobody_waiting(
    clip: Callable[..., Path],
    record: ManifestPlan,
    signer: FileSigner,
    clock: Timestamper,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    serve = timestamps.relayed

    @contextmanager
    def knocked(url: str) -> Iterator[timestamps.Relay]:
        with serve(url) as relay:
            port = urlsplit(relay.url).port
            assert port
            with socket.create_connection(("127.0.0.1", port)):
                yield relay

    monkeypatch.setattr("circletake.provenance.signing.relayed", knocked)
    path = clip()
    assert sign(record, path, path, signer, timestamper=clock.url).timestamp is not None
