"""The schema. Facts of a take never change; claims and events are only ever added.

Values that come from strangers are text; what may stand in a column of choices is checked
by the database as well, since ``table=True`` models do not validate.

A change here goes with a migration in ``migrations/versions``, named by the next four digits,
and with ``HEAD`` in ``revision``; the tests of the schema tell when one is missing.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any, cast

from sqlalchemy import BigInteger, CheckConstraint, Index, MetaData, Table, UniqueConstraint
from sqlmodel import Field, SQLModel

from circletake.model.analysis import Stage, Status
from circletake.model.event import EventKind
from circletake.model.export import ExportState
from circletake.model.job import JobStep
from circletake.model.location import LocationState
from circletake.model.recipe import Evidence
from circletake.model.stack import Band
from circletake.model.take import Origin
from circletake_registry.columns import Blob, Document, FilePath, Key, Moment, Said


def _one_of(column: str, choices: type[StrEnum]) -> CheckConstraint:
    listed = ", ".join(f"'{choice.value}'" for choice in choices)
    return CheckConstraint(f"{column} IN ({listed})", name=f"{column}_known")


def _sha256(column: str = "sha256") -> CheckConstraint:
    return CheckConstraint(f"length({column}) = 64 AND lower({column}) = {column}", name=f"{column}_form")


class Row(SQLModel):
    """What every table shares: constraints have names, so that migrations can find them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class ShotRow(Row, table=True):
    """What a prompt is after."""

    __tablename__ = "shots"
    id: str = Field(primary_key=True, sa_type=Key)
    code: str = Field(unique=True)
    title: str = Field(sa_type=Said, index=True)
    added: datetime = Field(sa_type=Moment)


class TakeRow(Row, table=True):
    """One clip; one row for each sha256."""

    __tablename__ = "takes"
    __table_args__ = (
        UniqueConstraint("shot_id", "number"),
        _sha256(),
        _one_of("origin", Origin),
        CheckConstraint("number >= 1", name="number_counts"),
        CheckConstraint("size >= 0", name="size_counts"),
    )
    id: str = Field(primary_key=True, sa_type=Key)
    sha256: str = Field(unique=True)
    size: int = Field(sa_type=BigInteger)
    shot_id: str = Field(foreign_key="shots.id", sa_type=Key)
    number: int
    name: str = Field(sa_type=Said)
    origin: str
    media: dict[str, Any] = Field(sa_type=Document)
    added: datetime = Field(sa_type=Moment)


class LocationRow(Row, table=True):
    """Where a take's bytes lie, or lay."""

    __tablename__ = "locations"
    __table_args__ = (UniqueConstraint("sha256", "path"), _one_of("state", LocationState))
    id: int | None = Field(default=None, primary_key=True)
    sha256: str = Field(foreign_key="takes.sha256")
    path: str = Field(sa_type=FilePath, index=True)
    stored: bool
    size: int = Field(sa_type=BigInteger)
    mtime_ns: int = Field(sa_type=BigInteger)
    state: str
    seen: datetime = Field(sa_type=Moment)


class ClaimRow(Row, table=True):
    """One statement about how a take was made."""

    __tablename__ = "claims"
    __table_args__ = (_one_of("evidence", Evidence),)
    id: int | None = Field(default=None, primary_key=True)
    take_id: str = Field(foreign_key="takes.id", sa_type=Key, index=True)
    field: str = Field(sa_type=Said)
    value: str = Field(sa_type=Said)
    evidence: str
    source: str = Field(sa_type=Said)
    by: str = Field(sa_type=Said)
    at: datetime = Field(sa_type=Moment)
    accepted: bool


class AnalysisRow(Row, table=True):
    """One piece of work done on one take; work without a row remains to be done."""

    __tablename__ = "analyses"
    __table_args__ = (
        UniqueConstraint("take_id", "stage", "name", "version", "settings"),
        _one_of("stage", Stage),
        _one_of("status", Status),
    )
    id: int | None = Field(default=None, primary_key=True)
    take_id: str = Field(foreign_key="takes.id", sa_type=Key)
    stage: str
    name: str = Field(sa_type=Said)
    version: str = Field(sa_type=Said)
    settings: str
    status: str
    error: str = Field(sa_type=Said)
    at: datetime = Field(sa_type=Moment)


class ScoreRow(Row, table=True):
    """A number of one metric."""

    __tablename__ = "scores"
    id: int | None = Field(default=None, primary_key=True)
    analysis_id: int = Field(foreign_key="analyses.id", ondelete="CASCADE", index=True)
    metric: str = Field(sa_type=Said)
    value: float
    unit: str = Field(sa_type=Said)


