"""All inputs of a plan, read and judged: what plan, verify and explain start from."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import evolve, field, frozen

from chfw_app.inputs.flagging import Flagging
from chfw_app.inputs.staging import Staging
from chfw_core.consent.model import Instruction
from chfw_core.diagnostics import Diagnostic
from chfw_core.errors import InputError
from chfw_core.model.events import Event
from chfw_core.model.hubs import CommsHub
from chfw_core.planning.model import Finding, PlanInputs
from chfw_files.tables.causes import Causes
from chfw_files.tables.quarantine import BadRow, QuarantineWriter, quarantine_path

if TYPE_CHECKING:
    import pyarrow as pa

    from chfw_files.documents.attributes import Attributes
    from chfw_files.documents.estate import EstateFile
    from chfw_files.documents.instructions import InstructionsFile
    from chfw_files.guids import Guids


class UnreadableError(InputError):
    """A table turned out to be damaged while it was being read."""


class CarefulEstate:
    """An estate as the engines read it; damage is told apart from inputs that contradict each other.

    `flagging`: puts the flags that events have raised on its rows.
    """

    def __init__(self, file: "EstateFile", flagging: Flagging | None = None) -> None:
        self.file = file
        self.flagging = flagging
        self.chunk_count = file.chunk_count
        self.quarantine: Quarantine | None = None

    def read(self, index: int, columns: Sequence[str] | None = None) -> "pa.RecordBatch":
        """One chunk of good rows. Raises UnreadableError."""
        try:
            if self.flagging is None:
                return self.file.read(index, columns)
            wanted = self.file.columns if columns is None else columns
            return self.flagging.put(self.file.read(index, self.flagging.columns(wanted)), wanted)
        except InputError as problem:
            raise UnreadableError(str(problem), hint=problem.hint) from problem

    def set_aside(self) -> "Guids":
        """The GUIDs of the bad rows read so far."""
        return self.file.set_aside()

    def refuse(self, guids: "Guids") -> None:
        """From now on chunks lack every row with one of these GUIDs; the quarantine begins anew."""
        from chfw_files.documents.estate import open_estate

        self.file = open_estate(self.file.path)
        self.file.refuse(guids)
        if self.quarantine is not None:
            self.quarantine.begin()

    def rows(self) -> Iterator[CommsHub]:
        """Every good row as a hub. Raises UnreadableError."""
        try:
            for index in range(self.chunk_count):
                yield from map(self.flagged, self.file.rows(index))
        except InputError as problem:
            raise UnreadableError(str(problem), hint=problem.hint) from problem

    def flagged(self, hub: CommsHub) -> CommsHub:
        """A hub of the file with the flags that events have raised on it."""
        return hub if self.flagging is None else self.flagging.on(hub)


@frozen(kw_only=True, eq=False)
class Gathered:
    """`bad_rows`: those of files other than the estate. `files`: what was read, for the report.

    `private`: as it was read; `own`: with what Suppliers flagged themselves. `told` and `capacity` are what the files
    of events and capacity say, where `inputs` may hold more. `findings` and `notes` are about the inputs alone.
    """

    inputs: PlanInputs
    estate: CarefulEstate
    recorded: "InstructionsFile | None" = None
    private: "Mapping[str, Attributes]" = field(factory=dict)
    own: "Mapping[str, Attributes]" = field(factory=dict)
    told: tuple[Event, ...] = ()
    capacity: Mapping[tuple[str, date], int] = field(factory=dict)
    warnings: tuple[Diagnostic, ...] = ()
    bad_rows: tuple[BadRow, ...] = ()
    files: tuple[tuple[str, Path], ...] = ()
    not_checked: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def instructions(self) -> "pa.Table | None":
        """The recorded instructions as columns."""
        return None if self.recorded is None else self.recorded.table

    def instruction_rows(self) -> tuple[Instruction, ...]:
        """The recorded instructions as values."""
        return () if self.recorded is None else tuple(self.recorded.instructions())

    def instructions_of(self, guid: int) -> tuple[Instruction, ...]:
        """The recorded instructions of one hub."""
        import pyarrow as pa
        import pyarrow.compute as pc

        if self.recorded is None:
            return ()
        own = pc.equal(self.recorded.table.column("guid"), pa.scalar(guid, pa.uint64()))
        return tuple(evolve(self.recorded, table=self.recorded.table.filter(own)).instructions())

    @property
    def attributes(self) -> "dict[str, pa.Table]":
        """Each owner's private columns beside the GUID."""
        import pyarrow as pa

        return {
            party: pa.table(
                {"guid": pa.array(found.guids), **{n: found.table.column(n) for n in found.table.column_names}}
            )
            for party, found in self.own.items()
        }

    def hubs(self) -> tuple[CommsHub, ...]:
        """Every hub with what its Suppliers alone know of it."""
        return tuple(self.with_private(hub) for hub in self.estate.rows())

    def with_private(self, hub: CommsHub) -> CommsHub:
        """The hub with the attributes of those whose hub it is or not: visibility is the rules' business."""
        if not self.own:
            return hub
        return evolve(hub, private={party: found.of(hub.guid) for party, found in self.own.items()})


class Quarantine:
    """The file of rows that are set aside: the estate's as they turn up, then those of other files."""

    def __init__(self, gathered: Gathered, staging: Staging, schedule: Path) -> None:
        self._estate, self._others, self._staging = gathered.estate, gathered.bad_rows, staging
        self._final = quarantine_path(schedule)
        self._place = staging.place(self._final)
        self._writer = QuarantineWriter(self._place)
        self.causes = Causes()
        self._estate.quarantine = self
        self.begin()

    def begin(self) -> None:
        """Forget what was written, and take the rows of the estate as it is read now."""
        self._writer.discard()
        self._writer, self.causes = QuarantineWriter(self._place), Causes()
        self._estate.file.send_quarantine(partial(self._write, file=self._estate.file.path.name))

    def _write(self, rows: Iterable[BadRow], *, file: str = "") -> None:
        known = list(rows)
        self._writer.write(known, file=file)
        self.causes.add(known, file=file)

    def close(self, files: dict[str, Path]) -> int:
        """How many rows there are; notes the file where there are any. Raises OutputError."""
        estate = self._estate.file
        self._write(estate.quarantine, file=estate.path.name)  # of chunks that were read before the writer was there
        self._write(self._others)
        self._writer.close()
        if self._writer.count:
            files["quarantine"] = self._final
        else:
            self._staging.remove(self._final)
        return self._writer.count

    def keep_alone(self) -> None:
        """The run has no result, but why its rows are bad is worth keeping."""
        if self.close({}):
            self._staging.keep(self._final)

    def discard(self) -> None:
        """Leave nothing behind where the run ends early."""
        self._writer.discard()
