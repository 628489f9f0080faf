"""`decide` as a whole: decisions that are never reached, hubs that nobody decides, two that overlap."""

from collections.abc import Sequence
from itertools import combinations

from chfw_core.rules.analysis.boxes import Box, Earlier, intersect, remaining
from chfw_core.rules.analysis.conditions import sign
from chfw_core.rules.analysis.formula import Every
from chfw_core.rules.analysis.prover import Session, Verdict
from chfw_core.rules.analysis.subject import Subject, outcome_of
from chfw_core.rules.model import Always, DecideRule
from chfw_core.rules.rule_file import RuleFile

MOST_OVERLAPS = 100
_MOST_NAMED = 3


def find_hidden(subject: Subject) -> None:
    """Decisions all of whose hubs are taken by earlier ones. The last `otherwise` must be there, needed or not."""
    decides = subject.rules.decides
    earlier = Earlier(subject.formulas.variables)
    seen: dict[object, int] = {}
    session = subject.session()
    otherwise: int | None = None
    for number, rule in enumerate(decides):
        if id(rule) in subject.never:
            continue
        by: list[int] | None
        left: list[Box] = []
        boxes, same = subject.boxes(rule.when), seen.setdefault(sign(rule.when), number)
        if otherwise is not None:
            by = [otherwise]
        elif same != number and decides[same].when == rule.when:
            by = [same]
        else:
            by, left = _hidden_by(rule, boxes, earlier)
        if by is None and session is not None and not rule.otherwise:
            by = _prove_hidden(subject, session, number, left)
        if by is not None:
            subject.never.add(id(rule))
            subject.say("W302", rule, f"`{rule.id}` is never reached: {_takers([decides[at] for at in by])}")
        for box in boxes or ():
            earlier.add(box, number)
        if session is not None:
            session.assume(subject.formulas.formula(rule.when, positive=False))
        if rule.otherwise and otherwise is None:
            otherwise = number


def _hidden_by(rule: DecideRule, boxes: Sequence[Box] | None, earlier: Earlier) -> tuple[list[int] | None, list[Box]]:
    """The rules that take all of it, or None with what seems to be left."""
    if rule.otherwise:
        return None, []
    by: set[int] = set()
    left: list[Box] = []
    for box in boxes or ():
        outer = earlier.containing(box)
        if outer is not None:
            by.add(outer)
            continue
        touching = earlier.touching(box)
        rest = remaining([box], [other for other, _ in touching], earlier.variables)
        left += [box] if rest is None else rest
        by |= {other for _, other in touching}
    return (sorted(by), []) if boxes is not None and not left else (None, left)


def _prove_hidden(subject: Subject, session: Session, number: int, left: Sequence[Box]) -> list[int] | None:
    decides = subject.rules.decides
    rule, before = decides[number], [other.when for other in decides[:number]]
    if subject.example(left, [rule.when], before) is not None:
        return None
    verdict, _ = subject.prove(session, subject.formulas.formula(rule.when), [rule.when], before)
    if verdict is Verdict.UNKNOWN:
        subject.left_open.append(f"whether `{rule.id}` is ever reached")
    return list(range(number)) if verdict is Verdict.IMPOSSIBLE else None


def _takers(rules: Sequence[DecideRule]) -> str:
    named = ", ".join(f"`{rule.id}`" for rule in rules[:_MOST_NAMED])
    if len(rules) == 1:
        return f"{named} takes every hub that it would"
    more = f" and {len(rules) - _MOST_NAMED} more" if len(rules) > _MOST_NAMED else ""
    return f"{named}{more} take every hub that it would"


def find_gaps(subject: Subject) -> None:
    """Hubs in the scope of a file that decides, which no decision takes: their file's own `otherwise` is not
    the last, and the last one is for other hubs. Hubs in no file's scope are no concern of the owner."""
    decides = subject.rules.decides
    if any(isinstance(rule.when, Always) for rule in decides):
        return
    for file in subject.files:
        counts = any(own is rule for own in file.decides for rule in decides if rule.otherwise)
        if file.decide_span is None or counts:
            continue
        _find_gap(subject, file)


def _find_gap(subject: Subject, file: RuleFile) -> None:
    conditions = [rule.when for rule in subject.rules.decides]
    scope, all_boxes = subject.boxes(file.within), [subject.boxes(condition) for condition in conditions]
    others = [box for boxes in all_boxes for box in boxes or ()]
    left = remaining(scope, others, subject.formulas.variables) if scope is not None else None
    if left is not None and not left:
        return
    example = subject.example(left or (), [file.within], conditions)
    session = subject.session()
    verdict = Verdict.UNKNOWN
    if example is None and session is not None:
        rest = Every(tuple(subject.formulas.formula(condition, positive=False) for condition in conditions))
        inside = subject.formulas.formula(file.within)
        verdict, example = subject.prove(session, Every((inside, rest)), [file.within], conditions)
    if example is None and verdict is Verdict.UNKNOWN:
        subject.left_open.append(f"whether {file.name} leaves a hub undecided")
    if example is not None and file.decide_span is not None:
        message = f"no decision of {file.owner} is for some hubs of this file, such as: {example.text}"
        hint = "only the last file's `otherwise` counts: widen its `applies_to`, or end here with a rule for the rest"
        subject.say_at("W310", file.decide_span, message, hint=hint)


def find_overlaps(subject: Subject) -> None:
    """Pairs of decisions with different outcomes that both match, each with a hub that shows it."""
    shown = 0
    session = subject.session()
    rules = [rule for rule in subject.rules.decides if not rule.otherwise and id(rule) not in subject.never]
    for first, second in combinations(rules, 2):
        if outcome_of(first) == outcome_of(second):
            continue
        if shown == MOST_OVERLAPS:
            subject.left_open.append(f"whether more than {MOST_OVERLAPS} pairs of decisions overlap")
            return
        shown += _find_overlap(subject, session, first, second)


def _find_overlap(subject: Subject, session: Session | None, first: DecideRule, second: DecideRule) -> bool:
    both = [first.when, second.when]
    ours, theirs = subject.boxes(first.when), subject.boxes(second.when)
    known = ours is not None and theirs is not None
    boxes = [box for one in ours or () for other in theirs or () if (box := intersect(one, other)) is not None]
    if known and not boxes:
        return False
    example = subject.example(boxes, both)
    verdict = Verdict.UNKNOWN
    if example is None and session is not None:
        formula = Every(tuple(subject.formulas.formula(condition) for condition in both))
        verdict, example = subject.prove(session, formula, both)
    if example is not None:
        message = f"`{first.id}` and `{second.id}` both match such a hub: {example.text}"
        subject.say("N401", second, message, hint=f"`{first.id}` decides, since it comes first")
    elif verdict is Verdict.UNKNOWN:
        subject.left_open.append(f"whether `{first.id}` and `{second.id}` overlap")
    return example is not None
