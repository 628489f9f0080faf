"""All files of one owner together: ids once, `decide` in order of base name, one `otherwise`.

Sets and windows stay each file's own; by now they are inside the rules.
"""

from collections.abc import Sequence
from itertools import chain

from chfw_core.model.windows import Windows
from chfw_core.rules.blocks.at import never_open_together
from chfw_core.rules.model import BatchSpec, DecideRule, RuleSet
from chfw_core.rules.problems.problem import shown
from chfw_core.rules.rule_file import RuleFile


def merge(files: Sequence[RuleFile]) -> RuleSet | None:
    """The owner's rules, or None where any of its files has an error. Problems go to their files."""
    files = sorted(files, key=lambda file: (file.scope.problems.source.base_name, file.name))
    _check_names(files)
    _check_ids(files)
    _check_released(files)
    _check_otherwise(files)
    if any(file.scope.problems.has_errors for file in files):
        return None
    is_csp = not files[0].scope.is_supplier and not files[0].scope.is_dcc
    region_windows = _region_windows(files) if is_csp else Windows()
    return RuleSet(
        owner=files[0].owner,
        files=tuple(file.name for file in files),
        excludes=tuple(chain.from_iterable(file.excludes for file in files)),
        holds=tuple(chain.from_iterable(file.holds for file in files)),
        decides=tuple(chain.from_iterable(_decides(file, files) for file in files)),
        priorities=tuple(chain.from_iterable(file.priorities for file in files)),
        pilots=tuple(chain.from_iterable(file.pilots for file in files)),
        triggers=tuple(chain.from_iterable(file.triggers for file in files)),
        region_windows=region_windows,
        region_batch=_strictest([file.batch for file in files if file.batch is not None]),
        cuts_off=any(file.cuts_off for file in files),
    )


def _check_names(files: Sequence[RuleFile]) -> None:
    first: dict[str, str] = {}
    for file in files:
        base = file.scope.problems.source.base_name
        if base in first:
            what = f"{file.owner} has two files called `{shown(base)}`; their order would be left to chance"
            file.scope.problems.add("E217", file.owner_span, what, hint=f"the other is {first[base]}")
        first.setdefault(base, file.name)


def _check_ids(files: Sequence[RuleFile]) -> None:
    first: dict[str, str] = {}
    for file in files:
        for scalar in file.ids:
            if scalar.value in first:
                hint = f"first at {first[scalar.value]}"
                file.scope.problems.add(
                    "E212", scalar.span, f"the id `{shown(scalar.value)}` is there twice", hint=hint
                )
            first.setdefault(scalar.value, f"{file.name}:{scalar.line}")


def _check_released(files: Sequence[RuleFile]) -> None:
    """A trigger releases a hold of the same owner, by the id of what wrote it."""
    known = {scalar.value: None for file in files for scalar in file.ids}
    for file in files:
        for scalar in file.scope.released:
            if scalar.value not in known:
                file.scope.problems.unknown("E222", scalar.span, "hold", scalar.value, known)


def _deciding(files: Sequence[RuleFile]) -> list[RuleFile]:
    return [file for file in files if file.decide_span is not None]


def _check_otherwise(files: Sequence[RuleFile]) -> None:
    deciding = _deciding(files)
    if not deciding:
        return
    last = deciding[-1]
    if not last.otherwise_written and last.decide_span is not None:
        hint = "end it with a rule that says `when: otherwise`"
        last.scope.problems.add("E213", last.decide_span, "`decide` has no `otherwise`", hint=hint)
    what, move = f"that of the last file, {last.name}, does", None
    if not last.otherwise_written:
        what = f"only one of the last file, {last.name}, would, and it has none"
        move = "move it to the end of that file's `decide`"
    for file in deciding[:-1]:
        for rule in file.decides:
            if rule.otherwise:
                message = f"this `otherwise` does not count: {what}"
                file.scope.problems.add("W307", rule.span or file.owner_span, message, hint=move)


def _decides(file: RuleFile, files: Sequence[RuleFile]) -> tuple[DecideRule, ...]:
    """The file's decisions; its `otherwise` only where it is the last file that decides."""
    is_last = _deciding(files)[-1:] == [file]
    return tuple(rule for rule in file.decides if is_last or not rule.otherwise)


def _region_windows(files: Sequence[RuleFile]) -> Windows:
    parts = tuple(window for file in files for window in file.scope.windows.values())
    windows = Windows(parts=parts).merged(Windows())
    last = files[-1]
    if len(windows.parts) > 1 and never_open_together(windows):
        last.scope.problems.add(
            "W305", last.windows_span or last.owner_span, "the region's windows are never open together"
        )
    return windows


def _strictest(batches: Sequence[BatchSpec]) -> BatchSpec | None:
    """The smallest size and the longest pause."""
    if not batches:
        return None
    pause = max((batch.pause for batch in batches), key=lambda span: span.days * 86_400 + span.seconds)
    return BatchSpec(size=min(batch.size for batch in batches), pause=pause)
