"""Column types that both databases give back as they were put in.

A GUID is an unsigned 64-bit number and neither database has one: it is stored as the signed number in the
same order (XOR 2^63), so that ranges and sorting by the column are those of the GUID. An instant is aware
and in UTC both ways, to the microsecond; PostgreSQL has a type for it, SQLite gets the microseconds since
1970 as a whole number. Text is ordered by its code points on both, so that pages come in the same order.
"""

import zlib
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, DateTime, Integer, LargeBinary, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

from chfw_core.model.guid import MASK_64, Guid, from_signed, to_signed
from chfw_core.model.periods import as_utc

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_LEVEL = 1
"""Quick: packed GUIDs of neighbours shrink about as much as they ever do."""


class GuidColumn(TypeDecorator[Guid]):
    """A GUID, in the order of GUIDs. Raises ValueError for a number that is none."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: int | None, dialect: Dialect) -> int | None:
        """The signed number."""
        if value is None:
            return None
        if not 0 <= value <= MASK_64:
            raise ValueError(f"{value} is not an unsigned 64-bit number")
        return to_signed(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> Guid | None:
        """The GUID."""
        return None if value is None else from_signed(value)


class InstantColumn(TypeDecorator[datetime]):
    """An instant: aware, in UTC, to the microsecond. Raises InputError for a time without an offset."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """SQLite has no type for instants."""
        return dialect.type_descriptor(BigInteger() if dialect.name == "sqlite" else DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """Microseconds since 1970 for SQLite, the instant for PostgreSQL."""
        if value is None:
            return None
        instant = as_utc(value)
        return (instant - _EPOCH) // _MICROSECOND if dialect.name == "sqlite" else instant

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """The instant, in UTC whatever the session's time zone."""
        if value is None:
            return None
        if dialect.name == "sqlite":
            return _EPOCH + timedelta(microseconds=value)
        assert isinstance(value, datetime)
        return value.astimezone(UTC)


class PackedColumn(TypeDecorator[bytes]):
    """Bytes, compressed where they lie. What cannot be unpacked comes as it lies: its hash will not fit."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: bytes | None, dialect: Dialect) -> bytes | None:
        """Compressed."""
        return None if value is None else zlib.compress(value, _LEVEL)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> bytes | None:
        """As it was put in."""
        if value is None:
            return None
        try:
            return zlib.decompress(value)
        except zlib.error:
            return bytes(value)


Name = Text().with_variant(Text(collation="C"), "postgresql")
"""Short text, ordered by its code points."""

Number = BigInteger().with_variant(Integer(), "sqlite")
"""A whole number of 64 bits (SQLite's INTEGER has as many)."""
