"""
The small documents that agents and the primary leave for each other in the bucket, and their places.

One frozen struct for each, which its writer and every reader use. What is read is bounded in bytes and depth, its times
and numbers are in range; a document that is not is damaged, which is that document's state and stops nobody.
"""
