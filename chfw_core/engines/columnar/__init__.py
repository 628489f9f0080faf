"""The columnar engine: the reference's plan for millions of hubs.

Theory of operation. A hub's plan depends on few distinct facts, so the engine never asks a
question of a hub that it can ask of a value.

1. `load` reads the estate chunk by chunk into a few small integer columns, the *axes*: the fused
   small fields (region, model, firmware …), the configuration set, the installation day and the
   pair of Suppliers.
2. `apart` takes conditions apart into conjunctions of parts on one axis each, `compile` asks each leaf once
   per distinct value of its field, with the very function that the reference uses, and folds values
   that no rule of an owner tells apart into classes. Where phases are open for some hubs only, `phased`
   has put conditions on the hub in the place of the phase before that.
3. `match` combines the classes of the axes into codes and finds, per code, which rules hold: bit
   tables, 64 rules to a word. Where codes are too many to match them all, `classify` sees each block
   of hubs once: `marks` has what a side sees of a hub in one number, `alike` reduces what occurs to what a rule can
   tell apart.
4. `compose` hands each distinct match to the core's own `decide_supplier`; what comes to the same is one
   class from there on. `settling` asks the core what two consents come to, once for all pairs that meet
   in the same way.
5. `place` gives classes their days, then cuts batches and days in order of a fixed hash of the GUID, sorting
   only where a cut falls; the capacity problem itself is the core's.
6. `output` turns classes and days into the schedule's columns.

What is done over all hubs leaves Python to other threads, what is done per class keeps it. So `plan` does the
one while the other goes on, wherever neither waits for the other (`steps.meanwhile`).

Hubs about which something is known by GUID (explicit instructions, private attributes, changes of
Supplier, pilots) take the same road with more axes, in `special`.
"""

from chfw_core.engines.columnar.memory import MemoryEstate, instruction_table
from chfw_core.engines.columnar.plan import ColumnarPlan, plan_columnar

__all__ = ["ColumnarPlan", "MemoryEstate", "instruction_table", "plan_columnar"]
