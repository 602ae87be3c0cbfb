"""A cue list and the slates of its takes, joined into rows that every form shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from circletake.cuesheet.wording import KEPT_BACK, declared, evidence, how, of_no_take, sureness
from circletake.model.cue import Cue, CueList, Gap, Known, Overlay, Untaken
from circletake.model.cut import timecode
from circletake.model.export import SoundUse
from circletake.model.policy import PromptPolicy
from circletake.model.recipe import Field, Recipe
from circletake.model.selection import ShotChoice
from circletake.model.slate import Slate
from circletake.model.source_type import BY_MODEL
from circletake.model.text import natural

_MODEL = (Field.MODEL, Field.GENERATOR)


@dataclass(frozen=True, slots=True)
class Said:
    """A value of a recipe and how it is known, in words. Both may hold a stranger's text.

    The value is empty, and no stranger's, where it is known and kept back.
    """

    value: str
    evidence: str


@dataclass(frozen=True, slots=True)
class Row:
    """A stretch of the film that shows a take.

    Attributes:
        number: its place in the list, gaps included, counted from 1.
        record_in: timecode of the first frame.
        record_out: timecode of the frame after the last.
        frames: of the film.
        seconds: of the film.
        take: the take's label.
        id: the first digits of its sha256.
        file: the take's name on import; empty where prompts are kept back, since it may be one.
        source_in: seconds into the take.
        source_out: seconds into the take.
        zoom: ``None``, as ``confidence`` and ``picture``, where nothing was compared or recorded.
        sure: the confidence in a word.
        how: what was seen and what was done to the take, in words.
        negative_prompt: ``None`` where none is known, like every field of a recipe.
        source_type: IPTC's digital source type.
    """

    number: int
    record_in: str
    record_out: str
    frames: int
    seconds: float
    take: str
    id: str
    sha256: str
    file: str
    shot: str
    source_in: float
    source_out: float
    speed: float
    flipped: bool
    zoom: float | None
    confidence: float | None
    sure: str
    picture: float | None
    motion: float | None
    distance: float
    how: str
    model: Said | None
    prompt: Said | None
    negative_prompt: Said | None
    seed: Said | None
    title: Said | None
    licence: Said | None = None
    source_type: Said | None = None
    matches: tuple[tuple[float, float], ...] = ()

    @property
    def by_model(self) -> bool:
        """Whether a trained model made it, as far as anybody knows: then a prompt is missed where none is."""
        return self.source_type is None or self.source_type.value in BY_MODEL

    @property
    def maker(self) -> Said | None:
        """The model, or what else made it: ``digitalCapture``, declared by whoever filmed it."""
        return self.model if self.model or self.by_model else self.source_type


@dataclass(frozen=True, slots=True)
class Missing(Untaken):
    """A stretch of the film that shows no take, as far as anybody knows.

    Attributes:
        nearest: label of the take that came nearest; empty where none came near.
        why: why that take was not named.
        what: what the timeline calls it.
        kind: what somebody declared it to be, ``black``, or empty.
        by: who declared it.
        at: on which day, where that was before the film was signed.
    """

    number: int
    record_in: str
    record_out: str
    frames: int
    seconds: float
    nearest: str
    why: str
    what: str = ""
    kind: str = ""
    by: str = ""
    at: str = ""

    @property
    def told(self) -> str:
        """``not found (nearest SH020/4: pictures differ)``, or what it is declared to be."""
        return of_no_take(self)


@dataclass(frozen=True, slots=True)
class Over:
    """What lies over takes, such as a title.

    Attributes:
        kind: what somebody declared it to be; empty where nobody did.
        at: as :attr:`Missing.at`.
    """

    record_in: str
    record_out: str
    what: str
    kind: str
    by: str
    at: str = ""

    @property
    def told(self) -> str:
        """``Title 01: humanEdits, declared by ana``."""
        return declared(self.what, self.kind, self.by, self.at)


@dataclass(frozen=True, slots=True)
class CueSheet:
    """The whole, ready to be printed, written or shown.

    Attributes:
        film: the file's name, a stranger's text.
        rate: frames a second.
        seconds: length of the film.
        found: seconds of the film that show a take we know.
        takes: how many takes the film was compared with.
        waiting: takes that could not be compared.
        problem: why not all of the film could be read; empty when it could.
        selection: how the takes of its shots were chosen, as the library has it.
        said_by: whose word it is which takes it shows; empty where it was looked at here.
        doubts: what stands against that word; empty where nothing does.
        over: what lies over its takes.
        sounds: sound that is none of the takes', with what somebody declared of it.
        prompts: what of prompts is told; all but ``full`` keeps them back.
    """

    film: str
    sha256: str
    rate: Fraction
    width: int
    height: int
    start: str
    frames: int
    seconds: float
    found_frames: int
    found: float
    takes: int
    waiting: int
    problem: str
    rows: tuple[Row | Missing, ...]
    selection: tuple[ShotChoice, ...] = ()
    said_by: str = ""
    doubts: str = ""
    over: tuple[Over, ...] = ()
    sounds: tuple[SoundUse, ...] = ()
    prompts: PromptPolicy = PromptPolicy.FULL

    @property
    def kept_back(self) -> int:
        """Takes whose prompt is known and not told."""
        return len({row.take for row in self.cues if row.prompt and not row.prompt.value})

    @property
    def cues(self) -> tuple[Row, ...]:
        """The stretches that were found."""
        return tuple(row for row in self.rows if isinstance(row, Row))

    @property
    def missing(self) -> tuple[Missing, ...]:
        """The stretches of which nobody knows or says what they show."""
        return tuple(row for row in self.rows if isinstance(row, Missing) and not row.kind)

    @property
    def others(self) -> tuple[Missing, ...]:
        """The stretches that show no take, and of which somebody says what they are."""
        return tuple(row for row in self.rows if isinstance(row, Missing) and row.kind)

    @property
    def used(self) -> tuple[str, ...]:
        """Labels of the takes in the film, each once, in the order of shots."""
        return tuple(sorted({row.take for row in self.cues}, key=natural))

    @property
    def complete(self) -> bool:
        """Whether all of the film was read, and is found or told by somebody."""
        return not self.missing and not self.problem

    @property
    def shown_rate(self) -> str:
        """``24``, ``23.976``."""
        return f"{float(self.rate):.3f}".rstrip("0").rstrip(".")


def sheet_of(
    cues: CueList,
    slates: Mapping[str, Slate],
    selection: tuple[ShotChoice, ...] = (),
    prompts: PromptPolicy = PromptPolicy.FULL,
) -> CueSheet:
    """Join ``cues`` with what the library knows of their takes.

    Args:
        prompts: all but ``full`` keeps them back.
        selection: of the shots that have a take in the film.
        slates: by take id; of every take that a cue names, and of those that came near.
    """
    seconds = 1 / cues.rate
    rows: list[Row | Missing] = []
    for number, each in enumerate(cues.rows, 1):
        frames = each.record_out - each.record_in
        place = (
            number,
            timecode(each.record_in, cues.rate, cues.start),
            timecode(each.record_out, cues.rate, cues.start),
            frames,
            round(float(frames * seconds), 3),
        )
        rows.append(
            _row(each, slates[each.take_id], place, prompts)
            if isinstance(each, Cue)
            else _missing(each, slates, place)
        )
    return CueSheet(
        film=cues.film,
        sha256=cues.sha256,
        rate=cues.rate,
        width=cues.width,
        height=cues.height,
        start=cues.start,
        frames=cues.frames,
        seconds=round(float(cues.frames * seconds), 3),
        found_frames=cues.found,
        found=round(float(cues.found * seconds), 3),
        takes=cues.takes,
        waiting=cues.waiting,
        problem=cues.problem,
        rows=tuple(rows),
        selection=selection,
        said_by=cues.said_by,
        doubts=cues.doubts,
        over=tuple(_over(each, cues) for each in cues.overlays),
        sounds=cues.sounds,
        prompts=prompts,
    )


_Place = tuple[int, str, str, int, float]


def _row(cue: Cue, slate: Slate, place: _Place, prompts: PromptPolicy) -> Row:
    take, recipe = slate.take, slate.recipe
    told = prompts is PromptPolicy.FULL
    compared = cue.known in (Known.MATCHED, Known.BOTH)
    return Row(
        *place,
        take=take.label,
        id=take.short,
        sha256=take.sha256,
        file=take.name if told else "",
        shot=take.shot,
        source_in=cue.source_in,
        source_out=cue.source_out,
        speed=cue.speed,
        flipped=cue.flipped,
        zoom=cue.zoom if cue.frames else None,
        confidence=cue.confidence if compared else None,
        sure=sureness(cue),
        picture=cue.picture if cue.frames else None,
        motion=cue.motion,
        distance=cue.distance,
        how=how(cue),
        model=_model(recipe),
        prompt=_said(recipe, Field.PROMPT, told),
        negative_prompt=_said(recipe, Field.NEGATIVE_PROMPT, told),
        seed=_said(recipe, Field.SEED),
        title=_said(recipe, Field.TITLE, told),
        licence=_said(recipe, Field.LICENCE),
        source_type=_said(recipe, Field.SOURCE_TYPE),
        matches=cue.matches,
    )


def _missing(gap: Gap, slates: Mapping[str, Slate], place: _Place) -> Missing:
    near = slates.get(gap.nearest)
    return Missing(
        *place,
        nearest=near.take.label if near else "",
        why=gap.why,
        what=gap.what,
        kind=gap.kind,
        by=gap.by,
        at=gap.at,
    )


def _over(overlay: Overlay, cues: CueList) -> Over:
    start, end = (timecode(frame, cues.rate, cues.start) for frame in (overlay.record_in, overlay.record_out))
    return Over(start, end, overlay.what, overlay.kind, overlay.by, overlay.at)


def _said(recipe: Recipe, field: Field, told: bool = True) -> Said | None:
    claim = recipe.in_force.get(field)
    if claim is None:
        return None
    return Said(claim.value, evidence(claim)) if told else Said("", KEPT_BACK)


def _model(recipe: Recipe) -> Said | None:
    """Generator, model and version as one, as well known as the model is."""
    claim = next((recipe.in_force[field] for field in _MODEL if field in recipe.in_force), None)
    return Said(recipe.made_with, evidence(claim)) if claim and recipe.made_with else None
