"""Who asks for a report, and which releases concern it."""

from enum import StrEnum

from attrs import frozen

from chfw_core.errors import InputError
from chfw_core.model.parties import CSP_PREFIX, DCC, Party
from chfw_core.rollout.base import CONFIRMING, REGISTRATION, SMI, is_party, region_of
from chfw_core.rollout.records import ReleaseRecord
from chfw_core.rollout.relevance import concerns


class ReaderKind(StrEnum):
    """What sort of actor reads."""

    SUPPLIER = "a Supplier"
    DCC = "the DCC"
    CSP = "a CSP"
    PANEL = "the Panel or its Sub-Committee"


@frozen(kw_only=True)
class Reader:
    """One actor. `name`: a Party, `DCC`, `CSP:<region>`, `PANEL` or `SUB-COMMITTEE`."""

    name: str
    kind: ReaderKind

    @property
    def party(self) -> Party | None:
        """The Party whose rights bound every question; None for those that are no Supplier."""
        return Party(self.name) if self.kind is ReaderKind.SUPPLIER else None

    @property
    def region(self) -> str | None:
        """The region that a CSP speaks for."""
        return region_of(self.name)

    def concerns(self, record: ReleaseRecord) -> bool:
        """Whether the release is this actor's business: a Supplier's and a CSP's once it has hubs of theirs (BR1.1)."""
        return concerns(record, self.name)


def reader_named(name: str, *allowed: ReaderKind) -> Reader:
    """The actor of that name. Raises InputError for one that is none, or for whom the report is not."""
    if name in ("", CSP_PREFIX, SMI, REGISTRATION):
        raise InputError(f"there are no reports for `{name}`", hint="name a Supplier, DCC, CSP:<region> or PANEL")
    kind = ReaderKind.CSP
    if is_party(name):
        kind = ReaderKind.SUPPLIER
    elif name in (DCC, *CONFIRMING):
        kind = ReaderKind.DCC if name == DCC else ReaderKind.PANEL
    if allowed and kind not in allowed:
        who = " and ".join(one.value for one in allowed)
        raise InputError(f"this report is for {who}, and `{name}` is {kind.value}")
    return Reader(name=name, kind=kind)
