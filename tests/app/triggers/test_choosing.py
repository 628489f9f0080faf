"""Which engine runs here, and why: `chfw doctor` says it, and without durable_rules the automaton runs everything."""

import importlib.util
import sys

import pytest

from chfw_app.doctor import check_up
from chfw_app.triggers.choosing import Stepper, durable_version, engines, who_runs
from chfw_core.testing.trigger_streams import compiled
from chfw_core.triggers.automaton import step
from chfw_core.triggers.engine import Automaton
from chfw_core.triggers.model import Seen
from chfw_core.triggers.seeing import arrival_at
from tests.core.triggers.support import START, file_of
from tests.core.triggers.test_meaning import BURST


def _without(monkeypatch: pytest.MonkeyPatch) -> None:
    found = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "durable" else found(name)
    )  # fmt: skip


def test_where_it_is_not_installed_the_automaton_runs_all_and_the_doctor_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _without(monkeypatch)
    said = "the automaton, all of them (durable_rules: not installed (pip install 'chfw[durable]' needs a C compiler))"
    assert who_runs() == said
    assert check_up().facts["triggers run on"] == said
    (trigger,) = compiled(file_of(BURST)).triggers
    assert isinstance(engines()(trigger), Automaton)
    assert not Stepper().use_durable


def test_a_python_that_is_too_new_is_named_as_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 13, 0, "final", 0))
    assert durable_version() == (None, "it needs a Python before 3.13")
    assert who_runs() == "the automaton, all of them (durable_rules: it needs a Python before 3.13)"


def test_without_durable_rules_a_stepper_is_the_automaton(monkeypatch: pytest.MonkeyPatch) -> None:
    _without(monkeypatch)
    (trigger,) = compiled(file_of(BURST, owner="DCC")).triggers
    seen = Seen(
        seq=1, id="e", at=START, type="hub_update_failed", private=False, fields={"csp_region": "North"}
    )  # fmt: skip
    arrival = arrival_at(trigger, seen)
    assert arrival is not None
    assert Stepper().step(arrival, None) == step(arrival, None)


@pytest.mark.skipif(durable_version()[0] is None, reason=f"durable_rules: {durable_version()[1]}")
def test_where_it_is_installed_the_doctor_says_what_it_runs() -> None:
    facts = check_up().facts
    assert facts["triggers run on"].startswith(f"durable_rules {facts['durable_rules']} where a scope is shared")
