"""Explicit instructions: which row, if any, stands for a hub and a Supplier (planning 5).

Rows are sorted by hub once. For the hubs of a block that have rows, every row is put beside its
hub, validated by masks, and the last of those that count is taken.

Two Suppliers whose rows were both open when the later one came have agreed, and neither lapses before the period that
came of it is over: `until` says so of the one that is over by itself.
"""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from attrs import frozen

from chfw_core.engines.verify.arrays import NO_TIME, Bools, Domain, Guids, Ints, Longs
from chfw_core.engines.verify.estate import text_codes
from chfw_core.engines.verify.rows import times_of
from chfw_core.engines.verify.world import World
from chfw_core.model.window_text import own_windows, standard_window
from chfw_core.rules.triggered import is_of_trigger

NOTHING, WITHDRAWN, INSTRUCTED, KEPT = 0, 1, 2, 3
_ROLES = ("import", "gas")
_ACTIONS = ("instruct", "withdraw")


@frozen(kw_only=True)
class Hubs:
    """What validation asks of hubs: `parties` of the two roles, cut-offs as instants."""

    guids: Guids
    parties: tuple[Ints, Ints]
    eligible: Bools
    automatic: Longs
    cutoff: Longs


@frozen(kw_only=True)
class Standing:
    """Per role and hub: nothing, a withdrawal or an instruction, its period, its rule's code and that of its own hours.

    KEPT: a rule's row that stands only where today's rules say the same. `until`: the end of what was agreed, where
    the row's own period is over and that is not; NO_TIME elsewhere.
    """

    kind: tuple[Ints, Ints]
    opens: tuple[Longs, Longs]
    closes: tuple[Longs, Longs]
    rule: tuple[Ints, Ints]
    hours: tuple[Ints, Ints]
    until: tuple[Longs, Longs]


@frozen(kw_only=True)
class Last:
    """The last row of each hub's Supplier in one role, of those that count."""

    kind: Ints
    opens: Longs
    closes: Longs
    received: Longs
    rule: Ints
    hours: Ints


