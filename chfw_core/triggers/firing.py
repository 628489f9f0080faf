"""What a completion or an expiry is written down as, with its reason. Every engine uses it."""

from collections.abc import Iterable, Mapping, Sequence

from chfw_core.model.guid import Guid, parse_guid
from chfw_core.triggers.model import Arrival, CompiledTrigger, Effects, Known, Seen
from chfw_core.triggers.records import Cause, Firing, Link, PassedOver, PassedOverBecause
from chfw_core.triggers.seeing import reader, scope_of
from chfw_core.triggers.spans import after
from chfw_core.triggers.state import Fields, Fired, Mark, Opened
from chfw_core.triggers.writing import Writer

Completed = tuple[tuple[Mark, ...], Fields]
"""The path of a completion, in order of event time, with what is read of its last event."""


def remembered(trigger: CompiledTrigger, step: int, seen: Seen) -> Fields:
    """What is read later of an event that reaches a step, and what its scope does not say; no missing values."""
    keeps = trigger.steps[step].keeps
    found: dict[str, object] = {name: seen.fields[name] for name in keeps if seen.fields.get(name) is not None}
    if "party" in keeps and seen.party is not None:
        found["party"] = seen.party
    if seen.guid is not None and not trigger.is_per_hub:
        found["guid"] = seen.guid
    if seen.release is not None and "release" not in trigger.per:
        found["release"] = seen.release
    return found


def tell_completed(
    trigger: CompiledTrigger, key: str, completed: Iterable[Completed], fired: list[Fired], known: Known
) -> tuple[list[Firing], list[PassedOver]]:
    """Completions in order of event time, and those that `at_most` swallows. Firings are added to `fired`."""
    firings: list[Firing] = []
    passed_over: list[PassedOver] = []
    for path, fields in sorted(completed, key=_last):
        other = _too_near(trigger, fired, path[-1])
        if other is not None:
            passed_over.append(_passed(trigger, key, PassedOverBecause.AT_MOST, trigger.steps[-1].on, path[-1], other))
            continue
        firings.append(_firing(trigger, key, len(trigger.steps) - 1, path, fields, trigger.do, known))
        if trigger.at_most is not None:
            fired.append(Fired(path[-1], after(path[-1].at, trigger.at_most)))
    return firings, passed_over


def tell_expired(trigger: CompiledTrigger, key: str, one: Opened, known: Known) -> Firing | PassedOver:
    """That what was to follow an opened step has not come in time."""
    otherwise = trigger.steps[one.step + 1].otherwise
    if otherwise is None:
        return _passed(trigger, key, PassedOverBecause.EXPIRED, trigger.steps[one.step].on, one.path[-1])
    return _firing(trigger, key, one.step + 1, one.path, one.fields, otherwise, known, waited=one)


def tell_late(arrival: Arrival, mark: Mark, one: Opened) -> PassedOver:
    """That an event has come after the step that it would have continued was declared expired."""
    trigger = arrival.trigger
    late = PassedOverBecause.LATE
    return _passed(trigger, arrival.key, late, arrival.seen.type, mark, one.path[-1], trigger.steps[one.step].on)


def _too_near(trigger: CompiledTrigger, fired: Iterable[Fired], mark: Mark) -> Mark | None:
    """The firing that lies less than `at_most` from it, before or after."""
    if trigger.at_most is None:
        return None
    until = after(mark.at, trigger.at_most)
    near = (one.mark for one in fired if one.mark.at < until and mark.at < one.until)
    return min(near, default=None)


def _firing(
    trigger: CompiledTrigger,
    key: str,
    step: int,
    path: tuple[Mark, ...],
    fields: Fields,
    effects: Effects,
    known: Known,
    *,
    waited: Opened | None = None,
) -> Firing:
    scope, chain = scope_of(trigger, key), _links(trigger, path)
    seen = _last_seen(chain[-1], scope, fields)
    read = reader(seen, None if seen.guid is None else known.hub(seen.guid, trigger.owner))
    context = known.context(seen.release, read)
    now = known.at or (seen.at if waited is None else waited.until)
    writer = Writer(read=read, context=context, event_at=seen.at, now=now, because=trigger.because)
    records = writer.records(effects)
    return Firing(
        owner=trigger.owner,
        version=trigger.version,
        trigger=trigger.id,
        because=trigger.because,
        cause=Cause.COMPLETED if waited is None else Cause.EXPIRED,
        scope=scope,
        scope_key=key,
        step=step,
        event=chain[-1],
        at=seen.at if waited is None else waited.until,
        records=records,
        chain=chain,
        guid=seen.guid,
        release=seen.release,
        missing=tuple(writer.missing),
    )


def _last_seen(link: Link, scope: Mapping[str, str], fields: Fields) -> Seen:
    """The event again, from what was remembered of it."""
    guid, release = fields.get("guid"), scope.get("release", fields.get("release"))
    return Seen(
        seq=link.seq,
        row=link.row,
        id=link.id,
        at=link.at,
        type=link.type,
        private=False,  # who may see it was asked when it came
        party=_text(fields.get("party")),
        guid=parse_guid(scope["hub"]) if "hub" in scope else Guid(guid) if isinstance(guid, int) else None,
        release=_text(release),
        fields=fields,
    )


def _links(trigger: CompiledTrigger, path: Sequence[Mark]) -> tuple[Link, ...]:
    kinds = [step.on for step in trigger.steps] if len(trigger.steps) > 1 else [trigger.steps[0].on] * len(path)
    return tuple(_link(mark, kind) for mark, kind in zip(path, kinds, strict=False))


def _link(mark: Mark, kind: str) -> Link:
    return Link(id=mark.id, seq=mark.seq, row=mark.row, at=mark.at, type=kind)


def _passed(
    trigger: CompiledTrigger,
    key: str,
    why: PassedOverBecause,
    kind: str,
    mark: Mark,
    other: Mark | None = None,
    other_kind: str | None = None,
) -> PassedOver:
    near = None if other is None else _link(other, other_kind or kind)
    return PassedOver(trigger=trigger.id, scope_key=key, why=why, event=_link(mark, kind), other=near)


def _last(completed: Completed) -> Mark:
    return completed[0][-1]


def _text(value: object) -> str | None:
    return None if value is None else str(value)
