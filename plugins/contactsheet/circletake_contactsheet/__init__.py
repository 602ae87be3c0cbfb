"""Contact sheets: takes as one self-contained HTML file, judged with keys or thumbs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from circletake import hookimpl

if TYPE_CHECKING:
    from circletake import Exporter


@hookimpl
def circletake_exporters() -> Iterable[Exporter[Any]]:
    """The contact sheet."""
    from circletake_contactsheet.exporter import ContactSheet

    yield ContactSheet()
