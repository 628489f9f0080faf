"""An estate is read alike from either format, without its bad rows."""

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from chfw_core.model.guid import parse_guid
from chfw_core.model.hubs import CommsHub
from chfw_files.documents.estate import REPEATED, EstateFile, open_estate
from chfw_files.lines import csv_source
from chfw_files.parquet import source as parquet_source
from chfw_files.tables.quarantine import BadRow, QuarantineWriter
from tests.files.estates import NAMES, guid, hub, write_csv, write_parquet

Write = Callable[..., Path]
BOTH = pytest.mark.parametrize(("write", "suffix"), [(write_csv, "csv"), (write_parquet, "parquet")])


def table(estate: EstateFile) -> dict[str, list[object]]:
    columns: dict[str, list[object]] = pa.Table.from_batches(list(estate.batches())).to_pydict()
    return columns


def hubs(estate: EstateFile) -> list[CommsHub]:
    return [found for index in range(estate.chunk_count) for found in estate.rows(index)]


@BOTH
def test_values_come_in_one_form(write: Write, suffix: str, tmp_path: Path) -> None:
    rough = hub(
        1,
        guid=guid(1).lower(),
        csp_region="north",
        manufacturer="106c",
        device_model=" 433100ac ",
        smi_status="COMMISSIONED",
        flags="psr | medical|psr",
        configuration_set=" ",
    )
    estate = open_estate(write(tmp_path / f"e.{suffix}", [rough, hub(2, flags="", gas_supplier=None)]))
    assert table(estate) == {
        "guid": [parse_guid(guid(1)), parse_guid(guid(2))],
        "csp_region": ["North", "North"],
        "manufacturer": ["106C", "106C"],
        "device_model": ["433100AC", "433100AC"],
        "firmware_version": ["2020CB22", "2020CB22"],
        "configuration_set": [None, "CS-0112"],
        "installed_on": [date(2021, 2, 3), date(2021, 2, 3)],
        "smi_status": ["Commissioned", "Commissioned"],
        "import_supplier": ["NWND", "NWND"],
        "gas_supplier": ["BRKW", None],
        "flags": ["medical|psr", None],
        "han_device_types": [None, None],
    }
    types = {entry.type for entry in estate.read(0).schema}
    assert types == {pa.uint64(), pa.date32(), pa.dictionary(pa.int32(), pa.string())}


@BOTH
def test_hubs_for_the_reference_engine(write: Write, suffix: str, tmp_path: Path) -> None:
    names = (*NAMES, "gpf_guid", "holiday_division")
    rows = [hub(1, gpf_guid=guid(9), holiday_division="scotland"), hub(2, manufacturer=None, installed_on=None)]
    first, second = hubs(open_estate(write(tmp_path / f"e.{suffix}", rows, names)))
    assert first == CommsHub(
        guid=parse_guid(guid(1)),
        csp_region="North",
        manufacturer="106C",
        device_model="433100AC",
        firmware_version="2020CB22",
        configuration_set="CS-0112",
        installed_on=date(2021, 2, 3),
        import_supplier="NWND",  # type: ignore[arg-type]
        gas_supplier="BRKW",  # type: ignore[arg-type]
        flags=frozenset({"psr", "medical"}),
        gpf_guid=parse_guid(guid(9)),
        holiday_division="scotland",
    )
    assert (second.manufacturer, second.installed_on, second.gpf_guid, second.holiday_division) == (None,) * 4


