"""Requests to generators: stored before they are sent, worked on by one process at a time."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, insert, or_, select, update

from circletake.errors import BadInput, NotFound
from circletake.model.job import Job, JobStep
from circletake_registry.columns import new_id, now
from circletake_registry.engine import Database
from circletake_registry.tables import jobs

_OVER = (JobStep.IMPORTED, JobStep.FAILED, JobStep.CANCELLED)


class Jobs:
    """Jobs by id, with the lease of whoever works on one."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def intend(self, job: Job) -> Job:
        """Store a job before it is sent; one without an id gets one.

        Raises:
            BadInput: a job with this id is stored already.
        """
        kept = job if job.id else Job(**{**_fields(job), "id": new_id()})
        with self._database.write() as connection:
            if connection.execute(select(jobs.c.id).where(jobs.c.id == kept.id)).first() is not None:
                raise BadInput(f"job {kept.id}", "is stored already", "update it instead")
            connection.execute(insert(jobs), _values(kept))
        return kept

    def update(self, job: Job) -> None:
        """Store how far a job is.

        Raises:
            NotFound: it was never intended.
        """
        values = _values(job)
        with self._database.write() as connection:
            if not connection.execute(update(jobs).where(jobs.c.id == job.id).values(values)).rowcount:
                raise NotFound(f"job {job.id}", "was never stored", "circletake jobs")

    def get(self, job_id: str) -> Job:
        """The job with this id.

        Raises:
            NotFound: there is none.
        """
        found = self._jobs(jobs.c.id == job_id)
        if not found:
            raise NotFound(f"job {job_id}", "there is no such job", "circletake jobs")
        return found[0]

    def lease(self, job_id: str, owner: str, seconds: float) -> bool:
        """Take or renew the right to work on a job, for so many seconds; False while somebody else has it.

        Asking with 0 seconds gives one's own lease back.
        """
        moment = now()
        free = or_(jobs.c.lease_until.is_(None), jobs.c.lease_until <= moment, jobs.c.lease_owner == owner)
        taking = (
            update(jobs)
            .where(jobs.c.id == job_id, free)
            .values(lease_owner=owner, lease_until=moment + timedelta(seconds=seconds))
        )
        with self._database.write() as connection:
            return bool(connection.execute(taking).rowcount)

    def open(self) -> list[Job]:
        """Jobs with work left, those with files to take in first, then in the order they were asked."""
        waiting = self._jobs(jobs.c.step.not_in([step.value for step in _OVER]))
        first = (JobStep.FETCHED, JobStep.SUBMITTED, JobStep.INTENDED)
        return sorted(waiting, key=lambda job: first.index(job.step))

    def all(self) -> list[Job]:
        """Every job, in the order they were asked."""
        return self._jobs()

    def _jobs(self, *conditions: ColumnElement[bool]) -> list[Job]:
        query = select(jobs).where(*conditions).order_by(jobs.c.asked_at, jobs.c.id)
        with self._database.read() as connection:
            return [_job(row) for row in connection.execute(query)]


def _fields(job: Job) -> dict[str, Any]:
    return {name: getattr(job, name) for name in Job.__dataclass_fields__}


def _values(job: Job) -> dict[str, Any]:
    return {
        **_fields(job),
        "step": job.step.value,
        "request": dict(job.request),
        "files": list(job.files),
        "takes": list(job.takes),
    }


def _job(row: Any) -> Job:
    values = dict(row._mapping)
    del values["lease_owner"], values["lease_until"]
    values |= {"step": JobStep(row.step), "files": tuple(row.files), "takes": tuple(row.takes)}
    return Job(**values)
