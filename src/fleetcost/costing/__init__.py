"""
Samples and prices become sets: pure functions.

`build` puts one window together. `runs` says how long a thing was there, `prices` what it costs and where the price
came from, `nodes`, `resources`, `gpus`, `volumes`, `balancers`, `traffic`, `disks` and `fees` compute what there is,
`controllers`, `services` and `labels` what it is called, `shares` divides exactly, `balance` checks that nothing is
charged twice. Imports only the words.
"""
