"""Several small tables as one workbook, a sheet each, with charts of a spreadsheet's own kind beside them.

A chart takes its figures from the cells that are shown: whoever mends a cell sees the chart follow.
"""

from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from attrs import field, frozen

from chfw_core.errors import InputError
from chfw_files import limits
from chfw_files.atomic import written_whole
from chfw_files.xlsx.writing import Cells, Workbook

Value = str | int | float | date | datetime | None
_LONGEST_NAME = 31
_FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\", " "))
_WIDEST = 60
_MOST_IN_A_CHART = 500
_CHART = {"width": 720, "height": 360}


class ChartKind(StrEnum):
    """How figures are drawn."""

    STACKED = "column"
    BARS = "bar"
    PIE = "pie"
    LINES = "line"


@frozen(kw_only=True)
class Panel:
    """One sheet: a table, what is to be known beside it, and a chart of its columns of numbers, if any.

    The chart's categories are the columns before the first of `figures`; each of `figures` is a series.
    """

    name: str
    title: str
    header: tuple[str, ...]
    rows: Sequence[Sequence[Value]]
    notes: tuple[str, ...] = ()
    chart: ChartKind | None = None
    figures: tuple[str, ...] = field(default=())


def write_dashboard(path: str | Path, panels: Sequence[Panel]) -> None:
    """Write the workbook, whole or not at all. Raises OutputError, and InputError for what no sheet can hold."""
    place = Path(path)
    if place.suffix.lower() != ".xlsx":
        raise InputError(f"`{place.name}`: a dashboard is an .xlsx file", hint="the extension chooses the format")
    with written_whole(place) as temporary:
        workbook = Workbook(temporary, streaming=False)
        try:
            writer = _Writer(workbook)
            for panel in panels:
                writer.add(panel)
        finally:
            workbook.close()


class _Writer:
    def __init__(self, workbook: Workbook) -> None:
        self._book, self._cells = workbook.book, Cells(workbook)
        self._title = workbook.book.add_format({"bold": True, "font_size": 14})
        self._head = workbook.book.add_format({"bold": True, "bottom": 1})
        self._count = workbook.book.add_format({"num_format": "#,##0"})
        self._share = workbook.book.add_format({"num_format": "0.0%"})
        self._names: set[str] = set()

    def add(self, panel: Panel) -> None:
        if len(panel.rows) > limits.SHEET_ROWS // 2:
            raise InputError(f"{len(panel.rows):,} rows are no dashboard", hint="write them as an extract")
        name = self._sheet_name(panel.name)
        sheet = self._book.add_worksheet(name)
        self._cells.write(sheet, 0, 0, panel.title, self._title)
        for at, note in enumerate(panel.notes, start=1):
            self._cells.write(sheet, at, 0, note)
        head = len(panel.notes) + 2
        for at, text in enumerate(panel.header):
            self._cells.write(sheet, head, at, text, self._head)
            widths = [len(str(row[at])) for row in panel.rows[:1000] if row[at] is not None]
            sheet.set_column(at, at, min(max([len(text), *widths]) + 2, _WIDEST))
        for down, row in enumerate(panel.rows, start=head + 1):
            for across, value in enumerate(row):
                if value is not None and value != "":
                    self._cells.write(sheet, down, across, value, self._form(value))
        sheet.freeze_panes(head + 1, 0)
        if panel.chart is not None and panel.rows and panel.figures:
            self._chart(sheet, name, panel, head)

    def _form(self, value: Value) -> Any:
        if isinstance(value, float):
            return self._share
        return self._count if isinstance(value, int) else None

    def _chart(self, sheet: Any, name: str, panel: Panel, head: int) -> None:
        assert panel.chart is not None
        first, last = head + 1, head + min(len(panel.rows), _MOST_IN_A_CHART)
        kind: dict[str, str] = {"type": panel.chart.value}
        if panel.chart is ChartKind.STACKED:
            kind["subtype"] = "stacked"
        chart = self._book.add_chart(kind)
        columns = [panel.header.index(figure) for figure in panel.figures]
        for column in columns:
            chart.add_series(
                {
                    "name": [name, head, column],
                    "categories": [name, first, 0, last, max(columns[0] - 1, 0)],
                    "values": [name, first, column, last, column],
                }
            )
        chart.set_title({"name": panel.title, "overlay": False})
        chart.set_size(_CHART)
        if len(columns) == 1 and panel.chart is not ChartKind.PIE:
            chart.set_legend({"none": True})
        sheet.insert_chart(head, len(panel.header) + 1, chart, {"description": panel.title})

    def _sheet_name(self, wanted: str) -> str:
        """A name that a sheet may have, and that no other has."""
        plain = " ".join(wanted.translate(_FORBIDDEN).strip("'").split())[:_LONGEST_NAME] or "sheet"
        name, number = plain, 1
        while name.casefold() in self._names or name.casefold() == "history":
            number += 1
            name = f"{plain[: _LONGEST_NAME - 4]} {number}"
        self._names.add(name.casefold())
        return name
