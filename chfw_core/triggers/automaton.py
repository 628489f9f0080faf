"""The meaning of triggers, one event and one tick at a time: state in, state and firings out.

`step` takes an event, `expire` the clock. Nothing else changes a state: that time has passed is said by a tick
alone, never by an event that is later than another. docs/reference/triggers.md says it in words, and
`tests/core/triggers` has an oracle that works the same out from all events at once.
"""

from collections.abc import Iterable, Mapping

from chfw_core.model.guid import Guid, parse_guid
from chfw_core.triggers.bursts import count
from chfw_core.triggers.model import Arrival, CompiledTrigger, Effects, Known, Moment, Seen
from chfw_core.triggers.outcome import Outcome
from chfw_core.triggers.records import Cause, Firing, Link, PassedOver, PassedOverBecause
from chfw_core.triggers.seeing import reader, scope_of
from chfw_core.triggers.sequences import Fields, Progress, advance
from chfw_core.triggers.spans import after
from chfw_core.triggers.state import Fired, Kept, Mark, Opened, State
from chfw_core.triggers.writing import Writer

NOTHING = State()


def step(arrival: Arrival, state: State | None) -> Outcome:
    """What one event makes of one scope. An event that the state remembers does nothing again."""
    trigger, seen, before = arrival.trigger, arrival.seen, state or NOTHING
    mark = Mark(seen.at, seen.seq, seen.row, seen.id)
    progress = _progress(trigger, arrival, mark, before)
    fired = list(before.fired)
    firings: list[Firing] = []
    passed_over = [_late(arrival, mark, one) for one in progress.late]
    for path, fields in sorted(progress.completed, key=_time_of):
        too_near = _too_near(trigger, fired, path[-1])
        if too_near is not None:
            passed_over.append(_swallowed(trigger, arrival.key, path, too_near))
            continue
        firings.append(_completed(trigger, arrival.key, path, fields, seen.known))
        if trigger.at_most is not None:
            fired.append(Fired(path[-1], after(path[-1].at, trigger.at_most)))
    now = _state(progress.opened, progress.kept, fired)
    return Outcome(state=now, firings=tuple(firings), passed_over=tuple(passed_over))


def expire(trigger: CompiledTrigger, key: str, state: State, moment: Moment) -> Outcome:
    """What a tick makes of one scope: nothing, unless it is later than `state.due`."""
    now = moment.at
    if now <= state.due:
        return Outcome(state=state)
    firings: list[Firing] = []
    passed_over: list[PassedOver] = []
    opened = []
    for one in state.opened:
        if not one.expired and one.until < now:
            otherwise = trigger.steps[one.step + 1].otherwise
            if otherwise is not None:
                firings.append(_expired(trigger, key, one, otherwise, moment.known))
            else:
                passed_over.append(_unfollowed(trigger, key, one))
            one = one._replace(expired=True)
        if not (one.expired and one.forget < now):
            opened.append(one)
    left = _state(
        opened, (one for one in state.kept if one.until >= now), (one for one in state.fired if one.until >= now)
    )
    return Outcome(
        state=left,
        firings=tuple(sorted(firings, key=lambda firing: (firing.at, firing.event.seq, firing.event.row))),
        passed_over=tuple(passed_over),
    )


def is_stateless(trigger: CompiledTrigger) -> bool:
    """Whether every event completes the trigger on its own, and nothing is ever remembered."""
    return _is_single(trigger) and trigger.at_most is None


def _is_single(trigger: CompiledTrigger) -> bool:
    return len(trigger.steps) == 1 and trigger.count == 1


def _progress(trigger: CompiledTrigger, arrival: Arrival, mark: Mark, before: State) -> Progress:
    if _is_single(trigger):
        again = any(one.mark.id == mark.id for one in before.fired)
        return Progress(completed=[] if again else [((mark,), _remembered(trigger, 0, arrival.seen))])
    if trigger.count > 1:
        kept, counted = count(trigger, before.kept, mark, _remembered(trigger, 0, arrival.seen))
        path = tuple(one.mark for one in counted)
        return Progress(kept=list(kept), completed=[(path, dict(counted[-1].fields))] if counted else [])
    taken = [(at, _remembered(trigger, at, arrival.seen)) for at in arrival.steps]
    return advance(trigger, before, mark, taken)


def _remembered(trigger: CompiledTrigger, at: int, seen: Seen) -> Fields:
    """What is read of an event after it, and what its scope does not say already; missing values are left out."""
    found: Fields = {name: seen.fields[name] for name in trigger.steps[at].keeps if seen.fields.get(name) is not None}
    if "party" in trigger.steps[at].keeps and seen.party is not None:
        found["party"] = seen.party
    if seen.guid is not None and not trigger.is_per_hub:
        found["guid"] = seen.guid
    if seen.release is not None and "release" not in trigger.per:
        found["release"] = seen.release
    return found


