"""Taking over what somebody picked on a contact sheet.

A picks file comes back by mail or messenger: everything in it is untrusted. docs/contact.md
describes the format.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from circletake.errors import BadInput
from circletake.model.event import Actor, EventKind, Verdict
from circletake.model.slate import Slate
from circletake.model.text import printable
from circletake.workflows.curation.curate import MAX_NOTE, MAX_STARS
from circletake.workflows.library import Library

SCHEMA = "circletake.picks/1"
_MAX_BYTES = 8 * 2**20
_MAX_PICKS = 20_000
_SHA256 = re.compile(r"[0-9a-f]{64}")
_AGAIN = "ask for it again: Save picks on the contact sheet"


@dataclass(frozen=True, slots=True)
class Pick:
    """What was picked for one take; ``None`` where nothing was.

    Attributes:
        label: the take's name on the sheet, for messages only.
        seen: verdict and stars the sheet showed before the pick.
        at: when it was picked, by the clock of whoever did.
    """

    sha256: str
    label: str
    verdict: Verdict | None
    stars: int | None
    note: str
    seen: tuple[Verdict, int]
    at: datetime


@dataclass(frozen=True, slots=True)
class Picks:
    """A picks file that was read and checked."""

    sheet: str
    picks: tuple[Pick, ...]


@dataclass(frozen=True, slots=True)
class Conflict:
    """A pick that a decision made since the sheet stands against.

    Attributes:
        standing: what is in force, with who decided.
    """

    slate: Slate
    picked: str
    standing: str


@dataclass(frozen=True, slots=True)
class PicksApplied:
    """What a picks file changed, or would change.

    Attributes:
        verdicts: take and new verdict.
        same: picks that are in force already.
        unknown: names of takes this library does not have.
        batch: what ``undo`` takes back; empty when nothing changed.
    """

    verdicts: tuple[tuple[Slate, Verdict], ...]
    stars: tuple[tuple[Slate, int], ...]
    notes: tuple[tuple[Slate, str], ...]
    same: int
    conflicts: tuple[Conflict, ...]
    unknown: tuple[str, ...]
    batch: str


def read_picks(path: Path) -> Picks:
    """Read and check a picks file.

    Raises:
        BadInput: too large, no JSON, or not of this schema; names the first thing wrong.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(_MAX_BYTES + 1)
    except OSError as error:
        raise BadInput(str(path), error.strerror or "cannot be read") from error
    if len(raw) > _MAX_BYTES:
        raise BadInput(path.name, "larger than 8 MiB, which no picks file is", _AGAIN)
    try:
        data = json.loads(raw.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise BadInput(path.name, "not a picks file (no readable JSON)", _AGAIN) from error
    if not isinstance(data, dict) or data.get("schema") != SCHEMA:
        raise BadInput(path.name, f"not a picks file (schema is not {SCHEMA})", _AGAIN)
    entries = data.get("picks")
    if not isinstance(entries, list) or len(entries) > _MAX_PICKS:
        raise BadInput(path.name, "picks is not a list of takes", _AGAIN)
    picks: dict[str, Pick] = {}
    for index, entry in enumerate(entries):
        try:
            pick = _pick(entry)
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            said = f"missing {error}" if isinstance(error, KeyError) else str(error)
            raise BadInput(f"{path.name}, pick {index + 1}", printable(said, 80), _AGAIN) from error
        if pick.sha256 in picks:
            raise BadInput(f"{path.name}, pick {index + 1}", f"{pick.label} stands twice", _AGAIN)
        picks[pick.sha256] = pick
    sheet = data.get("sheet")
    return Picks(printable(sheet, 64) if isinstance(sheet, str) else "", tuple(picks.values()))


def _pick(entry: Any) -> Pick:
    if not isinstance(entry, dict):
        raise TypeError("not an object")
    sha256 = _text(entry, "take", 64)
    if not _SHA256.fullmatch(sha256):
        raise ValueError("take is not a sha256")
    seen = entry["seen"]
    if not isinstance(seen, dict):
        raise TypeError("seen is not an object")
    at = datetime.fromisoformat(_text(entry, "at", 40))
    return Pick(
        sha256,
        printable(_text(entry, "label", 200), 40),
        Verdict(_text(entry, "verdict", 20)) if "verdict" in entry else None,
        _stars(entry) if "stars" in entry else None,
        _text(entry, "note", MAX_NOTE).strip() if "note" in entry else "",
        (Verdict(_text(seen, "verdict", 20)), _stars(seen)),
        at.replace(tzinfo=UTC) if at.tzinfo is None else at,
    )


def _text(entry: Mapping[str, Any], key: str, limit: int) -> str:
    value = entry[key]
    if not isinstance(value, str) or len(value) > limit:
        raise ValueError(f"{key} is not a text of at most {limit} characters")
    return value


def _stars(entry: Mapping[str, Any]) -> int:
    value = entry["stars"]
    if type(value) is not int or not 0 <= value <= MAX_STARS:
        raise ValueError(f"stars is not a number from 0 to {MAX_STARS}")
    return value


def apply_picks(
    library: Library, picks: Picks, by: Actor, *, over: bool = False, dry_run: bool = False
) -> PicksApplied:
    """Record verdicts, stars and notes as decisions of ``by``, as one batch.

    A pick whose take was decided otherwise since the sheet was made, by somebody else or
    later, is a conflict and changes nothing, unless ``over``. The same file again changes
    nothing.
    """
    slates = {slate.take.sha256: slate for slate in library.registry.takes.slates()}
    verdicts: list[tuple[Slate, Verdict]] = []
    stars: list[tuple[Slate, int]] = []
    notes: list[tuple[Slate, str]] = []
    conflicts: list[Conflict] = []
    unknown: list[str] = []
    same = 0
    for pick in picks.picks:
        slate = slates.get(pick.sha256)
        if slate is None:
            unknown.append(f"{pick.label} ({pick.sha256[:8]})")
            continue
        now = slate.standing
        if pick.verdict is not None:
            if now.holds(pick.verdict, by):
                same += 1
            elif (
                over
                or pick.verdict is now.verdict
                or now.verdict is pick.seen[0]
                or _earlier(library, slate, EventKind.VERDICT, pick, by)
            ):
                verdicts.append((slate, pick.verdict))
            else:
                conflicts.append(_conflict(library, slate, EventKind.VERDICT, pick.verdict, now.verdict))
        if pick.stars is not None:
            if pick.stars == now.stars:
                same += 1
            elif over or now.stars == pick.seen[1] or _earlier(library, slate, EventKind.STARS, pick, by):
                stars.append((slate, pick.stars))
            else:
                told = f"{pick.stars} stars", f"{now.stars} stars"
                conflicts.append(_conflict(library, slate, EventKind.STARS, *told))
        if pick.note:
            if pick.note in now.notes:
                same += 1
            else:
                notes.append((slate, pick.note))
    applied = PicksApplied(
        tuple(verdicts), tuple(stars), tuple(notes), same, tuple(conflicts), tuple(unknown), ""
    )
    return applied if dry_run else _record(library, applied, by)


def _decided(library: Library, slate: Slate, kind: EventKind) -> tuple[str, datetime] | None:
    """Who made the decision of this kind that is in force, and when."""
    events = [
        e
        for e in library.registry.events.log(limit=1000, take_id=slate.take.id)
        if e.kind is kind and not e.undone
    ]
    last = max(events, key=lambda e: e.id, default=None)
    return (last.by.name, last.at) if last else None


def _earlier(library: Library, slate: Slate, kind: EventKind, pick: Pick, by: Actor) -> bool:
    """Whether what is in force is this person's own, from before the pick: a change of mind."""
    decided = _decided(library, slate, kind)
    return decided is not None and decided[0] == by.name and decided[1] < pick.at


def _conflict(library: Library, slate: Slate, kind: EventKind, picked: str, standing: str) -> Conflict:
    decided = _decided(library, slate, kind)
    who = f" by {decided[0]} on {decided[1]:%Y-%m-%d %H:%M} UTC" if decided else ""
    return Conflict(slate, str(picked), f"{standing}{who}")


def _record(library: Library, applied: PicksApplied, by: Actor) -> PicksApplied:
    batch = ""
    kinds: tuple[tuple[EventKind, tuple[tuple[Slate, Any], ...]], ...] = (
        (EventKind.VERDICT, applied.verdicts),
        (EventKind.STARS, applied.stars),
        (EventKind.NOTE, applied.notes),
    )
    for kind, decided in kinds:
        if decided:
            rows = [(slate.take.id, str(value)) for slate, value in decided]
            batch = library.registry.events.record(kind, rows, by, batch)
    return replace(applied, batch=batch)
