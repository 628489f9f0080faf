"""Which events a trigger sees, for which of its steps, and in which scope.

A Supplier's trigger sees the events of its own hubs and those about no hub, but never what another Supplier
said about its own (I8). A CSP's sees those of its region. The DCC's sees all.

A field of a hub is read from the hub where the event names one, else from the event, where that carries it.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple, assert_never

from chfw_core.model.batch_ids import batch_known_to
from chfw_core.model.guid import format_guid
from chfw_core.model.parties import CSP_PREFIX, DCC, SupplierRole, is_supplier
from chfw_core.model.periods import london_date
from chfw_core.rules.meaning.evaluate import Read, RuleContext, condition_holds, leaf_holds
from chfw_core.rules.model import Always, And, Condition, Leaf, LeafOp, Not, Or
from chfw_core.rules.vocabulary.event_fields import HEX_FIELDS
from chfw_core.rules.vocabulary.fields import EVENT_PREFIX, RELEASE_PREFIX
from chfw_core.triggers.model import OF_HUB_OR_EVENT, Arrival, CompiledTrigger, Seen, TriggerSet

OF_THE_RELEASE = frozenset({"cutoff", "release.notified_on", "release.automatic_on"})
_CHANGES_OF_SUPPLIER = frozenset({"change_of_supplier_started", "change_of_supplier_completed"})


def arrivals(triggers: TriggerSet, seen: Seen) -> tuple[Arrival, ...]:
    """The event for each trigger that waits for it, in the files' order."""
    wanting = triggers.wanting(seen.type)
    view = _view(triggers.owner, seen) if wanting else None
    if view is None:
        return ()
    found = (_arrival(trigger, view) for trigger in wanting)
    return tuple(arrival for arrival in found if arrival is not None)


def arrival_at(trigger: CompiledTrigger, seen: Seen) -> Arrival | None:
    """The event as this trigger takes it; None where it does not see it, wait for it, or know its scope."""
    view = _view(trigger.owner, seen)
    return None if view is None else _arrival(trigger, view)


class _View(NamedTuple):
    """An event as one owner's rules read it."""

    seen: Seen
    hub: Read | None
    read: Read
    context: RuleContext | None


def _view(owner: str, seen: Seen) -> _View | None:
    """None where the owner does not see the event."""
    hub = _hub(owner, seen)
    if not _sees(owner, seen, hub):
        return None
    read = reader(seen, hub)
    return _View(seen, hub, read, seen.known.context(seen.release, read))


def _arrival(trigger: CompiledTrigger, view: _View) -> Arrival | None:
    seen, hub, read, context = view
    if type(trigger.when) is not Always and not _in_scope(trigger.when, read, context, seen):
        return None
    steps = tuple(
        [
            at
            for at, step in trigger.taking.get(seen.type, ())
            if type(step.condition) is Always or holds(step.condition, read, context, _now(seen))
        ]
    )
    key = _key(trigger, seen, hub) if steps else None
    return None if key is None else Arrival(trigger=trigger, key=key, steps=steps, seen=seen)


def _key(trigger: CompiledTrigger, seen: Seen, hub: Read | None) -> str | None:
    """The scope in which this trigger counts and orders the event; None where a value of `per` is missing.

    The value itself where `per` is one field, else a JSON list of them.
    """
    if len(trigger.per) == 1:
        return _scope_value(trigger.per[0], trigger.owner, seen, hub)
    values = [_scope_value(name, trigger.owner, seen, hub) for name in trigger.per]
    return None if None in values else json.dumps(values, ensure_ascii=False, separators=(",", ":"))


def _hub(owner: str, seen: Seen) -> Read | None:
    return None if seen.guid is None else seen.known.hub(seen.guid, owner)


def scope_of(trigger: CompiledTrigger, key: str) -> Mapping[str, str]:
    """The values of `per` of a scope key."""
    values = [key] if len(trigger.per) == 1 else json.loads(key)
    return dict(zip(trigger.per, values, strict=True))


def holds(condition: Condition, read: Read, context: RuleContext | None, at: datetime) -> bool:
    """Whether a condition holds. Without a release, a comparison with what is the release's is false."""
    if context is not None:
        return condition_holds(condition, read, context)
    match condition:
        case And():
            return all(holds(item, read, None, at) for item in condition.items)
        case Or():
            return any(holds(item, read, None, at) for item in condition.items)
        case Not():
            return not holds(condition.item, read, None, at)
        case Always():
            return True
        case Leaf():
            if reads_release(condition):
                return condition.op is LeafOp.MISSING
            return leaf_holds(condition, tuple(read(name) for name in condition.fields), bare_context(at))
        case _:
            assert_never(condition)


