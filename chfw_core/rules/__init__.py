"""Rule files: from text to rule sets, what they mean, and what is said of them.

In the order in which a file goes through:

- a file's text: `reading` it as `nodes` with places; `structure` holds them against the table of `keys`, whose
  values are `shapes`; `rule_file` puts one file together, `blocks` reads each of its blocks;
- a condition's text: `scan` into tokens, `terms` and `expressions` into the trees of `syntax`; `conditions` checks
  them, side by side (`operands`, `members`), by what names mean there (`scope`); `borrowed` is what authors write
  that is not ours; `dates` are values that stand alone;
- the vocabulary: `fields`, `event_fields`, and what editors say of them (`words`, `schema`);
- all files of an owner: `merge`; `check` is the door to all of it;
- what comes out, and its meaning: `model`, `values`, `leaves`, `evaluate`, `explain_condition`; `own_reads` is what
  of its own an owner's files read; `triggered` is how an instruction names its trigger;
- what is wrong: `problems`, `codes`, `formats`, `junit`; what rules say together: `analysis`; one way to write
  them: `formatting`.
"""
