"""Requests to generators: stored before they are sent, each worked on by one process at a time."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, insert, or_, select, update

from circletake.errors import BadInput, LeaseLost, NotFound
from circletake.model.job import Holder, Job, JobStep
from circletake_registry.columns import new_id, now
from circletake_registry.engine import Database
from circletake_registry.tables import jobs

_LEASE = ("lease_owner", "lease_until", "lease_host", "lease_seen", "stop_asked")
_OPEN = jobs.c.step.in_([step.value for step in JobStep if not step.over])
_IN_FLIGHT = (JobStep.SENDING.value, JobStep.SUBMITTED.value)


class Jobs:
    """Jobs by id, with the lease of whoever works on one.

    A lease is a row's owner and the moment until which nobody else may touch it. Every claim
    on one is a compare-and-set in one statement, so that it holds between processes and machines.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def intend(self, job: Job, owner: str = "", host: str = "", seconds: float = 0.0) -> Job:
        """Store a job before it is sent, leased to ``owner`` if one is named; one without an id gets one.

        Raises:
            BadInput: a job with this id is stored already.
        """
        kept = job if job.id else Job(**{**_fields(job), "id": new_id()})
        lease = _leased(owner, host, seconds) if owner else {}
        with self._database.write() as connection:
            if connection.execute(select(jobs.c.id).where(jobs.c.id == kept.id)).first() is not None:
                raise BadInput(f"job {kept.id}", "is stored already", "update it instead")
            connection.execute(insert(jobs), {**_values(kept), **lease})
        return kept

    def update(self, job: Job, owner: str = "") -> None:
        """Store how far a job is.

        Args:
            owner: whoever says so by virtue of a lease.

        Raises:
            NotFound: it was never intended.
            LeaseLost: ``owner`` does not hold it any more; nothing was stored.
        """
        held = [jobs.c.lease_owner == owner] if owner else []
        changing = update(jobs).where(jobs.c.id == job.id, *held).values(_values(job))
        with self._database.write() as connection:
            if not connection.execute(changing).rowcount:
                if owner and connection.execute(select(jobs.c.id).where(jobs.c.id == job.id)).first():
                    raise LeaseLost(f"job {job.short}", "another process took it over", "circletake jobs")
                raise NotFound(f"job {job.id}", "was never stored", "circletake jobs")

    def get(self, job_id: str) -> Job:
        """The job with this id.

        Raises:
            NotFound: there is none.
        """
        found = self._jobs(jobs.c.id == job_id)
        if not found:
            raise NotFound(f"job {job_id}", "there is no such job", "circletake jobs --all")
        return found[0]

    def named(self, word: str) -> Job:
        """The one job whose id ends with ``word``.

        Raises:
            NotFound: there is none, or there are several.
        """
        found = self._jobs(jobs.c.id.endswith(word.lower(), autoescape=True)) if word else []
        if len(found) != 1:
            reason = f"{len(found)} jobs end so" if found else "there is no such job"
            raise NotFound(f"job {word}", reason, "circletake jobs --all")
        return found[0]

    def lease(
        self, job_id: str, owner: str, seconds: float, host: str = "", gone: Collection[str] = ()
    ) -> bool:
        """Take or renew the right to work on a job, for so many seconds; False while somebody else has it.

        Asking with 0 seconds gives one's own lease back.

        Args:
            gone: owners known to be dead, whose leases count for nothing.
        """
        free = or_(
            jobs.c.lease_until.is_(None),
            jobs.c.lease_until <= now(),
            jobs.c.lease_owner == owner,
            jobs.c.lease_owner.in_(sorted(gone)),
        )
        taking = update(jobs).where(jobs.c.id == job_id, free).values(_leased(owner, host, seconds))
        with self._database.write() as connection:
            return bool(connection.execute(taking).rowcount)

    def beat(self, owner: str, seconds: float) -> int:
        """Renew every lease of ``owner`` that is on a job with work left; how many there are."""
        moment = now()
        living = (
            update(jobs)
            # One that ran out while the machine slept is renewed too, if nobody took it over.
            .where(jobs.c.lease_owner == owner, jobs.c.lease_until.is_not(None), _OPEN)
            .values(lease_until=moment + timedelta(seconds=seconds), lease_seen=moment)
        )
        with self._database.write() as connection:
            return connection.execute(living).rowcount

    def release(self, owner: str) -> None:
        """Give back every lease of ``owner``."""
        with self._database.write() as connection:
            connection.execute(update(jobs).where(jobs.c.lease_owner == owner).values(lease_until=None))

    def begin(self, job: Job, owner: str, limit: int) -> bool:
        """Mark a job as being sent, unless its backend has ``limit`` jobs of living processes in flight.

        Counted and marked in one transaction, so that the limit holds over all processes.

        Raises:
            LeaseLost: ``owner`` does not hold the job.
        """
        moment = now()
        flying = select(func.count()).where(
            jobs.c.generator == job.generator,
            jobs.c.step.in_(_IN_FLIGHT),
            jobs.c.lease_until > moment,
            jobs.c.id != job.id,
        )
        marking = (
            update(jobs)
            .where(jobs.c.id == job.id, jobs.c.lease_owner == owner)
            .values(step=JobStep.SENDING.value, error="", note="")
        )
        with self._database.write() as connection:
            if connection.scalar(flying) >= limit:  # type: ignore[operator]  # a count is never NULL
                return False
            if not connection.execute(marking).rowcount:
                raise LeaseLost(f"job {job.short}", "another process took it over", "circletake jobs")
            return True

    def ask_stop(self, job_id: str) -> None:
        """Ask whoever holds the job to stop it."""
        with self._database.write() as connection:
            connection.execute(update(jobs).where(jobs.c.id == job_id).values(stop_asked=True))

    def stop_asked(self, job_id: str) -> bool:
        """Whether somebody wants the job stopped."""
        with self._database.read() as connection:
            return bool(connection.scalar(select(jobs.c.stop_asked).where(jobs.c.id == job_id)))

    def holders(self) -> dict[str, Holder]:
        """Who works on which job now, by its id."""
        moment = now()
        query = select(
            jobs.c.id, jobs.c.lease_owner, jobs.c.lease_host, jobs.c.lease_seen, jobs.c.lease_until
        )
        with self._database.read() as connection:
            rows = connection.execute(query.where(jobs.c.lease_until > moment, _OPEN)).all()
        return {row[0]: Holder(row[1], row[2], row[3] or moment, row[4]) for row in rows}

    def open(self) -> list[Job]:
        """Jobs with work left, those with files to take in first, then in the order they were asked."""
        first = (JobStep.FETCHED, JobStep.SUBMITTED, JobStep.SENDING, JobStep.INTENDED)
        return sorted(self._jobs(_OPEN), key=lambda job: first.index(job.step))

    def waiting(self, gone: Collection[str] = ()) -> dict[JobStep, int]:
        """How many jobs with work left nobody is working on, by step; asked often, so it is cheap.

        Args:
            gone: owners known to be dead.
        """
        free = or_(
            jobs.c.lease_until.is_(None), jobs.c.lease_until <= now(), jobs.c.lease_owner.in_(sorted(gone))
        )
        query = select(jobs.c.step, func.count()).where(_OPEN, free).group_by(jobs.c.step)
        with self._database.read() as connection:
            return {JobStep(step): count for step, count in connection.execute(query)}

    def all(self) -> list[Job]:
        """Every job, in the order they were asked."""
        return self._jobs()

    def _jobs(self, *conditions: ColumnElement[bool]) -> list[Job]:
        query = select(jobs).where(*conditions).order_by(jobs.c.asked_at, jobs.c.id)
        with self._database.read() as connection:
            return [_job(row) for row in connection.execute(query)]


def _leased(owner: str, host: str, seconds: float) -> dict[str, Any]:
    moment = now()
    return {
        "lease_owner": owner,
        "lease_host": host,
        "lease_seen": moment,
        "lease_until": moment + timedelta(seconds=seconds),
        "stop_asked": False,
    }


def _fields(job: Job) -> dict[str, Any]:
    return {name: getattr(job, name) for name in Job.__dataclass_fields__}


def _values(job: Job) -> dict[str, Any]:
    return {
        **_fields(job),
        "step": job.step.value,
        "request": dict(job.request),
        "files": list(job.files),
        "takes": list(job.takes),
        "observed": [dict(fields) for fields in job.observed],
    }


def _job(row: Any) -> Job:
    values = {name: value for name, value in row._mapping.items() if name not in _LEASE}
    values |= {
        "step": JobStep(row.step),
        "files": tuple(row.files),
        "takes": tuple(row.takes),
        "observed": tuple(row.observed),
    }
    return Job(**values)
