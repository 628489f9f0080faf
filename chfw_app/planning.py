"""Make a plan and write all that belongs to it: everything appears together, or nothing does."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import evolve, field, frozen

from chfw_app.engines import Engine, MadePlan, make_plan
from chfw_app.exits import Exit
from chfw_app.explaining.guid_index import IndexWriter, index_path
from chfw_app.inputs.gathered import Gathered, Quarantine
from chfw_app.inputs.places import TABLES, Named, check_apart, check_extension, check_writable
from chfw_app.inputs.staging import Staging, staged
from chfw_app.problems import Failed
from chfw_app.refusals import reasons_of, refused_path, write_refusals
from chfw_app.remarks.estates import estate_remarks
from chfw_app.remarks.idle import capacity_of_nobody, changes_to_strangers, nobody_eligible
from chfw_app.steps import Report
from chfw_core.planning.model import Finding, HubStatus
from chfw_core.planning.summary import Summary
from chfw_files.tables.causes import Cause
from chfw_files.tables.quarantine import quarantine_path

if TYPE_CHECKING:
    import pyarrow as pa

REFUSED = "instruction-refused"
"""The code of the findings that count refused instructions."""

ROW_GROUP = 1 << 17
"""Rows that a Parquet schedule holds together."""


@frozen(kw_only=True)
class PlanOutputs:
    """Where the user wants things."""

    schedule: Path
    instructions: Path | None = None
    report: Path | None = None

    def named(self) -> tuple[Named, ...]:
        """All that a run may write or take away, with what each is for."""
        out = self.schedule
        places = [("--out", out)]
        if self.instructions is not None:
            places.append(("--instructions-out", self.instructions))
        if self.report is not None:
            places.append(("--report", self.report))
        places.append(("the file of quarantined rows beside --out", quarantine_path(out)))
        places.append(("the file of refused instructions beside --out", refused_path(out)))
        if out.suffix.lower() == ".parquet":
            places.append(("the index beside --out", index_path(out)))
        return tuple(places)

    def check(self, inputs: Iterable[Named] = ()) -> None:
        """Refuses what could not be written anyway, or would replace an input, before anything is read.

        Raises InputError.
        """
        check_extension("--out", self.schedule, TABLES)
        if self.instructions is not None:
            check_extension("--instructions-out", self.instructions, TABLES)
        if self.report is not None:
            check_extension("--report", self.report, (".html",))
        check_apart(self.named(), inputs)
        for path in (self.schedule, self.instructions, self.report):
            if path is not None:
                check_writable(path)


@frozen(kw_only=True)
class PlanDone:
    """What was made. `bad_rows`: set aside in the estate and in files of instructions and the like; `bad_causes`: why.

    `refused_for`: how many instructions were refused, by reason.
    """

    summary: Summary
    findings: tuple[Finding, ...]
    refused_for: dict[str, int]
    bad_rows: int
    bad_causes: Sequence[Cause] = ()
    files: dict[str, Path] = field(factory=dict)

    @property
    def refused(self) -> int:
        """Refused instructions."""
        return sum(self.refused_for.values())

    @property
    def worth_a_look(self) -> tuple[Finding, ...]:
        """The gravest first: slips in the inputs, then by hubs.

        Without mere notes, and without refused instructions, which have a file of their own.
        """
        shown = [finding for finding in self.findings if finding.count and finding.code != REFUSED]
        return tuple(sorted(shown, key=lambda finding: (finding.about_hubs, -finding.count)))

    @property
    def code(self) -> Exit:
        """2 where somebody should look: the schedule is written all the same."""
        infeasible = self.summary.by_outcome.get((HubStatus.INFEASIBLE, None), 0)
        counted = any(finding.count for finding in self.findings)
        return Exit.FINDINGS if counted or infeasible or self.refused or self.bad_rows else Exit.DONE


def write_plan(
    gathered: Gathered, outputs: PlanOutputs, *, engine: Engine, report: Report, threads: int = 2
) -> PlanDone:
    """Plan and write. Raises InputError, OutputError, Failed: then nothing was written."""
    with staged() as staging:
        quarantine = Quarantine(gathered, staging, outputs.schedule)
        try:
            made = _make(engine, gathered, outputs, quarantine, report, threads)
            files = {"schedule": outputs.schedule}
            report("writing", 0.0)
            _write_schedule(staging, outputs.schedule, made, files)
            if outputs.instructions is not None:
                _write_instructions(staging, outputs.instructions, made)
                files["instructions"] = outputs.instructions
            report("writing", 0.9)
            about_estate = _about_estate(gathered, made.summary)
            bad_rows = quarantine.close(files)
        finally:
            quarantine.discard()
        write_refusals(staging, outputs.schedule, made.refusals, files)
        done = PlanDone(
            summary=made.summary,
            findings=(*gathered.findings, *about_estate, *made.findings),
            refused_for=reasons_of(made.refusals),
            bad_rows=bad_rows,
            bad_causes=quarantine.causes.ranked(),
            files=files,
        )
        if outputs.report is not None:
            from chfw_app.plan_page.write import write_report

            write_report(staging.place(outputs.report), gathered, done)
            files["report"] = outputs.report
        report("writing", 1.0)
    return done


def _about_estate(gathered: Gathered, summary: Summary) -> tuple[Finding, ...]:
    """What the inputs say that nothing in the estate can use."""
    inputs = gathered.inputs
    parties = frozenset(party for party, *_ in summary.by_party)
    regions = frozenset(region for region, *_ in summary.by_region)
    return (
        *nobody_eligible(inputs, summary),
        *estate_remarks(inputs, gathered.estate, gathered.private, parties=parties, regions=regions),
        *changes_to_strangers(gathered.told, parties),
        *capacity_of_nobody(gathered.capacity, regions),
    )


def _make(
    engine: Engine, gathered: Gathered, outputs: PlanOutputs, quarantine: Quarantine, report: Report, threads: int
) -> MadePlan:
    try:
        return make_plan(engine, gathered, report, threads=threads, configurations=outputs.report is not None)
    except Failed as failed:
        quarantine.keep_alone()
        # An engine knows that there is such a file, and not where.
        place = f"`{quarantine_path(outputs.schedule)}`"
        failed.problems.plain = [
            evolve(problem, hint=problem.hint.replace("the quarantine file", place)) if problem.hint else problem
            for problem in failed.problems.plain
        ]
        raise


def _write_schedule(staging: Staging, path: Path, made: MadePlan, files: dict[str, Path]) -> None:
    """The schedule; beside a Parquet one its index, which is a convenience: a run never fails for it."""
    from chfw_files.documents.schedule import write_schedule

    target = staging.place(path)
    if path.suffix.lower() != ".parquet":
        write_schedule(target, made.schedule())
        return
    index = index_path(path)
    hidden = staging.place(index)
    indexed = _Indexed(hidden)
    try:
        write_schedule(target, indexed.passing(made.schedule()))
    finally:
        indexed.close()
    if indexed.complete:
        files["index"] = index
    else:
        hidden.unlink(missing_ok=True)
        staging.remove(index)


class _Indexed:
    """Notes the GUIDs of the batches that pass."""

    def __init__(self, path: Path) -> None:
        self.complete = False
        self._file = path.open("wb")
        self._writer = IndexWriter(self._file)

    def passing(self, batches: "Iterable[pa.RecordBatch]") -> "Iterator[pa.RecordBatch]":
        usable = True
        for batch in batches:
            if usable:
                try:
                    self._writer.add(batch.column("guid").to_numpy())
                except OSError:
                    usable = False
            for start in range(0, batch.num_rows, ROW_GROUP):  # small enough for one hub to be read quickly
                yield batch.slice(start, ROW_GROUP)
        self.complete = usable

    def close(self) -> None:
        with suppress(OSError):
            self._file.close()
            return
        self.complete = False


def _write_instructions(staging: Staging, path: Path, made: MadePlan) -> None:
    from chfw_files.documents.instructions import write_instructions

    write_instructions(staging.place(path), made.own_instructions())
