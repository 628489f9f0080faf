"""What triggers mean, said from all events at once: slow, and written to be compared with every engine.

Nothing is remembered and nothing is forgotten here. For each scope the whole ledger is looked at, and each sentence
of docs/reference/triggers.md is one function: which events may follow which, when an opened step is continued, when
it is over, which events are counted together. Only who sees what is asked of `arrival_at`.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import combinations

from attrs import define, field, frozen

from chfw_core.rules.meaning.values import shift
from chfw_core.rules.model import Duration
from chfw_core.triggers.model import CompiledTrigger, Moment, Seen
from chfw_core.triggers.records import Firing, PassedOver
from chfw_core.triggers.seeing import arrival_at

Item = Seen | Moment
"""One item of a ledger: an event or a tick. Its place is its index."""


@frozen(kw_only=True, order=True)
class Told:
    """What is said at one place of the ledger. `chain`: ids of events; `other`: of the event that stands against it."""

    place: int
    what: str
    at: datetime
    trigger: str
    scope: str
    chain: tuple[str, ...]
    other: str = ""


def told_by_firing(place: int, firing: Firing) -> Told:
    """An engine's firing in the oracle's words."""
    chain = tuple(link.id for link in firing.chain)
    what = f"{firing.cause.value} {firing.step}"
    return Told(place=place, what=what, at=firing.at, trigger=firing.trigger, scope=firing.scope_key, chain=chain)


def told_by_passing(place: int, one: PassedOver) -> Told:
    """What an engine passed over in the oracle's words."""
    return Told(
        place=place,
        what=one.why.value,
        at=one.event.at,
        trigger=one.trigger,
        scope=one.scope_key,
        chain=(one.event.id,),
        other="" if one.other is None else one.other.id,
    )


def foretold(trigger: CompiledTrigger, ledger: Sequence[Item]) -> tuple[Told, ...]:
    """All that this trigger says over the whole ledger, in order."""
    scopes: dict[str, list[_Event]] = {}
    ids: set[str] = set()
    for place, item in enumerate(ledger):
        if isinstance(item, Moment) or item.id in ids:
            continue  # an id that has come before does nothing
        ids.add(item.id)
        arrival = arrival_at(trigger, item)
        if arrival is not None:
            scopes.setdefault(arrival.key, []).append(_Event(place=place, seen=item, steps=frozenset(arrival.steps)))
    ticks = [(place, item.at) for place, item in enumerate(ledger) if isinstance(item, Moment)]
    found = [
        told
        for key, events in scopes.items()
        for told in _Scope(trigger=trigger, key=key, events=events, ticks=ticks).told()
    ]
    return tuple(sorted(found))


@frozen(kw_only=True)
class _Event:
    place: int
    seen: Seen
    steps: frozenset[int]

    @property
    def order(self) -> tuple[datetime, int, int]:
        """By event time, at one time by place in the ledger."""
        return (self.seen.at, self.seen.seq, self.seen.row)


@frozen(kw_only=True)
class _Reached:
    """An event that reached a step (from 0) at a place of the ledger."""

    step: int
    event: _Event
    place: int
    path: tuple[_Event, ...]


