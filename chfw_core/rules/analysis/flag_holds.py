"""Holds on a flag whose condition does not imply that the hub bears it: they never hold the hubs without it.

The condition and "the hub does not bear the flag" are put together as one formula. A finding is
said only with a hub for which both really hold.
"""

from collections.abc import Iterable

from chfw_core.model.parties import is_supplier
from chfw_core.rules.analysis.boxes import boxes_of
from chfw_core.rules.analysis.examples import Chosen, Example, example_of
from chfw_core.rules.analysis.formula import Every, Formula, Formulas, formulas_of
from chfw_core.rules.analysis.prover import Verdict
from chfw_core.rules.analysis.subject import Subject
from chfw_core.rules.model import And, Condition, HoldRule, Leaf, LeafOp, Operand, UntilFlagCleared

_TRIES = 8


def find_flag_holds(subject: Subject) -> None:
    """RU5: a hold `until: {flag_cleared: x}` is on only while the hub bears `x`."""
    for hold in subject.rules.holds:
        if isinstance(hold.until, UntilFlagCleared) and id(hold) not in subject.never:
            _look_at(hold, hold.until.flag, subject)


def _look_at(hold: HoldRule, flag: str, subject: Subject) -> None:
    bears = Leaf(
        op=LeafOp.HAS_ANY,
        left=Operand(field="flags"),
        args=(Operand(value=flag),),
        fields=("flags",),
        text=f'flags has "{flag}"',
    )
    formulas = formulas_of([hold.when, bears], is_supplier=is_supplier(subject.rules.owner))
    without = Every((formulas.formula(hold.when), formulas.formula(bears, positive=False)))
    example = _example(hold, bears, without, formulas, subject)
    if example is None:
        return
    hint = f'add `flags has "{flag}"` to its condition, or give it another end'
    if boxes_of(Every((formulas.formula(hold.when), formulas.formula(bears))), formulas.variables) == []:
        message = f"`{hold.id}` never holds a hub: it ends when `{flag}` is cleared, and its hubs never bear that flag"
    else:
        message = f"`{hold.id}` never holds a hub without the flag `{flag}`, which ends it, such as: {example.text}"
    subject.say("W313", hold, message, hint=hint)


def _example(hold: HoldRule, bears: Leaf, without: Formula, formulas: Formulas, subject: Subject) -> Example | None:
    """A hub without the flag for which the condition holds; None where there is none, or nobody knows."""
    boxes = boxes_of(without, formulas.variables)
    if boxes == [] or (boxes is None and _implied(hold.when, bears)):
        return None
    found = _first(((Chosen(cells=box)) for box in boxes or ()), hold.when, bears, formulas, subject.rules.owner)
    if found is not None:
        return found
    prover = subject.analysis.prover
    proof = prover.session(formulas.variables).ask(without) if prover is not None else None
    if proof is not None and proof.verdict is Verdict.POSSIBLE and proof.chosen is not None:
        found = _first((proof.chosen,), hold.when, bears, formulas, subject.rules.owner)
    if found is None and (proof is None or proof.verdict is not Verdict.IMPOSSIBLE):
        subject.left_open.append(f"whether the condition of `{hold.id}` holds without the flag that ends it")
    return found


def _first(
    chosen: Iterable[Chosen], holds: Condition, fails: Condition, formulas: Formulas, owner: str
) -> Example | None:
    for one, _ in zip(chosen, range(_TRIES), strict=False):
        example = example_of(one, formulas, owner)
        if example is not None and example.fulfils([holds], [fails]):
            return example
    return None


def _implied(condition: Condition, bears: Leaf) -> bool:
    """Plain to see, where the boxes are too many: a part of an `and` asks for the flag itself."""
    if isinstance(condition, And):
        return any(_implied(item, bears) for item in condition.items)
    if not isinstance(condition, Leaf) or condition.left.field != "flags":
        return False
    values = [arg.value for arg in condition.args]
    flag = bears.args[0].value
    return (condition.op is LeafOp.HAS_ALL and flag in values) or (condition.op is LeafOp.HAS_ANY and values == [flag])
