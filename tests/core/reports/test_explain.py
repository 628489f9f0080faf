"""NF1: the story of a hub; BR3.3, I8, NF7: what of it a Supplier may read."""

import json
from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from functools import cache

import pytest
from attrs import evolve

from chfw_core.consent.disclosure import disclose
from chfw_core.consent.model import ActivationBasis, Instruction
from chfw_core.engines.flow import solve_flow
from chfw_core.engines.matching import Matcher
from chfw_core.engines.reference import ReferencePlan, plan_reference
from chfw_core.model.hubs import CommsHub
from chfw_core.model.parties import Party, ResponsibleSuppliers
from chfw_core.planning.model import HubStatus, ScheduledHub
from chfw_core.reports.explain import explain_hub
from chfw_core.reports.explain_days import DayLoad
from chfw_core.rules.model import Always, UntilDate, UntilFlagCleared, UntilManual
from chfw_core.testing.features import CS1
from chfw_core.testing.others import renamed
from chfw_core.testing.worlds import (
    MOMENTS,
    A,
    B,
    Draft,
    World,
    base,
    exclude,
    features,
    hold,
    named_worlds,
    on,
)

NAMES = tuple(f"{name}, {moment}" for name in features() for moment in MOMENTS)
OTHER = Party("ZZZ")


@cache
def worlds() -> dict[str, World]:
    return dict(named_worlds())


@cache
def plan_of(name: str) -> ReferencePlan:
    return plan_reference(*worlds()[name], solve_flow)


def told(world: World, row: ScheduledHub | None, hub: CommsHub, party: str | None) -> str:
    inputs, _, instructions = world
    return "\n".join(explain_hub(inputs, hub, instructions, row, party).lines())


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("mine", "theirs"), [(A, B), (B, A)])
def test_nothing_a_supplier_reads_varies_with_who_the_other_is(name: str, mine: Party, theirs: Party) -> None:
    """I8, NF7, BR4.4: rename the other in estate, rules, rows and events: the same bytes."""
    world = worlds()[name]
    swapped = renamed(world, theirs, OTHER)
    there = plan_reference(*swapped, solve_flow)
    for at, hub in enumerate(world[1]):
        rows = (plan_of(name).rows[at], there.rows[at])
        text = told(world, rows[0], hub, mine)
        assert text == told(swapped, rows[1], swapped[1][at], mine)
        assert theirs not in text
        assert OTHER not in text
        if hub.suppliers.split and mine in hub.suppliers.parties and rows[0].basis:
            assert "there is a second Supplier, which " in text


@pytest.mark.parametrize("name", NAMES)
def test_the_row_of_these_inputs_is_never_taken_for_another_plans(name: str) -> None:
    """NF1: whatever the plan gives a hub, its story tells the same; for the DCC and for its Suppliers."""
    inputs, hubs, instructions = worlds()[name]
    for hub, row in zip(hubs, plan_of(name).rows, strict=True):
        for reader in (None, *hub.suppliers.parties):
            assert explain_hub(inputs, hub, instructions, row, reader).other == ()


def test_the_row_of_another_plan_is_told_of() -> None:
    """NF1: a story must not explain a date that these inputs do not give."""
    draft = base()
    inputs, hubs, instructions = draft.world()
    rows = plan_reference(*draft.world(), solve_flow).rows
    at = next(at for at, row in enumerate(rows) if row.basis is ActivationBasis.BOTH_SUPPLIERS)
    hub, row = hubs[at], rows[at]

    def other(row: ScheduledHub, reader: str | None = None) -> tuple[str, ...]:
        return explain_hub(inputs, hub, instructions, row, reader).other

    paused = base()
    paused.tell("release_paused", day=1)
    held = plan_reference(*paused.world(), solve_flow).rows[at]
    assert other(held) == ("its status is held, and these inputs give planned or infeasible",)
    assert explain_hub(paused.inputs, hub, instructions, row, None).other == (
        "its status is planned, and these inputs give held",
    )
    assert other(evolve(held, status=HubStatus.INELIGIBLE)) == (
        "its status is ineligible, and these inputs give planned or infeasible",
    )
    sole = other(evolve(row, basis=ActivationBasis.SOLE_SUPPLIER))
    assert sole == ("its basis is SOLE_SUPPLIER, and these inputs give BOTH_SUPPLIERS",)
    moved = other(evolve(row, day=date(2026, 2, 20)))
    assert moved == ("its day 2026-02-20 is not possible with these inputs",)
    # NF7: each Supplier is told of its own rule alone.
    mine, theirs = hub.import_supplier, hub.gas_supplier
    renamed_rule = evolve(row, import_rule="other")
    assert other(renamed_rule, theirs) == ()
    assert (
        other(renamed_rule, mine)
        == other(renamed_rule)
        == ("its `import_rule` is `other`, and these inputs give `all-of-ours`",)
    )
    assert "its reason is `because`" in other(evolve(row, reason="because"))[0]
    assert other(evolve(row, reason="because"), mine) == ()
    stopped = explain_hub(paused.inputs, hub, instructions, evolve(held, reason="because"), None)
    assert "its reason is `because`" in stopped.other[0]


