"""One owner's rules under analysis: formulas and boxes made once, findings said in the right file."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from attrs import Factory, define, field, frozen

from chfw_core.diagnostics import Span
from chfw_core.model.parties import is_supplier
from chfw_core.rules.analysis.boxes import Box, boxes_of, intersect
from chfw_core.rules.analysis.examples import Chosen, Example, example_of
from chfw_core.rules.analysis.formula import Formula, Formulas, formulas_of
from chfw_core.rules.analysis.prover import Proof, Prover, Session, Verdict
from chfw_core.rules.model import Condition, DecideRule, Rule, RuleSet
from chfw_core.rules.rule_file import RuleFile

_TRIES = 4


@frozen(kw_only=True)
class ReleasePeriod:
    """The times of a release that the dates of rules are held against."""

    id: str
    notified_at: datetime
    automatic_at: datetime
    cutoff: datetime


@frozen(kw_only=True)
class Analysis:
    """What is looked for besides what is always looked for.

    `overlaps`: decisions that both match, which is legal. `release`: periods are held against its
    times. `as_of`: what triggers write is held against it, since they fire no earlier. `prover`: is asked what the
    boxes leave open.
    """

    overlaps: bool = False
    release: ReleasePeriod | None = None
    as_of: datetime | None = None
    prover: Prover | None = None


@frozen(kw_only=True)
class Named:
    """A condition with the rule it belongs to and what it is called in a sentence."""

    rule: Rule
    what: str
    condition: Condition


@define(eq=False, kw_only=True)
class Subject:
    """An owner's files and rules. `left_open`: questions that nobody could answer, in words."""

    files: Sequence[RuleFile]
    rules: RuleSet
    analysis: Analysis
    formulas: Formulas = field(init=False)
    left_open: list[str] = field(factory=list)
    never: set[int] = field(factory=set)
    """The ids of rules that were found to do nothing: nothing else is said of them."""
    _boxes: dict[int, list[Box] | None] = field(factory=dict)
    _by_name: Mapping[str, RuleFile] = Factory(lambda self: {file.name: file for file in self.files}, takes_self=True)

    def __attrs_post_init__(self) -> None:
        conditions = [*(named.condition for named in named_conditions(self.rules)), *(f.within for f in self.files)]
        self.formulas = formulas_of(conditions, is_supplier=is_supplier(self.rules.owner))

    def say(self, code: str, rule: Rule, message: str, *, hint: str | None = None) -> None:
        """Keep a finding at a rule's id."""
        self.say_at(code, rule.span or self.files[0].owner_span, message, hint=hint)

    def say_at(self, code: str, span: Span, message: str, *, hint: str | None = None) -> None:
        """Keep a finding at a place."""
        self._by_name[span.file].scope.problems.add(code, span, message, hint=hint)

    def boxes(self, condition: Condition) -> list[Box] | None:
        """The condition's boxes; None where there are too many."""
        at = id(condition)
        if at not in self._boxes:
            self._boxes[at] = boxes_of(self.formulas.formula(condition), self.formulas.variables)
        return self._boxes[at]

    def exclude_each_other(self, one: Condition, other: Condition) -> bool:
        """Whether no cells fulfil both."""
        first, second = self.boxes(one), self.boxes(other)
        if first is None or second is None:
            return False
        return all(intersect(box, beside) is None for box in first for beside in second)

    def example(
        self, boxes: Iterable[Box], holds: Sequence[Condition], fails: Sequence[Condition] = ()
    ) -> Example | None:
        """A hub of one of the boxes for which the first conditions really hold and the others do not."""
        for box, _ in zip(boxes, range(_TRIES), strict=False):
            example = self._checked(Chosen(cells=box), holds, fails)
            if example is not None:
                return example
        return None

    def session(self) -> Session | None:
        """A session of the solver, if there is one."""
        prover = self.analysis.prover
        return prover.session(self.formulas.variables) if prover is not None else None

    def prove(
        self, session: Session, formula: Formula, holds: Sequence[Condition], fails: Sequence[Condition] = ()
    ) -> tuple[Verdict, Example | None]:
        """Ask the solver. What it calls possible is so with an example that stands the check, else unknown."""
        proof: Proof = session.ask(formula)
        if proof.verdict is not Verdict.POSSIBLE or proof.chosen is None:
            return proof.verdict, None
        example = self._checked(proof.chosen, holds, fails)
        return (Verdict.UNKNOWN if example is None else Verdict.POSSIBLE), example

    def _checked(self, chosen: Chosen, holds: Sequence[Condition], fails: Sequence[Condition]) -> Example | None:
        example = example_of(chosen, self.formulas, self.rules.owner)
        return example if example is not None and example.fulfils(holds, fails) else None


def named_conditions(rules: RuleSet) -> Iterator[Named]:
    """Every condition that a hub or an event is put to."""
    for rule in (*rules.excludes, *rules.holds, *rules.decides, *rules.priorities, *rules.pilots, *rules.triggers):
        yield Named(rule=rule, what=f"`{rule.id}`", condition=rule.when)
    for pilot in rules.pilots:
        if pilot.prefer is not None:
            yield Named(rule=pilot, what=f"what `{pilot.id}` prefers", condition=pilot.prefer)
    for trigger in rules.triggers:
        steps = trigger.body.get("steps")
        for step in steps if isinstance(steps, tuple) else ():
            what = f"the step of `{trigger.id}` on `{step['on']}`"
            yield Named(rule=trigger, what=what, condition=step["if"])


def outcome_of(rule: DecideRule) -> tuple[object, ...]:
    """What the decision leads to; two rules with the same do not contradict each other."""
    batch = (rule.batch.size, rule.batch.pause, str(rule.batch.stop_if)) if rule.batch is not None else None
    return (rule.then, rule.at, rule.to, batch)
