"""Every code of a problem in a rule file, with its title. Each has a page in `docs/reference/codes`.

`E1xx` conditions and dates, `E2xx` the file and its blocks, `W3xx` warnings, which stop nothing, `N4xx`
notes, which are told only where they are asked for.
"""

from collections.abc import Mapping

from chfw_core.diagnostics import Severity

CODES: Mapping[str, str] = {
    "E101": "no such field",
    "E102": "a field that this owner may not see",
    "E103": "no such set",
    "E104": "two types that cannot be compared",
    "E105": "not a value of this field",
    "E106": "an operator that this type does not have",
    "E107": "an unfinished or unreadable duration",
    "E108": "text that has not the form of its field",
    "E109": "not a date or time",
    "E110": "a condition that cannot be read",
    "E111": "text that is not closed",
    "E112": "a condition that is nested too deep",
    "E113": "a number out of range",
    "E114": "a value where a condition is needed",
    "E115": "something else where a date is needed",
    "E116": "a field that does not exist here",
    "E201": "a file that cannot be read",
    "E202": "a file that is too large",
    "E203": "a file that is nested too deep",
    "E204": "a key that is there twice",
    "E205": "no such key",
    "E206": "an alias, an anchor or a tag",
    "E207": "a key that is missing",
    "E208": "something else than what belongs here",
    "E209": "not one of the words that may stand here",
    "E210": "not a whole number in range",
    "E211": "no such window",
    "E212": "an id that is there twice",
    "E213": "decide without otherwise",
    "E214": "something that this owner may not do",
    "E215": "not a name",
    "E216": "hours that cannot be read",
    "E217": "two files of one name",
    "E218": "no such type of event",
    "E219": "keys that do not go together",
    "E220": "no such owner",
    "E221": "too many problems",
    "E222": "no such hold",
    "W301": "`!=` on a field that may be missing",
    "W302": "a rule that is hidden",
    "W303": "a set that nothing uses",
    "W304": "a window that nothing uses",
    "W305": "a window that is never open",
    "W306": "a rule without a reason",
    "W307": "an otherwise that does not count",
    "W308": "a comparison that never or always holds",
    "W309": "a condition that never holds",
    "W310": "hubs that no decision is for",
    "W311": "the same condition twice",
    "W312": "a period that is empty or too late",
    "W313": "a hold on a flag that its hubs need not bear",
    "W314": "a rule of `events` that can never do anything",
    "W315": "a Supplier that tells `affected_suppliers`",
    "N401": "two decisions that overlap",
}


def severity_of(code: str) -> Severity:
    """`W…` is a warning, `N…` a note, everything else an error."""
    return {"W": Severity.WARNING, "N": Severity.NOTE}.get(code[0], Severity.ERROR)


def index_page() -> str:
    """The index of the codes' pages, as Markdown."""
    rows = "".join(f"| [{code}]({code}.md) | {severity_of(code).value} | {title} |\n" for code, title in CODES.items())
    return (
        "# Problems in rule files\n\nEach code has a page: what it means, what to avoid, what to prefer, and why.\n\n"
        f"| code | kind | what |\n|---|---|---|\n{rows}"
    )
