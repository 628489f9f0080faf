"""`verify_schedule`: the walk over the estate, block by block, and the judgement at the end.

Per block: is a hub eligible, what does the DCC say, what does each Supplier agree to, what follows;
then the schedule's rows are compared. Nothing of a block is kept but what is global: cells of
days, pools, batches, pilots, and the hubs that were left out.
"""

from collections.abc import Iterable, Mapping

import numpy as np
import pyarrow as pa

from chfw_core.engines.verify.arrays import NO_DAY, Domain, Ints, distinct, met_in
from chfw_core.engines.verify.batches import Asked, Batches
from chfw_core.engines.verify.calendar import Calendar
from chfw_core.engines.verify.capacity import Pools, judge_days
from chfw_core.engines.verify.compare import Compare, Derived
from chfw_core.engines.verify.dcc import Dcc
from chfw_core.engines.verify.estate import EstateReader
from chfw_core.engines.verify.frames import Block, Frame
from chfw_core.engines.verify.later import Later, Sorts
from chfw_core.engines.verify.masks import Truths
from chfw_core.engines.verify.phases import with_phases
from chfw_core.engines.verify.pilots import Pilots
from chfw_core.engines.verify.profiles import fields_of_rules
from chfw_core.engines.verify.readings import BlockFacts
from chfw_core.engines.verify.recorded import Recorded
from chfw_core.engines.verify.resolve import A_YEAR, NOBODY, ONE, SPLIT, Changes, Resolver
from chfw_core.engines.verify.rows import (
    DEFAULT,
    INFEASIBLE,
    PLANNED,
    Remaining,
    Rows,
    ScheduleReader,
)
from chfw_core.engines.verify.settle import Settler
from chfw_core.engines.verify.sheet import Owner
from chfw_core.engines.verify.special import SpecialGuids
from chfw_core.engines.verify.suppliers import Heard, Suppliers
from chfw_core.engines.verify.tally import Tally
from chfw_core.engines.verify.timings import Timings
from chfw_core.engines.verify.world import World
from chfw_core.model.guid import hash_key
from chfw_core.model.parties import CSP_PREFIX
from chfw_core.planning.model import PlanInputs
from chfw_core.planning.verify import Verdict
from chfw_core.ports import EstateSource

USUAL_PRIORITY = 50
_EVENT_FIELDS = ("csp_region", "device_model", "configuration_set", "firmware_version")


def verify_schedule(
    inputs: PlanInputs,
    estate: EstateSource,
    schedule: Iterable[pa.RecordBatch],
    instructions: pa.Table | None = None,
    attributes: Mapping[str, pa.Table] | None = None,
    *,
    examples: int = 10,
) -> Verdict:
    """NF4: whether a schedule is the one that its inputs call for; every violation is counted.

    `schedule` has the columns of `SCHEDULE_COLUMNS` in the estate's order, `guid` uint64, times in
    UTC. `attributes` are each Supplier's private ones. At most `examples` violations per check are
    kept. Raises InputError where the release limits capacity but leaves out a region.
    """
    return _Verifier(inputs, estate, schedule, instructions, attributes or {}, examples).run()


