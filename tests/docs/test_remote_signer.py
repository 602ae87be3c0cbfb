"""The signers that docs/signing.md shows sign as they stand there, and fail in words."""

from __future__ import annotations

import importlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import types
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from circletake.errors import CircletakeError, KeyProblem, PluginError, SigningError
from circletake.model.policy import PromptPolicy
from circletake.plugins.manager import PluginManager
from circletake.provenance.certificates import issue
from circletake.provenance.keys import FileSigner, KeyRing
from circletake.provenance.reading import read_credentials
from circletake.provenance.signing import seal
from circletake.testing import check_plugin
from circletake.workflows.intake.ingest import ingest
from circletake.workflows.leaving.cutting import single
from circletake.workflows.leaving.exporting import export
from circletake.workflows.leaving.signer import open_signer
from circletake.workflows.leaving.terms import terms
from circletake.workflows.library import Library
from circletake.workflows.settings import SETTINGS, read_settings
from tests.factories import NOW, actor

PAGE = Path(__file__).resolve().parents[2] / "docs" / "signing.md"
TOKEN = "let-me-sign"
pytestmark = pytest.mark.usefixtures("no_workers")


def shown(name: str) -> types.ModuleType:
    """The code block of the page that defines a class of this name, from a file of its own."""
    blocks = re.findall(r"^```python\n(.*?)^```", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    (source,) = (block for block in blocks if f"class {name}" in block)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"circletake_{name.lower()}.py"
        path.write_text(source)
        spec = importlib.util.spec_from_file_location(path.stem, path)
        assert spec and spec.loader
        module = sys.modules[path.stem] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    return module


@dataclass
class Kms:
    """A service that keeps a key and signs for whoever has the token."""

    ring: KeyRing
    raw: bool = False
    status: int = 200
    url: str = ""
    signed: list[bytes] = field(default_factory=list)

    def answer(self, path: str, token: str, data: bytes) -> tuple[int, bytes]:
        signer = self.ring.signer()
        if token != f"Bearer {TOKEN}":
            return 403, b"this token may not use the key"
        if path == "/keys/films-2026/chain":
            return 200, signer.chain_pem.encode()
        if self.status != 200:
            return self.status, b"quota of today is used up"
        self.signed.append(data)
        return 200, raw(signer.sign(data)) if self.raw else signer.sign(data)


def raw(der: bytes) -> bytes:
    return b"".join(each.to_bytes(32) for each in decode_dss_signature(der))


@contextmanager
def listening(kms: Kms) -> Iterator[None]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            data = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, said = kms.answer(self.path, self.headers.get("Authorization") or "", data)
            self.send_response(status)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def do_GET(self) -> None:
            self.do_POST()

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    kms.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture(scope="module")
def ring(tmp_path_factory: pytest.TempPathFactory) -> KeyRing:
    made = KeyRing(tmp_path_factory.mktemp("kms"))
    made.init("Lumen Films")
    return made


@pytest.fixture
def kms(ring: KeyRing, monkeypatch: pytest.MonkeyPatch) -> Iterator[Kms]:
    monkeypatch.setenv("KMS_TOKEN", TOKEN)
    service = Kms(ring)
    with listening(service):
        yield service


@pytest.fixture
def out(library: Library, clip: Callable[..., Path], tmp_path: Path) -> Path:
    """Where an export would go; something stands there already. The library holds one take."""
    ingest(library, PluginManager(), [clip("in/1.mp4")], by=actor(), shot="SH010", analysis=False)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "bus.mp4").write_bytes(b"precious")
    return tmp_path / "out"


def exported(library: Library, url: str, out: Path) -> Path:
    """The library's take, exported with the signer that its settings name."""
    plugin = shown("KmsSigner")
    check_plugin(plugin)
    text = f'[signing]\nprovider = "kms"\n[plugins.kms]\nurl = "{url}"\nkey = "films-2026"\n'
    (library.root / SETTINGS).write_text(text)
    manager = PluginManager.load(only=("video",))
    manager.add("kms", plugin)
    named = replace(library, settings=read_settings(library.root))
    with open_signer(named, manager) as signer:
        take = named.registry.takes.slate(named.registry.takes.resolve("SH010/1")[0].id)
        under = terms(signer, PromptPolicy.FULL, actor())
        return export(named, manager, single(take), under, out, name="bus", whole=True, force=True).files[0]


@pytest.mark.parametrize("kind", ["DER", "raw"])
def test_a_key_behind_http_signs(kind: str, library: Library, kms: Kms, out: Path) -> None:
    kms.raw = kind == "raw"
    said = read_credentials(exported(library, kms.url, out), [kms.ring.anchor()])
    assert said.state == "Trusted"
    assert said.active is not None and said.active.signer is not None
    assert said.active.signer.sha256 == kms.ring.show().certificate_sha256
    assert len(kms.signed) == 1


