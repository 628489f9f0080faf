"""Explicit instructions: which row, if any, stands for a hub and a Supplier (planning 5).

Rows are sorted by hub once. For the hubs of a block that have rows, every row is put beside its
hub, validated by masks, and the last of those that count is taken.
"""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from attrs import frozen

from chfw_core.engines.verify.arrays import NO_TIME, Bools, Domain, Guids, Ints, Longs
from chfw_core.engines.verify.estate import text_codes
from chfw_core.engines.verify.rows import times_of
from chfw_core.engines.verify.world import World
from chfw_core.rules.triggered import is_of_trigger

NOTHING, WITHDRAWN, INSTRUCTED = 0, 1, 2
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
    """Per role and hub: nothing, a withdrawal or an instruction, its period and its rule's code."""

    kind: tuple[Ints, Ints]
    opens: tuple[Longs, Longs]
    closes: tuple[Longs, Longs]
    rule: tuple[Ints, Ints]


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
        # Rows alike in everything else: an explicit one, else that of the later id.
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
        kind, opens, closes, rule = zip(*sides, strict=True)
        return Standing(kind=kind, opens=opens, closes=closes, rule=rule)

    def _side(self, hubs: Hubs, hub: Longs, row: Longs, side: int, excluded: Bools) -> tuple[Ints, Longs, Longs, Ints]:
        size = len(hubs.guids)
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
        counts = np.flatnonzero(responsible & ~replaced & (valid | withdraw))
        ties = (self._rank[row][counts], closes[counts], opens[counts], withdraw[counts])
        keys = (*ties, received[counts], hub[counts])
        order = counts[np.lexsort(keys)]
        kind = np.zeros(size, np.int32)
        rule = np.zeros(size, np.int32)
        times = np.full((2, size), NO_TIME, np.int64)
        # Written in rising order, so that the last of a hub is what remains.
        final = np.full(size, -1, np.int64)
        final[hub[order]] = order
        there = np.flatnonzero(final >= 0)
        chosen = final[there]
        kind[there] = np.where(withdraw[chosen], WITHDRAWN, INSTRUCTED)
        times[0][there] = opens[chosen]
        times[1][there] = closes[chosen]
        rule[there] = np.where(withdraw[chosen], 0, self._rule[row][chosen])
        return kind, times[0], times[1], rule


def _whole(table: pa.Table, name: str) -> pa.Array:
    column = table.column(name)
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()
