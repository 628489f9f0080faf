"""Why a check did not pass: the rule expected, the rule that came instead, and their leaves with the hub's values."""

from chfw_core.planning.own_decision import Outcome
from chfw_core.reports.trials.decide import Answer
from chfw_core.reports.trials.expectations import rules_of
from chfw_core.reports.trials.model import Expected, Got
from chfw_core.rules.meaning.evaluate import condition_holds
from chfw_core.rules.meaning.explain import decisive_leaves
from chfw_core.rules.model import Rule


def why_lines(expected: Expected, got: Got, answer: Answer) -> tuple[str, ...]:
    """Lines for a person: the reason, then the rules that were meant or mattered, each with its decisive leaves."""
    known = rules_of(answer.rules)
    named = (got.by, expected.by, expected.pilot)
    lines = [got.reason] if got.reason else []
    for name in dict.fromkeys(name for name in named if name is not None and name in known):
        lines += _rule(known[name], got, answer)
    if expected.outcome is Outcome.PILOT and expected.by is None:
        for pilot in answer.rules.pilots:
            lines += _rule(pilot, got, answer)
    if expected.priority not in (None, got.priority):
        for rule in answer.rules.priorities:
            lines += _rule(rule, got, answer)
    return tuple(lines)


def _rule(rule: Rule, got: Got, answer: Answer) -> list[str]:
    matches = condition_holds(rule.when, answer.read, answer.context)
    leaves = decisive_leaves(rule.when, answer.read, answer.context)
    said = "matches" if matches else "does not match"
    if matches and rule.id != got.by:
        said += _but(rule, answer)
    return [f"`{rule.id}` {said}", *(f"  {leaf.text}" for leaf in leaves)]


def _but(rule: Rule, answer: Answer) -> str:
    """Why a rule that matches determined nothing."""
    if rule in answer.rules.holds and all(hold.rule != rule.id for hold in answer.holds):
        return ", but it is over or was released"
    if rule in answer.rules.decides or rule in answer.rules.pilots:
        return ", but another comes before it"
    return ""
