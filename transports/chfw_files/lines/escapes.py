"""Text that a spreadsheet would take for a formula, written so that it does not, and read back as it was (TR4).

A cell of CSV that begins with one of `= + - @`, a tab or a carriage return is run as a formula by spreadsheets. Such
a text gets an apostrophe in front, which spreadsheets know as the mark of text. A text that looks escaped already
gets one more, so that reading takes away just what writing has added, whatever the text was.
"""

import re

import pyarrow as pa
import pyarrow.compute as pc

OPENERS = "=+-@\t\r＝＋－＠"
"""The full-width forms too: some spreadsheets take them for the others."""

_UNSAFE = re.compile(rf"'*[{re.escape(OPENERS)}]")
_ESCAPED = re.compile(rf"'+[{re.escape(OPENERS)}]")


def escape(text: str) -> str:
    """The text as a cell of CSV may hold it."""
    return "'" + text if _UNSAFE.match(text) else text


def unescape(text: str) -> str:
    """What `escape` was given."""
    return text[1:] if _ESCAPED.match(text) else text


def unescape_column(column: pa.Array) -> pa.Array:
    """The same for a column of text or a dictionary of text: the very same array where nothing is escaped."""
    if pa.types.is_dictionary(column.type):
        texts = unescape_column(column.dictionary)
        if texts is column.dictionary:
            return column
        return pa.DictionaryArray.from_arrays(column.indices, texts, safe=False)
    if not pc.any(pc.starts_with(column, "'")).as_py():
        return column
    return pa.array([None if text is None else unescape(text) for text in column.to_pylist()], column.type)
