"""What the inputs say of hubs and Parties that the estate does not have is told of."""

import json
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from chfw_app.demo.prepare import DemoFiles
from chfw_core.model.guid import format_guid
from tests.app.helpers import Chfw, inputs, write_csv

GUID = "00-00-00-00-00-00-00-01"
"""Of no hub of the estate."""
HOLD = """\
rules: v1
owner: NWND
hold:
  - id: await-test
    because: no test yet
    when: configuration_set is not missing
    until: {event: test_passed, per: configuration_set, at_latest: cutoff - 5 days}
decide:
  - {id: rest, because: x, when: otherwise, then: leave_to_dcc}
"""


def event(seq: int, kind: str, **more: object) -> str:
    return json.dumps({"seq": seq, "at": "2026-01-14T08:00:00Z", "type": kind, **more})


class Told:
    """The findings of a plan, and how it ended."""

    def __init__(self, code: int, out: str) -> None:
        self.code = code
        self.whole = json.loads(out)

    def of(self, *codes: str) -> list[tuple[str, int, str]]:
        return [(f["code"], f["count"], f["message"]) for f in self.whole["findings"] if f["code"] in codes]


Plan = Callable[..., Told]


@pytest.fixture
def plan(chfw: Chfw, world: DemoFiles, tmp_path: Path) -> Plan:
    """Plans the small world with these events in the place of its own."""

    def call(*lines: str, **replaced: object) -> Told:
        events = tmp_path / "events.jsonl"
        events.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
        ran = chfw("plan", *inputs(world, events=events, **replaced), "--out", tmp_path / "plan.parquet", "--json")
        assert ran.code in (0, 2), ran.err
        return Told(ran.code, ran.out)

    return call


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"configuration_set": "CS-9999"}, "(event 1: configuration_set `CS-9999`)"),
        ({"configuration_set": "cs-0151"}, "configuration_set `cs-0151`, did you mean `CS-0151`?"),
        ({"guid": GUID}, f"(event 1: `{GUID}`)"),
    ],
)
def test_an_act_on_the_release_that_concerns_no_hub_is_a_finding(plan: Plan, more: dict[str, str], says: str) -> None:
    # NF6: a stop that stops nobody may be one whose hubs are misspelt.
    told = plan(event(1, "release_stopped", **more))
    assert told.code == 2
    ((_, count, message),) = told.of("release-act-unused")
    assert count == 1
    assert message.startswith("1 event `release_stopped` concerning no hub of the estate: no effect")
    assert says in message
    assert told.whole["outcomes"] == plan(event(1, "tick")).whole["outcomes"]


def test_several_acts_on_nobody_are_one_finding(plan: Plan) -> None:
    told = plan(*(event(n, "release_paused", device_model=f"4331000{n}") for n in (1, 2)))
    ((_, count, message),) = told.of("release-act-unused")
    assert count == 2
    assert "(event 1: device_model `43310001`, …)" in message


def test_an_act_that_concerns_somebody_is_none(plan: Plan, world: DemoFiles) -> None:
    guid = format_guid(pq.read_table(world.estate, columns=["guid"]).column("guid")[4_000].as_py())
    told = plan(
        event(1, "release_stopped", configuration_set="CS-0151"),
        event(2, "release_stopped", guid=guid),
        event(3, "release_stopped", csp_region="North", party="DCC"),
        event(4, "phase_opened", phase="pilot"),
        event(5, "release_stopped", configuration_set="CS-9999", release="other"),
        event(6, "release_stopped", configuration_set="CS-9999").replace("2026-01-14", "2026-12-01"),
    )
    assert told.whole["outcomes"]["held"] > 1_000
    assert told.of("release-act-unused", "release-act-refused", "unknown-party") == []


def test_an_act_on_a_release_whose_id_is_nearly_this_ones_is_a_finding(plan: Plan, world: DemoFiles) -> None:
    own = plan(event(1, "tick")).whole["release"]
    told = plan(event(1, "release_stopped", release=own.lower()), event(2, "release_paused", release=own[:-1]))
    assert told.code == 2
    assert told.of("release-act-elsewhere") == [
        ("release-act-elsewhere", 1, f"1 event `{kind}` of the release `{other}`: no effect (did you mean `{own}`?)")
        for kind, other in (("release_paused", own[:-1]), ("release_stopped", own.lower()))
    ]


@pytest.mark.parametrize("other", ["another", "own", "7777"])
def test_an_act_on_another_release_is_a_note_alone(plan: Plan, other: str) -> None:
    own = plan(event(1, "tick")).whole["release"]
    next_one = own[:-1] + ("8" if own[-1] != "8" else "9")
    told = plan(event(1, "release_stopped", release=next_one if other == "own" else other))
    assert told.of("release-act-elsewhere") == []
    assert len(told.whole["notes"]) == 1


