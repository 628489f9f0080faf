"""Every responsible Supplier of a block's hubs, heard one after the other.

A Supplier's rules see its own columns: `my_role`, `split`, whether the other has instructed, its
private attributes; never who the other is (BR3.3, I8). What it decides is written to the roles it
holds. Which hubs a pilot took is read from the schedule, and judged by `pilots`.
"""

from collections.abc import Iterator, Mapping

import numpy as np
import pyarrow as pa
from attrs import frozen

from chfw_core.engines.verify.arrays import NO_TIME, TRUTH, Bools, Guids, Ints, Longs
from chfw_core.engines.verify.claims import claimed_pilots
from chfw_core.engines.verify.frames import Column, Frame
from chfw_core.engines.verify.masks import Truths
from chfw_core.engines.verify.pilots import Pilots
from chfw_core.engines.verify.private import Private
from chfw_core.engines.verify.readings import (
    GAS,
    IMPORT,
    ROLES,
    BlockFacts,
    Reading,
    by_party,
    explicit_of,
)
from chfw_core.engines.verify.recorded import INSTRUCTED, Hubs, Recorded, Standing
from chfw_core.engines.verify.settle import Acts, Explicit, Settler
from chfw_core.engines.verify.sheet import Owner, Sheet
from chfw_core.engines.verify.world import World
from chfw_core.model.parties import is_supplier
from chfw_core.rules.model import UntilDate


@frozen(kw_only=True)
class Heard:
    """Per role: rule, consent and batch of the Supplier in it; `priority` of all, -1 = none."""

    import_side: Acts
    gas_side: Acts
    priority: Ints


