"""
Why a number is what it is, and why it changed.

`explain_path` names the places of a tree, `explain_tree` grows it from charges so that every level sums exactly,
`explain_price` splits a charge into amount × price, `explain_own` and `explain_divided` turn what was read into
charges, `explain` reads what a figure is made of as far as somebody opened it, `explain_objects` names what stands
behind a window.
"""
