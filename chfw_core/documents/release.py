"""The release file: what a firmware release is, where and when (contracts, Release file).

Every default of the contract is filled in here. Dates are Europe/London where they bear no time;
the automatic time is six calendar months after the notice unless the file names one (BR1.3).
"""

from collections.abc import Iterator, Mapping, Sequence

from attrs import frozen

from chfw_core.diagnostics import Diagnostic, in_order
from chfw_core.documents.kinds import Days, Hex8, Instant, PeriodEnd, Region, Whole
from chfw_core.documents.structuring import Trouble, structure
from chfw_core.documents.yaml_nodes import read_document
from chfw_core.errors import InputError
from chfw_core.model.parameters import Parameters
from chfw_core.model.periods import add_months, format_instant, london_date
from chfw_core.model.releases import (
    Blackout,
    FirmwareRelease,
    Participation,
    Priority,
    ReleaseKind,
    Severity,
)

VERSION = "v1"


@frozen(kw_only=True)
class MassPeriod:
    """How long the DCC takes from the automatic time on."""

    days: Days


@frozen(kw_only=True)
class BlackoutDocument:
    """Days on which nothing is activated; without `regions`, anywhere."""

    from_: Instant
    to: PeriodEnd
    regions: tuple[Region, ...] | None = None


@frozen(kw_only=True)
class ReleaseDocument:
    """The file's keys, as written. `None` = absent; the defaults are the contract's."""

    release: str
    id: str
    kind: ReleaseKind = ReleaseKind.SEC_RELEASE
    device_models: tuple[Hex8, ...]
    firmware_version: Hex8
    upgrade_from: tuple[Hex8, ...] | None = None
    notified_at: Instant
    automatic_at: Instant | None = None
    severity: Severity = Severity.MEDIUM
    priority: Priority = Priority.NORMAL
    release_note: str | None = None
    participation: Participation = Participation.VOLUNTARY
    mass_period: MassPeriod | None = None
    capacity: Mapping[Region, Whole] | None = None
    blackouts: tuple[BlackoutDocument, ...] = ()
    pilot_limit: Whole | None = None


@frozen(kw_only=True)
class ReleaseRead:
    """The release, or None where a problem stands in the way; the problems in order of place."""

    release: FirmwareRelease | None
    problems: tuple[Diagnostic, ...]


def read_release(text: str, file: str, parameters: Parameters) -> ReleaseRead:
    """Read a release file. Every problem of the file is found in one go. Raises InputError for what is no text."""
    if not isinstance(text, str):
        raise InputError(f"a release is read from text, not from `{type(text).__name__}`")
    document = read_document(text, file)
    written = None
    if document.value is not None:
        written, troubles = structure(document.value, ReleaseDocument)
        document.report(troubles)
        document.report(_version(document.value))
        document.report(_contradictions(document.value, troubles))
    release = None
    if written is not None and not document.found:
        try:
            release = _complete(written, parameters)
        except InputError as problem:
            document.problems.add("E208", document.span(("notified_at",)), str(problem))
    return ReleaseRead(release=release, problems=tuple(in_order(document.found)))


def _version(value: object) -> Iterator[Trouble]:
    if isinstance(value, dict) and value.get("release", VERSION) != VERSION:
        yield Trouble(
            path=("release",),
            code="E209",
            message="this version of the release file is not known",
            hint=f"write `release: {VERSION}`",
        )


_STAND_INS: Mapping[str, object] = {
    "release": VERSION,
    "id": "-",
    "device_models": ["00000000"],
    "firmware_version": "00000000",
    "notified_at": "1970-01-01",
}
"""In place of keys that are missing or wrong, so that the others can still be judged together."""


def _contradictions(value: object, troubles: Sequence[Trouble]) -> Iterator[Trouble]:
    """What each value by itself allows and all of them together do not."""
    if not isinstance(value, dict):
        return
    wrong = {trouble.path[0] for trouble in troubles}
    usable = {key: item for key, item in value.items() if key not in wrong}
    written, _ = structure({**_STAND_INS, **usable}, ReleaseDocument)
    assert written is not None, "what is wrong was left out, what is missing has a stand-in"
    yield from _in_lists(written)
    yield from _in_capacity(written)
    yield from _in_dates(written)


def _in_lists(written: ReleaseDocument) -> Iterator[Trouble]:
    if not written.device_models:
        yield Trouble(path=("device_models",), code="E207", message="no device model is named")
    for key in ("device_models", "upgrade_from"):
        values = getattr(written, key) or ()
        for at, value in enumerate(values):
            if value in values[:at]:
                yield Trouble(path=(key, at), code="E403", message=f"`{value}` is there more than once")
    if written.upgrade_from is not None:
        if not written.upgrade_from:
            yield Trouble(
                path=("upgrade_from",),
                code="E404",
                message="no version may be upgraded",
                hint="leave `upgrade_from` out to allow any other version",
            )
        if written.firmware_version in written.upgrade_from:
            yield Trouble(
                path=("upgrade_from", written.upgrade_from.index(written.firmware_version)),
                code="E404",
                message=f"`{written.firmware_version}` is the release's own version",
            )


def _in_capacity(written: ReleaseDocument) -> Iterator[Trouble]:
    for region, hubs in (written.capacity or {}).items():
        if hubs == 0:
            yield Trouble(
                path=("capacity", region),
                code="E402",
                message=f"a capacity of 0 would leave every hub of `{region}` without a day",
                hint="use `blackouts` for days on which nothing may be activated there",
            )


def _complete(written: ReleaseDocument, parameters: Parameters) -> FirmwareRelease:
    day = london_date(written.notified_at)
    months = parameters.at("automatic_after_months", day)
    mass_days = written.mass_period.days if written.mass_period else parameters.at("mass_period_days", day)
    limit = written.pilot_limit
    return FirmwareRelease(
        id=written.id,
        kind=written.kind,
        device_models=written.device_models,
        firmware_version=written.firmware_version,
        notified_at=written.notified_at,
        # BR1.3: normally six months after the notice, on the London wall clock.
        automatic_at=written.automatic_at or add_months(written.notified_at, months),
        mass_period_days=mass_days,
        pilot_limit=parameters.at("pilot_limit", day) if limit is None else limit,
        severity=written.severity,
        priority=written.priority,
        participation=written.participation,
        upgrade_from=written.upgrade_from,
        release_note=written.release_note,
        capacity=None if written.capacity is None else {str(r): int(n) for r, n in written.capacity.items()},
        blackouts=tuple(
            Blackout(
                opens=blackout.from_,
                closes=blackout.to,
                regions=frozenset(blackout.regions) if blackout.regions is not None else None,
            )
            for blackout in written.blackouts
        ),
    )


def _in_dates(written: ReleaseDocument) -> Iterator[Trouble]:
    if written.automatic_at is not None and written.automatic_at <= written.notified_at:
        yield Trouble(
            path=("automatic_at",),
            code="E401",
            message=f"the automatic time {format_instant(written.automatic_at)} is not after "
            f"the notice at {format_instant(written.notified_at)}",
        )
    for at, blackout in enumerate(written.blackouts):
        if blackout.to <= blackout.from_:
            yield Trouble(
                path=("blackouts", at, "to"),
                code="E401",
                message="the black-out ends before it begins",
                hint="a bare date as its end includes that day",
            )
        if blackout.regions == ():
            yield Trouble(
                path=("blackouts", at, "regions"),
                code="E207",
                message="no region is named",
                hint="leave `regions` out to mean all of them",
            )