@pytest.mark.parametrize("party", ["NWND", "CSP:North"])
def test_an_act_on_the_release_of_another_than_the_dcc_is_a_finding(plan: Plan, party: str) -> None:
    # BR6.2: only the DCC stops a release.
    told = plan(event(1, "release_stopped", party=party))
    message = f"1 event `release_stopped` said by `{party}`: no effect, since only the DCC acts on a release"
    assert told.of("release-act-refused", "unknown-party") == [("release-act-refused", 1, message)]
    assert told.code == 2


@pytest.mark.parametrize(
    ("party", "hint"), [("nwnd", " (did you mean `NWND`?)"), ("CSP:Nort", " (did you mean `CSP:North`?)"), ("QQQQ", "")]
)
def test_an_event_of_a_party_that_the_estate_does_not_name_is_a_finding(plan: Plan, party: str, hint: str) -> None:
    told = plan(event(1, "test_passed", party=party, configuration_set="CS-0151"))
    message = f"1 event said by `{party}`, which the estate does not name{hint}"
    assert told.of("unknown-party") == [("unknown-party", 1, message)]


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({}, "without `configuration_set`, by which the holds that wait for it go: no effect"),
        (
            {"configuration_set": "cs-0151"},
            "for the configuration_set `cs-0151`, which no hub has (did you mean `CS-0151`?)",
        ),
        ({"configuration_set": "CS-0151"}, None),
        ({"guid": GUID}, None),
    ],
)
def test_a_test_passed_that_releases_nothing_is_a_finding(
    plan: Plan, tmp_path: Path, more: dict[str, str], says: str | None
) -> None:
    rules = tmp_path / "NWND.rules.yaml"
    rules.write_text(HOLD, encoding="utf-8")
    told = plan(event(1, "test_passed", party="NWND", **more), rules=rules)
    found = [("event-without-effect", 1, f"1 event `test_passed` {says}")] if says else []
    assert told.of("event-without-effect") == found


def test_parties_that_differ_only_in_case_are_a_finding(plan: Plan, world: DemoFiles, tmp_path: Path) -> None:
    # BR3.3: two Parties split a hub.
    table = pq.read_table(world.estate)
    gas = [p.lower() if p == "NWND" and at % 2 else p for at, p in enumerate(table.column("gas_supplier").to_pylist())]
    other = tmp_path / "estate.parquet"
    pq.write_table(table.set_column(table.schema.get_field_index("gas_supplier"), "gas_supplier", pa.array(gas)), other)
    told = plan(event(1, "tick"), estate=other)
    message = "the estate names `NWND` and `nwnd` as Suppliers of their own: they differ only in case"
    assert told.of("parties-alike") == [("parties-alike", 1, message)]
    assert plan(event(1, "tick")).of("parties-alike") == []


def test_an_owner_in_lower_case_is_told_of_the_right_one(
    chfw: Chfw, plan: Plan, world: DemoFiles, tmp_path: Path
) -> None:
    rules = tmp_path / "nwnd.rules.yaml"
    rules.write_text(HOLD.replace("NWND", "nwnd"), encoding="utf-8")
    ((_, _, message),) = plan(event(1, "tick"), rules=rules).of("unknown-owner")
    assert message.endswith("`nwnd`: its rules decide nothing (did you mean `NWND`?)")
    ran = chfw("plan", *inputs(world, attributes=f"nwnd={world.attributes}"), "--out", tmp_path / "p.parquet")
    assert ran.code == 3
    assert "the estate names no Supplier `nwnd`\n  hint: did you mean `NWND`?" in ran.err


def test_attributes_that_are_used_for_no_hub_are_a_finding(plan: Plan, world: DemoFiles, tmp_path: Path) -> None:
    rows = pq.read_table(world.estate, columns=["guid", "import_supplier", "gas_supplier"]).to_pylist()
    others = [format_guid(r["guid"]) for r in rows if "NWND" not in (r["import_supplier"], r["gas_supplier"])][:9]
    for guids, why in (
        ([GUID], "the estate has none of its hubs"),
        (others, "none of its hubs is this Supplier's"),
        ([], "it has no usable row"),
    ):
        own = write_csv(tmp_path / "own.csv", [("guid", "team"), *((guid, "a") for guid in guids)])
        found = plan(event(1, "tick"), attributes=f"NWND={own}").of("attributes-unused")
        assert found == [("attributes-unused", 1, f"the attributes of NWND are used for no hub: {why}")]
    assert plan(event(1, "tick")).of("attributes-unused") == []
