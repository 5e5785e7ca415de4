"""
The whole chain from a cluster to its costs, link by link.

`chain` goes along it, `store` judges what lies in the bucket, `server` what the aggregator says; both are given facts
and a clock and return verdicts. The first broken link of a cluster is the one to mend: what comes after it cannot work.
"""
