"""A repeated GUID sets all its rows aside, also where one of them is bad for another reason."""

import csv
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from chfw_app.demo.prepare import DemoFiles
from tests.app.helpers import Chfw, inputs, write_csv
from tests.app.test_bad_inputs import ESTATE_HEADER, row

GOOD, TWICE, CUT, LAST = (f"88-73-84-90-6A-10-02-{end}" for end in ("DB", "DC", "DD", "DE"))
ROWS = [row(GOOD), row(TWICE), row(CUT), row(TWICE.lower(), csp_region="West"), row(LAST)]


@pytest.mark.parametrize("engine", ["columnar", "reference"])
@pytest.mark.parametrize("kind", ["csv", "short.csv", "parquet"])
def test_one_bad_copy_sets_the_good_one_aside(
    world: DemoFiles, chfw: Chfw, tmp_path: Path, engine: str, kind: str
) -> None:
    estate = tmp_path / f"estate.{kind}"
    if kind == "parquet":
        columns = zip(ESTATE_HEADER, zip(*ROWS, strict=True), strict=True)
        pq.write_table(pa.table({name: list(values) for name, values in columns}), estate)
    else:
        write_csv(estate, [ESTATE_HEADER, *ROWS, *([[CUT, "North"]] if kind == "short.csv" else [])])
    words = inputs(world, estate=estate, attributes=None, instructions=None, events=None)
    out = tmp_path / "plan.csv"
    assert chfw("plan", *words, "--out", out, "--engine", engine).code == 2
    with out.open(encoding="utf-8") as file:
        planned = [line["guid"] for line in csv.DictReader(file)]
    assert planned == ([GOOD, LAST] if kind == "short.csv" else [GOOD, CUT, LAST])
    with (tmp_path / "plan.quarantine.csv").open(encoding="utf-8") as file:
        kept = list(csv.DictReader(file))
    assert all("more than once" in line["reason"] for line in kept)
    assert {line["file"] for line in kept} == {estate.name}
    assert len(kept) == (4 if kind == "short.csv" else 2)
    assert chfw("verify", *words, "--schedule", out).code == 0
