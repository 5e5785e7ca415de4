"""
Questions to SQL; what several statements read is a stage, a table that lives as long as the snapshot.

`source` says where rows come from, `observed` what they are without estimates, `names` what they are grouped by. Where
costs are divided among rows, `grain` has one row per window, place and group, `carried` adds what each carries of its
place's idle and tenancy, `shared` what it carries of shared costs. `cells` writes one row per step and group with
everything in it, and what these cost alone; `idle` the rows nobody was charged for, `details` what cannot be added up,
`page` the rows of a file. `assets` and `cloud` are all of it for their kinds.
"""
