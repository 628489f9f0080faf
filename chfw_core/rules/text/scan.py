"""A condition's text as tokens, in one pass. Whatever cannot be one is a token of its own kind."""

import re
from enum import StrEnum

from attrs import frozen


class TokenKind(StrEnum):
    """The kinds. ODD is anything that is no token of the language; OPEN_TEXT a quote without its end."""

    NAME = "name"
    TEXT = "text"
    OPEN_TEXT = "open_text"
    NUMBER = "number"
    PERCENT = "percent"
    DATE = "date"
    INSTANT = "instant"
    OPERATOR = "operator"
    MARK = "mark"
    ODD = "odd"
    END = "end"


@frozen
class Token:
    """`text` as written, at the offsets [start, end) of the condition."""

    kind: TokenKind
    text: str
    start: int
    end: int

    def is_word(self, *words: str) -> bool:
        """Whether it is one of these key words or marks."""
        return self.text in words and self.kind in (TokenKind.NAME, TokenKind.MARK, TokenKind.OPERATOR)


_TOKEN = re.compile(
    r"""
      (?P<space>\s+)
    | (?P<instant>\d{4}-\d{2}-\d{2}T[\d:.]+(?:Z|[+-]\d{2}:\d{2})?)
    | (?P<date>\d{4}-\d{2}-\d{2}(?![\w-]))
    | (?P<percent>\d+(?:\.\d+)?\s?%)
    | (?P<number>\d+(?:\.\d+)?(?:(?![\w.])|(?=(?:week|day|hour|minute)s?\b)))
    | (?P<name>[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)
    | (?P<text>"[^"]*"|'[^']*')
    | (?P<open_text>["'][^\n]*)
    | (?P<operator>==|!=|<=|>=|<>|=>|=<|<|>|=)
    | (?P<mark>[()\[\],+-])
    | (?P<odd>[^\s"'()\[\],+<>=!-]+|.)
    """,
    re.VERBOSE | re.ASCII | re.DOTALL,
)


def scan(text: str) -> list[Token]:
    """All tokens, the last of kind END."""
    tokens = []
    for found in _TOKEN.finditer(text):
        kind = found.lastgroup or ""
        if kind != "space":
            tokens.append(Token(TokenKind(kind), found[0], found.start(), found.end()))
    tokens.append(Token(TokenKind.END, "", len(text.rstrip()), len(text.rstrip())))
    return tokens
