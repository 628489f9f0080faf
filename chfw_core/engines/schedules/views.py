"""What of a row its reader may see: the DCC all of it, a Supplier no words on both and no rule but its own (I8, NF7).

It is what `chfw explain --as` tells of a row. Rows are cut down before anything is compared: a difference that a
reader may not see is none.
"""

from collections.abc import Sequence

import numpy as np
from attrs import frozen

from chfw_core.engines.schedules.kinds import Numbers, Row
from chfw_core.planning.model import SCHEDULE_COLUMNS

DCC_COLUMNS = tuple(name for name in SCHEDULE_COLUMNS if name != "guid")
_FOR_BOTH = ("status", "basis", "window_opens", "window_closes", "day")
OWN_COLUMNS = (*_FOR_BOTH, "import_rule", "gas_rule")
"""What is read for a Supplier: of a row, before one of the rules is taken away."""
SUPPLIER_COLUMNS = (*_FOR_BOTH, "rule")

IMPORT, GAS = 0, 1


@frozen(kw_only=True, eq=False)
class Views:
    """Rows as their reader sees them, in `columns`; `of[role][kind]` is the number of one among `rows`.

    The DCC has one role. Whoever is both has one rule in both columns, and counts as import Supplier.
    """

    columns: tuple[str, ...]
    rows: Sequence[Row]
    of: Sequence[Numbers]

    @classmethod
    def for_dcc(cls, kinds: Sequence[Row]) -> "Views":
        """Everything."""
        return cls(columns=DCC_COLUMNS, rows=kinds, of=(np.arange(len(kinds), dtype=np.int32),))

    @classmethod
    def for_supplier(cls, kinds: Sequence[Row]) -> "Views":
        """Of each row of OWN_COLUMNS what the import Supplier sees, and what the gas Supplier sees."""
        numbers: dict[Row, int] = {}
        of = []
        for role in (IMPORT, GAS):
            seen = ((*kind[: len(_FOR_BOTH)], kind[len(_FOR_BOTH) + role]) for kind in kinds)
            of.append(np.array([numbers.setdefault(row, len(numbers)) for row in seen], dtype=np.int32))
        return cls(columns=SUPPLIER_COLUMNS, rows=list(numbers), of=of)
