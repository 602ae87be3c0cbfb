"""Prompts in manifests that travel along, and how they are taken out: C2PA redactions (2.4 section 6.8).

A redaction names an assertion of an ingredient's manifest; its bytes go, its hash stays, and
the signature over the rest still holds. Actions, ingredients and hashes cannot be redacted, so
what stands in their words is told instead. The library salts every assertion, so what is left
of a short prompt, its hash, cannot be guessed.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from circletake.model.text import printable
from circletake.provenance import statements, wordless
from circletake.provenance import vocabulary as words
from circletake.provenance.container import raw_manifest
from circletake.provenance.session import context

if TYPE_CHECKING:
    from mmap import mmap

_IPTC_PROMPT = "Iptc4xmpExt:AIPromptInformation"
_UNREAD = "credentials that cannot be read"
_KNOWN = ("c2pa.", "cawg.", "org.circletake.")
_FIXED = ("c2pa.actions", "c2pa.hash.", "c2pa.ingredient")
_NUMBER = re.compile(r"-?\d{1,20}")
_SHORTEST = 4
_TELLING = 12
"""Shorter texts are looked for as whole values alone: a prompt of one word stands in many sentences."""

_NAMING = 24
"""Letters of a prompt's beginning that are no chance in a file's name."""

_PIECE = 40
"""Characters of a prompt, from anywhere in it, that are no chance in another text."""


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
        unknown: labels of assertions whose kind is not known here: what else they hold nobody can say.
    """

    places: tuple[Place, ...] = ()
    texts: tuple[str, ...] = ()
    fixed: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


def held(path: Path, *, manifest: bytes | None = None, seeds: bool = False) -> Held:
    """The prompts in the credentials of a file; none where it has no readable ones.

    Args:
        manifest: the store that belongs to a file which carries none itself.
        seeds: look for seeds too, and for the records of ours that repeat them.
    """
    return _looked(raw_manifest(path) or manifest, seeds=seeds)


def words_in(path: Path, *, manifest: bytes | None = None, known: Iterable[str] = ()) -> Held:
    """Everything in the credentials of a file that may be words: prompts, and what cannot be told from one.

    Where there is anything fixed, they cannot come along without words.

    Args:
        manifest: as :func:`held`.
        known: prompts that are looked for too.
    """
    return _looked(raw_manifest(path) or manifest, known=known, any_words=True)


def _looked(
    store: bytes | None, *, seeds: bool = False, known: Iterable[str] = (), any_words: bool = False
) -> Held:
    import c2pa

    if store is None:
        return Held()
    try:
        with c2pa.Reader("video/mp4", io.BytesIO(), manifest_data=store, context=context()) as reader:
            manifests = _map(json.loads(reader.detailed_json()).get("manifests"))
            found = _held(reader, manifests, seeds, known, any_words)
    except Exception:  # a hostile store fails in any way; whoever signs over it is told why
        return Held(fixed=(_UNREAD,))
    odd = wordless.boxes(store) if any_words else []
    return replace(found, fixed=(*found.fixed, *odd))


def telling(texts: Iterable[str]) -> tuple[str, ...]:
    """Those texts that are no chance where they stand: a prompt of one word is in many names."""
    return tuple(dict.fromkeys(text for text in texts if len(text) >= _TELLING))


