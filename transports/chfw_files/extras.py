"""Parts that only the `files` extra brings: imported where they are used, and named where they are missing."""

from importlib import import_module
from types import ModuleType

from chfw_core.errors import InputError


def needed_for_xlsx(name: str) -> ModuleType:
    """The module. Raises InputError that names the extra."""
    try:
        return import_module(name)
    except ImportError:
        raise InputError(
            f"XLSX needs {name}, which is not installed", hint="pip install 'chfw[files]', or use .csv or .parquet"
        ) from None
