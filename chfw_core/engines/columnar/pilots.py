"""Pilot groups by the column (section 11 of the meaning of a plan; G2, BR2.2, I10).

Whether a hub is a candidate, its stratum and whether it is preferred are facts about its record;
only the order within a stratum is the hub's own. So strata are counted over records, and of each
stratum no more hubs are ordered than it has seats.
"""

from collections.abc import Sequence

import numpy as np
from attrs import define, field, frozen
from numpy.typing import NDArray

from chfw_core.engines.columnar.compose import Composer
from chfw_core.engines.columnar.hashing import keyed_hashes
from chfw_core.engines.columnar.match import bits
from chfw_core.engines.columnar.records import Part, Records, distinct_rows
from chfw_core.engines.columnar.sides import Speaker
from chfw_core.engines.columnar.world import DateReader, World, reader
from chfw_core.model.guid import hash_key
from chfw_core.planning.decision import rule_period
from chfw_core.planning.pilot import (
    PilotGroup,
    PilotResult,
    Stratum,
    pilot_key,
    seats_by_stratum,
    share_pilot_limit,
)
from chfw_core.planning.release_state import terms_for
from chfw_core.rules.model import PilotRule

Ints = NDArray[np.int64]
Parts = NDArray[np.int32]
SIDES = (
    (Part.FIRST_ROW, Part.FIRST_MATCH, Part.FIRST_STANDING, Part.FIRST_PILOT),
    (Part.SECOND_ROW, Part.SECOND_MATCH, Part.SECOND_STANDING, Part.SECOND_PILOT),
)
NOBODY = -1


@frozen(eq=False)
class Chosen:
    """The hubs of one pilot: chunk and row of each, and for which of their Suppliers they are in it."""

    chunk: Ints
    row: Ints
    side: Ints
    pilot: int


@frozen(eq=False, kw_only=True)
class Candidates:
    """The candidates of one pilot: `stratum` and `preferred` per hub; `strata` names the strata."""

    chunk: Ints
    row: Ints
    side: Ints
    guid: NDArray[np.uint64]
    stratum: Ints
    preferred: NDArray[np.bool_]
    strata: list[Stratum]

    def without(self, guids: NDArray[np.uint64]) -> "Candidates":
        """Those that are not among these hubs."""
        left = ~np.isin(self.guid, guids)
        return Candidates(
            chunk=self.chunk[left],
            row=self.row[left],
            side=self.side[left],
            guid=self.guid[left],
            stratum=self.stratum[left],
            preferred=self.preferred[left],
            strata=self.strata,
        )