@lru_cache(maxsize=1 << 10)  # many triggers ask for the same event
def bare_context(at: datetime) -> RuleContext:
    """The context of an event without a release: only its day may be read."""
    return RuleContext(as_of=at, today=london_date(at), automatic_at=at, cutoff=at, notified_at=at, release={})


@lru_cache(maxsize=1 << 14)
def reads_release(leaf: Leaf) -> bool:
    """Whether a comparison reads what only a release has."""
    return any(
        (side.field is not None and side.field.startswith(RELEASE_PREFIX))
        or (side.date is not None and side.date.base in OF_THE_RELEASE)
        for side in (leaf.left, *leaf.args)
    )


def event_value(seen: Seen, name: str) -> object:
    """What the event carries under a name without `event.`; None where it does not."""
    match name:
        case "at":
            return seen.at
        case "type":
            return seen.type
        case "guid":
            return seen.guid
        case "release":
            return seen.release
        case "party":
            return seen.party
        case _:
            return seen.fields.get(name)


def reader(seen: Seen, hub: Read | None) -> Read:
    """Reads `event.*`, and the hub's fields from the hub, or from the event where that is about no hub."""

    def read(name: str) -> object:
        if name.startswith(EVENT_PREFIX):
            return event_value(seen, name.removeprefix(EVENT_PREFIX))
        if hub is not None:
            return hub(name)
        return event_value(seen, name) if name in OF_HUB_OR_EVENT else None

    return read


def _sees(owner: str, seen: Seen, hub: Read | None) -> bool:
    if owner == DCC:
        return True
    if is_supplier(owner):
        if seen.private and seen.party != owner:
            return False
        return seen.guid is None or _is_of(owner, seen, hub)
    region = event_value(seen, "csp_region") if hub is None else hub("csp_region")
    # An event about one hub that nobody knows is in no region; one about no hub may be about all of them.
    return region == owner.removeprefix(CSP_PREFIX) or (region is None and seen.guid is None)


def _now(seen: Seen) -> datetime:
    return seen.known.at or seen.at


def _is_of(owner: str, seen: Seen, hub: Read | None) -> bool:
    """The owner is responsible for the hub, or this event makes or made it so (CS3)."""
    if hub is not None and hub("my_role") is not None:
        return True
    return seen.type in _CHANGES_OF_SUPPLIER and owner in (seen.fields.get("from"), seen.fields.get("to"))


def _in_scope(when: Condition, read: Read, context: RuleContext | None, seen: Seen) -> bool:
    """Whether the event lies within the file's `applies_to`.

    An event about no hub does where nothing says otherwise: of the models, what the event or its release says.
    """
    if seen.guid is not None or isinstance(when, Always):
        return holds(when, read, context, _now(seen))
    match when:
        case And():
            return all(_in_scope(item, read, context, seen) for item in when.items)
        case Or():
            return any(_in_scope(item, read, context, seen) for item in when.items)
        case Not():
            return not _in_scope(when.item, read, context, seen)
        case Leaf():
            return _may_hold(when, read, context or bare_context(_now(seen)))
        case _:
            assert_never(when)


def _may_hold(leaf: Leaf, read: Read, context: RuleContext) -> bool:
    values = tuple(read(name) for name in leaf.fields)
    if None not in values:
        return leaf_holds(leaf, values, context)
    models = context.release.get("device_models")
    if leaf.fields == ("device_model",) and isinstance(models, frozenset):
        return any(leaf_holds(leaf, (model,), context) for model in models)
    return True


def _scope_value(name: str, owner: str, seen: Seen, hub: Read | None) -> str | None:
    match name:
        case "hub":
            return None if seen.guid is None else format_guid(seen.guid)
        case "release":
            return seen.release
        case "batch":
            return _batch(owner, seen, hub)
        case _:
            value = event_value(seen, name) if hub is None else hub(name)
            if value is None:
                return None
            return str(value).upper() if name in HEX_FIELDS else str(value)


def _batch(owner: str, seen: Seen, hub: Read | None) -> str | None:
    """NF7: to a Supplier what of the batch's id is its own; to others all of it."""
    if seen.batch is None or not is_supplier(owner):
        return seen.batch
    role = hub("my_role") if hub is not None and hub("split") else None
    return batch_known_to(owner, None if role is None else SupplierRole(str(role)), seen.batch)