def refused(kind: type[CircletakeError], reason: str, library: Library, url: str, out: Path) -> None:
    with pytest.raises(kind) as caught:
        exported(library, url, out)
    assert reason in str(caught.value)
    assert "kms" in caught.value.thing
    assert TOKEN not in str(caught.value)
    assert [(p.name, p.read_bytes()) for p in out.iterdir()] == [("bus.mp4", b"precious")]
    assert not library.signed_folder.exists() or list(library.signed_folder.iterdir()) == []


def test_what_the_service_says_is_told(library: Library, kms: Kms, out: Path) -> None:
    kms.status = 429
    refused(SigningError, "the KMS refused: quota of today is used up", library, kms.url, out)


def test_a_service_that_refuses_the_token_is_told_before_anything_is_made(
    library: Library, kms: Kms, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KMS_TOKEN", "stale")
    refused(PluginError, "this token may not use the key", library, kms.url, out)
    monkeypatch.delenv("KMS_TOKEN")
    refused(PluginError, "KMS_TOKEN is not set", library, kms.url, out)


def test_a_service_that_is_down_is_told(library: Library, kms: Kms, out: Path) -> None:
    refused(PluginError, "Connection refused", library, "http://127.0.0.1:9", out)


def test_a_service_that_signs_with_nothing_is_told(
    library: Library, kms: Kms, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FileSigner, "sign", lambda self, data: b"")
    refused(SigningError, "gave no signature", library, kms.url, out)


def test_a_certificate_that_has_ended_is_refused_before_anything_is_rendered(
    library: Library, kms: Kms, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, chain, _ = issue("Lumen Films", "", "es256", timedelta(minutes=30))
    monkeypatch.setattr(FileSigner, "chain_pem", chain.decode())
    monkeypatch.setattr("circletake.workflows.leaving.calling.Exporters.run", None)
    refused(KeyProblem, "the certificate is valid from", library, kms.url, out)


def test_a_token_signs_through_pkcs11(ring: KeyRing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With SoftHSM where it is installed; ``SOFTHSM2_MODULE`` names its library elsewhere."""
    pkcs11 = pytest.importorskip("pkcs11", reason="python-pkcs11 is not installed")
    usual = "/usr/lib/softhsm/libsofthsm2.so"
    module = os.environ.get("SOFTHSM2_MODULE", usual)
    if not Path(module).is_file() or not shutil.which("softhsm2-util"):
        pytest.skip("SoftHSM is not installed")
    (tmp_path / "tokens").mkdir()
    (tmp_path / "softhsm2.conf").write_text(f"directories.tokendir = {tmp_path / 'tokens'}\n")
    monkeypatch.setenv("SOFTHSM2_CONF", str(tmp_path / "softhsm2.conf"))
    _put_on_token(pkcs11, module, ring)
    chain = tmp_path / "chain.pem"
    chain.write_text(ring.signer().chain_pem)
    settings = types.SimpleNamespace(module=module, token="films", key="signing", chain=str(chain))

    signer = shown("TokenSigner").TokenSigner(settings, "1234")

    record = tmp_path / "record.json"
    record.write_text("{}")
    seal(record, signer, when=NOW)
    signer.close()
    assert read_credentials(record, [ring.anchor()]).state == "Trusted"


def _put_on_token(pkcs11: Any, module: str, ring: KeyRing) -> None:
    """A fresh token called ``films`` with the key of ``ring`` on it, as ``signing``."""
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    loaded: Any = load_pem_private_key((ring.folder / "signing.key").read_bytes(), None)
    options = ["--module", module, "--init-token", "--free", "--label", "films", "--so-pin", "1234"]
    subprocess.run(["softhsm2-util", *options, "--pin", "1234"], check=True, capture_output=True)
    library = pkcs11.lib(module)
    ec = importlib.import_module("pkcs11.util.ec")
    attribute = pkcs11.Attribute
    with library.get_token(token_label="films").open(rw=True, user_pin="1234") as session:
        session.create_object(
            {
                attribute.CLASS: pkcs11.ObjectClass.PRIVATE_KEY,
                attribute.KEY_TYPE: pkcs11.KeyType.EC,
                attribute.LABEL: "signing",
                attribute.TOKEN: True,
                attribute.SIGN: True,
                attribute.EC_PARAMS: ec.encode_named_curve_parameters("secp256r1"),
                attribute.VALUE: loaded.private_numbers().private_value.to_bytes(32),
            }
        )
