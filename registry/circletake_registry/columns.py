"""Column types: what the database must never get wrong about keys, times, text and paths."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import Any

import uuid_utils
from sqlalchemy import CHAR, JSON, DateTime, Dialect, LargeBinary, Text, Uuid
from sqlalchemy.types import TypeDecorator, TypeEngine

_RAW = "raw:"


def new_id() -> str:
    """A UUIDv7 as text: unique, and in the order of making."""
    return str(uuid_utils.uuid7())


def now() -> datetime:
    """The current time in UTC."""
    return datetime.now(UTC)


def storable(text: str) -> str:
    """``text`` as a database can hold it: NUL and lone surrogates become U+FFFD."""
    if text.isascii() and "\0" not in text:
        return text
    return "".join("\ufffd" if char == "\0" or "\ud800" <= char <= "\udfff" else char for char in text)


class Key(TypeDecorator[str]):
    """A UUID, text in Python. SQLite keeps the text itself: taking it apart costs more than its bytes."""

    impl = CHAR(36)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """The database's own type on PostgreSQL."""
        own: TypeEngine[Any] = Uuid(as_uuid=False) if dialect.name == "postgresql" else CHAR(36)
        return dialect.type_descriptor(own)


class Moment(TypeDecorator[datetime]):
    """A time in UTC. A time without zone is refused, since nobody knows what it means."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To naive UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a time without zone: {value.isoformat()}")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Back to UTC."""
        return value.replace(tzinfo=UTC) if value is not None else None


class Said(TypeDecorator[str]):
    """Text from anywhere, made storable."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Replace what cannot be encoded."""
        return storable(value) if value is not None else None


class FilePath(TypeDecorator[str]):
    """A path, given back exactly; one whose bytes are not UTF-8 is kept as hex."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Text where possible; no path of ours starts with ``raw:``."""
        if value is None or value.isascii():
            return value
        try:
            value.encode()
        except UnicodeEncodeError:
            return _RAW + os.fsencode(value).hex()
        return value

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        """The path as the file system names it."""
        if value is not None and value.startswith(_RAW):
            return os.fsdecode(bytes.fromhex(value.removeprefix(_RAW)))
        return value


class Document(TypeDecorator[Any]):
    """A JSON document; JSONB where the database has it."""

    impl = JSON
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """JSONB on PostgreSQL."""
        if dialect.name != "postgresql":
            return dialect.type_descriptor(JSON())
        from sqlalchemy.dialects.postgresql import JSONB  # costs a tenth of a second

        return dialect.type_descriptor(JSONB())


class Blob(TypeDecorator[bytes]):
    """Bytes."""

    impl = LargeBinary
    cache_ok = True
