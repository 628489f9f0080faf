"""Whole spreadsheets: found, mapped, made into lists; each cell that is not used is named by its address."""

import json
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from chfw_app.cli import run
from chfw_core.errors import InputError
from chfw_files.documents.lists import ListKind, read_list
from chfw_files.hypercare.finding import find_mapping
from chfw_files.hypercare.importing import Imported, import_sheets
from chfw_files.hypercare.lists_out import write_lists
from chfw_files.hypercare.mapping import SpreadsheetMapping, Yes, read_mapping, write_mapping
from chfw_files.hypercare.sheets import read_sheets

H1, H2, H3, H4 = (f"00-1D-24-99-00-00-00-0{n}" for n in range(1, 5))
Fill = Callable[[Any], None]


def put(sheet: Any, *rows: tuple[object, ...], at: int = 1) -> None:
    """Rows of cells from a row on, counted from 1."""
    for down, row in enumerate(rows, start=at - 1):
        for across, value in enumerate(row):
            if isinstance(value, str):
                sheet.write_string(down, across, value)
            elif value is not None:
                sheet.write(down, across, value)


def book(path: Path, *fills: tuple[str, Fill], **options: object) -> Path:
    """A workbook with these sheets."""
    with xlsxwriter.Workbook(path, options) as workbook:
        for name, fill in fills:
            fill(workbook.add_worksheet(name))
    return path


def tracker(sheet: Any) -> None:
    """A pilot as people kept it: titles, a header in row 4, merged comments, numbers for GUIDs."""
    sheet.merge_range("A1:F1", "Hypercare pilot tracker")
    put(sheet, ("No.", "CHF GUID", "Upgrade Status", "Failure Reason", "Coments", "Comments"), at=4)
    put(
        sheet,
        (1, H1.lower(), "Successful", None, None, "went well"),
        (2, H2.replace("-", ""), "FAILED", "no response"),
        (3, 1224990000003, "complete"),
        (4, 1234567890123450, "Success"),
        (5, H4, "In progress"),
        (6, H4[:-1], "Success"),
        (None, None, None, None, "a note to nobody"),
        at=5,
    )
    sheet.merge_range("F6:F7", "both the same")


def imported(path: Path, kind: ListKind | None = None) -> Imported:
    sheets = read_sheets(path)
    return import_sheets(sheets, find_mapping(sheets, kind).mapping)


def test_a_tracker_becomes_progress_per_device_br2_4(tmp_path: Path) -> None:
    found = imported(book(tmp_path / "t.xlsx", ("Pilot", tracker)))
    (sheet,) = found.sheets
    assert (sheet.kind, sheet.header_row, sheet.waiting, sheet.refused_rows) == (ListKind.PILOT_PROGRESS, 4, 1, 2)
    assert list(found.rows(ListKind.PILOT_PROGRESS)) == [
        {"guid": H1, "result": "success", "reason": "", "commentary": "went well"},
        {"guid": H2, "result": "failure", "reason": "no response", "commentary": "both the same"},
        {"guid": "00-01-22-49-90-00-00-03", "result": "success", "reason": "", "commentary": "both the same"},
    ]
    assert [(cell.address, cell.column, cell.text) for cell in found.refused] == [
        ("Pilot!B8", "guid", "1234567890123450"),
        ("Pilot!B10", "guid", H4[:-1]),
    ]
    assert [(cell.address, cell.became) for cell in sheet.mended] == [
        ("Pilot!B6", H2),
        ("Pilot!B7", "00-01-22-49-90-00-00-03"),
    ]


@pytest.mark.parametrize("hours", [True, False])
def test_hours_of_instructions_come_along_and_make_no_column_where_there_are_none(hours: bool, tmp_path: Path) -> None:
    """TR4: the list that was written before there were hours has the columns that it had."""
    head = ("Hub", "Supplier", "Fuel", "Start", "End", "Received", "Request", *(("Permitted hours",) if hours else ()))
    row = ("NWND", "import", "2026-03-02", "2026-03-15", "2026-01-09", "instruct")
    sheet = [
        head,
        (H1, *row, *(("Mon-Fri 10:00-16:00",) if hours else ())),
        (H2, *row, *(("nights",) if hours else ())),
    ]
    found = imported(book(tmp_path / "t.xlsx", ("S", lambda to: put(to, *sheet))), ListKind.INSTRUCTIONS)
    write_lists(found, tmp_path, ".csv")
    (columns, *rows) = (tmp_path / "instructions.csv").read_text(encoding="utf-8").splitlines()
    assert columns.endswith("group,rule,window" if hours else "group,rule")
    assert len(rows) == (1 if hours else 2)
    assert [(cell.column, "is no window" in cell.reason) for cell in found.refused] == [("window", True)] * hours


