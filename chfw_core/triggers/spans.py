"""Durations added to moments: days on the London wall clock, hours and minutes absolute."""

from datetime import datetime

from chfw_core.rules.model import Duration
from chfw_core.rules.values import shift


def after(at: datetime, span: Duration) -> datetime:
    """The moment that lies so long after `at`."""
    moved = shift(at, span)
    assert isinstance(moved, datetime)
    return moved
