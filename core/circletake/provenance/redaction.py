"""Prompts in manifests that travel along, and how they are taken out: C2PA redactions (2.4 section 6.8).

A redaction names an assertion of an ingredient's manifest; its bytes go, its hash stays, and
the signature over the rest still holds. Actions, ingredients and hashes cannot be redacted, so
what stands in their words is told instead. The library salts every assertion, so what is left
of a short prompt, its hash, cannot be guessed.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from circletake.model.text import printable
from circletake.provenance import statements
from circletake.provenance import vocabulary as words
from circletake.provenance.container import raw_manifest
from circletake.provenance.session import context

if TYPE_CHECKING:
    from mmap import mmap

_IPTC_PROMPT = "Iptc4xmpExt:AIPromptInformation"
_FIXED = ("c2pa.actions", "c2pa.hash.", "c2pa.ingredient")
_SHORTEST = 4
_TELLING = 12
"""Shorter texts are looked for as whole values alone: a prompt of one word stands in many sentences."""

_NAMING = 24
"""Letters of a prompt's beginning that are no chance in a file's name."""


@dataclass(frozen=True, slots=True)
class Place:
    """An assertion that holds a prompt and can be redacted.

    Attributes:
        uri: absolute, within the manifest store.
        what: for people, e.g. ``prompt``.
    """

    uri: str
    what: str


@dataclass(frozen=True, slots=True)
class Held:
    """The prompts that a manifest store holds.

    Attributes:
        places: what can be redacted.
        texts: the prompts themselves (and seeds, where those were asked for).
        fixed: where a prompt stands that no redaction reaches, in words.
    """

    places: tuple[Place, ...] = ()
    texts: tuple[str, ...] = ()
    fixed: tuple[str, ...] = ()


def held(path: Path, *, manifest: bytes | None = None, seeds: bool = False) -> Held:
    """The prompts in the credentials of a file; none where it has no readable ones.

    Args:
        manifest: the store that belongs to a file which carries none itself.
        seeds: look for seeds too, and for the records of ours that repeat them.
    """
    import c2pa

    store = raw_manifest(path) or manifest
    if store is None:
        return Held()
    try:
        with c2pa.Reader("video/mp4", io.BytesIO(), manifest_data=store, context=context()) as reader:
            document = json.loads(reader.detailed_json())
            return _held(reader, _map(document.get("manifests")), seeds)
    except Exception:  # a hostile store fails in any way; whoever signs over it is told why
        return Held()


def together(found: Iterable[Held]) -> Held:
    """What several stores hold, each thing once: one manifest may stand in many of them."""
    every = list(found)
    return Held(
        tuple(dict.fromkeys(place for each in every for place in each.places)),
        tuple(dict.fromkeys(text for each in every for text in each.texts)),
        tuple(dict.fromkeys(text for each in every for text in each.fixed)),
    )


def redacting(found: Held, when: datetime) -> tuple[list[str], list[dict[str, Any]]]:
    """The redactions of a manifest and the actions that say so."""
    uris = [place.uri for place in found.places]
    actions = [
        {
            "action": words.REDACTED,
            "when": statements.stamp(when),
            "reason": words.TRADE_SECRET,
            "parameters": {"redacted": uri},
        }
        for uri in uris
    ]
    return uris, actions


def assertions_in(path: Path) -> dict[str, frozenset[str]]:
    """The labels of the assertions of each manifest in the credentials of a file, by its label."""
    import c2pa

    store = raw_manifest(path)
    if store is None:
        return {}
    try:
        with c2pa.Reader("video/mp4", io.BytesIO(), manifest_data=store, context=context()) as reader:
            manifests = _map(json.loads(reader.detailed_json()).get("manifests"))
    except Exception:  # as in `held`
        return {}
    return {label: frozenset(assertions) for label, assertions in _stores(manifests)}


def still_in(path: Path, texts: tuple[str, ...]) -> list[str]:
    """Those of some texts that stand in the bytes of a file, as they are or as JSON spells them."""
    from mmap import ACCESS_READ, mmap

    with path.open("rb") as file:
        if not file.seek(0, io.SEEK_END):
            return []
        with mmap(file.fileno(), 0, access=ACCESS_READ) as whole:
            return [text for text in texts if any(_stands(form, whole) for form in _spellings(text))]


def _stands(form: bytes, whole: mmap) -> bool:
    """Whether a text is in some bytes; a short one as a word of its own, since "rain" is in "training"."""
    if len(form) >= _TELLING:
        return whole.find(form) >= 0
    at = whole.find(form) if len(form) >= _SHORTEST else -1
    while at >= 0:
        around = whole[max(0, at - 1) : at] + whole[at + len(form) : at + len(form) + 1]
        if not any(bytes([byte]).isalnum() for byte in around):
            return True
        at = whole.find(form, at + 1)
    return False


def _spellings(text: str) -> set[bytes]:
    forms = {text, json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1]}
    return {form.encode("utf-8", "surrogatepass") for form in forms}


def _held(reader: Any, manifests: Mapping[str, Any], seeds: bool) -> Held:
    places: dict[str, str] = {}
    texts: dict[str, None] = {}
    fixed: list[str] = []
    wanted = {words.PROMPT: "prompt"} | ({words.SEED: "seed"} if seeds else {})
    for label, assertions in _stores(manifests):
        for name, data in assertions.items():
            if prompt := str(_map(data).get(_IPTC_PROMPT) or ""):
                texts[prompt] = None
                places[_uri(label, name)] = "IPTC record with the prompt"
        for row in (_map(each) for name, each in assertions.items() if name.startswith("c2pa.ingredient")):
            kind = next((wanted[t] for t in _types(row) if t in wanted), "")
            named = str(_map(row.get("data")).get("url") or "").rpartition("/")[2]
            if not kind or not named:
                continue
            uri = _uri(label, named)
            if named in assertions:
                places[uri] = kind
                if text := _text(reader, uri):
                    texts[text] = None
            elif text := _text(reader, str(_map(row.get("data")).get("url"))):
                texts[text] = None
                fixed.append(f"a {kind} in a data box of an older kind of manifest")
    for label, assertions in _stores(manifests):
        for name, data in assertions.items():
            if _uri(label, name) in places:
                continue
            if not name.startswith(_FIXED) and repeats(data, texts):
                places[_uri(label, name)] = f"{printable(name, 60)} with its words"
            elif name.startswith(words.TAKE) and _beginning(_map(data)):
                places[_uri(label, name)] = "record of a take with the beginning of its prompt"
            elif name.startswith(_FIXED) and repeats(data, texts):
                fixed.append(f"words of a prompt in {printable(name, 60)}")
            elif name.startswith("c2pa.ingredient") and _named_after(
                str(_map(data).get("dc:title") or ""), texts
            ):
                fixed.append(f"words of a prompt in a file's name in {printable(name, 60)}")
    return Held(
        tuple(Place(*each) for each in sorted(places.items())), tuple(texts), tuple(sorted(set(fixed)))
    )


def _stores(manifests: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for label, manifest in manifests.items():
        yield label, _map(_map(manifest).get("assertion_store"))


def _types(row: Mapping[str, Any]) -> list[str]:
    kinds = row.get("dataTypes")
    return [str(_map(kind).get("type")) for kind in kinds] if isinstance(kinds, list) else []


def _uri(label: str, name: str) -> str:
    return f"self#jumbf=/c2pa/{label}/c2pa.assertions/{name}"


def _text(reader: Any, uri: str) -> str:
    into = io.BytesIO()
    try:
        reader.resource_to_stream(uri, into)
    except Exception:  # a resource that is named and not there is simply not there
        return ""
    return into.getvalue().decode("utf-8", "replace")


def _beginning(record: Mapping[str, Any]) -> bool:
    return bool(_map(_map(record.get("recipe")).get("prompt_prefix")).get("value"))


def repeats(value: Any, texts: Mapping[str, None]) -> bool:
    """Whether a text stands in an assertion, as a value of its own or within a longer one."""
    if isinstance(value, str):
        return any(value == text or (len(text) >= _TELLING and text in value) for text in texts)
    if isinstance(value, Mapping):
        return any(repeats(each, texts) for each in value.values())
    return isinstance(value, list) and any(repeats(each, texts) for each in value)


def _named_after(title: str, texts: Mapping[str, None]) -> bool:
    """Whether a file is named after a prompt, as many generators do: by its beginning, spelled anyhow."""
    letters = _letters(title)
    return any(
        len(start) >= _TELLING and start in letters for start in (_letters(t)[:_NAMING] for t in texts)
    )


def _letters(text: str) -> str:
    return "".join(char for char in text.casefold() if char.isalnum())


def _map(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
