"""Files that mean harm, each made by a function of its own: ``HOSTILE[name](folder / name, signed)``.

``signed`` are the bytes of a whole signed clip, for those that are one with something changed.
"""

from __future__ import annotations

import io
import os
import socket
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

from tests.faults.boxes import C2PA, Box, joined, parsed, store, superbox

Maker = Callable[[Path, bytes], object]

BOMB = 64 * 2**20
"""Bytes that a small archive here unpacks to."""


def _written(data: Callable[[bytes], bytes]) -> Maker:
    return lambda path, signed: path.write_bytes(data(signed))


def _edited(edit: Callable[[list[Box]], object]) -> Maker:
    """A signed clip, its boxes edited and all sizes made to fit."""

    def make(path: Path, signed: bytes) -> None:
        tree = parsed(signed)
        edit(tree)
        path.write_bytes(joined(tree))

    return make


def _nested(kind: bytes, depth: int, inside: bytes = b"") -> bytes:
    """Boxes in boxes."""
    heads = [(len(inside) + 8 * (depth - level)).to_bytes(4) + kind for level in range(depth)]
    return b"".join(heads) + inside


def _assertion(content: bytes) -> Maker:
    """Other content in the assertion of our own, well wrapped."""

    def edit(tree: list[Box]) -> None:
        box = superbox(tree, "org.circletake.take")
        box.children[1] = Box(box.children[1].kind, content)

    return _edited(edit)


def _many_ingredients(tree: list[Box]) -> None:
    assertions = superbox(tree, "c2pa.assertions")
    ingredient = next(box for box in assertions.children if box.label.startswith("c2pa.ingredient"))
    assertions.children += [ingredient] * 100_000


def _nested_store(tree: list[Box]) -> None:
    box = store(tree)
    box.children = [box.children[0], Box(b"jumb", _nested(b"jumb", 20_000))]


def _huge_store(signed: bytes) -> bytes:
    """A claim that says it is four gigabytes long, in a store that is not."""
    at = signed.index(b"cbor", signed.index(b"c2pa.claim"))
    return signed[: at - 4] + b"\xff\xff\xff\xf0" + signed[at:]


def external(path: Path, other: Path) -> Path:
    """A QuickTime file whose picture lies in ``other``: an ``alis`` data reference to it.

    Source: Apple, QuickTime File Format, data reference atoms; the alias record of Inside Macintosh, Files.
    """
    name = other.name.encode()
    volume = b"disk"
    alias = bytearray(150)
    alias[0:8] = (0).to_bytes(4) + (150 + 4 + len(str(other)) + 4).to_bytes(2) + (2).to_bytes(2)
    alias[10] = len(volume)
    alias[11 : 11 + len(volume)] = volume
    alias[50] = len(name)
    alias[51 : 51 + len(name)] = name[:63]
    alias[130:134] = (0xFFFF).to_bytes(2) + (0xFFFF).to_bytes(2)
    whole = str(other).encode()
    extra = (2).to_bytes(2) + len(whole).to_bytes(2) + whole + b"\0" * (len(whole) % 2)
    end = (0xFFFF).to_bytes(2) + (0).to_bytes(2)
    tree = parsed(path.read_bytes())
    for top in tree:
        for box in top.walk():
            if box.kind == b"dref":
                box.children = [Box(b"alis", bytes(4) + bytes(alias) + extra + end)]
        if top.kind == b"mdat":
            top.data = bytes(len(top.data))
    path.write_bytes(joined(tree))
    return path


def png(width: int, height: int) -> bytes:
    """A small file that says it is a large black picture; only its first rows are there."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4) + kind + data + zlib.crc32(kind + data).to_bytes(4)

    header = width.to_bytes(4) + height.to_bytes(4) + bytes((1, 0, 0, 0, 0))
    packer = zlib.compressobj(9)
    row = bytes(1 + (width + 7) // 8)
    body = b"".join(packer.compress(row) for _ in range(min(height, 100))) + packer.flush()
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def zipped(members: dict[str, bytes], link: str = "") -> bytes:
    """A zip with these members, and a link."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
        if link:
            info = zipfile.ZipInfo(link)
            info.external_attr = (stat.S_IFLNK | 0o777) << 16
            archive.writestr(info, "/etc/passwd")
    return out.getvalue()


