"""Every key of a file of tests, in one table, made from the registries of fields where it can be."""

from typing import assert_never

from chfw_core.planning.own_decision import Outcome
from chfw_core.rules.keys.shapes import Either, Key, Kind, ListOf, Shape, Text, Whole, Word, Written
from chfw_core.rules.keys.table import ANY_TEXT
from chfw_core.rules.vocabulary.fields import (
    EVENT_PREFIX,
    HUB_FIELDS,
    RELEASE_FIELDS,
    RELEASE_PREFIX,
    FieldSpec,
    FieldType,
)

MOMENT = Written(what="a date or a time", examples=("2026-03-02", "2026-03-02T09:00:00Z"))
TEXTS = Either(scalar=ANY_TEXT, items=ListOf(item=ANY_TEXT))
# A trial does not evaluate eligibility; in all else it has the words of preview, diff and explain.
OUTCOMES = tuple(outcome.value for outcome in Outcome if outcome is not Outcome.INELIGIBLE)
NO_PILOT = "none"


def kind_of(spec: FieldSpec) -> Kind:
    """What may be written for a field. Dates and GUIDs are looked into when they are read."""
    match spec.type:
        case FieldType.ENUM:
            return Word(values=spec.values)
        case FieldType.BOOLEAN:
            return Word(values=("true", "false"))
        case FieldType.HEX:
            return Text(pattern=rf"[0-9A-Fa-f]{{{spec.digits}}}", form=f"{spec.digits} hex digits in quotes")
        case FieldType.FLAGS:
            return TEXTS
        case FieldType.DATE | FieldType.INSTANT:
            return MOMENT
        case (
            FieldType.TEXT
            | FieldType.GUID
            | FieldType.NUMBER
            | FieldType.PERCENTAGE
            | FieldType.DURATION
            | FieldType.UNKNOWN
        ):
            return ANY_TEXT
        case _:
            assert_never(spec.type)


def _keys(specs: tuple[FieldSpec, ...], prefix: str = "") -> tuple[Key, ...]:
    return tuple(
        Key(name=spec.name.removeprefix(prefix), kind=kind_of(spec), description=spec.description) for spec in specs
    )


_MODEL = Text(pattern="[0-9A-Fa-f]{8}", form="8 hex digits in quotes")
_RELEASE_KEYS = tuple(
    # In order, unlike any other set: a hub whose model is left out has the first.
    Key(name=key.name, kind=Either(scalar=_MODEL, items=ListOf(item=_MODEL, least=1)), description=key.description)
    if key.name == "device_models"
    else key
    for key in _keys(RELEASE_FIELDS, RELEASE_PREFIX)
)

AS_OF = Key(name="as_of", kind=MOMENT, description="When the rules are asked. The nearest one counts.")
HUB = Shape(name="hub", keys=_keys(HUB_FIELDS))
RELEASE = Shape(name="release", keys=_RELEASE_KEYS)
GIVEN = (
    Key(name="at", kind=MOMENT, required=True, description="When it happened."),
    Key(name="event", kind=ANY_TEXT, required=True, description="The type of event."),
)


def given_shape(specs: tuple[FieldSpec, ...]) -> Shape:
    """One entry of `given`: its type's own fields beside the two that all have."""
    own = tuple(spec for spec in specs if spec.name not in ("event.at", "event.type"))
    return Shape(name="given", keys=(*GIVEN, *_keys(own, EVENT_PREFIX)))


EXPECT = Shape(
    name="expect",
    keys=(
        AS_OF,
        Key(name="outcome", kind=Word(values=OUTCOMES), description="What the rules decide."),
        Key(name="by", kind=ANY_TEXT, description="The id of the rule that determines it."),
        Key(name="window", kind=TEXTS, description="The windows that apply; `[]` = none."),
        Key(name="priority", kind=Whole(least=0, most=1_000), description="50 where no rule says."),
        Key(name="opens", kind=MOMENT, description="When the period opens."),
        Key(name="closes", kind=MOMENT, description="When it closes; a bare date includes that day."),
        Key(name="until", kind=MOMENT, description="When the hold ends, at the latest."),
        Key(name="automatic_on", kind=MOMENT, description="The hub's automatic time (the DCC's rules)."),
        Key(name="batch", kind=Whole(least=1), description="The size of a batch."),
        Key(name="pilot", kind=ANY_TEXT, description="The id of the pilot that may choose the hub, or `none`."),
        Key(name="reason", kind=ANY_TEXT, description="Words that the reason contains."),
        Key(name="fired", kind=TEXTS, description="The rules of `events` that have fired by then; `[]` = none."),
    ),
)
TEST = Shape(
    name="test",
    keys=(
        Key(name="name", kind=ANY_TEXT, required=True, description="What it shows, in words for a person."),
        AS_OF,
        Key(name="release", kind=RELEASE, description="What is different about the release in this test."),
        Key(name="hub", kind=HUB, description="The hub. What is left out is missing."),
        Key(name="given", kind=ListOf(item=Shape(name="given", keys=GIVEN)), description="What has happened."),
        Key(
            name="expect",
            kind=Either(items=ListOf(item=EXPECT, least=1), mapping=EXPECT),
            required=True,
            description="What must come out; a list, to ask at several moments.",
        ),
    ),
)
FILE = Shape(
    name="tests_file",
    keys=(
        Key(
            name="tests_for",
            kind=Either(scalar=ANY_TEXT, items=ListOf(item=ANY_TEXT, least=1)),
            required=True,
            description="The rule files, all of one owner, as seen from this file.",
        ),
        AS_OF,
        Key(name="release", kind=RELEASE, description="The release."),
        Key(name="tests", kind=ListOf(item=TEST, least=1), required=True, description="The tests."),
    ),
)
