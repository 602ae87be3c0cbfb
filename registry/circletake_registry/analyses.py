"""What was measured of each take, and what remains to be: work without a row."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import BindParameter, Connection, and_, bindparam, delete, insert, select

from circletake.model.analysis import Stage, StageKey, StageResult, Status
from circletake.model.score import Measured
from circletake_registry.columns import now
from circletake_registry.engine import Database
from circletake_registry.pairs import forget_pairs
from circletake_registry.tables import analyses, compared, findings, fingerprints, scores, shots, takes

_FEW = 500
"""Ids that one query names at most; an older SQLite takes 999."""


class Analyses:
    """One row for each take and :class:`StageKey`, with its scores, findings or fingerprint."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def missing(self, key: StageKey) -> list[str]:
        """Ids of takes this work has not been done on, by shot and number."""
        query = (
            select(takes.c.id)
            .join(shots, shots.c.id == takes.c.shot_id)
            .outerjoin(analyses, and_(analyses.c.take_id == takes.c.id, *_is(key)))
            .where(analyses.c.id.is_(None))
            .order_by(shots.c.code, takes.c.number)
        )
        with self._database.read() as connection:
            return list(connection.scalars(query))

    def save(self, take_id: str, results: Sequence[StageResult]) -> None:
        """Keep all that one pass gave for one take, in one transaction; the same work again replaces its row.

        A number that is not finite is not kept, and the work counts as failed with that reason. A
        fingerprint that replaces another takes the comparisons of its take with it.

        Raises:
            sqlalchemy.exc.IntegrityError: there is no such take.
        """
        with self._database.write() as connection:
            before = connection.execute(
                select(
                    analyses.c.id, analyses.c.stage, analyses.c.name, analyses.c.version, analyses.c.settings
                ).where(analyses.c.take_id == take_id)
            )
            again = {result.key for result in results}
            stale = [{"stale": row.id} for row in before if _key(row) in again]
            if stale:
                connection.execute(delete(analyses).where(analyses.c.id == bindparam("stale")), stale)
            if results:
                _save(connection, take_id, results)

    def fingerprinted(self, version: str) -> set[str]:
        """Ids of takes that have a fingerprint of this version; no record is read."""
        query = select(fingerprints.c.take_id).where(fingerprints.c.version == version)
        with self._database.read() as connection:
            return set(connection.scalars(query).all())

    def fingerprints(self, version: str, take_ids: Collection[str] | None = None) -> dict[str, bytes]:
        """Packed fingerprints of one version, by take id; of all takes unless some are named."""
        query = select(fingerprints.c.take_id, fingerprints.c.packed)
        query = query.where(fingerprints.c.version == version)
        wanted = None if take_ids is None else list(dict.fromkeys(take_ids))
        with self._database.read() as connection:
            if wanted is None:
                return dict(connection.execute(query).all())
            found: dict[str, bytes] = {}
            for start in range(0, len(wanted), _FEW):
                some = query.where(fingerprints.c.take_id.in_(wanted[start : start + _FEW]))
                found |= {row.take_id: row.packed for row in connection.execute(some)}
            return found

    def thumbnails(self, version: str, take_ids: Collection[str]) -> dict[str, bytes]:
        """JPEG strips of the frames behind fingerprints of one version, by take id.

        Takes that have none are left out.
        """
        query = select(fingerprints.c.take_id, fingerprints.c.pictures).where(
            fingerprints.c.version == version, fingerprints.c.pictures.is_not(None)
        )
        wanted = list(dict.fromkeys(take_ids))
        found: dict[str, bytes] = {}
        with self._database.read() as connection:
            for start in range(0, len(wanted), _FEW):
                some = query.where(fingerprints.c.take_id.in_(wanted[start : start + _FEW]))
                found |= {row.take_id: row.pictures for row in connection.execute(some)}
        return found

    def drop_fingerprints(self, version: str, take_ids: Collection[str]) -> None:
        """Drop records that cannot be read: they are missing then, and their takes are to be compared again.

        What was found by comparing them stays in force meanwhile.
        """
        rows = [{"dropped": take_id} for take_id in take_ids]
        if not rows:
            return
        which: BindParameter[str] = bindparam("dropped")
        with self._database.write() as connection:
            done = (analyses.c.stage == Stage.FINGERPRINT.value) & (analyses.c.version == version)
            connection.execute(delete(analyses).where(done, analyses.c.take_id == which), rows)
            same = fingerprints.c.version == version
            connection.execute(delete(fingerprints).where(same, fingerprints.c.take_id == which), rows)
            connection.execute(delete(compared).where(compared.c.take_id == which), rows)

    def failures(self) -> list[tuple[str, StageKey, str]]:
        """Work that failed or crashed: take id, what it was, and why."""
        query = select(analyses).where(analyses.c.status != Status.OK.value).order_by(analyses.c.id)
        with self._database.read() as connection:
            return [(row.take_id, _key(row), row.error) for row in connection.execute(query)]

    def forget(self, key: StageKey) -> None:
        """Drop what this work gave for every take, so that it is done again.

        With fingerprints goes what was found by comparing them.
        """
        with self._database.write() as connection:
            connection.execute(delete(analyses).where(*_is(key)))
            if key.stage is Stage.FINGERPRINT:
                connection.execute(delete(fingerprints).where(fingerprints.c.version == key.version))
                forget_pairs(connection)


