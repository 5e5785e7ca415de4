"""
Questions to rows, with their completeness.

`windows` and `dimensions` read parameters, `question` is the value, `compile` turns it into SQL, `ask` runs it in one
snapshot, `answer` is what comes back.
"""