class FindingRow(Row, table=True):
    """A defect with its time range, in seconds."""

    __tablename__ = "findings"
    id: int | None = Field(default=None, primary_key=True)
    analysis_id: int = Field(foreign_key="analyses.id", ondelete="CASCADE", index=True)
    kind: str = Field(sa_type=Said)
    start: float
    end: float
    value: float
    threshold: float
    text: str = Field(sa_type=Said)


class FingerprintRow(Row, table=True):
    """All hashes of a take's frames in one packed value, one for each version.

    ``pictures`` is a JPEG strip of their thumbnails, and last: SQLite passes over what nobody asks for.
    """

    __tablename__ = "fingerprints"
    take_id: str = Field(primary_key=True, foreign_key="takes.id", sa_type=Key)
    version: str = Field(primary_key=True)
    packed: bytes = Field(sa_type=Blob)
    pictures: bytes | None = Field(default=None, sa_type=Blob)


class PairRow(Row, table=True):
    """Two takes that are alike and how one lies on the other: an ``Alignment`` in columns."""

    __tablename__ = "pairs"
    __table_args__ = (CheckConstraint("take_a < take_b", name="in_order"),)
    take_a: str = Field(primary_key=True, foreign_key="takes.id", sa_type=Key)
    take_b: str = Field(primary_key=True, foreign_key="takes.id", sa_type=Key, index=True)
    version: str = Field(primary_key=True)
    distance: float
    picture: float
    worst: float
    motion: float
    places: float
    moving: float
    peak: float
    liveliness: float
    drift: float
    offset: float
    speed: float
    overlap: float
    extent: float
    flipped: bool
    zoom: float
    colour: float
    texture: float
    flat: float
    frames: int


class ComparedRow(Row, table=True):
    """A take that was compared with every other that has a row of this version."""

    __tablename__ = "compared"
    take_id: str = Field(primary_key=True, foreign_key="takes.id", sa_type=Key)
    version: str = Field(primary_key=True)


class VersionRow(Row, table=True):
    """A take that is a copy of one known before, and inherits its recipe."""

    __tablename__ = "versions"
    __table_args__ = (CheckConstraint("take_id <> of_id", name="of_another"),)
    take_id: str = Field(primary_key=True, foreign_key="takes.id", sa_type=Key)
    of_id: str = Field(foreign_key="takes.id", sa_type=Key, index=True)
    distance: float
    reason: str = Field(sa_type=Said)
    at: datetime = Field(sa_type=Moment)


class EventRow(Row, table=True):
    """One decision. An undo is a row too."""

    __tablename__ = "events"
    __table_args__ = (
        _one_of("kind", EventKind),
        CheckConstraint("kind <> 'stars' OR value IN ('0', '1', '2', '3', '4', '5')", name="stars_range"),
        Index("ix_events_undone", "kind", "value"),
        {"sqlite_autoincrement": True},
    )
    id: int | None = Field(default=None, primary_key=True)
    batch: str = Field(sa_type=Key, index=True)
    kind: str
    take_id: str | None = Field(default=None, foreign_key="takes.id", sa_type=Key, index=True)
    value: str = Field(sa_type=Said)
    by: str = Field(sa_type=Said)
    person: bool
    at: datetime = Field(sa_type=Moment)


class StackRow(Row, table=True):
    """A stack of one dedupe run; in force while that run's event is the last one not undone."""

    __tablename__ = "stacks"
    __table_args__ = (UniqueConstraint("batch", "number"),)
    id: int | None = Field(default=None, primary_key=True)
    batch: str = Field(sa_type=Key)
    number: int
    keeper_id: str = Field(foreign_key="takes.id", sa_type=Key)
    why_keeper: str = Field(sa_type=Said)


class MemberRow(Row, table=True):
    """A take in a stack and why it is there."""

    __tablename__ = "stack_members"
    __table_args__ = (_one_of("band", Band),)
    stack_id: int = Field(primary_key=True, foreign_key="stacks.id")
    take_id: str = Field(primary_key=True, foreign_key="takes.id", sa_type=Key)
    band: str
    distance: float
    offset: float
    overlap: float
    flipped: bool
    reason: str = Field(sa_type=Said)


class CutRow(Row, table=True):
    """A cut by name."""

    __tablename__ = "cuts"
    id: str = Field(primary_key=True, sa_type=Key)
    name: str = Field(unique=True, sa_type=Said)


