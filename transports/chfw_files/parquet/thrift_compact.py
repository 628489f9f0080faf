"""Thrift's compact protocol, as far as the footer of a Parquet file needs it: structs read and written as they are.

A struct becomes a dictionary from a field's number to its type and value, in the order of the file; what is not
known here is kept as it came. Written again, an unchanged struct has the bytes that it was read from.
"""

from enum import IntEnum
from typing import TypeAlias

from attrs import define

Value: TypeAlias = "int | bytes | Sequence | Struct"
Struct: TypeAlias = "dict[int, tuple[Kind, Value]]"


class Kind(IntEnum):
    """The types of the protocol. A flag that is a field is the type of its header alone."""

    STOP = 0
    TRUE = 1
    FALSE = 2
    BYTE = 3
    I16 = 4
    I32 = 5
    I64 = 6
    DOUBLE = 7
    BINARY = 8
    LIST = 9
    SET = 10
    STRUCT = 12


@define
class Sequence:
    """A list or a set of values of one type."""

    kind: Kind
    items: list[Value]


_FIXED = {Kind.TRUE: 1, Kind.FALSE: 1, Kind.BYTE: 1, Kind.DOUBLE: 8}
"""Bytes of the values that are kept as they came."""
_KINDS = {kind.value: kind for kind in Kind}
_SHORT = 15
"""The largest step of a field's number, and one more than the largest length, that a header has room for."""


def read_struct(data: bytes) -> Struct:
    """The struct at the beginning of the bytes. Raises ValueError for a type that no footer has."""
    return _Reader(data).struct()


def write_struct(struct: Struct) -> bytes:
    """The bytes of a struct."""
    out = bytearray()
    _put_struct(out, struct)
    return bytes(out)


@define
class _Reader:
    data: bytes
    at: int = 0

    def struct(self) -> Struct:
        found: Struct = {}
        number = 0
        while header := self._byte():
            step, kind = header >> 4, self._kind(header)
            number = number + step if step else self._signed()
            flag = kind in {Kind.TRUE, Kind.FALSE}
            found[number] = (kind, b"" if flag else self._value(kind))
        return found

    def _value(self, kind: Kind) -> Value:
        if kind in _FIXED:
            return self._bytes(_FIXED[kind])
        match kind:
            case Kind.I16 | Kind.I32 | Kind.I64:
                return self._signed()
            case Kind.BINARY:
                return self._bytes(self._unsigned())
            case Kind.LIST | Kind.SET:
                header = self._byte()
                size, of = header >> 4, self._kind(header)
                count = self._unsigned() if size == _SHORT else size
                return Sequence(of, [self._value(of) for _ in range(count)])
            case Kind.STRUCT:
                return self.struct()
            case _:
                raise ValueError(f"a value cannot be of type {kind.name}")

    def _kind(self, header: int) -> Kind:
        kind = _KINDS.get(header & 15)
        if kind is None:
            raise ValueError(f"no footer has a value of type {header & 15}")
        return kind

    def _byte(self) -> int:
        self.at += 1
        return self.data[self.at - 1]

    def _bytes(self, count: int) -> bytes:
        self.at += count
        return self.data[self.at - count : self.at]

    def _unsigned(self) -> int:
        found = shift = 0
        while (part := self._byte()) >= 0x80:
            found |= (part & 0x7F) << shift
            shift += 7
        return found | part << shift

    def _signed(self) -> int:
        found = self._unsigned()
        return (found >> 1) ^ -(found & 1)


def _put_struct(out: bytearray, struct: Struct) -> None:
    before = 0
    for number, (kind, value) in struct.items():
        step = number - before
        if 0 < step <= _SHORT:
            out.append(step << 4 | kind)
        else:
            out.append(kind)
            _put_signed(out, number)
        before = number
        _put(out, kind, value)
    out.append(Kind.STOP)


def _put(out: bytearray, kind: Kind, value: Value) -> None:
    match value:
        case int():
            _put_signed(out, value)
        case bytes():
            if kind is Kind.BINARY:
                _put_unsigned(out, len(value))
            out += value
        case Sequence():
            if len(value.items) < _SHORT:
                out.append(len(value.items) << 4 | value.kind)
            else:
                out.append(_SHORT << 4 | value.kind)
                _put_unsigned(out, len(value.items))
            for item in value.items:
                _put(out, value.kind, item)
        case dict():
            _put_struct(out, value)


def _put_signed(out: bytearray, value: int) -> None:
    _put_unsigned(out, value << 1 if value >= 0 else (-value << 1) - 1)


def _put_unsigned(out: bytearray, value: int) -> None:
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
