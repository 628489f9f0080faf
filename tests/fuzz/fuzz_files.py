"""Fuzzing of the readers of tables: damaged files of every format, hostile ones by name, in little memory.

`python -m tests.fuzz.fuzz_files --seed 1 --count 200` tries so many damaged files of each format in this process, which
may have no more memory than `--megabytes`; `--guided SECONDS` runs atheris (extra `fuzz`). Some of it is native code,
which a damaged file can only bring down together with its process: tests run this one as a child.

A file is well received if it is read, or refused in one message, whatever is asked of it.
"""

import argparse
import importlib
import io
import random
import resource
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa

from chfw_core.documents.tables import ESTATE
from chfw_core.errors import InputError
from chfw_files.documents.attributes import read_attributes
from chfw_files.documents.capacity import read_capacity
from chfw_files.documents.cpl import read_cpl
from chfw_files.documents.estate import open_estate
from chfw_files.documents.lists import ListKind, read_list
from chfw_files.documents.returned import reasons_of, write_returned
from chfw_files.documents.schedule import open_schedule
from chfw_files.hypercare.finding import find_mapping
from chfw_files.hypercare.importing import import_sheets
from chfw_files.hypercare.sheets import read_sheets
from chfw_files.sources import EXTENSIONS
from chfw_files.tables.writing import write_table
from tests.files.estates import NAMES, guid, hub

MEGABYTES = 4_000
PIECES: tuple[bytes, ...] = (
    b"\x00",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"\r",
    b"\r\n",
    b"\n\n",
    b'"',
    b'""',
    b",",
    b"," * 3_000,
    b"[" * 3_000,
    b'{"a":' * 500,
    b"9" * 5_000,
    b"1e999",
    b"=1+1",
    b"\xc3\x28",
    b"\xed\xa0\x80",
    "\u2028".encode(),
    guid(1).encode(),
    b"<c r='XFD1048576'/>",
    b"<row/>" * 50,
    b"<!DOCTYPE x [<!ENTITY a 'b'>]>&a;",
    b"\x7f\xff\xff\xff\xff\xff\xff\xff",
    b"\xff\xff\xff\xff\xff\xff\xff\xff",
)


def seeds(folder: Path) -> Mapping[str, bytes]:
    """A sound estate in every format."""
    rows = [
        hub(number, flags=flags) for number, flags in enumerate(("psr|medical", "=x", "", None, 'a "b", c'), start=1)
    ]
    schema = pa.schema([(name, pa.string()) for name in NAMES])
    batch = pa.RecordBatch.from_pylist(rows * 3, schema=schema)
    found = {}
    for extension in EXTENSIONS:
        path = folder / f"seed{extension}"
        write_table(path, schema, [batch])
        found[extension] = path.read_bytes()
    return found


def damaged(content: bytes, dice: random.Random) -> bytes:
    """The same bytes with some damage."""
    data = bytearray(content)
    for _ in range(dice.choice((1, 1, 2, 4, 12))):
        at, size = dice.randrange(len(data) + 1), dice.choice((1, 1, 2, 7, 40, 400))
        match dice.randrange(6):
            case 0:
                data[at : at + size] = dice.randbytes(size)
            case 1:
                del data[at : at + size]
            case 2:
                data[at:at] = data[at : at + size] * dice.choice((1, 2, 30))
            case 3:
                data[at:at] = dice.choice(PIECES)
            case 4 if at < len(data):
                data[at] ^= 1 << dice.randrange(8)
            case _ if dice.random() < 0.3:
                del data[at:]
            case _:
                data[at : at + 1] = bytes([dice.randrange(256)])
    return bytes(data)


