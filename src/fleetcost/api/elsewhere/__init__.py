"""Other installations: which there are, what is kept for them, and asking them in a person's place."""
