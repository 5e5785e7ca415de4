"""
Samples and prices become sets: pure functions.

`prices` chooses a price and says where it came from, `pods`, `nodes` and `volumes` compute rows, `build` puts one
window together and checks that its books close. Imports only the words.
"""
