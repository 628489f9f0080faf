"""Three hubs worth explaining, found in a plan that was made."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import frozen

from chfw_core.consent.model import ActivationBasis
from chfw_core.model.guid import format_guid

if TYPE_CHECKING:
    import pyarrow as pa

WINDOWS_APART = "windows do not meet"
"""What a reason says where one Supplier's windows had to give way."""


@frozen(kw_only=True)
class Found:
    """A hub, why it is worth a look, and the Party through whose eyes to look, if one."""

    guid: str
    why: str
    seen_by: str | None = None


def interesting_hubs(estate: Path, schedule: Path, decided: Path) -> Iterator[Found]:
    """One with both consents, one that waits for its other Supplier, one left to the DCC."""
    import pyarrow.parquet as pq

    suppliers = pq.read_table(estate, columns=["guid", "import_supplier", "gas_supplier"])
    plan = pq.read_table(schedule, columns=["guid", "basis", "import_rule", "gas_rule", "reason"])
    instructed = pq.read_table(decided, columns=["guid", "party"])
    basis = plan.column("basis").combine_chunks().dictionary_decode()
    both = _agreed(plan, basis)
    if both is not None:
        yield Found(guid=format_guid(both), why="both of its Suppliers have agreed")
    waiting = _waiting(plan, basis, instructed)
    if waiting is not None:
        guid, party = waiting
        yield Found(guid=format_guid(guid), why=f"{party} has agreed, its other Supplier has not", seen_by=party)
    alone = _left_to_dcc(plan, basis, suppliers)
    if alone is not None:
        yield Found(guid=format_guid(alone), why="its only Supplier leaves it to the DCC")


def _agreed(plan: "pa.Table", basis: "pa.Array") -> int | None:
    """A hub whose two Suppliers' windows meet; one that rules of both decided comes first."""
    import pyarrow.compute as pc

    both = plan.filter(pc.equal(basis, ActivationBasis.BOTH_SUPPLIERS.value))
    said = both.column("reason").combine_chunks()
    said = said.dictionary_decode() if hasattr(said, "dictionary_decode") else said
    meeting = both.filter(pc.invert(pc.match_substring(said, WINDOWS_APART)))
    ruled = meeting.filter(pc.and_(pc.is_valid(meeting.column("import_rule")), pc.is_valid(meeting.column("gas_rule"))))
    for hubs in (ruled, meeting):
        if hubs.num_rows:
            return int(hubs.column("guid")[0].as_py())
    return None


def _waiting(plan: "pa.Table", basis: "pa.Array", instructed: "pa.Table") -> tuple[int, str] | None:
    import pyarrow.compute as pc

    default = plan.filter(pc.equal(basis, ActivationBasis.DCC_DEFAULT.value)).column("guid")
    rows = instructed.filter(pc.is_in(instructed.column("guid"), value_set=default.combine_chunks()))
    if not rows.num_rows:
        return None
    return int(rows.column("guid")[0].as_py()), str(rows.column("party")[0].as_py())


def _left_to_dcc(plan: "pa.Table", basis: "pa.Array", suppliers: "pa.Table") -> int | None:
    import pyarrow.compute as pc

    one = pc.equal(suppliers.column("import_supplier"), suppliers.column("gas_supplier"))
    alone = suppliers.filter(pc.fill_null(one, False)).column("guid").combine_chunks()
    ruled = pc.and_(pc.equal(basis, ActivationBasis.DCC_DEFAULT.value), pc.is_valid(plan.column("import_rule")))
    rows = plan.filter(pc.fill_null(ruled, False))
    rows = rows.filter(pc.is_in(rows.column("guid"), value_set=alone))
    return int(rows.column("guid")[0].as_py()) if rows.num_rows else None