class Suppliers:
    """All Suppliers of an estate, with their rules, attributes and recorded instructions."""

    def __init__(
        self,
        world: World,
        truths: Truths,
        settler: Settler,
        recorded: Recorded,
        pilots: Pilots,
        attributes: Mapping[str, pa.Table],
    ) -> None:
        self.world = world
        self._truths = truths
        self._settler = settler
        self._recorded = recorded
        self._pilots = pilots
        self._private = {party: Private(table) for party, table in attributes.items()}
        self._owners: dict[str, Owner] = {}

    def hear(self, facts: BlockFacts) -> Heard:
        """The act of the Supplier in each role of every hub."""
        block = facts.block
        size = block.frame.size
        sides = tuple(block.frame.column(name).codes for name in ("import_supplier", "gas_supplier"))
        on_record = self._recorded.has_rows(block.guids)
        other = np.zeros((2, size), np.bool_)
        if not len(on_record):
            readings = list(self._readings(facts, sides, other, on_record))
            return self._acts(facts, readings, sides, None, on_record)
        hubs = self._hubs(facts, on_record, sides)
        # An exclusion refuses an instruction, and may itself ask whether the other instructed:
        # for the answer to that, exclusions are read as if nobody had.
        readings = list(self._readings(facts, sides, other, on_record))
        standing = self._recorded.standing(hubs, self._excluded(readings, on_record, size))
        other = self._others(standing, on_record, hubs, size)
        if other.any():
            readings = list(self._readings(facts, sides, other, on_record))
            standing = self._recorded.standing(hubs, self._excluded(readings, on_record, size))
        return self._acts(facts, readings, sides, standing, on_record)

    def _hubs(self, facts: BlockFacts, rows: Longs, sides: tuple[Ints, ...]) -> Hubs:
        moments = facts.moment[rows]
        automatic = np.array([m.automatic for m in self.world.moments], np.int64)
        cutoff = np.array([m.cutoff for m in self.world.moments], np.int64)
        return Hubs(
            guids=facts.block.guids[rows],
            parties=(sides[0][rows], sides[1][rows]),
            eligible=facts.eligible[rows],
            automatic=automatic[moments],
            cutoff=cutoff[moments],
        )

    def _others(self, standing: Standing, rows: Longs, hubs: Hubs, size: int) -> Bools:
        """For each role: has the other Supplier of a split hub a standing instruction?"""
        imports, gases = hubs.parties
        split = (imports > 0) & (gases > 0) & (imports != gases)
        other = np.zeros((2, size), np.bool_)
        for side in (0, 1):
            says = standing.kind[1 - side] == INSTRUCTED
            closes = np.minimum(standing.closes[1 - side], hubs.automatic)
            over = (closes <= self.world.earliest) & (standing.until[1 - side] == NO_TIME)
            over |= standing.opens[1 - side] >= hubs.automatic
            other[side][rows] = split & says & ~over
        return other

    def _excluded(self, readings: list[Reading], rows: Longs, size: int) -> tuple[Bools, Bools]:
        out = np.zeros((2, size), np.bool_)
        for reading in readings:
            excluded = reading.sheet.exclude[reading.sheet.inverse] >= 0
            out[0][reading.at[excluded & (reading.role != GAS)]] = True
            out[1][reading.at[excluded & (reading.role != IMPORT)]] = True
        return out[0][rows], out[1][rows]

    def _readings(
        self, facts: BlockFacts, sides: tuple[Ints, ...], other: Bools, on_record: Longs
    ) -> Iterator[Reading]:
        imports, gases = sides
        recorded = np.zeros(len(imports), np.bool_)
        recorded[on_record] = True
        for party, at, role in by_party(imports, gases, len(self.world.parties)):
            name = self.world.parties.values[party]
            if name is None or not is_supplier(name):
                continue
            if name not in self.world.rulesets:
                keep = recorded[at]  # without rules, only what is on record can matter
                at, role = at[keep], role[keep]
            if not len(at):
                continue
            frame = self._frame(facts, name, at, role, sides, other)
            owner = self._owner(name)
            numbers = facts.moment[at]
            for number in np.unique(numbers):
                moment = self.world.moments[int(number)]
                rows = np.flatnonzero(numbers == number)
                part = frame if len(rows) == len(at) else frame.take(rows)
                yield Reading(
                    owner=owner,
                    party=party,
                    at=at[rows],
                    role=role[rows],
                    frame=part,
                    sheet=owner.sheet(part, moment),
                    moment=moment,
                )

    def _owner(self, name: str) -> Owner:
        if name not in self._owners:
            self._owners[name] = Owner(self.world, self.world.ruleset(name), self._truths)
        return self._owners[name]

    def _frame(
        self,
        facts: BlockFacts,
        name: str,
        at: Longs,
        role: Ints,
        sides: tuple[Ints, ...],
        other: Bools,
    ) -> Frame:
        frame = facts.block.frame.take(at)
        imports, gases = sides[0][at], sides[1][at]
        split = (imports > 0) & (gases > 0) & (imports != gases)
        told = np.where(role == GAS, other[1][at], other[0][at])
        columns = {
            "my_role": Column(role, ROLES),
            "split": Column(split.astype(np.int32), TRUTH),
            "other_supplier_instructed": Column(told.astype(np.int32), TRUTH),
        }
        if name in self._private:
            guids: Guids = facts.block.guids[at]
            columns |= self._private[name].columns(guids, frame.column("flags"))
        return frame.with_columns(columns)

    def _acts(
        self,
        facts: BlockFacts,
        readings: list[Reading],
        sides: tuple[Ints, ...],
        standing: Standing | None,
        on_record: Longs,
    ) -> Heard:
        size = facts.block.frame.size
        made = [Acts(*(np.zeros(size, np.int32) for _ in range(3))) for _ in range(2)]
        priority = np.full(size, -1, np.int32)
        place = np.full(size, -1, np.int32)
        place[on_record] = np.arange(len(on_record), dtype=np.int32)
        for reading in readings:
            explicit = explicit_of(standing, place, reading)
            acts = self._act(facts, reading, explicit)
            for side, none in ((0, GAS), (1, IMPORT)):
                mine = reading.role != none
                whole = bool(mine.all())
                at = reading.at if whole else reading.at[mine]
                made[side].rule[at] = acts.rule if whole else acts.rule[mine]
                made[side].consent[at] = acts.consent if whole else acts.consent[mine]
                made[side].spec[at] = acts.spec if whole else acts.spec[mine]
            said = reading.sheet.priority[reading.sheet.inverse]
            priority[reading.at] = np.maximum(priority[reading.at], said)
        return Heard(import_side=made[0], gas_side=made[1], priority=priority)

    def _act(self, facts: BlockFacts, reading: Reading, explicit: Explicit | None) -> Acts:
        owner, sheet, moment = reading.owner, reading.sheet, reading.moment
        count = sheet.profiles.size
        by_profile = self._settler.settle(owner, sheet, sheet.profiles, np.arange(count, dtype=np.int32), moment)
        acts = Acts(
            by_profile.rule[sheet.inverse],
            by_profile.consent[sheet.inverse],
            by_profile.spec[sheet.inverse],
        )
        pilot = claimed_pilots(self._pilots, self._settler, facts, reading, explicit)
        alone = _hangs_on_fields(owner, sheet)[sheet.inverse] | (pilot >= 0)
        if explicit is not None:
            alone |= explicit.kind != 0
        rows = np.flatnonzero(alone)
        if len(rows):
            on_record = None if explicit is None else explicit.take(rows)
            special = self._settler.settle(
                owner,
                sheet,
                reading.frame.take(rows),
                sheet.inverse[rows],
                moment,
                pilot[rows],
                on_record,
            )
            acts.rule[rows] = special.rule
            acts.consent[rows] = special.consent
            acts.spec[rows] = special.spec
        return acts


def _hangs_on_fields(owner: Owner, sheet: Sheet) -> Bools:
    """The profiles whose hubs differ by a date that hangs on a field of the hub."""
    mask = np.zeros(sheet.profiles.size, np.bool_)
    for number, mine in sheet.date_holds:
        until = owner.rules.holds[number].until
        if isinstance(until, UntilDate) and until.date.fields:
            mask |= mine
    for number, rule in enumerate(owner.rules.decides):
        dates = (rule.at.opens, rule.at.closes) if rule.at is not None else ()
        if any(date is not None and date.fields for date in dates):
            mask |= sheet.decide == number
    return mask
