"""How much a file may hold before it is refused: what no list that people keep comes near, and no machine minds.

A file of some kilobytes can ask for gigabytes of memory. Each figure is an assumption with room to spare: an
estate of the whole country in Parquet or CSV is not limited here, but no line, no cell and no header is endless.
"""

MAX_COLUMNS = 2_000
"""Columns of a table. Checked before names are compared with the known ones, which takes time for each."""

MAX_HEADER = 1 << 20
"""Bytes of a CSV file's first line."""

MAX_LINE = 8 << 20
"""Bytes of one line: a line longer than this is no row of a list."""

MAX_DEPTH_OF_JSON = 8
"""Brackets inside each other in one line of JSON Lines. Values of a list are texts, numbers and lists of texts."""

MAX_GROUP_ROWS = 16 << 20
"""Rows of one row group of Parquet: a reader needs memory for each, though a group of missing values is some bytes."""

MAX_GROUP_TEXT = 1 << 30
"""Bytes of one column of text in a row group, each text counted as often as it is there."""

SHEET_ROWS = 1_048_576
"""Rows of a worksheet, the header included: all that XLSX can hold."""

SHEET_COLUMNS = 16_384

CELL_TEXT = 32_767
"""Characters of one cell: all that XLSX can hold."""

BOOK_BYTES = 256 << 20
"""An XLSX file, packed."""

BOOK_UNPACKED = 2 << 30
"""All parts of an XLSX file, unpacked."""

BOOK_PARTS = 5_000
"""Files inside an XLSX file."""

BOOK_RATIO = 400
"""How many times larger a part may be unpacked than packed, where it is of any size. Real sheets reach about 60."""

BOOK_CELLS = 32_000_000
"""Cells between the first and the last one used, empty ones included: a reader needs memory for each."""

BOOK_TEXT = 1 << 30
"""Bytes of text in all cells: a text that is stored once and used in a million cells counts a million times."""
