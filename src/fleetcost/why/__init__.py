"""
Why a number is what it is, and why it changed.

`explain_path` names the places of a tree, `explain_tree` grows it from charges so that every level sums exactly,
`explain_price` splits a charge into amount × price, `explain_own` and `explain_divided` turn what was read into
charges, `explain` reads what a figure is made of as far as somebody opened it, `explain_assets` does so for assets,
`explain_objects` names what stands behind a window.

`compare_items` are the words for what makes a difference, `compare_split` splits one exactly, `compare_pairs` says
which windows stand against each other, `compare` puts rows, totals and drivers together, `compare_ask` asks the tables
for what is compared, `compare_words` says the result in a sentence. `anomalies` is the rule for days that stand out,
`anomalies_ask` asks for them.
"""
