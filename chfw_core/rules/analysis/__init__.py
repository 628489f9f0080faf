"""What rules say together: which never match, which are hidden, which hubs nobody decides.

Every leaf is a set of cells of one variable (`questions`, `variables`), a condition a formula over
such sets (`formula`), a rule a few boxes (`boxes`). The variables know no more than what a leaf
compares with, so a formula that no cells fulfil is fulfilled by no hub: what is said to be
impossible is impossible. What is said to be possible is shown with a hub, and that hub is put to
`condition_holds` first (`examples`). Whatever is left open may go to a solver (`prover`).
"""