def test_a_row_in_a_pilot_that_cannot_choose_the_hub() -> None:
    """I10: an excluded hub is in no pilot, whatever a schedule says."""
    draft = base()
    features()["pilots"](draft)
    inputs, hubs, instructions = draft.world()
    pilots = {rule.id for rules in inputs.rulesets for rule in rules.pilots}
    rows = plan_reference(*draft.world(), solve_flow).rows
    at = next(at for at, row in enumerate(rows) if {row.import_rule, row.gas_rule} & pilots)
    owner = next(
        rules.owner
        for rules in inputs.rulesets
        if {rule.id for rule in rules.pilots} & {rows[at].import_rule, rows[at].gas_rule}
    )
    draft.add(owner, excludes=(exclude("x", Always()),))
    found = explain_hub(draft.inputs, hubs[at], instructions, rows[at], None).other
    assert any("which with these inputs cannot choose it" in words for words in found)


def test_why_not_earlier() -> None:
    """NF1: of a planned hub the possible days before its own are told; which of them it gets is not its own matter."""
    draft = base()
    inputs, hubs, instructions = draft.world()
    rows = plan_reference(*draft.world(), solve_flow).rows
    at = next(at for at, row in enumerate(rows) if row.day is not None)
    first = explain_hub(inputs, hubs[at], instructions, rows[at], None)
    assert "  the first of its possible days" in first.lines()
    day = rows[at].day
    assert day is not None
    later = evolve(rows[at], day=day + timedelta(days=3))
    text = "\n".join(explain_hub(inputs, hubs[at], instructions, later, None).lines())
    assert f"3 earlier days were possible: {day} to " in text
    assert "the capacity of its region" in text


def test_which_earlier_days_were_full() -> None:
    """NF1, G5: where it was counted, and to the DCC alone (PR3)."""
    draft = base()
    inputs, hubs, instructions = draft.world()
    rows = plan_reference(*draft.world(), solve_flow).rows
    at = next(at for at, row in enumerate(rows) if row.day is not None and hubs[at].suppliers.parties)
    day = rows[at].day
    assert day is not None
    later = evolve(rows[at], day=day + timedelta(days=3))

    def count(region: str, days: Sequence[date]) -> dict[date, DayLoad]:
        assert (region, list(days)) == (hubs[at].csp_region, [day, day + timedelta(days=1), day + timedelta(days=2)])
        hubs_on = dict(zip(days, (40, 39, 41), strict=True))
        return {one: DayLoad(hubs=hubs_on[one], capacity=40) for one in days}

    found = explain_hub(inputs, hubs[at], instructions, later, None, count)
    text = "\n".join(found.lines())
    assert f"full in its region: {day}, {day + timedelta(days=2)}, 81 hubs" in text
    assert f"not full: {day + timedelta(days=1)}, 39 of 40 places" in text
    party = hubs[at].suppliers.parties[0]
    assert "places" not in "\n".join(explain_hub(inputs, hubs[at], instructions, later, party, count).lines())


@pytest.mark.parametrize("name", [name for name in NAMES if name.endswith("early")])
def test_a_party_that_is_not_responsible_learns_that_alone(name: str) -> None:
    world, texts = worlds()[name], set()
    for at, hub in enumerate(world[1]):
        for party in (A, B, OTHER):
            if party not in hub.suppliers.parties:
                text = told(world, plan_of(name).rows[at], hub, party)
                texts.add(text.split("\n", 1)[1])
    assert texts == {f"\nresponsible\n  {p} is not responsible for this hub" for p in (A, B, OTHER)}


