"""The meaning of triggers, one event and one tick at a time: state in, state and firings out.

`step` takes an event, `expire` the clock. That time has passed is said by a tick alone, never by an event that is
later than another. docs/reference/triggers.md says it in words, and `chfw_core.testing.trigger_oracle` works the
same out from all events at once.
"""

from collections.abc import Iterable

from chfw_core.triggers.bursts import count
from chfw_core.triggers.firing import remembered, tell_completed, tell_expired, tell_late
from chfw_core.triggers.model import Arrival, CompiledTrigger, Moment
from chfw_core.triggers.outcome import Outcome
from chfw_core.triggers.records import Firing, PassedOver, in_time
from chfw_core.triggers.sequences import Progress, advance, over
from chfw_core.triggers.state import Fired, Kept, Mark, Opened, State

NOTHING = State()


def step(arrival: Arrival, state: State | None) -> Outcome:
    """What one event makes of one scope. An event that the state remembers does nothing again."""
    trigger, seen, before = arrival.trigger, arrival.seen, state or NOTHING
    if before.knows(seen.id):
        return Outcome(state=state)
    mark = Mark(seen.at, seen.seq, seen.row, seen.id)
    progress = _progress(arrival, mark, before)
    if not progress.completed and not progress.late:
        return Outcome(state=_state(progress.opened, progress.kept, before.fired))
    fired = list(before.fired)
    firings, swallowed = tell_completed(trigger, arrival.key, progress.completed, fired, seen.known)
    late = [tell_late(arrival, mark, one) for one in progress.late]
    now = _state(progress.opened, progress.kept, fired)
    return Outcome(state=now, firings=tuple(firings), passed_over=(*late, *swallowed))


def expire(trigger: CompiledTrigger, key: str, state: State, moment: Moment) -> Outcome:
    """What a tick makes of one scope: nothing, unless it is later than `state.due`."""
    now = moment.at
    if now <= state.due:
        return Outcome(state=state)
    told: list[Firing | PassedOver] = []
    opened = []
    for one in state.opened:
        if not one.expired and one.until < now:
            told.append(tell_expired(trigger, key, one, moment.known))
            one = over(trigger, one)
        if one.forget is None or one.forget >= now:
            opened.append(one)
    kept, fired = (one for one in state.kept if one.until >= now), (one for one in state.fired if one.until >= now)
    return Outcome(
        state=_state(opened, kept, fired),
        firings=in_time(one for one in told if isinstance(one, Firing)),
        passed_over=tuple(one for one in told if isinstance(one, PassedOver)),
    )


def is_stateless(trigger: CompiledTrigger) -> bool:
    """Whether every event completes the trigger on its own, and nothing is ever remembered."""
    return _is_single(trigger) and trigger.at_most is None


def _is_single(trigger: CompiledTrigger) -> bool:
    return len(trigger.steps) == 1 and trigger.count == 1


def _progress(arrival: Arrival, mark: Mark, before: State) -> Progress:
    trigger, seen = arrival.trigger, arrival.seen
    if _is_single(trigger):
        return Progress(completed=[((mark,), remembered(trigger, 0, seen))])
    if trigger.count > 1:
        kept, counted = count(trigger, before.kept, mark, remembered(trigger, 0, seen))
        return Progress(
            kept=list(kept), completed=[(tuple(one.mark for one in counted), counted[-1].fields)] if counted else []
        )
    return advance(trigger, before, mark, [(at, remembered(trigger, at, seen)) for at in arrival.steps])


def _state(opened: Iterable[Opened], kept: Iterable[Kept], fired: Iterable[Fired]) -> State | None:
    state = State(opened=tuple(opened), kept=tuple(kept), fired=tuple(fired))
    return state if state.opened or state.kept or state.fired else None