def test_several_sheets_make_one_list_of_each_kind(tmp_path: Path) -> None:
    path = book(
        tmp_path / "t.xlsx",
        ("North", lambda sheet: put(sheet, ("Device ID",), (H1,), (H2,))),
        ("Mid & South", lambda sheet: put(sheet, (None, "comms hub id"), (None, H2), (None, H3), (None, "x"), at=3)),
        ("Contacts", lambda sheet: put(sheet, ("Name",), ("Ann",))),
        ("Empty", lambda sheet: None),
    )
    found = imported(path)
    assert [row["guid"] for row in found.rows(ListKind.HUBS)] == [H1, H2, H3]
    assert [sheet.repeated for sheet in found.sheets] == [0, 1]
    assert [cell.address for cell in found.refused] == ["'Mid & South'!B6"]
    assert found.passed_over == ("Contacts",)
    notes = find_mapping(read_sheets(path), None).notes
    assert "`Contacts` has no column of GUIDs: it is passed over" in notes


def test_rows_that_contradict_each_other_are_both_refused_with_both_places(tmp_path: Path) -> None:
    rows = [("GUID", "Result"), (H1, "ok"), (H2, "ok"), (H1, "failed"), (H2, "ok")]
    found = imported(book(tmp_path / "t.xlsx", ("S", lambda sheet: put(sheet, *rows))))
    assert [row["guid"] for row in found.rows(ListKind.PILOT_PROGRESS)] == [H2]
    assert [(cell.address, cell.reason) for cell in found.refused] == [
        ("S!A2", "S!A4 says otherwise of the same hub"),
        ("S!A4", "S!A2 says otherwise of the same hub"),
    ]
    assert found.sheets[0].repeated == 1


def test_a_row_that_cannot_be_read_keeps_out_what_other_rows_say_of_its_hub(tmp_path: Path) -> None:
    """What it says may be the contrary: a success is not taken beside a failure that nobody could read."""
    rows = [("GUID", "Result", "Reason"), (H1, "\u2717", "x"), (H2, "ok", ""), (H1, "ok", ""), (H3[:-1], "ok", "")]
    found = imported(book(tmp_path / "t.xlsx", ("S", lambda sheet: put(sheet, *rows)), ("T", _again)))
    assert [row["guid"] for row in found.rows(ListKind.PILOT_PROGRESS)] == [H2, H3]
    assert [(cell.address, cell.column) for cell in found.refused] == [
        ("S!B2", "result"),
        ("S!A5", "guid"),
        ("S!A4", "guid"),
        ("T!A2", "guid"),
    ]
    cure = "S!A2 is about the same hub and cannot be read: put it right, or take it out"
    assert [cell.reason for cell in found.refused[2:]] == [cure, cure]
    assert [sheet.refused_rows for sheet in found.sheets] == [3, 1]


def _again(sheet: Any) -> None:
    put(sheet, ("GUID", "Result", "Reason"), (H1, "ok", ""), (H3, "ok", ""))


def test_a_header_that_nobody_knows_is_found_above_the_guids(tmp_path: Path) -> None:
    rows = [("Asset ref", "Kennung"), ("a1", H1), ("a2", H2)]
    found = imported(book(tmp_path / "t.xlsx", ("S", lambda sheet: put(sheet, *rows, at=5))))
    assert found.sheets[0].columns == {"guid": "Kennung"}
    assert find_mapping(read_sheets(tmp_path / "t.xlsx"), None).notes == (
        "`S` column A, `Asset ref`: not read",
        "`S` column B, `Kennung`: read as `guid`, by what is below it",
    )
    assert [row["guid"] for row in found.rows(ListKind.HUBS)] == [H1, H2]


