"""Rule files come in force in a roll-out: checked, written into the ledger whole, heard from a stated entry on (RU7).

Whoever installs files installs its own. The version is a hash of their content, so that the same files again change
nothing. What the version before has begun goes on under it, or is cut off, as the new files say.
"""

import json
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from attrs import evolve, frozen
from sqlalchemy import Connection, select

from chfw_app.inputs.rule_files import read_rules
from chfw_app.problems import Problems, no_result
from chfw_app.rollout.carrying import now_in
from chfw_app.rollout.service import RollOutService
from chfw_app.stores.store import WriteTransaction
from chfw_app.stores.tables import entry as entry_table
from chfw_app.stores.tables import hub, rule_files
from chfw_app.triggers.appending import append_entry
from chfw_app.triggers.event_types import event_types
from chfw_core.documents.trigger_entries import restore_trigger_entry
from chfw_core.errors import InputError
from chfw_core.model.periods import as_utc
from chfw_core.rollout.base import is_party
from chfw_core.rollout.triggering.entries import RulesInstalled
from chfw_core.rules.analysis.subject import Analysis
from chfw_core.rules.check import Checked, check_sources
from chfw_core.rules.model import RuleSet
from chfw_core.triggers.compiling import compile_triggers, rules_version
from chfw_core.triggers.model import TriggerSet

TAKEN_BACK: Final = "taken-back.rules.yaml"
"""The name under which the ledger has it that an owner has taken all its files back."""


@frozen(kw_only=True)
class Installed:
    """What came in force. `again`: this version was in force already, and nothing was added."""

    owner: str
    version: str
    after: int
    files: int
    triggers: int
    again: bool
    warnings: tuple[str, ...] = ()


@frozen(kw_only=True, eq=False)
class InForce:
    """A version of an owner's files. `times`: in force after one entry, up to and with another (None: until now).

    A version that was in force, was replaced and came again has several. `cut_at`: the entry after which
    sequences that it has begun go on no more.
    """

    rules: RuleSet
    triggers: TriggerSet
    times: tuple[tuple[int, int | None], ...]
    cut_at: int | None = None

    def hears(self, seq: int) -> bool:
        """Whether an entry may mean anything to it."""
        return seq > self.times[0][0] and (self.opens(seq) or self.cut_at is None or seq <= self.cut_at)

    def opens(self, seq: int) -> bool:
        """Whether an entry may begin a sequence under it."""
        return any(after < seq and (before is None or seq <= before) for after, before in self.times)


def install(service: RollOutService, paths: Sequence[Path], by: str, *, after: int | None = None) -> Installed:
    """Puts an owner's files in force. `after`: they hear of entries after that number; None: from now on.

    Raises Failed for files with errors or of another owner, InputError for an `after` that cannot be.
    """
    problems = Problems()
    checked, read = read_rules(paths, problems, _now(service))
    texts = tuple((path.name, text) for path, text in read.items() if text is not None)
    return _put_in_force(service, checked, texts, by, after, problems)


def install_texts(service: RollOutService, files: Sequence[tuple[str, str]], by: str) -> Installed:
    """The same for files that were read already, each by its name, from now on; none takes all of them back.

    What rules that are taken back have begun is cut off. Raises Failed.
    """
    if not files:
        return _take_back(service, by)
    checked = check_sources(files, event_types=event_types().fields, analysis=_now(service))
    return _put_in_force(service, checked, tuple(files), by, None, Problems())


def _take_back(service: RollOutService, owner: str) -> Installed:
    """A file that says nothing takes the place of the others, where there are any."""
    with service.store.read() as connection:
        query = select(rule_files.c.seq).where(rule_files.c.owner == owner).limit(1)
        if connection.execute(query).first() is None:
            return Installed(owner=owner, version="", after=0, files=0, triggers=0, again=True)
    nothing = f"rules: v1\nowner: {json.dumps(owner)}\non_new_version: cut_off\n"
    return install_texts(service, [(TAKEN_BACK, nothing)], owner)


def _now(service: RollOutService) -> Analysis:
    """What is looked for in rules that are put in force: what is over by now among it."""
    return Analysis(as_of=as_utc(service.clock()))


def _put_in_force(
    service: RollOutService,
    checked: Checked,
    texts: tuple[tuple[str, str], ...],
    by: str,
    after: int | None,
    problems: Problems,
) -> Installed:
    """`texts`: each file's name and what it says."""
    problems.add_placed(checked.problems)
    problems.stop_if_any()
    owners = [rules.owner for rules in checked.rulesets]
    if owners != [by]:
        raise no_result(
            f"these are rules of {', '.join(owners) or 'nobody'}, and `{by}` installs them",
            hint="everybody installs its own files",
        )
    rules = checked.rulesets[0]
    version = rules_version(texts)
    warnings = tuple(problem.render() for problem in checked.problems)
    return service.writer.run(
        lambda transaction: _install(transaction, service, rules, version, texts, after, warnings)
    )