def damaged_inside(content: bytes, dice: random.Random) -> bytes:
    """An archive that is sound, with damage to one of its parts: what lies behind the archive is met too."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    name = dice.choice([name for name in parts if name.startswith("xl/")])
    parts[name] = damaged(parts[name], dice)
    if dice.random() < 0.1:
        del parts[dice.choice(sorted(parts))]
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for one, part in parts.items():
            archive.writestr(one, part)
    return out.getvalue()


def mutants(seed: int, folder: Path) -> Iterator[tuple[str, bytes]]:
    """Damaged files without end, of each format in turn."""
    dice = random.Random(seed)
    sound = seeds(folder)
    while True:
        for extension, content in sound.items():
            inside = extension == ".xlsx" and dice.random() < 0.8
            yield extension, (damaged_inside if inside else damaged)(content, dice)


def try_file(path: Path) -> int:
    """Ask everything of a file. How many of the questions were answered; raises what is no InputError."""
    answered = 0
    for ask in _QUESTIONS:
        try:
            ask(path)
            answered += 1
        except InputError as problem:
            if "\n" in str(problem) or len(str(problem)) > 20_000:
                raise AssertionError(f"a message of several lines or without an end: {str(problem)[:200]}") from problem
    return answered


def _estate(path: Path) -> None:
    estate = open_estate(path)
    estate.set_aside_repeated()
    for _ in estate.batches():
        pass
    back = path.with_name(f"back{path.suffix}")
    write_returned(path, back, reasons_of(estate.quarantine))


def _import(path: Path) -> None:
    if path.suffix != ".xlsx":
        raise InputError("no spreadsheet")
    sheets = read_sheets(path)
    import_sheets(sheets, find_mapping(sheets, None).mapping)


def _schedule(path: Path) -> None:
    for _ in open_schedule(path).batches():
        pass


_QUESTIONS: tuple[Callable[[Path], object], ...] = (
    _estate,
    _import,
    _schedule,
    lambda path: read_list(ListKind.HUBS, path),
    lambda path: read_list(ListKind.OUTCOMES, path),
    lambda path: read_attributes("NWND", path),
    read_capacity,
    read_cpl,
)


# --- hostile files, each by what it is -------------------------------------------------------------------------------


def _archive(parts: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def _book(sheet: bytes, shared: bytes = b"<sst/>") -> bytes:
    return _archive(
        {
            "xl/workbook.xml": b'<workbook xmlns:r="r"><sheets><sheet name="S" r:id="a"/></sheets></workbook>',
            "xl/_rels/workbook.xml.rels": b'<R><Relationship Id="a" Type="worksheet" Target="worksheets/s.xml"/></R>',
            "xl/worksheets/s.xml": sheet,
            "xl/sharedStrings.xml": shared,
        }
    )


def _cells(cells: bytes) -> bytes:
    return b"<worksheet><sheetData>" + cells + b"</sheetData></worksheet>"


def _parquet_of_nothing(rows: int) -> bytes:
    """A row group of so many missing values, which is some bytes only."""
    import pyarrow.parquet as pq

    sink = pa.BufferOutputStream()
    schema = pa.schema([(column.name, pa.string()) for column in ESTATE])
    with pq.ParquetWriter(sink, schema) as writer:
        writer.write_table(pa.table([pa.nulls(rows, pa.string())] * len(schema), schema=schema), row_group_size=rows)
    return bytes(sink.getvalue())


def _parquet_of_one_long_text(rows: int, size: int) -> bytes:
    """One text of some size in as many rows: stored once, and asked for in each."""
    import pyarrow.parquet as pq

    sink = pa.BufferOutputStream()
    texts = pa.DictionaryArray.from_arrays(pa.array([0] * rows, pa.int32()), pa.array(["x" * size]))
    pq.write_table(pa.table({column.name: texts for column in ESTATE}), sink)
    return bytes(sink.getvalue())


HOSTILE: Mapping[str, tuple[str, Callable[[], bytes]]] = {
    "ten million columns": (".csv", lambda: b",".join([b"a"] * 10_000_000) + b"\n1\n"),
    "a header of a million columns": (".csv", lambda: b",".join(b"c%d" % n for n in range(140_000)) + b"\n1\n"),
    "a line without an end": (".csv", lambda: b"guid,csp_region\n" + b"x" * (200 << 20)),
    "a quotation mark without an end": (".csv", lambda: b'guid,csp_region\n"' + b"x,\n" * 200_000),
    "line ends and nothing else": (".csv", lambda: b"guid\n" + b"\n" * (50 << 20)),
    "carriage returns and nothing else": (".csv", lambda: b"guid\r" + b"\r" * (20 << 20)),
    "NUL bytes": (".csv", lambda: b"guid,csp_region\n" + bytes(20 << 20)),
    "a NUL in the header": (".csv", lambda: b"gu\x00id,csp_region\n1,2\n"),
    "UTF-16": (".csv", lambda: "guid,csp_region\n1,North\n".encode("utf-16")),
    "another encoding": (".csv", lambda: "guid,csp_region\n1,Süd\n".encode("latin-1")),
    "deep JSON": (".jsonl", lambda: b"[" * (4 << 20)),
    "deep JSON in every line": (".jsonl", lambda: (b'{"guid":' * 9 + b"\n") * 100_000),
    "a number of a million digits": (".jsonl", lambda: b'{"guid": ' + b"9" * 1_000_000 + b"}\n"),
    "a line of JSON without an end": (".jsonl", lambda: b'{"guid": "' + b"x" * (200 << 20)),
    "other keys in every line": (".jsonl", lambda: b"".join(b'{"k%d": "x"}\n' % n for n in range(300_000))),
    "the same key a million times": (".jsonl", lambda: b"{" + b",".join([b'"guid": 1'] * 500_000) + b"}\n"),
    "an archive of zeros": (".xlsx", lambda: _book(bytes(300 << 20))),
    "two cells far apart": (
        ".xlsx",
        lambda: _book(
            _cells(b'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')
        ),
    ),
    "a long text in every cell": (
        ".xlsx",
        lambda: _book(
            _cells(b"".join(b'<row r="%d"><c r="A%d" t="s"><v>0</v></c></row>' % (n, n) for n in range(1, 200_000))),
            b"<sst><si><t>" + random.Random(1).randbytes(1 << 20).hex().encode() + b"</t></si></sst>",
        ),
    ),
    "a million merged areas": (
        ".xlsx",
        lambda: _book(
            _cells(b'<row r="1"><c r="A1"><v>1</v></c></row>').replace(
                b"</worksheet>",
                b"<mergeCells>"
                + b"".join(b'<mergeCell ref="A1:B%d"/>' % n for n in range(2, 100_000))
                + b"</mergeCells></worksheet>",
            )
        ),
    ),
    "addresses that are none": (".xlsx", lambda: _book(_cells(b'<row r="0"><c r="A0"><v>1</v></c><c r="1A"/></row>'))),
    "an archive in an archive's name": (".xlsx", lambda: _archive({"../../x": b"x", "xl/workbook.xml": b"<w/>"})),
    "a row group of nothing": (".parquet", lambda: _parquet_of_nothing(60_000_000)),
    "a long text in every row": (".parquet", lambda: _parquet_of_one_long_text(100_000, 1 << 20)),
}
"""By what is hostile about a file its format, and how it is made: small files that ask for much, and large ones."""


def main() -> None:
    """See the module."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--hostile")
    parser.add_argument("--megabytes", type=int, default=MEGABYTES)
    parser.add_argument("--guided", type=int, default=0)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if given.hostile:
            extension, make = HOSTILE[given.hostile]
            path = folder / f"hostile{extension}"
            path.write_bytes(make())
            resource.setrlimit(resource.RLIMIT_AS, (_used() + (given.megabytes << 20),) * 2)
            sys.stdout.write(f"{try_file(path)} answered\n")
        elif given.guided:
            _guided(folder, given.guided, given.megabytes)
        else:
            resource.setrlimit(resource.RLIMIT_AS, (given.megabytes << 20,) * 2)
            sys.stdout.write(f"{_try_mutants(folder, given.seed, given.count)} answered\n")


