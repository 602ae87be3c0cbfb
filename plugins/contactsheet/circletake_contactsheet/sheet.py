"""What stands on a sheet: cards in sections, and the data the page's script works with."""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from circletake import Evidence, ExportRequest, Recipe, Slate, printable, timecode

_EVIDENCE = {
    Evidence.OBSERVED: "recorded when it was made",
    Evidence.SIGNED: "signed",
    Evidence.DECLARED: "declared",
    Evidence.EMBEDDED: "file tags, unsigned",
    Evidence.SIDECAR: "file beside it",
    Evidence.FILENAME: "file name",
    Evidence.MATCHED: "like picture",
}


@dataclass(frozen=True, slots=True)
class Known:
    """One thing known of a take, with how it was learnt in a word or two."""

    text: str
    evidence: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A finding as a stretch of the take, in hundredths of its length."""

    start: float
    length: float
    text: str


@dataclass(frozen=True, slots=True)
class Card:
    """One take as the page shows it; every text is fit to be shown on one line.

    Attributes:
        index: place in the page's data.
        keeper: id of the take it is folded under; empty for a take that stands for itself.
        folds: takes on this sheet that are folded under it.
        places: timecodes where a cut uses it.
    """

    index: int
    take_id: str
    sha256: str
    label: str
    short: str
    seconds: float
    size: str
    verdict: str
    stars: int
    by: str
    notes: tuple[str, ...]
    made_with: Known | None
    prompt: Known | None
    title: str
    seed: Known | None
    contradicted: tuple[str, ...]
    scores: tuple[tuple[str, str], ...]
    findings: tuple[Mark, ...]
    keeper: str
    folds: int
    places: tuple[str, ...]

    @property
    def evidence(self) -> str:
        """How model, seed and prompt were learnt, where it was one way for several of them."""
        known = [each.evidence for each in (self.made_with, self.seed, self.prompt) if each]
        return known[0] if len(known) > 1 and len(set(known)) == 1 else ""


@dataclass(frozen=True, slots=True)
class Section:
    """Takes under one heading.

    Attributes:
        title: the prompt or folder the shot stands for; empty where the heading says it.
        shape: ``wide``, ``tall`` or ``square``, whichever most of them are.
    """

    heading: str
    title: str
    shape: str
    cards: tuple[Card, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet laid out.

    Attributes:
        id: the same for the same takes as they stand; unsaved picks are kept under it.
    """

    id: str
    title: str
    sections: tuple[Section, ...]

    @property
    def cards(self) -> tuple[Card, ...]:
        """All of them, in order."""
        return tuple(card for section in self.sections for card in section.cards)

    @property
    def data(self) -> dict[str, object]:
        """What the script needs to know."""
        return {
            "sheet": self.id,
            "title": self.title,
            "takes": [
                {"take": c.sha256, "label": c.label, "verdict": c.verdict, "stars": c.stars}
                for c in self.cards
            ],
        }


def lay_out(request: ExportRequest) -> Sheet:
    """Sections by shot, or the one section of a cut; folded takes follow their keeper.

    Neighbouring shots of a single take, of one shape, share a section: a sheet of many would
    stand mostly empty.
    """
    shown = [request.slates[take_id] for take_id in request.cut.take_ids if take_id in request.slates]
    present = {slate.take.id for slate in shown}
    under: dict[str, list[Slate]] = {}
    for slate in shown:
        if slate.folded_under in present:
            under.setdefault(str(slate.folded_under), []).append(slate)
    sections: dict[str, list[Slate]] = {}
    for slate in shown:
        if slate.folded_under not in present:
            heading = slate.take.shot if request.whole else request.cut.name
            sections.setdefault(heading, []).extend([slate, *under.get(slate.take.id, [])])
    if request.whole:
        sections = _singles_together(sections)
    places = {} if request.whole else _places(request)
    index = itertools.count()
    made = tuple(
        Section(
            printable(heading, 80),
            _title(heading, slates) if request.whole else "",
            _shape(slates),
            tuple(
                _card(
                    next(index),
                    slate,
                    keeper=slate.folded_under if slate.folded_under in present else None,
                    folds=len(under.get(slate.take.id, [])),
                    places=places.get(slate.take.id, ()),
                )
                for slate in slates
            ),
        )
        for heading, slates in sections.items()
    )
    title = printable(request.name, 120)
    return Sheet(_sheet_id(title, made), title, made)


