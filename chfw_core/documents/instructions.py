"""Rows of an instructions file as Instructions (BR3.1), and back.

Only the form is judged here. Whether an instruction counts is the business of consent, which lists
every refused GUID with its reason (BR5.2).
"""

from collections.abc import Iterable
from typing import Any

from attrs import frozen

from chfw_core.consent.model import Instruction, InstructionAction, InstructionGroup
from chfw_core.documents.bad_lines import BadLine
from chfw_core.documents.rows import Row, read_rows
from chfw_core.documents.tables import INSTRUCTIONS
from chfw_core.model.guid import format_guid
from chfw_core.model.parties import SupplierRole
from chfw_core.model.periods import format_instant

INSTRUCTION_COLUMNS = tuple(column.name for column in INSTRUCTIONS if not column.seldom)
"""The columns that every list of instructions may be written with; one that says hours has `window` too."""


@frozen(kw_only=True)
class InstructionsRead:
    """The instructions in the file's order, and the rows set aside."""

    instructions: tuple[Instruction, ...]
    bad_lines: tuple[BadLine, ...]


def read_instructions(rows: Iterable[Row]) -> InstructionsRead:
    """Read rows whose columns are those of `INSTRUCTIONS`."""
    good, bad = read_rows(rows, INSTRUCTIONS)
    found = tuple(instruction_of(values, line) for line, values in good)
    return InstructionsRead(instructions=found, bad_lines=tuple(bad))


def instruction_of(values: dict[str, Any], line: int | None) -> Instruction:
    """The instruction of a row's typed values."""
    group = values.get("group")
    return Instruction(
        guid=values["guid"],
        party=values["party"],
        role=SupplierRole(values["role"]),
        opens=values["opens"],
        closes=values["closes"],
        received_at=values["received_at"],
        action=InstructionAction(values["action"]),
        group=None if group is None else InstructionGroup(group),
        rule=values.get("rule"),
        window=values.get("window"),
        row=line,
    )


def write_instruction(instruction: Instruction) -> dict[str, str]:
    """The cells of an instruction: what `read_instructions` reads back. `window` is there where it has one."""
    opens, closes = instruction.opens, instruction.closes
    window = {} if instruction.window is None else {"window": instruction.window}
    return {
        "guid": format_guid(instruction.guid),
        "party": instruction.party,
        "role": instruction.role.value,
        "opens": "" if opens is None else format_instant(opens),
        "closes": "" if closes is None else format_instant(closes),
        "received_at": format_instant(instruction.received_at),
        "action": instruction.action.value,
        "group": "" if instruction.group is None else instruction.group.value,
        "rule": instruction.rule or "",
        **window,
    }
