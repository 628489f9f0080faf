"""`rules preview` and `rules diff`: over an estate, with the lists that may be written."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import frozen

from chfw_app.inputs.places import check_table
from chfw_app.inputs.reading import InputPaths
from chfw_app.steps import Report
from chfw_app.workbench.one_owner import OneOwner, computed, gather_one, gather_two
from chfw_core.model.guid import format_guid
from chfw_core.model.periods import format_instant
from chfw_core.planning.own_decision import Outcome, named_windows, next_openings
from chfw_core.planning.pilot import PilotResult, limit_shared
from chfw_core.planning.pilot_reach import why_short

if TYPE_CHECKING:
    import pyarrow as pa

    from chfw_core.engines.columnar.diff import Difference
    from chfw_core.engines.columnar.preview import Preview

OUTCOMES = tuple(Outcome)


@frozen(kw_only=True, eq=False)
class PreviewDone:
    """A preview and what it was made from."""

    one: OneOwner
    found: "Preview"

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """Those that occur, in their fixed order."""
        return tuple(outcome for outcome in OUTCOMES if self.found.outcomes.get(outcome))

    def sets(self) -> list[tuple[str, int, dict[Outcome, int]]]:
        """(configuration set, hubs, hubs by outcome), most hubs first."""
        counts: dict[str | None, dict[Outcome, int]] = {}
        for (name, outcome), hubs in self.found.sets.items():
            counts.setdefault(name, {})[outcome] = hubs
        rows = [(name or "", sum(own.values()), own) for name, own in counts.items()]
        return sorted(rows, key=lambda row: (-row[1], row[0]))

    def why_short(self, pilot: PilotResult) -> str | None:
        """Why a pilot got fewer hubs than it asked for; None where it did not."""
        if pilot.reach is None:
            return None
        limit = limit_shared(self.found.pilots, self.one.inputs.release.pilot_limit)
        return why_short(pilot.party, pilot.reach, len(pilot.group.guids), limit)

    def windows(self) -> list[tuple[str, tuple[str, ...]]]:
        """Each named window with the next three times at which it opens."""
        inputs = self.one.inputs
        rows = (
            (window.name, tuple(format_instant(p.opens) for p in next_openings(window, inputs.as_of, inputs.holidays)))
            for window in named_windows(self.one.ruleset)
        )
        return list(dict.fromkeys(rows))  # two files may mean alike hours by one name

    def as_object(self) -> dict[str, object]:
        """For a program, in a fixed order."""
        found, inputs = self.found, self.one.inputs
        return {
            "owner": found.owner,
            "release": inputs.release.id,
            "as_of": format_instant(inputs.as_of),
            "hubs": found.hubs,
            "outcomes": {outcome.value: found.outcomes[outcome] for outcome in self.outcomes},
            "rules": [
                {
                    "block": count.block,
                    "rule": count.rule,
                    "matches": count.matches,
                    "decides": count.decides,
                    "delays": count.delays,
                    "idle_for": [
                        {"cause": cause.name.lower(), "hubs": hubs, "text": cause.value}
                        for cause, hubs in count.idle_for.items()
                    ],
                }
                for count in found.rules
            ],
            "without_hubs": [count.rule for count in found.rules if count.idle],
            "hidden": [count.rule for count in found.rules if count.hidden],
            "configuration_sets": [
                {"configuration_set": name or None, "hubs": hubs} | {kind.value: n for kind, n in own.items()}
                for name, hubs, own in self.sets()
            ],
            "windows": [{"window": name, "opens": list(opens)} for name, opens in self.windows()],
            "pilots": [
                {"rule": p.rule, "asked": p.asked, "hubs": len(p.group.guids), "why_short": self.why_short(p)}
                for p in found.pilots
            ],
            "repeated_guids": [format_guid(guid) for guid in found.duplicates],
            "bad_rows": self.one.bad_rows,
            "notes": list(self.one.notes),
        }


def preview(paths: InputPaths, out: Path | None, *, report: Report, threads: int) -> PreviewDone:
    """Preview one owner's files, and write the list. Raises InputError, OutputError, Failed."""
    from chfw_core.engines.columnar.preview import PREVIEW_SCHEMA, preview_columnar

    check_table(out, paths.named())
    one = gather_one(paths, report=report)
    gathered = one.gathered
    found = computed(
        lambda: preview_columnar(
            gathered.inputs, gathered.estate, attributes=gathered.attributes, threads=threads, progress=report
        )
    )
    _write(out, PREVIEW_SCHEMA, found.batches())
    return PreviewDone(one=one, found=found)


@frozen(kw_only=True, eq=False)
class DiffDone:
    """A comparison and what it was made from."""

    one: OneOwner
    found: "Difference"

    def as_object(self) -> dict[str, object]:
        """For a program, in a fixed order."""
        found, inputs = self.found, self.one.inputs
        return {
            "owner": found.owner,
            "release": inputs.release.id,
            "as_of": format_instant(inputs.as_of),
            "hubs": found.hubs,
            "changed": found.changed,
            "transitions": [
                {
                    "old": {"outcome": one.old_outcome, "rule": one.old_rule, "batch": one.old_batch},
                    "new": {"outcome": one.new_outcome, "rule": one.new_rule, "batch": one.new_batch},
                    "differs_in": dict(one.differs_in),
                    "hubs": one.hubs,
                    "examples": [format_guid(guid) for guid in one.examples],
                }
                for one in found.transitions
            ],
            "repeated_guids": [format_guid(guid) for guid in found.duplicates],
            "bad_rows": self.one.bad_rows,
            "notes": list(self.one.notes),
        }


def diff(old: Path, paths: InputPaths, out: Path | None, *, report: Report, threads: int) -> DiffDone:
    """Compare two versions of one owner's files, and write the list. Raises InputError, OutputError, Failed."""
    from chfw_core.engines.columnar.diff import DIFF_SCHEMA, diff_columnar

    check_table(out, (*paths.named(), ("the old version", old)))
    one, before = gather_two(old, paths, report=report)
    gathered = one.gathered
    found = computed(
        lambda: diff_columnar(
            before, gathered.inputs, gathered.estate, attributes=gathered.attributes, threads=threads, progress=report
        )
    )
    _write(out, DIFF_SCHEMA, found.batches())
    return DiffDone(one=one, found=found)


def _write(out: Path | None, schema: "pa.Schema", batches: "Iterator[pa.RecordBatch]") -> None:
    from chfw_files.tables.writing import write_table

    if out is not None:
        write_table(out, schema, batches)
