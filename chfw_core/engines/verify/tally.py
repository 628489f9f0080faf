"""Gathers violations: every one is counted, the first few of each check are kept as examples."""

from collections import Counter
from collections.abc import Callable

import numpy as np

from chfw_core.engines.verify.arrays import Bools, Guids
from chfw_core.model.guid import format_guid
from chfw_core.planning.verify import Check, Verdict, Violation


class Tally:
    """Counts per check, and at most `examples` violations of each."""

    def __init__(self, examples: int) -> None:
        self._examples = examples
        self._counts: Counter[Check] = Counter()
        self._kept: dict[Check, list[Violation]] = {}

    def add(self, check: Check, subject: str, expected: str, got: str, count: int = 1) -> None:
        """One violation, or `count` like it of which this is the example."""
        self._counts[check] += count
        kept = self._kept.setdefault(check, [])
        if len(kept) < self._examples:
            kept.append(Violation(check=check, subject=subject, expected=expected, got=got))

    def rows(
        self,
        check: Check,
        bad: Bools,
        guids: Guids,
        expected: Callable[[int], str],
        got: Callable[[int], str],
    ) -> None:
        """The rows of a mask; the two functions are asked for the rows kept as examples only."""
        count = int(np.count_nonzero(bad))
        if not count:
            return
        kept = self._kept.setdefault(check, [])
        room = self._examples - len(kept)
        self._counts[check] += count
        for row in np.flatnonzero(bad)[:room]:
            at = int(row)
            kept.append(
                Violation(
                    check=check,
                    subject=format_guid(int(guids[at])),
                    expected=expected(at),
                    got=got(at),
                )
            )

    def verdict(self, hubs: int) -> Verdict:
        """What was found, in the order of the checks."""
        found = [check for check in Check if self._counts[check]]
        return Verdict(
            hubs=hubs,
            violations=tuple(v for check in found for v in self._kept.get(check, ())),
            counts={check: self._counts[check] for check in found},
        )