def _used() -> int:
    """The address space that this process has already."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    return pages * resource.getpagesize()


def _try_mutants(folder: Path, seed: int, count: int) -> int:
    answered = 0
    for number, (extension, content) in enumerate(mutants(seed, folder)):
        if number == count * len(EXTENSIONS):
            return answered
        path = folder / f"mutant{extension}"
        path.write_bytes(content)
        # If this process is brought down, these are its last words.
        sys.stderr.write(f"\r{seed} {number} {extension} ")
        sys.stderr.flush()
        answered += try_file(path)
    return answered


def _guided(folder: Path, seconds: int, megabytes: int) -> None:
    atheris: Any = importlib.import_module("atheris")
    corpus = folder / "corpus"
    corpus.mkdir()
    for number, (extension, content) in enumerate(seeds(folder).items()):
        (corpus / f"{number}").write_bytes(bytes([EXTENSIONS.index(extension)]) + content)

    def one(data: bytes) -> None:
        if data:
            path = folder / f"guided{EXTENSIONS[data[0] % len(EXTENSIONS)]}"
            path.write_bytes(data[1:])
            try_file(path)

    atheris.instrument_all()
    limits = [f"-max_total_time={seconds}", f"-rss_limit_mb={megabytes}", "-timeout=60"]
    atheris.Setup([sys.argv[0], *limits, str(corpus)], one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
