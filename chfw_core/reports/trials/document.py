"""A `*.tests.yaml` as values, all its problems found in one go; what needs the owner is `fit`'s business.

The reader and the tables of keys are those of rule files. What a table cannot say is read from the
nodes first: `my.*` below `hub`, and the entries of `given`, whose keys depend on the type of event.
"""

from collections.abc import Mapping
from datetime import datetime

from attrs import evolve, field, frozen

from chfw_core.diagnostics import Span
from chfw_core.model.events import Event
from chfw_core.planning.own_decision import Outcome
from chfw_core.reports.trials import keys
from chfw_core.reports.trials.given import read_given
from chfw_core.reports.trials.model import Fields
from chfw_core.reports.trials.values import is_private, read_fields, read_instant, read_moment, with_private
from chfw_core.rules.keys.structure import Record, read_content, read_record
from chfw_core.rules.keys.table import ANY_TEXT
from chfw_core.rules.problems.problem import Problems, Source, shown
from chfw_core.rules.text.nodes import Node, Scalar, Sequence, Table
from chfw_core.rules.text.reading import read_nodes, too_large
from chfw_core.rules.vocabulary.fields import HUB_FIELDS, RELEASE_FIELDS, RELEASE_PREFIX

_MOMENTS = ("opens", "closes", "until", "automatic_on")


@frozen(kw_only=True, eq=False)
class ExpectedDraft:
    """One entry of `expect`: the values that are asked for."""

    as_of: datetime | None
    fields: Fields


@frozen(kw_only=True, eq=False)
class Draft:
    """One test as written."""

    name: Scalar
    as_of: datetime | None
    release: Fields
    hub: Fields
    events: tuple[Event, ...]
    expected: tuple[ExpectedDraft, ...]


@frozen(kw_only=True, eq=False)
class TrialDocument:
    """What a file says, without what is wrong in it; `problems` has that, and may be added to."""

    problems: Problems
    tests_for: tuple[Scalar, ...] = ()
    as_of: datetime | None = None
    release: Fields
    drafts: tuple[Draft, ...] = ()

    @property
    def file(self) -> str:
        """The file's name as it was given."""
        return self.problems.source.file

    @property
    def lacks_rules(self) -> bool:
        """Whether no rule file is named, or one of them cannot be had."""
        return not self.tests_for or any(problem.code == "E501" for problem in self.problems.found)

    def cannot_have(self, rules: Scalar, why: str, hint: str | None = None) -> None:
        """Note that a file named in `tests_for` cannot be read."""
        self.problems.add("E501", rules.span, why, hint=hint)


@frozen(kw_only=True, eq=False)
class _Apart:
    """The parts of one test that were read from the nodes."""

    given: tuple[Node, ...] = ()
    private: list[tuple[Scalar, Scalar]] = field(factory=list)


def read_trials(text: str, file: str) -> TrialDocument:
    """Read a file of tests. Never raises."""
    nothing = Fields(span=Span(file=file, line=1, column=1))
    if too_large(text):
        problems = Problems(source=Source(file=file, text=""))
        problems.add("E202", nothing.span, "the file has more than 1 MiB", hint="several files of tests are fine")
        return TrialDocument(problems=problems, release=nothing)
    problems = Problems(source=Source(file=file, text=text))
    root = read_nodes(problems.source, problems)
    apart: dict[Span, _Apart] = {}
    record = None if root is None else read_record(_taken_apart(root, apart, problems), keys.FILE, problems)
    if record is None:
        return TrialDocument(problems=problems, release=nothing)
    release = record.record("release")
    drafts = (_draft(test, apart, problems) for test in record.records("tests"))
    document = TrialDocument(
        problems=problems,
        tests_for=record.scalars("tests_for"),
        as_of=read_instant(record.scalar("as_of"), problems),
        release=nothing if release is None else _release(release, problems),
        drafts=tuple(draft for draft in drafts if draft is not None),
    )
    _refuse_repeated(document)
    return document


def _taken_apart(root: Node, apart: dict[Span, _Apart], problems: Problems) -> Node:
    """The tree without what its table of keys does not know, which goes to `apart` by the test's place."""
    if not isinstance(root, Table):
        return root
    entries = []
    for key, node in root.entries:
        if key.value == "tests" and isinstance(node, Sequence):
            node = evolve(node, items=tuple(_test_apart(item, apart, problems) for item in node.items))
        entries.append((key, node))
    return evolve(root, entries=tuple(entries))


