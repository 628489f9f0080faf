"""How full the days of a region are in a schedule: why a hub did not get an earlier one of its days (NF1, G5).

Whose hubs they are is not asked: the figures are the industry's, and the DCC's alone to read (PR3).
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import numpy as np

from chfw_app.inputs.gathered import CarefulEstate
from chfw_core.planning.capacity import region_capacity
from chfw_core.planning.model import PlanInputs
from chfw_core.reports.explain_days import DayLoad


def day_loads(
    inputs: PlanInputs, estate: CarefulEstate, schedule: Path, region: str, days: Sequence[date]
) -> Mapping[date, DayLoad]:
    """How many hubs of the region go on each of these days, and how many can. Reads both tables through."""
    import pyarrow as pa
    import pyarrow.compute as pc

    from chfw_files.documents.schedule import open_schedule

    wanted = pa.array(days, pa.date32())
    guids, on = [np.zeros(0, np.uint64)], [np.zeros(0, np.int32)]
    for batch in open_schedule(schedule).batches():
        chosen = batch.select(["guid", "day"]).filter(pc.is_in(batch.column("day"), wanted))
        guids.append(chosen.column("guid").to_numpy())
        on.append(chosen.column("day").cast(pa.int32()).to_numpy())
    named, number = np.concatenate(guids), np.concatenate(on)
    order = np.argsort(named)
    named, number = named[order], number[order]
    counted: Counter[int] = Counter()
    for index in range(estate.chunk_count):
        batch = estate.read(index, ("guid", "csp_region"))
        own = batch.column("guid").filter(pc.equal(batch.column("csp_region"), pa.scalar(region))).to_numpy()
        at = np.minimum(np.searchsorted(named, own), max(len(named) - 1, 0))
        hit = at[named[at] == own] if len(named) else at[:0]
        counted.update(number[hit].tolist())
    epoch = date(1970, 1, 1).toordinal()
    limits = region_capacity(inputs, region, days) or {}
    return {day: DayLoad(hubs=counted[day.toordinal() - epoch], capacity=limits.get(day)) for day in days}
