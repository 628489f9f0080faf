"""Trials: the tests of rule files (NF3). One hub is decided by one owner's rules, and compared with what was expected.

`document` reads a `*.tests.yaml`, `fit` brings it together with the owner's checked rules, `decide`
asks the reference engine's own parts, `run` compares, `coverage` says what no trial has reached.
They stand among the reports, since they need planning and change nothing: whatever a trial says,
the meaning is that of `Matcher`, `decide_supplier` and `hold_state`.
"""
