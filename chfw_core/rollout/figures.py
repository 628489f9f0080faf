"""The dated parameters that a release takes with it when it is drafted, so that a replay needs no file (NF5)."""

from datetime import date

from chfw_core.model.parameters import Parameters
from chfw_core.rollout.records import Figures


def figures_at(parameters: Parameters, day: date) -> Figures:
    """The figures in force on a London day. Raises InputError where one has no value by then."""
    return Figures(
        cutoff_before_months=parameters.at("cutoff_before_months", day),
        outcome_due_days=parameters.at("outcome_due_days", day),
        verification_due_days=parameters.at("verification_due_days", day),
        release_note_due_days=parameters.at("release_note_due_days", day),
        triage_due_hours=parameters.at("triage_due_hours", day),
        confirmation_due_days=parameters.at("confirmation_due_days", day),
        freeze_days_before=parameters.at("change_freeze_days_before", day),
        freeze_days_after=parameters.at("change_freeze_days_after", day),
    )
