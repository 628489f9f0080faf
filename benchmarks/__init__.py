"""The benchmark: what a plan costs beside its floor, two well-known engines and the reference.

`python -m benchmarks --help`; docs/benchmarks.md says how to read it.
"""
