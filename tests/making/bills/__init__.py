"""Bills of an invented fleet in every provider's own form, and a ledger that says what each row must become."""