class Recorded:
    """The instructions of a plan, received by `as_of`."""

    def __init__(self, world: World, table: pa.Table | None) -> None:
        self._world = world
        self._size = 0
        if table is None or not len(table):
            return
        table = table.combine_chunks()
        columns = {name: _whole(table, name) for name in table.schema.names}
        roles: Domain[str | None] = Domain(None)
        actions: Domain[str | None] = Domain(None)
        roles.codes(_ROLES)
        actions.codes(_ACTIONS)
        received = times_of(columns["received_at"])
        heard = np.flatnonzero((received <= world.as_of) & (received != NO_TIME))
        guids: Guids = columns["guid"].to_numpy(zero_copy_only=False)
        order = heard[np.argsort(guids[heard], kind="stable")]
        self._guids = guids[order]
        self._size = len(order)
        self._received = received[order]
        self._opens = times_of(columns["opens"])[order]
        self._closes = times_of(columns["closes"])[order]
        self._party = text_codes(columns["party"], world.parties)[order]
        self._role = text_codes(columns["role"], roles)[order]
        withdraw = actions.find("withdraw")
        self._withdraw = text_codes(columns["action"], actions)[order] == withdraw
        none = np.zeros(len(guids), np.int32)
        rules = text_codes(columns["rule"], world.rules) if "rule" in columns else none
        self._rule = rules[order]
        windows: Domain[str | None] = Domain(None, lambda text: standard_window(str(text)))
        said = (text_codes(columns["window"], windows) if "window" in columns else none)[order]
        self._hours = np.array([world.hours(own_windows(text, "")) for text in windows.values], np.int32)[said]
        self._hours_rank = _in_order(windows.values)[said]
        # Rows alike in everything else: an explicit one, else that of the later id; then that of the later window.
        texts = world.rules.values
        self._gives_way = np.array([text is not None and not is_of_trigger(text) for text in texts], np.bool_)
        by_text = sorted(set(rules.tolist()), key=lambda code: (code == 0, texts[code] or ""))
        rank = np.zeros(len(texts), np.int32)
        rank[by_text] = np.arange(len(by_text), dtype=np.int32)
        self._rank = rank[self._rule]

    def has_rows(self, guids: Guids) -> Longs:
        """The hubs, by row, that have any instruction."""
        if not self._size:
            return np.zeros(0, np.int64)
        at = np.minimum(np.searchsorted(self._guids, guids), self._size - 1)
        return np.flatnonzero(self._guids[at] == guids)

    def standing(self, hubs: Hubs, excluded: Sequence[Bools]) -> Standing:
        """The row that stands for each hub's Supplier in each role.

        `excluded` per role: the hub is excluded by that Supplier's own rules (an instruction for
        it is refused).
        """
        size = len(hubs.guids)
        first = np.searchsorted(self._guids, hubs.guids, side="left")
        count = np.searchsorted(self._guids, hubs.guids, side="right") - first
        hub = np.repeat(np.arange(size), count)
        start = np.repeat(first - np.concatenate([[0], np.cumsum(count)[:-1]]), count)
        row = start + np.arange(len(hub))
        sides = [self._side(hubs, hub, row, side, excluded[side]) for side in (0, 1)]
        untils = self._agreed(hubs, sides[0][1], sides[1][1])
        found = [self._kept(stands, last, until) for (stands, last), until in zip(sides, untils, strict=True)]
        one, two = found
        return Standing(
            kind=(one.kind, two.kind),
            opens=(one.opens, two.opens),
            closes=(one.closes, two.closes),
            rule=(one.rule, two.rule),
            hours=(one.hours, two.hours),
            until=untils,
        )

    def _agreed(self, hubs: Hubs, one: Last, two: Last) -> tuple[Longs, Longs]:
        """Per role, until when what both agreed to keeps a row whose own period is over; NO_TIME where it does not."""
        imports, gases = hubs.parties
        now = self._world.earliest
        opens = (one.opens, two.opens)
        closes = tuple(np.minimum(last.closes, hubs.automatic) for last in (one, two))
        met = (imports > 0) & (gases > 0) & (imports != gases)
        for side, last in enumerate((one, two)):
            met &= (last.kind == INSTRUCTED) & (opens[side] < hubs.automatic)
        met &= np.maximum(one.received, two.received) < np.minimum(*closes)
        untils = []
        for side in (0, 1):
            # Only where the other opens after this one is over does what was agreed outlast it.
            outlasts = met & (closes[side] <= now) & (opens[1 - side] >= closes[side]) & (closes[1 - side] > now)
            untils.append(np.where(outlasts, closes[1 - side], NO_TIME))
        return untils[0], untils[1]

    def _kept(self, stands: Last, last: Last, until: Longs) -> Last:
        """What stands, and where nothing does a row of a rule that what was agreed keeps."""
        kept = (until != NO_TIME) & (stands.kind == NOTHING)
        return Last(
            kind=np.where(kept, KEPT, stands.kind).astype(np.int32),
            opens=np.where(kept, last.opens, stands.opens),
            closes=np.where(kept, last.closes, stands.closes),
            received=stands.received,
            rule=np.where(kept, last.rule, stands.rule).astype(np.int32),
            hours=np.where(kept, last.hours, stands.hours).astype(np.int32),
        )

    def _side(self, hubs: Hubs, hub: Longs, row: Longs, side: int, excluded: Bools) -> tuple[Last, Last]:
        """What stands today, and what is on record, the rows that today's rules replace included."""
        party = hubs.parties[side][hub]
        # A Party in both roles may name either; any other names the role it holds.
        held = [hubs.parties[role][hub] == party for role in (0, 1)]
        role = self._role[row]
        responsible = (party > 0) & (self._party[row] == party)
        responsible &= ((role == 1) & held[0]) | ((role == 2) & held[1])
        # A rule's own row gives way to today's rules up to the cut-off, and stands after it; a trigger's always does.
        replaced = self._gives_way[self._rule[row]] & (self._world.as_of <= hubs.cutoff[hub])
        opens, closes, received = self._opens[row], self._closes[row], self._received[row]
        in_time = received <= np.maximum(hubs.cutoff[hub], self._world.own.cutoff)  # BR3.4
        valid = hubs.eligible[hub] & in_time & ~excluded[hub]
        last = np.maximum(hubs.automatic[hub], self._world.own.automatic)  # instructions that stood stay
        valid &= (opens != NO_TIME) & (closes > opens) & (opens < last)
        withdraw = self._withdraw[row]
        on_record = responsible & (valid | withdraw)
        return (
            self._last(hubs, hub, row, np.flatnonzero(on_record & ~replaced)),
            self._last(hubs, hub, row, np.flatnonzero(on_record)),
        )

    def _last(self, hubs: Hubs, hub: Longs, row: Longs, counts: Longs) -> Last:
        size = len(hubs.guids)
        opens, closes, received = self._opens[row], self._closes[row], self._received[row]
        withdraw = self._withdraw[row]
        ids = (self._hours_rank[row][counts], self._rank[row][counts])
        ties = (*ids, closes[counts], opens[counts], withdraw[counts])
        keys = (*ties, received[counts], hub[counts])
        order = counts[np.lexsort(keys)]
        kind = np.zeros(size, np.int32)
        rule, hours = np.zeros(size, np.int32), np.zeros(size, np.int32)
        times = np.full((3, size), NO_TIME, np.int64)
        # Written in rising order, so that the last of a hub is what remains.
        final = np.full(size, -1, np.int64)
        final[hub[order]] = order
        there = np.flatnonzero(final >= 0)
        chosen = final[there]
        kind[there] = np.where(withdraw[chosen], WITHDRAWN, INSTRUCTED)
        times[0][there] = opens[chosen]
        times[1][there] = closes[chosen]
        times[2][there] = received[chosen]
        rule[there] = np.where(withdraw[chosen], 0, self._rule[row][chosen])
        hours[there] = np.where(withdraw[chosen], 0, self._hours[row][chosen])
        return Last(kind=kind, opens=times[0], closes=times[1], received=times[2], rule=rule, hours=hours)


def _in_order(texts: Sequence[str | None]) -> Ints:
    """Per text its place among all; None comes first."""
    places = np.zeros(len(texts), np.int32)
    places[sorted(range(len(texts)), key=lambda code: texts[code] or "")] = np.arange(len(texts), dtype=np.int32)
    return places


def _whole(table: pa.Table, name: str) -> pa.Array:
    column = table.column(name)
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()
