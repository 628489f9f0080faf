"""From tokens to a tree: `or` binds least, then `and`, then `not`, then a comparison.

The first thing that cannot be read ends the reading of this one condition, with its place. Depth is
bounded, and every token is looked at once: time is linear in the text, brackets included.
"""

from collections.abc import Callable
from typing import TypeVar

from attrs import define

from chfw_core.rules.model import Duration, LeafOp
from chfw_core.rules.problems import did_you_mean, shown
from chfw_core.rules.scan import Token, TokenKind, scan
from chfw_core.rules.syntax import AllOf, Argument, Comparison, ListPart, Negated, OneOf, SetPart, Term, Tree
from chfw_core.rules.terms import KEY_WORDS, SPELT_ELSEWHERE, StopError, TermParser, Unreadable

_T = TypeVar("_T")

MAX_DEPTH = 32
_COMPARISONS = {op.value: op for op in (LeafOp.EQ, LeafOp.NE, LeafOp.LT, LeafOp.LE, LeafOp.GT, LeafOp.GE)}


def parse_condition(text: str) -> Tree | Unreadable:
    """A condition's tree."""
    return _parse(text, _Parser.condition)


def parse_term(text: str) -> Term | Unreadable:
    """A date or another single value."""
    return _parse(text, _Parser.term)


def parse_limit(text: str) -> tuple[LeafOp, Term] | Unreadable:
    """A comparison without its left side: `> 2%`."""
    return _parse(text, _Parser.limit)


def parse_at_most(text: str) -> Duration | Unreadable:
    """`once per 30 days`."""
    return _parse(text, _Parser.at_most)


def _parse(text: str, what: Callable[["_Parser"], _T]) -> _T | Unreadable:
    parser = _Parser(tokens=scan(text))
    try:
        read = what(parser)
        parser.expect_end()
    except StopError as stop:
        return stop.problem
    return read