BAD: list[tuple[dict[str, str | None], str, str]] = [
    ({"guid": "E4-FE"}, "guid", "guid: `E4-FE` is not a GUID"),
    ({"guid": ""}, "guid", "guid is empty"),
    ({"csp_region": "Nort"}, "csp_region", "csp_region: `Nort` is not known here (did you mean `North`?)"),
    ({"csp_region": ""}, "csp_region", "csp_region is empty"),
    ({"device_model": "433100A"}, "device_model", "device_model: `433100A` is not 8 hex digits"),
    (
        {"firmware_version": "1E+105"},
        "firmware_version",
        "firmware_version: `1E+105` is not 8 hex digits (a spreadsheet made a number of it: format the column as text)",
    ),
    (
        {"device_model": "1020304"},
        "device_model",
        (
            "device_model: `1020304` is not 8 hex digits "
            "(a spreadsheet may have dropped zeros at its beginning: `01020304`?)"
        ),
    ),
    (
        {"guid": "887384906A1002DB"},
        "guid",
        "guid: `887384906A1002DB` is not a GUID (write it as eight hex pairs joined by `-`: 88-73-84-90-6A-10-02-DB)",
    ),
    (
        {"guid": "8.87E+18"},
        "guid",
        "guid: `8.87E+18` is not a GUID (a spreadsheet made a number of it: format the column as text)",
    ),
    ({"manufacturer": "EDMI"}, "manufacturer", "manufacturer: `EDMI` is not 4 hex digits"),
    (
        {"installed_on": "03/02/2021"},
        "installed_on",
        "installed_on: `03/02/2021` is not a date such as 2026-03-01 (write `2021-02-03` if the day comes first)",
    ),
    ({"installed_on": "02/31/2021"}, "installed_on", "installed_on: `02/31/2021` is not a date such as 2026-03-01"),
    ({"smi_status": "Gone"}, "smi_status", "smi_status: `Gone` is not known here (one of Pending, "),
    ({"import_supplier": "DCC"}, "import_supplier", "import_supplier: `DCC` is not a Supplier"),
    ({"gas_supplier": "CSP:North"}, "gas_supplier", "gas_supplier: `CSP:North` is not a Supplier"),
    (
        {"device_model": "x", "smi_status": ""},
        "device_model|smi_status",
        "device_model: `x` is not 8 hex digits; smi_status is empty",
    ),
]


@BOTH
@pytest.mark.parametrize(("change", "column", "reason"), BAD)
def test_a_bad_row_is_set_aside_with_place_and_reason(
    write: Write, suffix: str, change: dict[str, str | None], column: str, reason: str, tmp_path: Path
) -> None:
    estate = open_estate(write(tmp_path / f"e.{suffix}", [hub(1), hub(2, **change), hub(3)]))
    assert table(estate)["guid"] == [parse_guid(guid(1)), parse_guid(guid(3))]
    (bad,) = estate.quarantine
    assert (bad.line, bad.column) == (3 if suffix == "csv" else 2, column)
    assert bad.guid_text == change.get("guid", guid(2))
    assert bad.reason.startswith(reason)
    assert list(estate.row_numbers(0)) == ([2, 4] if suffix == "csv" else [1, 3])


@BOTH
def test_which_rows_are_good_does_not_depend_on_the_columns_asked_for(
    write: Write, suffix: str, tmp_path: Path
) -> None:
    path = write(tmp_path / f"e.{suffix}", [hub(1), hub(2, manufacturer="EDMI"), hub(3, installed_on="x")])
    estate = open_estate(path, columns=["csp_region"])
    assert estate.read(0).schema.names == ["guid", "csp_region"]
    assert estate.read(0, ["flags", "gpf_guid"]).schema.names == ["guid", "flags"]
    assert estate.read(0).num_rows == 1
    assert len(estate.quarantine) == 2


@BOTH
def test_all_rows_of_a_repeated_guid_are_set_aside(write: Write, suffix: str, tmp_path: Path) -> None:
    rows = [hub(1), hub(2), hub(1), hub(3), hub(1, device_model="x"), hub(4, guid="?"), hub(5, guid="?")]
    estate = open_estate(write(tmp_path / f"e.{suffix}", rows))
    assert estate.set_aside_repeated() == 1
    assert table(estate)["guid"] == [parse_guid(guid(2)), parse_guid(guid(3))]
    reasons = [bad.reason for bad in estate.quarantine]
    assert reasons[:2] == [REPEATED, REPEATED]
    assert reasons[2] == f"device_model: `x` is not 8 hex digits; {REPEATED}"
    assert [bad.guid_text for bad in estate.quarantine[3:]] == ["?", "?"]


@BOTH
def test_bad_rows_bear_guids_too(write: Write, suffix: str, tmp_path: Path) -> None:
    rows = [hub(1), hub(2, csp_region="West"), hub(3, guid="?"), hub(2, device_model="x")]
    estate = open_estate(write(tmp_path / f"e.{suffix}", rows))
    estate.read(0)
    estate.read(0)
    assert estate.set_aside().tolist() == [parse_guid(guid(2))] * 2


