"""RU2: told that an old configuration set is being run while the industry is on a newer one, and nothing else."""

from attrs import evolve

from chfw_core.model.guid import Guid
from chfw_core.model.guid_list import GuidList
from chfw_core.model.parties import DCC, Party
from chfw_core.rollout.base import SMI
from chfw_core.rollout.notice.commands import HubClass, NotifyRelease
from chfw_core.rollout.outcomes.commands import ObserveVersions
from tests.acceptance.building_rules.rule_world import RuleWorld
from tests.acceptance.people import CLDR, NWND, OLD, RELEASE, TERRACE, hub_class

OTHERS_HAVE_MOVED_ON = """
rules: v1
owner: NWND
events:
  - id: others-have-moved-on
    because: We do not want to be the last on an old configuration set
    per: configuration_set
    on: configuration_set_trend
    if: event.industry_share_on_newer >= 60% and event.our_share_on_older >= 20%
    at_most: once per 30 days
    do: {notify: portfolio-team, text: "{event.industry_share_on_newer} of the industry has left {configuration_set}"}
"""
OTHERS = tuple(Party(f"P{number}") for number in range(6))


def homes(sets: dict[Party, str]) -> tuple[HubClass, ...]:
    """Ten hubs of each of these, and TERRACE of NWND on an old set."""
    found = [evolve(hub_class(TERRACE), configuration_set="CS-0112")]
    for number, (party, name) in enumerate(sets.items()):
        guids = GuidList(Guid(0x100 * (number + 1) + place) for place in range(10))
        found.append(
            HubClass(
                region="North",
                import_supplier=party,
                gas_supplier=party,
                firmware_version=OLD,
                configuration_set=name,
                guids=guids,
            )
        )
    return tuple(found)


def notified(rules: RuleWorld, sets: dict[Party, str]) -> None:
    rules.world.given_a_draft()
    rules.world.done(DCC, NotifyRelease, release=RELEASE, classes=homes(sets))
    rules.installs(NWND, OTHERS_HAVE_MOVED_ON)


def test_the_team_is_told_once_a_month(rules: RuleWorld) -> None:
    """RU2, RU6: what the industry runs in whole percent; once, though the trend is said every day."""
    notified(rules, dict.fromkeys(OTHERS[:5], "CS-0151") | {OTHERS[5]: "CS-0100"})
    for _ in range(31):
        rules.ticks()
        rules.ticks()  # the same day again: the trend is not said again
        rules.world.later(days=1)
    assert rules.notices(NWND) == [("portfolio-team", "83% of the industry has left CS-0112")] * 2
    assert len([one for ran in rules.ran for one in ran.passed_over]) == 29


def test_nobody_is_told_where_too_few_have_moved(rules: RuleWorld) -> None:
    """RU2, NF7: the same hubs, of fewer Suppliers than may be spoken of."""
    notified(rules, dict.fromkeys(OTHERS[:4], "CS-0151") | dict.fromkeys(OTHERS[4:], "CS-0100"))
    rules.ticks()
    assert rules.notices(NWND) == []


def test_what_is_said_does_not_vary_with_what_few_others_run(rules: RuleWorld) -> None:
    """NF7, RU2: one other Supplier's hubs go to a set that nobody else runs; the trend is the same, to the letter."""
    notified(rules, dict.fromkeys(OTHERS[:5], "CS-0151") | {OTHERS[5]: "CS-0100"})
    rules.ticks()
    (before,) = rules.world.told(NWND, "trigger_notice")
    rules.world.later(days=40)
    rules.world.done(
        SMI,
        ObserveVersions,
        firmware_version=OLD,
        configuration_set="CS-0999",
        observed_at=rules.world.now,
        guids=GuidList(Guid(0x600 + place) for place in range(10)),
    )
    rules.ticks()
    after = rules.world.told(NWND, "trigger_notice")[1]
    assert (after["team"], after["text"]) == (before["team"], before["text"])


def test_no_other_rules_hear_of_it(rules: RuleWorld) -> None:
    """NF7: a trend is said to one Supplier alone, about what it runs; CLDR itself runs nothing old."""
    notified(rules, dict.fromkeys((*OTHERS[:5], CLDR), "CS-0151"))
    rules.installs(CLDR, OTHERS_HAVE_MOVED_ON.replace("NWND", "CLDR").replace("per: configuration_set", "per: release"))
    rules.ticks()
    assert {owner for ran in rules.ran for owner, _ in ran.fired} == {NWND}
