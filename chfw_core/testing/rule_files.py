"""Rule files as people write them: valid ones, in every style that YAML allows, full of comments.

`rule_files()` draws a file's content from what may stand in it, then its form: block or `{…}`, quotes,
folded lines, odd indents and spaces, blank lines, and comments wherever one may stand.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from attrs import define, field, frozen
from hypothesis import strategies as st

from chfw_core.rules.text.scan import TokenKind, scan

Value: TypeAlias = "Plain | Mapping[str, Value] | Sequence[Value]"

CONDITIONS = (
    'flags has any ["psr", "medical"] and release.phase != "mass"',
    'not (flags has all ["a", "b"]) or split',
    "installed_on between 2020-01-01 and today - 180 days and not split",
    "installed_on within last 28 days",
    'firmware_version < "0D030000" or configuration_set is missing',
    'my.score > -2.5 and my.tier == "gold # not a comment"',
    'my.note == "it\'s: odd" or my.share >= 98%',
    "configuration_set in used",
    (
        'csp_region == "North" and (configuration_set == "CS-0112" or configuration_set == "CS-0113" or '
        'configuration_set in ["CS-0140", "CS-0141", "CS-0142"]) and manufacturer is not missing'
    ),
    'configuration_set in ["CS-0112", "CS-0113", "CS-0114", "CS-0115", "CS-0116", "CS-0117", "CS-0118", "CS-0119"]',
)
DATES = ("2026-03-02", "cutoff - 5 days", "release.notified_on + 3 days", "today", "2026-03-01T09:00:00Z")
DURATIONS = ("28 days", "6 hours", "2 weeks")
TEXTS = (
    "Signed off by device testing",
    "on",
    "22:00",
    "0123",
    "1.10",
    "~",
    "a # that is no comment",
    "key: value, [and] {more}",
    'it\'s "quoted"',
    "a \\ backslash",
    "first line\nsecond line",
    "first\n\n\nfourth ",
    " a space before",
    "ends with a break\n",
    "naïve café – 🙂",
    "a\ttab",
    "bell \x07 and \u2028 break",
    (
        "Homes on the priority services register are never in an early deployment, and neither are those whose "
        "supply depends on a prepayment meter that has seen the fault"
    ),
)
_COMMENTS = ("#", "# about this", "#!odd: [x", "# 'quote", "# ünïcode", "#  wide  ", "# - id: was-here")


@frozen
class Plain:
    """A scalar; `language`: it is in the rule language and may be spaced at will."""

    text: str
    language: bool = False


@define
class _Writer:
    pick: Callable[[int], int]
    lines: list[str] = field(factory=lambda: [""])
    spaced: dict[str, str] = field(factory=dict)
    content: int | None = None  # the indent of `|` or `>` that has just been written

    def chance(self, one_in: int) -> bool:
        return self.pick(one_in) == one_in - 1

    def one_of(self, options: Sequence[str]) -> str:
        return options[self.pick(len(options))]

    def put(self, text: str) -> None:
        first, *rest = text.split("\n")
        self.lines[-1] += first
        self.lines += rest

    def new_line(self, indent: int) -> None:
        """End the line, perhaps with a comment; perhaps comments and blank lines; begin one at `indent`."""
        content, self.content = self.content, None
        if content is None and self.chance(6):
            self.put("  " + self.one_of(_COMMENTS))
        self.put("\n")
        while self.chance(5):
            if self.chance(2):
                column = self.pick(indent + 5)
                self.put(" " * (column if content is None else min(column, content - 1)) + self.one_of(_COMMENTS))
            self.put("\n")
        self.put(" " * indent)

    def block(self, value: Value, indent: int) -> None:
        """The items of a mapping or list, each on lines of its own; the first begins here."""
        assert not isinstance(value, Plain)
        entries = [*value.items()] if isinstance(value, Mapping) else [(None, item) for item in value]
        for at, (key, item) in enumerate(entries):
            if at:
                self.new_line(indent)
            self.put(f"{key}:" if key is not None else "-")
            self.value(item, indent, in_list=key is None)

    def value(self, value: Value, indent: int, *, in_list: bool) -> None:
        if isinstance(value, Plain):
            self.scalar(value, indent)
        elif not value:
            self.put(" []" if not isinstance(value, Mapping) and self.chance(2) else "")
        elif self.chance(3):
            self.put(" ")
            self.flow(value, indent)
        elif in_list and not self.chance(4):
            self.put(" ")
            self.block(value, indent + 2)
        else:
            deeper = indent + 1 + self.pick(4)
            self.new_line(deeper)
            self.block(value, deeper)

    def scalar(self, value: Plain, indent: int) -> None:
        text = self.respaced(value)
        style = self.pick(8)
        body = text.removesuffix("\n")
        simple = text.isprintable() and text == text.strip()
        if value.language and style < 2:
            mark = "|" if style else ">-"
            comment = "  # header" if self.chance(3) else ""
            self.put(f" {mark}{comment}\n" + "\n".join(" " * (indent + 3) + line for line in _cut(text, self)))
            self.content = indent + 3
        elif style == 2 and body == body.strip() and "\x07" not in body and "\u2028" not in body:
            lines = "\n".join(" " * (indent + 2) + line if line.strip() else "" for line in body.split("\n"))
            self.put(f" |{'' if text != body else '-'}\n{lines}")
            self.content = indent + 2
        elif style == 3 and simple and "#" not in text and "  " not in text and _plain(text, flow=False):
            self.put(" " + f"\n{' ' * (indent + 1)}".join(text.split(" ")))
        else:
            self.put(" " + self.line(text, flow=False))

    def flow(self, value: Value, indent: int) -> None:
        if isinstance(value, Plain):
            self.put(self.line(self.respaced(value), flow=True))
            return
        table = isinstance(value, Mapping)
        entries = [*value.items()] if isinstance(value, Mapping) else [(None, item) for item in value]
        self.put("{" if table else "[")
        for at, (key, item) in enumerate(entries):
            if at:
                self.put(",")
            self.gap(indent)
            if key is not None:
                self.put(f"{key}: ")
            self.flow(item, indent)
        if entries and self.chance(4):
            self.put(",")
        self.gap(indent)
        self.put("}" if table else "]")

    def gap(self, indent: int) -> None:
        if self.chance(8):
            self.new_line(indent + 1 + self.pick(3))
        else:
            self.put(" " * self.pick(3))

    def line(self, text: str, *, flow: bool) -> str:
        style = self.pick(3)
        if style == 0 and _plain(text, flow=flow):
            return text
        if style == 1 and text.isprintable():
            return "'" + text.replace("'", "''") + "'"
        return '"' + "".join(_escaped(char) for char in text) + '"'

    def respaced(self, value: Plain) -> str:
        """In the rule language spaces are free; one text is spaced alike throughout a file, as one condition."""
        if not value.language:
            return value.text
        if value.text in self.spaced:
            return self.spaced[value.text]
        tokens = scan(value.text)[:-1]
        text = ""
        for at, token in enumerate(tokens):
            apart = at and (token.start > tokens[at - 1].end) and token.kind is not TokenKind.OPERATOR
            text += " " * (int(apart) + self.pick(8) // 6) + token.text
        self.spaced[value.text] = text.strip()
        return self.spaced[value.text]


def _picker(seed: int) -> Callable[[int], int]:
    """A whole form from one number: thousands of single draws would make every example slow."""
    state = seed

    def pick(options: int) -> int:
        nonlocal state
        state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
        return (state >> 33) % options

    return pick


def _cut(text: str, writer: _Writer) -> list[str]:
    """The text on several lines, cut where no literal is."""
    lines, quoted = [""], ""
    for char in text:
        if char in "\"'" and quoted in ("", char):
            quoted = "" if quoted else char
        if char == " " and not quoted and lines[-1] and writer.chance(6):
            lines.append("")
        elif char != " " or lines[-1]:
            lines[-1] += char
    return [line for line in lines if line]


def _plain(text: str, *, flow: bool) -> bool:
    odd = set("[]{},?") if flow else set()
    begins = text[0] not in "-?:,[]{}#&*!|>'\"%@` \t"
    safe = text.isprintable() and text == text.strip() and ": " not in text and " #" not in text
    return begins and safe and not text.endswith(":") and not odd.intersection(text)


def _escaped(char: str) -> str:
    if char in '"\\':
        return "\\" + char
    return char if char.isprintable() else f"\\u{ord(char):04x}"


def _condition(draw: st.DrawFn) -> Plain:
    return Plain(draw(st.sampled_from(CONDITIONS)), language=True)


def _date(draw: st.DrawFn) -> Plain:
    return Plain(draw(st.sampled_from(DATES)), language=True)


def _head(draw: st.DrawFn, name: str) -> dict[str, Value]:
    head: dict[str, Value] = {"id": Plain(name)}
    if draw(st.integers(0, 9)):
        head["because"] = Plain(draw(st.sampled_from(TEXTS)))
    return head


def _rules(draw: st.DrawFn, block: str, body: Callable[[], dict[str, Value]]) -> list[Value]:
    return [{**_head(draw, f"{block}-{at}"), **body()} for at in range(draw(st.integers(0, 2)))]


@st.composite
def rule_files(draw: st.DrawFn) -> str:
    """The text of a Supplier's rule file without errors; it may have warnings."""

    def at() -> dict[str, Value]:
        return (
            {"window": Plain("nights"), "from": _date(draw)} if draw(st.booleans()) else {"window": [Plain("nights")]}
        )

    def duration() -> Plain:
        return Plain(draw(st.sampled_from(DURATIONS)), language=True)

    def decide() -> dict[str, Value]:
        stop: dict[str, Value] = {"failed": Plain("> 2%", language=True), "within": duration()}
        batch: dict[str, Value] = {"size": Plain("0500"), "pause": duration(), "stop_if": stop}
        return {"when": _condition(draw), "then": Plain("instruct"), "at": at(), "batch": batch}

    def event() -> dict[str, Value]:
        effects: dict[str, Value] = {
            "hold": {"date": Plain("event.at + 1 day", language=True)},
            "notify": [Plain("team"), Plain("on")],
        }
        steps: list[Value] = [
            {
                "on": Plain("meter_firmware_activated"),
                "if": Plain('event.firmware_version >= "04000000"', language=True),
            },
            {"on": Plain("meter_read_received"), "within": duration(), "otherwise": {"notify": Plain("team")}},
        ]
        throttle = Plain("once per 30 days", language=True)
        return {"per": [Plain("hub")], "steps": steps, "at_most": throttle, "do": effects}

    days: list[Value] = [Plain(day) for day in ("mon", "tue")]
    otherwise: dict[str, Value] = {"id": Plain("otherwise"), "when": Plain("otherwise"), "then": Plain("leave_to_dcc")}
    blocks: dict[str, Value] = {
        "applies_to": {"device_models": [Plain("433100AC"), Plain("5431*")], "role": Plain("any")},
        "windows": {"nights": {"days": days, "between": Plain("22:00-05:00"), "not_on": [Plain("2026-04-01")]}},
        "sets": {"used": [Plain("CS-0112"), Plain("0123"), Plain("1.10")], "empty": []},
        "exclude": _rules(draw, "exclude", lambda: {"when": _condition(draw)}),
        "hold": _rules(draw, "hold", lambda: {"until": {"date": _date(draw)}, "tell": []}),
        "decide": [*_rules(draw, "decide", decide), otherwise],
        "prioritise": _rules(draw, "prioritise", lambda: {"priority": Plain("60"), "when": _condition(draw)}),
        "pilot": {**_head(draw, "pilot"), "from": _condition(draw), "size": Plain("250"), "at": at()},
        "events": _rules(draw, "events", event),
    }
    needed = ("windows", "sets", "decide")
    chosen = [name for name in draw(st.permutations(list(blocks))) if name in needed or draw(st.booleans())]
    file: dict[str, Value] = {"rules": Plain("v1"), "owner": Plain("NWND"), **{name: blocks[name] for name in chosen}}
    writer = _Writer(_picker(draw(st.integers(0, 2**32))))
    while writer.chance(3):
        writer.put(f"{writer.one_of(('', *_COMMENTS))}\n")
    if writer.chance(12):
        writer.flow(file, 0)
    else:
        writer.block(file, 0)
    writer.new_line(0)
    return "\n".join(writer.lines)
