"""Reports of a roll-out (BR5.3 to BR5.5, CS2, PR1 to PR3): what they say and to whom, without where it is kept.

Whatever a Supplier is shown is the same whoever the other Supplier of its hubs is (BR3.3, NF7).
"""
