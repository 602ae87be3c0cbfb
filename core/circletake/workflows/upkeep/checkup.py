"""What this installation can and cannot do, found out by trying."""

from __future__ import annotations

import platform
import shutil
from collections.abc import Callable
from dataclasses import dataclass

from circletake.errors import CircletakeError
from circletake.model.text import counted, human_size
from circletake.workflows.library import find_library, user_home
from circletake.workflows.staging import abandoned


@dataclass(frozen=True, slots=True)
class Found:
    """One line of the doctor's report."""

    what: str
    found: str
    fine: bool = True


def checkup() -> tuple[Found, ...]:
    """Try every part that circletake stands on. Nothing is changed."""
    checks: tuple[tuple[str, Callable[[], str | Found]], ...] = (
        ("Python", lambda: f"{platform.python_version()}, {platform.system()} {platform.machine()}"),
        ("SQLite", _sqlite),
        ("Decoding", _decoding),
        ("Encoding", _encoding),
        ("Signing", _signing),
        ("Key", _key),
        ("Plugins", _plugins),
        ("Library", _library),
    )
    return tuple(_tried(what, check) for what, check in checks)


def _tried(what: str, check: Callable[[], str | Found]) -> Found:
    try:
        found = check()
        return found if isinstance(found, Found) else Found(what, found)
    except CircletakeError as error:
        return Found(what, str(error), fine=what in _OPTIONAL)
    except Exception as error:  # a broken installation can fail in any way; saying how is the point
        return Found(what, f"{type(error).__name__}: {error}", fine=False)


_OPTIONAL = ("Key", "Library")
"""Parts that are fine to be without: neither is needed before it is made."""


def _sqlite() -> str:
    from circletake_registry.engine import sqlite_report

    report = sqlite_report()
    return f"{report.version} ({report.module}), journal {report.journal}: {report.why}"


def _decoding() -> str:
    from circletake.media.abilities import decoding

    return decoding()


def _encoding() -> str:
    from circletake.media.abilities import encoding

    return encoding()


def _signing() -> str:
    from circletake.provenance.abilities import signing

    return signing()


def _key() -> Found:
    from circletake.provenance.keys import KeyRing

    key = KeyRing(user_home()).show()
    said = f"{key.organisation}, {key.algorithm}, valid until {key.not_after:%Y-%m-%d}"
    return Found("Key", f"{said}; {key.warning}" if key.warning else said, fine=not key.warning)


def _plugins() -> str:
    from circletake.plugins.manager import PluginManager

    records = PluginManager.load().records
    broken = [record.ref.plugin for record in records if record.status == "broken"]
    if broken:
        raise RuntimeError(f"broken: {', '.join(broken)} (circletake plugins list)")
    return f"{len(records)} loaded"


def _library() -> str:
    with find_library() as library:
        free = shutil.disk_usage(library.root).free
        left = len(abandoned(library.staging_folder))
        killed = f"; {counted(left, 'staging folder')} of killed work, cleared by the next" if left else ""
        before = library.registry.upgraded_from
        upgraded = f"; upgraded now, as it was: {before.name}" if before else ""
        count = library.registry.takes.count()
        return f"{library.root}, {count} takes, {human_size(free)} free{upgraded}{killed}"
