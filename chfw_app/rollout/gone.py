"""What rules instructed before and instruct no more in a plan that is made now (contracts, Rules' own instructions).

An instruction on the ledger that a rule wrote is replaced by what its owner's rules say today. Where they say
nothing it is withdrawn, as that rule's: its owner may instruct again. Left as it is: what stands after the cut-off,
when rules say nothing any more; a rule whose period is over, which the plan knows to have lapsed or to be agreed;
hubs that the DCC holds, of which nobody is asked; and what Suppliers instructed whose rules this plan was not given.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from sqlalchemy import Connection, select

from chfw_app.stores.tables import consent
from chfw_core.model.guid import Guid
from chfw_core.model.guid_list import GuidList
from chfw_core.model.parties import Party, SupplierRole
from chfw_core.planning.model import HubStatus
from chfw_core.rollout.instructing.commands import Instruct, WithdrawInstructions
from chfw_core.rules.model import DecideThen, RuleSet

_ASKED = (HubStatus.PLANNED.value, HubStatus.INFEASIBLE.value)


def gone(
    connection: Connection,
    release: str,
    schedule: Path,
    own: Sequence[Instruct],
    rulesets: Iterable[RuleSet],
    key: str,
) -> tuple[WithdrawInstructions, ...]:
    """The withdrawals, one for each Party, role and rule, in that order. `own`: what rules instruct in this plan."""
    instructing = {rules.owner: _instructing(rules) for rules in rulesets}
    today: dict[str, set[int]] = {}
    for one in own:
        today.setdefault(one.by, set()).update(one.guids)
    found: dict[tuple[str, str, str], list[Guid]] = {}
    named = _named(schedule)
    query = select(consent.c.guid, consent.c.party, consent.c.role, consent.c.rule).where(
        consent.c.release == release,
        consent.c.party.in_(sorted(instructing)),
        consent.c.rule.is_not(None),
        consent.c.opens.is_not(None),
    )
    for guid, party, role, rule in connection.execute(query):
        if guid not in named or guid in today.get(party, ()):
            continue
        if named[guid][role] != rule or rule not in instructing[party]:
            found.setdefault((party, role, rule), []).append(Guid(guid))
    return tuple(
        WithdrawInstructions(
            by=Party(party),
            key=f"{key}/gone/{number}",
            release=release,
            role=SupplierRole(role),
            rule=rule,
            guids=GuidList(guids),
        )
        for number, ((party, role, rule), guids) in enumerate(sorted(found.items()))
    )


def _instructing(rules: RuleSet) -> frozenset[str]:
    decides = (rule.id for rule in rules.decides if rule.then is DecideThen.INSTRUCT)
    return frozenset((*decides, *(rule.id for rule in rules.pilots)))


def _named(schedule: Path) -> Mapping[int, Mapping[str, str | None]]:
    """By hub whose Suppliers were asked, and by role, the rule that the schedule names."""
    return dict(_rows(schedule))


def _rows(schedule: Path) -> Iterator[tuple[int, Mapping[str, str | None]]]:
    from chfw_files.schedule import open_schedule

    for batch in open_schedule(schedule).batches():
        columns = (batch.column(name).to_pylist() for name in ("guid", "status", "import_rule", "gas_rule"))
        for guid, status, import_rule, gas_rule in zip(*columns, strict=True):
            if status in _ASKED:
                yield guid, {SupplierRole.IMPORT.value: import_rule, SupplierRole.GAS.value: gas_rule}
