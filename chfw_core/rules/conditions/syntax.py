"""A condition or date as its author wrote it: a tree with offsets, nothing looked up yet."""

from __future__ import annotations

from datetime import date, datetime
from fractions import Fraction

from attrs import frozen

from chfw_core.rules.model import Duration, LeafOp


@frozen(kw_only=True)
class Part:
    """Anything with a place: the offsets [start, end) in the condition's text."""

    start: int
    end: int


@frozen(kw_only=True)
class NamePart(Part):
    """A field, or one of `today` and `cutoff`."""

    name: str


@frozen(kw_only=True)
class TextPart(Part):
    value: str


@frozen(kw_only=True)
class NumberPart(Part):
    value: Fraction


@frozen(kw_only=True)
class PercentPart(Part):
    """98% is 98/100, exactly."""

    value: Fraction


@frozen(kw_only=True)
class BooleanPart(Part):
    value: bool


@frozen(kw_only=True)
class DatePart(Part):
    value: date | datetime


@frozen(kw_only=True)
class DurationPart(Part):
    value: Duration


@frozen(kw_only=True)
class ShiftedPart(Part):
    """A date plus or minus a duration."""

    base: Term
    offset: Duration


@frozen(kw_only=True)
class ListPart(Part):
    items: tuple[Term, ...]


@frozen(kw_only=True)
class SetPart(Part):
    """The name of a set, after `in`, `has any` or `has all`."""

    name: str


Term = NamePart | TextPart | NumberPart | PercentPart | BooleanPart | DatePart | DurationPart | ShiftedPart
Argument = Term | ListPart | SetPart


@frozen(kw_only=True)
class Comparison(Part):
    """`op` None = a value that stands alone, such as `split`."""

    left: Term
    op: LeafOp | None = None
    op_start: int = 0
    args: tuple[Argument, ...] = ()


@frozen(kw_only=True)
class AllOf(Part):
    items: tuple[Tree, ...]


@frozen(kw_only=True)
class OneOf(Part):
    items: tuple[Tree, ...]


@frozen(kw_only=True)
class Negated(Part):
    item: Tree


Tree = Comparison | AllOf | OneOf | Negated
