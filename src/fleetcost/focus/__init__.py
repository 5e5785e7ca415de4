"""
FOCUS out: bills divided by the use that clusters made of them, in the format that finance loads.

`split` writes a day's statements, `export` runs them and makes files, `own` names our columns beside those of FOCUS;
`rules` says what each column must be and `check` holds a file against it.
"""
