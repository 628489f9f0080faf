"""A flag that is written otherwise than rules name it opens no exclude: whoever plans hears of it, by both engines."""

from typing import Any

import pytest
from attrs import evolve

from chfw_core.model.events import Event
from chfw_core.model.hubs import PrivateAttributes
from chfw_core.model.parties import DCC, Party
from chfw_core.planning.flag_findings import flag_findings
from chfw_core.rules.check import check_sources
from chfw_core.testing.worlds import NOTIFIED, A, B, Draft, base, decide, exclude, flagged
from tests.core.engines.columnar.agreement import assert_agree

OWN = "`psr`, and its attributes have `PSR`, which is another one to them"


def draft_of(**changes: Any) -> Draft:
    """A's exclude for `psr`, and hubs of which the first bears something else."""
    draft = base()
    draft.inputs = evolve(draft.inputs, rulesets=())
    draft.add(A, excludes=(exclude("vulnerable", flagged("psr", "medical")),), decides=(decide("rest"),))
    draft.hubs = (evolve(draft.hubs[0], **changes), *draft.hubs[1:])
    return draft


def about_flags(draft: Draft) -> list[tuple[str, str | None, str]]:
    plan, _ = assert_agree(draft.world())
    return [(f.code, f.party, f.message) for f in plan.findings if f.code.startswith("flags-")]


@pytest.mark.parametrize("flag", ["PSR", "Psr"])
def test_a_flag_in_another_case_than_rules_name_is_a_finding_of_the_plan(flag: str) -> None:
    """RU5: the hub goes early, and somebody is told why."""
    draft = draft_of(flags=frozenset({flag}))
    said = f"its rules name the flag `psr`, and the estate has `{flag}`, which is another one to them"
    assert about_flags(draft) == [("flags-alike", A, said)]


def test_a_flag_that_holds_several_is_a_finding_of_the_plan() -> None:
    draft = draft_of(flags=frozenset({"psr, medical"}))
    said = "the estate has the flag `psr, medical`: flags are joined by `|` (did you mean `psr|medical`?)"
    assert about_flags(draft) == [("flags-apart", None, said)]


def test_a_flag_that_no_rule_reads_is_none() -> None:
    draft = draft_of(flags=frozenset({"PSR", "a, b"}))
    draft.inputs = evolve(draft.inputs, rulesets=())
    draft.add(A, decides=(decide("rest"),))
    assert about_flags(draft) == []
    draft.hubs = (evolve(draft.hubs[0], flags=frozenset({"psr", "vip"})), *draft.hubs[1:])
    draft.add(A, excludes=(exclude("vulnerable", flagged("psr")),))
    assert about_flags(draft) == []


def test_what_a_supplier_alone_knows_is_held_against_its_own_rules_only() -> None:
    """NF7: what A hears does not vary with what B's attributes hold."""
    known = PrivateAttributes(flags=frozenset({"PSR"}))
    assert about_flags(draft_of(private={A: known})) == [("flags-alike", A, f"its rules name the flag {OWN}")]
    assert about_flags(draft_of(private={B: known})) == []


def test_rules_that_only_triggers_have_read_flags_too() -> None:
    text = (
        f"rules: v1\nowner: {A}\n"
        "events:\n  - id: quiet\n    because: x\n    per: hub\n    on: prepayment_topup\n"
        "    if: 'flags has any [\"psr\"]'\n    do: {hold: {date: event.at + 1 day}}\n"
    )
    checked = check_sources([("a.yaml", text)])
    assert not checked.has_errors
    draft = draft_of(flags=frozenset({"PSR"}))
    draft.inputs = evolve(draft.inputs, rulesets=checked.rulesets)
    assert [code for code, *_ in about_flags(draft)] == ["flags-alike"]


def test_what_events_raise_is_said_to_be_of_events_though_hubs_bear_it_too() -> None:
    draft = draft_of()

    def raised(party: Party) -> Event:
        return Event(seq=1, type="defect_flagged", at=NOTIFIED, party=party, fields={"flag": "PSR"})

    public: tuple[set[str], dict[str, set[str]]] = ({"PSR"}, {})
    own: tuple[set[str], dict[str, set[str]]] = (set(), {A: {"PSR"}})
    for party, given in ((DCC, public), (A, own)):
        inputs = evolve(draft.inputs, events=(raised(party),))
        (found,) = flag_findings(inputs, *given)
        assert (found.party, found.code) == (A, "flags-alike")
        assert "events raise `PSR`" in found.message
    assert flag_findings(evolve(draft.inputs, events=(raised(B),)), (), {B: {"PSR"}}) == ()
