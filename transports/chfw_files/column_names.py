"""Which columns a table has, and which of them were meant for others."""

from collections.abc import Sequence
from difflib import get_close_matches

from chfw_core.errors import InputError
from chfw_files.raw import Source

_ALSO_CALLED = dict.fromkeys(("hours", "time_window", "window_hours", "permitted_hours"), "window")
"""Other names of columns that must not be passed over: without its hours an instruction means every hour."""


def check_names(source: Source, known: Sequence[str], required: Sequence[str]) -> tuple[str, ...]:
    """Which columns are neither known nor near to a known name; those may stay and are not read.

    Raises InputError that names every required column that is missing, and every likely slip.
    """
    missing = [name for name in required if name not in source.names]
    unknown = [name for name in source.names if name not in known]
    free = [name for name in known if name not in source.names]
    hints, slips = [], []
    for name in unknown:
        plain = name.strip().lower()
        also = _ALSO_CALLED.get(plain.replace(" ", "_"))
        near = [also] if also in free else get_close_matches(plain, free, n=1, cutoff=0.75)
        if near:
            slips.append(name)
            hints.append(f"did you mean `{near[0]}` by `{name}`?")
    if missing:
        raise InputError(f"`{source.path}`: {_columns(missing)} missing", hint=" ".join(hints) or _has(source))
    if slips:
        raise InputError(f"`{source.path}`: {_columns(slips)} not known", hint=" ".join(hints))
    return tuple(unknown)


def _columns(names: Sequence[str]) -> str:
    listed = ", ".join(f"`{name}`" for name in names)
    return f"the column {listed} is" if len(names) == 1 else f"the columns {listed} are"


def _has(source: Source) -> str:
    shown = ", ".join(source.names[:12])
    return f"the file has {shown}" if shown else "the file has no columns"
