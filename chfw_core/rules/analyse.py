"""What is allowed but surely not meant: a rule that is hidden, a name that nothing uses, a shut window.

Nothing here is guessed: a warning is given only where it is so for every hub. Files with errors are
left alone, since a name misspelt elsewhere would seem unused.
"""

from collections.abc import Sequence

from chfw_core.rules.model import Condition, DecideRule, RuleSet
from chfw_core.rules.rule_file import RuleFile


def warn(files: Sequence[RuleFile], rules: RuleSet) -> None:
    """Give every file of an owner its warnings."""
    for file in files:
        _unused(file)
        _shut(file)
    _hidden(files, rules)


def _unused(file: RuleFile) -> None:
    scope, problems = file.scope, file.scope.problems
    for name, span in scope.set_names.items():
        if name not in scope.used_sets:
            problems.add("W303", span, f"nothing uses the set `{name}`")
    if not scope.is_supplier and not scope.is_dcc:
        return  # every window of a CSP binds its region
    for name, span in scope.window_names.items():
        if name not in scope.used_windows:
            problems.add("W304", span, f"nothing uses the window `{name}`")


def _shut(file: RuleFile) -> None:
    scope = file.scope
    for name, window in scope.windows.items():
        if not window.days:
            scope.problems.add("W305", scope.window_names[name], f"the window `{name}` is never open: it has no day")


def _hidden(files: Sequence[RuleFile], rules: RuleSet) -> None:
    """A decision after `otherwise`, or after one with the very same condition, is never reached."""
    seen: dict[Condition, DecideRule] = {}
    otherwise: DecideRule | None = None
    for rule in rules.decides:
        by = otherwise or seen.get(rule.when)
        if by is not None:
            _say_hidden(files, rule, by)
        seen.setdefault(rule.when, rule)
        if rule.otherwise and otherwise is None:
            otherwise = rule


def _say_hidden(files: Sequence[RuleFile], rule: DecideRule, by: DecideRule) -> None:
    file = next(file for file in files if any(rule is own for own in file.decides))
    what = f"`{rule.id}` is never reached: `{by.id}` takes every hub that it would"
    file.scope.problems.add("W302", rule.span or file.owner_span, what)
