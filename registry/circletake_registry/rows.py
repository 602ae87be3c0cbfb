"""Rows of the database as the values the other rooms know."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, select

from circletake.model.recipe import Evidence, RecipeClaim
from circletake.model.take import MediaFacts, Origin, Take
from circletake_registry.tables import claims, shots, takes


def select_takes() -> Select[Any]:
    """Takes with the code of their shot; :func:`take` reads the rows."""
    return select(
        takes.c.id,
        takes.c.sha256,
        takes.c.size,
        shots.c.code,
        takes.c.number,
        takes.c.name,
        takes.c.origin,
        takes.c.media,
        takes.c.added,
    ).join(shots, shots.c.id == takes.c.shot_id)


def take(row: Any) -> Take:
    """A row of :func:`select_takes`."""
    id_, sha256, size, code, number, name, origin, media, added = row
    return Take(id_, sha256, size, code, number, name, Origin(origin), MediaFacts.from_json(media), added)


def select_claims() -> Select[Any]:
    """Claims, oldest first, with the take they are about; :func:`claim` reads the rows."""
    return select(
        claims.c.take_id,
        claims.c.field,
        claims.c.value,
        claims.c.evidence,
        claims.c.source,
        claims.c.by,
        claims.c.at,
        claims.c.accepted,
    ).order_by(claims.c.id)


def claim(row: Any) -> RecipeClaim:
    """A row of :func:`select_claims`, without its take."""
    _, field, value, evidence, source, by, at, accepted = row
    return RecipeClaim(field, value, Evidence(evidence), source, by, at, accepted)
