"""One file at a time: from what a look at it told to a take with its claims and its place."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from circletake.errors import CircletakeError, LibraryError, MediaError
from circletake.files import write_whole
from circletake.model.event import Actor
from circletake.model.generation import ALGORITHMIC, TRAINED
from circletake.model.location import Location, LocationState
from circletake.model.recipe import Evidence, Field, Recipe, RecipeClaim
from circletake.model.take import Declaration, Origin, Take
from circletake.protocols import SourceFile
from circletake.workflows.intake.surveying import Candidate, Unread

if TYPE_CHECKING:
    from circletake.workflows.intake.inspecting import Inspected
    from circletake.workflows.intake.recipe_table import RecipeTable
    from circletake.workflows.intake.recovering import Readers
    from circletake.workflows.library import Library

_SOURCE_TYPES = {
    Declaration.HUMAN: "digitalCapture",
    Declaration.AI: TRAINED,
    Declaration.ALGORITHM: ALGORITHMIC,
}
"""IPTC digital source type of what a camera recorded."""

SHOT_CODE = re.compile(r"(?=.*[G-Zg-z_-])[A-Za-z0-9][A-Za-z0-9_-]{0,31}")
"""A shot's name: never all hex digits, since those name takes."""

_SHOT_FOLDER = re.compile(r"[A-Za-z]{1,8}[_-]?\d{2,5}[A-Za-z]?")


