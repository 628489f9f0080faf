"""Workbooks of several tables with charts."""

from datetime import date
from pathlib import Path

import openpyxl
import pytest

from chfw_core.errors import InputError
from chfw_files import limits
from chfw_files.documents.dashboards import ChartKind, Panel, write_dashboard


def panel(name: str, *rows: tuple[str | int | float | date | None, ...], chart: ChartKind | None = None) -> Panel:
    return Panel(
        name=name,
        title="=Days",
        header=("day", "region", "hubs", "share"),
        rows=rows,
        notes=("a note",),
        chart=chart,
        figures=("hubs",) if chart else (),
    )


@pytest.mark.parametrize("chart", ChartKind)
def test_a_chart_of_every_kind_has_its_series(chart: ChartKind, tmp_path: Path) -> None:
    rows = [(date(2026, 3, day), "North", day * 10, 0.25) for day in range(1, 4)]
    write_dashboard(tmp_path / "d.xlsx", [panel("days", *rows, chart=chart)])
    sheet = openpyxl.load_workbook(tmp_path / "d.xlsx")["days"]
    assert (sheet["A1"].value, sheet["A1"].data_type, sheet["A2"].value) == ("=Days", "s", "a note")
    assert [sheet["C5"].value, sheet["D5"].number_format, sheet["A5"].is_date] == [10, "0.0%", True]
    (drawn,) = sheet._charts
    (series,) = drawn.series
    assert series.val.numRef.f == "days!$C$5:$C$7"


def test_names_of_sheets_are_made_fit_and_never_the_same(tmp_path: Path) -> None:
    names = ["a/b:c*", "A B C", "history", "", "x" * 40, "x" * 41]
    write_dashboard(tmp_path / "d.xlsx", [panel(name) for name in names])
    found = openpyxl.load_workbook(tmp_path / "d.xlsx").sheetnames
    assert found == ["a b c", "A B C 2", "history 2", "sheet", "x" * 31, "x" * 27 + " 2"]


def test_a_table_without_rows_has_no_chart(tmp_path: Path) -> None:
    write_dashboard(tmp_path / "d.xlsx", [panel("days", chart=ChartKind.PIE)])
    assert openpyxl.load_workbook(tmp_path / "d.xlsx")["days"]._charts == []


def test_the_same_panels_are_the_same_bytes_nf5(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_dashboard(tmp_path / f"{name}.xlsx", [panel("days", (None, "x", 1, None), chart=ChartKind.PIE)])
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_what_is_no_dashboard_is_refused_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError, match=r"a dashboard is an \.xlsx file"):
        write_dashboard(tmp_path / "d.csv", [])
    monkeypatch.setattr(limits, "SHEET_ROWS", 2)
    with pytest.raises(InputError, match="2 rows are no dashboard"):
        write_dashboard(tmp_path / "d.xlsx", [panel("x", (None,) * 4, (None,) * 4)])
    assert list(tmp_path.iterdir()) == []
