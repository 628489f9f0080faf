"""Every key, word, event and field that an editor proposes is described (NF3)."""

from collections.abc import Iterator
from typing import Any

from chfw_core.rules.keys.schema import rule_file_schema
from chfw_core.rules.vocabulary.event_fields import EVENT_FIELDS
from chfw_core.rules.vocabulary.words import WORDS, fields_of_conditions, suggestions


def _parts(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        for item in value.values():
            yield from _parts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _parts(item)


SCHEMA = list(_parts(rule_file_schema()))


def test_every_word_is_described_and_every_description_is_used() -> None:
    words = {word for part in SCHEMA for word in part.get("enum", ())}
    assert words >= set(WORDS)
    for part in SCHEMA:
        if "enum" in part:
            assert len(part["enum"]) == len(part["enumDescriptions"])
            assert all(part["enumDescriptions"])


def test_every_key_of_every_mapping_is_described() -> None:
    described = [key for part in SCHEMA if "properties" in part for key in part["properties"].values()]
    assert len(described) > 60
    assert all(key.get("description") for key in described)


def test_every_event_is_proposed_where_one_may_stand() -> None:
    for place in (("event", "on"), ("step", "on"), ("until", "event")):
        assert set(suggestions(*place)) == set(EVENT_FIELDS)
    assert suggestions("event", "if") == {}


def test_conditions_tell_the_fields_of_their_place() -> None:
    assert "`pilot.failed`" in fields_of_conditions("pilot_then", "when")
    assert "`guid`" not in fields_of_conditions("pilot_then", "when")
    assert "`event.at` (instant)" in fields_of_conditions("step", "if")
    assert "`event.at`" not in fields_of_conditions("decide", "when")
    assert "`smi_status` (enum: Pending, " in fields_of_conditions("decide", "when")
