"""Rule files in, rule sets and problems out: the door through which every file comes in.

All problems of all files are found in one run. An owner with an error has no rule set; the others
have theirs. A text over 1 MiB is refused by its length alone.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from attrs import frozen

from chfw_core.diagnostics import Diagnostic, Severity, Span, in_order
from chfw_core.errors import UsageError
from chfw_core.rules.analysis.names import find_names
from chfw_core.rules.analysis.run import analyse
from chfw_core.rules.analysis.subject import Analysis
from chfw_core.rules.merge import merge
from chfw_core.rules.model import RuleSet
from chfw_core.rules.problems.problem import Problems, Source, shown
from chfw_core.rules.rule_file import RuleFile, read_rule_file
from chfw_core.rules.text.reading import too_large
from chfw_core.rules.vocabulary.event_fields import EVENT_FIELDS
from chfw_core.rules.vocabulary.fields import FieldSpec

_BOM = "\ufeff"
PLAIN = Analysis()


@frozen(kw_only=True)
class Checked:
    """The owners' rules, in order of owner, and every problem, in order of place.

    `left_open`: what the analysis could not find out, as questions in words.
    """

    rulesets: tuple[RuleSet, ...]
    problems: tuple[Diagnostic, ...]
    left_open: tuple[str, ...] = ()

    @property
    def has_errors(self) -> bool:
        """Whether any problem is more than a warning."""
        return any(problem.severity is Severity.ERROR for problem in self.problems)


def check_sources(
    sources: Iterable[tuple[str, str]],
    *,
    event_types: Mapping[str, tuple[FieldSpec, ...]] = EVENT_FIELDS,
    analysis: Analysis | None = PLAIN,
) -> Checked:
    """Check files given as (name, text). Raises UsageError for what is no such pairs, nothing for what is in them.

    `event_types` may hold more types than the known ones. `analysis` says what is looked for in the rules
    of an owner without errors besides names that nothing uses; None = nothing more.
    """
    collectors: list[Problems] = []
    by_owner: dict[str, list[RuleFile]] = {}
    for name, text in _pairs(sources):
        problems = _collector(name, text)
        collectors.append(problems)
        file = None if problems.has_errors else read_rule_file(problems, event_types)
        if file is not None:
            # A file that does not say whose it is belongs with no other.
            by_owner.setdefault(file.owner or f"\0{len(collectors)}", []).append(file)
    left_open: list[str] = []
    rulesets = [_merged(files, analysis, left_open) for _, files in sorted(by_owner.items())]
    found = dict.fromkeys(problem for problems in collectors for problem in problems.found)
    return Checked(
        rulesets=tuple(rules for rules in rulesets if rules is not None),
        problems=tuple(in_order(list(found))),
        left_open=tuple(left_open),
    )


def _pairs(sources: Iterable[object]) -> Iterator[tuple[str, str]]:
    for source in sources:
        match source:
            case (str(name), str(text)):
                yield name, text
            case _:
                raise UsageError(
                    f"a rule file is given as `{shown(str(source))}` ({type(source).__name__})",
                    hint="give pairs of its name and its text; `.items()` of a mapping has them",
                )


def _collector(name: str, text: str) -> Problems:
    if not too_large(text):
        return Problems(source=Source(file=name, text=text.removeprefix(_BOM)))
    problems = Problems(source=Source(file=name, text=""))
    span = Span(file=name, line=1, column=1)
    problems.add("E202", span, "the file is larger than 1 MiB", hint="several files of one owner count together")
    return problems


def _merged(files: Sequence[RuleFile], analysis: Analysis | None, left_open: list[str]) -> RuleSet | None:
    rules = merge(files)
    if rules is not None:
        find_names(files)
        if analysis is not None:
            left_open += analyse(files, rules, analysis)
    return rules
