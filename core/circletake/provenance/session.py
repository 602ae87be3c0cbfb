"""The C2PA library, set up once for each process: offline, bounded memory, no thumbnails of its own."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

from circletake.provenance.trust import TrustList

MEMORY_MB = 32
"""Above this the library keeps what it works on in temporary files."""


def context(trust: Sequence[TrustList] = ()) -> Any:
    """A reading and building context that trusts ``trust`` and never reaches the network.

    What it found is named ``list:0``, ``list:1``, ... in the results, in the order of ``trust``. The library
    tells lists of signers and of timestampers apart in name only: each vouches for the other, so whoever
    asks for trust has to ask with lists of one kind.

    Handles of the library do not survive a fork, so the cache is by process.
    """
    return _context(os.getpid(), tuple((_KINDS[each.kind], each.pem) for each in trust))


def _once(anchors: tuple[tuple[str, str], ...]) -> Iterator[tuple[int, str, str]]:
    """Each list's number, kind and authorities, without those on an earlier one: it is the one named."""
    seen: set[tuple[str, str]] = set()
    for index, (kind, pem) in enumerate(anchors):
        fresh = [each for each in dict.fromkeys(_CERTIFICATE.findall(pem)) if (kind, each) not in seen]
        seen.update((kind, each) for each in fresh)
        if fresh:
            yield index, kind, "\n".join(fresh) + "\n"


_CERTIFICATE = re.compile(r"-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----")
_KINDS = {"signers": "manifest", "timestampers": "tsa"}


@lru_cache(maxsize=16)
def _context(process: int, anchors: tuple[tuple[str, str], ...]) -> Any:
    import c2pa

    settings: dict[str, Any] = {
        "verify": {"remote_manifest_fetch": False, "ocsp_fetch": False, "verify_trust": True},
        "core": {
            "allowed_network_hosts": [],
            "allow_redirects": False,
            "backing_store_memory_threshold_in_mb": MEMORY_MB,
        },
        "builder": {"thumbnail": {"enabled": False}},
    }
    if anchors:
        settings["trust"] = {
            "anchors": [
                {"trust_kind": kind, "trust_uri": f"list:{index}", "trust_anchors": pem}
                for index, kind, pem in _once(anchors)
            ]
        }
    return c2pa.Context.from_dict(settings)
