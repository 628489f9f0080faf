"""A suite that proves a transport against the clauses, for whoever writes one: subclass `suite.TransportConformance`.

Every scenario is played twice: by commands given straight to the service, and by what parties hand in at the other
end of the transport. The two ledgers must be equal but for keys (TR5, I12), every party must be answered (BR5.1,
BR5.2), and every message must arrive at the one that it is for, and nowhere else (NF7).
"""
