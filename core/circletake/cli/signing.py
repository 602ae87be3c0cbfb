"""The key of a command that works on a single file, in a library or outside of one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from circletake.cli.common import load_plugins, open_library

if TYPE_CHECKING:
    from circletake.protocols import OpenSigner


@contextmanager
def signer_here(folder: Path | None) -> Iterator[tuple[OpenSigner, str]]:
    """Key and timestamper: as for an export where there is a library, else this machine's key alone."""
    from circletake.provenance.keys import KeyRing
    from circletake.workflows.leaving.signer import open_signer, timestamper
    from circletake.workflows.library import user_home
    from circletake.workflows.settings import root_above

    if folder is None and root_above(Path.cwd()) is None:
        signer = KeyRing(user_home()).signer()
        try:
            yield signer, ""
        finally:
            signer.close()
        return
    with open_library(folder) as lib, open_signer(lib, load_plugins(lib)) as opened:
        yield opened, timestamper(lib)
