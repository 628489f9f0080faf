"""Names of parties as an operator writes them, beside those that the ledger knows: a misspelt folder is nobody's.

A Supplier may have a folder before a release has hubs of it, so a name that is not known is only remarked upon.
"""

from collections.abc import Iterable, Iterator

from chfw_app.stores.rollout_codec import read_releases
from chfw_app.stores.store import Store
from chfw_core.errors import InputError
from chfw_core.model.hubs import CSP_REGIONS
from chfw_core.model.parties import CSP_PREFIX
from chfw_core.rollout.base import ACTORS, Command, is_party, region_of
from chfw_core.rollout.gate import may_give
from chfw_core.rollout.suppliers.commands import AnnounceSupplierChange, CompleteSupplierChange
from chfw_core.rules.problems.problem import did_you_mean
from chfw_files.drop.layout import misnamed, name_of
from chfw_files.drop.transport import DropFolders


def check_parties(store: Store, names: Iterable[str]) -> tuple[str, ...]:
    """What there is to remark on the names. Raises InputError for one that can be nobody's."""
    wanted = tuple(names)
    if not wanted:
        return ()
    suppliers = sorted(_suppliers(store))
    known = (*suppliers, *ACTORS, *(f"{CSP_PREFIX}{region}" for region in CSP_REGIONS))
    return tuple(remark for name in wanted if name not in known for remark in _remarks(name, known, suppliers))


def check_joining(store: Store, commands: Iterable[Command]) -> tuple[str, ...]:
    """CS3: what there is to remark on those who are to get a role. Raises InputError for who can have none.

    NF7: the names of all Suppliers are compared, so nothing is said to whoever may give no such command.
    """
    of_change = (one for one in commands if isinstance(one, AnnounceSupplierChange | CompleteSupplierChange))
    changes = [one for one in of_change if may_give(one.by, type(one))]
    names = sorted({change.joins for change in changes if change.joins is not None})
    for name in names:
        if not is_party(name) or region_of(name) is not None:
            raise InputError(f"`{name}` is no Supplier", hint="a role is for a Supplier alone")
    return check_parties(store, names)


def look_over(store: Store, drop: DropFolders) -> tuple[str, ...]:
    """What there is to remark on the folders of a place; those that can be nobody's are turned away from now on.

    Parties that were named are looked at where they are named.
    """
    remarks: list[str] = []
    away: dict[str, str] = {}
    for folder in [] if drop.only else drop.folders():
        why = misnamed(folder)
        if why is None:
            try:
                remarks += check_parties(store, (name_of(folder),))
            except InputError as problem:
                why = problem.with_hint
        if why is not None:
            away[folder] = why
    drop.turned_away = away
    return tuple(remarks)


def _remarks(name: str, known: tuple[str, ...], suppliers: list[str]) -> Iterator[str]:
    meant = next((one for one in known if one.casefold() == name.strip().casefold()), None)
    if meant is not None:
        raise InputError(f"there is no party `{name}`", hint=f"did you mean `{meant}`?")
    if not name.strip() or region_of(name) is not None:
        regions = ", ".join(f"`{CSP_PREFIX}{region}`" for region in CSP_REGIONS)
        raise InputError(f"there is no party `{name}`", hint=did_you_mean(name, known) or f"CSPs are {regions}")
    if suppliers:
        near = did_you_mean(name, known)
        yield f"no release has hubs of `{name}`" + (f": {near}" if near else "")


def _suppliers(store: Store) -> set[str]:
    with store.read() as connection:
        return {str(party) for record in read_releases(connection).values() for party in record.suppliers}
