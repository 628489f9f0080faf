"""What goes into a plan and what comes out, whichever engine makes it."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from enum import StrEnum

from attrs import field, frozen

from chfw_core.consent.model import ActivationBasis
from chfw_core.errors import UsageError
from chfw_core.model.events import Event
from chfw_core.model.guid import Guid
from chfw_core.model.parameters import Parameters
from chfw_core.model.periods import Period, as_utc
from chfw_core.model.products import CentralProductsList
from chfw_core.model.releases import FirmwareRelease
from chfw_core.model.windows import Holidays
from chfw_core.rules.model import RuleSet
from chfw_core.rules.problems.problem import shown


def _one_each(rulesets: Iterable[RuleSet]) -> tuple[RuleSet, ...]:
    """One rule set per owner: of two, one would be passed over in silence."""
    found = tuple(rulesets)
    owners: set[str] = set()
    for rules in found:
        if not isinstance(rules, RuleSet):
            raise UsageError(
                f"`{shown(str(rules))}` ({type(rules).__name__}) is given as a rule set",
                hint="`check_sources` has them in its `rulesets`",
            )
        if rules.owner in owners:
            raise UsageError(
                f"there are two rule sets of `{rules.owner}`", hint="give all of its files to one `check_sources`"
            )
        owners.add(rules.owner)
    return found


@frozen(kw_only=True)
class PlanInputs:
    """Everything but the rows: release, rules, events, capacity, as of one instant.

    `rulesets`: one per owner. `capacity_overrides[(region, day)]` replaces the release's figure. `protected`: by
    GUID the periods in which a hub is left alone (CS4); nothing is activated in them, as in a black-out. Raises
    UsageError for two rule sets of one owner, and for what is no release or rule set.
    """

    release: FirmwareRelease = field()
    as_of: datetime = field(converter=as_utc)
    rulesets: tuple[RuleSet, ...] = field(default=(), converter=_one_each)
    events: tuple[Event, ...] = ()
    capacity_overrides: Mapping[tuple[str, date], int] = field(factory=dict)
    protected: Mapping[int, tuple[Period, ...]] = field(factory=dict)
    cpl: CentralProductsList | None = None
    parameters: Parameters
    holidays: Holidays

    @release.validator
    def _is_one(self, _: object, value: object) -> None:
        if not isinstance(value, FirmwareRelease):
            raise UsageError(
                f"the release is {type(value).__name__}", hint="what `read_release` gives says why in its `problems`"
            )

    def ruleset_of(self, owner: str) -> RuleSet | None:
        """The owner's rules, or None."""
        return next((rules for rules in self.rulesets if rules.owner == owner), None)


class HubStatus(StrEnum):
    PLANNED = "planned"
    HELD = "held"
    INELIGIBLE = "ineligible"
    INFEASIBLE = "infeasible"


@frozen(kw_only=True)
class ScheduledHub:
    """One row of the schedule (contracts, Tables). `held` and `infeasible` rows have no basis, times or day."""

    guid: Guid
    status: HubStatus
    reason: str
    basis: ActivationBasis | None = None
    window_opens: datetime | None = None
    window_closes: datetime | None = None
    day: date | None = None
    batch_id: str | None = None
    import_rule: str | None = None
    gas_rule: str | None = None


@frozen(kw_only=True)
class Finding:
    """Something a person should look at; the plan is made all the same.

    `count`: how many hubs, or, where it is not `about_hubs`, rows, events or just the one thing it names.
    """

    code: str
    message: str
    count: int = 1
    party: str | None = None
    about_hubs: bool = True


SCHEDULE_COLUMNS = (
    "guid",
    "status",
    "basis",
    "window_opens",
    "window_closes",
    "day",
    "batch_id",
    "import_rule",
    "gas_rule",
    "reason",
)