def _install(
    transaction: WriteTransaction,
    service: RollOutService,
    rules: RuleSet,
    version: str,
    texts: tuple[tuple[str, str], ...],
    after: int | None,
    warnings: tuple[str, ...],
) -> Installed:
    connection, owner = transaction.connection, rules.owner
    last = connection.execute(
        select(rule_files).where(rule_files.c.owner == owner).order_by(rule_files.c.seq.desc()).limit(1)
    ).one_or_none()
    said: dict[str, Any] = {"owner": owner, "version": version, "files": len(texts), "triggers": len(rules.triggers)}
    if last is not None and last.version == version:
        return Installed(**said, after=last.after, again=True, warnings=warnings)
    head = transaction.head.seq
    # The entry itself is the next one: "from now on" is what comes after it.
    start = head + 1 if after is None else after
    least = 0 if last is None else last.after
    if not least <= start <= head + 1:
        # NF7: entries are numbered over everybody's doings, so a Supplier is not shown how many there are.
        there = f"the ledger is at {head}" + (f", and the version before is in force after {least}" if least else "")
        hint = "leave out --after" if is_party(owner) else there
        why = "the version before came in force after it" if start < least else "the ledger has not come so far"
        why = "entries are numbered from 1" if start < 0 else why
        raise InputError(f"the files cannot be in force after entry {start}: {why}", hint=hint)
    if not _is_known(connection, owner):
        lost = f"no release has a hub of `{owner}`: is the owner's name right? Until one has, the rules hear of no hub"
        warnings = (*warnings, lost)
    entry = RulesInstalled(by=owner, owner=owner, version=version, files=texts, after=start)
    at = now_in(transaction, service.clock)
    append_entry(transaction, entry, by=owner, at=at, word="rules", of=f"{version}/{head}")
    return Installed(**said, after=start, again=False, warnings=warnings)


def _is_known(connection: Connection, owner: str) -> bool:
    """Whether any hub is this owner's; the DCC and CSPs always are, and where no release has hubs, nobody can tell.

    NF7: no other Supplier is named to it, though it may have meant one.
    """
    if not is_party(owner) or connection.execute(select(hub.c.guid).limit(1)).first() is None:
        return True
    roles = (hub.c.import_supplier, hub.c.gas_supplier)
    return any(
        connection.execute(select(hub.c.guid).where(role == owner).limit(1)).first() is not None for role in roles
    )


def in_force(connection: Connection) -> tuple[InForce, ...]:
    """All versions that were ever in force, by owner, in the order in which they came first."""
    query = select(rule_files, entry_table.c.payload).join(entry_table, entry_table.c.seq == rule_files.c.seq)
    by_owner: dict[str, dict[str, InForce]] = {}
    for row in connection.execute(query.order_by(rule_files.c.seq)):
        installed = restore_trigger_entry(bytes(row.payload), None)
        assert isinstance(installed, RulesInstalled)
        versions = by_owner.setdefault(row.owner, {})
        rules, triggers = _ready(installed)
        for version, one in versions.items():
            cut_at = installed.after if rules.cuts_off else one.cut_at
            versions[version] = evolve(one, times=_until(one.times, installed.after), cut_at=cut_at)
        former = versions.get(installed.version)
        times = (*(() if former is None else former.times), (installed.after, None))
        versions[installed.version] = InForce(rules=rules, triggers=triggers, times=times)
    return tuple(one for _, versions in sorted(by_owner.items()) for one in versions.values())


@lru_cache(maxsize=256)
def _of_version(version: str, files: tuple[tuple[str, str], ...]) -> tuple[RuleSet, TriggerSet]:
    checked = check_sources(files, event_types=event_types().fields, analysis=None)
    if len(checked.rulesets) != 1:
        raise InputError(
            f"rule files in the ledger (version {version}) cannot be used",
            hint="were they installed with a plug-in that is missing here? Install their next version",
        )
    return checked.rulesets[0], compile_triggers(checked.rulesets[0], version)


def _ready(installed: RulesInstalled) -> tuple[RuleSet, TriggerSet]:
    """Files that were checked when they were installed, read once in a process. Raises InputError."""
    return _of_version(installed.version, installed.files)


def _until(times: tuple[tuple[int, int | None], ...], last: int) -> tuple[tuple[int, int | None], ...]:
    """The times with an end: a version that comes in force earlier than the one before it takes that one's place."""
    return tuple((after, last if before is None else min(before, last)) for after, before in times)
