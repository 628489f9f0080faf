"""`chfw report dashboard`: a workbook with charts of the figures that the reports show, for each reader its own."""

from pathlib import Path

import openpyxl
import pytest

from tests.app.helpers import Chfw
from tests.app.reports.scenes import under_way
from tests.app.rollout.conftest import Told
from tests.core.rollout.worlds import R

AT = "2026-04-20T09:00:00Z"
COMMON = ["in flight", R, "to do", "what others do next"]
pytestmark = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)


@pytest.fixture
def store(told: Told, url: str) -> str:
    under_way(told)
    return url


@pytest.mark.parametrize(
    ("reader", "sheets"),
    [
        ("ALPHA", [*COMMON, "deployed products", "trends"]),
        ("DCC", [*COMMON, "deployed products", "trends", "outcomes overdue"]),
        ("CSP:North", [*COMMON, "outcomes overdue"]),
        ("PANEL", COMMON),
    ],
)
def test_every_reader_has_its_own_sheets_br5_5(
    reader: str, sheets: list[str], chfw: Chfw, store: str, tmp_path: Path
) -> None:
    out = tmp_path / "d.xlsx"
    ran = chfw("report", "dashboard", "--as", reader, "--store", store, "--at", AT, "--out", out)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith(f"{len(sheets)} sheets in {out}\nas of 2026-03-20T06:00:00Z")
    assert openpyxl.load_workbook(out).sheetnames == sheets


def test_charts_take_their_figures_from_the_cells(chfw: Chfw, store: str, tmp_path: Path) -> None:
    """PR1: the pie's slices are the Supplier's own hubs; every series lies within the rows that are written."""
    out = tmp_path / "d.xlsx"
    assert chfw("report", "dashboard", "--as", "ALPHA", "--store", store, "--at", AT, "--out", out).code == 0
    workbook = openpyxl.load_workbook(out)
    charted = {sheet.title for sheet in workbook.worksheets if sheet._charts}
    assert charted == {R, "deployed products", "trends"}
    products = workbook["deployed products"]
    (pie,) = products._charts
    (series,) = pie.series
    assert series.val.numRef.f == "'deployed products'!$B$4:$B$6"
    assert sum(cell.value for (cell,) in products["B4:B6"]) == 5
    found = chfw("report", "deployed", "--as", "ALPHA", "--store", store, "--json")
    assert f'"hubs": {products["B4"].value}' in found.out
    (days,) = workbook[R]._charts
    assert days.grouping == "stacked"


def test_a_dashboard_is_a_spreadsheet(chfw: Chfw, store: str, tmp_path: Path) -> None:
    ran = chfw("report", "dashboard", "--as", "DCC", "--store", store, "--out", tmp_path / "d.csv")
    assert ran.code == 1
    assert "the extension `.csv` is not .xlsx" in ran.err
