"""A Supplier's instructions: one period for as many hubs as it likes (BR3.1, BR3.7)."""

from datetime import datetime

from attrs import field, frozen
from attrs.converters import optional

from chfw_core.consent.model import InstructionGroup
from chfw_core.model.guid_list import GuidList
from chfw_core.model.later_fields import LEFT_OUT
from chfw_core.model.parties import SupplierRole
from chfw_core.model.periods import as_utc
from chfw_core.model.window_text import standard_window
from chfw_core.rollout.base import Command


@frozen(kw_only=True)
class Instruct(Command):
    """Activate these hubs in this period. For a hub that has an instruction already this amends it.

    `window`: the hours of the week in which it is meant, as `model.window_text` reads them; None: every hour, or those
    of `rule`.
    """

    role: SupplierRole
    opens: datetime = field(converter=as_utc)
    closes: datetime = field(converter=as_utc)
    group: InstructionGroup | None = None
    rule: str | None = None
    window: str | None = field(default=None, converter=optional(standard_window), metadata=LEFT_OUT)
    guids: GuidList


@frozen(kw_only=True)
class WithdrawInstructions(Command):
    """Take the instructions for these hubs back; counts until the hub is handed to its CSP.

    `rule`: only what that rule instructed, since it does so no more. Such a withdrawal is not explicit: its owner's
    rules may instruct again.
    """

    role: SupplierRole
    rule: str | None = None
    guids: GuidList


@frozen(kw_only=True)
class SetExclusions(Command):
    """RU8: a rule of this Supplier keeps these hubs out of its early instructions and its pilot; `reason`: its words.

    It stands in place of what was said of a hub before. `rule` None: none of its rules does so any more.
    """

    role: SupplierRole
    rule: str | None = None
    reason: str = ""
    guids: GuidList


InstructingCommand = Instruct | WithdrawInstructions | SetExclusions
