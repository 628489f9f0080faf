"""What the tests of the rule language share: one-rule files, a release, a hub, a context."""

from collections.abc import Callable
from datetime import UTC, date, datetime

from chfw_core.model.guid import parse_guid
from chfw_core.model.hubs import CommsHub
from chfw_core.model.parties import Party
from chfw_core.model.releases import FirmwareRelease, Participation, Phase, Priority, ReleaseKind, Severity
from chfw_core.rules.analysis.subject import ReleasePeriod
from chfw_core.rules.check import Checked, check_sources
from chfw_core.rules.meaning.evaluate import RuleContext, make_context
from chfw_core.rules.model import Condition, RuleSet
from chfw_core.rules.vocabulary.fields import hub_reader

RELEASE = FirmwareRelease(
    id="R-1",
    kind=ReleaseKind.PLANNED_MAINTENANCE,
    device_models=("433100AC",),
    firmware_version="0D050002",
    notified_at=datetime(2026, 1, 5, 9, tzinfo=UTC),
    automatic_at=datetime(2026, 7, 5, 9, tzinfo=UTC),
    mass_period_days=28,
    pilot_limit=300,
    severity=Severity.HIGH,
    priority=Priority.NORMAL,
    participation=Participation.VOLUNTARY,
)
PERIOD = ReleasePeriod(
    id=RELEASE.id,
    notified_at=RELEASE.notified_at,
    automatic_at=RELEASE.automatic_at,
    cutoff=datetime(2026, 6, 5, 9, tzinfo=UTC),
)
HUB = CommsHub(
    guid=parse_guid("88-73-84-90-6A-10-02-DB"),
    csp_region="North",
    device_model="433100AC",
    firmware_version="0D020000",
    manufacturer="106C",
    configuration_set="CS-0112",
    installed_on=date(2025, 12, 20),
    import_supplier=Party("NWND"),
    gas_supplier=Party("EEXX"),
    flags=frozenset({"prepay"}),
    han_device_types=frozenset({"ESME", "PPMID"}),
)


def context(as_of: datetime = datetime(2026, 1, 15, 9, tzinfo=UTC), phase: Phase = Phase.NOTIFIED) -> RuleContext:
    cutoff = datetime(2026, 6, 5, 9, tzinfo=UTC)
    return make_context(RELEASE, as_of=as_of, phase=phase, automatic_at=RELEASE.automatic_at, cutoff=cutoff)


def reader(hub: CommsHub = HUB, owner: str = "NWND") -> Callable[[str], object]:
    return hub_reader(hub, owner)


def check(text: str, name: str = "f.rules.yaml") -> Checked:
    return check_sources([(name, text)])


def places(checked: Checked) -> list[str]:
    """`E101@4:11` for every problem, in order."""
    return [f"{problem.code}@{problem.span.line}:{problem.span.column}" for problem in checked.problems]


def one_rule(when: str, *, owner: str = "NWND", before: str = "") -> str:
    """A file of one exclude rule (of the DCC: hold); the condition begins on line 6 at column 11 without `before`."""
    block, end = ("hold", "    until: manual\n") if owner == "DCC" else ("exclude", "")
    return f"rules: v1\nowner: {owner}\n{before}{block}:\n  - id: a\n    because: An example\n    when: {when}\n{end}"


def condition(when: str, *, owner: str = "NWND", before: str = "") -> Condition:
    when = f"'{when}'" if when.startswith('"') else when
    rules = sound(one_rule(when, owner=owner, before=before))
    return (rules.excludes or rules.holds)[0].when


def sound(text: str) -> RuleSet:
    """The one rule set of a text without errors."""
    checked = check(text)
    assert not checked.has_errors, [problem.render() for problem in checked.problems]
    (rules,) = checked.rulesets
    return rules
