"""What a library adds to the files of audits: its exports among them, and what bare pictures match."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from circletake.model.case import FileCase, Known
from circletake.model.fingerprint import VERSION
from circletake.workflows.auditing.finding import Found, Looked
from circletake.workflows.auditing.recognising import is_lost, recognised
from circletake.workflows.library import Library
from circletake.workflows.progress import Progress


def known(both: Looked, library: Library) -> Looked:
    """The same with what the registry holds of files it exported."""
    exports = library.registry.exports
    rows = {
        file.sha256: row
        for _, files in both
        for file in files
        if file.kind == "video" and (row := exports.by_sha256(file.sha256))
    }
    held = _fingerprinted(library) if rows else frozenset()

    def told(file: FileCase) -> FileCase:
        row = rows.get(file.sha256) if file.kind == "video" else None
        if row is None:
            return file
        whole = bool(row.prompts) and held >= row.prompts.keys()
        return replace(file, known=Known(row.sha256, row.release, row.at.isoformat(), row.prompts, whole))

    return [(each, [told(file) for file in files]) for each, files in both]


def matched(both: Looked, library: Library, progress: Progress) -> Looked:
    """The same with what pictures without credentials match; the library is gone through once for all."""

    def placed(each: Found, file: FileCase) -> str:
        return str(each.root / file.path)

    lost = [replace(file, path=placed(each, file)) for each, files in both for file in files if is_lost(file)]
    told = {file.path: file for file in recognised(lost, Path(), library, progress)}

    def seen(each: Found, file: FileCase) -> FileCase:
        same = told.get(placed(each, file)) if is_lost(file) else None
        return replace(file, match=same.match, uncompared=same.uncompared) if same else file

    return [(each, [seen(each, file) for file in files]) for each, files in both]


def _fingerprinted(library: Library) -> frozenset[str]:
    """Digests of the takes whose fingerprints the library holds: the way back from a bare picture."""
    held = library.registry.analyses.fingerprints(VERSION).keys()
    return frozenset(s.take.sha256 for s in library.registry.takes.slates() if s.take.id in held)
