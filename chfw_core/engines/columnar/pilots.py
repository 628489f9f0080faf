"""Pilot groups by the column (section 11 of the meaning of a plan; G2, BR2.2, I10).

Whether a hub is a candidate, its stratum and whether it is preferred are facts about its record;
only the order within a stratum is the hub's own. So strata are counted over records, and of each
stratum no more hubs are ordered than it has seats.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import chain, groupby

import numpy as np
from attrs import define, evolve, field, frozen
from numpy.typing import NDArray

from chfw_core.engines.columnar.candidates import CandidateRecords, Candidates, HubsByPilot
from chfw_core.engines.columnar.compose import Composer
from chfw_core.engines.columnar.match import bit_of
from chfw_core.engines.columnar.pilot_bars import PilotBars
from chfw_core.engines.columnar.records import SIDES, Part, Records, distinct_columns, distinct_rows, distinct_tuples
from chfw_core.engines.columnar.seats import Ask, Seated, seats_of_owner
from chfw_core.engines.columnar.sides import Speaker
from chfw_core.engines.columnar.world import World, read_codes, reader
from chfw_core.planning.pilot import PilotGroup, PilotResult, Stratum, share_pilot_limit
from chfw_core.rules.model import PilotRule

Ints = NDArray[np.int64]
Parts = NDArray[np.int32]
PILOTS = (Part.FIRST_PILOT, Part.SECOND_PILOT)


@frozen(eq=False)
class Chosen:
    """The hubs of one pilot: chunk and row of each, and for which of their Suppliers they are in it."""

    chunk: Parts
    row: Parts
    side: NDArray[np.int8]
    pilot: int


@define
class PilotSelection:
    """Selects the pilots of a plan. `classes` and `records` say what is so of each hub."""

    world: World
    composer: Composer
    classes: Sequence[Parts]
    records: Records
    threads: int = 1
    results: list[PilotResult] = field(init=False, factory=list)
    _terms: Ints = field(init=False)
    _bars: PilotBars = field(init=False)
    _by_row: dict[int, tuple[Ints, Ints]] = field(init=False, factory=dict)
    _hubs: HubsByPilot = field(init=False)

    def select(self) -> list[Chosen]:
        """The hubs of every pilot, in order of owner and file."""
        pilots = [
            (rules.owner, at, pilot)
            for rules in sorted(self.world.inputs.rulesets, key=lambda rules: rules.owner)
            for at, pilot in enumerate(rules.pilots)
        ]
        if not pilots:
            return []
        self._terms = self.composer.terms_of(self.records)
        self._bars = PilotBars(self.world, self.composer, self.classes, self.records, self._terms)
        asked_records = [self._asked_records(owner, at, pilot) for owner, at, pilot in pilots]
        with ThreadPoolExecutor(self.threads) as pool:
            self._hubs = HubsByPilot.of(
                self.world.estate.chunks, self.classes, asked_records, len(self.records), self._axes(pilots), pool
            )
            found = pool.map(self._candidates, range(len(pilots)), pilots, asked_records)
            asks = [Ask(owner, pilot, own) for (owner, _, pilot), own in zip(pilots, found, strict=True)]
            self._hubs = self._hubs.only_places()
            asked = {ask.key: ask.pilot.size for ask in asks if len(ask.found.guid)}
            share = share_pilot_limit(asked, self.world.inputs.release.pilot_limit)
            by_owner = [list(own) for _, own in groupby(asks, lambda ask: ask.owner)]
            seated = chain.from_iterable(pool.map(lambda own: seats_of_owner(own, share), by_owner))
            numbers = (at for _, at, _ in pilots)
            chosen = [self._chosen(ask, at, one) for ask, at, one in zip(asks, numbers, seated, strict=True)]
        del self._hubs
        return chosen

    def _chosen(self, ask: Ask, at: int, seated: Seated) -> Chosen:
        hubs, picked = seated.hubs, seated.picked
        group = PilotGroup(guids=frozenset(hubs.guid[picked].tolist()), shortfall=seated.shortfall)
        pilot, known = ask.pilot, self.composer.known.pilots
        candidates = len(ask.found.guid)
        result = PilotResult(party=ask.owner, rule=pilot.id, asked=pilot.size, candidates=candidates, group=group)
        if result.short:
            result = evolve(result, reach=self._bars.reach(ask.owner, at, pilot, candidates - len(hubs.guid)))
        self.results.append(result)
        known.append(pilot.id)
        chunk, row = self._hubs.places(hubs.hub[picked])
        return Chosen(chunk, row, hubs.side[picked], len(known) - 1)

    def _candidates(self, number: int, asked: tuple[str, int, PilotRule], own: CandidateRecords) -> Candidates:
        """The hubs of the records that are candidates of one pilot, by its number."""
        owner, _, pilot = asked
        hub, which = self._hubs.of_pilot(number)
        stratum = own.stratum[which]
        of_axes = np.flatnonzero(stratum < 0)
        if len(of_axes):
            stratum[of_axes] = self._strata_of_hubs(owner, pilot, hub[of_axes], own.strata)
        return Candidates(
            hub=hub,
            side=own.side[which],
            guid=self._hubs.guid[hub],
            stratum=stratum,
            preferred=own.preferred[which],
            strata=list(own.strata),
        )

    def _axes(self, pilots: Sequence[tuple[str, int, PilotRule]]) -> list[int]:
        """The axes on which hubs lie in different strata of some pilot."""
        names = {name for _, _, pilot in pilots for name in pilot.spread_by}
        return sorted(
            {who.axis_of[name] for who in self.world.suppliers.speakers[:1] for name in names & who.axis_of.keys()}
        )

    def _strata_of_hubs(self, owner: str, pilot: PilotRule, hubs: Parts, strata: dict[Stratum, int]) -> Ints:
        """The number in `strata` of each hub, as the estate's axes have it."""
        who = next(s for s in self.world.suppliers.speakers if s.owner == owner and not s.single)
        axis_of = who.axis_of
        # Other fields have a value only for hubs that are spoken about one by one.
        known = [name for name in dict.fromkeys(pilot.spread_by) if name in axis_of]
        of_axis = {axis: self._hubs.axes[axis][hubs] for axis in {axis_of[name] for name in known}}
        columns = [who.views[axis_of[name]].codes_of(name, of_axis[axis_of[name]]) for name in known]
        sample, of = distinct_columns(columns, len(hubs))
        found = []
        for at in sample.tolist():
            read = {
                name: who.views[axis_of[name]].fields[name].values[int(column[at])]
                for name, column in zip(known, columns, strict=True)
            }
            found.append(tuple(map(read.get, pilot.spread_by)))
        return np.array([strata.setdefault(one, len(strata)) for one in found], dtype=np.int64)[of]

    def _asked_records(self, owner: str, at: int, pilot: PilotRule) -> CandidateRecords:
        """The records whose hubs are candidates: for which side, their stratum, and `prefer`."""
        strata: dict[Stratum, int] = {}
        found = [self._of_side(side, owner, at, pilot, strata) for side in range(len(SIDES))]
        record, side, stratum, preferred = (np.concatenate(column) for column in zip(*found, strict=True))
        return CandidateRecords(
            record, side.astype(np.int8), stratum.astype(np.int32), preferred.astype(np.bool_), strata
        )

    def _of_side(
        self, side: int, owner: str, at: int, pilot: PilotRule, strata: dict[Stratum, int]
    ) -> tuple[Ints, Ints, Ints, Ints]:
        row_part, match_part, _ = SIDES[side]
        records = self.records
        mine = self._own(side, owner)
        mine = mine[self._bars.asked(records[mine, row_part], records[mine, match_part], at)]
        rows, matches = records[mine, row_part], records[mine, match_part]
        reads_hub = any(expr is not None and expr.fields for expr in (pilot.at.opens, pilot.at.closes))
        same = matches if reads_hub else self.world.suppliers.look_up(lambda known: known.deciding, rows, matches)
        distinct, of = distinct_tuples([rows, same, records[mine, Part.GUID], self._terms[mine]])
        candidates = np.array([self._bars.bar(pilot, *row) is None for row in distinct.tolist()], dtype=np.bool_)
        chosen = np.flatnonzero(candidates[of])
        record = mine[chosen]
        stratum, preferred = self._facts(rows[chosen], matches[chosen], at, pilot, strata)
        return record, np.full_like(record, side), stratum, preferred

    def _facts(
        self, rows: Ints, matches: Ints, at: int, pilot: PilotRule, strata: dict[Stratum, int]
    ) -> tuple[Ints, Ints]:
        """The number in `strata` of each match, -1 where the hub's axes know it; and whether the pilot prefers it."""
        stratum, preferred = np.full(len(rows), -1, dtype=np.int64), np.zeros(len(rows), dtype=np.int64)
        for row in np.unique(rows).tolist():
            who, own = self.world.suppliers.speakers[row - 1], np.flatnonzero(rows == row)
            asked = matches[own]
            preferred[own] = self._prefers(who, asked, at)
            if not who.single:
                continue
            sample, of = distinct_columns(read_codes(who, who.known, asked, pilot.spread_by), len(asked))
            read = [reader(who, who.known, match) for match in asked[sample].tolist()]
            values = [tuple(one(name) for name in pilot.spread_by) for one in read]
            stratum[own] = np.array([strata.setdefault(value, len(strata)) for value in values], dtype=np.int64)[of]
        return stratum, preferred

    def _own(self, side: int, owner: str) -> Ints:
        """The records of eligible hubs of which the owner is this Supplier, without an instruction that stands."""
        row_part, _, standing_part = SIDES[side]
        if side not in self._by_row:
            everyone = np.arange(len(self.records))
            free = np.flatnonzero(self._bars.eligible & ~self._bars.instructed(everyone, standing_part))
            rows = self.records[free, row_part]
            order = np.argsort(rows, kind="stable")
            count = len(self.world.suppliers.speakers) + 2
            self._by_row[side] = (free[order], np.searchsorted(rows[order], np.arange(count)))
        records_by_row, start = self._by_row[side]
        own = [n for n, who in enumerate(self.world.suppliers.speakers, 1) if who.owner == owner]
        return np.concatenate([np.zeros(0, dtype=np.int64), *(records_by_row[start[n] : start[n + 1]] for n in own)])

    def _prefers(self, who: Speaker, matches: Ints, at: int) -> Ints:
        """Conditions of `prefer` are numbered over the pilots that have one."""
        pilots = who.rules.rules.pilots
        if pilots[at].prefer is None:
            return np.zeros(len(matches), dtype=np.int64)
        return bit_of(who.known.prefers[matches], sum(1 for pilot in pilots[:at] if pilot.prefer is not None))


def enter_pilots(chosen: Sequence[Chosen], classes: Sequence[Parts], records: Records) -> Records:
    """Give the chosen hubs the classes of records that name their pilots; answers with these: they come after."""
    picked = [
        np.stack([one.chunk, one.row, one.side, np.full_like(one.row, one.pilot)], axis=1)
        for one in chosen
        if len(one.row)
    ]
    if not picked:
        return records[:0]
    hubs = np.concatenate(picked)
    distinct, of = distinct_rows(hubs[:, :2])
    changed = records[[classes[chunk][row] for chunk, row in distinct.tolist()]]
    for side, pilot_part in enumerate(PILOTS):
        mine = np.flatnonzero(hubs[:, 2] == side)
        changed[of[mine], pilot_part] = hubs[mine, 3]
    new, number = distinct_rows(changed)
    for (chunk, row), own in zip(distinct.tolist(), number.tolist(), strict=True):
        classes[chunk][row] = len(records) + own
    return new
