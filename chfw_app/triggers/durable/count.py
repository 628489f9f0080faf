"""`count` on durable_rules: the first event of a count waits for the one that would be its last.

Events in order of event time have places 1, 2, 3 … in their scope. The event at place n waits for that at place
n + count - 1. Where that comes in time, the count is complete; where it comes too late, the first one can be counted
with nothing that comes in order any more, and is left alone. So those that still matter are the last ones, side by
side. An event out of order is looked at among all that is kept; what lies after it moves up by one place.
"""

from bisect import insort
from collections.abc import Sequence

from attrs import define, field

from chfw_app.triggers.durable.host import DurableError, Meeting, Waiting
from chfw_app.triggers.durable.scope import Scope
from chfw_core.triggers.firing import Completed, remembered
from chfw_core.triggers.model import Arrival, CompiledTrigger, Moment
from chfw_core.triggers.records import Firing, PassedOver
from chfw_core.triggers.spans import after
from chfw_core.triggers.state import Kept, Mark, State, in_order


@define(kw_only=True, eq=False)
class Counting:
    """A trigger with `count`. The meeting has one pair."""

    trigger: CompiledTrigger
    meeting: Meeting
    _names: int = 0
    _ids: dict[int, str] = field(factory=dict)

    def take(self, scope: Scope, arrival: Arrival, mark: Mark) -> tuple[Sequence[Completed], Sequence[PassedOver]]:
        """See `Way`."""
        assert self.trigger.within is not None  # the checker: `count` needs `within`
        fields = remembered(self.trigger, 0, arrival.seen)
        new = Kept(0, mark, fields, after(mark.at, self.trigger.within))
        if scope.kept and mark < scope.kept[-1].mark:
            insort(scope.kept, new, key=in_order)
            counted = self._among_all(scope, new)
            if not counted:
                self._squeeze_in(scope, new)
        else:
            scope.kept.append(new)
            scope.last += 1
            counted = self._met(scope, new)
            if not counted:
                self._wait(scope, new, scope.last)
        self._use(scope, counted)
        return [(tuple(one.mark for one in counted), counted[-1].fields)] if counted else [], ()

    def tick(self, scope: Scope, moment: Moment) -> Sequence[Firing | PassedOver]:
        """See `Way`."""
        gone = [one for one in scope.kept if one.until < moment.at]
        scope.kept = [one for one in scope.kept if one.until >= moment.at]
        for one in gone:
            self._take_back(scope, one.mark.id)
        free = [one.mark for one in scope.kept if not one.used]
        if free and any(one.mark > free[0] for one in gone):
            self._deal(scope)  # a night on which the clock changes: a later one was over before an earlier
        return ()

    def load(self, scope: Scope, state: State) -> None:
        """See `Way`."""
        scope.kept = list(state.kept)
        self._deal(scope)

    def leave(self, scope: Scope) -> None:
        """See `Way`."""
        for name in list(scope.places):
            self._take_back(scope, name)

    def _met(self, scope: Scope, new: Kept) -> list[Kept]:
        """What the event completes as the last in order."""
        for name in self.meeting.meet(0, _place(scope, scope.last)):
            first = self._ids.pop(name)
            del scope.places[first]  # too late or not, it has met what it waited for
            counted = [one for one in scope.kept if not one.used][-self.trigger.count :]
            if counted[0].mark.id != first:
                raise DurableError("what met in durable_rules is not what was counted")
            if new.mark.at <= counted[0].until:
                return counted
        return []

    def _among_all(self, scope: Scope, new: Kept) -> list[Kept]:
        """The earliest events with which a late one is a full count."""
        free = [one for one in scope.kept if not one.used]
        for first, one in enumerate(free):
            counted = free[first : first + self.trigger.count]
            if len(counted) == self.trigger.count and new in counted and counted[-1].mark.at <= one.until:
                return counted
        return []

    def _use(self, scope: Scope, counted: Sequence[Kept]) -> None:
        used = {one.mark.id for one in counted}
        if used:
            scope.kept = [one._replace(used=True) if one.mark.id in used else one for one in scope.kept]
            for name in used:
                self._take_back(scope, name)

    def _squeeze_in(self, scope: Scope, new: Kept) -> None:
        """A place for a late event: that of the first one after it, which moves up, and so on; else the next."""
        later = [one for one in scope.kept if one.mark > new.mark and not one.used]
        if any(one.mark.id not in scope.places for one in later):
            self._deal(scope)
            return
        places = [scope.places[one.mark.id][1] for one in later]
        for one in later:
            self._take_back(scope, one.mark.id)
        scope.last += 1
        for one, place in zip([new, *later], [*places, scope.last], strict=True):
            self._wait(scope, one, place)

    def _deal(self, scope: Scope) -> None:
        """Places anew, beyond all that anything has waited for."""
        for name in list(scope.places):
            self._take_back(scope, name)
        scope.last += self.trigger.count
        for one in scope.kept:
            if not one.used:
                scope.last += 1
                self._wait(scope, one, scope.last)

    def _wait(self, scope: Scope, one: Kept, place: int) -> None:
        self._names += 1
        self._ids[self._names] = one.mark.id
        scope.places[one.mark.id] = (self._names, place)
        last = _place(scope, place + self.trigger.count - 1)
        self.meeting.wait(Waiting(pair=0, scope=last, name=self._names))

    def _take_back(self, scope: Scope, event: str) -> None:
        name, _ = scope.places.pop(event, (None, 0))
        if name is not None:
            del self._ids[name]
            self.meeting.take_back(name)


def _place(scope: Scope, place: int) -> str:
    return f"{scope.key}#{place}"
