"""What keeps hubs out of pilots, by the column: it is a fact about records, so no hub is looked at.

Why a pilot is short is counted only where one is: hubs per record once, then records.
"""

from collections import Counter
from collections.abc import Sequence
from functools import cached_property

import numpy as np
from attrs import define
from numpy.typing import NDArray

from chfw_core.consent.standing import Standing
from chfw_core.engines.columnar.compose import Composer
from chfw_core.engines.columnar.match import bit_of
from chfw_core.engines.columnar.records import SIDES, Part, Records, distinct_tuples
from chfw_core.engines.columnar.slots import count_classes
from chfw_core.engines.columnar.world import DateReader, World, reader
from chfw_core.planning.decision import rule_period
from chfw_core.planning.pilot_reach import Barred, PilotReach
from chfw_core.rules.model import PilotRule

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Parts = NDArray[np.int32]


@define(slots=False)
class PilotBars:
    """Of the records of one plan; `terms`: the DCC's of each."""

    world: World
    composer: Composer
    classes: Sequence[Parts]
    records: Records
    terms: Ints

    @cached_property
    def eligible(self) -> Bools:
        """Whether the release is for the hubs of each record."""
        live = np.array([place.ineligible is None for place in self.world.places], dtype=np.bool_)
        return live[self.records[:, Part.PLACE]]

    def instructed(self, records: Ints, standing: Part) -> Bools:
        """Whether an instruction of this side's Supplier stands for the hubs of these records."""
        found: Bools = self._stands[self.records[records, standing]]
        return found

    @cached_property
    def _stands(self) -> Bools:
        return np.array([isinstance(known, Standing) for known in self.composer.known.standings], dtype=np.bool_)

    @cached_property
    def _hubs(self) -> Ints:
        """How many hubs each record has."""
        return count_classes(self.classes, len(self.records))

    def asked(self, rows: NDArray[np.integer], matches: NDArray[np.integer], at: int) -> Bools:
        """Whether the condition of an owner's at-th pilot holds for these matches: for none that is excluded."""
        found = np.zeros(len(rows), dtype=np.bool_)
        for row in np.unique(rows).tolist():
            own = rows == row
            found[own] = bit_of(self.world.suppliers.speakers[row - 1].known.pilots[matches[own]], at)
        return found

    def bar(self, pilot: PilotRule, row: int, match: int, guid: int, terms: int, stands: int = 0) -> Barred | None:
        """What keeps eligible hubs that a pilot asks for out of it. `stands`: whether an instruction of theirs does."""
        who, dcc = self.world.suppliers.speakers[row - 1], self.composer.terms_list[terms]
        if dcc.held is not None:
            return Barred.STOPPED
        context = self.world.context(dcc.automatic_at)
        if self.composer.holds(who, match, self.composer.known.guids[guid], context):
            return Barred.HELD
        if stands:
            return Barred.INSTRUCTED
        read_date = DateReader(reader(who, who.known, match), context)
        late = isinstance(rule_period(pilot.at, self.world.terms(dcc.automatic_at), read_date), str)
        return Barred.NO_TIME if late else None

    def reach(self, owner: str, at: int, pilot: PilotRule, taken: int) -> PilotReach:
        """Why the owner's at-th pilot is short. `taken`: its candidates that an earlier one has."""
        own = [number for number, who in enumerate(self.world.suppliers.speakers, 1) if who.owner == owner]
        hubs = excluded = met = 0
        barred: Counter[Barred] = Counter()
        for row_part, match_part, standing_part in SIDES:
            mine = np.flatnonzero(np.isin(self.records[:, row_part], own) & (self._hubs > 0))
            rows, matches = self.records[mine, row_part], self.records[mine, match_part]
            hubs += int(self._hubs[mine].sum())
            out = self.world.suppliers.look_up(lambda known: known.exclude, rows, matches) >= 0
            excluded += int(self._hubs[mine[out]].sum())
            asked = self.asked(rows, matches, at)
            mine, rows, matches = mine[asked], rows[asked], matches[asked]
            met += int(self._hubs[mine].sum())
            live = self.eligible[mine]
            barred[Barred.INELIGIBLE] += int(self._hubs[mine[~live]].sum())
            mine, rows, matches = mine[live], rows[live], matches[live]
            stands = self.instructed(mine, standing_part).astype(np.int64)
            columns = [rows, matches, self.records[mine, Part.GUID], self.terms[mine], stands]
            distinct, of = distinct_tuples(columns)
            counts = np.bincount(of, weights=self._hubs[mine], minlength=len(distinct)).astype(np.int64)
            for case, count in zip(distinct.tolist(), counts.tolist(), strict=True):
                bar = self.bar(pilot, *case)
                if bar is not None:
                    barred[bar] += count
        return PilotReach(hubs=hubs, excluded=excluded, met=met, barred=+barred, taken=taken)
