"""The columnar plan, step by step (see the package's text)."""

import gc
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import numpy as np
import pyarrow as pa
from attrs import define, field
from numpy.typing import NDArray

from chfw_core.consent.model import Refusal
from chfw_core.engines.columnar.axes import EstateAxes, Layout
from chfw_core.engines.columnar.classify import Classifier
from chfw_core.engines.columnar.compose import Composer
from chfw_core.engines.columnar.composed import Decided, Known, coarse
from chfw_core.engines.columnar.configurations import COLUMN, Configurations
from chfw_core.engines.columnar.cut import Cutter
from chfw_core.engines.columnar.load import load_estate
from chfw_core.engines.columnar.output import Table, Texts, schedule_table
from chfw_core.engines.columnar.own import OwnInstructions
from chfw_core.engines.columnar.pilots import PilotSelection, enter_pilots
from chfw_core.engines.columnar.place import Placed, Placer
from chfw_core.engines.columnar.recorded import Recorded, refused
from chfw_core.engines.columnar.records import Records, renumber
from chfw_core.engines.columnar.sayings import Sayings, Speech
from chfw_core.engines.columnar.sparse import Attributes
from chfw_core.engines.columnar.special import Special
from chfw_core.engines.columnar.steps import GiveBack, Progress, keep, meanwhile, quiet
from chfw_core.engines.columnar.tally import Tally
from chfw_core.engines.columnar.world import build_world, gather_rules
from chfw_core.engines.duplicates import find_duplicates
from chfw_core.errors import InputError
from chfw_core.model.guid import Guid, hash_key
from chfw_core.planning.flow import FlowSolver
from chfw_core.planning.model import Finding, PlanInputs
from chfw_core.planning.pilot import PilotResult
from chfw_core.planning.summary import Summary
from chfw_core.ports import EstateSource


@define(kw_only=True)
class ColumnarPlan:
    """A plan; its rows are made when they are read.

    `duplicates`: GUIDs that the estate has more than once; every row that bears one was set aside.
    """

    summary: Summary
    findings: tuple[Finding, ...]
    refusals: tuple[Refusal, ...]
    pilots: tuple[PilotResult, ...]
    duplicates: tuple[Guid, ...]
    table: Table
    instructions: OwnInstructions
    progress: Progress

    def schedule(self) -> Iterator[pa.RecordBatch]:
        """The schedule's rows in the estate's order, chunk by chunk."""
        return self.table.batches(lambda share: self.progress("writing the schedule", share))

    def own_instructions(self) -> Iterator[pa.RecordBatch]:
        """What the Suppliers' rules instructed, as rows received at `as_of`."""
        return self.instructions.batches()


def plan_columnar(
    inputs: PlanInputs,
    estate: EstateSource,
    *,
    instructions: pa.Table | None = None,
    attributes: Mapping[str, pa.Table] | None = None,
    solver: FlowSolver,
    threads: int = 2,
    configurations: bool = False,
    progress: Progress = quiet,
    give_back: GiveBack = keep,
) -> ColumnarPlan:
    """Plan a whole estate.

    `instructions`, `attributes`: tables by the columns of the contract. `configurations`: count
    the deployed configuration sets too. `progress` is told the step and the share of it that is done. `give_back` is
    called where much memory has become free.
    Raises InputError for inputs that cannot be planned with, such as a region without capacity.
    """
    maker = _Maker(inputs=inputs, solver=solver, threads=threads, progress=progress, give_back=give_back)
    with _collector_at_rest(), _handing_over():
        return maker.plan(estate, instructions, attributes or {}, configurations=configurations)


@contextmanager
def _collector_at_rest() -> Iterator[None]:
    """A plan makes many small values and no cycles: looking for cycles again and again would cost a tenth."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


HAND_OVER = 0.0005
"""Seconds after which a thread that runs Python lets another one have it; Python's own are ten times as many."""


