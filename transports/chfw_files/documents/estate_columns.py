"""The columns of an estate as a file has them: accepted types, and each column in standard form."""

from collections.abc import Callable

import pyarrow as pa

from chfw_core.model.estate import ESTATE_COLUMNS, Column, ColumnType
from chfw_core.model.estate_values import standard_text
from chfw_files.columns import (
    TEXTS,
    Standard,
    is_list_of_text,
    is_text,
    standard_dates,
    standard_guids,
    standard_texts,
)

COLUMN: dict[str, Column] = {column.name: column for column in ESTATE_COLUMNS}
GUID_COLUMNS = frozenset(c.name for c in ESTATE_COLUMNS if c.type is ColumnType.GUID)


def standard(column: Column, values: pa.Array) -> Standard:
    """The column in standard form, with its bad rows."""
    match column.type:
        case ColumnType.GUID:
            return standard_guids(column.name, values, nullable=column.nullable)
        case ColumnType.DATE:
            return standard_dates(column.name, values, nullable=column.nullable)
        case _:
            return standard_texts(column.name, values, standard_text[column.name], nullable=column.nullable)


def standard_type(column: Column) -> pa.DataType:
    """The type that a column has in a chunk of an estate."""
    match column.type:
        case ColumnType.GUID:
            return pa.uint64()
        case ColumnType.DATE:
            return pa.date32()
        case _:
            return TEXTS


def type_problem(column: Column, kind: pa.DataType) -> str | None:
    """What is wrong with a Parquet column's type, in one line; None where it can be read."""
    accepted: dict[ColumnType, tuple[Callable[[pa.DataType], bool], str]] = {
        ColumnType.GUID: (lambda t: is_text(t) or pa.types.is_uint64(t), "uint64 or text"),
        ColumnType.DATE: (lambda t: is_text(t) or pa.types.is_date(t), "a date or text"),
        ColumnType.SET: (
            lambda t: is_text(t) or is_list_of_text(t),
            "text joined by `|`, or a list of texts",
        ),
    }
    fits, wanted = accepted.get(column.type, (is_text, "text"))
    return None if fits(kind) else f"the column `{column.name}` is {kind}; it must be {wanted}"


def can_be_bad(column: Column, kind: pa.DataType | None) -> bool:
    """Whether a row can be at fault here, so that the column is read whether it is asked for or not.

    `kind` is the type in the file, None in CSV. Without this rule, the columns that somebody asks
    for would decide which rows a plan has.
    """
    if not column.nullable or kind is None:
        return True
    typed = pa.types.is_uint64(kind) or pa.types.is_date(kind)
    free = column.type is ColumnType.SET or column.name == "configuration_set"
    return not (typed or free)
