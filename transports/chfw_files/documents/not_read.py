"""The columns of a list that nobody reads, in words for whoever sent it: one of them may be a slip.

A name that is nearly that of a column that the list lacks was refused when it was opened (`column_names`); what is a
little farther from one is read past, and said. Columns that we put beside rows that came back are our own.
"""

from collections.abc import Iterator

from chfw_core.rules.problems.problem import counted, did_you_mean, shown
from chfw_files.documents.returned_json import AS_SENT, REASON
from chfw_files.tables.typed import TypedTable

MOST_NAMED = 5


def not_read(read: TypedTable) -> tuple[str, ...]:
    """A sentence for each of the first of them, with the column that may be meant."""
    return tuple(_sentences(read))


def _sentences(read: TypedTable) -> Iterator[str]:
    names = [name for name in read.others if name not in (REASON, AS_SENT)]
    for name in names[:MOST_NAMED]:
        near = did_you_mean(name, read.lacking)
        yield f"the column `{shown(name)}` is not read" + (f" ({near})" if near else "")
    more = len(names) - MOST_NAMED
    if more > 0:
        yield f"{counted(more, 'further column')} {'is' if more == 1 else 'are'} not read"
