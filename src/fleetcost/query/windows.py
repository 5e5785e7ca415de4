"""The window grammar, under the name this room knows it by; it lives with the words because the agent reads it too."""

from fleetcost.model.window_text import ACCEPTED, parse_window

__all__ = ["ACCEPTED", "parse_window"]
