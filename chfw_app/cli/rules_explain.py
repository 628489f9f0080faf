"""`chfw rules explain`: why one owner's rules decide a hub as they do, and what would change it."""

from chfw_app.cli.options import Flag
from chfw_app.cli.output import print_json, progress, say
from chfw_app.cli.rules_options import OwnOptions, RulePaths
from chfw_app.cli.rules_preview import show_warnings
from chfw_app.exits import Exit
from chfw_core.model.guid import parse_guid


def explain(
    *paths: RulePaths,
    inputs: OwnOptions,
    guid: str,
    json: Flag = False,
) -> int:
    """Tell why one owner's rules decide a hub as they do, why no earlier rule does, and what would change it.

    Parameters
    ----------
    paths
        The owner's rule files; a folder means every *.rules.yaml below it.
    inputs
        What the rules look at.
    guid
        The hub: 88-73-84-90-6A-10-02-DB, in either case.
    json
        Print one object.
    """
    from chfw_app.explaining.story import explain_for_author
    from chfw_app.workbench.one_owner import gather_one

    with progress() as told:
        one = gather_one(inputs.paths(paths), report=told)
        explanation = explain_for_author(one.gathered, guid, report=told)
    notes = one.notes_of(parse_guid(explanation.guid))
    show_warnings(one)
    if json:
        print_json(explanation.as_dict() | {"notes": list(notes)})
        return Exit.DONE
    titles = {section.title for section in explanation.sections}
    for at, line in enumerate(explanation.lines()):
        say(line, style="bold" if at == 0 or line in titles else "")
    for note in notes:
        say(f"note: {note}")
    return Exit.DONE
