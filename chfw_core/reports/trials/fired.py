"""Which of the owner's triggers have fired for a trial's hub by a moment, of what was given until then (RU6).

The events come in the order in which they are written, each when it happened; the clock ticks at each London midnight
and at the moment that is asked about. An event without a GUID is about this hub if its other fields are.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from chfw_core.model.events import Event
from chfw_core.model.guid import Guid
from chfw_core.model.parties import is_supplier
from chfw_core.model.periods import add_months, london_date, london_midnight
from chfw_core.planning.model import PlanInputs
from chfw_core.planning.phases import phases_of
from chfw_core.planning.scope import as_guid, concerns
from chfw_core.reports.trials.model import Trial
from chfw_core.rules.meaning.evaluate import Read, RuleContext, make_context
from chfw_core.rules.model import RuleSet
from chfw_core.rules.vocabulary.fields import hub_reader
from chfw_core.triggers.compiling import compile_triggers
from chfw_core.triggers.engine import Happened, Run
from chfw_core.triggers.model import Known, Moment, Seen

_MOST_DAYS = 800


def fired_by(inputs: PlanInputs, rules: RuleSet, trial: Trial) -> frozenset[str]:
    """The ids of the triggers that have fired by the inputs' `as_of`."""
    if not rules.triggers:
        return frozenset()
    run = Run(triggers=(compile_triggers(rules, "test"),))
    found: list[Happened] = []

    def tick(at: datetime) -> Happened:
        return run.tick(Moment(at=at, known=_known(inputs, trial, at)))

    last: datetime | None = None
    events = [event for event in trial.events if event.at <= inputs.as_of]
    for number, event in enumerate(sorted(events, key=lambda event: event.at)):
        found += (tick(midnight) for midnight in _midnights(last, event.at))
        last = event.at
        found.append(run.see(_seen(inputs, trial, event, number)))
    found += (tick(midnight) for midnight in (*_midnights(last, inputs.as_of), inputs.as_of))
    return frozenset(firing.trigger for happened in found for firing in happened.firings)


def _midnights(after: datetime | None, upto: datetime) -> Iterator[datetime]:
    if after is None:
        return
    day, last = london_date(after) + timedelta(days=1), london_date(upto)
    for _ in range(_MOST_DAYS):
        if day > last:
            return
        yield london_midnight(day)
        day += timedelta(days=1)


def _seen(inputs: PlanInputs, trial: Trial, event: Event, number: int) -> Seen:
    read = hub_reader(trial.hub, inputs.rulesets[0].owner, other_supplier_instructed=trial.other_instructed)
    guid = event.guid
    if guid is None and concerns(event, read, None):
        guid = trial.hub.guid
    party = event.party if event.party is not None and is_supplier(event.party) else None
    return Seen(
        seq=number,
        id=str(number),
        at=event.at,
        type=event.type,
        private=party is not None,
        party=party,
        guid=guid,
        release=inputs.release.id,
        fields=event.fields,
        known=_known(inputs, trial, event.at),
    )


def _known(inputs: PlanInputs, trial: Trial, at: datetime) -> Known:
    release = inputs.release
    phases = phases_of(event for event in trial.events if event.at <= at)
    months = inputs.parameters.at("cutoff_before_months", london_date(at))

    def hub(guid: Guid, owner: str) -> Read | None:
        if guid != trial.hub.guid:
            return None
        return hub_reader(trial.hub, owner, other_supplier_instructed=trial.other_instructed)

    def context(of: str | None, about: Read) -> RuleContext | None:
        if of != release.id:
            return None
        phase = phases.of(about, as_guid(about("guid")))
        cutoff = add_months(release.automatic_at, -months)
        return make_context(release, as_of=at, phase=phase, automatic_at=release.automatic_at, cutoff=cutoff)

    return Known(hub=hub, context=context)