@pytest.mark.parametrize("name", NAMES)
def test_the_dcc_reads_the_whole_story_of_every_row(name: str) -> None:
    """NF1: the row's reason, the rule that determined it, the missing act and its date."""
    world, found = worlds()[name], plan_of(name)
    for hub, row in zip(world[1], found.rows, strict=True):
        text = told(world, row, hub, None)
        assert row.reason in text
        for rule in (row.import_rule, row.gas_rule):
            assert rule is None or f"`{rule}`" in text
        for party in hub.suppliers.parties:
            assert f"\n{party} (" in text
        if row.status is HubStatus.HELD and row.reason.startswith(
            ("the release was stopped", "the release was revoked")
        ):
            assert "missing acts" not in text  # I4
            assert f"what would change it\n  nothing: {row.reason}, and that is final" in text
        elif row.status is HubStatus.HELD:
            missing = text.split("missing acts\n")[1].split("\n\n")[0]
            assert "the DCC: to resume the release; nothing happens before" in missing or "ends the hold" in missing
            assert "what would change it\n  the end of the " in text
        if row.basis is ActivationBasis.DCC_DEFAULT and hub.suppliers.parties:
            assert "missing acts" in text
            missing = text.split("missing acts")[1]
            assert "2026-" in missing or "keeps the hub from an earlier date" in missing
        assert explain_hub(world[0], hub, world[2], row, "DCC").as_dict()["as"] is None


def test_the_story_in_full() -> None:
    """A golden text: a split hub whose Import Supplier waits for a test."""
    world, found = worlds()["hold until an event, early"], plan_of("hold until an event, early")
    assert told(world, found.rows[26], world[1][26], A).splitlines() == GOLDEN.strip().splitlines()


GOLDEN = """
hub 88-73-84-90-00-03-24-46

outcome
  status planned
  basis DCC_DEFAULT
  on 2026-07-05, 2026-07-05T08:00:00Z to 2026-07-05T23:00:00Z
  the first of its possible days

eligibility
  device model 433100AC, version 0D030000, Commissioned
  eligible for R-2026-1 (0D050002)
  upgrade path: 0D030000 > 0D050002
  no CPL was given: whether it is Current there was not checked

DCC
  phase notified
  automatic time 2026-07-05T08:00:00Z
  cut-off 2026-06-05T08:00:00Z
  the DCC's own period 2026-07-05T08:00:00Z to 2026-08-02T08:00:00Z

ALFA (import)
  hold `our-testing` does not apply
    `configuration_set == CS-0112` does not hold: configuration_set is CS-0151
  hold `theirs` applies: because of theirs
    `configuration_set == CS-0151` holds: configuration_set is CS-0151
    it is on until test_passed for its configuration_set, at the latest 2026-05-31T08:00:00Z
  decide `all-of-ours` applies: because of all-of-ours
  decision: ALFA holds it by `theirs` until test_passed for its configuration_set, at the latest \
2026-05-31T08:00:00Z: because of theirs

resolution
  ALFA is its import Supplier
  there is a second Supplier, which agrees by its rules in this plan; no instruction of it stands on record
  basis DCC_DEFAULT, period 2026-07-05T08:00:00Z to 2026-08-02T08:00:00Z
  29 possible days: 2026-07-05 to 2026-08-02

missing acts
  ALFA: the event `test_passed` for configuration_set CS-0151 by 2026-05-31T08:00:00Z, which ends the hold `theirs`

what would change it
  ALFA: the hold `theirs` ends earlier
  ALFA: instruct by `all-of-ours` if the event `test_passed` for configuration_set CS-0151 comes; or if \
`configuration_set` is CS-0112 or one that no rule names; or if nothing happens until 2026-05-31T08:00:00Z
  ALFA: leave to the DCC by `all-of-ours` if nothing happens until 2026-06-05T08:00:01Z
"""


@pytest.mark.parametrize("name", [name for name in NAMES if name.endswith("early")])
def test_the_object_says_what_the_text_says(name: str) -> None:
    """NF1 for programs: values, not lines; NF7: a Supplier's object names nobody else either."""
    world, found = worlds()[name], plan_of(name)
    for hub, row in list(zip(world[1], found.rows, strict=True))[::2]:
        for reader in (None, A):
            told_ = explain_hub(world[0], hub, world[2], row, reader)
            made, text = told_.as_dict(), "\n".join(told_.lines())
            plain = json.dumps(made)
            assert json.loads(plain) == made
            if reader == A:
                assert B not in plain
            if not made["responsible"]:
                assert set(made) == {"guid", "as", "responsible", "why", "sections"}
                continue
            assert set(made) == KEYS
            for act in made["missing_acts"]:  # type: ignore[attr-defined]
                assert set(act) == {"actor", "act", "by", "hold", "late"}
                assert act["actor"] in text
            for side in made["suppliers"]:  # type: ignore[attr-defined]
                assert reader in (None, side["party"])
                assert side["decision"]["reason"] in text
                for rule in side["rules"]:
                    assert f"`{rule['rule']}` {'applies' if rule['applies'] else 'does not apply'}" in text


