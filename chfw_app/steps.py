"""Progress as the parts tell it: the step's name and the share of it that is done."""

from collections.abc import Callable

Report = Callable[[str, float], None]


def silent(step: str, done: float) -> None:
    """For whoever does not want to know."""
