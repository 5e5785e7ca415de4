"""
Questions to SQL, stage by stage; each stage is a table that lives as long as the snapshot.

`source` says where rows come from, `names` what they are grouped by. Where costs are divided among rows, `grain` has
one row per window, place and group, `carried` adds what each carries of its place's idle and tenancy, `shared` what it
carries of shared costs. `cells` has one row per step and group with everything in it, `idle` adds the rows nobody was
charged for, `details` what cannot be added up, `reading` reads the answer. `assets` is all of it for assets.
"""
