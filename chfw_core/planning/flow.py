"""The port behind which the canonical flow solver lies.

Optima are not unique, so every engine calls one and the same solving step with the problem in one
form. Classes stand in the order of the problem, columns are days in order of time.
"""

from typing import Protocol

from attrs import frozen


@frozen(kw_only=True)
class FlowProblem:
    """Classes of hubs to be placed on days, at least cost.

    Per class: `hubs`, the `columns` it may use (ascending), the cost of each day's delay after the
    first of them (`delay_cost`), and the cost of a hub left out. Per column: how many days after
    the first it is (`days`), and how many hubs it carries (`capacity`).
    """

    hubs: tuple[int, ...]
    columns: tuple[tuple[int, ...], ...]
    delay_cost: tuple[int, ...]
    left_out_cost: tuple[int, ...]
    days: tuple[int, ...]
    capacity: tuple[int, ...]


Placement = tuple[tuple[tuple[int, int], ...], ...]
"""Per class (column, hubs) in order of column, zeros left out; who is not placed is left out."""


class FlowSolver(Protocol):
    """Places the hubs at the least cost, always in the same way for the same problem."""

    def __call__(self, problem: FlowProblem, /) -> Placement: ...
