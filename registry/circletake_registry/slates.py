"""Slates: everything known of many takes, gathered with a handful of queries."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

from sqlalchemy import ColumnElement, Connection, Select, func, select

from circletake.model.event import Standing
from circletake.model.location import LocationState
from circletake.model.recipe import Recipe, RecipeClaim
from circletake.model.score import Finding, Score
from circletake.model.slate import Found, Scored, Slate, TakeFilter
from circletake.model.take import Take
from circletake_registry import naming, rows
from circletake_registry.events import standings
from circletake_registry.filters import condition
from circletake_registry.media import READABLE
from circletake_registry.stacks import current
from circletake_registry.tables import analyses, claims, findings, locations, scores, shots, takes

_FEW = 500
"""So many takes a query names at most; of more that nobody named, reading the whole table is quicker."""

T = TypeVar("T")
_Folding: TypeAlias = tuple[dict[str, int], dict[str, str], dict[str, int]]


def gather(connection: Connection, media: Path, which: TakeFilter) -> list[Slate]:
    """The slates of the takes that are meant, by shot and number.

    Args:
        media: root of the media store, for takes it holds.

    Raises:
        BadInput: the filter's score makes no sense.
        NotFound: there is no such shot.
    """
    wanted = condition(which)
    for code in which.shots:
        naming.shot(connection, code)
    meant = sorted(_takes(connection, which), key=lambda take: take.place)
    if not meant:
        return []
    named = bool(which.takes) or len(meant) <= _FEW
    folding = _folding(connection)
    return [
        slate
        for some in (_parts(meant) if named else (meant,))
        for slate in _slates(connection, media, some, folding, named)
        if wanted(slate)
    ]


def _takes(connection: Connection, which: TakeFilter) -> Iterator[Take]:
    query = rows.select_takes()
    if which.shots:
        query = query.where(func.lower(shots.c.code).in_([code.lower() for code in which.shots]))
    if not which.takes:
        yield from map(rows.take, connection.execute(query))
    for some in _parts(list(dict.fromkeys(which.takes))):
        yield from map(rows.take, connection.execute(query.where(takes.c.id.in_(some))))


def _slates(
    connection: Connection, media: Path, some: Sequence[Take], folding: _Folding, named: bool
) -> Iterator[Slate]:
    """What is known of some takes.

    Args:
        named: ask for these takes; otherwise for all there are.
    """
    ids = [take.id for take in some] if named else None
    said = _claims(connection, ids)
    stands = standings(connection, ids)
    measured = _scores(connection, ids)
    defects = _findings(connection, ids)
    titles = {row.code: row.title for row in connection.execute(select(shots.c.code, shots.c.title))}
    paths = _paths(connection, media, [take.sha256 for take in some] if named else None)
    stack_of, keeper_of, folds = folding
    unreviewed = Standing()
    for take in some:
        yield Slate(
            take=take,
            recipe=Recipe.of(said.get(take.id, ())),
            standing=stands.get(take.id, unreviewed),
            scores=tuple(measured.get(take.id, ())),
            findings=tuple(defects.get(take.id, ())),
            stack=stack_of.get(take.id, 0),
            folded_under=keeper_of.get(take.id),
            folds=folds.get(take.id, 0),
            path=paths.get(take.sha256, ""),
            shot_title=titles[take.shot],
        )


def _parts(of: Sequence[T]) -> Iterator[Sequence[T]]:
    return (of[start : start + _FEW] for start in range(0, len(of), _FEW))


def _about(query: Select[Any], column: ColumnElement[str], values: Sequence[str] | None) -> Select[Any]:
    return query if values is None else query.where(column.in_(values))


def _claims(connection: Connection, ids: Sequence[str] | None) -> dict[str, list[RecipeClaim]]:
    said: dict[str, list[RecipeClaim]] = {}
    for row in connection.execute(_about(rows.select_claims(), claims.c.take_id, ids)).all():
        said.setdefault(row[0], []).append(rows.claim(row))
    return said


def _latest(ids: Sequence[str] | None, *columns: Any) -> Select[Any]:
    """Rows of the last analysis by each scorer alone: an older version's numbers live on beside, unseen."""
    newest = select(func.max(analyses.c.id).label("id")).group_by(
        analyses.c.take_id, analyses.c.stage, analyses.c.name
    )
    last = _about(newest, analyses.c.take_id, ids).subquery()
    return (
        select(analyses.c.take_id, analyses.c.name, analyses.c.version, *columns)
        .join(last, last.c.id == analyses.c.id)
        .order_by(analyses.c.name)
    )


def _scores(connection: Connection, ids: Sequence[str] | None) -> dict[str, list[Scored]]:
    query = _latest(ids, scores.c.metric, scores.c.value, scores.c.unit)
    query = query.join(scores, scores.c.analysis_id == analyses.c.id).order_by(scores.c.id)
    measured: dict[str, list[Scored]] = {}
    for row in connection.execute(query).all():
        take_id, scorer, version, metric, value, unit = row
        measured.setdefault(take_id, []).append(Scored(scorer, version, Score(metric, value, unit)))
    return measured


def _findings(connection: Connection, ids: Sequence[str] | None) -> dict[str, list[Found]]:
    query = _latest(
        ids,
        findings.c.kind,
        findings.c.start,
        findings.c.end,
        findings.c.value,
        findings.c.threshold,
        findings.c.text,
    )
    query = query.join(findings, findings.c.analysis_id == analyses.c.id).order_by(findings.c.id)
    defects: dict[str, list[Found]] = {}
    for row in connection.execute(query).all():
        take_id, scorer, version, *finding = row
        defects.setdefault(take_id, []).append(Found(scorer, version, Finding(*finding)))
    return defects


def _folding(connection: Connection) -> _Folding:
    """By take id: the number of its stack, its keeper where it is folded, and how many it folds."""
    stack_of: dict[str, int] = {}
    keeper_of: dict[str, str] = {}
    folds: dict[str, int] = {}
    for stack in current(connection):
        stack_of[stack.keeper_id] = stack.number
        for member in stack.members:
            stack_of[member.take_id] = stack.number
            if member.likeness.band.folds:
                keeper_of[member.take_id] = stack.keeper_id
                folds[stack.keeper_id] = folds.get(stack.keeper_id, 0) + 1
    return stack_of, keeper_of, folds


def _paths(connection: Connection, media: Path, sha256s: Sequence[str] | None) -> dict[str, str]:
    """By sha256, the best place to read a take from; takes without a readable place are left out."""
    root = str(media.resolve())
    # Untouched files before rewrapped ones, stored ones before those in place; the last one wins.
    query = (
        select(locations.c.sha256, locations.c.path, locations.c.stored)
        .where(locations.c.state.in_([state.value for state in READABLE]))
        .order_by(locations.c.state == LocationState.OK.value, locations.c.stored, locations.c.id.desc())
    )
    found = connection.execute(_about(query, locations.c.sha256, sha256s))
    return {sha256: f"{root}/{path}" if stored else path for sha256, path, stored in found}
