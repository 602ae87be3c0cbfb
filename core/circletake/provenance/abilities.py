"""Whether manifests can be signed and read here."""

from __future__ import annotations

from importlib.metadata import version


def signing() -> str:
    """The signing library that loads, with its version.

    Raises:
        ImportError: it does not load on this system.
    """
    import c2pa

    return f"c2pa-python {version('c2pa-python')}, c2pa-rs {c2pa.sdk_version()}"