@contextmanager
def _handing_over() -> Iterator[None]:
    """A thread that counts by the column needs Python for a moment only, thousands of times: it does not wait long."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(min(before, HAND_OVER))
    try:
        yield
    finally:
        sys.setswitchinterval(before)


@define(kw_only=True)
class _Maker:
    inputs: PlanInputs
    solver: FlowSolver
    threads: int
    progress: Progress
    give_back: GiveBack
    duplicates: tuple[Guid, ...] = field(init=False, default=())

    def plan(
        self,
        estate: EstateSource,
        instructions: pa.Table | None,
        attributes: Mapping[str, pa.Table],
        *,
        configurations: bool,
    ) -> ColumnarPlan:
        inputs, threads = self.inputs, self.threads
        recorded = Recorded(instructions) if instructions is not None else None
        also = {COLUMN} if configurations else set()
        if recorded is not None and recorded.mind_holidays:
            also.add("holiday_division")
        rules = gather_rules(inputs, also=also)
        world = build_world(inputs, rules, self._load(estate, rules.layout), threads)
        classifier = Classifier(world, threads, self.give_back)
        classifier.see(lambda share: self.progress("matching rules", share))
        composer = Composer(world, Known())
        with meanwhile(classifier.number, threads) as numbered:
            composer.look_ahead(classifier.usual_dcc())
        classes, records = numbered()
        self.give_back()
        cutter = Cutter(world.estate.chunks, hash_key(inputs.release.id), threads)
        cutter.look_ahead()
        private = {owner: Attributes.of(table) for owner, table in attributes.items()}
        special = Special(world, composer, private, recorded)
        special.fill(classes, records)
        records = special.enter(classes, records)
        lots, pilots = self._decide(composer, classes, records)
        kept = Configurations.keep(world) if configurations else None
        world.estate.let_go()
        self.give_back()
        decided, becomes = coarse(lots)
        renumber(classes, becomes.astype(np.int32), threads)
        self.progress("placing hubs on days", 0.0)
        composed = composer.plan(decided)
        placed, sayings, texts = self._place(Placer(world, composed, cutter, self.solver), classes)
        del cutter
        self.give_back()
        self.progress("placing hubs on days", 1.0)
        table = schedule_table(world.estate.chunks, placed, texts, threads)
        tally = Tally(world=world, composed=composed, placed=placed, sayings=sayings, threads=threads)
        refusals = refused(special.refusals, recorded) if recorded is not None else ()
        return ColumnarPlan(
            summary=tally.summary(kept.count(placed, table.planned) if kept is not None else {}),
            findings=tally.findings(
                refusals, pilots, special.contradictions, {owner: known.flags for owner, known in private.items()}
            ),
            refusals=refusals,
            pilots=tuple(pilots),
            duplicates=self.duplicates,
            table=table,
            instructions=OwnInstructions(world, composed, placed),
            progress=self.progress,
        )

    def _decide(
        self, composer: Composer, classes: list[NDArray[np.int32]], records: Records
    ) -> tuple[list[Decided], list[PilotResult]]:
        """What is decided of each record, lot after lot, and the pilots, whose hubs get records of their own.

        Only the few hubs of a pilot are decided anew: so everybody's decisions are found while pilots are chosen.
        """
        selection = PilotSelection(composer.world, composer, classes, records, self.threads)
        composer.terms_of(records)  # both ask for them
        with meanwhile(lambda: composer.decide(records), self.threads) as decided:
            chosen = selection.select()
        more = enter_pilots(chosen, classes, records)
        lots = [decided(), composer.decide(more)] if len(more) else [decided()]
        return lots, selection.results

    def _place(self, placer: Placer, classes: list[NDArray[np.int32]]) -> tuple[Placed, Sayings, Texts]:
        """Where every hub goes; what is said of it depends on its class alone, so it is found meanwhile."""
        assignment = placer.assign(classes)
        with meanwhile(lambda: placer.cut(classes, assignment), self.threads) as cut:
            sayings = Speech(placer.world, placer.composed, assignment).sayings()
            texts = Texts.of(sayings)
        return cut(), sayings, texts

    def _load(self, estate: EstateSource, layout: Layout) -> EstateAxes:
        axes = load_estate(estate, layout, self.threads, lambda share: self.progress("reading the estate", share))
        self.give_back()
        repeated = find_duplicates([chunk.guid for chunk in axes.chunks], estate.set_aside())
        if len(repeated):
            self.duplicates = tuple(Guid(number) for number in repeated.tolist())
            estate.refuse(repeated)
            axes = load_estate(estate, layout, self.threads, lambda share: self.progress("reading the estate", share))
        if not axes.rows:
            raise InputError("the estate has no good rows", hint="see the quarantine file for what is wrong with them")
        return axes
