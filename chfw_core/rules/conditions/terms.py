"""Single values of the language: fields, text, numbers, dates, durations, and dates shifted by them.

The parser of conditions is built on this one. Its methods read the token at hand and go on; what
cannot be read ends the reading by `stop`, which the functions of `expressions` turn into a value.
"""

from datetime import date
from fractions import Fraction
from typing import NoReturn

from attrs import define, frozen

from chfw_core.rules.conditions.syntax import (
    BooleanPart,
    DatePart,
    DurationPart,
    NamePart,
    NumberPart,
    PercentPart,
    ShiftedPart,
    Term,
    TextPart,
)
from chfw_core.rules.meaning.values import read_date
from chfw_core.rules.model import Duration
from chfw_core.rules.problems.problem import closest, shown
from chfw_core.rules.text.borrowed import (
    SPELT_ELSEWHERE,
    foreign_name,
    is_date_like,
    is_wild_quote,
    unquoted,
    value_hint,
)
from chfw_core.rules.text.scan import Token, TokenKind

MAX_DAYS = 36_525
_MOST_DIGITS = 15

KEY_WORDS = (
    "and",
    "or",
    "not",
    "in",
    "between",
    "has",
    "any",
    "all",
    "starts",
    "with",
    "is",
    "missing",
    "within",
    "last",
)
UNITS = {
    "week": Duration(days=7),
    "day": Duration(days=1),
    "hour": Duration(seconds=3_600),
    "minute": Duration(seconds=60),
}


@frozen(kw_only=True)
class Unreadable:
    """Where a text stopped being one of the language: code, offsets, message, hint."""

    code: str
    start: int
    end: int
    message: str
    hint: str | None = None


class StopError(Exception):
    def __init__(self, problem: Unreadable) -> None:
        super().__init__(problem.message)
        self.problem = problem