@define(kw_only=True)
class _Parser(TermParser):
    depth: int = 0

    def condition(self) -> Tree:
        items = [self._all_of()]
        while self.take("or"):
            items.append(self._all_of())
        return items[0] if len(items) == 1 else OneOf(start=items[0].start, end=items[-1].end, items=tuple(items))

    def _all_of(self) -> Tree:
        items = [self._negated()]
        while self.take("and"):
            items.append(self._negated())
        return items[0] if len(items) == 1 else AllOf(start=items[0].start, end=items[-1].end, items=tuple(items))

    def _negated(self) -> Tree:
        start, times = self.token.start, 0
        while self.take("not"):
            times += 1
        tree = self._bracketed() if self.token.is_word("(") else self._comparison()
        # Two-valued: a second `not` takes back the first.
        return Negated(start=start, end=tree.end, item=tree) if times % 2 else tree

    def _bracketed(self) -> Tree:
        opening = self.next()
        self.depth += 1
        if self.depth > MAX_DEPTH:
            self.stop("E112", opening, f"brackets nested deeper than {MAX_DEPTH}")
        tree = self.condition()
        if not self.take(")"):
            self.unexpected("`)`, `and` or `or`")
        self.depth -= 1
        return tree

    def _comparison(self) -> Tree:
        left = self.term()
        operator = self.token
        if operator.kind is TokenKind.OPERATOR:
            args: tuple[Argument, ...] = (self._after_operator(operator),)
            self._no_chain()
            return self._made(left, _COMPARISONS[operator.text], operator, args)
        if self.take("in"):
            return self._made(left, LeafOp.IN, operator, (self._members("in"),))
        if self.take("between"):
            first = self.term()
            if not self.take("and"):
                self.unexpected("`and` and the other end")
            return self._made(left, LeafOp.BETWEEN, operator, (first, self.term()))
        if self.take("has"):
            return self._has(left, operator)
        if self.take("starts"):
            if not self.take("with"):
                self.unexpected("`with`")
            return self._made(left, LeafOp.STARTS_WITH, operator, (self.term(),))
        if self.take("is"):
            op = LeafOp.NOT_MISSING if self.take("not") else LeafOp.MISSING
            if not self.take("missing"):
                self.unexpected("`missing` or `not missing`")
            return self._made(left, op, operator, ())
        if self.take("within"):
            if not self.take("last"):
                self.unexpected("`last`")
            return self._made(left, LeafOp.WITHIN_LAST, operator, (self.duration(),))
        self._no_other_operator(operator)
        return Comparison(start=left.start, end=left.end, left=left)

    def _made(self, left: Term, op: LeafOp, operator: Token, args: tuple[Argument, ...]) -> Comparison:
        end = self.tokens[self.at - 1].end
        return Comparison(start=left.start, end=end, left=left, op=op, op_start=operator.start, args=args)

    def _after_operator(self, operator: Token) -> Term:
        if operator.text not in _COMPARISONS:
            hint = f"write `{SPELT_ELSEWHERE[operator.text]}`"
            self.stop("E110", operator, f"`{operator.text}` is no operator", hint=hint)
        self.next()
        return self.term()

    def _no_chain(self) -> None:
        if self.token.kind is TokenKind.OPERATOR:
            hint = "write `x between a and b`, or two comparisons with `and`"
            self.stop("E110", self.token, "two comparisons in a row", hint=hint)

    def _no_other_operator(self, token: Token) -> None:
        """A word where an operator could stand is more likely a slip in the operator than the end."""
        if token.is_word("not") and self.tokens[self.at + 1].is_word("in", "between"):
            word = self.tokens[self.at + 1].text
            hint = f"put `not` first: `not x {word} …`; it then also holds where x is missing"
            self.stop("E110", token, f"`not {word}` is no operator", hint=hint)
        if token.text in SPELT_ELSEWHERE:
            hint = f"write `{SPELT_ELSEWHERE[token.text]}`"
            self.stop("E110", token, f"`{token.text}` is no operator", hint=hint)
        if token.kind is TokenKind.NAME and token.text not in KEY_WORDS:
            near = did_you_mean(token.text, KEY_WORDS)
            self.stop("E110", token, f"`{shown(token.text)}` is no operator", hint=near)

    def _has(self, left: Term, operator: Token) -> Comparison:
        if self.take("any"):
            return self._made(left, LeafOp.HAS_ANY, operator, (self._members("has any"),))
        if self.take("all"):
            return self._made(left, LeafOp.HAS_ALL, operator, (self._members("has all"),))
        if self.token.kind is not TokenKind.TEXT:
            self.unexpected("a flag in double quotes, `any [...]` or `all [...]`")
        flag = self.term()
        only = ListPart(start=flag.start, end=flag.end, items=(flag,))
        return self._made(left, LeafOp.HAS_ANY, operator, (only,))

    def _members(self, after: str) -> ListPart | SetPart:
        token = self.token
        if token.kind is TokenKind.NAME and token.text not in KEY_WORDS:
            self.next()
            return SetPart(start=token.start, end=token.end, name=token.text)
        if not token.is_word("["):
            self.unexpected(f"a list in [ ] or the name of a set after `{after}`")
        self.next()
        items: list[Term] = []
        while not self.token.is_word("]"):
            items.append(self.term())
            if not self.take(",") and not self.token.is_word("]"):
                self.unexpected("`,` or `]`")
        return ListPart(start=token.start, end=self.next().end, items=tuple(items))

    def limit(self) -> tuple[LeafOp, Term]:
        operator = self.token
        if operator.kind is not TokenKind.OPERATOR:
            self.unexpected("a comparison such as `> 2%`")
        return _COMPARISONS.get(operator.text, LeafOp.EQ), self._after_operator(operator)

    def at_most(self) -> Duration:
        for word in ("once", "per"):
            if not self.take(word):
                self.unexpected("`once per` and a duration")
        return self.duration().value
