"""How a long step tells how far it is, and what its caller may do between the steps."""

from collections.abc import Callable

Progress = Callable[[str, float], None]
"""Told the step and the share of it that is done."""


def quiet(step: str, share: float) -> None:
    """No progress is shown."""


GiveBack = Callable[[], None]
"""Called where much memory has just become free, so that the application may return it to the system."""


def keep() -> None:
    """Memory stays with the process."""