@define
class PilotSelection:
    """Selects the pilots of a plan. `classes` and `records` say what is so of each hub."""

    world: World
    composer: Composer
    classes: Sequence[Parts]
    records: Records
    results: list[PilotResult] = field(init=False, factory=list)

    def select(self) -> list[Chosen]:
        """The hubs of every pilot, in order of owner and file."""
        asks = [
            (rules.owner, at, pilot, self._candidates(rules.owner, at, pilot))
            for rules in sorted(self.world.inputs.rulesets, key=lambda rules: rules.owner)
            for at, pilot in enumerate(rules.pilots)
        ]
        wanted = {pilot_key(owner, p.id): p.size for owner, _, p, found in asks if len(found.guid)}
        share = share_pilot_limit(wanted, self.world.inputs.release.pilot_limit)
        taken: dict[str, NDArray[np.uint64]] = {}
        chosen = []
        for owner, _, pilot, found in asks:
            before = taken.get(owner, np.zeros(0, dtype=np.uint64))
            left = found.without(before)
            picked, shortfall = _pick(left, share.get(pilot_key(owner, pilot.id), 0), pilot)
            taken[owner] = np.concatenate([before, left.guid[picked]])
            group = PilotGroup(guids=frozenset(left.guid[picked].tolist()), shortfall=shortfall)
            self.results.append(PilotResult(party=owner, rule=pilot.id, asked=pilot.size, group=group))
            number = len(self.composer.known.pilots)
            self.composer.known.pilots.append(pilot.id)
            chosen.append(Chosen(left.chunk[picked], left.row[picked], left.side[picked], number))
        return chosen

    def _candidates(self, owner: str, at: int, pilot: PilotRule) -> Candidates:
        strata: dict[Stratum, int] = {}
        per_side = [self._of_side(side, owner, at, pilot, strata) for side in range(len(SIDES))]
        where: list[Ints] = [np.zeros((4, 0), dtype=np.int64)]
        guids = [np.zeros(0, dtype=np.uint64)]
        preferred = [np.zeros(0, dtype=np.bool_)]
        for number, own in enumerate(self.classes):
            for side, (stratum, prefers) in enumerate(per_side):
                if not (stratum >= 0).any():
                    continue
                row = np.flatnonzero(np.take(stratum, own, mode="clip") >= 0)
                where.append(np.stack([np.full_like(row, number), row, np.full_like(row, side), stratum[own[row]]]))
                guids.append(self.world.estate.chunks[number].guid[row])
                preferred.append(prefers[own[row]])
        chunk, rows, sides, strata_of = np.concatenate(where, axis=1)
        return Candidates(
            chunk=chunk,
            row=rows,
            side=sides,
            guid=np.concatenate(guids),
            stratum=strata_of,
            preferred=np.concatenate(preferred),
            strata=list(strata),
        )

    def _of_side(
        self, side: int, owner: str, at: int, pilot: PilotRule, strata: dict[Stratum, int]
    ) -> tuple[Ints, NDArray[np.bool_]]:
        """Per record the number of its stratum, or -1 where its hubs are no candidates; and `prefer`."""
        row_part, match_part, standing_part, _ = SIDES[side]
        records = self.records
        terms = self.composer.terms_of(records)
        stratum = np.full(len(records), NOBODY, dtype=np.int64)
        preferred = np.zeros(len(records), dtype=np.bool_)
        own_rows = [n for n, who in enumerate(self.world.suppliers.speakers, 1) if who.owner == owner]
        live = np.array([place.ineligible is None for place in self.world.places], dtype=np.bool_)
        mine = np.flatnonzero(
            np.isin(records[:, row_part], own_rows) & live[records[:, Part.PLACE]] & (records[:, standing_part] == 0)
        )
        columns = [records[mine, row_part], records[mine, match_part], records[mine, Part.GUID], terms[mine]]
        distinct, of = distinct_rows(np.stack(columns, axis=1))
        numbers = np.full(len(distinct), NOBODY, dtype=np.int64)
        prefers = np.zeros(len(distinct), dtype=np.bool_)
        for number, (row, match, guid, own_terms) in enumerate(distinct.tolist()):
            who = self.world.suppliers.speakers[row - 1]
            if self._is_candidate(who, match, guid, own_terms, at, pilot):
                read = reader(who, who.known, match)
                values = tuple(read(name) for name in pilot.spread_by)
                numbers[number] = strata.setdefault(values, len(strata))
                prefers[number] = self._prefers(who, match, at)
        stratum[mine], preferred[mine] = numbers[of], prefers[of]
        return stratum, preferred

    def _is_candidate(self, who: Speaker, match: int, guid: int, terms: int, at: int, pilot: PilotRule) -> bool:
        known, dcc = who.known, self.composer.terms_list[terms]
        if dcc.held is not None or int(known.exclude[match]) >= 0 or at not in bits(known.pilots[match]):
            return False
        context = self.world.context(dcc.automatic_at)
        if self.composer.holds(who, match, self.composer.known.guids[guid], context):
            return False
        read_date = DateReader(reader(who, known, match), context)
        return not isinstance(rule_period(pilot.at, terms_for(self.world.inputs, dcc.automatic_at), read_date), str)

    def _prefers(self, who: Speaker, match: int, at: int) -> bool:
        """Conditions of `prefer` are numbered over the pilots that have one."""
        pilots = who.rules.rules.pilots
        if pilots[at].prefer is None:
            return False
        number = sum(1 for pilot in pilots[:at] if pilot.prefer is not None)
        return number in bits(who.known.prefers[match])


def _pick(found: Candidates, size: int, pilot: PilotRule) -> tuple[Ints, dict[Stratum, int]]:
    """The candidates that get a seat: per stratum those preferred first, then by keyed hash."""
    counts = np.bincount(found.stratum, minlength=len(found.strata))
    sizes = {stratum: int(n) for stratum, n in zip(found.strata, counts, strict=True) if n}
    seats = seats_by_stratum(sizes, size, pilot.at_least, pilot.seed)
    limit = np.array([seats.by_stratum.get(stratum, 0) for stratum in found.strata] or [0], dtype=np.int64)
    order = np.lexsort((keyed_hashes(found.guid, hash_key(pilot.seed)), ~found.preferred, found.stratum))
    stratum = found.stratum[order]
    place = np.arange(len(order)) - np.searchsorted(stratum, stratum)
    return order[place < limit[stratum]] if len(order) else order, dict(seats.shortfall)


def enter_pilots(chosen: Sequence[Chosen], classes: Sequence[Parts], records: Records) -> Records:
    """Give the chosen hubs the classes of records that name their pilot; answers with all records."""
    for one in chosen:
        if not len(one.row):
            continue
        record = np.array([classes[c][r] for c, r in zip(one.chunk.tolist(), one.row.tolist(), strict=True)])
        changed = records[record].copy()
        for side, (_, _, _, pilot_part) in enumerate(SIDES):
            changed[one.side == side, pilot_part] = one.pilot
        distinct, of = distinct_rows(changed)
        for number, chunk, row in zip(of.tolist(), one.chunk.tolist(), one.row.tolist(), strict=True):
            classes[chunk][row] = len(records) + number
        records = np.concatenate([records, distinct])
    return records
