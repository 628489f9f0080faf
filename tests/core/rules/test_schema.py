"""The editor's schema says what the reader does: both come from one table of keys (NF3)."""

import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from chfw_core.rules.check import check_sources
from chfw_core.rules.keys.schema import rule_file_schema
from chfw_core.rules.keys.table import FILE
from chfw_core.rules.problems.codes import CODES
from tests.core.rules.test_code_pages import PAGES, _section, _sources

EXAMPLES = Path(__file__).parents[4] / "shared" / "rules-examples"


def _plain(text: str) -> Any:
    """As an editor reads it: text is text, digits are a number."""
    return _numbers(yaml.load(text, Loader=yaml.CBaseLoader))


def _numbers(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _numbers(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_numbers(item) for item in value]
    return int(value) if re.fullmatch("[0-9]{1,9}", value) else value


VALIDATOR = jsonschema.Draft7Validator(rule_file_schema())


def test_the_schema_is_one() -> None:
    jsonschema.Draft7Validator.check_schema(rule_file_schema())
    assert rule_file_schema()["title"] == "chfw rule file, version 1"


@pytest.mark.parametrize("code", CODES)
def test_the_schema_accepts_what_the_pages_prefer(code: str) -> None:
    for _, text in _sources(_section((PAGES / f"{code}.md").read_text(), "## Prefer")):
        VALIDATOR.validate(_plain(text))


@pytest.mark.parametrize("code", ["E205", "E207", "E208", "E209", "E210", "E215"])
def test_the_schema_refuses_what_the_table_forbids(code: str) -> None:
    ((_, text),) = _sources(_section((PAGES / f"{code}.md").read_text(), "## Avoid"))
    if code == "E207":
        text = "rules: v1\n"
    assert {problem.code for problem in check_sources([("a", text)]).problems} == {code}
    assert not VALIDATOR.is_valid(_plain(text))


@pytest.mark.skipif(not EXAMPLES.is_dir(), reason="the examples of the language page are not beside this repository")
@pytest.mark.parametrize("name", ["northwind", "northwind.pilot", "northwind.events", "dcc.emergency"])
def test_the_schema_accepts_the_examples(name: str) -> None:
    VALIDATOR.validate(_plain((EXAMPLES / f"{name}.rules.yaml").read_text()))


def test_every_key_is_described() -> None:
    properties = rule_file_schema()["properties"]
    assert isinstance(properties, dict)
    assert list(properties) == [key.name for key in FILE.keys]
    assert all(entry["description"] for entry in properties.values())
