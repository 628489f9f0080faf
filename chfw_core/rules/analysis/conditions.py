"""Conditions by themselves: those that never hold, and those that are written twice."""

from collections.abc import Sequence
from typing import assert_never

from chfw_core.diagnostics import Span
from chfw_core.rules.analysis.formula import sign_of_leaf
from chfw_core.rules.analysis.prover import Session, Verdict
from chfw_core.rules.analysis.subject import Named, Subject, named_conditions
from chfw_core.rules.meaning.leaves import leaves
from chfw_core.rules.model import Always, And, Condition, HoldRule, Leaf, Not, Or, Rule

_MOST_PARTS = 30


def find_never(subject: Subject) -> None:
    """Conditions that no hub fulfils, whatever it is like."""
    session = subject.session()
    for named in named_conditions(subject.rules):
        if _never_holds(named, subject, session):
            if named.condition is named.rule.when:
                subject.never.add(id(named.rule))
            if not _was_said(named, subject):
                message = f"{named.what} never matches: no hub fulfils its condition"
                subject.say("W309", named.rule, message, hint=_clash(named.condition, subject))


def _never_holds(named: Named, subject: Subject, session: Session | None) -> bool:
    boxes = subject.boxes(named.condition)
    if boxes is not None and not boxes:
        return True
    if session is None:
        if boxes is None:
            subject.left_open.append(f"whether {named.what} ever matches")
        return False
    if subject.example(boxes or (), [named.condition]) is not None:
        return False
    of_event = any(name.startswith("event.") for leaf in leaves(named.condition) for name in leaf.fields)
    verdict, _ = subject.prove(session, subject.formulas.formula(named.condition), [named.condition])
    if verdict is Verdict.UNKNOWN and not of_event:  # an event has no hub to be shown
        subject.left_open.append(f"whether {named.what} ever matches")
    return verdict is Verdict.IMPOSSIBLE


def _was_said(named: Named, subject: Subject) -> bool:
    """A comparison that never holds was found already, and has its own code."""
    spans = {leaf.span for leaf in leaves(named.condition)}
    return any(
        problem.code == "W308" and problem.span in spans
        for file in subject.files
        for problem in file.scope.problems.found
    )


def _clash(condition: Condition, subject: Subject) -> str | None:
    """Two parts that cannot both hold, where it is as simple as that."""
    parts = _parts(condition)[:_MOST_PARTS]
    for at, part in enumerate(parts):
        if subject.boxes(part) == []:
            return f"`{_text(part)}` alone never holds"
        for before in parts[:at]:
            if subject.exclude_each_other(before, part):
                return f"`{_text(before)}` and `{_text(part)}` exclude each other"
    return None


def _parts(condition: Condition) -> list[Condition]:
    if isinstance(condition, And):
        return [part for item in condition.items for part in _parts(item)]
    return [condition]


def _text(condition: Condition) -> str:
    if isinstance(condition, Leaf):
        return condition.text
    if isinstance(condition, Not):
        inner = _text(condition.item)
        return f"not {inner}" if isinstance(condition.item, Leaf) else f"not ({inner})"
    word = " and " if isinstance(condition, And) else " or "
    return word.join(_text(item) for item in (condition.items if isinstance(condition, And | Or) else ()))


def find_repeats(subject: Subject) -> None:
    """The same condition twice, within a rule or in two rules of which the second adds nothing."""
    for named in named_conditions(subject.rules):
        _within(named.condition, subject)
    rules = subject.rules
    _between(subject, rules.excludes)
    _between(subject, rules.priorities)
    _between(subject, rules.holds)


def _within(condition: Condition, subject: Subject) -> None:
    match condition:
        case And() | Or():
            seen: set[object] = set()
            for item in condition.items:
                key = sign(item)
                place = _place(item)
                if key in seen and place is not None:
                    subject.say_at("W311", place, f"`{_text(item)}` stands twice in this condition")
                seen.add(key)
                _within(item, subject)
        case Not():
            _within(condition.item, subject)
        case Leaf() | Always():
            return
        case _:
            assert_never(condition)


def _between(subject: Subject, rules: Sequence[Rule]) -> None:
    seen: dict[object, Rule] = {}
    for rule in rules:
        until = rule.until if isinstance(rule, HoldRule) else None
        key = (sign(rule.when), until)
        first = seen.setdefault(key, rule)
        if first is not rule and first.when == rule.when and id(rule) not in subject.never:
            subject.say("W311", rule, f"`{rule.id}` has the same condition as `{first.id}` before it")


def sign(condition: Condition) -> object:
    """The same for two conditions of one text in one file; quick also where lists are long."""
    match condition:
        case Leaf():
            return sign_of_leaf(condition)
        case Not():
            return ("not", sign(condition.item))
        case And() | Or():
            return (type(condition).__name__, *(sign(item) for item in condition.items))
        case Always():
            return "always"
        case _:
            assert_never(condition)


def _place(condition: Condition) -> Span | None:
    return next((leaf.span for leaf in leaves(condition)), None)
