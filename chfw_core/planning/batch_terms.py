"""BR3.7: the terms of batches, size and pause: which of several bind, and how they are said."""

from collections.abc import Iterator

from chfw_core.rules.model import BatchSpec, Duration
from chfw_core.rules.problems.problem import counted


def smallest_and_slowest(batches: tuple[BatchSpec, ...]) -> BatchSpec:
    """BR3.7: where several say, the smallest size and the longest pause."""
    # One day and 24 hours are as long: the day counts, whoever says it (I3).
    pause = max((b.pause for b in batches), key=lambda p: (length_of(p), p.days))
    return BatchSpec(size=min(b.size for b in batches), pause=pause)


def length_of(pause: Duration) -> int:
    """In seconds, a day being 24 hours: for comparing pauses alone."""
    return pause.days * 86_400 + pause.seconds


def batches_said(spec: BatchSpec) -> str:
    """`10 hubs, 5 minutes apart`."""
    return counted(spec.size, "hub") + apart(spec.pause)


def batch_said(spec: BatchSpec) -> str:
    """The same with what stops it: `10 hubs, 1 day apart, stop if failed > 2% within 48 hours`."""
    stop = dict(spec.stop_if or {})
    within = stop.pop("within", None)
    limits = " or ".join(f"{name.replace('_', ' ')} {limit}" for name, limit in sorted(stop.items()))
    return batches_said(spec) + (f", stop if {limits}" if limits else "") + (f" within {within}" if within else "")


def apart(pause: Duration) -> str:
    """`, 2 days apart`; nothing where there is no pause."""
    said = " ".join(counted(number, unit) for number, unit in _parts(pause))
    return f", {said} apart" if said else ""


def in_key(spec: BatchSpec) -> str:
    """`1000.3d`, `10.5m`; the size alone where there is no pause. Two that differ are never written alike."""
    pause = "".join(f"{number}{unit[0]}" for number, unit in _parts(spec.pause))
    return f"{spec.size}.{pause}" if pause else str(spec.size)


def _parts(pause: Duration) -> Iterator[tuple[int, str]]:
    hours, rest = divmod(pause.seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    parts = [(pause.days, "day"), (hours, "hour"), (minutes, "minute"), (seconds, "second")]
    return ((number, unit) for number, unit in parts if number)
