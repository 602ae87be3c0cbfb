"""What of a manifest store can hold no words of anybody: a list of what is known, and everything else may.

Where prompts are kept back, credentials that others wrote come along only as far as this list goes. It is
taken from C2PA 2.4, sections 15 to 18, CAWG metadata 1.2 and what circletake writes itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from circletake.provenance import statements
from circletake.provenance import vocabulary as words

_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_HEX = re.compile(r"(?=[a-f]*\d)[0-9a-f]+")
_TOKEN = re.compile(r"[A-Za-z0-9]+")
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")
_ADDRESS = re.compile(r"self#jumbf=[\w.:/+-]+")
_SOURCE_TYPE = re.compile(r"https?://(?:cv\.iptc\.org/newscodes|c2pa\.org)/digitalsourcetype/[A-Za-z]+")
_NAMED = 5
"""Words that the name and version of a program or model have at most."""
_LONGEST = 16
"""Letters of a word: more are several, written together."""


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


_TITLES = _set(
    "audio clip frame generated generation image input model negative output picture prompt reference seed "
    "sound still take untitled video avi flac gif heic jpeg jpg mkv mov png wav webm webp"
)
"""Words of a title that say nothing of what a file shows."""

_CLAUSE = re.compile(
    r"(?:(?:prompt|model|generator|seed|Source type) )?"
    r"(?:observed while it was generated|declared|from a signed manifest"
    r"|embedded in the file, not verified|from a file beside the clip, not verified"
    r"|from the file's name, not verified|from a take with the same picture, not verified"
    r"|(?:declared|from a manifest signed) by (?P<name>.{1,60}))"
    r"|the (?:frame|part) that was kept|black between clips|its own credentials are kept back"
    r"|assembled and finished elsewhere|takes were found by their picture"
    r"|takes are named by the editor's timeline(?: or their picture, as the record says of each)?"
    r"|Take [A-Z]{0,4}\d{1,5}/\d{1,5}, (?:found by its picture|cut so in the library"
    r"|named by the editor's timeline(?:, found by its picture)?)"
    r"|sha256 [0-9a-f]{64}|Created by Google Generative AI\.|Applied imperceptible SynthID watermark\."
)
"""What circletake itself says in descriptions, piece by piece, and Google in each of its manifests."""

_CLAIM = _set(
    "alg alg_soft assertions claim_generator claim_generator_info claim_version created_assertions dc:format "
    "dc:title format gathered_assertions instanceID redacted_assertions signature specVersion title"
)
_FIXED = _set(
    "action actions activeManifest alg allActionsIncluded c2pa_manifest changes claimSignature code data "
    "dataTypes dc:format dc:title description digitalSourceType documentID end explanation failure format "
    "hash informational informationalURI ingredient ingredientAssertionURI ingredientDeltas ingredientIds "
    "ingredients instanceID instanceId metadata name org.contentauth.c2pa_rs parameters reason redacted "
    "region regionOfInterest relationship softwareAgent softwareAgentIndex softwareAgents specVersion start "
    "success thumbnail time title type url validationDeltas validationResults version when"
)
"""Keys of actions and ingredients, which no redaction reaches."""

_STATED: dict[str, frozenset[str]] = {
    words.AI_DISCLOSURE: _set("modelType modelName modelIdentifier contentProfile humanOversightLevel"),
    words.METADATA: frozenset(
        {"@context", *statements.IPTC_CONTEXT, *(f"Iptc4xmpExt:{name}" for name in statements.IPTC_NAMES)}
    ),
    words.FINGERPRINT: _set("algorithm version of hash sha256 frames at phash"),
    words.TRAINING: frozenset({"entries", "use", *words.TRAINING_USES}),
}
_HASHES = ("c2pa.hash.data", "c2pa.hash.bmff", "c2pa.hash.boxes")
_BOXES = {b"c2pa.databoxes": "data boxes", b"c2pa.credentials": "credentials of persons"}


def stated(label: str, data: Any) -> bool:
    """Whether an assertion is of a kind that is known here and says nothing but names, numbers and codes."""
    keys = _STATED.get(label.partition("__")[0])
    return keys is not None and not any(_odd(data, keys))


def fixed_words(label: str, manifest: Mapping[str, Any]) -> Iterator[str]:
    """Where a manifest may hold words that no redaction reaches, for people.

    Args:
        label: of the manifest.
        manifest: as the library reads it in detail.
    """
    if manifest.keys() - {"claim", "assertion_store", "signature"} or _count(label) > _NAMED:
        yield "a manifest of an unknown kind"
    claim = manifest.get("claim")
    if not isinstance(claim, Mapping) or claim.keys() - _CLAIM or any(_odd(claim, None)):
        yield "the title or another word of a claim"
    store = manifest.get("assertion_store")
    for name, data in store.items() if isinstance(store, Mapping) else ():
        if name.startswith(_HASHES):
            odd = isinstance(data, Mapping) and _count(str(data.get("name") or "")) > 2
        elif name.startswith(("c2pa.actions", "c2pa.ingredient")):
            odd = any(_odd(data, _FIXED))
        else:
            odd = name.startswith("c2pa.hash.")
        if odd or _count(name) > _NAMED:
            yield f"words in {name[:60] if name.isascii() and name.isprintable() else 'an assertion'}"


def boxes(store: bytes) -> list[str]:
    """Parts of a store that the library does not show, for people."""
    return [what for name, what in _BOXES.items() if name in store]


def _odd(value: Any, keys: frozenset[str] | None, key: str = "", model: bool = False) -> Iterator[str]:
    """Each value, or key not among ``keys``, that may be words of somebody."""
    if isinstance(value, Mapping):
        kinds = value.get("dataTypes")
        model = isinstance(kinds, list) and any(
            isinstance(kind, Mapping) and kind.get("type") == words.MODEL for kind in kinds
        )
        for name, each in value.items():
            if (keys is not None and name not in keys) or _count(name) > _NAMED:
                yield name
            yield from _odd(each, keys, name, model)
    elif isinstance(value, list):
        for each in value:
            yield from _odd(each, keys, key, model)
    elif isinstance(value, str) and not _plain(key, value, model):
        yield value


def _plain(key: str, text: str, model: bool) -> bool:
    if key in {"dc:title", "title"}:
        return _count(text) <= (_NAMED if model else 1)
    if key in {"description", "reason"}:
        return text in words.REDACTION_REASONS or all(map(_told, text.split("; ")))
    if key == "digitalSourceType":
        return _SOURCE_TYPE.fullmatch(text) is not None
    if key in {"hash", "phash", "sha256"}:
        return re.fullmatch(r"[\w+/=-]*", text, re.ASCII) is not None
    if key == "code":
        return re.fullmatch(r"[A-Za-z0-9]+(?:\.[A-Za-z0-9]+){1,3}", text) is not None
    # What a validator found in an ingredient: its own sentences.
    if key == "explanation":
        text = _ADDRESS.sub("", text)
        return text.isascii() and _count(text) <= 2 * _NAMED
    return _ADDRESS.fullmatch(text) is not None or _count(text) <= _NAMED


def _told(clause: str) -> bool:
    """Whether a piece of a description is known; persons are named by two words at most."""
    known = _CLAUSE.fullmatch(clause)
    return _count(clause) == 0 if known is None else _count(known["name"] or "") <= 2


def telling(text: str) -> frozenset[str]:
    """The words in a text that say something, in small letters."""
    return frozenset(_telling(text))


def _count(text: str) -> int:
    """How many words in a text say something; of another script than Latin, or written together, too many."""
    if not text.isascii():
        return 100
    return sum(100 if len(word) > _LONGEST else 1 for word in _telling(text))


def _telling(text: str) -> Iterator[str]:
    for token in _TOKEN.findall(_UUID.sub("", text)):
        if not _HEX.fullmatch(token.casefold()):
            found = (word.casefold() for word in _WORD.findall(token))
            yield from (word for word in found if len(word) > 2 and word not in _TITLES)
