"""What parties and planners are told, from values alone.

- why a hub goes when it goes: `explain` of a `case`, of `explain_supplier`, `explain_resolution`, `explain_acts`
  (`acts`) and `explain_rules`, with `hours`, `explain_days` (which were full), `batch_setters` and the `obstacle`
  of a hub that got no day, in the form of `story` and `told`; `of_other_inputs` is where a schedule is not of
  these inputs;
- one owner's own rules: `explain_own` and `own_story`; `what_would_change`, of `candidates`, `literals` and the
  conditions that are `turning`;
- how roll-outs stand: `progress`; tests of rule files: `trials`; the reference page of the roll-out:
  `roll_out_page`.
"""
