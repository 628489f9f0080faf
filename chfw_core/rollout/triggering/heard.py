"""What a trigger can hear of: a happening, when it was, which hubs it is about, and whose rules may know of it (I8)."""

from collections.abc import Mapping
from datetime import datetime

from attrs import field, frozen

from chfw_core.model.guid_list import GuidList
from chfw_core.model.parties import is_supplier
from chfw_core.model.periods import as_utc


@frozen(kw_only=True)
class Happening:
    """One thing that happened, to a release or to each of some hubs.

    `type`: a type of event of the rule language. `fields`: what it carries as `event.*`, as JSON has it.
    `guids`: None where it is not about single hubs; of a hub only those hear who answer for it.
    `party`: the Supplier that said it, whose rules alone hear of it beside those of the DCC and the CSPs;
    None: it is nobody's in particular. `operators`, `suppliers`: whether their rules hear of it at all.
    """

    type: str
    at: datetime = field(converter=as_utc)
    release: str | None = None
    party: str | None = None
    fields: Mapping[str, object] = field(factory=dict)
    guids: GuidList | None = None
    operators: bool = True
    suppliers: bool = True

    def heard_by(self, owner: str) -> bool:
        """Whether rules of this owner may know of it at all; whose hubs they are is another question."""
        if not is_supplier(owner):
            return self.operators
        return self.suppliers and self.party in (None, owner)
