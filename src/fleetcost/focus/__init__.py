"""
FOCUS out: bills split by the use that clusters made of them, in the format that finance loads.

`rules` says what each column must be and `check` holds a file against it.
"""
