"""
A whole fleet on one machine: four simulated clusters whose samples are invented and whose everything else is real.

`fleet` describes the clusters, `series` invents their metric samples, `run` makes their agents on a filesystem
bucket, `history` lets them build the days before, several at once.
"""
