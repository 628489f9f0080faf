"""One owner's rule files looked at over an estate: read, judged, and refused where they are not one owner's."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from attrs import evolve, frozen

from chfw_app.inputs.gathered import Gathered, UnreadableError
from chfw_app.inputs.reading import InputPaths, gather
from chfw_app.inputs.rule_files import read_rules
from chfw_app.problems import Failed, Problems, no_result
from chfw_app.steps import Report
from chfw_core.errors import InputError
from chfw_core.model.events import Event
from chfw_core.model.parties import is_supplier
from chfw_core.planning.flag_findings import flag_findings
from chfw_core.planning.model import PlanInputs
from chfw_core.planning.supplier_changes import announces
from chfw_core.rules.problems.problem import counted

if TYPE_CHECKING:
    from chfw_core.rules.model import RuleSet

T = TypeVar("T")


@frozen(kw_only=True, eq=False)
class OneOwner:
    """What was read; `inputs` hold the one rule set. `notes`: what the answer leaves out."""

    gathered: Gathered
    owner: str

    @property
    def inputs(self) -> PlanInputs:
        """The inputs of the (new) files."""
        return self.gathered.inputs

    @property
    def ruleset(self) -> "RuleSet":
        """The one rule set."""
        return self.inputs.rulesets[0]

    @property
    def bad_rows(self) -> int:
        """Rows that cannot be used, of the estate (as far as it was read) and of the other files."""
        return len(self.gathered.estate.file.quarantine) + len(self.gathered.bad_rows)

    @property
    def notes(self) -> tuple[str, ...]:
        """What these files alone cannot tell of all the owner's hubs, and slips, as far as the estate was read."""
        changing = len({event.guid for event in self._changes})
        return self._notes(f"announced for {counted(changing, 'hub')}" if changing else "")

    def notes_of(self, guid: int) -> tuple[str, ...]:
        """What they cannot tell of one hub."""
        days = sorted({str(event.fields.get("effective")) for event in self._changes if event.guid == guid})
        return self._notes(f"announced for this hub ({', '.join(days)})" if days else "")

    @property
    def _changes(self) -> tuple[Event, ...]:
        """Announced changes of Supplier (CS3) that may be the owner's own: others' are none of its business."""
        found = (event for event in self.inputs.events if event.type == "change_of_supplier_started")
        return tuple(
            event
            for event in found
            if event.at <= self.inputs.as_of
            and announces(event)
            and (self.owner in (event.fields.get("from"), event.fields.get("to")) or not event.fields.get("from"))
        )

    def _notes(self, changes: str) -> tuple[str, ...]:
        said = []
        if is_supplier(self.owner):
            said.append("what the DCC, the CSPs and a second Supplier decide is not looked at")
            said.append("instructions on record are not looked at: `chfw explain` and `chfw plan` take them")
            if changes:
                said.append(
                    f"changes of Supplier {changes} count: what {self.owner} instructs ends before the freeze of its "
                    "own leaving, and of a hub that it gets its rules speak once it has it"
                )
        if any(_asks_for_the_other(rules) for rules in self.inputs.rulesets):
            said.append("`other_supplier_instructed` is taken as false: `chfw explain` and `chfw plan` know better")
        if self.ruleset.pilots:
            said.append("a pilot's share of `pilot_limit` is counted as if nobody else had a pilot")
        if self.ruleset.triggers:
            said.append("`events` rules act in a roll-out: what they would write down is not in these figures")
        private = {party: found.flag_names for party, found in self.gathered.private.items()}
        about_flags = flag_findings(self.inputs, self.gathered.estate.file.flag_names, private)
        said += [finding.message for finding in (*self.gathered.findings, *about_flags)]
        return (*said, *self.gathered.notes)


def _asks_for_the_other(rules: "RuleSet") -> bool:
    """Whether any condition reads what the other Supplier has done."""
    from chfw_core.rules.meaning.leaves import fields_read

    return "other_supplier_instructed" in fields_read(rules)


def gather_one(paths: InputPaths, *, report: Report) -> OneOwner:
    """Everything about one owner's files. Raises Failed, with all problems of all inputs."""
    if not paths.rules:
        raise InputError("no rule file was named")
    gathered = gather(paths, report=report, set_aside_repeated=False)
    found = OneOwner(gathered=gathered, owner=_one(gathered.inputs.rulesets, paths.rules))
    for party in gathered.private:
        if party != found.owner:
            raise no_result(f"--attributes: these are rules of `{found.owner}`, not of `{party}`")
    return found


def read_version(path: Path) -> tuple["RuleSet", Problems]:
    """One version of an owner's files, a file or a folder. Raises Failed with its problems."""
    problems = Problems()
    checked, _ = read_rules((path,), problems)
    problems.add_placed(checked.problems)
    problems.stop_if_any()
    _one(checked.rulesets, (path,))
    return checked.rulesets[0], problems


def gather_two(old: Path, paths: InputPaths, *, report: Report) -> tuple[OneOwner, PlanInputs]:
    """The new version with all inputs, and the inputs of the old one. Raises Failed with the problems of both."""
    try:
        before, _ = read_version(old)
    except Failed as failed:
        try:
            gather_one(paths, report=report)
        except Failed as also:
            failed.problems.placed += also.problems.placed
            failed.problems.plain += also.problems.plain
        raise
    found = gather_one(paths, report=report)
    if before.owner != found.owner:
        raise no_result(
            f"`{old}` has rules of `{before.owner}`, the other of `{found.owner}`",
            hint="two versions of one owner's files are compared",
        )
    return found, evolve(found.inputs, rulesets=(before,))


def _one(rulesets: "Sequence[RuleSet]", paths: Sequence[Path]) -> str:
    """The owner of the files."""
    if len(rulesets) == 1:
        return rulesets[0].owner
    owners = ", ".join(rules.owner for rules in rulesets) or "nobody"
    named = ", ".join(str(path) for path in paths)
    raise no_result(f"`{named}` has rules of {owners}", hint="name one owner's files at a time")


def computed(make: Callable[[], T]) -> T:
    """What the core makes; inputs that contradict each other lead to no result, a damaged estate cannot be read."""
    try:
        return make()
    except UnreadableError:
        raise
    except InputError as contradiction:
        raise no_result(str(contradiction), hint=contradiction.hint) from contradiction
