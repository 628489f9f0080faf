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


@pytest.mark.parametrize("kind", ["csv", "parquet"])
@pytest.mark.parametrize("numbers", [True, False])
def test_a_hub_whose_guid_is_repeated_has_no_story(
    world: DemoFiles, chfw: Chfw, tmp_path: Path, kind: str, numbers: bool
) -> None:
    """Contracts, Estate: a repeated GUID sets all rows aside that bear it; so no reader is told of one of them."""
    estate = tmp_path / f"estate.{kind}"
    # Of one GUID both rows are good, of the other one is bad; they lie in several row groups.
    rows = [*ROWS, row(LAST, smi_status="asleep")]
    if kind == "parquet":
        columns = dict(zip(ESTATE_HEADER, (list(values) for values in zip(*rows, strict=True)), strict=True))
        table = pa.table(columns)
        if numbers:
            guids = [int(str(text).replace("-", ""), 16) for text in columns["guid"]]
            table = table.set_column(0, "guid", pa.array(guids, pa.uint64()))
        pq.write_table(table, estate, row_group_size=2)
    else:
        write_csv(estate, [ESTATE_HEADER, *rows])
    words = inputs(world, estate=estate, attributes=None, instructions=None, events=None)
    for guid in (TWICE, LAST):
        ran = chfw("explain", *words, "--guid", guid)
        assert ran.code == 3
        assert f"the GUID `{guid}` stands more than once in the estate" in ran.err
        assert not ran.out
    assert chfw("explain", *words, "--guid", GOOD).code == 0