class Grouping(StrEnum):
    """What becomes a shot."""

    PROMPT = "prompt"
    FOLDER = "folder"


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the person asked of an import.

    Attributes:
        shot: every take goes here; else shots are made by ``group``.
        declared: what ``by`` says of how the clips were made.
        copy: store the bytes even where they cannot be cloned.
        observed: by path, what is known of files because we made them.
    """

    by: Actor
    shot: str = ""
    group: Grouping = Grouping.PROMPT
    origin: Origin = Origin.GENERATED
    declared: Declaration = Declaration.UNDECLARED
    copy: bool = False
    observed: Mapping[Path, Sequence[RecipeClaim]] = field(default_factory=dict)


@dataclass(slots=True)
class Intake:
    """An import under way, and what it has counted so far.

    Attributes:
        exported: digests of files the library made itself.
        copies: files whose bytes a take holds already.
        claims: statements added to takes that were there before.
        known: takes added whose recipe has a ``prompt``, ``model``, ``seed``, or ``nothing``.
        learnt: takes added that have a claim of an evidence.
        placed: ids of takes added whose shot the person chose, by name or by a folder's.
        late_origin: takes that were there before, with another origin than the one now given.
        notes: what else a person should know.
    """

    library: Library
    readers: Readers
    wishes: Wishes
    table: RecipeTable | None
    exported: set[str]
    unread: list[Unread]
    takes: list[Take] = field(default_factory=list)
    copies: int = 0
    exports: int = 0
    claims: int = 0
    known: Counter[str] = field(default_factory=Counter)
    learnt: Counter[str] = field(default_factory=Counter)
    placed: set[str] = field(default_factory=set)
    late_origin: int = 0
    notes: list[str] = field(default_factory=list)

    def tell_known(self, unchanged: Sequence[Candidate]) -> None:
        """Add what the table and the person say of files that need no reading."""
        if self.table is None and self.wishes == Wishes(self.wishes.by):
            return
        in_place = self.library.registry.media.known_in_place()
        for candidate in unchanged:
            sha256 = in_place[str(candidate.path)][2]
            self._add_claims(sha256, self._said(candidate, sha256))

    def keep(
        self, candidate: Candidate, seen: Inspected | Unread
    ) -> tuple[Inspected | Unread, Location | None]:
        """Take a file's bytes into care, before any row is written.

        Returns:
            What was seen, or why it cannot be kept; and the place to record, if there is a new one.
        """
        if isinstance(seen, Unread) or self._own_export(seen):
            return seen, None
        if self._known(seen):
            sound = self._sound(seen)
            here = any(place.path == str(candidate.path) for place in sound)
            if any(place.stored for place in sound) or (here and not self.wishes.copy):
                return seen, None
        try:
            return seen, self._adopt(candidate, seen)
        except CircletakeError as error:
            return Unread(candidate.shown, error.reason, error.next_step), None

    def take_in(self, candidate: Candidate, seen: Inspected | Unread, location: Location | None) -> None:
        """Make a take of what was seen and kept, or add to the one that has these bytes.

        Raises:
            LibraryError: the registry cannot be written to.
        """
        if isinstance(seen, Unread):
            self.unread.append(seen)
            return
        if self._own_export(seen):
            self.exports += 1
            return
        source = SourceFile(
            candidate.path.name, seen.sha256, seen.facts, seen.tags, seen.sidecars, seen.credentials
        )
        claims = [*self._said(candidate, seen.sha256), *self.readers.claims(source)]
        try:
            if self._known(seen):
                self._again(candidate, seen, claims, location)
            elif location:
                self._add(candidate, seen, claims, location)
        except LibraryError:
            # No row can be written: that is no fault of this file, and the next fares no better.
            raise
        except CircletakeError as error:
            self.unread.append(Unread(candidate.shown, error.reason, error.next_step))
        except OSError as error:
            self.unread.append(Unread(candidate.shown, error.strerror or str(error)))

    def _own_export(self, seen: Inspected) -> bool:
        return seen.sha256 in self.exported and not self._known(seen)

    def _known(self, seen: Inspected) -> bool:
        # Asked each time: another import may be bringing in the same files.
        return self.library.registry.takes.by_sha256(seen.sha256) is not None

    def _sound(self, seen: Inspected) -> list[Location]:
        """Where the library knows these bytes to be."""
        places = self.library.registry.media.locations(seen.sha256)
        return [place for place in places if place.state is LocationState.OK]

    def _said(self, candidate: Candidate, sha256: str) -> list[RecipeClaim]:
        """What we saw ourselves, what the table's row says, and what the person declared."""
        wishes = self.wishes
        claims = list(wishes.observed.get(candidate.path, ()))
        if self.table:
            claims += self.table.claims(candidate.path, sha256, wishes.by)
        source_type = _SOURCE_TYPES.get(wishes.declared)
        if source_type:
            claims.append(
                RecipeClaim(
                    Field.SOURCE_TYPE, source_type, Evidence.DECLARED, "import --declare", wishes.by.name
                )
            )
        return claims

    def _add(
        self, candidate: Candidate, seen: Inspected, claims: Sequence[RecipeClaim], location: Location
    ) -> None:
        if seen.manifest:
            write_whole(self.library.credentials(seen.sha256), seen.manifest)
        code, title = self._shot(candidate, claims)
        take = self.library.registry.takes.add(
            sha256=seen.sha256,
            size=seen.size,
            name=candidate.path.name,
            origin=self.wishes.origin,
            media=seen.facts,
            claims=claims,
            location=location,
            shot=code,
            title=title,
        )
        self.takes.append(take)
        if code or self.wishes.group is Grouping.FOLDER:
            self.placed.add(take.id)
        self._count(Recipe.of(claims))

    def _again(
        self, candidate: Candidate, seen: Inspected, claims: Sequence[RecipeClaim], location: Location | None
    ) -> None:
        """The bytes are known: learn what is new, and where else they lie."""
        self._add_claims(seen.sha256, claims)
        self.copies += not any(place.path == str(candidate.path) for place in self._sound(seen))
        if location:
            self.library.registry.media.add(location)

    def _adopt(self, candidate: Candidate, seen: Inspected) -> Location:
        location = self.library.store.adopt(candidate.path, seen.sha256, self.wishes.copy)
        if not location.stored and (location.size, location.mtime_ns) != (seen.size, seen.mtime_ns):
            raise MediaError(
                candidate.shown, "changed while it was read", "import it again once it is finished"
            )
        return location

    def _add_claims(self, sha256: str, claims: Sequence[RecipeClaim]) -> None:
        take = self.library.registry.takes.by_sha256(sha256)
        if take is None:
            return
        self.late_origin += self.wishes.origin not in (Origin.GENERATED, take.origin)
        if claims:
            self.claims += self.library.registry.takes.add_claims(take.id, claims)

    def _shot(self, candidate: Candidate, claims: Sequence[RecipeClaim]) -> tuple[str, str]:
        """Code and title to file a take under; the start of a prompt stands for a prompt, marked so."""
        if self.wishes.shot:
            return self.wishes.shot, ""
        recipe = Recipe.of(claims)
        if self.wishes.group is Grouping.PROMPT:
            if recipe[Field.PROMPT]:
                return "", recipe[Field.PROMPT]
            if recipe[Field.PROMPT_PREFIX]:
                return "", f"{recipe[Field.PROMPT_PREFIX]}…"
        folder = candidate.path.parent.name or "takes"
        plain = _SHOT_FOLDER.fullmatch(folder) and SHOT_CODE.fullmatch(folder)
        return (folder.upper(), folder) if plain else ("", folder)

    def follow(self, take_id: str, original: Take) -> None:
        """Put a take that came in just now into the shot of its original, unless a person chose its shot."""
        for index, take in enumerate(self.takes):
            if take.id == take_id and take_id not in self.placed:
                self.takes[index] = self.library.registry.takes.move(take_id, original.shot)

    def _count(self, recipe: Recipe) -> None:
        said = {
            "prompt": recipe[Field.PROMPT],
            "model": recipe[Field.MODEL] or recipe[Field.GENERATOR],
            "seed": recipe[Field.SEED],
        }
        self.known.update(name for name, value in said.items() if value)
        self.known["nothing"] += not any(said.values())
        self.learnt.update({claim.evidence.value for claim in recipe.claims})

    def recount(self, before: Recipe, after: Recipe) -> None:
        """Count a take anew that has learnt something since it came in."""
        others, learnt = self.known, self.learnt
        self.known, self.learnt = Counter(), Counter()
        self._count(before)
        others.subtract(self.known)
        learnt.subtract(self.learnt)
        self.known, self.learnt = +others, +learnt
        self._count(after)
