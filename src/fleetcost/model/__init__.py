"""
The words: frozen values and their arithmetic.

`Window`, `Resolution`, cluster ids, exact amounts, samples, allocations, assets, set headers and states.
No input or output, no clock: every function here gives the same answer for the same arguments.
"""
