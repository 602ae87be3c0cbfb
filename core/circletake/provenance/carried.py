"""What a signed video says of its whole picture, repeated of one made from it that shows the same.

It is gathered, not the signer's own word: who signs a re-grade or a redacted copy did not watch the model at
work. Only well-formed fields that are known here are repeated, and prompts never: they stay where they stood.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from circletake.model.fingerprint import HASH, MOST_SAID
from circletake.provenance import statements
from circletake.provenance import vocabulary as words
from circletake.provenance.pieces import assertion
from circletake.provenance.privacy import WITHHELD, public
from circletake.provenance.redaction import repeats

_SECONDS = re.compile(r"\d{1,9}\.\d{3}")
_HEX = re.compile(r"[0-9a-f]{64}")
_MODEL = frozenset(
    {"modelName", "modelIdentifier", "Iptc4xmpExt:AISystemUsed", "Iptc4xmpExt:AISystemVersionUsed"}
)
_WORD = re.compile(r"[a-z0-9.-]{1,40}")


def carried(
    assertions: Mapping[str, Any], *, picture: bool, without: Iterable[str] = ()
) -> list[dict[str, Any]]:
    """The AI disclosures, IPTC fields and fingerprint of a manifest, for one of a video made from its own.

    Args:
        assertions: of the earlier video's active manifest, by label; its signer may be anybody.
        picture: the picture is bit by bit the same, so its fingerprint is too.
        without: texts that must not be repeated.
    """
    gone = tuple(without)
    return [assertion(label, said) for label, said in _known(_less(assertions, gone), picture)]


def _less(value: Any, gone: tuple[str, ...]) -> Any:
    """What was said, whole as it stands, less each value that repeats a text: who cuts first finds none."""
    if isinstance(value, Mapping):
        return {name: _less(each, gone) for name, each in value.items() if not _text_of(each, gone)}
    return value


def _text_of(value: Any, gone: tuple[str, ...]) -> bool:
    return isinstance(value, str) and repeats(value, gone)


def _known(assertions: Mapping[str, Any], picture: bool) -> Iterator[tuple[str, dict[str, Any]]]:
    kinds = {words.AI_DISCLOSURE: _disclosure, words.METADATA: _metadata}
    kinds |= {words.FINGERPRINT: _fingerprint} if picture else {}
    for name, data in assertions.items():
        label = name.partition("__")[0]
        several = label == words.AI_DISCLOSURE
        said = kinds[label](data) if label in kinds and isinstance(data, Mapping) else {}
        if said and (several or name == label):
            yield label, said


def _disclosure(data: Mapping[str, Any]) -> dict[str, Any]:
    said: dict[str, Any] = {
        key: text for key in ("modelName", "modelIdentifier") if (text := _text(data, key))
    }
    kind = _text(data, "modelType")
    if "modelName" not in said or kind not in words.DATA_TYPES:
        return {}
    profile = data.get("contentProfile")
    level = profile.get("humanOversightLevel") if isinstance(profile, Mapping) else None
    if level in words.OVERSIGHT:
        said["contentProfile"] = {"humanOversightLevel": level}
    return {"modelType": kind, **said}


def _metadata(data: Mapping[str, Any]) -> dict[str, Any]:
    names = (f"Iptc4xmpExt:{name}" for name in statements.IPTC_NAMES)
    fields = {name: text for name in names if (text := _text(data, name))}
    return {"@context": statements.IPTC_CONTEXT, **fields} if fields else {}


def _fingerprint(data: Mapping[str, Any]) -> dict[str, Any]:
    frames = data.get("frames")
    if not isinstance(frames, list) or len(frames) > MOST_SAID:
        return {}
    rows = [{key: str(row.get(key)) for key in ("at", "phash")} for row in frames if isinstance(row, Mapping)]
    named = {key: str(data.get(key)) for key in ("algorithm", "version", "of")}
    digest = str(data.get("sha256"))
    fits = (
        all(_SECONDS.fullmatch(row["at"]) and _HEX.fullmatch(row["phash"]) for row in rows),
        all(map(_WORD.fullmatch, named.values())),
        _HEX.fullmatch(digest),
    )
    return {**named, "hash": HASH, "sha256": digest, "frames": rows} if all(fits) else {}


def _text(data: Mapping[str, Any], key: str) -> str:
    value = data.get(key)
    shown = public(value, 400, model=key in _MODEL).strip() if isinstance(value, str) else ""
    return "" if shown == WITHHELD else shown
