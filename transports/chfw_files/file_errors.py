"""The messages for files that are not there, or that nobody may read."""

from difflib import get_close_matches
from pathlib import Path

from chfw_core.errors import InputError


def missing_file(place: Path) -> InputError:
    """The message for a file that is not there, with a name that is nearly this one."""
    return InputError(f"there is no file `{place}`", hint=_near(place))


def unreadable_file(place: Path, failure: OSError) -> InputError:
    """The message for a file that the system does not let us read."""
    return InputError(f"cannot read `{place}`: {(failure.strerror or str(failure)).lower()}")


def _near(place: Path) -> str | None:
    """A file in the same folder whose name is nearly this one."""
    if not place.parent.is_dir():
        return f"there is no folder `{place.parent}`"
    names = [entry.name for entry in place.parent.iterdir()]
    near = get_close_matches(place.name, names, n=1, cutoff=0.75)
    return f"did you mean `{place.parent / near[0]}`?" if near else None
