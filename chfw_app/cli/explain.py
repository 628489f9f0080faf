"""`chfw explain`: tell the whole consent story of one hub."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from chfw_app.cli.options import Flag, InputOptions
from chfw_app.cli.output import print_json, progress, say, say_note, show_warnings
from chfw_app.exits import Exit
from chfw_app.explaining.story import explain_one
from chfw_app.inputs.reading import gather


def explain(
    inputs: InputOptions,
    *,
    guid: str,
    schedule: Path | None = None,
    loads: Flag = False,
    as_party: Annotated[str | None, Parameter(name="--as")] = None,
    json: Flag = False,
) -> int:
    """Tell the whole consent story of one hub: why this date, which rule, whose act is missing.

    Parameters
    ----------
    inputs
        What went into the plan.
    guid
        The hub: 88-73-84-90-6A-10-02-DB, in either case.
    schedule
        The plan's schedule: with it the hub's day, batch and pilot are told too, and which earlier days were possible.
    loads
        Count how full the earlier days are, which reads the whole estate and schedule: the DCC's alone to ask.
    as_party
        Only what this Party may know: never who the other Supplier is.
    json
        Print one object.
    """
    with progress() as told:
        gathered = gather(inputs.paths(), report=told, set_aside_repeated=False)
        if as_party is None:  # warnings speak of everybody's files
            show_warnings(gathered.warnings)
        explanation = explain_one(gathered, guid, schedule=schedule, party=as_party, loads=loads)
    if json:
        print_json(explanation.as_dict())
    else:
        titles = {section.title for section in explanation.sections}
        for at, line in enumerate(explanation.lines()):
            say(line, style="bold" if at == 0 or line in titles else "")
    if explanation.other:
        say_note(f"warning: the row in `{schedule}` is not what these inputs give; was it made from others?")
        return Exit.FINDINGS
    return Exit.DONE
