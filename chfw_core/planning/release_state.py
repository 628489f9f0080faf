"""The state of a release in one plan: its phases, and which hubs it may not touch at all.

`release_revoked` (BR1.6) and `release_stopped` (BR6.2) are final for the hubs they concern;
`release_paused` lasts until a later `release_resumed` that concerns them too. Only events of the
DCC, or of nobody in particular, act on a release.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from attrs import field, frozen

from chfw_core.consent.model import ActivationBasis, Resolution
from chfw_core.errors import InputError
from chfw_core.model.events import Event
from chfw_core.model.periods import (
    Period,
    add_months,
    add_wall_days,
    format_instant,
    london_date,
    london_midnight,
)
from chfw_core.model.releases import Phase
from chfw_core.model.windows import Windows
from chfw_core.planning.decision import Terms
from chfw_core.planning.hub_plan import Freeze
from chfw_core.planning.model import PlanInputs
from chfw_core.planning.phases import OPENED, Phases, phases_of
from chfw_core.planning.scope import (
    EventsIndex,
    Read,
    acts_on_release,
    as_reader,
    concerns,
    in_order,
    index_events,
    scope_of,
)
from chfw_core.rules.meaning.evaluate import RuleContext, make_context

_FINAL = {"release_revoked": "revoked", "release_stopped": "stopped"}
_STATE_TYPES = (*_FINAL, "release_paused", "release_resumed")


@frozen(kw_only=True)
class ReleaseState:
    """What the events made of a release. `events` counts all events that count in this plan."""

    phases: Phases = field(factory=Phases)
    events: EventsIndex = field(factory=EventsIndex)
    _acts: tuple[Event, ...] = ()

    def held(self, values: Mapping[str, object] | Read, guid: int | None = None) -> str | None:
        """Why nothing may happen to the hub (I4), or None. Reads `fields` only."""
        act = self._act_on(values, guid)
        if act is None:
            return None
        if act.type in _FINAL:
            return f"the release was {_FINAL[act.type]} at {format_instant(act.at)}{_said(act)}"
        return f"the release is paused since {format_instant(act.at)}{_said(act)}"

    def ended(self, values: Mapping[str, object] | Read, guid: int | None = None) -> bool:
        """Whether what holds the hub is final: a stop or a revocation, after which nobody's act brings it back."""
        act = self._act_on(values, guid)
        return act is not None and act.type in _FINAL

    def _act_on(self, values: Mapping[str, object] | Read, guid: int | None) -> Event | None:
        """The first final act that concerns the hub, or else a pause that still lasts."""
        read, paused = as_reader(values), None
        for event in self._acts:
            if not concerns(event, read, guid):
                continue
            if event.type in _FINAL:
                return event
            paused = event if event.type == "release_paused" else None
        return paused

    @property
    def fields(self) -> tuple[str, ...]:
        """The hub fields that `held` reads, sorted."""
        return tuple(sorted({name for event in self._acts for name, _ in scope_of(event)}))

    @property
    def guids(self) -> frozenset[int]:
        """The hubs of which an event bears the GUID: for the others `held` needs none."""
        return frozenset(event.guid for event in self._acts if event.guid is not None)


def release_state(inputs: PlanInputs) -> ReleaseState:
    """The state of the release as of the plan.

    Raises InputError for a phase that does not exist, and for an `as_of` before the notice.
    """
    if inputs.as_of < inputs.release.notified_at:  # BR1.1: nothing may be planned before it
        told = format_instant(inputs.release.notified_at)
        raise InputError(
            f"{format_instant(inputs.as_of)} is before the release `{inputs.release.id}` was notified, at {told}",
            hint=f"plan as of an instant from {told} on",
        )
    index = index_events(inputs.events, release=inputs.release.id, as_of=inputs.as_of)
    acts = [
        event
        for found in index.of(*_STATE_TYPES)
        for event in (*found.common, *(e for own in found.by_guid.values() for e in own))
        if acts_on_release(event)
    ]
    opened = (
        event
        for found in index.of(OPENED)
        for event in (*found.common, *(e for own in found.by_guid.values() for e in own))
    )
    return ReleaseState(phases=phases_of(opened), events=index, acts=in_order(acts))


def _said(event: Event) -> str:
    why = event.fields.get("reason") or event.fields.get("because")
    said = [str(word) for word in (event.fields.get("ref"), why) if word]
    return f": {', '.join(said)}" if said else ""


def today_of(inputs: PlanInputs) -> date:
    """The London day of `as_of`, on which the dated parameters are read."""
    return london_date(inputs.as_of)


def earliest_day(inputs: PlanInputs) -> date:
    """The first London day on which this plan can have anything activated."""
    today = today_of(inputs)
    return today + timedelta(days=inputs.parameters.at("lead_days", today))


def cutoff_of(inputs: PlanInputs, automatic_at: datetime) -> datetime:
    """BR3.4: one month before the automatic time, on the London wall clock."""
    return add_months(automatic_at, -inputs.parameters.at("cutoff_before_months", today_of(inputs)))


def terms_for(inputs: PlanInputs, automatic_at: datetime) -> Terms:
    """All that the dates of a hub with this automatic time are measured against."""
    return Terms(
        as_of=inputs.as_of,
        first_moment=london_midnight(earliest_day(inputs)),
        automatic_at=automatic_at,
        cutoff=cutoff_of(inputs, automatic_at),
    )


def context_for(inputs: PlanInputs, phase: Phase, automatic_at: datetime) -> RuleContext:
    """What the rules may know of the release, for hubs with this automatic time.

    The DCC's own rules are read at the release's automatic time (they are what moves a hub's);
    Suppliers' and CSPs' at the hub's.
    """
    return make_context(
        inputs.release,
        as_of=inputs.as_of,
        phase=phase,
        automatic_at=automatic_at,
        cutoff=cutoff_of(inputs, automatic_at),
    )


def default_resolution(inputs: PlanInputs, automatic_at: datetime) -> Resolution:
    """BR3.6: the DCC's own period, from the automatic time on."""
    closes = add_wall_days(automatic_at, inputs.release.mass_period_days)
    return Resolution(
        basis=ActivationBasis.DCC_DEFAULT,
        period=Period(opens=automatic_at, closes=closes),
        windows=Windows(),
    )


def freeze_of(inputs: PlanInputs) -> Freeze:
    """CS3: how many days around a change of Supplier a hub is left alone."""
    today = today_of(inputs)
    return Freeze(
        before=inputs.parameters.at("change_freeze_days_before", today),
        after=inputs.parameters.at("change_freeze_days_after", today),
    )


def blackouts_in(inputs: PlanInputs, region: str) -> tuple[Period, ...]:
    """The release's black-outs that bind a CSP region."""
    return tuple(
        Period(opens=blackout.opens, closes=blackout.closes)
        for blackout in inputs.release.blackouts
        if blackout.regions is None or region in blackout.regions
    )
