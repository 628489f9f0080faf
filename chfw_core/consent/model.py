"""Instructions and what became of them."""

from datetime import datetime
from enum import StrEnum

from attrs import field, frozen
from attrs.converters import optional

from chfw_core.errors import UsageError
from chfw_core.model.guid import Guid
from chfw_core.model.parties import Party, SupplierRole
from chfw_core.model.periods import Period, as_utc
from chfw_core.model.window_text import standard_window
from chfw_core.model.windows import Windows


class InstructionAction(StrEnum):
    INSTRUCT = "instruct"
    WITHDRAW = "withdraw"


class InstructionGroup(StrEnum):
    PILOT = "pilot"
    SAFE_LAUNCH = "safe_launch"


@frozen(kw_only=True)
class Instruction:
    """One row of the instructions file (BR3.1). `opens` and `closes` may be None for a withdrawal.

    `rule` is set on rows that a former plan wrote; a row without it is explicit. `window`: the hours of the week in
    which it is meant, in standard form (`model.window_text`); None: every hour, or those of the rule that wrote it.
    Whether it may stand is not judged here. Raises InputError for a time without an offset and for a window that is
    none, UsageError for a GUID that is no number or a role that is none.
    """

    guid: Guid = field()
    party: Party
    role: SupplierRole = field()
    opens: datetime | None = field(converter=optional(as_utc))
    closes: datetime | None = field(converter=optional(as_utc))
    received_at: datetime = field(converter=as_utc)
    action: InstructionAction = InstructionAction.INSTRUCT
    group: InstructionGroup | None = None
    rule: str | None = None
    window: str | None = field(default=None, converter=optional(standard_window))
    row: int | None = None

    @guid.validator
    def _is_a_number(self, _: object, value: object) -> None:
        if not isinstance(value, int):
            raise UsageError(
                f"the GUID of an instruction is `{value}` ({type(value).__name__}), not a number",
                hint="`chfw_core.model.guid.parse_guid` makes one of its text",
            )

    @role.validator
    def _is_a_role(self, _: object, value: object) -> None:
        if not isinstance(value, SupplierRole):
            raise UsageError(
                f"the role of an instruction is `{value}` ({type(value).__name__}), not a SupplierRole",
                hint="SupplierRole.IMPORT or SupplierRole.GAS",
            )


@frozen(kw_only=True)
class Refusal:
    """BR5.2: an instruction that failed validation, with a stable code and its reason."""

    instruction: Instruction
    code: str
    reason: str


class ActivationBasis(StrEnum):
    SOLE_SUPPLIER = "SOLE_SUPPLIER"
    BOTH_SUPPLIERS = "BOTH_SUPPLIERS"
    DCC_DEFAULT = "DCC_DEFAULT"


@frozen(kw_only=True)
class Consent:
    """What one Supplier agrees to for a hub: a period before the automatic time, and windows."""

    period: Period
    windows: Windows = field(factory=Windows)


@frozen(kw_only=True)
class Resolution:
    """The planned period of a hub and its basis.

    `windows_disjoint`: the two Suppliers' windows left nothing, so one Supplier's apply (finding).
    """

    basis: ActivationBasis
    period: Period
    windows: Windows
    windows_disjoint: bool = False
