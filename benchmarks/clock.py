"""Wall and CPU time of the parts of a run that count, all threads of the process included."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from resource import RUSAGE_SELF, getrusage

from attrs import define, field


@define
class Clock:
    """Runs inside `step` only; `steps` has the wall time of each."""

    wall: float = 0.0
    cpu: float = 0.0
    steps: dict[str, float] = field(factory=dict)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Count this part."""
        wall, cpu = time.perf_counter(), _cpu()
        try:
            yield
        finally:
            spent = time.perf_counter() - wall
            self.wall += spent
            self.cpu += _cpu() - cpu
            self.steps[name] = self.steps.get(name, 0.0) + spent


def peak_bytes() -> int:
    """The largest resident size of this process so far (Linux counts it in KiB)."""
    return getrusage(RUSAGE_SELF).ru_maxrss * 1024


def _cpu() -> float:
    used = getrusage(RUSAGE_SELF)
    return used.ru_utime + used.ru_stime