@define(kw_only=True)
class _Scope:
    trigger: CompiledTrigger
    key: str
    events: list[_Event]
    ticks: list[tuple[int, datetime]]
    said: list[Told] = field(factory=list)

    def told(self) -> list[Told]:
        if len(self.trigger.steps) > 1:
            completed = [(one.place, one.path) for one in self._reached_last()]
        elif self.trigger.count > 1:
            completed = list(self._counted())
        else:
            completed = [(event.place, (event,)) for event in self.events]
        self._tell_completed(completed)
        return self.said

    # --- steps

    def _reached_last(self) -> list[_Reached]:
        reached = [
            _Reached(step=0, event=event, place=event.place, path=(event,)) for event in self.events if 0 in event.steps
        ]
        for step in range(len(self.trigger.steps) - 1):
            reached = list(self._next(reached, step + 1))
        return reached

    def _next(self, reached: Sequence[_Reached], step: int) -> Iterator[_Reached]:
        """Each event that reaches a step does so once: where it first continues another, by the earliest of these."""
        found: dict[int, tuple[int, tuple[datetime, int, int], _Reached]] = {}
        for one in reached:
            self._tell_waiting(one, step)
            continued = self._continuation(one, step)
            if continued is None:
                continue
            place, event = continued
            new = _Reached(step=step, event=event, place=place, path=(*one.path, event))
            bid = (place, one.event.order, new)
            if event.place not in found or bid[:2] < found[event.place][:2]:
                found[event.place] = bid
        return (new for _, _, new in found.values())

    def _may_follow(self, one: _Reached, step: int) -> list[_Event]:
        last = self._after(one.event, self._within(step))
        return [
            event
            for event in self.events
            if step in event.steps and event.order > one.event.order and event.seen.at <= last
        ]

    def _continuation(self, one: _Reached, step: int) -> tuple[int, _Event] | None:
        """Where an opened step is continued, and by which event."""
        following = self._may_follow(one, step)
        known = [event for event in following if event.place <= one.place and not self._is_forgotten(event, one, step)]
        if known:
            return one.place, min(known, key=lambda event: event.order)
        over = self._over(one, step)
        to_come = [event for event in following if event.place > one.place and (over is None or event.place < over)]
        if not to_come:
            return None
        first = min(to_come, key=lambda event: event.place)
        return first.place, first

    def _is_forgotten(self, event: _Event, one: _Reached, step: int) -> bool:
        """A tick has come between the two that passed the time in which the event could follow."""
        last = self._after(event, self._within(step))
        return any(event.place < place < one.place and at > last for place, at in self.ticks)

    def _over(self, one: _Reached, step: int) -> int | None:
        """The place of the tick by which an opened step's time is over, were it not continued before."""
        last = self._after(one.event, self._within(step))
        return next((place for place, at in self.ticks if place > one.place and at > last), None)

    def _tell_waiting(self, one: _Reached, step: int) -> None:
        over = self._over(one, step)
        if self._continuation(one, step) is not None or over is None:
            return
        last = self._after(one.event, self._within(step))
        path = tuple(event.seen.id for event in one.path)
        if self.trigger.steps[step].otherwise is not None:
            self._say(over, f"expired {step}", last, path)
        else:
            self._say(over, "expired", one.event.seen.at, (one.event.seen.id,))
        remembered = _after(last, self._within(step))
        for event in self._may_follow(one, step):
            forgotten = any(over <= place < event.place and at > remembered for place, at in self.ticks)
            if event.place > over and not forgotten:
                self._say(event.place, "late", event.seen.at, (event.seen.id,), one.event.seen.id)

    # --- count

    def _counted(self) -> Iterator[tuple[int, tuple[_Event, ...]]]:
        used: set[int] = set()
        for new in self.events:
            last = {event.place: self._after(event, self.trigger.within) for event in self.events}
            known = [
                event
                for event in self.events
                if event.place <= new.place
                and event.place not in used
                and not any(event.place < place < new.place and at > last[event.place] for place, at in self.ticks)
            ]
            known.sort(key=lambda event: event.order)
            # Combinations of what is in order come in order: the first is that of the earliest events.
            for chosen in combinations(known, self.trigger.count):
                if new in chosen and chosen[-1].seen.at <= last[chosen[0].place]:
                    used |= {event.place for event in chosen}
                    yield new.place, chosen
                    break

    # --- at_most

    def _tell_completed(self, completed: Sequence[tuple[int, tuple[_Event, ...]]]) -> None:
        span = self.trigger.at_most
        fired: list[tuple[int, _Event]] = []
        for place, path in sorted(completed, key=lambda one: (one[0], one[1][-1].order)):
            event = path[-1]
            near = [other for fired_at, other in fired if self._is_near(fired_at, other, place, event, span)]
            if near:
                other = min(near, key=lambda one: one.order)
                self._say(place, "at_most", event.seen.at, (event.seen.id,), other.seen.id)
                continue
            fired.append((place, event))
            ids = tuple(one.seen.id for one in path)
            self._say(place, f"completed {len(self.trigger.steps) - 1}", event.seen.at, ids)

    def _is_near(self, fired_at: int, other: _Event, place: int, event: _Event, span: Duration | None) -> bool:
        """Two firings would lie less than `at_most` apart, whichever is the earlier."""
        if span is None:
            return False
        last = self._after(other, span)
        if any(fired_at < tick < place and at > last for tick, at in self.ticks):
            return False  # long ago
        first, second = sorted([event, other], key=lambda one: one.order)
        return second.seen.at < self._after(first, span)

    # --- what they share

    def _within(self, step: int) -> Duration | None:
        return self.trigger.steps[step].within

    def _after(self, event: _Event, span: Duration | None) -> datetime:
        return _after(event.seen.at, span)

    def _say(self, place: int, what: str, at: datetime, chain: tuple[str, ...], other: str = "") -> None:
        told = Told(
            place=place, what=what, at=at, trigger=self.trigger.id, scope=self.key, chain=chain, other=other
        )  # fmt: skip
        self.said.append(told)


def _after(at: datetime, span: Duration | None) -> datetime:
    assert span is not None
    moved = shift(at, span)
    assert isinstance(moved, datetime)
    return moved
