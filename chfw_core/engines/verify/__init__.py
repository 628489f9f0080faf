"""The independent verifier (NF4): a schedule against everything it must agree with.

It shares no code with a planner. Rules are read by masks over distinct values; every hub's
outcome is derived anew from `docs/reference/planning.md`; rows are compared column by column.
What is global (capacity, batches, pilots) is gathered per block and judged at the end.
"""

from chfw_core.engines.verify.verify import verify_schedule

__all__ = ["verify_schedule"]