def test_dates_as_text_as_dates_and_as_numbers_of_both_systems(tmp_path: Path) -> None:
    def fill(sheet: Any) -> None:
        put(sheet, ("GUID", "Step", "Role", "Effective date", "Old Supplier", "New Supplier"))
        for row, (guid, day) in enumerate([(H1, "03/04/2026"), (H2, "3 April 2026"), (H3, date(2026, 4, 3))], start=2):
            put(sheet, (guid, "announced", "Elec", day if isinstance(day, str) else None, "NWND", "BRKW"), at=row)
            if isinstance(day, date):
                sheet.write_number(row - 1, 3, (day - date(1904, 1, 1)).days)

    found = imported(book(tmp_path / "t.xlsx", ("S", fill), date_1904=True))
    assert [row["effective"] for row in found.rows(ListKind.SUPPLIER_CHANGES)] == ["2026-04-03"] * 3
    assert {row["role"] for row in found.rows(ListKind.SUPPLIER_CHANGES)} == {"import"}


def test_what_a_row_owes_beside_its_cells_is_asked_for(tmp_path: Path) -> None:
    rows = [("GUID", "Outcome", "Date", "Failure reason"), (H1, "failed", "01/04/2026"), (H2, "failed", "1/4/26", "x")]
    found = imported(book(tmp_path / "t.xlsx", ("S", lambda sheet: put(sheet, *rows))), ListKind.OUTCOMES)
    assert [row["guid"] for row in found.rows(ListKind.OUTCOMES)] == [H2]
    (cell,) = found.refused
    assert (cell.address, cell.column, cell.reason) == ("S!A2", "reason", "reason is empty: `failed` needs it")


MARKS = """
spreadsheet: v1
sheets:
  - sheet: S
    header_row: 1
    kind: pilot_progress
    columns: {guid: Gerät, result: 結果}
    words: {result: {"✓": success, "✗": failure}}
"""


def marked(path: Path) -> Path:
    rows = [("地域", "結果", "Gerät"), ("n", "✓", H1), ("n", "✗", H2), ("s", "?", H3), ("s", None, H4)]
    return book(path, ("S", lambda sheet: put(sheet, *rows)))


def test_words_and_headings_in_any_script_stay_apart_br2_4(tmp_path: Path) -> None:
    read = read_mapping(MARKS, "m.yaml")
    assert read.mapping is not None
    found = import_sheets(read_sheets(marked(tmp_path / "t.xlsx")), read.mapping)
    rows = [(row["guid"], row["result"]) for row in found.rows(ListKind.PILOT_PROGRESS)]
    assert rows == [(H1, "success"), (H2, "failure")]
    assert [(cell.address, cell.text) for cell in found.refused] == [("S!B4", "?")]
    assert found.sheets[0].waiting == 1


def test_a_result_that_nobody_knows_is_refused_and_not_taken_for_none_br2_4(tmp_path: Path) -> None:
    results = ("✓", "✗", "?", "успех", "Done ✗", "n/a", "-", "–")
    rows = [("GUID", "Result"), *((f"{H1[:-1]}{at}", said) for at, said in enumerate(results))]
    found = imported(book(tmp_path / "t.xlsx", ("S", lambda sheet: put(sheet, *rows))))
    assert list(found.rows(ListKind.PILOT_PROGRESS)) == []
    assert [(cell.address, cell.text) for cell in found.refused] == [
        (f"S!B{row}", said) for row, said in enumerate(results[:5], start=2)
    ]
    assert found.sheets[0].waiting == 3


def test_two_words_of_a_mapping_that_are_read_as_one_are_refused() -> None:
    same = MARKS.replace('"✓": success, "✗": failure', "Rolled back: failure, rolled-back: success")
    read = read_mapping(same, "m.yaml")
    assert read.mapping is None
    assert [problem.message for problem in read.problems] == [
        "`rolled-back` is read as `Rolled back` is, and means `success` here and `failure` there"
    ]
    assert read_mapping(same.replace("success", "failure"), "m.yaml").mapping is not None


def test_without_guids_there_is_no_list(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no sheet has a column of GUIDs"):
        imported(book(tmp_path / "t.xlsx", ("S", lambda sheet: put(sheet, ("Name",), ("Ann",)))))


def test_a_list_that_the_columns_do_not_make_is_refused_with_what_is_missing(tmp_path: Path) -> None:
    path = book(tmp_path / "t.xlsx", ("S", lambda sheet: put(sheet, ("GUID",), (H1,))))
    with pytest.raises(InputError, match="has no column for `party`, `role`, `opens`") as caught:
        imported(path, ListKind.INSTRUCTIONS)
    assert "fixed" in str(caught.value.hint)


def test_a_mapping_is_written_read_back_and_used_again(tmp_path: Path) -> None:
    sheets = read_sheets(book(tmp_path / "t.xlsx", ("Pilot", tracker), ("x", lambda sheet: put(sheet, ("a",), ("b",)))))
    mapping = find_mapping(sheets, None).mapping
    read = read_mapping(write_mapping(mapping), "m.yaml")
    assert read.problems == ()
    assert read.mapping == mapping
    assert [one.skip for one in mapping.sheets] == [Yes.NO, Yes.YES]


MAPPING = """
spreadsheet: v1
dates: month-first
sheets:
  - sheet: Pilot
    header_row: 4
    kind: instructions
    columns: {guid: chf guid, action: Upgrade status}
    words: {action: {Successful: instruct, complete: withdraw, FAILED: instruct, Success: skip, In Progress: skip}}
    fixed: {party: NWND, role: import, opens: 2026-04-01, closes: 2026-04-30, received_at: 2026-02-01}
"""


def test_what_the_sheet_does_not_have_the_mapping_fixes(tmp_path: Path) -> None:
    read = read_mapping(MAPPING, "m.yaml")
    assert read.mapping is not None
    found = import_sheets(read_sheets(book(tmp_path / "t.xlsx", ("Pilot", tracker))), read.mapping)
    rows = list(found.rows(ListKind.INSTRUCTIONS))
    assert [row["action"] for row in rows] == ["instruct", "instruct", "withdraw"]
    assert rows[0] == {
        "guid": H1,
        "party": "NWND",
        "role": "import",
        "opens": "2026-04-01",
        "closes": "2026-04-30",
        "received_at": "2026-02-01",
        "action": "instruct",
    }
    assert found.sheets[0].waiting == 3


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("v1", "v2", "this version of the mapping is not known"),
        ("kind: instructions", "kind: instruction", "is not known here"),
        ("columns: {guid", "columns: {gid", "`instructions` has no column `gid`"),
        ("party: NWND,", "", "`instructions` needs `party`"),
        ("complete: withdraw", "complete: withdrawn", "`withdrawn` is no word of `action`"),
        ("fixed: {party", "fixed: {guid: x, party", "`guid` has a column already"),
        ("header_row: 4", "headerrow: 4", "no key called `headerrow`"),
        ("header_row: 4", "header_row: 0", "is not at least 1"),
        ("month-first", "year-first", "is not known here"),
        ("sheets:", "sheets:\n  - sheet: Pilot\n    skip: yes", "`Pilot` is there more than once"),
        ("spreadsheet: v1", "[", ""),
    ],
)
def test_a_mapping_is_checked(old: str, new: str, why: str) -> None:
    read = read_mapping(MAPPING.replace(old, new), "m.yaml")
    assert read.mapping is None
    assert any(why in problem.message for problem in read.problems)
    assert all(problem.span.file == "m.yaml" for problem in read.problems)


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("sheet: Pilot", "sheet: Pilto", "there is no sheet `Pilto` with cells"),
        ("guid: chf guid", "guid: chf gid", "the heading `chf gid` is not there in row 4 of `Pilot`"),
        ("role: import", "role: imports", "`fixed` of `Pilot`: role: `imports` is not known here"),
    ],
)
def test_a_mapping_of_another_spreadsheet_does_not_fit(old: str, new: str, why: str, tmp_path: Path) -> None:
    read = read_mapping(MAPPING.replace(old, new), "m.yaml")
    assert read.mapping is not None
    with pytest.raises(InputError, match=why.replace("`", ".")) as caught:
        import_sheets(read_sheets(book(tmp_path / "t.xlsx", ("Pilot", tracker))), read.mapping)
    assert "did you mean" in str(caught.value.hint) or "imports" in str(caught.value)


def test_no_sheet_is_passed_over_unseen(tmp_path: Path) -> None:
    read = read_mapping(MAPPING, "m.yaml")
    assert read.mapping is not None
    sheets = read_sheets(book(tmp_path / "t.xlsx", ("Pilot", tracker), ("B", lambda sheet: put(sheet, ("x",)))))
    with pytest.raises(InputError, match="the mapping says nothing of `B`"):
        import_sheets(sheets, read.mapping)
    assert import_sheets((), SpreadsheetMapping(sheets=())).sheets == ()


def test_hidden_sheets_are_read_and_told_of(tmp_path: Path) -> None:
    def fill(sheet: Any) -> None:
        put(sheet, ("GUID",), (H1,))
        sheet.hide()

    path = book(tmp_path / "t.xlsx", ("Seen", lambda sheet: put(sheet, ("GUID", "Guid"), (H2, H2))), ("Old", fill))
    found = find_mapping(read_sheets(path), None)
    assert "`Old` is a hidden sheet" in found.notes
    assert any("`GUID` is read as `guid`, this is not" in note for note in found.notes)


