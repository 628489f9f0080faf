"""Small worlds for the verifier's tests: hubs, rules and schedules written by hand."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

import pyarrow as pa
from attrs import frozen

from chfw_core.engines.verify import verify_schedule
from chfw_core.model.events import Event
from chfw_core.model.guid import Guid
from chfw_core.model.parameters import DatedValue, Parameters
from chfw_core.model.releases import (
    Blackout,
    FirmwareRelease,
    Participation,
    Priority,
    ReleaseKind,
    Severity,
)
from chfw_core.model.windows import WeeklyWindow, Windows
from chfw_core.planning.model import PlanInputs
from chfw_core.planning.verify import Check, Verdict
from chfw_core.rules.model import (
    Always,
    At,
    BatchSpec,
    Condition,
    DateExpr,
    DecideRule,
    DecideThen,
    Duration,
    Leaf,
    LeafOp,
    Operand,
    RuleSet,
)

MODEL, OLD, NEW = "433100AC", "0D020000", "0D050002"
AS_OF = datetime(2026, 1, 15, 9, tzinfo=UTC)
# 2026-07-05 00:00 Europe/London; the cut-off is 2026-06-05 00:00 there.
AUTOMATIC = datetime(2026, 7, 4, 23, tzinfo=UTC)

TEXT = (
    "csp_region",
    "manufacturer",
    "device_model",
    "firmware_version",
    "configuration_set",
    "smi_status",
    "import_supplier",
    "gas_supplier",
    "flags",
    "han_device_types",
    "holiday_division",
)
HUB: dict[str, Any] = {
    "csp_region": "South",
    "manufacturer": "106C",
    "device_model": MODEL,
    "firmware_version": OLD,
    "configuration_set": "CS-0112",
    "installed_on": date(2021, 2, 3),
    "smi_status": "Commissioned",
    "import_supplier": None,
    "gas_supplier": None,
    "flags": None,
    "han_device_types": None,
    "holiday_division": None,
}
Row = dict[str, Any]


def release(**changes: Any) -> FirmwareRelease:
    """A release without limits."""
    given: dict[str, Any] = {
        "id": "R1",
        "kind": ReleaseKind.SEC_RELEASE,
        "device_models": (MODEL,),
        "firmware_version": NEW,
        "notified_at": datetime(2026, 1, 5, tzinfo=UTC),
        "automatic_at": AUTOMATIC,
        "mass_period_days": 28,
        "pilot_limit": 300,
        "severity": Severity.HIGH,
        "priority": Priority.NORMAL,
        "participation": Participation.VOLUNTARY,
    }
    return FirmwareRelease(**(given | changes))


def parameters(**changes: int) -> Parameters:
    """The figures of the modification."""
    usual = {
        "cutoff_before_months": 1,
        "lead_days": 1,
        "change_freeze_days_before": 2,
        "change_freeze_days_after": 1,
    }
    return Parameters(
        values={
            name: (DatedValue(value=value, since=date(2016, 1, 1), source="test"),)
            for name, value in (usual | changes).items()
        }
    )


def inputs(*rulesets: RuleSet, **changes: Any) -> PlanInputs:
    """Inputs of a plan made at AS_OF."""
    given: dict[str, Any] = {
        "release": release(),
        "as_of": AS_OF,
        "rulesets": rulesets,
        "parameters": parameters(),
        "holidays": {},
    }
    return PlanInputs(**(given | changes))


def hub(guid: int, imports: str | None = None, gas: str | None = None, **changes: Any) -> Row:
    """A hub of the estate."""
    return {**HUB, "guid": guid, "import_supplier": imports, "gas_supplier": gas, **changes}


def utc(text: str) -> datetime:
    """`2026-03-02T22:00` in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def planned(guid: int, basis: str, opens: str, closes: str, day: str, **more: Any) -> Row:
    """A planned row; times in UTC."""
    row = {
        "guid": guid,
        "status": "planned",
        "basis": basis,
        "window_opens": utc(opens),
        "window_closes": utc(closes),
        "day": date.fromisoformat(day),
        "reason": "because",
    }
    return row | more


def default(guid: int, **more: Any) -> Row:
    """A hub left to the DCC, on the first day of the default period."""
    return planned(guid, "DCC_DEFAULT", "2026-07-04T23:00", "2026-07-05T23:00", "2026-07-05", **more)


def without_day(guid: int, status: str, **more: Any) -> Row:
    """A held, ineligible or infeasible row."""
    return {"guid": guid, "status": status, "reason": "because", **more}


def leaf(field: str, op: LeafOp, *values: object) -> Leaf:
    """A leaf on one hub field."""
    return Leaf(
        op=op,
        left=Operand(field=field),
        args=tuple(Operand(value=value) for value in values),
        fields=(field,),
    )


def on(text: str) -> DateExpr:
    """A bare date."""
    return DateExpr(base=date.fromisoformat(text))


def windows(name: str, days: Iterable[int], start: int, end: int, **more: Any) -> Windows:
    """One weekly window; hours of the day."""
    window = WeeklyWindow(name=name, days=frozenset(days), start=start * 60, end=end * 60, **more)
    return Windows(parts=(window,))


