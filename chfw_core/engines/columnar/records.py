"""A record: all that the plan of a hub depends on, as one row of small integers.

Most hubs get theirs from the tables of the sides; hubs of which something is known by GUID get
more of the columns filled. Distinct records are the *hub classes* that `compose` works on.
"""

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray


class Part(IntEnum):
    """The columns of a record. FIRST and SECOND are the hub's Suppliers, the Import Supplier first.

    PLACE: eligibility, region and division. DCC, CSP: matches, of the speakers DCC_ROW, CSP_ROW.
    PAIR: number on the pair axis.
    *_ROW and *_MATCH: speaker and match of a Supplier. *_STANDING: its explicit instruction.
    *_PILOT: in which of its pilots. CHANGES: changes of Supplier. GUID: 0, or one of the hubs that
    events name.
    """

    PLACE = 0
    DCC = 1
    CSP_ROW = 2
    CSP = 3
    PAIR = 4
    FIRST_ROW = 5
    FIRST_MATCH = 6
    SECOND_ROW = 7
    SECOND_MATCH = 8
    FIRST_STANDING = 9
    SECOND_STANDING = 10
    FIRST_PILOT = 11
    SECOND_PILOT = 12
    CHANGES = 13
    GUID = 14
    DCC_ROW = 15


Records = NDArray[np.int64]


def distinct_rows(records: Records) -> tuple[Records, NDArray[np.int64]]:
    """The distinct rows, and for each row which one it is."""
    if not len(records):
        return records, np.zeros(0, dtype=np.int64)
    key, product = np.zeros(len(records), dtype=np.int64), 1
    for column in records.T:
        low = int(column.min())
        span = int(column.max()) - low + 1
        if span == 1:
            continue
        if product * span >= ROOM:
            values, key = np.unique(key, return_inverse=True)
            product = len(values)
        if product * span >= ROOM:
            values, codes = np.unique(column, return_inverse=True)
            low, span, column = 0, len(values), codes
        key = key * span + (column - low)
        product *= span
    _, sample, of = np.unique(key, return_index=True, return_inverse=True)
    return records[sample], of


ROOM = 1 << 62
"""Numbers that a mixed key can have."""