def _is(key: StageKey) -> tuple[Any, ...]:
    return (
        analyses.c.stage == key.stage.value,
        analyses.c.name == key.name,
        analyses.c.version == key.version,
        analyses.c.settings == key.settings,
    )


def _key(row: Any) -> StageKey:
    return StageKey(Stage(row.stage), row.name, row.version, row.settings)


def _save(connection: Connection, take_id: str, results: Sequence[StageResult]) -> None:
    """Insert all of it with one statement for each table, which is what a long import waits for."""
    moment = now()
    done: list[dict[str, Any]] = []
    numbers: list[tuple[list[dict[str, Any]], list[dict[str, Any]]]] = []
    for result in results:
        score_rows, finding_rows, lost = _finite(result.measured)
        status, error = result.status, result.error
        if lost and status is Status.OK:
            status, error = Status.FAILED, f"gave no finite number for {', '.join(lost)}"
        key = result.key
        done.append(
            {
                "take_id": take_id,
                "stage": key.stage.value,
                "name": key.name,
                "version": key.version,
                "settings": key.settings,
                "status": status.value,
                "error": error,
                "at": moment,
            }
        )
        numbers.append((score_rows, finding_rows))
    ids = connection.scalars(
        insert(analyses).returning(analyses.c.id, sort_by_parameter_order=True), done
    ).all()
    for table, which in ((scores, 0), (findings, 1)):
        rows = [
            {"analysis_id": id_, **row} for id_, pair in zip(ids, numbers, strict=True) for row in pair[which]
        ]
        if rows:
            connection.execute(insert(table), rows)
    prints = {result.key.version: result for result in results if result.blob is not None}
    for version, result in prints.items():
        row = {"take_id": take_id, "version": version, "packed": result.blob, "pictures": result.pictures}
        same = (fingerprints.c.take_id == take_id) & (fingerprints.c.version == version)
        if connection.execute(delete(fingerprints).where(same)).rowcount:
            forget_pairs(connection, take_id)
        connection.execute(insert(fingerprints), row)


def _finite(measured: Measured) -> tuple[list[dict[str, Any]], list[dict[str, Any]], list[str]]:
    """Rows of scores and of findings, and the names of those that hold no finite number."""
    score_rows: list[dict[str, Any]] = []
    finding_rows: list[dict[str, Any]] = []
    lost: list[str] = []
    for score in measured.scores:
        # NumPy's own numbers are not always Python's, and the database would keep their bytes.
        row: dict[str, Any] = {"metric": score.metric, "value": float(score.value), "unit": score.unit}
        if math.isfinite(row["value"]):
            score_rows.append(row)
        else:
            lost.append(score.metric)
    for found in measured.findings:
        numbers = {name: float(getattr(found, name)) for name in ("start", "end", "value", "threshold")}
        if all(map(math.isfinite, numbers.values())):
            finding_rows.append({"kind": found.kind, "text": found.text, **numbers})
        else:
            lost.append(found.kind)
    return score_rows, finding_rows, lost
