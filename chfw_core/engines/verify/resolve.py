"""Consent (planning 6, 7): from what each Supplier agreed to, the hub's one period and basis.

Hubs with the same ground, the same two consents and the same change of Supplier share one
resolution; it is worked out once, and where the same comes of two they are told apart no more.
`change_of_supplier` freezes and cuts are read here.
"""

from datetime import date, datetime, timedelta

import numpy as np
from attrs import frozen

from chfw_core.engines.verify.arrays import (
    FOREVER,
    NO_TIME,
    Domain,
    Guids,
    Ints,
    day_number,
    micros,
)
from chfw_core.engines.verify.calendar import Calendar
from chfw_core.engines.verify.dcc import Ground
from chfw_core.engines.verify.rows import BOTH, DEFAULT, SOLE
from chfw_core.engines.verify.settle import Agreed
from chfw_core.engines.verify.world import World
from chfw_core.model.events import Event
from chfw_core.model.parties import is_supplier
from chfw_core.model.periods import london_date, london_midnight

NOBODY, ONE, SPLIT = 0, 1, 2
ANYBODY = object()
A_YEAR = 366 * 24 * 60 * 60 * 1_000_000


@frozen
class Resolved:
    """A hub's basis, period and windows; `floor` = the earliest moment that I1 allows."""

    basis: int
    opens: int
    closes: int
    windows: int
    floor: int
    division: str | None


@frozen
class Freeze:
    """Changes of Supplier of one hub: frozen days; per role, the end of what its Supplier agreed to.

    `spans`: CS4, from when until when it is left alone.
    """

    days: tuple[tuple[int, int], ...]
    cuts: tuple[int, int]
    spans: tuple[tuple[int, int], ...] = ()


class Resolver:
    """Resolutions by number: `resolved` has what they are. Hubs to whom the same applies share one."""

    def __init__(self, world: World, calendar: Calendar) -> None:
        self._world = world
        self._calendar = calendar
        self._bound = world.as_of - A_YEAR
        regional = [rules.region_windows for rules in world.inputs.rulesets]
        self._regions_mind = any(windows.mind_holidays for windows in regional)
        self.resolved: list[Resolved] = []
        self._codes: dict[Resolved, int] = {}

    def code(
        self,
        ground: Ground,
        consents: tuple[Agreed | None, Agreed | None],
        parties: int,
        freeze: Freeze | None,
        division: str | None,
    ) -> int:
        """The code of the period of hubs that share all this. `parties` = NOBODY, ONE or SPLIT."""
        cuts = (FOREVER, FOREVER) if freeze is None else freeze.cuts
        consents = _still_agreed(consents)
        one, two = (_until(agreed, cut) for agreed, cut in zip(consents, cuts, strict=True))
        early = self._early((one, two), parties, division)
        if early is not None:
            basis, opens, closes, windows, floor = early
            closes = min(closes, *cuts)  # CS3: ends with the start of the freeze
            early = (basis, opens, closes, windows, floor) if opens < closes else None
        if early is None:
            # I2, BR4.2: no consent, or one of two missing, is the DCC's date; I1: not before it.
            automatic = self._world.moments[ground.moment].automatic
            early = (DEFAULT, ground.opens, ground.closes, ground.windows, automatic)
        basis, opens, closes, windows, floor = early
        # The division makes a difference only where somebody's windows mind its holidays.
        minded = division if self._regions_mind or self._calendar.mind_holidays(windows) else None
        made = Resolved(basis, max(opens, ground.delay), closes, windows, floor, minded)
        if made not in self._codes:
            self._codes[made] = len(self.resolved)
            self.resolved.append(made)
        return self._codes[made]

    def _early(
        self, consents: tuple[Agreed | None, Agreed | None], parties: int, division: str | None
    ) -> tuple[int, int, int, int, int] | None:
        one, two = consents
        if parties == NOBODY:
            return None
        if parties == ONE:  # BR3.2
            sole = one or two
            if sole is None:
                return None
            return SOLE, sole.opens, sole.closes, sole.windows, sole.opens
        if one is None or two is None:  # BR4.1
            return None
        opens = max(one.opens, two.opens)  # BR4.3: the later of the two
        closes = min(one.closes, two.closes)
        if closes <= opens:
            closes = one.closes if one.opens > two.opens else two.closes
        return BOTH, opens, closes, self._windows(one, two, opens, closes, division), opens

    def _windows(self, one: Agreed, two: Agreed, opens: int, closes: int, division: str | None) -> int:
        both = self._calendar.together(one.windows, two.windows)
        # Weekly windows come round: a year back is as good as the beginning of time.
        if self._calendar.first_opening(both, division, max(opens, self._bound), closes) is not None:
            return both
        # Nothing is left of both: those of the Supplier whose first moment is later (I1).
        return max(one, two, key=lambda agreed: self._lateness(agreed, division)).windows

    def _lateness(self, agreed: Agreed, division: str | None) -> tuple[bool, int, tuple[object, ...]]:
        first = self._calendar.first_opening(agreed.windows, division, max(agreed.opens, self._bound), agreed.closes)
        hours = tuple(part.hours for part in self._world.windows.values[agreed.windows].parts)
        # Whoever agreed to no moment at all comes last; of two such, the one that opens later.
        return first is None, agreed.opens if first is None else first, hours


