"""What was measured of each take, and what remains to be: work without a row."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, and_, delete, insert, select

from circletake.model.analysis import Stage, StageKey, StageResult, Status
from circletake_registry.columns import now
from circletake_registry.engine import Database
from circletake_registry.tables import analyses, findings, fingerprints, scores, shots, takes


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

        A number that is not finite is not kept, and the work counts as failed with that reason.

        Raises:
            sqlalchemy.exc.IntegrityError: there is no such take.
        """
        with self._database.write() as connection:
            known = {
                (row.stage, row.name, row.version, row.settings): row.id
                for row in connection.execute(select(analyses).where(analyses.c.take_id == take_id))
            }
            for result in results:
                key = result.key
                before = known.get((key.stage.value, key.name, key.version, key.settings))
                if before is not None:
                    connection.execute(delete(analyses).where(analyses.c.id == before))
                _save(connection, take_id, result)

    def fingerprints(self, version: str) -> dict[str, bytes]:
        """Packed fingerprints of one version, by take id."""
        query = select(fingerprints.c.take_id, fingerprints.c.packed)
        with self._database.read() as connection:
            found = connection.execute(query.where(fingerprints.c.version == version))
            return {row.take_id: row.packed for row in found}

    def failures(self) -> list[tuple[str, StageKey, str]]:
        """Work that failed or crashed: take id, what it was, and why."""
        query = select(analyses).where(analyses.c.status != Status.OK.value).order_by(analyses.c.id)
        with self._database.read() as connection:
            return [
                (row.take_id, StageKey(Stage(row.stage), row.name, row.version, row.settings), row.error)
                for row in connection.execute(query)
            ]

    def forget(self, key: StageKey) -> None:
        """Drop what this work gave for every take, so that it is done again."""
        with self._database.write() as connection:
            connection.execute(delete(analyses).where(*_is(key)))
            if key.stage is Stage.FINGERPRINT:
                connection.execute(delete(fingerprints).where(fingerprints.c.version == key.version))


def _is(key: StageKey) -> tuple[Any, ...]:
    return (
        analyses.c.stage == key.stage.value,
        analyses.c.name == key.name,
        analyses.c.version == key.version,
        analyses.c.settings == key.settings,
    )


def _save(connection: Connection, take_id: str, result: StageResult) -> None:
    key, measured = result.key, result.measured
    good = [score for score in measured.scores if math.isfinite(score.value)]
    sound = [
        found
        for found in measured.findings
        if all(map(math.isfinite, (found.start, found.end, found.value, found.threshold)))
    ]
    lost = [score.metric for score in measured.scores if score not in good]
    lost += [found.kind for found in measured.findings if found not in sound]
    status, error = result.status, result.error
    if lost and status is Status.OK:
        status, error = Status.FAILED, f"gave no finite number for {', '.join(lost)}"
    row = {
        "take_id": take_id,
        "stage": key.stage.value,
        "name": key.name,
        "version": key.version,
        "settings": key.settings,
        "status": status.value,
        "error": error,
        "at": now(),
    }
    made = connection.execute(insert(analyses).values(row)).inserted_primary_key
    analysis_id = made[0] if made else None
    if good:
        values = [
            {"analysis_id": analysis_id, "metric": s.metric, "value": float(s.value), "unit": s.unit}
            for s in good
        ]
        connection.execute(insert(scores), values)
    if sound:
        connection.execute(
            insert(findings),
            [
                {
                    "analysis_id": analysis_id,
                    "kind": found.kind,
                    "start": float(found.start),
                    "end": float(found.end),
                    "value": float(found.value),
                    "threshold": float(found.threshold),
                    "text": found.text,
                }
                for found in sound
            ],
        )
    if result.blob is not None:
        same = (fingerprints.c.take_id == take_id) & (fingerprints.c.version == key.version)
        connection.execute(delete(fingerprints).where(same))
        connection.execute(
            insert(fingerprints), {"take_id": take_id, "version": key.version, "packed": result.blob}
        )
