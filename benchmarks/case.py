"""What is measured: an estate of so many hubs, and so many rules dealt out over its Suppliers.

A case is small and plain, so that it can be handed to a process of its own as text.
"""

import json
import os
from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from pathlib import Path

import pyarrow as pa
from attrs import asdict, evolve, frozen

import chfw_emulator
from chfw_emulator.estates import SCHEMA, generate_estate
from chfw_files.tables.writing import write_table

ROWS_IN_A_GROUP = 262_144
"""As `chfw estate generate` writes them."""
SEED = 24
SPLIT_SHARE = 0.15


@frozen(kw_only=True)
class Case:
    """`rules`: of all Suppliers together, or of each of them (`each`). `batches`: the size of the DCC's, 0 for none.

    `folder`: where the estates are kept.
    """

    hubs: int
    rules: int
    suppliers: int = 40
    each: bool = False
    batches: int = 0
    shuffle: bool = False
    folder: str = "benchmarks/.cache"

    @property
    def name(self) -> str:
        """Names the files of the case."""
        batches = f"-batches-{self.batches}" if self.batches else ""
        return f"{self.estate.stem}-{self.rules}{'-each' if self.each else ''}{batches}"

    @property
    def label(self) -> str:
        """For people."""
        rules = f"{self.rules} rules for each" if self.each else f"{self.rules} rules"
        if self.batches:
            rules += f", the DCC's batches of {self.batches}"
        order = "shuffled" if self.shuffle else "sorted"
        return f"{plain_number(self.hubs)} hubs × {self.suppliers} Suppliers × {rules}, {order}"

    @property
    def estate(self) -> Path:
        """The estate's file."""
        order = "shuffled" if self.shuffle else "sorted"
        return Path(self.folder) / f"estate-{self.hubs}-{self.suppliers}-{order}-{_emulator()}.parquet"

    @property
    def schedule(self) -> Path:
        """The schedule that our plan wrote: the floor writes its columns again, `verify` and `explain` read it."""
        return Path(self.folder) / f"{self.name}.schedule.parquet"

    def output(self, item: str) -> Path:
        """Where an item writes what nobody reads afterwards."""
        return Path(self.folder) / f"{self.name}.{item}.parquet"

    def smaller(self, hubs: int) -> "Case":
        """The same rules on fewer hubs."""
        return evolve(self, hubs=min(hubs, self.hubs))

    def as_text(self) -> str:
        """For another process."""
        return json.dumps(asdict(self))


@cache
def _emulator() -> str:
    """A fingerprint of the emulator: a changed one makes its estates anew."""
    sources = sorted(Path(chfw_emulator.__file__).parent.glob("*.py"))
    return sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()[:8]


def case_of(text: str) -> Case:
    """What `as_text` made."""
    return Case(**json.loads(text))


def make_estate(case: Case) -> Path:
    """The estate's file, written unless it is there."""
    path = case.estate
    if path.exists():
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    hidden = path.with_name(f"{os.getpid()}-{path.name}")
    write_table(hidden, SCHEMA, _batches(case))
    hidden.replace(path)
    return path


def _batches(case: Case) -> Iterator[pa.RecordBatch]:
    return generate_estate(
        case.hubs, SEED, case.suppliers, SPLIT_SHARE, shuffle=case.shuffle, chunk_rows=ROWS_IN_A_GROUP
    )


def plain_number(count: int) -> str:
    """10 M, 100 k, 250."""
    for size, letter in ((1_000_000, "M"), (1_000, "k")):
        if count >= size and count % size == 0:
            return f"{count // size} {letter}"
    return f"{count:,}"
