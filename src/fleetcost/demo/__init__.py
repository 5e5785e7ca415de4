"""
A whole fleet on one machine: four simulated clusters whose samples are invented and whose everything else is real.

`fleet` describes the clusters, `series` invents their metric samples, `run` starts agents and aggregator on a
filesystem bucket.
"""
