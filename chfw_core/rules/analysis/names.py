"""Names that nothing uses, and windows that are shut. Always looked at: it costs nothing."""

from collections.abc import Sequence

from chfw_core.rules.rule_file import RuleFile


def find_names(files: Sequence[RuleFile]) -> None:
    """Give every file its warnings. Files with errors are left alone: a name misspelt elsewhere would seem unused."""
    for file in files:
        _unused(file)
        _shut(file)


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