KEYS = {
    *("guid", "as", "responsible", "outcome", "eligible", "ineligible_because", "dcc", "suppliers", "resolution"),
    *("missing_acts", "no_missing_act", "changes", "sections", "of_other_inputs"),
}


def test_a_held_hub_misses_the_act_that_ends_its_hold() -> None:
    """BR5.4: no instruction, which a hold comes before, and of several holds every one."""
    draft = base()
    draft.add(A, holds=(hold("first", CS1, UntilManual()), hold("second", CS1, UntilFlagCleared(flag="defect_triage"))))
    at = 25  # A, B; eligible
    hub = evolve(draft.hubs[at], configuration_set="CS-0112", flags=frozenset({"defect_triage"}))
    draft.hubs = (*draft.hubs[:at], hub, *draft.hubs[at + 1 :])
    missing = story(draft, at, A).split("missing acts\n")[1].split("\n\n")[0]
    assert missing == MISSING.rstrip("\n")


MISSING = """\
  ALFA: `release_resumed` (the DCC's counts too) or `flag_cleared` with flag first by \
2026-06-05T08:00:00Z, which ends the hold `first`
  the customer system that flags `defect_triage`: `flag_cleared` with flag defect_triage by 2026-06-05T08:00:00Z, \
which ends the hold `second`
"""


def story(draft: Draft, at: int, party: str | None = None) -> str:
    world = draft.world()
    row = plan_reference(*world, solve_flow).rows[at]
    return told(world, row, world[1][at], party)


def test_a_story_without_a_row_of_the_plan() -> None:
    world = worlds()["pilots, early"]
    text = told(world, None, world[1][13], None)
    assert "outcome" not in text
    assert "pilot `first`" in text


def test_the_pilot_it_was_chosen_for() -> None:
    world, found = worlds()["pilots, early"], plan_of("pilots, early")
    in_it = next(at for at, row in enumerate(found.rows) if "second" in (row.import_rule, row.gas_rule))
    text = told(world, found.rows[in_it], world[1][in_it], None)
    assert "  pilot `second` applies: because of second\n" in text
    assert "  the hub was chosen for this pilot" in text
    gas = next(at for at, row in enumerate(found.rows) if row.gas_rule == "theirs")
    assert "was chosen" in told(world, found.rows[gas], world[1][gas], None)


def test_a_hold_on_a_date_and_a_moved_date() -> None:
    draft = base()
    features()["the DCC moves the date"](draft)
    draft.add(A, holds=(hold("later", CS1, UntilDate(date=on("cutoff"))),))
    text = story(draft, 13)
    assert "it is on until 2026-" in text
    assert "decide `rest` is the first that matches" in text
    north = next(at for at, hub in enumerate(draft.hubs) if hub.csp_region == "North")
    assert "moved from 2026-07-05T08:00:00Z" in story(draft, north)


def test_a_suppliers_view_of_what_does_not_fit() -> None:
    """PR3, NF7: that capacity does not suffice; its figures, which other Suppliers' hubs make, are the DCC's alone."""
    world, found = worlds()["capacity, early"], plan_of("capacity, early")
    seen = 0
    for hub, row in zip(world[1], found.rows, strict=True):
        if row.status is HubStatus.INFEASIBLE and hub.suppliers.split:
            text = told(world, row, hub, A)
            assert f"\n  capacity: that of {hub.csp_region} does not suffice on its possible days\n" in text
            assert "too many" not in text
            assert "too many" in told(world, row, hub, None)
            proof, rest = row.reason.split("; ", 1)
            busier = evolve(row, reason=f"{proof.replace(': ', ': 1', 1)}1; {rest}")
            assert explain_hub(world[0], hub, world[2], busier, A) == explain_hub(world[0], hub, world[2], row, A)
            seen += 1
    assert seen >= 3
    stale = evolve(
        next(row for row in found.rows if row.status is HubStatus.INFEASIBLE),
        reason=f"of another plan, and {B}",
    )
    hub = next(hub for hub in world[1] if hub.guid == stale.guid)
    mine = next(iter(hub.suppliers.parties))
    assert "another plan" not in told(world, stale, hub, mine)


