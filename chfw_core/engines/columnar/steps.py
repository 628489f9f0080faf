"""How a long step tells how far it is."""

from collections.abc import Callable

Progress = Callable[[str, float], None]
"""Told the step and the share of it that is done."""


def quiet(step: str, share: float) -> None:
    """No progress is shown."""
