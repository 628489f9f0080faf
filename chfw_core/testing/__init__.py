"""For whoever tests rules, plans or transports of their own; `docs/how-to/property-test.md` shows how.

What is drawn needs Hypothesis (extra `testing`); the rest does without.

| module | what it is for |
|---|---|
| `strategies` | `drawn_worlds`: plans drawn by Hypothesis, directed at split hubs and at times around the cut-off |
| `worlds`, `features`, `corners` | small worlds: every shape of hub under every feature of a plan, and every two |
| `others` | the second Supplier made another one, and what the first is told: nothing of it may change (NF7) |
| `shortly` | a world that fails, in few words |
| `conditions`, `rule_files` | conditions and rule files, drawn as text |
| `trigger_oracle`, `trigger_streams` | what triggers must fire, from all events at once; streams of events |
| `homes` | hubs for roll-outs |
| `transports` | the suite that proves a transport: subclass it |
"""
