"""Which pilot each hub is in, as the schedule says, and whether it may be (I10, planning 11)."""

import numpy as np

from chfw_core.engines.verify.arrays import Ints
from chfw_core.engines.verify.pilots import Pilots
from chfw_core.engines.verify.readings import GAS, BlockFacts, Reading
from chfw_core.engines.verify.recorded import KEPT, NOTHING
from chfw_core.engines.verify.rows import INFEASIBLE, PLANNED
from chfw_core.engines.verify.settle import Explicit, Settler


def claimed_pilots(
    pilots: Pilots,
    settler: Settler,
    facts: BlockFacts,
    reading: Reading,
    explicit: Explicit | None,
) -> Ints:
    """The pilot that each hub is in, as the schedule says and its candidates allow; or -1."""
    owner, sheet, moment = reading.owner, reading.sheet, reading.moment
    chosen = np.full(reading.frame.size, -1, np.int32)
    if not owner.rules.pilots:
        return chosen
    rows, status = facts.rows, facts.rows.status[reading.at]
    named = np.where(reading.role == GAS, rows.gas_rule[reading.at], rows.import_rule[reading.at])
    running = (status == PLANNED) | (status == INFEASIBLE)
    may = facts.eligible[reading.at] & ~facts.held[reading.at]
    may &= (sheet.exclude < 0)[sheet.inverse] & (sheet.open_hold < 0)[sheet.inverse]
    _, hold = owner.floors(sheet, reading.frame, sheet.inverse, moment)
    may &= hold < 0
    if explicit is not None:
        may &= (explicit.kind == NOTHING) | (explicit.kind == KEPT)
    for number, rule in enumerate(owner.rules.pilots):
        opens, closes = settler.period_of(rule.at, reading.frame, moment)
        closes = np.minimum(closes, moment.automatic)
        alive = (closes > settler.world.earliest) & (opens < closes)
        alive &= settler.world.as_of <= moment.cutoff
        candidate = may & alive & sheet.pilots[number][sheet.inverse] & (chosen < 0)
        claimed = running & (named == owner.pilot_codes[number])
        if explicit is not None:  # a row on record that the pilot wrote is no claim to be in it now
            claimed &= (explicit.kind == 0) | (explicit.rule != owner.pilot_codes[number])
        guids = facts.block.guids[reading.at]
        prefers = sheet.prefers[number][sheet.inverse]
        pilots.add(reading.party, rule, number, guids, reading.frame, prefers, candidate, claimed)
        chosen[candidate & claimed] = number
    return chosen
