"""
Where a question runs when one machine is not enough: a distributed engine that reads the lake.

`remote` answers like the embedded database does, `session` speaks Spark Connect, `schema` tells the engine what the
files hold. Nothing is kept here: any number of processes may ask the same engine about the same lake.
"""
