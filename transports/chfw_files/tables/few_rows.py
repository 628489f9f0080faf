"""A few rows of a chunk, whose numbers are known: to look up one hub among millions."""

from collections.abc import Sequence

import pyarrow as pa

from chfw_files.parquet.source import ParquetSource
from chfw_files.raw import Source


def few_rows(source: Source, index: int, names: Sequence[str], rows: Sequence[int]) -> dict[str, pa.Array]:
    """These rows of these columns of one chunk, ascending, texts written out: so no more is judged than what they say.

    Raises InputError for a damaged file. Of a Parquet file nothing is read after the last of them.
    """
    if isinstance(source, ParquetSource):
        found = source.read_rows(index, names, rows)
    else:
        at = pa.array(rows, pa.int64())
        found = {name: values.take(at) for name, values in source.read(index, names).columns.items()}
    return {name: _written_out(values) for name, values in found.items()}


def _written_out(values: pa.Array) -> pa.Array:
    return values.dictionary_decode() if pa.types.is_dictionary(values.type) else values
