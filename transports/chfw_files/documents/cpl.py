"""The Central Products List and its history, from files."""

from pathlib import Path

from chfw_core.documents.cpl import CPL_COLUMNS, REQUIRED_COLUMNS, CplRead
from chfw_core.documents.cpl import read_cpl as read_cpl_rows
from chfw_core.documents.cpl_history import HISTORY_COLUMNS, History
from chfw_core.documents.cpl_history import read_history as read_history_rows
from chfw_core.model.products import CentralProductsList
from chfw_files.tables.small_tables import read_small_table


def read_cpl(path: str | Path) -> CplRead:
    """The list as published, in CSV. Raises InputError for what is no such file."""
    return read_cpl_rows(read_small_table(path, CPL_COLUMNS, REQUIRED_COLUMNS, others=True), str(path))


def read_history(path: str | Path, cpl: CentralProductsList) -> History:
    """The issues of the list, joined to its entries. Raises InputError for what is no such file."""
    return read_history_rows(read_small_table(path, HISTORY_COLUMNS, HISTORY_COLUMNS, others=True), cpl)
