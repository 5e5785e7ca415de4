"""
Where one machine is not enough: a distributed engine that answers questions from the lake, and makes it.

Answering: `remote` gives answers as the embedded database does, `session` speaks Spark Connect, `schema` tells the
engine what the files hold. Nothing is kept here: any number of processes may ask the same engine about the same lake.

Deriving, in the order of the data: `deriver` does passes, `arrivals` fetches and checks new objects, `ledgers` holds
both ledgers, `days` says what is stale and of what it is made, `derive_run` is one run of the engine, `source_files`
names the rows of sets, `derive` has the steps, `job` lets queries become tables, `lake_state` commits the manifest.
"""
