"""Steps on durable_rules: an opened step waits there for the events of the next, in its scope."""

from bisect import insort
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from attrs import define

from chfw_app.triggers.durable.host import Meeting, Waiting
from chfw_app.triggers.durable.scope import Scope
from chfw_core.rules.model import Duration
from chfw_core.triggers.firing import Completed, remembered, tell_expired, tell_late
from chfw_core.triggers.model import Arrival, CompiledTrigger, Moment
from chfw_core.triggers.records import Firing, PassedOver
from chfw_core.triggers.spans import after
from chfw_core.triggers.state import Fields, Kept, Mark, Opened, State, in_order


class _Reached(NamedTuple):
    path: tuple[Mark, ...]
    fields: Fields


@define(kw_only=True, eq=False)
class Stepping:
    """A trigger of several steps. Pair n of the meeting: step n is open, an event for step n + 1 has come."""

    trigger: CompiledTrigger
    meeting: Meeting
    _names: int = 0

    def take(self, scope: Scope, arrival: Arrival, mark: Mark) -> tuple[Sequence[Completed], Sequence[PassedOver]]:
        """See `Way`."""
        # What waits is met before anything new is opened, which this event could not continue.
        met = {step: self._met(scope, step, mark) for step in arrival.steps if step}
        late = [
            tell_late(arrival, mark, one)
            for step in arrival.steps
            for one in scope.expired
            if one.step + 1 == step and _follows(mark, one)
        ]
        for step in arrival.steps:
            if step:
                until = self._after(mark, step)
                insort(scope.kept, Kept(step, mark, remembered(self.trigger, step, arrival.seen), until), key=in_order)
        reached = [_Reached((mark,), remembered(self.trigger, 0, arrival.seen))] if 0 in arrival.steps else []
        for step in range(len(self.trigger.steps) - 1):
            found = [self._used(scope, one, step + 1, mark) for one in met.get(step + 1, ())]
            for one in sorted(reached, key=lambda each: each.path[-1]):
                until = self._after(one.path[-1], step + 1)
                opened = Opened(step, one.path, one.fields, until)
                found.append(self._looked_back(scope, opened))
            reached = [one for one in found if one is not None]
        return [(one.path, one.fields) for one in reached], late

    def tick(self, scope: Scope, moment: Moment) -> Sequence[Firing | PassedOver]:
        """See `Way`."""
        over = sorted(((one, name) for name, one in scope.waiting.items() if one.until < moment.at), key=_order)
        for one, name in over:
            self.meeting.take_back(name)
            del scope.waiting[name]
            scope.expired.append(one._replace(forget=after(one.until, self._span(one.step + 1))))
        scope.expired = [one for one in scope.expired if one.forget is not None and one.forget >= moment.at]
        scope.kept = [one for one in scope.kept if one.until >= moment.at]
        return [tell_expired(self.trigger, scope.key, one, moment.known) for one, _ in over]

    def load(self, scope: Scope, state: State) -> None:
        """See `Way`."""
        scope.kept = list(state.kept)
        scope.expired = [one for one in state.opened if one.expired]
        for one in state.opened:
            if not one.expired:
                self._wait(scope, one)

    def leave(self, scope: Scope) -> None:
        """See `Way`."""
        for name in scope.waiting:
            self.meeting.take_back(name)

    def _met(self, scope: Scope, step: int, mark: Mark) -> list[Opened]:
        """The open steps that the event continues, earliest first. What met and cannot be continued waits on."""
        names = self.meeting.meet(step - 1, scope.key)
        met = [scope.waiting.pop(name) for name in names]
        for one in met:
            if not _follows(mark, one):
                self._wait(scope, one)
        return sorted((one for one in met if _follows(mark, one)), key=in_order)

    def _wait(self, scope: Scope, one: Opened) -> None:
        self._names += 1
        scope.waiting[self._names] = one
        self.meeting.wait(Waiting(pair=one.step, scope=scope.key, name=self._names))

    def _looked_back(self, scope: Scope, one: Opened) -> _Reached | None:
        """An event that came before the one that it follows; where there is none, the step waits."""
        known = (kept.mark for kept in scope.kept if kept.step == one.step + 1 and _follows(kept.mark, one))
        mark = min(known, default=None)
        if mark is None:
            self._wait(scope, one)
            return None
        return self._used(scope, one, one.step + 1, mark)

    def _used(self, scope: Scope, one: Opened, step: int, mark: Mark) -> _Reached | None:
        """The event has continued a step; only the first time it leads on."""
        at = next(at for at, kept in enumerate(scope.kept) if kept.step == step and kept.mark == mark)
        kept = scope.kept[at]
        if kept.used:
            return None
        scope.kept[at] = kept._replace(used=True)
        return _Reached((*one.path, mark), kept.fields)

    def _after(self, mark: Mark, step: int) -> datetime:
        return after(mark.at, self._span(step))

    def _span(self, step: int) -> Duration:
        span = self.trigger.steps[step].within
        assert span is not None  # the checker: a later step needs `within`
        return span


def _follows(mark: Mark, one: Opened) -> bool:
    return one.path[-1] < mark and mark.at <= one.until


def _order(one: tuple[Opened, int]) -> tuple[int, Mark]:
    return in_order(one[0])
