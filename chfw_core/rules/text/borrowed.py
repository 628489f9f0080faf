"""What authors bring along from other languages and from speech, and how it is said here.

SQL's `like` and `is null`, the `&&` of a program, `contains`, text without quotes. Each function gives
the cure for one place of a condition, or None: a wrong cure is worse than none.
"""

import re
from collections.abc import Sequence
from functools import cache

from chfw_core.rules.problems.problem import closest, shown
from chfw_core.rules.text.scan import Token, TokenKind
from chfw_core.rules.vocabulary.fields import HUB_FIELDS, MY_PREFIX, PLAN_FIELDS, RELEASE_FIELDS, FieldType

SPELT_ELSEWHERE = {
    "=": "==",
    "<>": "!=",
    "=>": ">=",
    "=<": "<=",
    "&&": "and",
    "&": "and",
    "||": "or",
    "|": "or",
    "!": "not",
}
OTHERWISE_ELSEWHERE = frozenset({"otherwise", "else", "default"})
NOTHING = frozenset({"null", "none", "nil", "empty", "missing", "undefined", "blank"})
_SAID = {
    **dict.fromkeys(("equals", "equal", "eq"), "=="),
    **dict.fromkeys(("ne", "neq"), "!="),
    **dict.fromkeys(("lt", "before"), "<"),
    **dict.fromkeys(("gt", "after"), ">"),
    **dict.fromkeys(("le", "lte"), "<="),
    **dict.fromkeys(("ge", "gte"), ">="),
    "exists": "is not missing",
}
_HOLDS = frozenset({"contains", "contain", "includes", "include", "holds"})
_PATTERNS = frozenset({"ilike", "rlike", "matches", "match", "regex", "regexp", "~"})
_STARTS = frozenset({"startswith", "starts_with", "begins", "begin", "beginswith", "begins_with"})
_ENDS = frozenset({"ends", "endswith", "ends_with"})
_AGE = {"older": "{0} < today - 28 days", "newer": "{0} within last 28 days", "younger": "{0} within last 28 days"}
WHOLE = 'text is compared whole or by its start: `==`, `in [...]` or `starts with "…"`'
_WILD = re.compile(r"[%*?_\[\]]")

_FAMILIES = (MY_PREFIX, "release.", "event.", "pilot.")
_JOINING = frozenset({"and", "or"})
_RUN = frozenset({TokenKind.NAME, TokenKind.NUMBER, TokenKind.DATE, TokenKind.ODD})
_CURLY = re.compile("[\u2018\u2019\u201a\u201c\u201d\u201e\u00ab\u00bb\u2032\u2033\u00b4`]")
_DATE_IN_ANOTHER_ORDER = re.compile(r"\d{1,6}[-/.]\d{1,2}[-/.]\d{1,4}", re.ASCII)
_POWER_OF_TEN = re.compile(r"\d+(?:\.\d+)?[eE][+-]?\d+", re.ASCII)


@cache
def _fields() -> dict[str, FieldType]:
    return {spec.name: spec.type for spec in (*HUB_FIELDS, *RELEASE_FIELDS, *PLAN_FIELDS)}


def quoted(text: str) -> str:
    """The text as the language wants it; the parser's tokens have no double quote inside."""
    return f'"{shown(text)}"'


def is_wild_quote(token: Token) -> bool:
    """Whether it is, or begins with, a quotation mark of a word processor."""
    return token.kind is TokenKind.ODD and _CURLY.match(token.text) is not None


def unquoted(tokens: Sequence[Token], at: int) -> Token | None:
    """Text without its quotes that was taken apart, such as `CS-0112`, as one token; None where it may be a value.

    A field moved by a duration (`today-28 days`) is none, nor is what may be such a field misspelt.
    """
    first = tokens[at]
    if first.kind not in _RUN:
        return None
    end = _end_of_run(tokens, at)
    last = tokens[end - 1]
    if end - at < 2:
        return None
    run = tokens[at:end]
    text = "".join(token.text for token in run)
    bare = Token(TokenKind.ODD, text, first.start, last.end)
    moved = last.kind is TokenKind.NUMBER and tokens[end].kind is TokenKind.NAME and tokens[end].text not in _JOINING
    if first.kind is TokenKind.NAME:
        if moved or is_like_a_field(first.text):
            return None
    elif not any(token.text == "-" for token in run) or not any(token.text[:1].isalpha() for token in run[1:]):
        # `5-3` is no text; a GUID or `2026-Q1` is.
        return bare if is_date_like(text) else None
    return bare


