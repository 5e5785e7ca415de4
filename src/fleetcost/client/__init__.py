"""The client of our own API, which every command that asks an aggregator uses: tokens, proxies, private authorities."""
