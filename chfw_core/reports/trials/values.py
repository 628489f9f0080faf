"""Single values of a file of tests: moments, GUIDs, sets and words, each with a problem where it is none."""

from datetime import date, datetime

from chfw_core.errors import InputError
from chfw_core.model.estate import parse_set
from chfw_core.model.guid import parse_guid
from chfw_core.model.periods import parse_instant
from chfw_core.reports.trials.model import Fields
from chfw_core.rules.keys.structure import Record
from chfw_core.rules.meaning.values import as_opening
from chfw_core.rules.problems.problem import Problems, shown
from chfw_core.rules.text.nodes import Scalar
from chfw_core.rules.vocabulary.fields import MY_PREFIX, FieldSpec, FieldType


def read_moment(scalar: Scalar | None, problems: Problems) -> date | datetime | None:
    """A date as a date, a time as an instant; None with a problem, or where nothing stands."""
    if scalar is None:
        return None
    text = scalar.value.strip()
    try:
        instant = parse_instant(text)
    except InputError as problem:
        problems.add("E109", scalar.span, str(problem), hint=problem.hint)
        return None
    return date.fromisoformat(text) if len(text) == len("2026-03-01") else instant


def read_instant(scalar: Scalar | None, problems: Problems) -> datetime | None:
    """The same as an instant: a bare date means 00:00 Europe/London."""
    moment = read_moment(scalar, problems)
    return None if moment is None else as_opening(moment)


def read_fields(record: Record, specs: tuple[FieldSpec, ...], prefix: str, problems: Problems) -> Fields:
    """The values of the fields that are written, each in the type of the rule language."""
    values: dict[str, object] = {}
    for spec in specs:
        name = spec.name.removeprefix(prefix)
        if name in record.values:
            value = _value(record, name, spec, problems)
            if value is not None:
                values[name] = value
    return Fields(span=record.span, values=values, places={name: key.span for name, key in record.keys.items()})


def with_private(fields: Fields, private: list[tuple[Scalar, Scalar]]) -> Fields:
    """With the `my.*` values: text, which the rule language reads as what it is compared with."""
    return Fields(
        span=fields.span,
        values={**fields.values, **{key.value: value.value for key, value in private}},
        places={**fields.places, **{key.value: key.span for key, _ in private}},
    )


def is_private(name: str) -> bool:
    """Whether a key names a private attribute."""
    return name.startswith(MY_PREFIX)


def _value(record: Record, name: str, spec: FieldSpec, problems: Problems) -> object:
    if spec.type is FieldType.FLAGS:
        # One text is read as a table's cell is: `psr|medical`.
        texts = [scalar.value for scalar in record.scalars(name)]
        return frozenset(texts) if record.scalar(name) is None else parse_set(texts[0])
    scalar = record.scalar(name)
    assert scalar is not None, "the table of keys has a scalar for every other type"
    match spec.type:
        case FieldType.DATE | FieldType.INSTANT:
            return read_moment(scalar, problems)
        case FieldType.GUID:
            return _guid(scalar, problems)
        case FieldType.HEX:
            return scalar.value.upper()
        case FieldType.BOOLEAN:
            return scalar.value == "true"
        case _:
            return scalar.value


def _guid(scalar: Scalar, problems: Problems) -> int | None:
    try:
        return parse_guid(scalar.value)
    except InputError as problem:
        problems.add("E108", scalar.span, f"`{shown(scalar.value)}` is no GUID", hint=problem.hint)
        return None