def _end_of_run(tokens: Sequence[Token], at: int) -> int:
    """Tokens without a space between them, joined by nothing or a dash; never beginning or ending with one."""
    end = at + 1
    while tokens[end].start == tokens[end - 1].end:
        token = tokens[end]
        step = 2 if token.text in ("-", "+") and tokens[end + 1].start == token.end else 1
        if tokens[end + step - 1].kind not in _RUN:
            break
        end += step
    return end


def is_like_a_field(name: str) -> bool:
    """Whether it is a field, belongs to a family of fields, or is near to one."""
    return name.startswith(_FAMILIES) or name in _fields() or closest(name, _fields()) is not None


def is_date_like(text: str) -> bool:
    """Whether it is a date in another order than ours."""
    return _DATE_IN_ANOTHER_ORDER.fullmatch(text) is not None


def value_hint(text: str) -> str:
    """The cure for text without quotes."""
    if is_date_like(text):
        return "write 2026-03-01, or 2026-03-01T09:00:00Z for a moment"
    if _POWER_OF_TEN.fullmatch(text):
        return f"write a number out; text and versions stand in double quotes: {quoted(text)}"
    return f"text and versions stand in double quotes: {quoted(text)}"


def foreign_name(tokens: Sequence[Token], at: int) -> Token | None:
    """A field's name with letters that no name has, such as `my.größe`, as one token; None for anything else."""
    first = tokens[at]
    end = _end_of_run(tokens, at) if first.kind is TokenKind.NAME else at
    text = "".join(token.text for token in tokens[at:end])
    # To look for a near field takes time; nearly every name is a run of its own.
    if text.isascii() or not any(char.isalpha() for char in text if not char.isascii()):
        return None
    return Token(TokenKind.ODD, text, first.start, tokens[end - 1].end) if is_like_a_field(first.text) else None


def without_separators(tokens: Sequence[Token], at: int) -> str | None:
    """The number of which the comma at hand parts the thousands; None where it does not."""
    first = at - 1
    number = [tokens[first]]
    while tokens[at].text == "," and tokens[at + 1].kind is TokenKind.NUMBER and tokens[at + 1].start == tokens[at].end:
        number.append(tokens[at + 1])
        at += 2
    groups = [token.text.partition(".")[0] for token in number[1:]]
    if not groups or number[0].kind is not TokenKind.NUMBER or any(len(group) != 3 for group in groups):
        return None
    return "".join(token.text for token in number)


def operator_hint(left: str, tokens: Sequence[Token], at: int) -> str | None:
    """The cure for a word that stands where an operator should; `left` is what is asked about, as written."""
    word = tokens[at].text.lower()
    value = tokens[at + 1] if at + 1 < len(tokens) else None
    kind = FieldType.UNKNOWN if left.startswith(MY_PREFIX) else _fields().get(left)
    if word in _HOLDS:
        return _holds(left, kind, value)
    if word in ("like", "glob"):
        return _like(left, kind, value)
    if word in _PATTERNS or word in _ENDS:
        return WHOLE
    if word in _STARTS:
        return "write `starts with`"
    if word in _AGE:
        return f"write `{_AGE[word].format(shown(left))}`" if kind is FieldType.DATE else None
    if word in _SAID:
        return f"write `{_SAID[word]}`"
    return None


def _holds(left: str, kind: FieldType | None, value: Token | None) -> str:
    if kind not in (FieldType.FLAGS, FieldType.UNKNOWN):
        return WHOLE
    if value is not None and value.text == "[":
        return f"write `{shown(left)} has any [...]` or `has all [...]`"
    return f"write `{shown(left)} has {_as_text(value)}`"


def _like(left: str, kind: FieldType | None, value: Token | None) -> str:
    if value is None or value.kind is not TokenKind.TEXT:
        return WHOLE
    pattern = value.text[1:-1]
    start = re.sub("[%*]$", "", pattern)
    if kind is FieldType.FLAGS:
        inner = pattern.strip("%*")
        return WHOLE if _WILD.search(inner) else f"write `{shown(left)} has {quoted(inner)}`"
    if _WILD.search(start) or not start:
        return WHOLE
    operator = "==" if start == pattern else "starts with"
    return f"write `{shown(left)} {operator} {quoted(start)}`"


def _as_text(value: Token | None) -> str:
    if value is None or value.kind not in (TokenKind.TEXT, TokenKind.NAME):
        return '"x"'
    return quoted(value.text[1:-1] if value.kind is TokenKind.TEXT else value.text)
