"""What an author's editor shows of a rule file: the real yaml-language-server reads the generated schema (NF3)."""

import json
import subprocess
from collections.abc import Iterator

import pytest

from chfw_app.workbench.templates import Template, all_templates
from chfw_core.rules.keys.schema import rule_file_schema
from tests.editor.server import LanguageServer, from_wheel

MODELINE = "# yaml-language-server: $schema=./rules.schema.json\n"
CURSOR = "§"


@pytest.fixture(scope="module")
def editor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LanguageServer]:
    folder = tmp_path_factory.mktemp("editor")
    (folder / "rules.schema.json").write_text(json.dumps(rule_file_schema()), encoding="utf-8")
    with LanguageServer(folder) as server:
        yield server


def _place(text: str) -> tuple[str, int, int]:
    """The text without its cursor, and where that was."""
    before = text[: text.index(CURSOR)]
    return text.replace(CURSOR, ""), before.count("\n") + 1, len(before) - before.rfind("\n") - 1


def _completions(editor: LanguageServer, text: str) -> dict[str, str]:
    text, line, column = _place(text)
    uri = editor.open(MODELINE + text)
    answer = editor.at("completion", uri, line, column)
    items = answer["items"] if isinstance(answer, dict) else answer
    return {item["label"]: _text(item.get("documentation") or "") for item in items}


def _text(said: object) -> str:
    return str(said["value"]) if isinstance(said, dict) else str(said)


def _hover(editor: LanguageServer, text: str) -> str:
    text, line, column = _place(text)
    uri = editor.open(MODELINE + text)
    return _text(editor.at("hover", uri, line, column)["contents"])


def _problems(editor: LanguageServer, text: str) -> list[tuple[int, str]]:
    found = editor.problems(editor.open(MODELINE + text))
    return [(problem["range"]["start"]["line"], problem["message"]) for problem in found]


HEAD = "rules: v1\nowner: NWND\n"


def test_blocks_are_proposed(editor: LanguageServer) -> None:
    proposed = _completions(editor, f"{HEAD}{CURSOR}")
    assert {"exclude", "hold", "decide", "prioritise", "pilot", "events", "windows", "sets"} <= set(proposed)
    assert "rules" not in proposed  # it is there
    assert proposed["decide"].startswith("The first rule that matches decides")


def test_keys_of_a_decision_are_proposed(editor: LanguageServer) -> None:
    proposed = _completions(editor, f"{HEAD}decide:\n  - id: a\n    {CURSOR}")
    assert {"because", "when", "then", "at", "to", "batch"} <= set(proposed)
    assert "until" not in proposed


def test_words_are_proposed_with_their_meaning(editor: LanguageServer) -> None:
    proposed = _completions(editor, f"{HEAD}decide:\n  - id: a\n    when: otherwise\n    then: {CURSOR}")
    assert set(proposed) == {"instruct", "leave_to_dcc", "move_automatic_date"}
    assert "the DCC's date stands" in proposed["leave_to_dcc"]


def test_events_are_proposed(editor: LanguageServer) -> None:
    proposed = _completions(editor, f"{HEAD}events:\n  - id: a\n    on: {CURSOR}")
    assert {"hub_commissioned", "meter_firmware_activated", "test_passed"} <= set(proposed)
    assert "event.previous_configuration_set" in proposed["configuration_set_changed"]


def test_fields_are_proposed(editor: LanguageServer) -> None:
    proposed = _completions(editor, f"{HEAD}pilot:\n  id: a\n  size: 10\n  spread:\n    by:\n      - {CURSOR}")
    assert {"csp_region", "device_model", "configuration_set"} <= set(proposed)
    assert "installed_on" not in proposed


def test_a_key_is_explained(editor: LanguageServer) -> None:
    said = _hover(editor, f"{HEAD}hold:\n  - id: a\n    unt{CURSOR}il: manual\n")
    assert "What ends it" in said


def test_a_condition_is_explained_with_its_fields(editor: LanguageServer) -> None:
    said = _hover(editor, f"{HEAD}exclude:\n  - id: a\n    wh{CURSOR}en: split\n")
    assert "`configuration_set` (text, may be missing)" in said
    assert "`release.severity`" in said
    assert "pilot.size" not in said


def test_an_unknown_key_is_a_problem(editor: LanguageServer) -> None:
    found = _problems(editor, f"{HEAD}decide:\n  - id: a\n    becuase: x\n    when: otherwise\n    then: instruct\n")
    assert [(line, "becuase" in message) for line, message in found] == [(5, True)]


def test_a_word_that_is_none_is_a_problem(editor: LanguageServer) -> None:
    ((line, message),) = _problems(editor, f"{HEAD}decide:\n  - id: a\n    when: otherwise\n    then: instrct\n")
    assert line == 6
    assert "leave_to_dcc" in message


@pytest.mark.parametrize("template", all_templates(), ids=lambda template: str(template.name))
def test_an_editor_finds_nothing_wrong_with_a_template(editor: LanguageServer, template: Template) -> None:
    assert _problems(editor, template.text) == []


def test_the_wheel_of_the_dev_extra_has_node_and_npm() -> None:
    node, npm = from_wheel()
    for command in ([node], npm):
        assert subprocess.run([*command, "--version"], capture_output=True, check=True).stdout