class _Verifier:
    def __init__(
        self,
        inputs: PlanInputs,
        estate: EstateSource,
        schedule: Iterable[pa.RecordBatch],
        instructions: pa.Table | None,
        attributes: Mapping[str, pa.Table],
        examples: int,
    ) -> None:
        self.tally = Tally(examples)
        self.world = World(inputs)
        inputs = self.world.inputs
        self._truths = truths = Truths()
        recorded = Recorded(self.world, instructions)
        fields = {"holiday_division", "flags", "manufacturer", *_EVENT_FIELDS}
        for rules in inputs.rulesets:
            fields |= fields_of_rules(rules)
        self.reader = EstateReader(estate, fields, self.world.parties)
        self.schedule = ScheduleReader(schedule, self.world.rules, self.tally)
        self.special = SpecialGuids(self.world)
        self.dcc = Dcc(self.world, truths)
        self.settler = Settler(self.world, truths)
        self.pilots = Pilots(self.world, self.tally)
        self.suppliers = Suppliers(self.world, truths, self.settler, recorded, self.pilots, attributes)
        self.regional = {
            rules.owner.removeprefix(CSP_PREFIX): Owner(self.world, rules, truths)
            for rules in inputs.rulesets
            if rules.owner.startswith(CSP_PREFIX) and rules.priorities
        }
        self.calendar = Calendar(inputs.holidays, self.world.windows, self.world.as_of - A_YEAR)
        self.changes = Changes(self.world)
        self.resolver = Resolver(self.world, self.calendar)
        self._resolutions: dict[tuple[int, ...], int] = {}
        self.timings = Timings(self.world, self.calendar)
        self.pools = Pools(self.world, self.tally)
        self.batches = Batches(self.world, self.settler.specs, self.schedule, self.tally)
        self.compare = Compare(self.world, self.schedule, self.timings, self.calendar, self.tally)
        self.later = Later(
            self.timings,
            self.batches,
            self.compare,
            self.resolver.resolved,
            self.changes.freezes,
            hash_key(inputs.release.id),
        )

    def run(self) -> Verdict:
        """Every block, then what is global."""
        hubs = 0
        for block in self.reader.blocks():
            rows = self.schedule.take(block.guids, Remaining(self.reader, block.first))
            self._block(block, rows)
            hubs += len(block.guids)
        self.schedule.finish()
        if "csp_region" in self.reader.domains:
            self.pools.check_regions(self.reader.domains["csp_region"])
        self.pools.judge()
        left_out = self.later.finish(self.batches.finish())
        judge_days(self.timings, self.pools, left_out, self.tally)
        self.pilots.finish()
        return self.tally.verdict(hubs)

    def _block(self, block: Block, rows: Rows) -> None:
        frame = block.frame.with_columns({"guid": self.special.column(block.guids)})
        frame = with_phases(frame, self.world, self._truths)
        eligible = self.dcc.eligible(frame)
        ground, priority = self.dcc.judge(frame)
        grounds = self.dcc.grounds.values
        held = np.array([g is not None and g.held for g in grounds], np.bool_)[ground]
        moments = np.array([0 if g is None else g.moment for g in grounds], np.int32)
        decides = np.array([-1 if g is None else g.decide for g in grounds], np.int32)
        facts = BlockFacts(
            block=Block(block.first, block.guids, frame),
            eligible=eligible,
            held=held,
            moment=moments[ground],
            rows=rows,
        )
        heard = self.suppliers.hear(facts)
        imports = frame.column("import_supplier").codes
        gases = frame.column("gas_supplier").codes
        freeze = self.changes.codes(block.guids, imports, gases)
        resolution = self._resolve(frame, ground, heard, freeze)
        resolved = self.resolver.resolved
        basis = np.array([r.basis for r in resolved], np.int32)[resolution]
        region = frame.column("csp_region")
        considered = eligible & ~held
        asked = Asked(
            early=basis != DEFAULT,
            import_spec=heard.import_side.spec,
            gas_spec=heard.gas_side.spec,
            decide=decides[ground],
            region=region.codes,
            regions=region.domain,
            imports=imports,
            import_rule=heard.import_side.rule,
            gases=gases,
            gas_rule=heard.gas_side.rule,
        )
        number, key, place = self.batches.ask(asked, rows, considered)
        ranks = np.maximum(np.maximum(priority, heard.priority), self._regional(frame, facts.moment))
        ranks[ranks < 0] = USUAL_PRIORITY
        derived = Derived(
            eligible=eligible,
            held=held,
            basis=basis,
            import_rule=heard.import_side.rule,
            gas_rule=heard.gas_side.rule,
        )
        self.compare.statuses(rows, derived)
        sorts = Sorts(resolution=resolution, region=region.codes, freeze=freeze, priority=ranks, key=key)
        at = np.flatnonzero(considered & (rows.status == PLANNED))
        floors = np.array([r.floor for r in resolved], np.int64)
        planned = rows.take(at)
        self.compare.agreed(planned, floors[resolution[at]])
        self.later.planned(planned, sorts.take(at), number[at], region.domain)
        counted = np.flatnonzero((rows.status == PLANNED) & (rows.day != NO_DAY))
        self.pools.add(region.codes[counted], region.domain, rows.day[counted])
        out = np.flatnonzero(considered & (rows.status == INFEASIBLE))
        self.later.left_out(block.guids[out], place[out], sorts.take(out))

    def _resolve(self, frame: Frame, ground: Ints, heard: Heard, freeze: Ints) -> Ints:
        imports = frame.column("import_supplier").codes
        gases = frame.column("gas_supplier").codes
        parties = np.where((imports > 0) & (gases > 0) & (imports != gases), SPLIT, ONE)
        parties[(imports == 0) & (gases == 0)] = NOBODY
        division = frame.column("holiday_division")
        codes = division.codes
        consents = self.settler.consents
        columns = [
            (ground, len(self.dcc.grounds)),
            (heard.import_side.consent, len(consents)),
            (heard.gas_side.consent, len(consents)),
            (parties, 3),
            (freeze, len(self.changes.freezes)),
            (codes, len(division.domain)),
        ]
        rows, inverse = distinct(columns)
        numbers = np.zeros(len(rows), np.int32)
        for at, key in enumerate(met_in(columns, rows)):
            if key not in self._resolutions:
                self._resolutions[key] = self._resolution(key, division.domain)
            numbers[at] = self._resolutions[key]
        return numbers[inverse]

    def _resolution(self, key: tuple[int, ...], divisions: Domain[str | None]) -> int:
        ground, one, two, parties, freeze, division = key
        stands = self.dcc.grounds.values[ground]
        if stands is None:
            raise AssertionError("every hub has a ground")
        consents = self.settler.consents.values
        left_alone = self.changes.freezes.values[freeze]
        return self.resolver.code(
            stands, (consents[one], consents[two]), parties, left_alone, divisions.values[division]
        )

    def _regional(self, frame: Frame, moment: Ints) -> Ints:
        ranks = np.full(frame.size, -1, np.int32)
        region = frame.column("csp_region")
        for name, owner in self.regional.items():
            there = region.codes == region.domain.find(name)
            for number in np.unique(moment[there]):
                rows = np.flatnonzero(there & (moment == number))
                sheet = owner.sheet(frame.take(rows), self.world.moments[int(number)])
                ranks[rows] = sheet.priority[sheet.inverse]
        return ranks
