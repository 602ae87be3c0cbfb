"""The C2PA library, set up once for each process: offline, bounded memory, no thumbnails of its own."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from circletake.provenance.trust import TrustList

MEMORY_MB = 32
"""Above this the library keeps what it works on in temporary files."""


def context(trust: Sequence[TrustList] = ()) -> Any:
    """A reading and building context that trusts ``trust`` and never reaches the network.

    Handles of the library do not survive a fork, so the cache is by process.
    """
    return _context(os.getpid(), tuple(each.pem for each in trust))


@lru_cache(maxsize=16)
def _context(process: int, anchors: tuple[str, ...]) -> Any:
    import c2pa

    settings: dict[str, Any] = {
        "verify": {"remote_manifest_fetch": False, "ocsp_fetch": False, "verify_trust": True},
        "core": {"allowed_network_hosts": [], "backing_store_memory_threshold_in_mb": MEMORY_MB},
        "builder": {"thumbnail": {"enabled": False}},
    }
    if anchors:
        settings["trust"] = {"user_anchors": "\n".join(anchors)}
    return c2pa.Context.from_dict(settings)
