"""What a library adds to the files of audits: its exports among them, what bare pictures match, and what it
holds of the takes that files name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from circletake.model.case import AuditCase, FileCase, Known
from circletake.model.fingerprint import VERSION
from circletake.model.recipe import Field, Recipe, RecipeClaim
from circletake.model.registered import Registered, Stated
from circletake.model.sealing import Salt, plain_digest, sealed
from circletake.model.text import printable
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


class Register:
    """What a library holds of takes; each is asked for once, however many files name it."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._here = library.registry.takes.sha256s()
        self._held: dict[str, Registered] = {}

    def of(self, case: AuditCase) -> AuditCase:
        """The case with what is held of the takes that its files name."""
        return replace(case, files=tuple(self._told(file) for file in case.files))

    def _told(self, file: FileCase) -> FileCase:
        named = {traced.use.take_sha256 for traced in file.traced if traced.use.take_sha256}
        found = {sha256: self._take(sha256) for sha256 in named & self._here}
        if len(file.traced) == 1 and not named:
            seen = file.match.take_sha256 if file.match and not file.match.parts else ""
            if own := next((each for each in (file.sha256, seen) if each in self._here), ""):
                found[""] = self._take(own)
        return replace(file, registered=found) if found else file

    def _take(self, sha256: str) -> Registered:
        if sha256 not in self._held:
            self._held[sha256] = self._asked(sha256)
        return self._held[sha256]

    def _asked(self, sha256: str) -> Registered:
        take = self._library.registry.takes.by_sha256(sha256)
        if take is None:  # it went meanwhile
            return Registered("", {})
        claims = self._library.registry.takes.claims(take.id)
        salts = self._library.registry.salts.of(take.id)
        held = {name: tuple(_held(claims, *how, salts)) for name, how in _TOLD.items()}
        return Registered(take.label, {name: values for name, values in held.items() if values})


def _model(recipe: Recipe) -> str:
    from circletake.provenance.inputs import model_name

    return model_name(recipe)


_TOLD: dict[str, tuple[tuple[Field, ...], Callable[[Recipe], str]]] = {
    "prompt": ((Field.PROMPT,), lambda recipe: recipe[Field.PROMPT]),
    "model": ((Field.MODEL, Field.GENERATOR, Field.MODEL_VERSION), _model),
    "seed": ((Field.SEED,), lambda recipe: recipe[Field.SEED]),
}
"""What credentials tell of a take as well: the fields of a recipe it is made of, and how; the one first whose
claim says who knows."""


def _held(
    claims: Sequence[RecipeClaim],
    fields: Sequence[Field],
    value_of: Callable[[Recipe], str],
    salts: Sequence[Salt],
) -> Iterator[Stated]:
    """The values in force one after another."""
    said = [claim for claim in claims if claim.field in fields]
    before = ""
    for number in range(max(1, len(said) - _MOST_CLAIMS), len(said) + 1):
        recipe = Recipe.of(said[:number])
        value = value_of(recipe)
        if not value or value == before:
            continue
        before = value
        force = next(recipe.in_force[field] for field in fields if field in recipe.in_force)
        yield Stated(value, said[number - 1].at, _words(force), _digests(value, salts))


_MOST_CLAIMS = 200
"""Claims after each of which it is asked what was in force, the latest: each import may add some."""


def _words(claim: RecipeClaim) -> str:
    by = printable(claim.by, 40)
    how = "declared" if claim.accepted else claim.evidence.value
    return f"{how} by {by}" if by else how


def _digests(prompt: str, salts: Sequence[Salt]) -> frozenset[str]:
    plain = plain_digest(prompt)
    same = (each for each in salts if each.field == Field.PROMPT and each.text_sha256 == plain)
    return frozenset(sealed(each.salt, prompt) for each in same)


def _fingerprinted(library: Library) -> frozenset[str]:
    """Digests of the takes whose fingerprints the library holds: the way back from a bare picture."""
    held = library.registry.analyses.fingerprints(VERSION).keys()
    return frozenset(s.take.sha256 for s in library.registry.takes.slates() if s.take.id in held)
