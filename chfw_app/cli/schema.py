"""`chfw schema`: print the JSON Schema of a document."""

from typing import Annotated

from cyclopts import Parameter

from chfw_app.cli.output import print_json, say
from chfw_app.exits import Exit
from chfw_core.documents.schemas import DOCUMENTS, json_schema
from chfw_core.errors import InputError
from chfw_core.rules.keys.schema import rule_file_schema
from chfw_core.rules.problems.problem import did_you_mean

RULES = "rules"
ALL = (RULES, *DOCUMENTS)


def schema(document: Annotated[str | None, Parameter(name="DOCUMENT")] = None, /) -> int:
    """Print the JSON Schema of a document; without a name, which there are.

    Parameters
    ----------
    document
        rules, release, parameters, drop_folders, event, estate, attributes, instructions, capacity or schedule.
    """
    if document is None:
        for name in ALL:
            say(name)
        return Exit.DONE
    if document not in ALL:
        hint = did_you_mean(document, ALL) or f"one of {', '.join(ALL)}"
        raise InputError(f"there is no document called `{document}`", hint=hint)
    print_json(rule_file_schema() if document == RULES else json_schema(document))
    return Exit.DONE
