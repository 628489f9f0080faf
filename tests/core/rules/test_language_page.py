"""The page of the rule language names every key, field and event, and its examples are clean (NF3)."""

import re
from pathlib import Path

import pytest

from chfw_core.rules.keys.shapes import Either, Kind, ListOf, Named, Shape
from chfw_core.rules.keys.table import FILE
from chfw_core.rules.vocabulary.event_fields import EVENT_FIELDS
from chfw_core.rules.vocabulary.fields import HUB_FIELDS, PILOT_FIELDS, PLAN_FIELDS, RELEASE_FIELDS
from tests.core.rules.support import check

PAGE = (Path(__file__).parents[3] / "docs" / "reference" / "rule-language.md").read_text()


def _keys(kind: Kind | None) -> set[str]:
    match kind:
        case Shape():
            return {key.name for key in kind.keys}.union(*(_keys(key.kind) for key in kind.keys))
        case ListOf() | Named():
            return _keys(kind.item)
        case Either():
            return set().union(*(_keys(option) for option in kind.options))
        case _:
            return set()


FIELDS = {
    *(spec.name for spec in (*HUB_FIELDS, *RELEASE_FIELDS, *PLAN_FIELDS, *PILOT_FIELDS)),
    *(spec.name for specs in EVENT_FIELDS.values() for spec in specs),
}


@pytest.mark.parametrize("name", sorted({*FIELDS, *EVENT_FIELDS}))
def test_every_field_and_event_is_on_the_page(name: str) -> None:
    assert f"`{name}`" in PAGE


@pytest.mark.parametrize("key", sorted(_keys(FILE)))
def test_every_key_is_on_the_page(key: str) -> None:
    assert re.search(rf"\b{key}\b", PAGE)


def test_the_examples_of_the_page_are_clean() -> None:
    examples = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    assert len(examples) == 2
    assert [check(example).problems for example in examples] == [(), ()]