class CutRevisionRow(Row, table=True):
    """What a cut was after one change; in force while the decision it belongs to was not undone."""

    __tablename__ = "cut_revisions"
    __table_args__ = (UniqueConstraint("cut_id", "revision"),)
    id: int | None = Field(default=None, primary_key=True)
    cut_id: str = Field(foreign_key="cuts.id", sa_type=Key)
    revision: int
    document: dict[str, Any] = Field(sa_type=Document)
    at: datetime = Field(sa_type=Moment)
    batch: str | None = Field(default=None, sa_type=Key)


class CutTakeRow(Row, table=True):
    """A take that a revision of a cut uses."""

    __tablename__ = "cut_takes"
    revision_id: int = Field(primary_key=True, foreign_key="cut_revisions.id")
    take_id: str = Field(primary_key=True, foreign_key="takes.id", sa_type=Key, index=True)


class ExportFileRow(Row, table=True):
    """One file that left the library, or is about to."""

    __tablename__ = "exports"
    __table_args__ = (UniqueConstraint("sha256", "path"), _sha256(), _one_of("state", ExportState))
    id: int | None = Field(default=None, primary_key=True)
    sha256: str
    path: str = Field(sa_type=FilePath)
    kind: str
    size: int = Field(sa_type=BigInteger)
    take_id: str | None = Field(default=None, foreign_key="takes.id", sa_type=Key, index=True)
    cut: str = Field(sa_type=Said)
    recipe_digest: str
    policy: str
    certificate: str
    actions: str
    release: str = Field(sa_type=Said)
    state: str
    at: datetime = Field(sa_type=Moment)
    prompts: dict[str, Any] = Field(sa_type=Document)
    sidecar: str = Field(sa_type=FilePath)


class SaltRow(Row, table=True):
    """The salt of one wording of a take's prompt, kept for as long as a digest may have to be proven."""

    __tablename__ = "salts"
    __table_args__ = (_sha256("text_sha256"), CheckConstraint("length(salt) >= 32", name="salt_long"))
    take_id: str = Field(primary_key=True, foreign_key="takes.id", sa_type=Key)
    field: str = Field(primary_key=True)
    text_sha256: str = Field(primary_key=True)
    salt: str
    at: datetime = Field(sa_type=Moment)


class JobRow(Row, table=True):
    """One request to a generator, with who works on it now.

    ``lease_seen`` is when its holder last said that it lives; ``stop_asked``, that a person wants
    the job stopped, which its holder reads.
    """

    __tablename__ = "jobs"
    __table_args__ = (_one_of("step", JobStep),)
    id: str = Field(primary_key=True, sa_type=Key)
    generator: str = Field(sa_type=Said)
    plugin_version: str = Field(sa_type=Said)
    shot: str = Field(sa_type=Said)
    request: dict[str, Any] = Field(sa_type=Document)
    step: str = Field(index=True)
    asked_by: str = Field(sa_type=Said)
    asked_at: datetime = Field(sa_type=Moment)
    provider_id: str = Field(sa_type=Said)
    error: str = Field(sa_type=Said)
    files: list[str] = Field(sa_type=Document)
    takes: list[str] = Field(sa_type=Document)
    lease_owner: str = Field(default="", sa_type=Said)
    lease_until: datetime | None = Field(default=None, sa_type=Moment)
    lease_host: str = Field(default="", sa_type=Said)
    lease_seen: datetime | None = Field(default=None, sa_type=Moment)
    stop_asked: bool = Field(default=False)
    note: str = Field(default="", sa_type=Said)
    observed: list[dict[str, str]] = Field(default_factory=list, sa_type=Document)


def _table(model: type[Row]) -> Table:
    return cast(Table, model.__table__)  # type: ignore[attr-defined]  # SQLModel sets it on every table


shots = _table(ShotRow)
takes = _table(TakeRow)
locations = _table(LocationRow)
claims = _table(ClaimRow)
analyses = _table(AnalysisRow)
scores = _table(ScoreRow)
findings = _table(FindingRow)
fingerprints = _table(FingerprintRow)
pairs = _table(PairRow)
compared = _table(ComparedRow)
versions = _table(VersionRow)
events = _table(EventRow)
stacks = _table(StackRow)
stack_members = _table(MemberRow)
cuts = _table(CutRow)
cut_revisions = _table(CutRevisionRow)
cut_takes = _table(CutTakeRow)
exports = _table(ExportFileRow)
salts = _table(SaltRow)
jobs = _table(JobRow)
