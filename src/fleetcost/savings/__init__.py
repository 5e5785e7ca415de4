"""
What a fleet could do without, each saving with its evidence and its money, or withheld with a reason.

`words` names the kinds, verdicts and reasons, `opportunity` is one saving as a value, `ledger` sees to it that no cost
is claimed twice. `volumes`, `workloads` and `bills` judge what needs no distributions, `recommend` says what a
container should ask for and whether to believe it, `requests` makes savings of that. `packing` fits pods on nodes,
`pools` says which nodes a pool could do without, `find` puts all of them together, `ask` reads what they are made of.
"""
