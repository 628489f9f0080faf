"""The columns of every table, in one place: readers and JSON Schemas are made from them."""

from enum import StrEnum

from attrs import evolve, frozen

from chfw_core.consent.model import ActivationBasis, InstructionAction, InstructionGroup
from chfw_core.model.estate import ESTATE_COLUMNS, Column, ColumnType
from chfw_core.model.hubs import CSP_REGIONS, HOLIDAY_DIVISIONS, SmiStatus
from chfw_core.model.parties import SupplierRole
from chfw_core.planning.model import SCHEDULE_COLUMNS, HubStatus
from chfw_core.rollout.outcomes.commands import OutcomeKind
from chfw_core.rollout.suppliers.commands import ChangeStep


class Kind(StrEnum):
    """How a column's text is read. A SET is names joined by `|`, a WINDOW hours of the week (`model.window_text`)."""

    GUID = "guid"
    TEXT = "text"
    WORD = "word"
    HEX = "hex"
    DATE = "date"
    INSTANT = "instant"
    PERIOD_END = "period_end"
    SET = "set"
    WHOLE = "whole"
    WINDOW = "window"


@frozen(kw_only=True)
class TableColumn:
    """`required`: the file must have the column; `nullable`: a row may leave it empty.

    `seldom`: it came later than the table, and is written only where a row says something in it: without it, a table
    has the same bytes as before.
    """

    name: str
    kind: Kind
    required: bool = True
    nullable: bool = False
    seldom: bool = False
    words: tuple[str, ...] = ()
    digits: int = 8
    meaning: str = ""


_ESTATE_WORDS = {
    "csp_region": CSP_REGIONS,
    "smi_status": tuple(status.value for status in SmiStatus),
    "holiday_division": HOLIDAY_DIVISIONS,
}
_ESTATE_KINDS = {
    ColumnType.GUID: Kind.GUID,
    ColumnType.TEXT: Kind.TEXT,
    ColumnType.ENUM: Kind.WORD,
    ColumnType.HEX: Kind.HEX,
    ColumnType.DATE: Kind.DATE,
    ColumnType.SET: Kind.SET,
}


def _of_estate(column: Column) -> TableColumn:
    return TableColumn(
        name=column.name,
        kind=_ESTATE_KINDS[column.type],
        required=column.required,
        nullable=column.nullable,
        words=_ESTATE_WORDS.get(column.name, ()),
        digits=4 if column.name == "manufacturer" else 8,
    )


ESTATE = tuple(_of_estate(column) for column in ESTATE_COLUMNS)

ATTRIBUTES = (
    TableColumn(name="guid", kind=Kind.GUID),
    TableColumn(name="flags", kind=Kind.SET, required=False, nullable=True),
)
"""Any other column is read in the owner's rules as `my.<column>`."""

INSTRUCTIONS = (
    TableColumn(name="guid", kind=Kind.GUID),
    TableColumn(name="party", kind=Kind.TEXT),
    TableColumn(name="role", kind=Kind.WORD, words=tuple(r.value for r in SupplierRole)),
    TableColumn(name="opens", kind=Kind.INSTANT, nullable=True),
    TableColumn(name="closes", kind=Kind.PERIOD_END, nullable=True),
    TableColumn(name="received_at", kind=Kind.INSTANT),
    TableColumn(name="action", kind=Kind.WORD, words=tuple(a.value for a in InstructionAction)),
    TableColumn(
        name="group",
        kind=Kind.WORD,
        required=False,
        nullable=True,
        words=tuple(g.value for g in InstructionGroup),
    ),
    TableColumn(name="rule", kind=Kind.TEXT, required=False, nullable=True),
    TableColumn(name="window", kind=Kind.WINDOW, required=False, nullable=True, seldom=True),
)

CAPACITY = (
    TableColumn(name="csp_region", kind=Kind.WORD, words=CSP_REGIONS),
    TableColumn(name="day", kind=Kind.DATE),
    TableColumn(name="hubs", kind=Kind.WHOLE),
)

