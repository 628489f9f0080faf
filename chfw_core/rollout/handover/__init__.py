"""CS1, CS4: the published plan, the hand-over to CSPs, and hubs held, protected or left out."""
