"""The inputs of a plan, made ready to be asked: instants as numbers, ids as codes, contexts.

A `Moment` is one automatic time with what follows from it: the cut-off and the facts that
rules may know. There are few: the release's own, and one for each date that the DCC moved it to.
"""

from datetime import date, timedelta

from attrs import evolve, frozen

from chfw_core.engines.verify.arrays import Domain, day_number, instant_of, micros
from chfw_core.engines.verify.meaning import Facts, facts_of
from chfw_core.model.events import Event
from chfw_core.model.parties import DCC, is_supplier
from chfw_core.model.periods import add_months, add_wall_days, london_date, london_midnight
from chfw_core.model.releases import Phase
from chfw_core.model.windows import Windows
from chfw_core.planning.model import PlanInputs
from chfw_core.rules.meaning.leaves import rules_with_leaves
from chfw_core.rules.model import BatchSpec, Leaf, Operand, RuleSet

CONCERN_FIELDS = frozenset({"csp_region", "device_model", "configuration_set", "firmware_version", "manufacturer"})
"""The hub fields by which an event can be about some hubs only."""
_PHASE = "release.phase"
HUB_PHASE = "phase of the hub"
"""No field of any rule: where phases are open for some hubs only, `release.phase` is asked of each hub."""


@frozen(kw_only=True)
class Moment:
    """An automatic time: cut-off, end of the default period (BR1.3, BR3.4), the facts that rules may know."""

    number: int
    automatic: int
    cutoff: int
    default_closes: int
    facts: Facts


def _asked_of_the_hub(leaf: Leaf) -> Leaf:
    """The leaf with the hub's phase in the place of the release's."""
    sides = (leaf.left, *leaf.args)
    if all(side.field != _PHASE for side in sides):
        return leaf
    left, *args = (Operand(field=HUB_PHASE) if side.field == _PHASE else side for side in sides)
    levels = tuple(phase.value for phase in Phase)
    return evolve(leaf, left=left, args=tuple(args), fields=(*leaf.fields, HUB_PHASE), levels=levels)


class World:
    """One plan's inputs. Codes of parties, rules, windows and batch keys are kept here."""

    def __init__(self, inputs: PlanInputs) -> None:
        self.inputs = inputs
        self.release = inputs.release
        self.as_of = micros(inputs.as_of)
        self.today: date = london_date(inputs.as_of)
        self.tomorrow = micros(london_midnight(self.today + timedelta(days=1)))
        lead = inputs.parameters.at("lead_days", self.today)
        earliest = self.today + timedelta(days=lead)
        self.earliest_day = day_number(earliest)
        self.earliest = micros(london_midnight(earliest))
        self.events = self._events()
        self.opened = tuple(e for e in self.dcc_events if e.type == "phase_opened" and "phase" in e.fields)
        self.phase_of_some = any(e.guid is not None or CONCERN_FIELDS & e.fields.keys() for e in self.opened)
        if self.phase_of_some:
            asking = (rules_with_leaves(rules, _asked_of_the_hub) for rules in inputs.rulesets)
            self.inputs = inputs = evolve(inputs, rulesets=tuple(asking))
        self.parties: Domain[str | None] = Domain(None)
        self.rules: Domain[str | None] = Domain(None)
        self.windows: Domain[Windows] = Domain(Windows())
        self._nameless: dict[Windows, int] = {}
        self.batches: Domain[BatchSpec | None] = Domain(None)
        self.rulesets = {rules.owner: rules for rules in inputs.rulesets}
        for rules in inputs.rulesets:
            for rule in (*rules.excludes, *rules.holds, *rules.decides, *rules.pilots):
                self.rules.code(rule.id)
        self._cutoff_months = inputs.parameters.at("cutoff_before_months", self.today)
        self._moments: dict[int, Moment] = {}
        self.moments: list[Moment] = []
        self.own = self.moment(micros(self.release.automatic_at))

    def _events(self) -> tuple[Event, ...]:
        """planning 1: those by `as_of`, of this release or of none, in order of time."""
        ours = (None, "", self.release.id)
        heard = [
            event
            for event in self.inputs.events
            if event.at <= self.inputs.as_of and event.fields.get("release") in ours
        ]
        return tuple(sorted(heard, key=lambda event: (event.at, event.seq)))

    @property
    def dcc_events(self) -> tuple[Event, ...]:
        """Those that act on the release: of nobody, or of the DCC."""
        return tuple(event for event in self.events if event.party in (None, DCC))

    def events_for(self, owner: str) -> tuple[Event, ...]:
        """What can release this owner's holds: its own events, nobody's, the DCC's and the CSPs'."""
        return tuple(
            event for event in self.events if event.party in (None, owner) or not is_supplier(str(event.party))
        )

    def ruleset(self, owner: str) -> RuleSet:
        """The owner's rules; an owner without a file has none."""
        return self.rulesets.get(owner) or RuleSet(owner=owner)

    def hours(self, windows: Windows) -> int:
        """The code in `windows` of the hours that these mean; how they are called makes no difference (NF7)."""
        code = self._nameless.get(windows)
        if code is None:
            parts = {evolve(part, name="", owner="") for part in windows.parts}
            plain = Windows(parts=tuple(sorted(parts, key=lambda part: part.hours)))
            code = self._nameless[windows] = self.windows.code(plain)
        return code

    def moment(self, automatic: int) -> Moment:
        """The cut-off, default period and facts that follow from an automatic time."""
        if automatic not in self._moments:
            at = instant_of(automatic)
            cutoff = add_months(at, -self._cutoff_months)
            made = Moment(
                number=len(self.moments),
                automatic=automatic,
                cutoff=micros(cutoff),
                default_closes=micros(add_wall_days(at, self.release.mass_period_days)),
                facts=facts_of(
                    self.release,
                    as_of=self.inputs.as_of,
                    phase=Phase(str(self.opened[-1].fields["phase"])) if self.opened else Phase.NOTIFIED,
                    automatic_at=at,
                    cutoff=cutoff,
                ),
            )
            self._moments[automatic] = made
            self.moments.append(made)
        return self._moments[automatic]
