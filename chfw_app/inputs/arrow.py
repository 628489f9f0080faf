"""How a process of the application uses Arrow and memory. A library that imports chfw_core is left as it is."""

import ctypes
import sys
from functools import cache
from importlib.abc import MetaPathFinder

from attrs import frozen


@frozen
class _Hidden(MetaPathFinder):
    """Makes a module look as if it were not installed."""

    name: str

    def find_spec(self, fullname: str, path: object, target: object = None) -> None:
        """Finds nothing; of the hidden module it says so."""
        if fullname == self.name:
            raise ModuleNotFoundError(f"{fullname} is not looked for here", name=fullname)


@cache
def ready_arrow() -> None:
    """Before the first column is made: no pandas, and memory that `give_back` can return.

    pyarrow imports pandas, where it is installed, as soon as it makes its first array, to recognise data frames.
    It comes with ortools, nothing here uses it, and importing it takes longer than many a plan. pyarrow looks for it
    once: afterwards a plug-in can import it as ever.
    """
    import pyarrow as pa

    hidden = _Hidden("pandas")
    sys.meta_path.insert(0, hidden)
    try:
        pa.array([0])
    finally:
        sys.meta_path.remove(hidden)
    pa.set_memory_pool(pa.system_memory_pool())


def give_back() -> None:
    """Return free memory to the system, where the C library can be asked to.

    What a step has used up would otherwise stand beside what the next one asks for.
    """
    trim = _malloc_trim()
    if trim is not None:
        trim(0)


@cache
def _malloc_trim() -> "ctypes._NamedFuncPointer | None":
    try:
        return ctypes.CDLL("libc.so.6").malloc_trim
    except (OSError, AttributeError):  # no glibc
        return None
