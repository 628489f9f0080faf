"""A condition, date or duration on one line with single spaces and double quotes, and wrapped where it is long."""

from collections.abc import Sequence

from attrs import frozen

from chfw_core.rules.conditions.terms import KEY_WORDS
from chfw_core.rules.text.scan import Token, TokenKind, scan

_OPENING = ("(", "[")
_CLOSING = (")", "]")


@frozen
class Piece:
    """A token as it is to be written. `space`: a space stands before it. `joint`: an outermost `and` or `or`."""

    text: str
    space: bool
    joint: bool


def pieces(text: str) -> list[Piece] | None:
    """The tokens in canonical form; None where a literal holds a line break, which no single line can."""
    tokens = _without_last_commas(scan(text)[:-1])
    found: list[Piece] = []
    depth, between = 0, [False]
    for at, token in enumerate(tokens):
        if token.kind is TokenKind.TEXT and "\n" in token.text:
            return None
        before = tokens[at - 1] if at else None
        joint = False
        if token.is_word(*_OPENING):
            depth += 1
            between.append(False)
        elif token.is_word(*_CLOSING):
            depth -= 1
            between.pop()
        elif token.is_word("between"):
            between[-1] = True
        elif token.is_word("and") and between[-1]:
            between[-1] = False  # the `and` of `between a and b`
        else:
            joint = depth == 0 and token.is_word("and", "or")
        space = before is not None and _space(tokens, at, before, token)
        found.append(Piece(_written(token), space, joint))
    return found


def _without_last_commas(tokens: Sequence[Token]) -> list[Token]:
    """`[a, b,]` is `[a, b]`."""
    followers = [*tokens[1:], None]
    return [
        token
        for token, after in zip(tokens, followers, strict=False)
        if not (token.is_word(",") and after is not None and after.is_word("]"))
    ]


def _space(tokens: Sequence[Token], at: int, before: Token, token: Token) -> bool:
    if token.is_word(",", *_CLOSING) or before.is_word(*_OPENING):
        return False
    # `-2` has no space inside, `today - 2 days` has.
    return not (before.is_word("+", "-") and _is_sign(tokens[at - 2] if at > 1 else None))


def _is_sign(before: Token | None) -> bool:
    if before is None or before.kind is TokenKind.OPERATOR:
        return True
    return before.is_word(*KEY_WORDS, ",", "[", "(")


def _written(token: Token) -> str:
    match token.kind:
        case TokenKind.TEXT if token.text[0] == "'" and '"' not in token.text:
            return f'"{token.text[1:-1]}"'
        case TokenKind.PERCENT:
            return "".join(token.text.split())
        case _:
            return token.text


def on_one_line(parts: Sequence[Piece]) -> str:
    """The pieces, one after the other."""
    return "".join(f" {piece.text}" if piece.space else piece.text for piece in parts)


def wrapped(parts: Sequence[Piece], width: int) -> list[str]:
    """Each outermost `and` and `or` begins a line; a line that is too long still is filled word by word."""
    lines: list[list[Piece]] = [[]]
    for piece in parts:
        if piece.joint:
            lines.append([])
        lines[-1].append(piece)
    return [line for parts in lines for line in _filled(parts, width)]


def _filled(parts: Sequence[Piece], width: int) -> list[str]:
    words: list[str] = []
    for piece in parts:
        if piece.space or not words:
            words.append(piece.text)
        else:
            words[-1] += piece.text
    return fill(words, width)


def fill(words: Sequence[str], width: int) -> list[str]:
    """As many words on each line as it holds."""
    lines = [words[0]]
    for word in words[1:]:
        if len(lines[-1]) + 1 + len(word) <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines
