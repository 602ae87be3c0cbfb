"""The validation codes of C2PA that a file's credentials gave."""

from __future__ import annotations

from circletake import FileCase


def own_codes(file: FileCase) -> list[str]:
    """Those of the file itself, those of its ingredients left out."""
    said = file.credentials
    theirs = {code for manifest in said.manifests for i in manifest.ingredients for code in i.problems}
    return [code for code in said.problems if code not in theirs]