def _too_near(trigger: CompiledTrigger, fired: Iterable[Fired], mark: Mark) -> Mark | None:
    """The firing that lies less than `at_most` from it, before or after."""
    if trigger.at_most is None:
        return None
    until = after(mark.at, trigger.at_most)
    near = (one.mark for one in fired if one.mark.at < until and mark.at < one.until)
    return min(near, default=None)


def _completed(
    trigger: CompiledTrigger, key: str, path: tuple[Mark, ...], fields: Mapping[str, object], known: Known
) -> Firing:
    return _firing(trigger, key, Cause.COMPLETED, len(trigger.steps) - 1, path, fields, trigger.do, known)


def _expired(trigger: CompiledTrigger, key: str, one: Opened, otherwise: Effects, known: Known) -> Firing:
    return _firing(trigger, key, Cause.EXPIRED, one.step + 1, one.path, one.fields, otherwise, known, one)


def _firing(
    trigger: CompiledTrigger,
    key: str,
    cause: Cause,
    at: int,
    path: tuple[Mark, ...],
    fields: Mapping[str, object],
    effects: Effects,
    known: Known,
    waited: Opened | None = None,
) -> Firing:
    scope = scope_of(trigger, key)
    links = _links(trigger, path)
    event = links[-1]
    named = fields.get("guid")
    guid = parse_guid(scope["hub"]) if "hub" in scope else Guid(named) if isinstance(named, int) else None
    release = scope.get("release", fields.get("release"))
    seen = Seen(
        seq=event.seq,
        row=event.row,
        id=event.id,
        at=event.at,
        type=event.type,
        private=False,  # it has been seen
        party=_text(fields.get("party")),
        guid=guid,
        release=_text(release),
        fields=fields,
    )
    context = known.context(seen.release)
    read = reader(seen, None if guid is None else known.hub(guid, trigger.owner))
    writer = Writer(read=read, context=context, event_at=event.at, because=trigger.because)
    records = writer.records(effects)
    return Firing(
        owner=trigger.owner,
        version=trigger.version,
        trigger=trigger.id,
        because=trigger.because,
        cause=cause,
        scope=scope,
        scope_key=key,
        step=at,
        event=event,
        at=event.at if waited is None else waited.until,
        records=records,
        chain=links,
        guid=guid,
        release=seen.release,
        missing=tuple(writer.missing),
    )


def _links(trigger: CompiledTrigger, path: tuple[Mark, ...]) -> tuple[Link, ...]:
    kinds = [trigger.steps[0].on] * len(path) if trigger.count > 1 else [one.on for one in trigger.steps]
    return tuple(_link(mark, kind) for mark, kind in zip(path, kinds, strict=False))


def _link(mark: Mark, kind: str) -> Link:
    return Link(id=mark.id, seq=mark.seq, row=mark.row, at=mark.at, type=kind)


def _late(arrival: Arrival, mark: Mark, one: Opened) -> PassedOver:
    trigger = arrival.trigger
    return PassedOver(
        trigger=trigger.id,
        scope_key=arrival.key,
        why=PassedOverBecause.LATE,
        event=_link(mark, arrival.seen.type),
        other=_links(trigger, one.path)[-1],
    )


def _swallowed(trigger: CompiledTrigger, key: str, path: tuple[Mark, ...], other: Mark) -> PassedOver:
    kind = trigger.steps[-1].on
    why = PassedOverBecause.AT_MOST
    event, fired = _link(path[-1], kind), _link(other, kind)
    return PassedOver(trigger=trigger.id, scope_key=key, why=why, event=event, other=fired)


def _unfollowed(trigger: CompiledTrigger, key: str, one: Opened) -> PassedOver:
    event = _links(trigger, one.path)[-1]
    return PassedOver(trigger=trigger.id, scope_key=key, why=PassedOverBecause.EXPIRED, event=event)


def _state(opened: Iterable[Opened], kept: Iterable[Kept], fired: Iterable[Fired]) -> State | None:
    state = State(opened=tuple(opened), kept=tuple(kept), fired=tuple(fired))
    return state if state.opened or state.kept or state.fired else None


def _time_of(completed: tuple[tuple[Mark, ...], Fields]) -> Mark:
    return completed[0][-1]


def _text(value: object) -> str | None:
    return None if value is None else str(value)
