"""The canonical flow solver: OR-tools' min-cost flow, fed in one fixed order of arcs.

One thread, integers only: the same problem gives the same placement on every machine.
"""

from itertools import chain

import numpy as np
from ortools.graph.python import min_cost_flow

from chfw_core.errors import ChfwError
from chfw_core.planning.flow import FlowProblem, Placement


def solve_flow(problem: FlowProblem) -> Placement:
    """Nodes: the classes, the columns, then one sink. Whoever is left out goes straight to it."""
    classes, columns = len(problem.hubs), len(problem.capacity)
    sink = classes + columns
    lengths = np.fromiter((len(c) for c in problem.columns), np.int64, classes)
    owner = np.repeat(np.arange(classes), lengths)
    column = np.fromiter(chain.from_iterable(problem.columns), np.int64, int(lengths.sum()))
    hubs = np.array(problem.hubs, np.int64)
    day = np.array(problem.days, np.int64)
    first = np.fromiter((c[0] for c in problem.columns), np.int64, classes)
    delay = day[column] - day[first][owner]
    flow = min_cost_flow.SimpleMinCostFlow()
    arcs = flow.add_arcs_with_capacity_and_unit_cost(
        np.concatenate([owner, classes + np.arange(columns), np.arange(classes)]),
        np.concatenate([classes + column, np.full(columns + classes, sink)]),
        np.concatenate([hubs[owner], np.array(problem.capacity, np.int64), hubs]),
        np.concatenate(
            [
                delay * np.array(problem.delay_cost, np.int64)[owner],
                np.zeros(columns, np.int64),
                np.array(problem.left_out_cost, np.int64),
            ]
        ),
    )
    supplies = np.concatenate([hubs, np.zeros(columns, np.int64), [-hubs.sum()]])
    flow.set_nodes_supplies(np.arange(sink + 1), supplies)
    if flow.solve() != flow.OPTIMAL:
        raise ChfwError("the flow solver found no optimum for a problem that has one")
    used = flow.flows(arcs)[: len(column)]
    placed: list[list[tuple[int, int]]] = [[] for _ in range(classes)]
    taken = np.flatnonzero(used)
    for own, on, count in zip(owner[taken].tolist(), column[taken].tolist(), used[taken].tolist(), strict=True):
        placed[own].append((on, count))
    return tuple(tuple(days) for days in placed)
