"""What commands are given: `reading` all of it and `gathered`, what is wrong told in one go.

`places` are checked before anything is read. `rule_files` and `texts` are read as text, tables by `arrow`; `estates`
are made and judged, `flagging` adds the flags that events raise, `swapped` tells a document that is another one.
Outputs of one command appear together (`staging`).
"""
