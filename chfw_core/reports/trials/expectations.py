"""What may be expected of whose rules; and that every rule and window that is named exists."""

from collections.abc import Mapping

from chfw_core.model.parties import CSP_PREFIX, DCC, is_supplier
from chfw_core.planning.own_decision import Outcome, named_windows
from chfw_core.reports.trials.keys import NO_PILOT
from chfw_core.reports.trials.model import Fields
from chfw_core.rules.model import Rule, RuleSet
from chfw_core.rules.problems.problem import Problems, listed

_OF_EVERYONE = (Outcome.NO_RULE, Outcome.STOPPED)
_OF_A_SUPPLIER = (
    Outcome.INSTRUCT,
    Outcome.PILOT,
    Outcome.LEAVE_TO_DCC,
    Outcome.HELD,
    Outcome.EXCLUDED,
    *_OF_EVERYONE,
)
_OF_THE_DCC = (
    Outcome.INSTRUCT,
    Outcome.MOVE_AUTOMATIC_DATE,
    Outcome.LEAVE_TO_DCC,
    Outcome.HELD,
    *_OF_EVERYONE,
)
_OF_A_CSP = (Outcome.PRIORITISED, *_OF_EVERYONE)
_POSSIBLE: Mapping[str, tuple[Outcome, ...]] = {
    "a Supplier": _OF_A_SUPPLIER,
    "the DCC": _OF_THE_DCC,
    "a CSP": _OF_A_CSP,
}
_NOT_EXPECTED: Mapping[str, tuple[str, ...]] = {
    "a Supplier": ("automatic_on",),
    "the DCC": ("pilot",),
    "a CSP": ("opens", "closes", "until", "automatic_on", "pilot"),
}


def rules_of(rules: RuleSet) -> dict[str, Rule]:
    """The rules that a trial can reach, by id: all but triggers."""
    blocks = (rules.excludes, rules.holds, rules.pilots, rules.decides, rules.priorities)
    return {rule.id: rule for block in blocks for rule in block}


def check_expected(fields: Fields, rules: RuleSet, problems: Problems) -> None:
    """Note what these rules can never lead to."""
    _check_owner(fields, rules, problems)
    decisive: tuple[Rule, ...] = (*rules.excludes, *rules.holds, *rules.pilots, *rules.decides)
    if rules.owner.startswith(CSP_PREFIX):
        decisive = rules.priorities
    _check_name(fields, "by", "E503", "rule", [rule.id for rule in decisive], problems)
    if fields.values.get("pilot") != NO_PILOT:
        _check_name(fields, "pilot", "E503", "pilot", [rule.id for rule in rules.pilots], problems)
    triggers = [trigger.id for trigger in rules.triggers]
    for name in sorted(_texts(fields.values.get("fired")) - set(triggers)):
        problems.unknown("E503", fields.place("fired"), "rule of `events`", name, triggers)
    windows = {window.name for window in named_windows(rules)}
    for name in sorted(_texts(fields.values.get("window")) - windows):
        problems.unknown("E509", fields.place("window"), "window", name, sorted(windows))


def _check_owner(fields: Fields, rules: RuleSet, problems: Problems) -> None:
    who = "a Supplier" if is_supplier(rules.owner) else "the DCC" if rules.owner == DCC else "a CSP"
    for name in _NOT_EXPECTED[who]:
        if name in fields.values:
            what = f"the rules of {who} lead to no `{name}`"
            problems.add("E506", fields.place(name), what)
    outcome = fields.values.get("outcome")
    if isinstance(outcome, Outcome) and outcome not in _POSSIBLE[who]:
        hint = f"it is {listed(_POSSIBLE[who])}"
        problems.add("E506", fields.place("outcome"), f"the rules of {who} never lead to `{outcome}`", hint=hint)


def _check_name(fields: Fields, key: str, code: str, what: str, known: list[str], problems: Problems) -> None:
    name = fields.values.get(key)
    if isinstance(name, str) and name not in known:
        problems.unknown(code, fields.place(key), what, name, known)


def _texts(value: object) -> frozenset[str]:
    return value if isinstance(value, frozenset) else frozenset()
