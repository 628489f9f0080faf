"""RU8, BR2.7, I10: the hubs that their Suppliers' own rules keep out of early dates and pilots, for a notice.

Asked of the planner, with nothing but the Suppliers' excludes: its rows name the rule that decided for each role. So
an exclude reads here what it reads in every plan.
"""

import tempfile
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from attrs import evolve, frozen
from numpy.typing import NDArray

from chfw_app.engines import Engine
from chfw_app.inputs import InputPaths, gather
from chfw_app.planning import PlanOutputs, write_plan
from chfw_app.rollout.stand_in import stand_in
from chfw_app.steps import Report
from chfw_core.model.parties import is_supplier
from chfw_core.model.periods import format_instant
from chfw_core.model.releases import FirmwareRelease
from chfw_core.rules.model import RuleSet

if TYPE_CHECKING:
    import pyarrow as pa


@frozen(kw_only=True)
class RulesOfSuppliers:
    """Where they are, as the user named them. `attributes`: PARTY=FILE."""

    rules: tuple[Path, ...] = ()
    attributes: tuple[str, ...] = ()


@frozen(kw_only=True, eq=False)
class Excluded:
    """`because[party, rule]`: why. `guids`: in ascending order; beside them the rule of each role, None where none."""

    because: Mapping[tuple[str, str], str]
    guids: NDArray[np.uint64]
    rules: Mapping[str, "pa.Array"]

    def of(self, role: str, table: "pa.Table") -> "pa.Array":
        """The rule for each row of a table with a column `guid`. `role`: import or gas."""
        import pyarrow as pa

        asked = table.column("guid").to_numpy()
        if not len(self.guids):
            return pa.nulls(len(asked), pa.string())
        at = np.minimum(np.searchsorted(self.guids, asked), len(self.guids) - 1)
        there = self.guids[at] == asked
        return self.rules[role].take(pa.array(np.where(there, at, 0), mask=~there))


def excluded_by_rules(
    estate: Path, firmware: FirmwareRelease, named: RulesOfSuppliers, at: datetime, report: Report
) -> Excluded:
    """The excludes of an estate's hubs as of an instant. Raises InputError and Failed for what cannot be used."""
    import pyarrow as pa

    from chfw_files.schedule import open_schedule

    with tempfile.TemporaryDirectory(prefix="chfw-") as name:
        folder = Path(name)
        (folder / "release.yaml").write_text(stand_in(firmware), encoding="utf-8")
        gathered = gather(
            InputPaths(
                estate=estate,
                release=folder / "release.yaml",
                rules=named.rules,
                as_of=format_instant(max(at, firmware.notified_at)),
                attributes=named.attributes,
            ),
            report=report,
        )
        rulesets = tuple(_excludes_of(rules) for rules in gathered.inputs.rulesets if is_supplier(rules.owner))
        bare = evolve(gathered.inputs, release=evolve(firmware, capacity=None, blackouts=()), rulesets=rulesets)
        outputs = PlanOutputs(schedule=folder / "plan.parquet")
        write_plan(evolve(gathered, inputs=bare), outputs, engine=Engine.COLUMNAR, report=report)
        columns = ("guid", "import_rule", "gas_rule")
        batches = [batch.select(list(columns)) for batch in open_schedule(folder / "plan.parquet").batches()]
    table = pa.Table.from_batches(batches).combine_chunks() if batches else None
    because = {(rules.owner, rule.id): rule.because for rules in rulesets for rule in rules.excludes}
    if table is None:
        return Excluded(because=because, guids=np.zeros(0, np.uint64), rules={})
    order = np.argsort(table.column("guid").to_numpy())
    table = table.take(pa.array(order))
    texts = {role: table.column(f"{role}_rule").cast(pa.string()).combine_chunks() for role in ("import", "gas")}
    return Excluded(because=because, guids=table.column("guid").to_numpy(), rules=texts)


def _excludes_of(rules: RuleSet) -> RuleSet:
    return RuleSet(owner=rules.owner, excludes=rules.excludes)
