"""
Bucket to tables.

`plan` compares a listing with the ledger (pure, printable), `apply` loads one cluster-window in one transaction and
derives from it, `run` is the loop and its state.
"""
