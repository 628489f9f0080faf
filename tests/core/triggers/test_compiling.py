"""Rule sets made ready to run: their version, and which triggers wait for which events."""

from chfw_core.testing.trigger_streams import compiled
from chfw_core.triggers.automaton import is_stateless
from chfw_core.triggers.compiling import rules_version
from tests.core.triggers.support import file_of
from tests.core.triggers.test_meaning import BURST, SELDOM, STEPS

FILES = [("a.rules.yaml", "rules: v1\n"), ("b.rules.yaml", "rules: v1\nowner: X\n")]


def test_the_version_is_the_content_of_the_files_and_not_where_they_lie() -> None:
    version = rules_version(FILES)
    assert version == rules_version(FILES[::-1])
    assert version == rules_version([(f"/some/where/{name}", text) for name, text in FILES])
    assert len(version) == 32


def test_any_change_is_another_version() -> None:
    version = rules_version(FILES)
    assert version != rules_version([FILES[0]])
    assert version != rules_version([FILES[0], ("b.rules.yaml", FILES[1][1] + " ")])
    assert version != rules_version([FILES[0], ("c.rules.yaml", FILES[1][1])])
    # What stands in one file cannot move to another unseen.
    assert rules_version([("a", "xy"), ("b", "z")]) != rules_version([("a", "x"), ("b", "yz")])


def test_triggers_are_found_by_the_types_of_all_their_steps() -> None:
    triggers = compiled(file_of(STEPS.replace("id: t", "id: steps"), BURST, SELDOM.replace("id: t", "id: seldom")))
    assert [one.id for one in triggers.triggers] == ["steps", "t", "seldom"]
    for kind in ("meter_firmware_activated", "meter_read_received"):
        assert [one.id for one in triggers.wanting(kind)] == ["steps"]
    assert triggers.wanting("prepayment_topup") == ()


def test_a_step_keeps_what_is_read_of_its_event_later() -> None:
    steps = (
        "id: t\n    because: An example\n    steps:\n      - on: meter_firmware_started\n"
        "      - on: meter_firmware_activated\n        within: 2 days\n"
        "        otherwise: {notify: a, text: '{event.ref} {csp_region} {my.note}'}\n"
        "      - on: configuration_set_changed\n        within: 2 days\n"
        "        otherwise: {hold: {date: event.at + 1 day}}\n"
        "    do: {notify: a, text: '{event.previous_configuration_set} {event.guid}'}"
    )
    (trigger,) = compiled(file_of(steps)).triggers
    keeps = [step.keeps for step in trigger.steps]
    assert keeps == [
        ("ref", "csp_region"),
        (),
        ("previous_configuration_set",),
    ]


def test_only_a_single_event_without_at_most_needs_no_memory() -> None:
    plain = "id: t\n    because: An example\n    on: tick\n    do: {notify: a}"
    found = [compiled(file_of(rule)).triggers[0] for rule in (plain, SELDOM, BURST, STEPS)]
    assert [is_stateless(trigger) for trigger in found] == [True, False, False, False]
    assert [trigger.is_per_hub for trigger in found] == [True, True, False, True]