_SCHEDULE_KINDS = {
    "guid": Kind.GUID,
    "status": Kind.WORD,
    "basis": Kind.WORD,
    "window_opens": Kind.INSTANT,
    "window_closes": Kind.INSTANT,
    "day": Kind.DATE,
}
_SCHEDULE_WORDS = {
    "status": tuple(status.value for status in HubStatus),
    "basis": tuple(basis.value for basis in ActivationBasis),
}
SCHEDULE = tuple(
    TableColumn(
        name=name,
        kind=_SCHEDULE_KINDS.get(name, Kind.TEXT),
        nullable=name not in ("guid", "status", "reason"),
        words=_SCHEDULE_WORDS.get(name, ()),
    )
    for name in SCHEDULE_COLUMNS
)

OUTCOMES = (
    TableColumn(name="guid", kind=Kind.GUID),
    TableColumn(name="outcome", kind=Kind.WORD, words=tuple(outcome.value for outcome in OutcomeKind)),
    TableColumn(name="occurred_at", kind=Kind.INSTANT),
    TableColumn(name="firmware_version", kind=Kind.HEX, required=False, nullable=True),
    TableColumn(name="reason", kind=Kind.TEXT, required=False, nullable=True),
)
"""CS2: what a CSP reports of each hub. An activated hub has a version, a failed one a reason."""

INVENTORY = (
    TableColumn(name="guid", kind=Kind.GUID),
    TableColumn(name="firmware_version", kind=Kind.HEX),
    TableColumn(name="observed_at", kind=Kind.INSTANT),
    TableColumn(name="configuration_set", kind=Kind.TEXT, required=False, nullable=True),
)
"""BR5.6, PR2: what the SMI shows of each hub."""

_HERE = ("guid", "role", "opens", "closes")
HANDED_IN_INSTRUCTIONS = tuple(
    column if column.name in _HERE else evolve(column, required=False, nullable=True) for column in INSTRUCTIONS
)
"""Instructions where it is known whose they are: `party`, `action` and `received_at` may be left out."""

HUBS = (TableColumn(name="guid", kind=Kind.GUID),)
"""A list of hubs, such as a pilot list (BR2.3); other columns are not read."""

WITHDRAWALS = (
    TableColumn(name="guid", kind=Kind.GUID),
    TableColumn(name="role", kind=Kind.WORD, words=tuple(r.value for r in SupplierRole)),
)
"""Instructions that a Supplier takes back."""

PILOT_PROGRESS = (
    TableColumn(name="guid", kind=Kind.GUID),
    TableColumn(name="result", kind=Kind.WORD, words=("success", "failure")),
    TableColumn(name="reason", kind=Kind.TEXT, required=False, nullable=True),
    TableColumn(name="commentary", kind=Kind.TEXT, required=False, nullable=True),
)
"""BR2.4: how the pilot went on each device."""

SUPPLIER_CHANGES = (
    TableColumn(name="guid", kind=Kind.GUID),
    TableColumn(name="step", kind=Kind.WORD, words=tuple(step.value for step in ChangeStep)),
    TableColumn(name="role", kind=Kind.WORD, words=tuple(r.value for r in SupplierRole)),
    TableColumn(name="effective", kind=Kind.DATE),
    TableColumn(name="leaves", kind=Kind.TEXT, required=False, nullable=True),
    TableColumn(name="joins", kind=Kind.TEXT, required=False, nullable=True),
    TableColumn(name="vacant", kind=Kind.WORD, required=False, nullable=True, words=("yes", "no")),
)
"""CS3: what the registration systems say. A role stays empty only where `vacant` says so."""

TABLES = {
    "estate": ESTATE,
    "attributes": ATTRIBUTES,
    "instructions": INSTRUCTIONS,
    "capacity": CAPACITY,
    "schedule": SCHEDULE,
    "outcomes": OUTCOMES,
    "inventory": INVENTORY,
    "hubs": HUBS,
    "withdrawals": WITHDRAWALS,
    "pilot_progress": PILOT_PROGRESS,
    "supplier_changes": SUPPLIER_CHANGES,
}
