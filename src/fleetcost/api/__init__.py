"""
HTTP: the native API, the Kubecost and OpenCost shapes, health, errors as problem documents.

A route parses, asks and formats; it computes nothing. Only this room imports the web framework.
"""
