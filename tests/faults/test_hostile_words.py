"""What strangers write into manifests and records: shown as text, bounded, and never fetched."""

from __future__ import annotations

import csv
import io
import json
import threading
import unicodedata
from collections.abc import Callable, Iterator
from datetime import timedelta
from html.parser import HTMLParser
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from circletake.audit.document import json_report
from circletake.audit.page import html_report
from circletake.audit.record import read_release, read_sums
from circletake.audit.text import text_report
from circletake.errors import BadInput
from circletake.model.audit import Audit
from circletake.model.cut import Cut, CutEvent
from circletake.model.manifest import Check
from circletake.model.policy import PromptPolicy
from circletake.plugins.manager import PluginManager
from circletake.provenance.certificates import issue
from circletake.provenance.keys import FileSigner
from circletake.provenance.manifest import plan_cut, plan_record, plan_take
from circletake.provenance.said import MOST_PARTS, manifest_said
from circletake.provenance.session import context
from circletake.provenance.signing import sign
from circletake.workflows.auditing.audit import audit_folder
from circletake.workflows.curation.recipes import table
from circletake.workflows.intake.ingest import ingest
from circletake.workflows.library import Library
from tests.factories import actor
from tests.releases import WHEN, Made, recipe, slate

EVIL = '\x1b[31m\u202e=HYPERLINK("http://evil")</pre><script>alert(1)</script>[/bold]../../etc\x00\r\n\'; --'
Clip = Callable[..., Path]
pytestmark = pytest.mark.usefixtures("no_workers")


def signed_by_hand(
    source: Path,
    out: Path,
    definition: dict[str, Any],
    signer: FileSigner,
    remote: str = "",
    **resources: bytes,
) -> Path:
    """A manifest that circletake would never write, signed all the same."""
    import c2pa

    native = c2pa.Signer.from_callback(signer.sign, c2pa.C2paSigningAlg.ES256, signer.chain_pem)
    with c2pa.Builder(definition, context=context()) as builder:
        for name, data in resources.items():
            builder.add_resource(name, io.BytesIO(data))
        if remote:
            builder.set_remote_url(remote)
            builder.set_no_embed()
        with out.open("w+b") as writing, source.open("rb") as reading:
            builder.sign(native, "video/mp4", reading, writing)
    return out


def audited(folder: Path) -> Audit:
    return audit_folder(folder, manager=PluginManager.load(only=("rules",)))


@pytest.fixture
def signer(pristine: Made) -> FileSigner:
    return pristine.keys.signer()


