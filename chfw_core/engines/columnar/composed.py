"""What `compose` makes of records: decisions, then plans, as parallel arrays."""

from collections.abc import Sequence
from typing import TypeVar

import numpy as np
from attrs import define, field, frozen
from numpy.typing import NDArray

from chfw_core.consent.standing import Standing
from chfw_core.engines.columnar.plans import Plans
from chfw_core.engines.columnar.records import Part, Records, distinct_columns, some_rows
from chfw_core.model.guid import Guid
from chfw_core.model.periods import Period
from chfw_core.planning.decision import Decision
from chfw_core.planning.hub_plan import DccTerms, SupplierChange

Ints = NDArray[np.int64]
N = TypeVar("N", bound=np.generic)
NONE = -1


@frozen
class Disturbed:
    """What keeps a single hub from being activated at some times: changes of Supplier, and protected periods (CS4)."""

    changes: tuple[SupplierChange, ...] = ()
    protected: tuple[Period, ...] = ()


@frozen
class Kept:
    """A row that today's rules replace unless they say the same: see `consent.standing.Judged`."""

    row: Standing


@define(kw_only=True)
class Known:
    """What is known of single hubs; entry 0 of each list is what most hubs have.

    A text among `standings`: nothing stands, and why the rows were refused.
    """

    standings: list[Standing | Kept | str | None] = field(factory=lambda: [None])
    pilots: list[str | None] = field(factory=lambda: [None])
    changes: list[Disturbed] = field(factory=lambda: [Disturbed()])
    guids: list[Guid | None] = field(factory=lambda: [None])


@frozen(eq=False, kw_only=True)
class Decided:
    """Parallel arrays, one entry per record: the numbers of the `terms` and of the two Suppliers' decisions, or -1.

    `held`, `ineligible`: records of hubs without decisions and without a plan; others have a `priority`.
    """

    records: Records
    terms: Ints
    first: Ints
    second: Ints
    ineligible: NDArray[np.bool_]
    held: NDArray[np.bool_]
    priority: Ints

    @property
    def live(self) -> NDArray[np.bool_]:
        """Records of hubs that get a plan."""
        return ~(self.ineligible | self.held)

    def told_apart(self) -> list[NDArray[np.integer]]:
        """Columns that are equal for records of which the rest of a plan makes no difference."""
        records, live = self.records, self.live
        return [
            records[:, Part.PLACE],
            records[:, Part.PAIR],
            np.where(self.ineligible, NONE, self.terms),
            np.where(live, records[:, Part.CSP_ROW], NONE),
            np.where(live, records[:, Part.CHANGES], NONE),
            np.where(live, self.priority, NONE),
            self.first,
            self.second,
        ]


def coarse(lots: Sequence[Decided]) -> tuple[Decided, Ints]:
    """Records of which the rest of a plan makes no difference become one; and which one each becomes, lot after lot."""
    starts = np.cumsum([0, *(len(lot.records) for lot in lots)])
    columns = [_joined(own) for own in zip(*(lot.told_apart() for lot in lots), strict=True)]
    sample, of = distinct_columns(columns, int(starts[-1]))
    edges = np.searchsorted(sample, starts)  # samples ascend
    rows = [sample[a:b] - start for a, b, start in zip(edges[:-1], edges[1:], starts[:-1], strict=True)]
    names = ("terms", "first", "second", "ineligible", "held", "priority")
    found = {name: _joined([getattr(lot, name)[own] for lot, own in zip(lots, rows, strict=True)]) for name in names}
    return Decided(records=some_rows([lot.records for lot in lots], rows), **found), of


def _joined(columns: Sequence[NDArray[N]]) -> NDArray[N]:
    return columns[0] if len(columns) == 1 else np.concatenate(columns)


@define(kw_only=True)
class Composed:
    """Parallel arrays, one entry per record: numbers into the lists beside them, or -1.

    `terms`, `first`, `second` (decisions), `plan`, and the `priority` itself. Records of hubs that
    are ineligible or held have no decisions and no plan. Plans with the same `calendar` have the
    same possible days in every region.
    """

    records: Records
    terms: Ints
    first: Ints
    second: Ints
    plan: Ints
    priority: Ints
    terms_list: list[DccTerms]
    decisions: list[Decision]
    plans: Plans
    calendar: Ints