@define(kw_only=True)
class TermParser:
    """A list of tokens and the place reached."""

    tokens: list[Token]
    at: int = 0

    def term(self) -> Term:
        base = self._value()
        days = seconds = 0
        shifted = False
        while self.token.is_word("+", "-"):
            sign = -1 if self.next().text == "-" else 1
            span = self.duration().value
            days, seconds, shifted = days + sign * span.days, seconds + sign * span.seconds, True
        if not shifted:
            return base
        offset = Duration(days=days, seconds=seconds)
        return ShiftedPart(start=base.start, end=self.tokens[self.at - 1].end, base=base, offset=offset)

    def _value(self) -> Term:
        self.no_bare_text()
        here, token = self.at, self.next()
        start, end = token.start, token.end
        match token.kind:
            case TokenKind.NAME if token.text in ("true", "false"):
                return BooleanPart(start=start, end=end, value=token.text == "true")
            case TokenKind.NAME if token.text not in KEY_WORDS:
                return NamePart(start=start, end=end, name=token.text)
            case TokenKind.TEXT:
                return TextPart(start=start, end=end, value=token.text[1:-1])
            case TokenKind.PERCENT:
                return PercentPart(start=start, end=end, value=self._number(token) / 100)
            case TokenKind.DATE | TokenKind.INSTANT:
                return self._date(token)
            case TokenKind.NUMBER if self.token.kind is TokenKind.NAME and self.token.text not in KEY_WORDS:
                self.at = here
                return self.duration()
            case TokenKind.NUMBER:
                return NumberPart(start=start, end=end, value=self._number(token))
            case TokenKind.MARK if token.text == "-" and self.token.kind is TokenKind.NUMBER:
                number = self.next()
                return NumberPart(start=start, end=number.end, value=-self._number(number))
            case _:
                self.at = here
                return self.unexpected("a field or a value")

    def no_bare_text(self, *, hint: str | None = None) -> None:
        """Text without quotes, such as `CS-0112`, is one thing, not a name and a number."""
        if self.token.kind is TokenKind.END or self.tokens[self.at + 1].start != self.token.end:
            return  # nearly always: nothing stands next to it
        name = foreign_name(self.tokens, self.at)
        if name is not None:
            known = "the letters of a name are a to z, and digits and `_`"
            self.stop("E110", name, f"`{shown(name.text)}` is no name of a field", hint=known)
        text = unquoted(self.tokens, self.at)
        if text is not None:
            if is_date_like(text.text):
                self.stop("E109", text, f"`{text.text}` is no date or time", hint=value_hint(text.text))
            message = f"a field or a value is expected, not `{shown(text.text)}`"
            self.stop("E110", text, message, hint=hint or value_hint(text.text))

    def _date(self, token: Token) -> DatePart:
        value = read_date(token.text)
        if value is None or not date(1900, 1, 1) <= date(value.year, value.month, value.day) <= date(2999, 12, 31):
            hint = "write 2026-03-01, or 2026-03-01T09:00:00Z for a moment"
            self.stop("E109", token, f"`{token.text}` is no date or time", hint=hint)
        return DatePart(start=token.start, end=token.end, value=value)

    def _number(self, token: Token) -> Fraction:
        digits = token.text.rstrip("% \t\r\n")
        if len(digits) > _MOST_DIGITS:
            self.stop("E113", token, f"the number `{shown(token.text)}` is too long")
        return Fraction(digits)

    def duration(self) -> DurationPart:
        number = self.token
        if number.kind is not TokenKind.NUMBER:
            self._no_duration(number)
        self.next()
        unit = self.token
        if unit.kind is not TokenKind.NAME or unit.text in KEY_WORDS:
            hint = f"write `{number.text} days`"
            self.stop("E107", number, f"the duration `{shown(number.text)}` has no unit", hint=hint)
        self.next()
        one = UNITS.get(unit.text.removesuffix("s"))
        if one is None:
            self._unknown_unit(unit)
        if "." in number.text:
            self.stop("E107", number, f"`{shown(number.text)}` is no whole number of {unit.text}")
        count = int(self._number(number))
        if count * (one.days * 86_400 + one.seconds) > MAX_DAYS * 86_400:
            self.stop("E113", number, f"a duration is at most {MAX_DAYS:,} days")
        value = Duration(days=count * one.days, seconds=count * one.seconds)
        return DurationPart(start=number.start, end=unit.end, value=value)

    def _no_duration(self, token: Token) -> NoReturn:
        if token.kind is TokenKind.NAME and token.text not in KEY_WORDS:
            counted = token.text.removesuffix("s") in (*UNITS, "month", "year")
            hint = (
                "say how many, such as `28 days`"
                if counted
                else "compare dates directly: `installed_on < today - 28 days`"
            )
            self.stop("E107", token, f"`{shown(token.text)}` is no duration", hint=hint)
        written = f", not `{shown(token.text)}`" if token.text else ""
        self.stop("E107", token, f"a duration belongs here{written}", hint="such as `28 days` or `6 hours`")

    def _unknown_unit(self, unit: Token) -> NoReturn:
        units = tuple(f"{name}s" for name in UNITS)
        near = None if unit.text.startswith(("month", "year")) else closest(unit.text, units)
        hint = f"did you mean `{near}`?" if near else "count in weeks, days, hours or minutes"
        self.stop("E107", unit, f"no unit of time called `{shown(unit.text)}`", hint=hint)

    @property
    def token(self) -> Token:
        return self.tokens[self.at]

    def next(self) -> Token:
        token = self.tokens[self.at]
        if token.kind is not TokenKind.END:
            self.at += 1
        return token

    def take(self, word: str) -> bool:
        taken = self.token.is_word(word)
        self.at += taken
        return taken

    def expect_end(self) -> None:
        if self.token.kind is not TokenKind.END:
            self.unexpected("`and`, `or` or the end")

    def unexpected(self, wanted: str, *, hint: str | None = None) -> NoReturn:
        token = self.token
        if token.kind is TokenKind.OPEN_TEXT:
            self.stop("E111", token, f"the text {shown(token.text)} has no closing quote")
        if token.kind is TokenKind.END:
            self.stop("E110", token, f"{wanted} is missing at the end")
        if hint is not None:
            pass
        elif token.text in SPELT_ELSEWHERE:
            hint = f"write `{SPELT_ELSEWHERE[token.text]}`"
        elif is_wild_quote(token):
            hint = 'text stands in straight double quotes: "…"'
        elif token.kind is TokenKind.ODD and token.text[0].isalnum():
            hint = value_hint(token.text)
        self.stop("E110", token, f"{wanted} is expected, not `{shown(token.text)}`", hint=hint)

    def stop(self, code: str, token: Token, message: str, *, hint: str | None = None) -> NoReturn:
        raise StopError(Unreadable(code=code, start=token.start, end=token.end, message=message, hint=hint))