def together(found: Iterable[Held]) -> Held:
    """What several stores hold, each thing once: one manifest may stand in many of them."""
    every = list(found)
    return Held(
        tuple(dict.fromkeys(place for each in every for place in each.places)),
        tuple(dict.fromkeys(text for each in every for text in each.texts)),
        tuple(dict.fromkeys(text for each in every for text in each.fixed)),
        tuple(dict.fromkeys(label for each in every for label in each.unknown)),
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
    spaced = " ".join(text.split())
    starts = {spaced[:_PIECE], text[:_PIECE]} if len(spaced) > _PIECE else set()
    wordings = {text, spaced, *starts}
    forms = wordings | {
        json.dumps(each, ensure_ascii=plain)[1:-1] for each in wordings for plain in (True, False)
    }
    return {form.encode("utf-8", "surrogatepass") for form in forms}


def _held(
    reader: Any, manifests: Mapping[str, Any], seeds: bool, known: Iterable[str], any_words: bool
) -> Held:
    places: dict[str, str] = {}
    texts: dict[str, None] = dict.fromkeys(filter(None, known))
    fixed: list[str] = []
    unknown: list[str] = []
    wanted = {words.PROMPT: "prompt"} | ({words.SEED: "seed"} if seeds else {})
    for label, assertions in _stores(manifests):
        for name, data in assertions.items():
            if prompt := str(_map(data).get(_IPTC_PROMPT) or ""):
                texts[prompt] = None
                places[_uri(label, name)] = "IPTC record with the prompt"
            if not name.startswith(_KNOWN):
                unknown.append(printable(name, 60))
            if name.startswith("c2pa.actions") or not name.startswith(_KNOWN):
                texts |= dict.fromkeys(_so_called(data))
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
            elif name.startswith("c2pa.ingredient") and _named_after(_title(data), texts):
                fixed.append(f"words of a prompt in a file's name in {printable(name, 60)}")
            elif name.startswith(_FIXED) and repeats(data, texts):
                fixed.append(f"words of a prompt in {printable(name, 60)}")
        title = _title(_map(manifests[label]).get("claim"))
        if _named_after(title, texts) or repeats(title, texts):
            fixed.append("words of a prompt in the title of a claim")
        if any_words:
            fixed += wordless.fixed_words(label, _map(manifests[label]))
            if any(wordless.telling(text) & wordless.telling(title) for text in texts):
                fixed.append("a word of a prompt in the title of a claim")
            for name, data in assertions.items():
                if (uri := _uri(label, name)) in places or name.startswith(_FIXED):
                    continue
                number = name.startswith("c2pa.embedded-data") and _NUMBER.fullmatch(_text(reader, uri))
                if not number and not wordless.stated(name, data):
                    places[uri] = f"{printable(name, 60)}, which may hold words"
    return Held(
        tuple(Place(*each) for each in sorted(places.items())),
        tuple(texts),
        tuple(sorted(set(fixed))),
        tuple(sorted(set(unknown))),
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


def _title(data: Any) -> str:
    return str(_map(data).get("dc:title") or _map(data).get("title") or "")


def _so_called(value: Any) -> Iterator[str]:
    """The texts that somebody's own assertion or parameters call a prompt."""
    if isinstance(value, Mapping):
        for name, each in value.items():
            if isinstance(each, str) and "prompt" in name.casefold() and len(each) >= _SHORTEST:
                yield each
            yield from _so_called(each)
    elif isinstance(value, list):
        for each in value:
            yield from _so_called(each)


def _beginning(record: Mapping[str, Any]) -> bool:
    return bool(_map(_map(record.get("recipe")).get("prompt_prefix")).get("value"))


def repeats(value: Any, texts: Iterable[str]) -> bool:
    """Whether a text, its beginning or a long piece of it stands in an assertion, in whatever white space."""
    return _repeats(value, tuple(texts))


def _repeats(value: Any, texts: tuple[str, ...]) -> bool:
    if isinstance(value, str):
        return _shares(_spaced(value), texts) or _named_after(value, texts)
    if isinstance(value, Mapping):
        return any(_repeats(each, texts) for each in value.values())
    return isinstance(value, list) and any(_repeats(each, texts) for each in value)


def _shares(value: str, texts: tuple[str, ...]) -> bool:
    whole, pieces = _sought(texts)
    if value in whole or any(len(text) >= _TELLING and text in value for text in whole):
        return True
    ends = range(_PIECE, len(value) + 1) if pieces else ()
    return any(value[end - _PIECE : end] in pieces for end in ends)


@lru_cache(maxsize=8)
def _sought(texts: tuple[str, ...]) -> tuple[frozenset[str], frozenset[str]]:
    """Some texts as they are compared, and every long piece of them."""
    whole = frozenset(filter(None, map(_spaced, texts)))
    ends = ((text, end) for text in whole for end in range(_PIECE, len(text) + 1))
    return whole, frozenset(text[end - _PIECE : end] for text, end in ends)


def _spaced(text: str) -> str:
    """A text as it is compared with another: letters of one size, all white space alike."""
    return printable(text).casefold()


def _named_after(title: str, texts: Iterable[str]) -> bool:
    """Whether a file is named after a prompt, as many generators do: by its beginning, spelled anyhow."""
    letters = _letters(title)
    return any(
        len(start) >= _TELLING and start in letters for start in (_letters(t)[:_NAMING] for t in texts)
    )


def _letters(text: str) -> str:
    return "".join(char for char in text.casefold() if char.isalnum())


def _map(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