def test_a_row_with_too_few_values_repeats_its_guid(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "e.csv", [hub(1), hub(2), hub(3)])
    with path.open("a", encoding="utf-8") as file:
        file.write(f"{guid(2)},North\n{guid(9)},North\n,\n")
    estate = open_estate(path)
    estate.read(0)
    assert estate.set_aside().tolist() == [parse_guid(guid(2)), parse_guid(guid(9))]
    assert estate.set_aside_repeated() == 1
    again = open_estate(path)
    again.set_aside_repeated()
    assert table(again)["guid"] == [parse_guid(guid(1)), parse_guid(guid(3))]
    few = "2 values where the header has 12"
    assert [(bad.line, bad.guid_text, bad.reason) for bad in again.quarantine] == [
        (3, guid(2), REPEATED),
        (5, guid(2), f"{few}; {REPEATED}"),
        (6, guid(9), few),
        (7, "", few),
    ]


@BOTH
def test_the_parties_are_those_that_good_rows_name(write: Write, suffix: str, tmp_path: Path) -> None:
    rows = [hub(1), hub(2, import_supplier="CLDR", gas_supplier=""), hub(3, import_supplier="DUNE", smi_status="")]
    assert open_estate(write(tmp_path / f"e.{suffix}", rows)).distinct_parties() == ("BRKW", "CLDR", "NWND")


def many(count: int) -> list[dict[str, str | None]]:
    draw = random.Random(7)
    rows = [hub(n, flags=draw.choice(["psr", "", "medical|psr"])) for n in range(count)]
    for at in range(0, count, 97):
        rows[at] = hub(at, csp_region="nowhere")
    return rows


@BOTH
def test_any_number_of_threads_and_chunks_gives_the_same(
    write: Write, suffix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csv_source, "CHUNK_BYTES", 10_000)
    rows = many(2_000)
    options = {"row_group_size": 150} if suffix == "parquet" else {}
    path = write(tmp_path / f"e.{suffix}", rows, **options)
    alone, together = open_estate(path), open_estate(path)
    assert alone.chunk_count > 10
    expected = list(alone.batches())
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(together.read, range(together.chunk_count))) == expected
    assert together.quarantine == alone.quarantine
    first_line = 2 if suffix == "csv" else 1
    assert [bad.line for bad in alone.quarantine] == list(range(first_line, 2_000 + first_line, 97))
    lines = np.concatenate([alone.row_numbers(index) for index in range(alone.chunk_count)])
    assert set(lines) | {bad.line for bad in alone.quarantine} == set(range(first_line, 2_000 + first_line))


def test_the_quarantine_is_handed_on_in_order_and_once(tmp_path: Path) -> None:
    estate = open_estate(write_parquet(tmp_path / "e.parquet", many(1_000), row_group_size=100))
    writer = QuarantineWriter(tmp_path / "out.quarantine.csv")
    estate.send_quarantine(writer.write)
    for index in (3, 1, 0, 1, 2, 9, 8, 7, 6, 5, 4, 0):
        estate.read(index)
    writer.close()
    lines = (tmp_path / "out.quarantine.csv").read_text().splitlines()
    assert [int(line.split(",")[0]) for line in lines[1:]] == list(range(1, 1_001, 97))
    assert estate.quarantine == []


def typed(path: Path, **columns: pa.Array) -> EstateFile:
    plain = {name: pa.array([cell, cell], pa.string()) for name, cell in hub(1).items()}
    plain["guid"] = pa.array([2**64 - 1, 1], pa.uint64())
    pq.write_table(pa.table({**plain, **columns}), path)
    return open_estate(path)


@pytest.mark.parametrize(
    "kind",
    [
        pa.large_string(),
        pa.dictionary(pa.int8(), pa.string()),
        pa.dictionary(pa.int16(), pa.large_string()),
        pa.dictionary(pa.int32(), pa.string()),
        pa.string_view(),
    ],
    ids=str,
)
def test_text_in_any_of_arrows_forms_is_read(kind: pa.DataType, tmp_path: Path) -> None:
    regions = pa.array(["South", "central"], pa.string()).cast(kind)
    estate = typed(tmp_path / "e.parquet", csp_region=regions)
    assert table(estate)["csp_region"] == ["South", "Central"]
    assert table(estate)["guid"] == [2**64 - 1, 1]


