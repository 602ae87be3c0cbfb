"""The certificates that signed a manifest, taken from the very box its signature lies in; and its data.

The C2PA library tells a certificate's names, which anybody can forge, but not its bytes. Only
the signature box of the named manifest is looked at, so that a certificate planted elsewhere
in the store cannot lend its fingerprint.

Sources: ISO 19566-5 (JUMBF), RFC 9052 (COSE_Sign1), RFC 9360 (``x5chain``, label 33).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cryptography import x509

_SIGN1 = 18
_X5CHAIN = 33


def signing_certificates(store: bytes) -> dict[str, x509.Certificate]:
    """The end-entity certificate of each manifest, by the manifest's label.

    Args:
        store: the whole manifest store.

    Returns:
        Without those manifests whose certificate cannot be told beyond doubt.
    """
    found: dict[str, x509.Certificate] = {}
    for label, manifest in _manifests(store):
        try:
            found[label] = _certificate(_chain(_signature(manifest))[0])
        except Exception:  # hostile bytes: whatever a parser makes of them, there is no certificate
            continue
    return found


def reaches(store: bytes, label: str, authorities: str) -> bool:
    """Whether the certificates that signed a manifest lead to one of some authorities, whatever the date.

    Args:
        store: the whole manifest store.
        label: the manifest's.
        authorities: PEM; each may be among those certificates, or have issued one.
    """
    try:
        chain = [_certificate(der) for der in _chain(_signature(dict(_manifests(store))[label]))]
        known = _authorities(authorities)
        for cert, above in zip_longest(chain, chain[1:]):
            if cert in known or any(_issued(each, cert) for each in known):
                return True
            if above is None or not _issued(above, cert):
                return False
    except Exception:  # as above
        return False
    return False


def _issued(above: x509.Certificate, cert: x509.Certificate) -> bool:
    try:
        cert.verify_directly_issued_by(above)
    except Exception:  # another name, another key, or an algorithm that nobody knows
        return False
    return True


@lru_cache(maxsize=16)
def _authorities(pem: str) -> list[x509.Certificate]:
    from cryptography import x509

    return x509.load_pem_x509_certificates(pem.encode("ascii"))


def embedded_data(store: bytes) -> dict[str, bytes]:
    """What assertions carry as data (prompts, seeds), by the URI that names it; much cheaper than asking.

    Args:
        store: the whole manifest store, which the C2PA library has read.

    Returns:
        Without what cannot be told beyond doubt: a label that stands twice, or two contents in one.
    """
    found: dict[str, bytes] = {}
    for label, manifest in _manifests(store):
        try:
            lists = [b for kind, b in _boxes(manifest) if kind == b"jumb" and _label(b) == "c2pa.assertions"]
            every = [(_label(b), b) for one in lists for kind, b in _boxes(one) if kind == b"jumb"]
            counts = Counter(name for name, _ in every)
            for name, body in every:
                contents = [bytes(data) for kind, data in _boxes(body) if kind == b"bidb"]
                if len(lists) == len(contents) == counts[name] == 1:
                    found[f"self#jumbf=/c2pa/{label}/c2pa.assertions/{name}"] = contents[0]
        except Exception:  # as above
            continue
    return found


@lru_cache(maxsize=64)
def _certificate(der: bytes) -> x509.Certificate:
    """Parsed once for the many clips of one signer."""
    from cryptography import x509

    return x509.load_der_x509_certificate(der)


def _manifests(store: bytes) -> list[tuple[str, memoryview]]:
    """Manifests with a label of their own; two of the same label vouch for neither."""
    try:
        root = next(body for kind, body in _boxes(memoryview(store)) if kind == b"jumb")
        every = [(_label(body), body) for kind, body in _boxes(root) if kind == b"jumb"]
    except Exception:  # as above
        return []
    counts = Counter(label for label, _ in every)
    return [(label, body) for label, body in every if counts[label] == 1]


def _signature(manifest: memoryview) -> bytes:
    (box,) = (body for kind, body in _boxes(manifest) if kind == b"jumb" and _label(body) == "c2pa.signature")
    (cose,) = (body for kind, body in _boxes(box) if kind == b"cbor")
    return bytes(cose)


def _boxes(data: memoryview) -> Iterator[tuple[bytes, memoryview]]:
    at = 0
    while at + 8 <= len(data):
        length, kind, body = int.from_bytes(data[at : at + 4]), bytes(data[at + 4 : at + 8]), at + 8
        if length == 1:
            length, body = int.from_bytes(data[at + 8 : at + 16]), at + 16
        elif length == 0:
            length = len(data) - at
        if length < body - at or at + length > len(data):
            raise ValueError("a box ends outside its parent")
        yield kind, data[body : at + length]
        at += length


def _label(superbox: memoryview) -> str:
    kind, description = next(_boxes(superbox))
    if kind != b"jumd" or not description[16] & 0x02:
        return ""
    return bytes(description[17:]).partition(b"\0")[0].decode("utf-8")


def _chain(cose: bytes) -> list[bytes]:
    import cbor2

    tagged = cbor2.loads(cose)
    parts: Any = tagged.value if isinstance(tagged, cbor2.CBORTag) and tagged.tag == _SIGN1 else tagged
    protected: Any = cbor2.loads(parts[0])
    unprotected: Any = parts[1]
    found = [
        header[key] for header in (protected, unprotected) for key in (_X5CHAIN, "x5chain") if key in header
    ]
    if len(found) != 1:
        raise ValueError("not exactly one chain")
    return [found[0]] if isinstance(found[0], bytes) else list(found[0])
