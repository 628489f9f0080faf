"""Rule files: from text to rule sets, what they mean, and what is said of them.

In the order in which a file goes through, a folder for each step:

- `text`: a file's text becomes nodes with places, a condition's text becomes tokens;
- `keys`: the nodes are held against the table of keys; `rule_file` puts one file together, `blocks` reads each of
  its blocks;
- `conditions`: tokens become trees and are checked by what names mean there, of which `vocabulary` is the list;
- `merge`: all files of an owner; `check` is the door to all of it;
- `model` is what comes out, `meaning` what it means for a hub; `own_reads` is what of its own an owner's files read;
  `triggered` is how an instruction names its trigger;
- `problems`: what is wrong, and how it is told; `analysis`: what rules say together; `formatting`: one way to write
  them.
"""
