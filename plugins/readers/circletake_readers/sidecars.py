"""Recipes in JSON files beside a clip: our own, video-dailies', and plain ones."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath

from circletake import About, Evidence, Field, NoSettings, RecipeClaim, SourceFile
from circletake_readers.parsing import fields_of, read_object

OWN_SUFFIX = ".circletake.json"
TAKE_SUFFIX = ".take.json"


def _beside(source: SourceFile, suffix: str) -> Iterator[tuple[str, bytes]]:
    """Sidecars named ``<clip>.mp4<suffix>`` or ``<clip><suffix>``."""
    names = (source.name + suffix, PurePosixPath(source.name).stem + suffix)
    for name in dict.fromkeys(names):
        if name in source.sidecars:
            yield name, source.sidecars[name]


def _claims(block: object, name: str, by: str) -> Iterator[RecipeClaim]:
    for field, value in dict(fields_of(block)).items():
        yield RecipeClaim(field, value, Evidence.SIDECAR, name, by)


class OwnSidecar:
    """``<clip>.circletake.json``: ``{"schema": "circletake.sidecar/1", "recipe": {field: text}}``."""

    about = About("sidecar", "recipes from circletake's own sidecars", "1", NoSettings)

    def read(self, source: SourceFile, settings: NoSettings) -> Iterable[RecipeClaim]:
        """Claims of the ``recipe`` block."""
        for name, data in _beside(source, OWN_SUFFIX):
            found = read_object(data)
            if str(found.get("schema", "")).startswith("circletake.sidecar/"):
                yield from _claims(found.get("recipe"), name, "sidecar")


class TakeJson:
    """``<clip>.take.json`` of video-dailies: ``recipe`` and ``parent``; its reviews are not recipes."""

    about = About("take_json", "recipes from video-dailies sidecars (.take.json)", "1", NoSettings)

    def read(self, source: SourceFile, settings: NoSettings) -> Iterable[RecipeClaim]:
        """Claims of the ``recipe`` block, and the parent take as an input."""
        for name, data in _beside(source, TAKE_SUFFIX):
            found = read_object(data)
            yield from _claims(found.get("recipe"), name, "video-dailies")
            parent = found.get("parent")
            if isinstance(parent, Mapping):
                parent = next((parent[k] for k in ("sha256", "id", "name", "path") if k in parent), None)
            if isinstance(parent, str) and parent.strip():
                yield RecipeClaim(
                    "input.parent", parent.strip()[:1000], Evidence.SIDECAR, name, "video-dailies"
                )


class PlainSidecar:
    """``<clip>.json`` with a prompt, model or seed at its top, or in a ``recipe`` block."""

    about = About("plain_json", "recipes from a JSON file beside the clip", "1", NoSettings)

    def read(self, source: SourceFile, settings: NoSettings) -> Iterable[RecipeClaim]:
        """Claims, only where the file says what a recipe says: other tools' JSON is left alone."""
        telling = {Field.PROMPT, Field.MODEL, Field.SEED}
        for name, data in _beside(source, ".json"):
            if name.endswith((OWN_SUFFIX, TAKE_SUFFIX)):
                continue
            found = read_object(data)
            block = next(
                (found[k] for k in ("recipe", "generation", "request") if isinstance(found.get(k), dict)),
                found,
            )
            if telling & set(dict(fields_of(block))):
                yield from _claims(block, name, "sidecar")
