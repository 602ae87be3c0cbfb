"""Choosing takes and deciding about them: verdicts, stars, notes, undo."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from circletake.errors import BadInput, NotFound
from circletake.model.event import Actor, Event, EventKind, Verdict
from circletake.model.export import ExportRow
from circletake.model.location import Location
from circletake.model.recipe import Field, is_field
from circletake.model.slate import Slate, TakeFilter
from circletake.model.stack import Stack, VersionOf
from circletake.workflows.library import Library

MAX_STARS = 5
MAX_NOTE = 2000
_NAME_A_SET = "name takes (SH010/3-7, c71f02ab) or use --shot, --stack, --verdict and the like"


@dataclass(frozen=True, slots=True)
class Decided:
    """One take's part in a decision.

    Attributes:
        slate: the take as it stood before.
        value: the verdict, stars or note given.
        changed: false where that was in force already and nothing was recorded.
    """

    slate: Slate
    value: str
    changed: bool


@dataclass(frozen=True, slots=True)
class Decision:
    """What one command decided.

    Attributes:
        batch: what ``undo`` takes back together; empty when nothing changed.
    """

    batch: str
    by: Actor
    rows: tuple[Decided, ...]

    @property
    def changed(self) -> tuple[Decided, ...]:
        """The rows that were recorded."""
        return tuple(row for row in self.rows if row.changed)


@dataclass(frozen=True, slots=True)
class Dossier:
    """Everything the library knows of one take.

    Attributes:
        exports: files that left the library and hold it, newest last.
        version: what it is a version of; ``None`` for most takes.
        versions: takes that are versions of it.
        apart, together: ids of takes that a person ruled it apart from, or into one stack with.
        labels: by id, the takes that all these name.
    """

    slate: Slate
    events: tuple[Event, ...]
    locations: tuple[Location, ...]
    exports: tuple[ExportRow, ...]
    stack: Stack | None
    labels: dict[str, str]
    version: VersionOf | None = None
    versions: tuple[VersionOf, ...] = ()
    apart: tuple[str, ...] = ()
    together: tuple[str, ...] = ()


def choose(
    library: Library, words: Sequence[str], which: TakeFilter, *, everything: bool = False
) -> list[Slate]:
    """The takes a person means, in the order of shots.

    Args:
        words: ``c71f02ab``, ``SH010/3-7``, ``SH010``; empty to rely on ``which`` alone.
        which: conditions that must also hold.
        everything: an empty choice means the whole library, not a mistake.

    Raises:
        BadInput: neither a word nor a condition says which takes, no take has such a score or
            finding, or there is no such field.
        NotFound: nothing matches, or there is no such shot or stack.
    """
    if not words and not everything and replace(which, folded=True) == TakeFilter():
        raise BadInput("takes", "nothing says which", _NAME_A_SET)
    if words:
        named = {take.id: None for word in words for take in library.registry.takes.resolve(word)}
        which = replace(which, takes=tuple(named))
    if which.stack is not None:
        library.registry.stacks.get(which.stack)
    slates = library.registry.takes.slates(which)
    if which.missing and not is_field(which.missing):
        raise BadInput(which.missing, "no such field of a recipe", f"one of {', '.join(Field)}")
    if not slates and which.score:
        _check_metric(metric_of(which.score), library.registry.takes.slates())
    if not slates and which.finding not in ("", "any"):
        _check_finding(which.finding, library.registry.takes.slates())
    if not slates and not everything:
        raise NotFound("takes", "none matches", "circletake takes --all lists what there is")
    return slates


def _check_finding(kind: str, slates: Sequence[Slate]) -> None:
    kinds = sorted({found.finding.kind for slate in slates for found in slate.findings})
    if kinds and kind not in kinds:
        raise BadInput(kind, "no take has such a finding", f"there are {', '.join(kinds)}")


def choose_one(library: Library, word: str) -> Slate:
    """The one take a person means.

    Raises:
        BadInput: the word names several.
    """
    found = library.registry.takes.resolve(word)
    if len(found) != 1:
        some = ", ".join(take.label for take in found[:3])
        raise BadInput(word, f"names {len(found)} takes ({some}, ...)", "name one of them")
    return library.registry.takes.slate(found[0].id)


def order(slates: Sequence[Slate], key: str, *, reverse: bool = False) -> list[Slate]:
    """Slates by ``name``, ``added``, ``stars``, ``length`` or a metric (highest first).

    Takes without the metric come last, whichever way.

    Raises:
        BadInput: no take has such a score.
    """
    plain: dict[str, Callable[[Slate], object]] = {
        "name": lambda s: s.take.place,
        "added": lambda s: s.take.added,
        "length": lambda s: s.take.media.seconds,
        "stars": lambda s: -s.standing.stars,
    }
    if key in plain:
        return sorted(slates, key=plain[key], reverse=reverse)  # type: ignore[arg-type]  # each key is of one type
    measured = [(value, s) for s in slates if (value := s.score(key)) is not None]
    if slates and not measured:
        raise BadInput(key, "nothing to sort by", f"one of {', '.join([*plain, *_metrics(slates)])}")
    measured.sort(key=lambda pair: pair[0], reverse=not reverse)
    return [s for _, s in measured] + [s for s in slates if s.score(key) is None]


def _metrics(slates: Sequence[Slate]) -> list[str]:
    return sorted({scored.score.metric for slate in slates for scored in slate.scores})


def _check_metric(metric: str, slates: Sequence[Slate]) -> None:
    """Refuse a metric that no take has: more likely a slip than an answer."""
    known = _metrics(slates)
    if metric not in known:
        instead = f"one of {', '.join(known)}" if known else "circletake analyze"
        raise BadInput(f"--score {metric}", "no take has such a score", instead)


def metric_of(condition: str) -> str:
    """The metric that ``sharpness>=10`` is about."""
    return re.split(r"[<>=!]", condition, maxsplit=1)[0].strip()


def judge(library: Library, slates: Sequence[Slate], verdict: Verdict, by: Actor) -> Decision:
    """Give each take the verdict; one that has it already, in this name, gets no new event."""
    rows = tuple(Decided(s, verdict.value, not s.standing.holds(verdict, by)) for s in slates)
    return _record(library, EventKind.VERDICT, rows, by)


def rate(library: Library, slates: Sequence[Slate], stars: int, by: Actor) -> Decision:
    """Give each take 0 to 5 stars.

    Raises:
        BadInput: another number.
    """
    if not 0 <= stars <= MAX_STARS:
        raise BadInput(str(stars), "not a number of stars", f"0 to {MAX_STARS}, 0 takes them away")
    rows = tuple(Decided(s, str(stars), s.standing.stars != stars) for s in slates)
    return _record(library, EventKind.STARS, rows, by)


def annotate(library: Library, slates: Sequence[Slate], text: str, by: Actor) -> Decision:
    """Add a note to each take; the same note twice is one.

    Raises:
        BadInput: an empty note, or one of more than 2000 characters.
    """
    note = text.strip()
    if not note or len(note) > MAX_NOTE:
        raise BadInput("note", "empty" if not note else f"longer than {MAX_NOTE} characters")
    rows = tuple(Decided(s, note, note not in s.standing.notes) for s in slates)
    return _record(library, EventKind.NOTE, rows, by)


def _record(library: Library, kind: EventKind, rows: tuple[Decided, ...], by: Actor) -> Decision:
    changes = [(row.slate.take.id, row.value) for row in rows if row.changed]
    batch = library.registry.events.record(kind, changes, by) if changes else ""
    return Decision(batch, by, rows)


def dossier(library: Library, word: str) -> Dossier:
    """Everything known of the one take that ``word`` names."""
    slate = choose_one(library, word)
    registry = library.registry
    stack = registry.stacks.get(slate.stack) if slate.stack else None
    ids = [stack.keeper_id, *(m.take_id for m in stack.members)] if stack else []
    sha256 = slate.take.sha256
    events = sorted(registry.events.log(limit=1000, take_id=slate.take.id), key=lambda e: e.id)
    ids += [other for event in events if (other := event.apart_from or event.together_with)]
    own, versions, rulings = slate.take.id, registry.versions.all(), registry.stacks.rulings()
    about = tuple(one for one in versions.values() if own in (one.take_id, one.of_id))
    ids += [one for version in about for one in (version.take_id, version.of_id)]
    return Dossier(
        slate,
        tuple(events),
        tuple(registry.media.locations(sha256)),
        tuple(r for r in registry.exports.all() if r.take_id == slate.take.id or sha256 in r.prompts),
        stack,
        {take_id: registry.takes.get(take_id).label for take_id in dict.fromkeys(ids)},
        versions.get(own),
        tuple(one for one in about if one.of_id == own),
        _ruled(own, rulings.apart),
        _ruled(own, rulings.together),
    )


def _ruled(own: str, pairs: frozenset[frozenset[str]]) -> tuple[str, ...]:
    return tuple(sorted(other for pair in pairs if own in pair for other in pair - {own}))


@dataclass(frozen=True, slots=True)
class Difference:
    """One recipe field of two takes.

    Attributes:
        a: the value in force of the first; empty where nothing is known.
    """

    field: str
    a: str
    b: str

    @property
    def differs(self) -> bool:
        """The two do not say the same."""
        return self.a != self.b


def compare_recipes(a: Slate, b: Slate) -> list[Difference]:
    """Every field either take has, what differs first, else in the recipe's order."""
    fields = dict.fromkeys([*a.recipe.in_force, *b.recipe.in_force])
    rows = [Difference(field, a.recipe[field], b.recipe[field]) for field in fields]
    return sorted(rows, key=lambda row: not row.differs)
