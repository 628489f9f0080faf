"""A trial as values: what was given, what is expected, what came out."""

from collections.abc import Mapping
from datetime import date, datetime

from attrs import field, frozen

from chfw_core.diagnostics import Span
from chfw_core.model.events import Event
from chfw_core.model.hubs import CommsHub
from chfw_core.model.periods import Period
from chfw_core.model.releases import FirmwareRelease
from chfw_core.planning.own_decision import Outcome
from chfw_core.rules.model import RuleSet


@frozen(kw_only=True, eq=False)
class Fields:
    """Values by name, and where each stands in the file."""

    span: Span
    values: Mapping[str, object] = field(factory=dict)
    places: Mapping[str, Span] = field(factory=dict)

    def place(self, name: str) -> Span:
        """The place of a value; of the whole where it was not given."""
        return self.places.get(name, self.span)


@frozen(kw_only=True)
class Expected:
    """What is to come out at one moment; None = not asked. `window`, `pilot` and `fired` are empty for none."""

    as_of: datetime
    outcome: Outcome | None = None
    by: str | None = None
    window: frozenset[str] | None = None
    priority: int | None = None
    opens: date | datetime | None = None
    closes: date | datetime | None = None
    until: date | datetime | None = None
    automatic_on: date | datetime | None = None
    batch: int | None = None
    pilot: str | None = None
    reason: str | None = None
    fired: frozenset[str] | None = None


@frozen(kw_only=True)
class Trial:
    """One test, ready to be run. `other_instructed`: the other Supplier of a split hub has."""

    name: str
    span: Span
    release: FirmwareRelease
    hub: CommsHub
    other_instructed: bool
    events: tuple[Event, ...]
    expected: tuple[Expected, ...]


@frozen(kw_only=True)
class TrialSet:
    """The trials of one file, and the rules that they are about."""

    file: str
    rules: RuleSet
    trials: tuple[Trial, ...]


@frozen(kw_only=True)
class Got:
    """What came out, in the words of preview, diff and explain.

    `period`: what the owner agrees to, or the DCC's own; `until`: the end of the hold that is on. `by` None:
    no rule of the owner's determined it.
    """

    priority: int
    outcome: Outcome
    by: str | None = None
    window: frozenset[str] = frozenset()
    period: Period | None = None
    until: datetime | None = None
    automatic_at: datetime | None = None
    batch: int | None = None
    pilots: tuple[str, ...] = ()
    reason: str = ""
