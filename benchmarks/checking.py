"""What checking rule files costs: the checker, the analysis beside it, and the solver.

`python -m benchmarks.checking` prints a table; `measure` gives its rows. Seconds are of the
processor, the best of several runs.
"""

import time
from collections.abc import Callable, Sequence

from attrs import frozen

from chfw_app.workbench.z3_prover import Z3Prover, z3_is_here
from chfw_core.rules.analysis.prover import Verdict
from chfw_core.rules.analysis.subject import Analysis, Subject
from chfw_core.rules.check import check_sources

RULES, PROVED = 1_000, 200
_REGIONS = ("North", "Central", "South")
_RUNS = 5


@frozen(kw_only=True)
class Row:
    """One line of the table. `limit`: how long it may take; None where nobody said."""

    item: str
    rules: int
    seconds: float
    limit: float | None
    found: str


def rule_file(count: int) -> str:
    """A file of so many decisions, each of five comparisons; the last is `otherwise`."""
    lines = ["rules: v1", "owner: NWND", "decide:"]
    for at in range(count - 1):
        sets = ", ".join(f'"CS-{(at * step) % count:04}"' for step in (7, 11))
        when = (
            f'configuration_set in [{sets}] and csp_region == "{_REGIONS[at % 3]}"'
            f' and firmware_version < "0D0{at % 5}{at % 9}000"'
            f' and (flags has "prepay" or not installed_on within last {at % 60} days)'
        )
        then = "leave_to_dcc" if at % 2 else "instruct"
        lines += [f"  - id: rule-{at}", "    because: An example", f"    when: {when}", f"    then: {then}"]
    lines += ["  - id: rest", "    because: The DCC's date applies", "    when: otherwise", "    then: leave_to_dcc"]
    return "\n".join(lines) + "\n"


def _best(work: Callable[[], object], runs: int = _RUNS) -> float:
    def once() -> float:
        before = time.process_time()
        work()
        return time.process_time() - before

    return min(once() for _ in range(runs))


def measure(rules: int = RULES, proved: int = PROVED) -> tuple[Row, ...]:
    """The rows: all of it, the analysis alone, overlaps, and the reachability of rules by the solver."""
    sources = [("bench.rules.yaml", rule_file(rules))]
    alone = _best(lambda: check_sources(sources, analysis=None))
    both = _best(lambda: check_sources(sources))
    pairs = _best(lambda: check_sources(sources, analysis=Analysis(overlaps=True)), 2)
    found = f"{len(check_sources(sources).problems)} findings"
    rows = [
        Row(item="check without analysis", rules=rules, seconds=alone, limit=None, found=""),
        Row(item="check with analysis", rules=rules, seconds=both, limit=0.5, found=found),
        Row(item="the analysis of it", rules=rules, seconds=both - alone, limit=0.2, found=""),
        Row(item="check with overlaps", rules=rules, seconds=pairs, limit=None, found="the first 100 pairs"),
    ]
    return (*rows, _reachability(proved)) if z3_is_here() else tuple(rows)


def _reachability(count: int) -> Row:
    """Every decision put to the solver after all before it, whatever the boxes already know."""
    subject = _subject(rule_file(count))
    verdicts: list[Verdict] = []

    def work() -> None:
        verdicts.clear()
        session = Z3Prover().session(subject.formulas.variables)
        for rule in subject.rules.decides:
            verdicts.append(session.ask(subject.formulas.formula(rule.when)).verdict)
            session.assume(subject.formulas.formula(rule.when, positive=False))

    seconds = _best(work, 2)
    found = ", ".join(f"{verdicts.count(verdict)} {verdict.value}" for verdict in Verdict if verdict in verdicts)
    return Row(item="reachability by z3", rules=count, seconds=seconds, limit=3.0, found=found)


def _subject(text: str) -> Subject:
    (rules,) = check_sources([("bench.rules.yaml", text)], analysis=None).rulesets
    return Subject(files=(), rules=rules, analysis=Analysis())


def table(rows: Sequence[Row]) -> str:
    """The rows for people."""
    head = f"{'item':<24}{'rules':>7}{'seconds':>10}{'limit':>8}  found\n"
    lines = (
        f"{row.item:<24}{row.rules:>7,}{row.seconds:>10.3f}{'' if row.limit is None else row.limit:>8}  {row.found}"
        for row in rows
    )
    return head + "\n".join(line.rstrip() for line in lines)


def main() -> None:
    """Print the table."""
    print(table(measure()))
    if not z3_is_here():
        print("without z3: reachability was not measured")


if __name__ == "__main__":
    main()