def _still_agreed(consents: tuple[Agreed | None, Agreed | None]) -> tuple[Agreed | None, Agreed | None]:
    """Without what is over and was kept for another period of the second Supplier than it says now."""
    one, two = consents
    if one is None or two is None:
        return consents
    return (
        None if one.until not in (NO_TIME, two.closes) else one,
        None if two.until not in (NO_TIME, one.closes) else two,
    )


def _until(agreed: Agreed | None, cut: int) -> Agreed | None:
    """CS3: what the Supplier that leaves agreed to ends with the start of the freeze."""
    if agreed is None or agreed.opens >= cut:
        return None
    return Agreed(agreed.opens, min(agreed.closes, cut), agreed.windows)


class Changes:
    """CS3: the changes of Supplier that were announced by `as_of`, by hub; CS4: when it is left alone."""

    def __init__(self, world: World) -> None:
        self._world = world
        at = world.inputs.parameters.at
        self._before = at("change_freeze_days_before", world.today)
        self._after = at("change_freeze_days_after", world.today)
        self._by_guid: dict[int, list[Event]] = {}
        for event in world.events:
            if event.type != "change_of_supplier_started" or _effective(event) is None:
                continue
            if event.guid is not None and (event.party is None or not is_supplier(str(event.party))):
                self._by_guid.setdefault(int(event.guid), []).append(event)
        self._protected = {int(guid): periods for guid, periods in world.inputs.protected.items()}
        self._guids = np.array(sorted({*self._by_guid, *self._protected}), np.uint64)
        self.freezes: Domain[Freeze | None] = Domain(None)

    def codes(self, guids: Guids, imports: Ints, gases: Ints) -> Ints:
        """The freeze of each hub; 0 = none."""
        codes = np.zeros(len(guids), np.int32)
        if not len(self._guids):
            return codes
        at = np.minimum(np.searchsorted(self._guids, guids), len(self._guids) - 1)
        for row in np.flatnonzero(self._guids[at] == guids):
            holders = {
                "import": self._world.parties.values[imports[row]],
                "gas": self._world.parties.values[gases[row]],
            }
            guid = int(guids[row])
            spans = [(micros(span.opens), micros(span.closes)) for span in self._protected.get(guid, ())]
            codes[row] = self.freezes.code(self._freeze(self._by_guid.get(guid, []), holders, tuple(sorted(spans))))
        return codes

    def _freeze(
        self, events: list[Event], holders: dict[str, str | None], spans: tuple[tuple[int, int], ...]
    ) -> Freeze:
        days = []
        cuts = dict.fromkeys(holders, FOREVER)
        current: dict[str, object] = dict(holders)
        for effective, role, leaves, joins in sorted(_told(event) for event in events):
            if self._world.today < effective:
                # A change from somebody who does not hold the role by then is not applied.
                if leaves and current.get(role) not in (leaves, ANYBODY):
                    continue
                current[role] = joins or ANYBODY
            first = effective - timedelta(days=self._before)
            last = effective + timedelta(days=self._after)
            days.append((day_number(first), day_number(last)))
            holder = holders.get(role)
            if holder is not None and self._world.today < effective:
                start = micros(london_midnight(first))
                # A Party in both roles gave one instruction: it ends for both.
                for same in (name for name, party in holders.items() if party == holder):
                    cuts[same] = min(cuts[same], start)
        return Freeze(tuple(sorted(set(days))), (cuts["import"], cuts["gas"]), spans)


def _told(event: Event) -> tuple[date, str, str, str]:
    """The day, the role, who leaves and who joins; empty where it is not said."""
    role, leaves, joins = (str(event.fields.get(name) or "") for name in ("role", "from", "to"))
    effective = _effective(event)
    if effective is None:
        raise AssertionError("an event without a day is not kept")
    return effective, role, leaves, joins


def _effective(event: Event) -> date | None:
    """The London day on which a change takes effect, however the event's file wrote it."""
    match event.fields.get("effective"):
        case datetime() as instant:
            return london_date(instant)
        case date() as day:
            return day
        case str() as text if len(text) == 10:
            return date.fromisoformat(text)
        case str() as text:
            return london_date(datetime.fromisoformat(text))
        case _:
            return None