def tarred(name: str, size: int = 0, link: str = "") -> bytes:
    """A packed tar with one member."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz", compresslevel=1) as archive:
        info = tarfile.TarInfo(name)
        info.size = size
        if link:
            info.type, info.linkname = tarfile.SYMTYPE, link
        archive.addfile(info, None if link else io.BytesIO(bytes(size)))
    return out.getvalue()


def _nest_zip(depth: int) -> bytes:
    data = zipped({"a.txt": b"words"})
    for _ in range(depth):
        data = zipped({"inner.zip": data})
    return data


def _socket(path: Path, _: bytes) -> None:
    # The path of a socket may be 107 bytes long; a test's folder is longer.
    here = Path.cwd()
    os.chdir(path.parent)
    try:
        with socket.socket(socket.AF_UNIX) as opened:
            opened.bind(path.name)
    finally:
        os.chdir(here)


def _playlist(text: str) -> Maker:
    return lambda path, _: path.write_text(text)


VIDEO = b"\x00\x00\x00\x18ftypisom" + b"\x00" * 600

HOSTILE: dict[str, Maker] = {
    # boxes
    "a box of no end.mp4": _written(lambda s: s[:32] + b"\xff\xff\xff\xffmoov" + s[32:]),
    "a box of 2^63 bytes.mp4": _written(lambda s: b"\0\0\0\x01ftyp" + (2**63).to_bytes(8) + s),
    "a box in a smaller box.mp4": _written(lambda s: s.replace(b"trak", b"\0\0\0\x04", 1)),
    "a hundred thousand boxes.mp4": _written(lambda s: s + b"\0\0\0\x08abcd" * 150_000),
    "boxes in boxes.mp4": _written(lambda s: s[:32] + _nested(b"moov", 30_000) + s[32:]),
    "tracks in tracks.mp4": _written(lambda s: s[:32] + _nested(b"moov", 1, _nested(b"trak", 30_000))),
    "a table of 4 billion.mp4": _written(
        lambda s: s[: s.index(b"stsz") + 8] + b"\0\0\0\0\xff\xff\xff\xff" + s[s.index(b"stsz") + 16 :]
    ),
    # manifests
    "jumbf in jumbf.mp4": _edited(_nested_store),
    "a claim of 4 GB.mp4": _written(_huge_store),
    "lists in lists.mp4": _assertion(b"\x81" * 200_000 + b"\0"),
    "a list of 2^60.mp4": _assertion(b"\x9b\x10" + bytes(7)),
    "maps in maps.mp4": _assertion(b"\xa1\x61a" * 100_000 + b"\0"),
    "a string of 2^62.mp4": _assertion(b"\x7b\x40" + bytes(7) + b"abc"),
    "json in json.mp4": _assertion(b"[" * 200_000),
    "a hundred thousand ingredients.mp4": _edited(_many_ingredients),
    "half a manifest.mp4": _written(lambda s: s[: s.index(C2PA) + 900]),
    # what is no video
    "playlist.mp4": _playlist("#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:9/a.ts\n"),
    "concat.mp4": _playlist("ffconcat version 1.0\nfile '/etc/passwd'\n"),
    "session.mp4": _playlist("v=0\no=- 0 0 IN IP4 127.0.0.1\nm=video 9 RTP/AVP 96\n"),
    "dash.mp4": _playlist('<?xml version="1.0"?><MPD><BaseURL>http://127.0.0.1:9/</BaseURL></MPD>'),
    "image list.mov": _playlist("/etc/passwd\n/etc/hosts\n"),
    "empty.mov": _written(lambda _: b""),
    "noise.webm": _written(lambda _: b"\x1a\x45\xdf\xa3" + bytes(range(256)) * 40),
    "endless.gif": _written(lambda _: b"GIF89a\x01\0\x01\0\0\0\0" + b"!\xfe" + b"\x01a" * 300_000),
    # archives
    "slip.otioz": lambda path, _: path.write_bytes(zipped({"../../slip.txt": b"out"})),
    "absolute.zip": lambda path, _: path.write_bytes(zipped({"/etc/cron.d/evil": b"out"})),
    "windows.zip": lambda path, _: path.write_bytes(zipped({"C:\\evil.bat": b"out"})),
    "link.zip": lambda path, _: path.write_bytes(zipped({"a.txt": b""}, link="passwd")),
    "link.tar.gz": lambda path, _: path.write_bytes(tarred("passwd", link="/etc/passwd")),
    "bomb.zip": lambda path, _: path.write_bytes(zipped({"a.mp4": VIDEO + bytes(BOMB)})),
    "nested.zip": lambda path, _: path.write_bytes(_nest_zip(12)),
    # entries
    "fifo.mp4": lambda path, _: os.mkfifo(path),
    "socket.mp4": _socket,
    "link.mp4": lambda path, _: path.symlink_to("/etc/passwd"),
    "loop.mp4": lambda path, _: path.symlink_to(path.name),
    "folder": lambda path, _: path.symlink_to("/etc"),
}
