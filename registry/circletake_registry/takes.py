"""Shots, takes and the claims about how takes were made."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from circletake.errors import BadInput, NotFound
from circletake.model.location import Location
from circletake.model.recipe import RecipeClaim
from circletake.model.slate import Slate, TakeFilter
from circletake.model.take import MediaFacts, Origin, Shot, Take
from circletake.model.text import natural
from circletake_registry import naming, rows, slates, tables
from circletake_registry.columns import new_id, now, storable
from circletake_registry.engine import Database
from circletake_registry.media import put
from circletake_registry.tables import shots, takes

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")


class Takes:
    """The takes of a library, one for each sha256."""

    def __init__(self, database: Database, media: Path) -> None:
        self._database = database
        self._media = media

    def add(
        self,
        *,
        sha256: str,
        size: int,
        name: str,
        origin: Origin,
        media: MediaFacts,
        claims: Sequence[RecipeClaim],
        location: Location,
        shot: str = "",
        title: str = "",
    ) -> Take:
        """Record a take with what is known of it, in one transaction.

        Bytes that are here already add their claims and place to the take that has them.

        Args:
            size: bytes.
            name: of the file, without folders.
            shot: code of the shot it belongs to, made where there is none.
            title: without ``shot``, the prompt or folder that finds or makes the shot.

        Raises:
            BadInput: ``shot`` is not a code: letters, digits, ``_``, ``.`` and ``-``.
        """
        with self._database.write() as connection:
            known = _one(connection, takes.c.sha256 == sha256)
            if known is not None:
                _add_claims(connection, known.id, claims)
                put(connection, location)
                return known
            row: dict[str, Any] = {"id": new_id(), "sha256": sha256, "size": size, "name": storable(name)}
            moment = now()
            shot_id, code = _shot(connection, shot, storable(title))
            row["number"] = _next_number(connection, shot_id)
            connection.execute(
                insert(takes),
                {
                    **row,
                    "shot_id": shot_id,
                    "origin": origin.value,
                    "media": media.to_json(),
                    "added": moment,
                },
            )
            _add_claims(connection, row["id"], claims)
            put(connection, location)
            return Take(shot=code, origin=origin, media=media, added=moment, **row)

    def move(self, take_id: str, shot: str) -> Take:
        """Put a take into another shot under a new number; a shot that this leaves empty goes.

        For takes that nobody has named by their place yet.

        Raises:
            NotFound: there is no such take.
        """
        with self._database.write() as connection:
            before = _one(connection, takes.c.id == take_id)
            if before is None:
                raise _no_take(take_id)
            left = select(takes.c.shot_id).where(takes.c.id == take_id)
            left_id = connection.execute(left).scalar_one()
            shot_id, code = _shot(connection, shot, "")
            if shot_id == left_id:
                return before
            number = _next_number(connection, shot_id)
            moved = update(takes).where(takes.c.id == take_id)
            connection.execute(moved.values(shot_id=shot_id, number=number))
            if connection.execute(select(takes.c.id).where(takes.c.shot_id == left_id)).first() is None:
                connection.execute(delete(shots).where(shots.c.id == left_id))
            return replace(before, shot=code, number=number)

    def add_claims(self, take_id: str, claims: Sequence[RecipeClaim]) -> int:
        """Add what was learnt of a take and tell how much of it was new.

        The same statement again is left out, unless a person now accepts it.

        Raises:
            NotFound: there is no such take.
        """
        with self._database.write() as connection:
            if connection.execute(select(takes.c.id).where(takes.c.id == take_id)).first() is None:
                raise _no_take(take_id)
            return _add_claims(connection, take_id, claims)

    def claims(self, take_id: str) -> tuple[RecipeClaim, ...]:
        """Everything ever said about how a take was made, oldest first."""
        with self._database.read() as connection:
            return _claims(connection, take_id)

    def get(self, take_id: str) -> Take:
        """The take with this id.

        Raises:
            NotFound: there is none.
        """
        with self._database.read() as connection:
            found = _one(connection, takes.c.id == take_id)
        if found is None:
            raise _no_take(take_id)
        return found

    def by_sha256(self, sha256: str) -> Take | None:
        """The take with exactly these bytes."""
        with self._database.read() as connection:
            return _one(connection, takes.c.sha256 == sha256)

    def sha256s(self) -> set[str]:
        """Digests of all takes."""
        with self._database.read() as connection:
            return set(connection.scalars(select(takes.c.sha256)))

    def all(self) -> list[Take]:
        """Every take, in no order: less than a slate, and quicker."""
        with self._database.read() as connection:
            return [rows.take(row) for row in connection.execute(rows.select_takes()).all()]

    def ids(self) -> set[str]:
        """Ids of all takes."""
        with self._database.read() as connection:
            return set(connection.scalars(select(takes.c.id)).all())

    def rewrapped(self) -> set[str]:
        """Ids of takes whose coded picture another take has, too."""
        picture = takes.c.media["picture_sha256"].as_string()
        several = select(picture).group_by(picture).having(func.count() > 1)
        with self._database.read() as connection:
            return set(connection.scalars(select(takes.c.id).where(picture.in_(several))).all())

    def count(self) -> int:
        """How many takes there are."""
        with self._database.read() as connection:
            return connection.execute(select(func.count()).select_from(takes)).scalar_one()

    def shots(self) -> list[Shot]:
        """All shots, in their order: ``SH990`` before ``SH1000``."""
        with self._database.read() as connection:
            found = connection.execute(select(shots.c.code, shots.c.title))
            return sorted((Shot(code, title) for code, title in found), key=lambda shot: natural(shot.code))

    def resolve(self, word: str) -> list[Take]:
        """The takes a person means.

        Args:
            word: ``c71f02ab`` (4 or more hex digits), ``SH010/31``, ``SH010/3-7`` or ``SH010``.

        Raises:
            NotFound: nothing is called so.
            BadInput: the digits fit several takes, or the word is of none of these forms.
        """
        with self._database.read() as connection:
            return naming.resolve(connection, word)

    def slates(self, which: TakeFilter = TakeFilter()) -> list[Slate]:
        """Everything known of each take that is meant, by shot and number.

        Raises:
            BadInput: the filter's score is not of the form ``metric>=0.9``.
        """
        with self._database.read() as connection:
            return slates.gather(connection, self._media, which)

    def slate(self, take_id: str) -> Slate:
        """Everything known of one take.

        Raises:
            NotFound: there is no such take.
        """
        found = self.slates(TakeFilter(takes=(take_id,)))
        if not found:
            raise _no_take(take_id)
        return found[0]


def _one(connection: Connection, condition: Any) -> Take | None:
    row = connection.execute(rows.select_takes().where(condition)).first()
    return rows.take(row) if row is not None else None


def _claims(connection: Connection, take_id: str) -> tuple[RecipeClaim, ...]:
    found = connection.execute(rows.select_claims().where(tables.claims.c.take_id == take_id))
    return tuple(map(rows.claim, found))


def _add_claims(connection: Connection, take_id: str, claims: Sequence[RecipeClaim]) -> int:
    """Append what has not been said before, in its stored form, so that hostile text compares equal."""
    if not claims:
        return 0
    moment = now()
    known = {claim.said for claim in _claims(connection, take_id)}
    new: list[dict[str, Any]] = []
    for claim in claims:
        text = {
            "field": storable(claim.field),
            "value": storable(claim.value),
            "source": storable(claim.source),
            "by": storable(claim.by),
        }
        said = (text["field"], text["value"], claim.evidence, text["source"], text["by"])
        if said in known and not claim.accepted:
            continue
        known.add(said)
        new.append(
            {
                "take_id": take_id,
                **text,
                "evidence": claim.evidence.value,
                "at": claim.at or moment,
                "accepted": claim.accepted,
            }
        )
    if new:
        connection.execute(insert(tables.claims), new)
    return len(new)


def _shot(connection: Connection, code: str, title: str) -> tuple[str, str]:
    """The id and code of the shot that is meant, made where there is none."""
    if code and not _CODE.fullmatch(code):
        raise BadInput(
            f"shot {code!r}", "a shot's code has letters, digits, _, . and - only", "for example --shot SH010"
        )
    # "sh010" and "SH010" are the same shot to people, and one folder on many disks.
    wanted = func.lower(shots.c.code) == code.lower() if code else shots.c.title == title
    found = connection.execute(select(shots.c.id, shots.c.code).where(wanted).order_by(shots.c.code)).first()
    if found is not None:
        return found.id, found.code
    made = {"id": new_id(), "code": code or _next_code(connection), "title": title or code}
    connection.execute(insert(shots), {**made, "added": now()})
    return made["id"], made["code"]


def _next_number(connection: Connection, shot_id: str) -> int:
    last = select(func.max(takes.c.number)).where(takes.c.shot_id == shot_id)
    return (connection.execute(last).scalar() or 0) + 1


def _next_code(connection: Connection) -> str:
    """``SH010``, ``SH020``, ...: the tens leave room for shots that come in between."""
    taken = (re.fullmatch(r"(?i)SH(\d{3,6})", code) for code in connection.scalars(select(shots.c.code)))
    highest = max((int(match[1]) for match in taken if match), default=0)
    return f"SH{(highest // 10 + 1) * 10:03d}"


def _no_take(take_id: str) -> NotFound:
    return NotFound(f"take {take_id}", "this library has no such take", "circletake takes")
