"""NF7, BR3.3, BR4.4: nothing that a Supplier reads depends on who the other one is, nor on its rules and words."""

from datetime import timedelta
from pathlib import Path

import pytest
from attrs import evolve
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from chfw_app.rollout.service import RollOutService
from chfw_app.stores.open import open_store
from chfw_app.stores.rollout_codec import projections
from chfw_core.consent.model import InstructionGroup
from chfw_core.model.guid import format_guid
from chfw_core.model.guid_list import GuidList
from chfw_core.model.parties import Party
from chfw_core.rollout.notice.commands import AddHubs, HubClass
from tests.app.helpers import Chfw
from tests.app.reports.readings import everything
from tests.app.reports.scenes import BETA_SAYS, FOREIGN, HIGH, OWN, UNKNOWN, OtherSupplier, under_way
from tests.app.rollout.conftest import Told
from tests.app.stores.conftest import Databases
from tests.core.rollout.worlds import ALPHA, NORTH, OLD

WORDS = st.text("ABXYZabxyz0189 -äéß", min_size=1, max_size=12)
OTHERS = st.builds(
    OtherSupplier,
    party=WORDS.map(lambda name: Party(f"X{name}")) | WORDS.map(lambda name: Party(f"A{name}")),
    hours_before=st.integers(0, 100),
    hours_after=st.integers(0, 100),
    group=st.sampled_from([None, *InstructionGroup]),
    rule=st.none() | WORDS,
    excludes=st.none() | st.tuples(WORDS, WORDS),
    incident=WORDS,
)


class Read:
    """What was read, by question. Too long to be shown where a test fails."""

    def __init__(self, by_question: dict[str, bytes]) -> None:
        self.by_question = by_question

    def __repr__(self) -> str:
        return "Read(…)"


def reports(chfw: Chfw, databases: Databases, folder: Path, other: OtherSupplier) -> dict[str, bytes]:
    """All that ALPHA can read of a roll-out in which the other Supplier is, and does, as said."""
    with databases.one() as url, open_store(url, projections()) as store, RollOutService(store=store) as service:
        told = Told(service=service)
        service.clock = lambda: told.now
        under_way(told, other)
        return everything(chfw, url, folder)


@pytest.fixture
def usual(chfw: Chfw, databases: Databases, tmp_path: Path) -> Read:
    """What ALPHA reads where the other one is BETA."""
    return Read(reports(chfw, databases, tmp_path, BETA_SAYS))


@settings(
    max_examples=3,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(other=OTHERS)
def test_reports_are_the_same_bytes_whoever_the_other_supplier_is(
    other: OtherSupplier, usual: Read, chfw: Chfw, databases: Databases, tmp_path: Path
) -> None:
    found = reports(chfw, databases, tmp_path, other)
    assert [name for name, text in usual.by_question.items() if text != found[name]] == []


def test_the_other_supplier_is_in_no_report_by_name_rule_or_word(
    chfw: Chfw, databases: Databases, tmp_path: Path
) -> None:
    secrets = OtherSupplier(
        party=Party("QWERTZ"), rule="uiop-rule", excludes=("asdf-rule", "because-jkl"), incident="yxcv-incident"
    )
    found = reports(chfw, databases, tmp_path, secrets)
    for secret in (b"QWERTZ", b"uiop-rule", b"asdf-rule", b"because-jkl", b"yxcv-incident"):
        assert [name for name, text in found.items() if secret in text] == []


def test_the_reports_say_something(usual: Read) -> None:
    """Or that they are all the same would prove nothing."""
    found = usual.by_question
    for guid in OWN:
        assert format_guid(guid).encode() in found["status --json"]
    assert b"awaiting_other_supplier" in found["status --json"]
    for name in ("actions", "flight", "deployed", "trends", "status.csv", "eligible.csv"):
        assert len(found[name].splitlines()) > 4, name
    assert not any(format_guid(FOREIGN).encode() in text for name, text in found.items() if "somebody" not in name)


def test_which_of_several_parties_shares_a_hub_does_not_show_in_the_industry(
    chfw: Chfw, databases: Databases, tmp_path: Path
) -> None:
    """PR3, NF7: the industry of a Supplier is without its own hubs, so whom it shares them with moves no share."""
    found = []
    for partner in ("P1", "P2"):
        with databases.one() as url, open_store(url, projections()) as store, RollOutService(store=store) as service:
            told = Told(service=service)
            service.clock = lambda: told.now  # noqa: B023 - used up within this turn
            under_way(told, evolve(BETA_SAYS, party=Party("P0")))
            for number in range(6):
                alone = HubClass(
                    region=NORTH,
                    import_supplier=Party(f"P{number}"),
                    firmware_version=OLD,
                    guids=GuidList(range(0x1000 * (number + 1), 0x1000 * (number + 1) + 9 - number)),
                )
                told.taken(AddHubs, classes=(alone,))
            shared = evolve(alone, import_supplier=ALPHA, gas_supplier=Party(partner), guids=GuidList([HIGH]))
            told.later(seconds=timedelta(hours=1).total_seconds())
            told.taken(AddHubs, classes=(shared,))
            found.append(everything(chfw, url, tmp_path))
    assert found[0] == found[1]
    assert b"rest of the industry" in found[0]["trends"]
    assert b"%" in found[0]["trends"]


def test_somebody_elses_hub_and_one_that_does_not_exist_are_the_same_to_ask_for(
    told: Told, url: str, chfw: Chfw
) -> None:
    under_way(told)
    for form in ((), ("--json",)):
        answers = []
        for guid in (FOREIGN, UNKNOWN):
            ran = chfw("report", "status", "--as", "ALPHA", "--store", url, "--guid", format_guid(guid), *form)
            assert ran.code == 1
            answers.append([text.replace(format_guid(guid), "GUID") for text in (ran.out, ran.err)])
        assert answers[0] == answers[1]
