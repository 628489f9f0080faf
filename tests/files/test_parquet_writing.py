"""Row groups that several threads encode make the file that pyarrow writes on one, byte for byte."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from chfw_files.parquet import writing as parquet_writing
from chfw_files.parquet.thrift_compact import Kind, Sequence, Struct, read_struct, write_struct
from chfw_files.parquet.writing import ParquetTable

TEXTS = pa.dictionary(pa.int32(), pa.string())
SCHEMA = pa.schema(
    [("guid", pa.uint64()), ("reason", TEXTS), ("day", pa.date32()), ("opens", pa.timestamp("us", tz="UTC"))]
)


def batches(sizes: list[int]) -> Iterator[pa.RecordBatch]:
    """Texts come sorted, as the writer puts them; some cells are missing."""
    draw = np.random.default_rng(7)
    for number, size in enumerate(sizes):
        texts = pa.array([f"{number}/{at:05}" for at in range(40)], pa.string())
        codes = pa.array(draw.integers(0, 40, size).astype(np.int32), mask=draw.random(size) < 0.1)
        days = pa.array(draw.integers(20_000, 20_400, size).astype(np.int32), mask=draw.random(size) < 0.5)
        columns = [
            pa.array(draw.integers(0, 2**63, size).astype(np.uint64)),
            pa.DictionaryArray.from_arrays(codes, texts),
            days.view(pa.date32()),
            pa.array(draw.integers(0, 2**50, size)).view(SCHEMA.field("opens").type),
        ]
        yield pa.RecordBatch.from_arrays(columns, schema=SCHEMA)


def by_pyarrow(path: Path, sizes: list[int]) -> bytes:
    """What pyarrow writes with the same options, row group after row group."""
    writer = pq.ParquetWriter(
        path,
        SCHEMA,
        compression="zstd",
        compression_level=1,
        use_dictionary=["reason", "day", "opens"],
        write_statistics=["guid", "day"],
    )
    for batch in batches(sizes):
        writer.write_batch(batch)
    writer.close()
    return path.read_bytes()


def by_us(path: Path, sizes: list[int]) -> bytes:
    """What our writer makes of the same batches."""
    writer = ParquetTable(path, SCHEMA)
    try:
        for batch in batches(sizes):
            writer.write(batch)
    finally:
        writer.close()
    return path.read_bytes()


@pytest.mark.parametrize("encoders", [1, 2, 5])
@pytest.mark.parametrize("sizes", [[], [1], [3_000, 1, 20_000, 500], [50] * 20], ids=str)
def test_the_bytes_are_those_of_one_writer(
    sizes: list[int], encoders: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """I7: the same rows are the same bytes, whatever the number of threads."""
    monkeypatch.setattr(parquet_writing, "ENCODERS", encoders)
    assert by_us(tmp_path / "ours.parquet", sizes) == by_pyarrow(tmp_path / "theirs.parquet", sizes)


def test_every_row_group_is_read_from_its_place(tmp_path: Path) -> None:
    sizes = [3_000, 1, 20_000, 500]
    by_us(tmp_path / "t.parquet", sizes)
    with pq.ParquetFile(tmp_path / "t.parquet") as file:
        assert [file.metadata.row_group(at).num_rows for at in range(4)] == sizes
        assert file.metadata.num_rows == sum(sizes)
        for at, batch in enumerate(batches(sizes)):
            assert file.read_row_group(at).to_pylist() == batch.to_pylist()


def test_a_row_group_that_cannot_be_encoded_stops_the_writing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> pa.Array:
        raise pa.ArrowInvalid("no")

    monkeypatch.setattr(parquet_writing, "_in_order", full)
    with pytest.raises(pa.ArrowInvalid):
        by_us(tmp_path / "one.parquet", [10])
    with pytest.raises(pa.ArrowInvalid):
        by_us(tmp_path / "many.parquet", [10] * 5)


def test_a_footer_is_written_as_it_was_read(tmp_path: Path) -> None:
    by_pyarrow(tmp_path / "t.parquet", [100] * 30)
    data = (tmp_path / "t.parquet").read_bytes()
    footer = data[-8 - int.from_bytes(data[-8:-4], "little") : -8]
    assert write_struct(read_struct(footer)) == footer


def test_every_type_of_a_footer_is_kept() -> None:
    flags = Sequence(Kind.TRUE, [b"\x01", b"\x02"])
    struct: Struct = {
        1: (Kind.TRUE, b""),
        3: (Kind.BYTE, b"\x80"),
        40: (Kind.I64, -(2**62)),
        2: (Kind.I16, -1),
        4: (Kind.DOUBLE, b"12345678"),
        5: (Kind.SET, flags),
        6: (Kind.LIST, Sequence(Kind.BINARY, [b"x" * n for n in range(200)])),
        7: (Kind.STRUCT, {1: (Kind.FALSE, b"")}),
    }
    assert read_struct(write_struct(struct)) == struct


@pytest.mark.parametrize("data", [b"\x1b\x00\x00", b"\x1e\x00", b"\x19\x10\x00"])
def test_what_no_footer_has_is_told(data: bytes) -> None:
    with pytest.raises(ValueError, match="type"):
        read_struct(data)