def test_a_hub_without_a_known_path_or_a_day() -> None:
    draft = base()
    features()["a CPL"](draft)
    path: dict[tuple[str, str], tuple[str, ...]] = {("433100AC", "0D050002"): ("0D010000",)}
    assert draft.inputs.cpl is not None
    draft.inputs = evolve(draft.inputs, cpl=evolve(draft.inputs.cpl, upgrade_paths=path))
    assert "no upgrade path is known" in story(draft, 6)
    blocked = base()
    features()["a CSP blocks"](blocked)
    rows = plan_reference(*blocked.world(), solve_flow).rows
    at = next(at for at, row in enumerate(rows) if row.status is HubStatus.INFEASIBLE)
    assert "no day is possible" in story(blocked, at)


@pytest.mark.parametrize("agreed", [(), (A,), (B,), (A, B)])
def test_disclosure(agreed: Sequence[str]) -> None:
    """BR3.3: that there is a second Supplier, and whether it has instructed."""
    split = ResponsibleSuppliers(import_supplier=A, gas_supplier=B)
    found = disclose(split, A, agreed)
    assert found is not None
    assert found.second_instructed is (B in agreed)
    assert found == disclose(
        ResponsibleSuppliers(import_supplier=A, gas_supplier=OTHER),
        A,
        [OTHER if party == B else party for party in agreed],
    )
    assert disclose(split, OTHER, agreed) is None
    both = disclose(ResponsibleSuppliers(import_supplier=A, gas_supplier=A), A, agreed)
    assert both is not None
    assert both.lines() == (
        f"{A} is its import and gas Supplier",
        "there is no second Supplier",
    )
    said = "has instructed" if B in agreed else "has not instructed"
    assert found.lines()[1] == f"there is a second Supplier, which {said}"


@pytest.mark.parametrize(
    ("agreed", "on_record", "said"),
    [
        ((B,), (B,), "has instructed"),
        ((B,), (), "agrees by its rules in this plan; no instruction of it stands on record"),
        ((), (B,), "has not instructed for this plan, though an instruction of it stands on record"),
        ((), (A,), "has not instructed"),
    ],
)
def test_what_a_rule_says_in_a_plan_is_no_instruction_on_record(
    agreed: Sequence[str], on_record: Sequence[str], said: str
) -> None:
    """BR3.3: else the story contradicts `other_supplier_instructed`, which only knows of instructions on record."""
    found = disclose(ResponsibleSuppliers(import_supplier=A, gas_supplier=B), A, agreed, on_record)
    assert found is not None
    assert found.lines()[1] == f"there is a second Supplier, which {said}"


@pytest.mark.parametrize("name", ["plain, early", "the other Supplier, early", "explicit instructions, early"])
def test_what_is_said_of_the_second_supplier_agrees_with_what_rules_may_know(name: str) -> None:
    """BR3.3, NF1."""
    world, found, seen = worlds()[name], plan_of(name), Counter[bool]()
    for hub, row in zip(world[1], found.rows, strict=True):
        if not hub.suppliers.split or row.status is not HubStatus.PLANNED:
            continue
        matched = Matcher(world[0]).match(hub, [one for one in world[2] if one.guid == hub.guid])
        for party in matched.parties:
            name_ = party.matched.party
            resolution = explain_hub(world[0], hub, world[2], row, name_).facts["resolution"]
            assert isinstance(resolution, dict)
            on_record = party.read("other_supplier_instructed")
            assert resolution["second_supplier_on_record"] is on_record
            seen[bool(on_record)] += 1
    assert seen[False]
    assert seen[True] or name.startswith("plain")


def test_only_the_hubs_own_rows_are_told() -> None:
    """The caller may pass every row it has."""
    world = worlds()["explicit instructions, early"]
    inputs, hubs, instructions = world
    for hub in hubs[:14]:
        own: tuple[Instruction, ...] = tuple(r for r in instructions if r.guid == hub.guid)
        assert explain_hub(inputs, hub, own, None, None) == explain_hub(inputs, hub, instructions, None, None)
