"""What rules instructed before and instruct no more in a plan that is made now (contracts, Rules' own instructions).

An instruction on the ledger that a rule wrote is replaced by what its owner's rules say today. Where they say
nothing it is withdrawn, as that rule's: its owner may instruct again. Left as it is: what stands after the cut-off,
when rules say nothing any more; a rule whose period is over, which the plan knows to have lapsed or to be agreed;
hubs that the DCC holds, of which nobody is asked; what Suppliers instructed whose rules this plan was not given; and
what a trigger instructed, which an event gave.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from attrs import frozen
from numpy.typing import NDArray
from sqlalchemy import Connection, select

from chfw_app.stores.tables import consent
from chfw_core.model.guid import Guid
from chfw_core.model.guid_list import GuidList
from chfw_core.model.parties import Party, SupplierRole
from chfw_core.planning.model import HubStatus
from chfw_core.rollout.instructing.commands import Instruct, WithdrawInstructions
from chfw_core.rules.model import DecideThen, RuleSet
from chfw_core.rules.triggered import PREFIX
from chfw_files.guids import are_among, numbers_of

_ASKED = (HubStatus.PLANNED.value, HubStatus.INFEASIBLE.value)
_ROLES = tuple(SupplierRole)
_AT_ONCE = 100_000
Codes = NDArray[np.int32]
Flags = NDArray[np.bool_]


@frozen(kw_only=True, eq=False)
class _Said:
    """What rules instructed, on the ledger: parallel arrays. Codes are places in `parties`, `_ROLES` and `rules`."""

    guid: NDArray[np.uint64]
    party: Codes
    role: Codes
    rule: Codes
    parties: list[str]
    rules: list[str]


def gone(
    connection: Connection,
    release: str,
    schedule: Path,
    own: Sequence[Instruct],
    rulesets: Iterable[RuleSet],
    key: str,
) -> tuple[WithdrawInstructions, ...]:
    """The withdrawals, one for each Party, role and rule, in that order. `own`: what rules instruct in this plan."""
    silent = {rules.owner: _silent(rules) for rules in rulesets}
    said = _said(connection, release, sorted(silent))
    if not len(said.guid):
        return ()
    named, asked = _named(schedule, said)
    no_more = np.array([[rule in silent[party] for rule in said.rules] for party in said.parties])
    back = asked & ~_today(own, said) & ((named != said.rule) | no_more[said.party, said.rule])
    found: dict[tuple[str, SupplierRole, str], list[Guid]] = {}
    for at in np.flatnonzero(back).tolist():
        of = (said.parties[said.party[at]], _ROLES[said.role[at]], said.rules[said.rule[at]])
        found.setdefault(of, []).append(Guid(int(said.guid[at])))
    return tuple(
        WithdrawInstructions(
            by=Party(party),
            key=f"{key}/gone/{number}",
            release=release,
            role=role,
            rule=rule,
            guids=GuidList(guids),
        )
        for number, ((party, role, rule), guids) in enumerate(sorted(found.items()))
    )


def _silent(rules: RuleSet) -> frozenset[str]:
    """The ids of rules that decide and do not instruct. What the plan names and its owner's files have not stands."""
    decides = (rule.id for rule in rules.decides if rule.then is not DecideThen.INSTRUCT)
    return frozenset((*decides, *(rule.id for rule in (*rules.excludes, *rules.holds))))


def _said(connection: Connection, release: str, owners: Sequence[str]) -> _Said:
    query = select(consent.c.guid, consent.c.party, consent.c.role, consent.c.rule).where(
        consent.c.release == release,
        consent.c.party.in_(owners),
        consent.c.rule.is_not(None),
        ~consent.c.rule.startswith(PREFIX, autoescape=True),
        consent.c.opens.is_not(None),
    )
    parties: dict[str, int] = {}
    rules: dict[str, int] = {}
    roles = {role.value: code for code, role in enumerate(_ROLES)}
    guids, codes = [np.zeros(0, np.uint64)], [np.zeros((0, 3), np.int32)]
    with connection.execute(query.execution_options(yield_per=_AT_ONCE)) as found:
        for rows in found.partitions():
            guids.append(np.array([row.guid for row in rows], np.uint64))
            numbered = [
                (parties.setdefault(row.party, len(parties)), roles[row.role], rules.setdefault(row.rule, len(rules)))
                for row in rows
            ]
            codes.append(np.array(numbered, np.int32))
    party, role, rule = np.concatenate(codes).T
    return _Said(
        guid=np.concatenate(guids), party=party, role=role, rule=rule, parties=list(parties), rules=list(rules)
    )


def _named(schedule: Path, said: _Said) -> tuple[Codes, Flags]:
    """Beside what was said: the rule that the schedule names for that hub and role (-1: none), and who was asked."""
    import pyarrow as pa
    import pyarrow.compute as pc

    from chfw_files.documents.schedule import open_schedule

    known = pa.array(said.rules, pa.string())
    guids, asked, columns = [np.zeros(0, np.uint64)], [np.zeros(0, np.bool_)], [np.zeros((2, 0), np.int32)]
    for batch in open_schedule(schedule).batches():
        guids.append(batch.column("guid").to_numpy())
        status = batch.column("status").cast(pa.string())
        asked.append(pc.is_in(status, pa.array(_ASKED)).to_numpy(zero_copy_only=False))
        rules = [batch.column(f"{role}_rule").cast(pa.string()) for role in _ROLES]
        codes = [pc.fill_null(pc.index_in(column, value_set=known), -1).to_numpy() for column in rules]
        columns.append(np.stack(codes).astype(np.int32))
    guid, were_asked, rule = np.concatenate(guids), np.concatenate(asked), np.concatenate(columns, axis=1)
    order = np.argsort(guid)
    if not len(order):
        return np.full(len(said.guid), -1, np.int32), np.zeros(len(said.guid), np.bool_)
    at = order[np.minimum(np.searchsorted(guid, said.guid, sorter=order), len(order) - 1)]
    return rule[said.role, at], were_asked[at] & (guid[at] == said.guid)


def _today(own: Sequence[Instruct], said: _Said) -> Flags:
    """What is instructed today by rules of the same Supplier, whichever they are."""
    again = np.zeros(len(said.guid), np.bool_)
    for code, party in enumerate(said.parties):
        instructed = GuidList.united([one.guids for one in own if one.by == party])
        again |= (said.party == code) & are_among(said.guid, numbers_of(instructed))
    return again
