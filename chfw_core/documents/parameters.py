"""The parameters file: dated values, each with its source, in place of the installed ones.

JSON or YAML: `name: {for: …, values: [{value, since, source}]}`. A file may name some parameters
only; the others keep their installed values.
"""

from datetime import date

from attrs import frozen

from chfw_core.diagnostics import Diagnostic, in_order
from chfw_core.documents.kinds import Whole
from chfw_core.documents.structuring import structure
from chfw_core.documents.yaml_nodes import read_document
from chfw_core.model.parameters import DatedValue, Parameters
from chfw_core.rules.problems.problem import did_you_mean


@frozen(kw_only=True)
class DatedValueDocument:
    """One value, from which day on, and where it is written."""

    value: Whole
    since: date
    source: str


@frozen(kw_only=True)
class ParameterDocument:
    """One parameter: what it is for, and its values."""

    for_: str
    values: tuple[DatedValueDocument, ...]


@frozen(kw_only=True)
class ParametersRead:
    """All parameters, or None where a problem stands in the way."""

    parameters: Parameters | None
    problems: tuple[Diagnostic, ...]


def read_parameters(text: str, file: str, installed: Parameters) -> ParametersRead:
    """Read a parameters file over the installed ones. Every problem is found in one go."""
    document = read_document(text, file)
    values = dict(installed.values)
    problems = document.problems
    if document.value is not None and not isinstance(document.value, dict):
        problems.add("E208", document.span(()), "names of parameters with their values belong here")
    elif isinstance(document.value, dict):
        for name, content in document.value.items():
            if name not in installed.values:
                hint = did_you_mean(name, installed.values)
                message = f"no parameter called `{name}`"
                problems.add("E205", document.span((name,), key=True), message, hint=hint)
                continue
            written, troubles = structure(content, ParameterDocument)
            document.report(troubles, under=(name,))
            if written is None:
                continue
            if not written.values:
                problems.add("E207", document.span((name, "values")), f"`{name}` has no value")
            values[name] = tuple(
                DatedValue(value=dated.value, since=dated.since, source=dated.source)
                for dated in sorted(written.values, key=lambda dated: dated.since)
            )
    found = tuple(in_order(problems.found))
    return ParametersRead(parameters=None if found else Parameters(values=values), problems=found)
