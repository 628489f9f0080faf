"""How a scalar is written: in which quotes, on one line or folded. Its value never changes by it.

A text without quotes stays without, one with quotes keeps them: whoever wrote `"0123"` or `22:00`
had a reason. Conditions alone are unquoted where they can be.
"""

import re

from attrs import frozen

from chfw_core.rules.formatting.conditions import fill, on_one_line, pieces, wrapped
from chfw_core.rules.formatting.tree import Leaf
from chfw_core.rules.keys.shapes import Kind, Text, Written

WIDTH = 100

_CONDITION = "a condition"
_LANGUAGE = frozenset({_CONDITION, "a date", "a duration", "a limit", "a limit in time"})
_PROSE = "text with `{field}`"

_ODD = re.compile("[^\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
"""What cannot stand on a line as it is: control characters, line breaks of every kind, the byte order mark."""
_INDICATOR = re.compile(r"[-?:](?:\s|$)|[,\[\]{}#&*!|>'\"%@`]|\s|$")
_NOT_PLAIN = re.compile(r":(?:\s|$)|\s#|\s$")
_FLOW_MARK = re.compile(r"[,\[\]{}?]|:[,\[\]{}]")
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t"}


@frozen
class Lines:
    """A scalar ready to be written: what stands on the key's line, and the lines below, not yet indented."""

    first: str
    rest: tuple[str, ...] = ()


def inline(leaf: Leaf, kind: Kind | None, *, flow: bool) -> str | None:
    """The scalar on one line, or None where that cannot be."""
    if isinstance(kind, Written) and kind.what in _LANGUAGE:
        value = _in_language(leaf.value)
        if value is not None:
            return _quoted_as(value, leaf, unquote=kind.what == _CONDITION, flow=flow)
    if leaf.style in ("|", ">") and not _may_fold(kind) and not _ODD.search(leaf.value):
        return _quoted_as(leaf.value, leaf, unquote=False, flow=flow)
    return _verbatim(leaf)


def in_block(leaf: Leaf, kind: Kind | None, *, column: int, indent: int) -> Lines:
    """The scalar after a key or dash: it begins at `column`, the lines below it are indented by `indent`."""
    line = inline(leaf, kind, flow=False)
    if line is not None and (column + len(line) <= WIDTH or not _may_fold(kind)):
        return Lines(line)
    return _below(leaf, kind, WIDTH - indent) or Lines(line if line is not None else _escaped(leaf.value))


def _may_fold(kind: Kind | None) -> bool:
    if isinstance(kind, Written):
        return kind.what in (_CONDITION, _PROSE)
    return isinstance(kind, Text) and kind.pattern is None


def _below(leaf: Leaf, kind: Kind | None, width: int) -> Lines | None:
    """The scalar on lines of its own; None where one line is better, or the only way."""
    if isinstance(kind, Written) and kind.what == _CONDITION:
        parts = pieces(leaf.value)
        if parts is not None and not _ODD.search(on_one_line(parts)):
            return Lines(">-", tuple(wrapped(parts, width)))
    body = leaf.value.removesuffix("\n")
    end = "" if body != leaf.value else "-"
    paragraphs = body.split("\n")
    if _ODD.search("".join(paragraphs)) or body[:1].isspace() or body[-1:].isspace():
        return None
    if leaf.style == "|" or any(line[:1].isspace() or line[-1:].isspace() for line in paragraphs):
        return Lines(f"|{end}", tuple(paragraphs))
    folded = _folded(paragraphs, width)
    return Lines(f">{end}", tuple(folded)) if leaf.style == ">" or len(folded) > 1 else None


def _folded(paragraphs: list[str], width: int) -> list[str]:
    """In folded style a line break of the value is a blank line."""
    lines: list[str] = []
    for at, paragraph in enumerate(paragraphs):
        if at:
            lines.append("")
        if paragraph:
            # Only a single space between two words becomes a line break and comes back.
            lines += fill(re.split(r"(?<! ) (?! )", paragraph), width)
    return lines


def _in_language(text: str) -> str | None:
    parts = pieces(text)
    value = on_one_line(parts) if parts is not None else None
    return value if value is not None and not _ODD.search(value) else None


def _quoted_as(value: str, leaf: Leaf, *, unquote: bool, flow: bool) -> str:
    """The value in quotes where it was so, or has to be."""
    plain = not _INDICATOR.match(value) and not _NOT_PLAIN.search(value) and not (flow and _FLOW_MARK.search(value))
    wanted = unquote or leaf.style not in ("'", '"')
    return value if plain and wanted else _in_quotes(value)


def _verbatim(leaf: Leaf) -> str | None:
    """The scalar as it was written, as far as one line goes."""
    value, raw, many_lines = leaf.value, leaf.raw.strip(), "\n" in leaf.raw.strip()
    if leaf.style in ("|", ">") or _ODD.search(value.replace("\t", "")):
        return raw if leaf.style == '"' and not many_lines else None
    if leaf.style == "":
        return value
    if leaf.style == '"' and "\\" in raw and not many_lines:
        return raw
    return _in_quotes(value)


def _in_quotes(value: str) -> str:
    """Double quotes; single ones around text that has double ones itself."""
    if '"' in value or "\\" in value:
        return "'" + value.replace("'", "''") + "'"
    return f'"{value}"'


def _escaped(value: str) -> str:
    return '"' + re.sub(rf'["\\]|{_ODD.pattern}', lambda found: _escape(found[0]), value) + '"'


def _escape(char: str) -> str:
    code = ord(char)
    wide = f"\\x{code:02X}" if code <= 0xFF else f"\\u{code:04X}" if code <= 0xFFFF else f"\\U{code:08X}"
    return _ESCAPES.get(char, wide)