@pytest.mark.parametrize("extension", ["csv", "jsonl", "parquet", "xlsx"])
def test_the_command_writes_lists_that_are_read(
    extension: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = book(tmp_path / "t.xlsx", ("Pilot", tracker))
    out, mapping = tmp_path / "lists", tmp_path / "m.yaml"
    assert run(["files", "import", str(path), "--save-mapping", str(mapping)]) == 2
    shown = capsys.readouterr()
    assert "Pilot!B8" in shown.out
    assert "a first look: nothing was written" in shown.out
    assert "`Coments`: not read" in shown.err
    again = ["files", "import", str(path), "--mapping", str(mapping), "--out", str(out), "--format", extension]
    assert run([*again, "--json"]) == 2
    said = json.loads(capsys.readouterr().out)
    assert said["files"]["pilot_progress"]["rows"] == 3
    assert [cell["cell"] for cell in said["refused"]] == ["Pilot!B8", "Pilot!B10"]
    read = read_list(ListKind.PILOT_PROGRESS, out / f"pilot_progress.{extension}")
    assert read.table.num_rows == 3
    assert read.quarantine == ()
    assert (out / f"refused.{extension}").exists()
    assert (out / f"mended.{extension}").exists()
    good = book(tmp_path / "good.xlsx", ("S", lambda sheet: put(sheet, ("GUID",), (H1,))))
    assert run(["files", "import", str(good), "--out", str(out), "--format", extension]) == 0
    assert not (out / f"refused.{extension}").exists()


def test_a_list_of_another_run_is_told_of(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "lists"
    assert run(["files", "import", str(book(tmp_path / "t.xlsx", ("Pilot", tracker))), "--out", str(out)]) == 2
    capsys.readouterr()
    good = book(tmp_path / "good.xlsx", ("S", lambda sheet: put(sheet, ("GUID",), (H1,))))
    again = ["files", "import", str(good), "--out", str(out)]
    assert run(again) == 0
    note = f"`{out / 'pilot_progress.csv'}` is of another run: this one has no such list"
    assert note in capsys.readouterr().err
    assert run([*again, "--json"]) == 0
    assert note in json.loads(capsys.readouterr().out)["notes"]


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["x.csv"], "the extension `.csv` is not .xlsx"),
        (["t.xlsx", "--kind", "pilots"], "there is no list `pilots`"),
        (["t.xlsx", "--kind", "hubs", "--mapping", "m.yaml"], "the mapping says of every sheet which list it is"),
        (["t.xlsx", "--format", "ods"], "is not .parquet"),
        (["t.xlsx", "--save-mapping", "t.xlsx"], "would overwrite the spreadsheet"),
        (["t.xlsx", "--mapping", "bad.yaml", "--save-mapping", "./bad.yaml"], "would overwrite the mapping"),
        (["hubs.xlsx", "--out", ".", "--format", "xlsx"], "would overwrite the spreadsheet"),
        (["t.xlsx", "--mapping", "bad.yaml"], "no key called"),
    ],
)
def test_what_cannot_be_asked_for(
    arguments: list[str], why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    book(tmp_path / "t.xlsx", ("Pilot", tracker))
    book(tmp_path / "hubs.xlsx", ("S", lambda sheet: put(sheet, ("GUID",), (H1,))))
    (tmp_path / "bad.yaml").write_text("spreadsheet: v1\nsheeets: []\n")
    assert run(["files", "import", *arguments]) in (1, 3)
    assert why in capsys.readouterr().err


def test_merged_cells_that_overlap_are_refused_before_they_take_time(tmp_path: Path) -> None:
    """No spreadsheet has them: each row would be filled as often as somebody wrote it down."""
    path = book(tmp_path / "t.xlsx", ("S", lambda sheet: put(sheet, ("GUID",), (H1,))))
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    name = "xl/worksheets/sheet1.xml"
    areas = b"<mergeCells>" + b'<mergeCell ref="A1:A2"/>' * 9 + b"</mergeCells>"
    parts[name] = parts[name].replace(b"</sheetData>", b"</sheetData>" + areas)
    with zipfile.ZipFile(path, "w") as archive:
        for part, content in parts.items():
            archive.writestr(part, content)
    with pytest.raises(InputError, match="merged cells of `S` overlap"):
        read_sheets(path)
