"""Everything that is found in one owner's rules. Problems go to their files; what was left open comes back."""

from collections.abc import Sequence

from chfw_core.rules.analysis.conditions import find_never, find_repeats
from chfw_core.rules.analysis.decides import find_gaps, find_hidden, find_overlaps
from chfw_core.rules.analysis.flag_holds import find_flag_holds
from chfw_core.rules.analysis.idle_triggers import find_idle_triggers
from chfw_core.rules.analysis.periods import find_periods
from chfw_core.rules.analysis.subject import Analysis, Subject
from chfw_core.rules.model import RuleSet
from chfw_core.rules.rule_file import RuleFile


def analyse(files: Sequence[RuleFile], rules: RuleSet, analysis: Analysis) -> tuple[str, ...]:
    """Look at an owner's rules, which have no errors. Returns the questions that are left open."""
    subject = Subject(files=files, rules=rules, analysis=analysis)
    find_never(subject)
    find_hidden(subject)
    find_repeats(subject)
    find_gaps(subject)
    find_flag_holds(subject)
    if analysis.overlaps:
        find_overlaps(subject)
    find_periods(subject)
    find_idle_triggers(subject)
    return tuple(subject.left_open)