@pytest.mark.parametrize("kind", [pa.list_(pa.string()), pa.large_list(pa.large_string())], ids=str)
def test_a_set_as_a_list_is_read(kind: pa.DataType, tmp_path: Path) -> None:
    flags = pa.array([["psr", "medical", "psr"], None], kind)
    assert table(typed(tmp_path / "e.parquet", flags=flags))["flags"] == ["medical|psr", None]


def test_dates_as_dates_and_columns_of_nothing(tmp_path: Path) -> None:
    estate = typed(
        tmp_path / "e.parquet",
        installed_on=pa.array([date(2021, 2, 3), None], pa.date64()),
        configuration_set=pa.nulls(2),
        gpf_guid=pa.array([None, 5], pa.uint64()),
    )
    found = table(estate)
    assert found["installed_on"] == [date(2021, 2, 3), None]
    assert found["configuration_set"] == [None, None]
    assert found["gpf_guid"] == [None, 5]


def test_a_missing_number_is_no_guid(tmp_path: Path) -> None:
    estate = typed(tmp_path / "e.parquet", guid=pa.array([None, 5], pa.uint64()))
    assert table(estate)["guid"] == [5]
    assert estate.quarantine == [BadRow(line=1, guid_text="", column="guid", reason="guid is empty")]


def test_a_repeated_number_is_told_of_with_its_text(tmp_path: Path) -> None:
    estate = typed(tmp_path / "e.parquet", guid=pa.array([5, 5], pa.uint64()))
    assert estate.set_aside_repeated() == 1
    assert table(estate)["guid"] == []
    assert [bad.guid_text for bad in estate.quarantine] == ["00-00-00-00-00-00-00-05"] * 2


def test_columns_that_an_estate_does_not_know_are_named_and_left(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "e.csv", [hub(1, meter_serial="x")], (*NAMES, "meter_serial"))
    estate = open_estate(path)
    assert estate.ignored_columns == ("meter_serial",)
    assert "meter_serial" not in table(estate)


@BOTH
def test_one_hub_is_found_as_reading_everything_finds_it(
    write: Write, suffix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csv_source, "CHUNK_BYTES", 2_000)
    monkeypatch.setattr(parquet_source, "ROWS_AT_ONCE", 4)
    rows = [*many(200), hub(3), hub(5, device_model="x"), hub(97), hub(0, smi_status="asleep")]
    options = {"row_group_size": 31} if suffix == "parquet" else {}
    estate = open_estate(write(tmp_path / f"e.{suffix}", rows, **options))
    chunks = range(estate.chunk_count)
    assert len(chunks) > 3
    found = {number: [estate.bearing(at, parse_guid(guid(number))) for at in chunks] for number in (*range(200), 999)}
    assert not estate.quarantine
    everyone = hubs(estate)
    aside = estate.set_aside().tolist()
    for number, by_chunk in found.items():
        wanted = parse_guid(guid(number))
        assert [one for good, _ in by_chunk for one in good] == [one for one in everyone if one.guid == wanted]
        assert sum(bad for _, bad in by_chunk) == aside.count(wanted)
    assert [sum(bad for _, bad in found[number]) for number in (0, 3, 5, 97, 1)] == [2, 0, 1, 1, 0]


def test_one_hub_of_an_estate_of_numbers_is_found(tmp_path: Path) -> None:
    path = write_parquet(tmp_path / "e.parquet", [hub(1), hub(2, flags="a|b"), hub(3)])
    texts = pq.read_table(path)
    numbers = pa.array([parse_guid(text) for text in texts.column("guid").to_pylist()], pa.uint64())
    pq.write_table(texts.set_column(0, "guid", numbers), path)
    estate = open_estate(path)
    assert estate.bearing(0, parse_guid(guid(2))) == ([hubs(estate)[1]], 0)
    assert estate.bearing(0, parse_guid(guid(4))) == ([], 0)


def test_a_row_that_cannot_be_cut_bears_its_guid(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "e.csv", [hub(1), hub(2)])
    with path.open("a", encoding="utf-8") as file:
        file.write(f"{guid(2)},North\n")
    estate = open_estate(path)
    assert estate.bearing(0, parse_guid(guid(2))) == ([hubs(estate)[1]], 1)
    assert estate.bearing(0, parse_guid(guid(1))) == ([hubs(estate)[0]], 0)