NIGHTS = windows("nights", range(4), 22, 5)


def instruct(
    id_: str,
    when: Condition | None = None,
    *,
    opens: str | DateExpr | None = None,
    closes: str | DateExpr | None = None,
    within: Windows | None = None,
    batch: BatchSpec | None = None,
) -> DecideRule:
    """A `decide` rule that instructs."""
    ends = [on(end) if isinstance(end, str) else end for end in (opens, closes)]
    at = At(windows=within or Windows(), opens=ends[0], closes=ends[1])
    return DecideRule(
        id=id_,
        because="b",
        when=when or Always(),
        then=DecideThen.INSTRUCT,
        at=at,
        batch=batch,
    )


def leave(id_: str, when: Condition | None = None, batch: BatchSpec | None = None) -> DecideRule:
    """A `decide` rule that leaves to the DCC."""
    then = DecideThen.LEAVE_TO_DCC
    return DecideRule(id=id_, because="b", when=when or Always(), then=then, batch=batch)


def batch_of(size: int, days: int) -> BatchSpec:
    """Batches with a pause of whole days."""
    return BatchSpec(size=size, pause=Duration(days=days))


def event(seq: int, at: str, type_: str, guid: int | None = None, **fields: Any) -> Event:
    """An event of nobody."""
    party = fields.pop("party", None)
    named = None if guid is None else Guid(guid)
    return Event(seq=seq, at=utc(at), type=type_, guid=named, party=party, fields=fields)


def blackout(opens: str, closes: str, *regions: str) -> Blackout:
    """A black-out; times in UTC."""
    return Blackout(opens=utc(opens), closes=utc(closes), regions=frozenset(regions) or None)


@frozen
class Estate:
    """An estate in memory, in chunks of a given size."""

    hubs: Sequence[Row]
    chunk: int = 3

    @property
    def chunk_count(self) -> int:
        return -(-len(self.hubs) // self.chunk)

    def read(self, index: int, columns: Sequence[str] | None = None) -> pa.RecordBatch:
        part = self.hubs[index * self.chunk : (index + 1) * self.chunk]
        made = {"guid": pa.array([row["guid"] for row in part], pa.uint64())}
        for name in TEXT:
            made[name] = pa.array([row[name] for row in part], pa.string()).dictionary_encode()
        made["installed_on"] = pa.array([row["installed_on"] for row in part], pa.date32())
        names = list(made) if columns is None else list(columns)
        return pa.RecordBatch.from_arrays([made[name] for name in names], names)

    def set_aside(self) -> Any:
        raise AssertionError("a verifier asks for no repeated GUIDs")

    def refuse(self, guids: Any) -> None:
        raise AssertionError("a verifier refuses nothing")


SCHEDULE = pa.schema(
    [
        ("guid", pa.uint64()),
        ("status", pa.dictionary(pa.int32(), pa.string())),
        ("basis", pa.dictionary(pa.int32(), pa.string())),
        ("window_opens", pa.timestamp("us", tz="UTC")),
        ("window_closes", pa.timestamp("us", tz="UTC")),
        ("day", pa.date32()),
        ("batch_id", pa.string()),
        ("import_rule", pa.dictionary(pa.int32(), pa.string())),
        ("gas_rule", pa.dictionary(pa.int32(), pa.string())),
        ("reason", pa.string()),
    ]
)
INSTRUCTIONS = pa.schema(
    [("guid", pa.uint64())]
    + [(name, pa.string()) for name in ("party", "role", "action", "group", "rule")]
    + [(name, pa.timestamp("us", tz="UTC")) for name in ("opens", "closes", "received_at")]
)


def instructions(*rows: Row) -> pa.Table:
    """A table of recorded instructions."""
    usual = {"action": "instruct", "group": None, "rule": None, "opens": None, "closes": None}
    return pa.Table.from_pylist([usual | row for row in rows], INSTRUCTIONS)


def batches(rows: Sequence[Row], size: int = 4) -> Iterable[pa.RecordBatch]:
    """A schedule in batches of its own size."""
    full = [{name: row.get(name) for name in SCHEDULE.names} for row in rows]
    for at in range(0, len(full), size):
        yield from pa.Table.from_pylist(full[at : at + size], SCHEDULE).to_batches()


def verdict(
    plan: PlanInputs,
    hubs: Sequence[Row],
    rows: Sequence[Row],
    recorded: pa.Table | None = None,
    attributes: Mapping[str, pa.Table] | None = None,
) -> Verdict:
    """What the verifier says of a schedule."""
    return verify_schedule(plan, Estate(hubs), batches(rows), recorded, attributes or {})


def found(answer: Verdict) -> dict[Check, int]:
    """The counts of a verdict."""
    return dict(answer.counts)


def changed(rows: Sequence[Row], at: int, **fields: Any) -> list[Row]:
    """The same schedule with one row changed."""
    return [row | fields if number == at else row for number, row in enumerate(rows)]
