"""Rows of a capacity file: single days on which a region can take more or fewer hubs (G5).

A row that cannot be read is an error, not a row to do without: a plan must never exceed what a CSP
can carry because a limit was misspelt.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from attrs import frozen

from chfw_core.diagnostics import Diagnostic
from chfw_core.documents.bad_lines import diagnostic
from chfw_core.documents.rows import Row, read_rows
from chfw_core.documents.tables import CAPACITY


@frozen(kw_only=True)
class CapacityRead:
    """Hubs by (region, London day); the problems leave no plan."""

    overrides: Mapping[tuple[str, date], int]
    problems: tuple[Diagnostic, ...]


def read_capacity(rows: Iterable[Row], file: str) -> CapacityRead:
    """Read rows whose columns are those of `CAPACITY`. 0 hubs is a day without any."""
    good, bad = read_rows(rows, CAPACITY)
    problems = [diagnostic("E405", file, line.line, line.reason) for line in bad]
    overrides: dict[tuple[str, date], int] = {}
    lines: dict[tuple[str, date], int] = {}
    for line, values in good:
        pool, hubs = _pool(values)
        if pool in overrides:
            message = f"`{pool[0]}` on {pool[1]} is there already, in line {lines[pool]}"
            problems.append(diagnostic("E403", file, line, message))
            continue
        overrides[pool], lines[pool] = hubs, line
    problems.sort(key=lambda problem: problem.span.line)
    return CapacityRead(overrides=overrides, problems=tuple(problems))


def _pool(values: dict[str, Any]) -> tuple[tuple[str, date], int]:
    return (values["csp_region"], values["day"]), values["hubs"]
