"""A leaf that compares a date of the hub, for thousands of days at once: numbers beside numbers.

What is not so plain as to be told by numbers (lists, text, another field, hours) is asked value by value.
"""

from collections.abc import Sequence
from datetime import date, datetime

import numpy as np

from chfw_core.engines.verify.arrays import NO_DAY, Bools, Ints, day_number
from chfw_core.engines.verify.meaning import Facts, question, side_of
from chfw_core.model.periods import london_date, london_midnight
from chfw_core.rules.model import Duration, Leaf, LeafOp, Operand

NOT_A_DAY = NO_DAY + 1


def number_of(value: object) -> int:
    """A date as its number, a missing value as NO_DAY, all else as NOT_A_DAY."""
    if value is None:
        return NO_DAY
    return day_number(value) if isinstance(value, date) and not isinstance(value, datetime) else NOT_A_DAY


def leaf_over(leaf: Leaf, values: Sequence[object], days: Ints, facts: Facts) -> Bools:
    """Whether a leaf of one field holds for each of its values; `days` = what `number_of` says of each."""
    if leaf.left.field == leaf.fields[0] and (days != NOT_A_DAY).all():
        held = _held(leaf, days, facts)
        if held is not None:
            held &= days != NO_DAY  # a comparison with a missing value is false
            return held
    asked = question(leaf, facts)
    return np.array([asked((value,)) for value in values], np.bool_)


def _held(leaf: Leaf, days: Ints, facts: Facts) -> Bools | None:
    if leaf.op is LeafOp.WITHIN_LAST:
        span, today = leaf.args[0].value, day_number(facts.today)
        if not isinstance(span, Duration) or span.seconds:
            return None
        return (days >= today - span.days) & (days <= today)
    if leaf.op is LeafOp.BETWEEN:
        first, last = (_sides(days, arg, facts) for arg in leaf.args)
        return None if first is None or last is None else ~first[0] & ~last[1]
    sides = _sides(days, leaf.args[0], facts) if len(leaf.args) == 1 else None
    if sides is None:
        return None
    before, after = sides
    match leaf.op:
        case LeafOp.EQ:
            return ~before & ~after
        case LeafOp.NE:
            return before | after
        case LeafOp.LT:
            return before
        case LeafOp.LE:
            return ~after
        case LeafOp.GT:
            return after
        case LeafOp.GE:
            return ~before
        case _:
            return None


def _sides(days: Ints, arg: Operand, facts: Facts) -> tuple[Bools, Bools] | None:
    """Which days come before a date or an instant, and which after; None where it is neither, or the hub's own."""
    if arg.field is not None or (arg.date is not None and arg.date.fields):
        return None
    match side_of(arg, facts)({}):
        case datetime() as instant if instant.tzinfo is not None:
            day = london_date(instant)  # a bare date means its 00:00 there
            mark = day_number(day)
            return (days <= mark if london_midnight(day) < instant else days < mark), days > mark
        case date() as day if not isinstance(day, datetime):
            return days < day_number(day), days > day_number(day)
        case _:
            return None
