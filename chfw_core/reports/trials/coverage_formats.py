"""Coverage as text and as a JSON value."""

from chfw_core.reports.trials.coverage import Coverage, Uncovered


def coverage_as_text(coverage: Coverage) -> str:
    """What no test has reached, by place; then the figures."""
    lines = [f"{_place(one)}: {_what(one)}" for one in coverage.uncovered]
    if coverage.left_out:
        lines.append(
            f"not counted, since the roll-out runs them: {coverage.left_out} (rules of `events`, `then` of a pilot)"
        )
    lines.append(
        f"{coverage.percent}%: {coverage.rules_reached} of {coverage.rules} rules, "
        f"{coverage.leaves_reached} of {coverage.leaves} conditions"
    )
    return "".join(f"{line}\n" for line in lines)


def coverage_as_value(coverage: Coverage) -> dict[str, object]:
    """The same for a program, keys in a fixed order."""
    return {
        "percent": coverage.percent,
        "rules": {"total": coverage.rules, "reached": coverage.rules_reached},
        "leaves": {"total": coverage.leaves, "reached": coverage.leaves_reached},
        "not_counted": coverage.left_out,
        "uncovered": [
            {
                "kind": "rule" if one.is_rule else "leaf",
                "text": one.text,
                "missing": one.missing,
                "file": one.span.file,
                "line": one.span.line,
                "column": one.span.column,
            }
            for one in coverage.uncovered
        ],
    }


def _place(one: Uncovered) -> str:
    return f"{one.span.file}:{one.span.line}:{one.span.column}"


def _what(one: Uncovered) -> str:
    return f"the rule `{one.text}` {one.missing}" if one.is_rule else f"`{one.text}` was {one.missing}"
