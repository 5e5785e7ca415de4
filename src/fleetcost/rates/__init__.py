"""
Dated exchange rates: files of the European Central Bank or of a finance team, kept in the bucket in versions.

`table` is the value and how a rate is found for a day, `reading` reads files, `checks` refuses what can hardly be
meant, `store` keeps versions in the bucket, `book` is what a server knows of them, `fetch` gets a central bank's file.
"""
