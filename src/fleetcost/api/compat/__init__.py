"""Answers in the shapes of the products we are compatible with: names, order and rounding are theirs."""