def _test_apart(test: Node, apart: dict[Span, _Apart], problems: Problems) -> Node:
    if not isinstance(test, Table):
        return test
    entries: list[tuple[Scalar, Node]] = []
    given: tuple[Node, ...] = ()
    private: list[tuple[Scalar, Scalar]] = []
    for key, node in test.entries:
        if key.value == "given":
            given = _items(node)
            continue
        if key.value == "hub" and isinstance(node, Table):
            own = [entry for entry in node.entries if is_private(entry[0].value)]
            node = evolve(node, entries=tuple(entry for entry in node.entries if not is_private(entry[0].value)))
            for name, value in own:
                content = read_content(value, ANY_TEXT, problems, name.value)
                if isinstance(content, Scalar):
                    private.append((name, content))
        entries.append((key, node))
    apart[test.span] = _Apart(given=given, private=private)
    return evolve(test, entries=tuple(entries))


def _items(node: Node) -> tuple[Node, ...]:
    """The entries of `given`; a single one needs no list, and nothing is an empty list."""
    if isinstance(node, Sequence):
        return node.items
    return () if isinstance(node, Scalar) and not node.value and not node.style else (node,)


def _draft(test: Record, apart: Mapping[Span, _Apart], problems: Problems) -> Draft | None:
    nothing, parts = Fields(span=test.span), apart[test.span]
    release, hub = test.record("release"), test.record("hub")
    fields = nothing if hub is None else read_fields(hub, HUB_FIELDS, "", problems)
    events = (read_given(node, number, problems) for number, node in enumerate(parts.given, start=1))
    as_of, told = read_instant(test.scalar("as_of"), problems), tuple(event for event in events if event is not None)
    changed = nothing if release is None else _release(release, problems)
    expected = tuple(_expected(item, problems) for item in test.records("expect"))
    name = test.scalar("name")
    if name is None:
        return None
    hub_given = with_private(fields, parts.private)
    return Draft(name=name, as_of=as_of, release=changed, hub=hub_given, events=told, expected=expected)


def _release(record: Record, problems: Problems) -> Fields:
    fields = read_fields(record, RELEASE_FIELDS, RELEASE_PREFIX, problems)
    models = tuple(scalar.value.upper() for scalar in record.scalars("device_models"))
    return evolve(fields, values={**fields.values, "device_models": models}) if models else fields


def _expected(record: Record, problems: Problems) -> ExpectedDraft:
    values: dict[str, object] = {name: record.word(name) for name in ("by", "pilot", "reason") if record.word(name)}
    values |= {name: record.whole(name) for name in ("priority", "batch") if record.scalar(name)}
    if (outcome := record.word("outcome")) is not None:
        values["outcome"] = Outcome(outcome)
    if "window" in record.values:
        values["window"] = frozenset(scalar.value for scalar in record.scalars("window"))
    if "fired" in record.values:
        values["fired"] = frozenset(scalar.value for scalar in record.scalars("fired"))
    for name in _MOMENTS:
        if (moment := read_moment(record.scalar(name), problems)) is not None:
            values[name] = moment
    if not set(record.keys) - {"as_of"} and not record.misspelt:
        problems.add("E508", record.span, "nothing is expected here", hint="such as `outcome: instruct`")
    fields = Fields(span=record.span, values=values, places={name: _place(record, name) for name in record.keys})
    return ExpectedDraft(as_of=read_instant(record.scalar("as_of"), problems), fields=fields)


def _place(record: Record, name: str) -> Span:
    """Of one text the text itself, since it is what a suggestion is for; else of its key."""
    scalar = record.scalar(name)
    return record.key_span(name) if scalar is None else scalar.span


def _refuse_repeated(document: TrialDocument) -> None:
    first: dict[str, int] = {}
    for draft in document.drafts:
        name = draft.name
        if name.value in first:
            hint = f"first on line {first[name.value]}"
            document.problems.add("E507", name.span, f"the test `{shown(name.value)}` is there twice", hint=hint)
        first.setdefault(name.value, name.line)
