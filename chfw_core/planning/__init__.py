"""A plan's rules, as both engines ask them: nothing here goes through an estate.

- `model` is what goes in and comes out; `release_state` and `scope` are what events make of the release,
  `phases` and `raised_flags` what they make of hubs;
- of one hub: `eligibility`, `holds`, `pilot`, `decision` (one Supplier's), `dcc`, `supplier_changes`,
  `trigger_records` (what triggers hold and have instructed), and `hub_plan`, which puts them together;
  `own_decision` is one owner's part;
- of all hubs: `batches` of `batch_terms`, and `capacity`, which asks a solver (`flow`);
- what is said of it: `reasons`, `no_day`, `findings`, `flag_findings`, `idle_rules`, `pilot_reach` (why a pilot is
  short), `summary`; and `verify`, the violations that a verifier names.
"""
