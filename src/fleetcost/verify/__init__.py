"""
The whole chain from a cluster to its costs, link by link.

`chain` goes along it; `store` judges what lies in the bucket, `bills` what became of the providers' bills, `server`
what the aggregator says. Each is given facts and a clock and returns verdicts. The first broken link of a cluster is
the one to mend: what comes after it cannot work.
"""
