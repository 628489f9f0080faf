"""The difference of two schedules, by hub (NF2): what a change of rules, events or capacity makes of a plan.

Millions of hubs have few different rows. `kinds` numbers the rows that are different, so that a schedule is a GUID and
a number for each hub; `pairs` brings the two numbers of a hub together, in whatever order the schedules have them;
`looked_up` asks the estate whose the hubs are that differ, and cuts rows down to what the reader may see (`views`);
`steps` says in what two rows differ, `counted` how many hubs go from what to what, and `difference` is all of it,
with the list by hub.
"""

from chfw_core.engines.schedules.difference import Difference, diff_schedules

__all__ = ["Difference", "diff_schedules"]
