"""RU8: hubs that Suppliers' rules keep out of early dates in a plan that is made now, as the ledger is to know them.

The schedule names, for each hub and role, the rule that determined the decision: where that is an `exclude` of the
role's Supplier, it keeps the hub out. What the ledger has otherwise is lifted, or said anew, with the next plan that is
given that Supplier's files. Left as it is: hubs that wait for no plan or of which nobody was asked, and what rules say
of Suppliers whose files this plan was not given.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, select

from chfw_app.stores.bulk import among
from chfw_app.stores.tables import hub
from chfw_core.model.guid import Guid
from chfw_core.model.guid_list import GuidList
from chfw_core.model.parties import SupplierRole, is_supplier
from chfw_core.planning.model import HubStatus
from chfw_core.rollout.instructing.commands import SetExclusions
from chfw_core.rollout.states import WAITING
from chfw_core.rules.model import RuleSet

_ASKED = (HubStatus.PLANNED.value, HubStatus.INFEASIBLE.value)
_Rule = tuple[str, str]
"""An exclude's id and its words."""
_NONE: _Rule = ("", "")
Guids = npt.NDArray[np.uint64]


def kept_out(
    connection: Connection, release: str, schedule: Path, rulesets: Iterable[RuleSet], key: str
) -> tuple[SetExclusions, ...]:
    """What has changed since the ledger was told last: one command for each Supplier, role and rule, in that order."""
    rules = {
        one.owner: {rule.id: (rule.id, rule.because) for rule in one.excludes}
        for one in rulesets
        if is_supplier(one.owner)
    }
    named, asked = _named(schedule, sorted({rule for own in rules.values() for rule in own}))
    found: dict[tuple[str, SupplierRole, _Rule], list[Guid]] = defaultdict(list)
    for guid, suppliers, before in _hubs(connection, release, GuidList(named)):
        if not _is_in(asked, guid):
            continue
        for party, role in suppliers.items():
            if party in rules:
                now = rules[party].get(named.get(guid, {}).get(role, ""))
                if now != before.get(party):
                    found[party, role, now or _NONE].append(guid)
    return tuple(
        SetExclusions(
            by=party,
            key=f"{key}/excluded/{number}",
            release=release,
            role=role,
            rule=None if rule is _NONE else rule[0],
            reason=rule[1],
            guids=GuidList(guids),
        )
        for number, ((party, role, rule), guids) in enumerate(sorted(found.items()))
    )


def _named(schedule: Path, excludes: Sequence[str]) -> tuple[dict[Guid, dict[SupplierRole, str]], Guids]:
    """By hub and role the `exclude` that the schedule names; and all hubs of which Suppliers were asked, in order."""
    import pyarrow as pa
    import pyarrow.compute as pc

    from chfw_files.documents.schedule import open_schedule

    named: dict[Guid, dict[SupplierRole, str]] = defaultdict(dict)
    asked = [np.zeros(0, np.uint64)]
    for batch in open_schedule(schedule).batches():
        guids = batch.column("guid").to_numpy()
        asked.append(guids[_mask(pc.is_in(batch.column("status").cast(pa.string()), pa.array(_ASKED)))])
        for role in SupplierRole:
            rules = batch.column(f"{role}_rule").cast(pa.string())
            rows = np.flatnonzero(_mask(pc.is_in(rules, pa.array(excludes, pa.string()))))
            for guid, rule in zip(guids[rows].tolist(), rules.take(pa.array(rows)).to_pylist(), strict=True):
                named[Guid(guid)][role] = rule
    return named, np.sort(np.concatenate(asked))


def _mask(found: Any) -> np.ndarray:
    mask: np.ndarray = found.to_numpy(zero_copy_only=False)
    return mask


def _is_in(guids: Guids, guid: Guid) -> bool:
    at = int(np.searchsorted(guids, np.uint64(guid)))
    return at < len(guids) and int(guids[at]) == guid


def _hubs(
    connection: Connection, release: str, named: GuidList
) -> Iterator[tuple[Guid, Mapping[str, SupplierRole], Mapping[str, _Rule]]]:
    """These hubs, and all that the ledger knows to be kept out: whose they are in which role, and by which rules.

    A Party in both roles has the first.
    """
    query = select(hub.c.guid, hub.c.import_supplier, hub.c.gas_supplier, hub.c.rest).where(
        hub.c.release == release, hub.c.state.in_([state.value for state in WAITING])
    )
    known = query.where(hub.c.rest.contains('"excluded"', autoescape=True))
    met: set[int] = set()
    for one in (known, *((query.where(among(connection, hub.c.guid, named)),) if named else ())):
        for row in connection.execute(one).all():
            if row.guid in met:
                continue
            met.add(row.guid)
            roles = {row.gas_supplier: SupplierRole.GAS, row.import_supplier: SupplierRole.IMPORT}
            before = {} if row.rest is None else json.loads(row.rest).get("excluded", {})
            suppliers = {party: role for party, role in roles.items() if party is not None}
            yield Guid(row.guid), suppliers, {party: (rule, why) for party, (rule, why) in before.items()}