def _singles_together(sections: dict[str, list[Slate]]) -> dict[str, list[Slate]]:
    joined: dict[str, list[Slate]] = {}
    for alike, run in itertools.groupby(sections.items(), key=lambda s: len(s[1]) == 1 and _shape(s[1])):
        shots = list(run)
        if alike and len(shots) > 1:
            first, last = shots[0][0], shots[-1][0]
            joined[f"{first} – {last}"] = [slate for _, slates in shots for slate in slates]
        else:
            joined.update(shots)
    return joined


def _title(code: str, slates: Sequence[Slate]) -> str:
    shots = {slate.take.shot for slate in slates}
    if len(shots) > 1:
        return f"{len(shots)} shots of one take"
    first = slates[0]
    title = printable(first.shot_title, 160)
    return title if title.casefold() != code.casefold() else ""


def _places(request: ExportRequest) -> dict[str, tuple[str, ...]]:
    """Record timecodes of every take a cut uses."""
    cut = request.cut
    found: dict[str, tuple[str, ...]] = {}
    for placed in cut.placed:
        frame = int(placed.record_in * cut.rate)
        take_id = placed.event.take_id
        found[take_id] = (*found.get(take_id, ()), timecode(frame, cut.rate, cut.start))
    return found


def _card(index: int, slate: Slate, *, keeper: str | None, folds: int, places: tuple[str, ...]) -> Card:
    take, recipe, standing = slate.take, slate.recipe, slate.standing
    return Card(
        index=index,
        take_id=take.id,
        sha256=take.sha256,
        label=printable(take.label, 40),
        short=take.short,
        seconds=round(take.media.seconds, 2),
        size=f"{take.media.width}×{take.media.height}",
        verdict=standing.verdict.value,
        stars=standing.stars,
        by=printable(standing.by.name, 40) if standing.by else "",
        notes=tuple(printable(text, 400) for text in standing.notes),
        made_with=_known(recipe, recipe.made_with, "model", "generator", limit=80),
        prompt=_known(recipe, recipe["prompt"], "prompt", limit=4000),
        title=printable(recipe["title"], 200),
        seed=_known(recipe, recipe["seed"], "seed", limit=24),
        contradicted=tuple(printable(field, 40) for field in recipe.contradictions),
        scores=tuple((printable(s.score.metric, 40), _number(s.score.value)) for s in slate.scores),
        findings=_marks(slate),
        keeper=keeper or "",
        folds=folds,
        places=places,
    )


def _known(recipe: Recipe, text: str, *fields: str, limit: int) -> Known | None:
    claim = next((recipe.in_force[field] for field in fields if field in recipe.in_force), None)
    shown = printable(text, limit)
    if not shown or claim is None:
        return None
    manifest = claim.evidence is Evidence.EMBEDDED and claim.checked
    return Known(shown, "manifest, signer not verified" if manifest else _EVIDENCE[claim.evidence])


def _number(value: float) -> str:
    return f"{value:.3g}" if abs(value) < 1000 else f"{value:.0f}"


def _marks(slate: Slate) -> tuple[Mark, ...]:
    whole = max(slate.take.media.seconds, 0.01)
    marks = []
    for each in slate.findings:
        f = each.finding
        start, end = (100 * min(max(t / whole, 0.0), 1.0) for t in (f.start, f.end))
        kind = printable(f.kind.replace("_", " "), 40)
        marks.append(
            Mark(round(start, 2), round(max(end - start, 1.0), 2), f"{kind} {f.start:.1f}–{f.end:.1f} s")
        )
    return tuple(marks)


def _shape(slates: Iterable[Slate]) -> str:
    counts = {"wide": 0, "tall": 0, "square": 0}
    for slate in slates:
        ratio = Fraction(max(slate.take.media.width, 1), max(slate.take.media.height, 1))
        counts["wide" if ratio > Fraction(6, 5) else "tall" if ratio < Fraction(5, 6) else "square"] += 1
    return max(counts, key=lambda shape: counts[shape])


def _sheet_id(title: str, sections: Iterable[Section]) -> str:
    said = [title, *((c.sha256, c.verdict, c.stars) for section in sections for c in section.cards)]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:16]
