from datetime import UTC, date, datetime

import pytest

from chfw_core.consent.model import Instruction, InstructionAction, InstructionGroup
from chfw_core.documents.capacity import read_capacity
from chfw_core.documents.instructions import INSTRUCTION_COLUMNS, read_instructions, write_instruction
from chfw_core.documents.rows import Row, read_cells
from chfw_core.documents.tables import ESTATE, TABLES, Kind
from chfw_core.model.guid import parse_guid
from chfw_core.model.parties import Party, SupplierRole

GUID = "88-73-84-90-6A-10-02-DB"
INSTRUCT = {
    "guid": GUID,
    "party": "NWND",
    "role": "import",
    "opens": "2026-03-01",
    "closes": "2026-03-28",
    "received_at": "2026-01-10T09:00:00Z",
    "action": "instruct",
}


def test_an_instruction_is_read_with_london_dates_br3_1() -> None:
    """A bare date as the end of a period includes that day, over the spring night too."""
    found = read_instructions([Row(line=2, cells={**INSTRUCT, "group": "pilot", "rule": ""})])
    assert found.instructions == (
        Instruction(
            guid=parse_guid(GUID),
            party=Party("NWND"),
            role=SupplierRole.IMPORT,
            opens=datetime(2026, 3, 1, tzinfo=UTC),
            closes=datetime(2026, 3, 29, tzinfo=UTC),
            received_at=datetime(2026, 1, 10, 9, tzinfo=UTC),
            action=InstructionAction.INSTRUCT,
            group=InstructionGroup.PILOT,
            row=2,
        ),
    )


def test_a_withdrawal_needs_no_times_and_is_written_back() -> None:
    cells = {**INSTRUCT, "action": "withdraw", "opens": None, "closes": " ", "rule": "approved-sets"}
    (withdrawal,) = read_instructions([Row(line=2, cells=cells)]).instructions
    assert (withdrawal.opens, withdrawal.closes, withdrawal.rule) == (None, None, "approved-sets")
    again = read_instructions([Row(line=2, cells=write_instruction(withdrawal))])
    assert again.instructions == (withdrawal,)
    assert tuple(write_instruction(withdrawal)) == INSTRUCTION_COLUMNS


def test_times_and_group_are_written_back() -> None:
    (one,) = read_instructions([Row(line=2, cells={**INSTRUCT, "group": "safe_launch"})]).instructions
    assert read_instructions([Row(line=2, cells=write_instruction(one))]).instructions == (one,)


def test_a_bad_row_names_every_bad_cell_and_the_others_stay_br5_2() -> None:
    bad = {**INSTRUCT, "guid": "8873", "role": "imports", "opens": "soon", "party": "", "action": None}
    found = read_instructions([Row(line=2, cells=INSTRUCT), Row(line=3, cells=bad)])
    assert len(found.instructions) == 1
    (line,) = found.bad_lines
    assert (line.line, line.guid_text, line.column) == (3, "8873", "guid|party|role|opens|action")
    assert line.reason == (
        "guid: `8873` is not a GUID (write the EUI-64 as eight hex pairs joined by `-`, like "
        "88-73-84-90-6A-10-02-DB); party is empty; role: `imports` is not known here (did you mean `import`?); "
        "opens: `soon` is neither a date nor a time (write 2026-03-01 or 2026-03-01T09:00:00Z); action is empty"
    )


def test_every_kind_of_cell_is_read() -> None:
    cells = {
        "guid": GUID,
        "csp_region": "North",
        "manufacturer": "106c",
        "device_model": "433100ac",
        "firmware_version": "2020CB22",
        "installed_on": "2021-02-03",
        "smi_status": "Commissioned",
        "flags": "psr|medical",
    }
    values, wrong = read_cells(cells, ESTATE)
    assert wrong == {}
    assert (values["manufacturer"], values["device_model"]) == ("106C", "433100AC")
    assert (values["installed_on"], values["flags"]) == (date(2021, 2, 3), {"psr", "medical"})
    assert values["gpf_guid"] is None


@pytest.mark.parametrize("written", ["03/02/2021", "2021-2-3", "2021-02-30", "20210203"])
def test_other_dates_are_refused(written: str) -> None:
    _values, wrong = read_cells({"installed_on": written}, [c for c in ESTATE if c.name == "installed_on"])
    assert wrong == {"installed_on": f"installed_on: `{written}` is not a date (write it like 2026-03-01)"}


def test_capacity_of_single_days_g5() -> None:
    found = read_capacity(
        [
            Row(line=2, cells={"csp_region": "North", "day": "2026-03-01", "hubs": "500"}),
            Row(line=3, cells={"csp_region": "North", "day": "2026-03-02", "hubs": "0"}),
        ],
        "c.csv",
    )
    assert found.problems == ()
    assert found.overrides == {("North", date(2026, 3, 1)): 500, ("North", date(2026, 3, 2)): 0}


def test_a_capacity_row_that_cannot_be_read_is_an_error() -> None:
    rows = [
        Row(line=2, cells={"csp_region": "North", "day": "2026-03-01", "hubs": "500"}),
        Row(line=3, cells={"csp_region": "North", "day": "2026-03-01", "hubs": "600"}),
        Row(line=4, cells={"csp_region": "Norht", "day": "2026-03-01", "hubs": "-5"}),
    ]
    found = read_capacity(rows, "c.csv")
    assert [problem.render() for problem in found.problems] == [
        "c.csv:3:1: E403 `North` on 2026-03-01 is there already, in line 2",
        (
            "c.csv:4:1: E405 csp_region: `Norht` is not known here (did you mean `North`?); "
            "hubs: `-5` is not at least 0 (write a whole number from 0 on)"
        ),
    ]


def test_words_are_given_where_a_column_has_some() -> None:
    for columns in TABLES.values():
        assert all(bool(column.words) == (column.kind is Kind.WORD) for column in columns)