class TestRemoteManifests:
    """A file that says where its manifest is to be had; whoever owns that address learns nothing."""

    @pytest.fixture
    def address(self) -> Iterator[str]:
        """Of a server that fails the test once it is asked for anything."""
        asked: list[str] = []

        class Server(HTTPServer):
            def verify_request(self, request: object, client_address: object) -> bool:
                asked.append(str(client_address))
                return False

        server = Server(("127.0.0.1", 0), BaseHTTPRequestHandler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/manifest.c2pa"
        finally:
            server.shutdown()
            server.server_close()
        assert asked == []

    @pytest.fixture
    def remote(self, address: str, clip: Clip, tmp_path: Path, signer: FileSigner) -> Path:
        (tmp_path / "in").mkdir()
        made = signed_by_hand(
            clip("source.mp4"), tmp_path / "in" / "remote.mp4", definition("remote"), signer, address
        )
        assert address.encode() in made.read_bytes()
        return made

    def test_an_audit_names_it_and_asks_nobody(self, remote: Path) -> None:
        audit = audited(remote.parent)
        assert {o.file for o in audit.failed} == {"remote.mp4"}
        assert audit.files[0].verdict != "intact"

    def test_an_import_asks_nobody(self, remote: Path, library: Library) -> None:
        ingest(library, PluginManager.load(only=("readers",)), [remote], by=actor(), analysis=False)
        (taken,) = library.registry.takes.slates()
        assert not taken.recipe["prompt"]

    def test_neither_does_signing_it_nor_a_cut_of_it(
        self, remote: Path, signer: FileSigner, tmp_path: Path
    ) -> None:
        take = slate(remote, "SH010", 1, recipe())
        plan = plan_take(take, remote, policy=PromptPolicy.FULL, when=WHEN)
        sign(plan, remote, tmp_path / "take.mp4", signer)
        cut = Cut("bus", take.take.media.rate or 1, 64, 48, (CutEvent(take.take.id, 0, 1),))  # type: ignore[arg-type]
        plan = plan_cut(
            cut, {take.take.id: take}, {take.take.id: remote}, policy=PromptPolicy.FULL, when=WHEN
        )
        sign(plan, remote, tmp_path / "cut.mp4", signer)


def definition(title: str, **over: Any) -> dict[str, Any]:
    return {**plan_record(title, WHEN).definition, **over}


@pytest.fixture
def evil(clip: Clip, tmp_path: Path) -> Path:
    """A folder with a clip in whose manifest everything a stranger may write is :data:`EVIL`."""
    key, chain, _ = issue(EVIL.replace("\x00", ""), "DE", "es256", timedelta(days=9))
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    signer = FileSigner("es256", chain.decode(), load_pem_private_key(key, None))  # type: ignore[arg-type]
    (tmp_path / "sent").mkdir()
    prompt = {
        "title": EVIL,
        "relationship": "inputTo",
        "instance_id": "evil:1",
        "format": "text/plain",
        "data_types": [{"type": "c2pa.types.generator.prompt"}],
        "data": {"format": "text/plain", "identifier": "prompt"},
    }
    shown = EVIL.replace("\x00", "")
    actions = {
        "actions": [
            {
                "action": "c2pa.created",
                "softwareAgent": {"name": shown, "version": shown},
                "digitalSourceType": "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia",
                "parameters": {"ingredientIds": ["evil:1"]},
            }
        ]
    }
    said = {
        "title": shown,
        "claim_generator_info": [{"name": shown, "version": "1"}],
        "ingredients": [prompt | {"title": shown}],
        "assertions": [
            {"label": "c2pa.actions.v2", "data": actions, "created": True},
            {"label": "org.circletake.take", "data": {"shot": shown, "number": shown, "take": shown}},
        ],
    }
    text = EVIL.encode() + b" word" * 200_000
    signed_by_hand(clip("a.mp4"), tmp_path / "sent" / "a.mp4", said, signer, prompt=text)
    return tmp_path / "sent"


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.scripts = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.scripts += tag in ("script", "img", "iframe")


def test_evil_words_stay_words_in_every_report(evil: Path) -> None:
    audit = audited(evil)
    (file,) = audit.files
    assert file.case.credentials.integrity is Check.PASSED
    assert file.case.credentials.active is not None and "HYPERLINK" in file.case.credentials.active.title
    text = "\n".join(text_report(audit, everything=True))
    assert "HYPERLINK" in text
    assert not [c for c in text if unicodedata.category(c) in ("Cc", "Cf") and c != "\n"]
    page = Tags()
    page.feed(html := html_report(audit))
    assert page.scripts == 0
    assert "\x1b" not in html and "\u202e" not in html
    assert json.loads(json.dumps(json_report(audit)))["files"][0]["path"] == "a.mp4"


def test_evil_words_stay_words_in_a_library_and_its_tables(evil: Path, library: Library) -> None:
    ingest(library, PluginManager.load(only=("readers",)), [evil / "a.mp4"], by=actor(), analysis=False)
    (taken,) = library.registry.takes.slates()
    for row in csv.reader(io.StringIO(table([taken]))):
        assert not [cell for cell in row if cell.startswith(("=", "+", "-", "@"))]
        assert not [cell for cell in row if "\x1b" in cell or "\x00" in cell]
    assert "/" not in taken.take.shot and ".." not in taken.take.shot


def test_a_manifest_that_names_too_much_is_refused() -> None:
    actions = {
        "label": "c2pa.actions.v2",
        "data": {"actions": [{"action": "c2pa.edited"}] * (MOST_PARTS + 1)},
    }
    with pytest.raises(ValueError, match=f"more than {MOST_PARTS}"):
        manifest_said("a", {"assertions": [actions]}, lambda uri: None, {}, [], False)
    region = [{"type": "temporal", "time": {"type": "npt", "start": "0", "end": "1"}}]
    placed = {
        "action": "c2pa.placed",
        "changes": [{"region": region}] * (MOST_PARTS + 1),
        "parameters": {"ingredients": [{"url": "x/i"}]},
    }
    data = {
        "assertions": [{"label": "c2pa.actions.v2", "data": {"actions": [placed]}}],
        "ingredients": [{"label": "i", "instance_id": "i"}],
    }
    with pytest.raises(ValueError, match=f"more than {MOST_PARTS}"):
        manifest_said("a", data, lambda uri: None, {}, [], False)


RECORD = '{"schema": "circletake.release/1", "name": "x", "name": "y", "files": []}'


class TestRecords:
    """``release.json`` and ``SHA256SUMS`` of somebody who wants the reader to hang, or to be misread."""

    @pytest.mark.parametrize(
        ("data", "why"),
        [
            (b"[" * 150_000, "nested too deeply"),
            (b"{" + b'"a":{' * 150_000, "nested too deeply"),
            (b"[" + b"[]," * 300_000 + b"[]]", "more than 200000 entries"),
            (b" " * (33 * 2**20), "larger than 32 MB"),
            (RECORD.encode(), "a key stands twice"),
            (b'{"size": NaN}', "NaN is no number"),
            (b'{"size": -Infinity}', "is no number"),
            (b'{"size": ' + b"9" * 10_000 + b"}", "not a release record"),
            (b"\xff\xfe{}", "not a release record"),
            (b"null", "not a release record"),
        ],
    )
    def test_a_record_is_refused_with_the_reason(self, data: bytes, why: str) -> None:
        with pytest.raises(BadInput, match=why):
            read_release(data)

    @pytest.mark.parametrize("time", ["1e999999999", "1/0", "9" * 400, "-1", "nan", "١"])
    def test_a_time_that_would_take_for_ever_is_none(self, made: Made, time: str) -> None:
        record = json.loads((made.folder / "release.json").read_text())
        record["files"][0]["seconds"] = time
        with pytest.raises(BadInput, match="is no time"):
            read_release(json.dumps(record).encode())

    def test_a_broken_record_costs_the_release_and_no_clip(self, made: Made) -> None:
        with (made.folder / "release.json").open("wb") as record:
            record.truncate(2**28)
        (made.folder / "release.json.c2pa").unlink()
        audit = audited(made.folder)
        assert audit.release is None
        assert "seal.intact" in {o.rule for o in audit.failed}
        assert {f.verdict for f in audit.files if f.case.kind == "video"} == {"intact"}

    def test_sums_that_lead_out_of_the_folder_are_no_sums(self) -> None:
        digest = "a" * 64
        paths = ["../x", "/etc/passwd", "a/../../x", "C:\\x", "..", "a\x00b"]
        told = "".join(f"{digest}  {path}\n" for path in [*paths, "clips/ok.mp4"])
        assert read_sums(told.encode()) == {"clips/ok.mp4": digest}


def test_a_sidecar_of_a_hundred_megabytes_is_not_read(library: Library, clip: Clip) -> None:
    path = clip("take.mp4")
    with path.with_suffix(".json").open("wb") as sidecar:
        sidecar.write(b'{"prompt": "x"')
        sidecar.truncate(100 * 2**20)
    ingest(library, PluginManager.load(only=("readers",)), [path], by=actor(), analysis=False)
    (taken,) = library.registry.takes.slates()
    assert not taken.recipe["prompt"]
