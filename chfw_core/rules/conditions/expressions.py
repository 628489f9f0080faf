"""From tokens to a tree: `or` binds least, then `and`, then `not`, then a comparison.

The first thing that cannot be read ends the reading of this one condition, with its place. Depth is
bounded, and every token is looked at once: time is linear in the text, brackets included.
"""

from collections.abc import Callable
from typing import NoReturn, TypeVar

from attrs import define

from chfw_core.rules.conditions.syntax import (
    AllOf,
    Argument,
    Comparison,
    ListPart,
    NamePart,
    Negated,
    OneOf,
    SetPart,
    Term,
    Tree,
)
from chfw_core.rules.conditions.terms import KEY_WORDS, StopError, TermParser, Unreadable
from chfw_core.rules.model import Duration, LeafOp
from chfw_core.rules.problems.problem import did_you_mean, shown
from chfw_core.rules.text.borrowed import (
    NOTHING,
    SPELT_ELSEWHERE,
    WHOLE,
    is_like_a_field,
    operator_hint,
    quoted,
    unquoted,
    without_separators,
)
from chfw_core.rules.text.scan import Token, TokenKind, scan

_T = TypeVar("_T")

MAX_DEPTH = 32
_AFTER_A_VALUE = tuple(word for word in KEY_WORDS if word not in ("any", "all", "with", "missing", "last"))
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
        if self.token.kind is TokenKind.NAME and self.token.text.lower() == "not" and not self.token.is_word("not"):
            self.stop("E110", self.token, f"`{self.token.text}` is no field", hint="write `not`")
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
                self._not_missing(op)
            return self._made(left, op, operator, ())
        if self.take("within"):
            if not self.take("last"):
                self.unexpected("`last`", hint="write `within last 28 days`")
            return self._made(left, LeafOp.WITHIN_LAST, operator, (self.duration(),))
        self._no_other_operator(left, operator)
        return Comparison(start=left.start, end=left.end, left=left)

    def _made(self, left: Term, op: LeafOp, operator: Token, args: tuple[Argument, ...]) -> Comparison:
        end = self.tokens[self.at - 1].end
        return Comparison(start=left.start, end=end, left=left, op=op, op_start=operator.start, args=args)

    def _after_operator(self, operator: Token) -> Term:
        if operator.text not in _COMPARISONS:
            following = self.tokens[self.at + 1]
            pattern = following.text.startswith("~") and following.start == operator.end
            hint = WHOLE if pattern else f"write `{SPELT_ELSEWHERE[operator.text]}`"
            self.stop("E110", operator, f"`{operator.text}` is no operator", hint=hint)
        self.next()
        self._no_nothing(operator)
        value = self.term()
        self._no_second_value(operator, value)
        return value

    def _no_nothing(self, operator: Token) -> None:
        """`== null` asks whether a value is there, and there are words for that."""
        token = self.token
        if operator.text in ("==", "!=") and token.kind is TokenKind.NAME and token.text.lower() in NOTHING:
            words = "is missing" if operator.text == "==" else "is not missing"
            self.stop("E110", token, f"`{token.text}` is no value", hint=f"write `{words}`")

    def _no_second_value(self, operator: Token, value: Term) -> None:
        """What follows a value is `and`, `or` or the end; two words are one text without its quotes."""
        token = self.token
        if token.is_word(",") and (number := without_separators(self.tokens, self.at)) is not None:
            self.unexpected("`and`, `or` or the end", hint=f"numbers have no thousands separators: `{number}`")
        if token.is_word(",") and operator.text in ("==", "!="):
            listed = "in [...]" if operator.text == "==" else "not x in [...]"
            self.unexpected("`and`, `or` or the end", hint=f"several values stand in a list: `{listed}`")
        is_word = token.kind is TokenKind.NAME and token.text.lower() not in KEY_WORDS
        if isinstance(value, NamePart) and is_word and not is_like_a_field(value.name):
            hint = f"text stands in double quotes: {quoted(f'{value.name} {token.text}')}"
            self.unexpected("`and`, `or` or the end", hint=hint)

    def _not_missing(self, op: LeafOp) -> NoReturn:
        token = self.token
        hint: str | None = None
        written, same = ("is", "==") if op is LeafOp.MISSING else ("is not", "!=")
        if token.text.lower() in NOTHING or token.text in ('""', "''"):
            hint = f"write `{written} missing`"
        elif token.is_word("in", "between", "has", "starts", "within"):
            hint = f"leave out `{written}`" if op is LeafOp.MISSING else f"put `not` first: `not x {token.text} …`"
        elif token.kind in (TokenKind.TEXT, TokenKind.NUMBER, TokenKind.DATE) or token.text in ("true", "false"):
            hint = f"write `{same}`"
        self.unexpected("`missing` or `not missing`", hint=hint)

    def _no_chain(self) -> None:
        if self.token.kind is TokenKind.OPERATOR:
            hint = "write `x between a and b`, or two comparisons with `and`"
            self.stop("E110", self.token, "two comparisons in a row", hint=hint)

    def _no_other_operator(self, left: Term, token: Token) -> None:
        """A word where an operator could stand is more likely a slip in the operator than the end."""
        written = left.name if isinstance(left, NamePart) else "x"
        if token.is_word("not"):
            self._no_not(written, token)
        if token.is_word("(") and token.start == left.end and isinstance(left, NamePart):
            self.stop(
                "E110",
                token,
                f"`{shown(written)}(` is no operator",
                hint="there are no functions; a field stands alone",
            )
        hint = operator_hint(written, self.tokens, self.at)
        if hint is not None:
            self.stop("E110", token, f"`{shown(token.text)}` is no operator", hint=hint)
        if token.text in SPELT_ELSEWHERE:
            hint = f"write `{SPELT_ELSEWHERE[token.text]}`"
            self.stop("E110", token, f"`{token.text}` is no operator", hint=hint)
        if token.kind is TokenKind.NAME and token.text not in KEY_WORDS:
            near = did_you_mean(token.text, [word for word in _AFTER_A_VALUE if _may_mean(token.text, word)])
            self.stop("E110", token, f"`{shown(token.text)}` is no operator", hint=near)

    def _has(self, left: Term, operator: Token) -> Comparison:
        if self.take("any"):
            return self._made(left, LeafOp.HAS_ANY, operator, (self._members("has any"),))
        if self.take("all"):
            return self._made(left, LeafOp.HAS_ALL, operator, (self._members("has all"),))
        if self.token.kind is not TokenKind.TEXT:
            self._no_flag()
        flag = self.term()
        only = ListPart(start=flag.start, end=flag.end, items=(flag,))
        return self._made(left, LeafOp.HAS_ANY, operator, (only,))

    def _no_not(self, left: str, token: Token) -> None:
        """`x not in …`: the language negates the whole comparison."""
        following = self.tokens[self.at + 1]
        cure = operator_hint(left, self.tokens, self.at + 1)
        if cure is not None and cure.startswith("write `"):
            cure = cure.removeprefix("write `").removesuffix("`")
            cure = cure if cure.startswith(left) else f"{left} {cure} …"
            self.stop("E110", token, f"`not {shown(following.text)}` is no operator", hint=f"write `not {cure}`")
        if following.is_word("in", "between", "has", "starts", "within"):
            hint = f"put `not` first: `not x {following.text} …`; it then also holds where x is missing"
            self.stop("E110", token, f"`not {following.text}` is no operator", hint=hint)

    def _no_flag(self) -> NoReturn:
        token = unquoted(self.tokens, self.at) or self.token
        hint: str | None = None
        if token.kind in (TokenKind.NAME, TokenKind.ODD) and token.text not in KEY_WORDS and token.text[0].isalnum():
            flag = quoted(token.text)
            named = "; a set goes after `has any`" if token.kind is TokenKind.NAME else ""
            hint = f"write `has {flag}`{named}"
        elif token.is_word("["):
            hint = "write `has any [...]` or `has all [...]`"
        self.unexpected("a flag in double quotes, `any [...]` or `all [...]`", hint=hint)

    def _members(self, after: str) -> ListPart | SetPart:
        token = self.token
        bare = unquoted(self.tokens, self.at)
        if bare is not None:
            self.no_bare_text(hint=f"a list stands in [ ], text in double quotes: [{quoted(bare.text)}]")
        spoken = token.is_word("last") or (token.text == "the" and self.tokens[self.at + 1].is_word("last"))
        if after == "in" and spoken:
            self.unexpected("a list in [ ] or the name of a set after `in`", hint="write `within last 28 days`")
        if token.kind is TokenKind.NAME and token.text not in KEY_WORDS:
            self.next()
            return SetPart(start=token.start, end=token.end, name=token.text)
        if not token.is_word("["):
            hint = f"write `[{token.text}]`" if token.kind is TokenKind.TEXT else None
            hint = "a list stands in [ ], not in ( )" if token.is_word("(") else hint
            self.unexpected(f"a list in [ ] or the name of a set after `{after}`", hint=hint)
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


def _may_mean(written: str, word: str) -> bool:
    """A short key word is meant only by what is about as short: `more` is no misspelt `or`."""
    return len(word) > 3 or abs(len(written) - len(word)) <= 1
