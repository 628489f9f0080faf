"""The tables of a store: the ledger itself, what can be rebuilt from it, and what is to be sent.

`PROJECTIONS` can be emptied and filled again from `entry`; the others cannot be made from anything else.
"""

from chfw_app.stores.tables.ledger import METADATA, answer, entry, head, outbox
from chfw_app.stores.tables.rollout import apart, consent, hub, hub_count, incident, link, owed, release, task
from chfw_app.stores.tables.triggers import firing, observed, open_step, rule_files, trigger_hold, trigger_run

PROJECTIONS = (
    answer,
    release,
    hub,
    hub_count,
    owed,
    consent,
    link,
    task,
    incident,
    observed,
    rule_files,
    firing,
    trigger_hold,
)
"""In an order in which they can be filled."""

LISTS = (apart,)
"""Found by, and never read for what they say: filled again with the projections, and not compared with another
store's, since what a list lacks depends on how many hubs changed at once."""

__all__ = [
    "LISTS",
    "METADATA",
    "PROJECTIONS",
    "answer",
    "apart",
    "consent",
    "entry",
    "firing",
    "head",
    "hub",
    "hub_count",
    "incident",
    "link",
    "observed",
    "open_step",
    "outbox",
    "owed",
    "release",
    "rule_files",
    "task",
    "trigger_hold",
    "trigger_run",
]
